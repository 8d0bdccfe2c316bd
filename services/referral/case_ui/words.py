"""Codes in words, for staff."""

from datetime import date, datetime
from typing import Any

from contracts import marks
from contracts.reference import local_authority_name
from contracts.vocabulary import SERVICE_LINES
from contracts.working_time import HUB_HOURS, LONDON, calendar, local_day, runs_by_the_clock, working_minutes
from kit.web.words import date_words, plural, span
from services.referral import desk_books
from services.referral.domain.access import NAMED
from services.referral.domain.languages import LANGUAGES
from services.referral.said import FIELDS
from services.referral.store.alerts import ALERTING, UNKNOWN
from services.referral.store.tasks import NO_CASE

_SHORT = {"idva": "IDVA", "isva": "ISVA", "child_isva": "Child ISVA", "marac": "MARAC", "sarc": "SARC"}
_SHORT |= (
    FIELDS
    | NAMED
    | {
        "other_channels": "Given twice, or not readable: use none before you have asked",
        "worker_gender": "Choice of the worker's gender",
        "worker_woman": "A woman as worker",
        "worker_man": "A man as worker",
        "idva_lgbt": "LGBT+ IDVA",
        "idva_male": "IDVA for men",
        "by_and_for": "By-and-for service",
        "somebody": "Through somebody",
        "childrens_social_care": "Children's social care",
        "nrm_first_responder": "NRM first responder",
        "other_force_hub": "Hub of another force",
    }
)
_SHORT |= {
    "fgm": "Female genital mutilation",
    "anti_social_behaviour": "Anti-social behaviour",
    "hate": "A hate incident",
}
HOLDS = marks.HOLD_WORDS
DECISIONS = {
    "sent": "Sent automatically",
    "waiting": "Waiting for a human",
    "refused": "The person said no",
    "out_of_area": "Outside our areas",
    "information_only": "Information only",
}
TASKS = {
    "second_for_hold": "Somebody asks to end a hold: a second person has to agree, on the case under why it waits",
    "code_word_guessed": "Three wrong code words were said within a day: somebody may be trying to find out about this"
    " person. Ask them safely, and consider another word",
    "report_day_wrong": "The police say a day of the report that has not come: limits run from when we heard. Ask the"
    " police for the right day",
    "new_hold": "Something new asks for care, and a provider has the case: tell them what they need to know",
    "unknown_word": "The police used a word that our lists do not know: ask them which is meant, before anybody gets in"
    " touch",
    "unknown_milestone": "The police or the courts told of a step by a word that our lists do not know: ask what"
    " happened, and tell who helps them",
    "not_safe_any_more": "The police no longer call safe what a provider may have used: find out which way is safe, "
    "and tell whoever helps the person",
    "details_unread": "What the police sent sealed does not open: ask them to send it again, and find out which way is "
    "safe before anybody uses the number that we had",
    "who_died": "The police recorded a death by this crime, and do not say whose: ask them before anybody is contacted",
    "rows_differ": "The police named this person twice in one crime, and not alike: ask which is right. Until then the"
    " graver counts",
    "days_contradict": "The days on which it happened contradict each other: ask the police for the right ones. Until "
    "then no day is known",
    "find_the_family": "Somebody was killed, and the police name no family: ask who they are, and whether a family "
    "liaison officer is with them",
    "another_person": "The police now give another name and another day of birth: make sure who this is before anybody "
    "gets in touch",
    "two_people": "The police gave one reference to two people in one crime, and the second is in no case: see the name"
    " and details, ask the officer whose case this is, and see that the other gets one",
    "another_force": "Another force tells of this crime now: ask which deals with it, and who tells the person. Nothing"
    " that was shut is open by it",
    "contact_gone": "The police name nobody any more to speak to at this business, and a provider has it: ask them who"
    " speaks for it now, and tell the provider",
    "not_in_the_record": "The person is not in the last police record: ask why, and tell whoever helps them",
    "sent_twice": "The person is with a service twice, perhaps for one and the same incident: see whether one of the"
    " two is to be asked back, and tell both services which goes on",
    "joined_not_safe": "Several records were found to be this person's, and a way that a provider may use is not known"
    " to be safe any more: find out which way is, and tell whoever helps the person",
    "parted_not_safe": "Two records were held to be one person's, and a way to reach somebody was spoken of meanwhile:"
    " nobody knows whose word it was. Find out in a safe way how this person is to be reached, and tell whoever helps"
    " them",
    "agree_code_word": "The code word of this person was agreed while another record was held to be theirs, and is"
    " taken away: agree one with the person",
    "known_at_provider": "The person has this already in another case, which may be of the same incident: see whether"
    " it is one, and join the two or send it as well",
    "age_to_check": "The date of birth and the age that the police gave do not fit: ask, and record the age",
    "ages_differ": "Two records that are held to be one person's say different ages, and the younger counts: ask, and"
    " record the age",
    "age_parted": "A younger age counted while another record was held to be this person's, and does not any more: see"
    " which holds and lines came of it, and end what is wrong",
    "safeguarding_door": "The person said no to support: their safety is still to be looked at, see the doors",
    "call_emergency": "Danger now: call 999, then write down on the case that it was called",
    "ask_officer_to_ask": "Ask the officer to ask the person",
    "suspect_may_be_known": "Somebody of the name of who did it has a case here: look whether it is them, and keep the"
    " two apart before either is sent to a provider",
    "add_children": "Add the children of the household, or record why not",
    "add_exploited_person": "Add the exploited person, or record why not",
    "check_hate_flag": "The police used a flag that our lists do not know, and it may speak of hate: ask whether it was"
    " hate, and of which strand. The case shows the flag as it was told",
    "review_risk": "Review the risk",
    "risk_parted": "Review the risk: it may have been counted as high from the reports of another person, whose record"
    " was held to be theirs and is apart now. Look also at what was opened by it, as MARAC",
    "person_died": "It was recorded that the person died: make sure that it is so, and end what is still open",
    "speak_to_living": "It was a mistake that the person died, and every way to reach them is still shut: find a way"
    " that is safe, speak to them, and open it again",
    "another_way": "It was not safe to go on with a service, or the risk had changed: find another way to help, and "
    "get in touch in no way of which it is not known to be safe",
    "look_for_service": "Support ended, and the hub is to look for another service: ask the person which",
    "offer_next_provider": "Offer the next provider",
    "answer_provider": "The provider asked the hub a question: answer it, on the referral. Until then it may wait",
    "waits_in_danger": "Somebody at high risk was put on a waiting list: ring the provider, or transfer the referral to"
    " one that can begin now",
    "waits_unreached": "Somebody on a waiting list is not reached: ask the provider when and how it tried, and find a"
    " way that is safe",
    "wait_needs_changed": "What somebody on a waiting list needs has changed: ask the provider and the person what it"
    " is now, and whether another service fits",
    "held_in_danger": "Somebody at high risk is on hold: ring the provider, and find who helps them meanwhile",
    "send_stopped": "It was sent and did not leave: what allowed it was over before. See the referral, and ask the "
    "person, or send it to another",
    "ring_not_reached": "Ring the provider: it has taken the person, and nobody there has reached them in time",
    "transfer_not_reached": "The provider has still not reached the person: transfer the referral to one that can",
    "ring_no_worker": "Ring the provider: it has taken the person, and names nobody there who looks after them",
    "ring_duty_line": "Ring the provider's duty line: it is silent",
    "contact_wish": "The person said on their own page how to be reached: read it in the timeline, and make sure in "
    "another safe way that it was them",
    "number_changed": "A number or address is another one now: tell each provider that was given the one before",
    "written_danger": "What the person wrote of how it went may speak of danger: a leader reads it now, and the "
    "risk is looked at",
    "danger_taken_back": "What the person wrote may have spoken of danger, and was taken back before anybody read it,"
    " perhaps by somebody else: the words are gone, look at the risk all the same",
    "complaint_danger": "Words of a complaint may speak of danger: a leader reads them now, makes sure whose they are,"
    " and the risk is looked at",
    "agreement_afraid": "The person took back an agreement, or said no, since they are afraid: look at the risk now, "
    "and at whether it has to be shared without agreement",
    "review_hold": "A hold is to be looked at again",
    "check_in": "Somebody on a waiting list is to be spoken to",
    "offer_stopped": "The person said that they do not want this, or want no more of it, and its referral is still"
    " open: end it. Until you have looked its provider is told to make no contact about it",
    "share_less": "The person wants less to be shared, and the help that stood on it ended: ask them what may be"
    " shared, take an agreement for that, and refer them again",
    "agreement_ended": "An agreement ran out: the provider does not see the person until they agree again. Ask them",
    "said_no_elsewhere": "The person said no to the police in another case since: ask them again before anything more"
    " is sent here, and record what they say",
    "said_no_since": "The police say that the person said no to sharing since, so nobody contacts them: ask the "
    "officer in the case whether it stands, or take back what is open",
    "said_no_to_support": "The person said no to support: record it on each referral, then close this",
    "name_liaison_officer": "No family liaison officer is named: ask the police whether there is one",
    "name_worker": "With the provider, but nobody there can see it: name one worker, or withdraw it",
    "decide_same_person": "It may be somebody who is restricted, so it is hidden: say whether it is the same person",
    "may_be_known": "May be somebody we know already, and it cannot wait: compare the two and say whether it is"
    " the same person",
    "agreement_ending": "An agreement ends soon: ask the person again",
    "tell_referrer": "Tell whoever referred the person: no reply, and unsafe to leave a message",
    "override_confirmed": "A second person confirmed that it is shared without agreement: send it now",
    "override_refused": "A second person did not confirm that it is shared without agreement: find another way",
    "hold_end_agreed": "A second person agreed that a hold ends: go on with the case, nothing has left",
    "override_unconfirmed": "No second person has confirmed that this is shared without agreement",
    "one_chance_elsewhere": "Another case of this person may be the one chance to speak to them: go on from that one,"
    " and tell whoever helps them here",
    "risk_elsewhere": "Another case of this person is of high risk: go on from that one, and tell whoever helps them"
    " here",
    "given_twice": "The police gave two numbers for one way to reach the person, or something else twice, or one in"
    " words we cannot read: see the name and details, and ask the officer which is right",
    "no_crime": "The police say that it is no crime any more: ask whether the person still wants help",
    "nobody_can_reach": "It was sent by itself, and no number or address that is safe came with it: ask the officer",
    "counter_allegation": "The provider helps the other party too: agree with it that the two never meet",
    "narrow_no_way": "It was sent without a way to reach the person, who has agreed to no more: bring the two together,"
    " or ask whether more may be shared",
    "narrow_no_risk": "It was sent without the risk, which the person has not agreed to share: tell the provider what"
    " you may, or ask whether more may be shared",
    "shared_unconfirmed": "It was shared without agreement, and a second person did not confirm it: ask the provider to"
    " delete what it was given, and write down that it has",
    "provider_ruled_out": "It is with a provider that is ruled out for the person: ask them, and withdraw it or"
    " transfer it",
    "ask_agreement_again": "Ask the person whether they agree to the new provider",
    "contract_ends": "A contract ends while people are with it: decide who takes them over, and hand over",
    "contract_over": "A contract is over and people are still with its provider: hand them over today",
    "nobody_left": "Nobody can sign in for a provider any more, and people are with it: ring it, and decide who takes"
    " over",
    "handover_not_taken": "The contract was handed over, and the new one does not take this person: find who can",
    "handover_not_asked": "The contract was handed over, and the person may not be asked now: decide who helps them on",
    "transfer_not_taken": "A transfer did not go: the new service does not take this person, who stays where they are."
    " Its referral says why: find who can",
    "transfer_not_asked": "A transfer did not go, and the person may not be asked now: decide who helps them on",
    "handover_name_worker": "The contract was handed over: name a worker of the new provider, then transfer",
}
_LOOK_FOR = "Support ended, and the hub is to look for another service: "
TASKS |= {f"look_for_{line}": _LOOK_FOR + _SHORT.get(line, line.replace("_", " ")) for line in SERVICE_LINES}

