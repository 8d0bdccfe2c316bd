"""Words that the hub and a provider read alike: an age, who did something, what is known of a person, and what somebody
has just done to a referral."""

import re
from datetime import date, datetime

from contracts.reference import ROLES
from kit.web.words import clock_words, date_words
from services.referral.domain.linking import DIFFERS
from services.referral.domain.safe_times import UNREADABLE, days_of, hours_of

DONE = {
    "triage": "You triaged the referral.",
    "record_attempt": "You recorded the attempt.",
    "send": "You sent the referral to the provider.",
    "view": "You opened the referral.",
    "ask": "You asked the hub a question.",
    "supply": "You answered the provider's question.",
    "accept": "You accepted the referral.",
    "waitlist": "You put the person on the waiting list.",
    "check_in": "You recorded the check-in.",
    "decline": "You declined the referral.",
    "start": "You started the support.",
    "pause": "You put the support on hold.",
    "keep_on_hold": "You reviewed the hold and kept it.",
    "resume": "You resumed the support.",
    "complete": "You completed the support.",
    "end_early": "You ended the support early.",
    "not_reached": "You closed the referral: the person could not be reached.",
    "person_declined": "You closed the referral: the person does not want this.",
    "withdraw": "You withdrew the referral.",
    "transfer": "You transferred the referral to another provider.",
}
"""Each verb of the transition table, as its flash says it."""
SHUT_BY_ATTEMPT = (
    "The attempt was recorded. Nobody uses this way to reach the person now: it is locked everywhere, and {} looks at"
    " the risk. Call 999 if the person is in danger now"
)
"""What followed from an attempt that locked its channel. `{}`: who looks."""
LEFT_A_MESSAGE = "This is a safety incident: no message may be left there, and somebody else may have heard it. "
FIELDS = {
    "reference": "Reference",
    "date_of_birth": "Date of birth",
    "committed_on": "When it happened",
    "reported_on": "When it was reported",
    "officer_in_case": "Officer in the case",
    "share": "Agreement to share",
    "relationship": "Relationship to the suspect",
    "channels": "Ways to reach the person",
}
"""What a pack may hold, where its code does not say it well."""
DAYS = frozenset({"date_of_birth", "committed_on", "reported_on"})
"""Fields of a pack that hold a day."""
FUNDING = {
    "core_grant": "Core grant",
    "da_sv_ringfenced": "Ring-fenced for domestic abuse and sexual violence",
    "idva": "IDVA posts",
    "isva": "ISVA posts",
    "pcc_own_funds": "The Commissioner's own funds",
}
"""Who pays for a contract, which is the strand under which posts and spend are reported."""
MARKED = {
    "contact_unsafe": "It was said {} that it is not safe to be in touch. What was safe before is unknown until"
    " somebody has found out safely.",
    "risk_raised": "The risk was found to be higher {}. Look at it before any contact.",
    "one_chance_elsewhere": "It was heard {} that there may be one chance to speak to this person. Speak to them"
    " alone[, and ask the hub first]. No letter, nobody of the family or community in between, and no interpreter from"
    " the community.",
    "risk_elsewhere": "It was heard {} that the risk to this person is high, in another matter than this.[ Ask the hub"
    " before any contact.]",
    "asks_for_care": "More was told {} than when this was sent: the person needs more care than before.[ Ask the hub"
    " before any contact.]",
    "another_person": "The police gave {} another name and another day of birth by the same reference.[ Ask the hub who"
    " it is before any contact, and use no number that you have.]",
    "two_people": "The police gave {} one reference to two people.[ Ask the hub which of them this is before any"
    " contact, and use no number that you have.]",
    "not_in_the_record": "The police told {} of the crime and named this person no more.[ Ask the hub before any"
    " contact.]",
    "sent_twice": "It was found {} that this person may have been sent twice, perhaps for one matter.[ Ask the hub"
    " before any contact: one of the two may be taken back.]",
    "age_by_birth": "It was found {} that the person may be of another age than the one you were sent.[ Ask the hub"
    " before any contact.] Of somebody under 18 the rules for a child count.",
    "not_safe_any_more": "The police told {} that a way to reach the person is not known to be safe any more. See below"
    " what is safe[, and ask the hub before any contact].",
    "details_unread": "What the police sent {} of how to reach the person does not open: nothing that they told before"
    " counts until it does. See below what is safe[, and ask the hub before any contact].",
    "contact_gone": "The police told {} that nobody is named any more to speak to at this business.[ Ring no number"
    " that you have, and ask the hub who speaks for it now.]",
    "word_taken_back": "The police told {} that this person, who is intimidated, does not support the prosecution any"
    " more: somebody may press them. Speak to them alone[, and ask the hub before any contact].",
    "named_again": "The police told {} of this person again: that they named them no more is over. Go on as before.",
    "crime_again": "The police told {} that it is a crime after all: that it was none is over. Go on as before.",
    "other_kind": "The police told {} that this is somebody else than was sent to you: a person, a witness or a"
    " business.[ Ask the hub which before any contact.]",
    "who_died": "The police told {} that somebody died by this crime, and not who.[ Ask the hub before any contact.]",
    "offer_stopped": "The person told the hub {} that they do not want this, or want no more of it.[ Get in touch no"
    " more: ask the hub before any contact about it.]",
    "no_crime": "The police told {} that what they had recorded is no crime. Help goes on where the person wants it:"
    " ask the hub.",
    "asks_how": "The person said {} on their own page that they want to be asked how they are reached: ask that first.",
    "language_told": "Another language of the person was told {} than when this was sent: see which before you get in"
    " touch, or ask the hub, and ask for an interpreter.",
    "person_died": "It was recorded {} that this person died. Nobody tries to reach them: every channel is shut.",
    "unknown_step": "The police or a court told {} of a step by a word that our lists do not know: somebody who may be"
    " a danger to this person may be free.[ Ask the hub before any contact.]",
    "heard_in_another_matter": "It was heard {} in another matter that somebody who may be a danger to this person is"
    " free, may be soon, or is bound otherwise than before.[ Ask the hub before any contact.]",
    "joined_not_safe": "It was found {} that we have several records of this person, and that a way to reach them is"
    " not known to be safe any more. See below what is safe[, and ask the hub before any contact].",
    "parted_not_safe": "It was found {} that this record and another one are not of one person, and what was known of a"
    " way to reach this person may have been the other's word. See below what is safe[, and ask the hub before any"
    " contact].",
    "another_died": "It was found {} that the person who died is another one: nothing says that this person died.",
    "person_alive": "It was said {} that this person is alive: that they died was recorded by mistake. Every channel "
    "stays locked until somebody has spoken to them.",
}
"""What a service found of danger or death, as alerts say it at the top of a page; each with when, and in [ ] what is
over once the hub has looked at it."""
FOUND_OUT = {
    "contact_unsafe": "It was said {} that it is not safe to be in touch. Somebody has found out since what is safe:"
    " see below, and use nothing else.",
    "details_unread": "What the police sent {} of how to reach the person did not open at first. See below what is safe"
    " now, and use nothing else.",
}
"""What a provider is told of it once some way is known to be safe again."""
AGAIN = {"not_in_the_record": "named_again", "no_crime": "crime_again"}
"""What the police take back of what they told: the newer of each two is shown, and not the other."""
_WHO = {"system": "the system", "police": "the police", "provider.link": "whoever held a one-time link"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNREAD = "told in words we cannot read"
_UNLIKE = "records of the person say different things"
_NAMED = ("Commissioner's", "Victims'")
NO_LONGER = "No longer shown"
"""What a provider reads in place of what it saw while the referral was its own."""


def until_looked(text: str) -> str:
    """A marked text with the order to ask the hub first."""
    return re.sub(r"[\[\]]", "", text)


def once_looked(text: str) -> str:
    """A marked text without that order: the hub has looked, or is who reads it."""
    return re.sub(r"\[[^]]*\]", "", text)


FOUND = {trigger: until_looked(text) for trigger, text in MARKED.items()}


def attempted(locked: str | None, looks: str) -> str:
    """What is said once an attempt is recorded. `locked`: why it locked its channel, as a code; `looks`: who looks at
    the risk then."""
    if locked is None:
        return "The attempt was recorded"
    return (LEFT_A_MESSAGE if locked == "message_left" else "") + SHUT_BY_ATTEMPT.format(looks)


def age(band: str | None) -> str:
    """ "25 to 34", "75 and over", "Not known"."""
    return (band or "not known").replace("+", " and over").replace("_", " ").replace("-", " to ").capitalize()


def day(text: str) -> str:
    """ "Sunday 1 March 1991"; a day that there never was is shown as not readable, and not as if it were one."""
    try:
        return date_words(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text))
    except ValueError:
        return f"Not readable as a day: {text}"