_NO_CASE = (
    "No case is known of a crime of which this was told: {}. Ask the police who was harmed, and tell who helps them"
)
TASKS |= {f"{NO_CASE}{trigger}": _NO_CASE.format(trigger.replace("_", " ")) for trigger in (*ALERTING, UNKNOWN)}


def words(code: str | None) -> str:
    """A code as words: `anti_social_behaviour` is "Anti social behaviour"."""
    if not code:
        return "Not recorded"
    return HOLDS.get(code) or _SHORT.get(code) or code.replace("_", " ").replace("-", " ").capitalize()


def language(tag: str | None) -> str:
    """The name of a language, or that it is not known."""
    return LANGUAGES.get(tag or "") or words(tag)


def plain(value: Any) -> str:
    """A revealed value as one line: the parts of an address or a name, or a day."""
    if isinstance(value, dict):
        return ", ".join(plain(one) for one in value.values() if one)
    if isinstance(value, list):
        return ", ".join(plain(one) for one in value)
    try:
        return date_words(date.fromisoformat(str(value)), weekday=False)
    except ValueError:
        return str(value)


def area(code: str | None) -> str:
    return local_authority_name(code) if code else "Not known"


def time_left(by: datetime | None, now: datetime) -> str:
    """ "due tomorrow, 9 working hours left", "late by 2 working hours". A limit in hours, as that of life safety is,
    runs at night too and is told by the clock: "due today, 45 minutes left", "late by 1 hour 13 minutes"."""
    if by is None:
        return "no clock is running"
    if by < now:
        return f"late by {_between(by, now, by)}"
    days = (local_day(by) - local_day(now)).days
    day = "today" if days == 0 else "tomorrow" if days == 1 else f"{by.astimezone(LONDON):%A}" if days < 7 else ""
    return f"due {day or date_words(by, weekday=False)}, {_between(now, by, by)} left"