def days(text: str | None) -> str:
    """ "mon-fri" is "Monday to Friday"; what cannot be read stays as it was written."""
    found = sorted(days_of(text) or ()) if text else []
    if not found:
        return _unread(text)
    runs: list[list[int]] = []
    for day in found:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_run(run) for run in runs)


def _run(days: list[int]) -> str:
    """Days that follow each other: two of them are named, more are told by their ends."""
    names = [_DAYS[day] for day in days]
    return f"{names[0]} to {names[-1]}" if len(names) > 2 else ", ".join(names)


def hours(text: str | None) -> str:
    """ "09:00-17:30" is "9am to 5:30pm"; what cannot be read stays as it was written."""
    ends = hours_of(text) if text else None
    if ends is None:
        return _unread(text)
    return "at any time" if ends[0] == ends[1] else " to ".join(clock_words(end) for end in ends)


def _unread(text: str | None) -> str:
    return {DIFFERS: _UNLIKE, UNREADABLE: _UNREAD}.get(text or "", text or "")


def role(code: str) -> str:
    """A role within a sentence: "hub officer", "Commissioner's analyst"; "the system" where it was nobody."""
    title = ROLES[code].title if code in ROLES else code.replace(".", " ").replace("_", " ")
    return _WHO.get(code) or (title if title.startswith(_NAMED) else title[:1].lower() + title[1:])


def who(code: str) -> str:
    """The role as whoever did something: "a hub officer", "an independent domestic violence adviser"."""
    said = role(code)
    article = "" if code in _WHO else "the " if said.startswith(_NAMED) else "an " if said[:1] in "aeio" else "a "
    return article + said