def is_recorded(said: str) -> bool:
    """Whether what a page says of a thing is more than that nobody recorded it."""
    return said.casefold() not in ("", "not known", "not recorded", "not asked", "unknown")


def limit(act_by: datetime | None, of_code: datetime | None, entitlement: str | None) -> str:
    """Which limit it is that ends first: of the Code, or the hub's own."""
    if of_code is None or of_code != act_by:
        return "The hub's own limit" if act_by else "Nothing runs"
    return desk_books.right_names().get(entitlement or "") or words(entitlement)


HOURS_A_DAY = 8
"""Working hours of a day of the hub; lateness of more than two days is told in days."""


def _between(start: datetime, end: datetime, by: datetime) -> str:
    if runs_by_the_clock(by):
        return span(int((end - start).total_seconds()) // 60)
    hours = working_minutes(start, end, calendar(), HUB_HOURS) // 60
    if end > by and hours > 2 * HOURS_A_DAY:
        return plural(hours // HOURS_A_DAY, "working day")
    return "less than a working hour" if hours == 0 else plural(hours, "working hour")


KINDS = {
    "person": "Somebody who was harmed",
    "business": "A business that was harmed",
    "bereaved": "Somebody bereaved",
    "witness": "A witness",
}
LOCKS = {
    "someone_else_answered": "somebody else answered or reads it",
    "wrong_number": "it was a wrong number or address",
    "said_unsafe": "it was said not to be safe",
    "message_left": "a message was left where none may be",
    "one_chance": "there may be one chance to speak to the person",
    "died": "it was recorded that the person died",
}


def lock(why: str | None) -> str:
    """Why a way to reach somebody is locked, within a sentence."""
    return LOCKS.get(why or "") or words(why).lower()


def event(kind: str) -> str:
    """`referral.not-reached.v1` is "Referral not reached"."""
    return kind.rsplit(".", 1)[0].replace(".", " ").replace("-", " ").capitalize()


def standing(decision: str, state: str) -> str:
    """Where a case stands, for its first page: what was decided, unless a human waited for has decided since."""
    if decision == "waiting" and state in ("active", "closed"):
        return "With a provider" if state == "active" else "Closed"
    if decision in ("sent", "waiting") and state in ("waiting", "resting"):
        return DECISIONS["waiting"] if state == "waiting" else "Nothing of it is open"
    return DECISIONS.get(decision, words(decision))
