"""Why: rules that fired and reasons that were given, in the words of the books, for staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.working_time import local_day
from kit.web.words import date_words
from services.referral.case_ui import words
from services.referral.domain import risk_said, unfamiliar
from services.referral.domain.books import Books
from services.referral.domain.ended_holds import ENDED
from services.referral.domain.facts import NOTHING_KNOWN, History, facts_of
from services.referral.domain.matching import TAKING, fits
from services.referral.domain.routing import RoutingRule
from services.referral.store.batches import remembered
from services.referral.store.cases import Case, Routing

OURS = {
    "switch.major_incident": "A team leader switched a major incident on.",
    "lift.major_incident": "A team leader lifted the hold of a major incident.",
}
NO_RISK = (
    "Domestic abuse at 16 or over. Nobody knows yet how dangerous it is (no grade of risk and no Dash score), and none"
    " of the conditions for an independent domestic violence adviser is met so far."
)
DOUBTFUL = (
    "What the police sent sealed does not fit what they said in the open or what is known (the age, who it is, a number"
    " that is locked in another record), or is of two people: look at the details before anything is sent."
)
KNOWN = (
    "Known already for {}: it is with a provider in the case of another crime, which names the person no more or is"
    " told of the same days: it may be one incident. A human sees whether it is, or sends it as well."
)
TWICE = (
    "The police named this person twice in one crime, and the two do not agree ({}): the graver counts, and nothing"
    " leaves by itself before somebody has asked."
)
DIED = "It was recorded that this person died: nobody is to be sent anywhere before somebody has made sure of it."


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fired: why, as it says itself, and by which name and version it is found."""

    why: str
    id: str
    version: str


def fired(books: Books, routing: Routing | None) -> list[Fired]:
    """The rules of a decision in the words of the file it was taken by; one that is no more has its name."""
    if routing is None:
        return []
    found = _of(books, routing)
    named = [one.partition("@") for one in routing.rules]
    return [Fired(_said(found[id], routing) if id in found else _ours(id), id, version) for id, _, version in named]


def _said(rule: RoutingRule, routing: Routing) -> str:
    """As the file says it; but where no risk is known, that nothing says it is high would sound as if it were not."""
    unknown = rule.id == "line.domestic_abuse" and risk_said.not_known(facts_of(routing.facts["case"]))
    return NO_RISK if unknown else rule.why


def _ours(id: str) -> str:
    if id.startswith(ENDED):
        return f"Somebody ended a hold, for a reason that is in the notes: {words.words(id.removeprefix(ENDED))}."
    return OURS.get(id, id)


def recommended(books: Books, routing: Routing | None, gives: str = "lines") -> dict[str, str]:
    """Each line of a decision with why it was recommended; or what else the rules give: holds, doors or offers."""
    if routing is None:
        return {}
    found = _of(books, routing)
    rules = [found[id] for id in (one.partition("@")[0] for one in routing.rules) if id in found]
    return {line: _said(rule, routing) for rule in rules if rule.gives == gives for line in rule.names}


def _of(books: Books, routing: Routing) -> dict[str, RoutingRule]:
    version = next((one for one in books.versions if one.rules.version == routing.rules_version), books.versions[-1])
    return {rule.id: rule for rule in version.rules.rules}


def risk(routing: Routing | None) -> str | None:
    """The risk as the last decision took it, with what made it high."""
    if routing is None:
        return None
    return risk_said.risk(facts_of(routing.facts["case"]), _history(routing.facts.get("history")))


def _history(told: Mapping[str, Any] | None) -> History:
    return remembered(told) if told else NOTHING_KNOWN


def words_told(routing: Routing | None) -> str:
    """The words that our lists do not know, exactly as the police told them; nothing where each is known."""
    told = unfamiliar.said(facts_of(routing.facts["case"]).unfamiliar) if routing else []
    return f"{words.HOLDS['unknown_word']}: {', '.join(told)}" if told else ""


def no_day(routing: Routing | None) -> bool:
    """Whether nobody said on which day it happened."""
    return routing is not None and facts_of(routing.facts["case"]).committed_to is None


def recent(routing: Routing | None) -> str:
    """A recent assault in words: whether its day is known, where it is known whether it is."""
    if routing is None:
        return words.HOLDS["recent_assault"]
    return (
        "Assault that may be recent: no day known" if no_day(routing) else "Assault in the seven days before the report"
    )


WHAT = (
    "Nothing that our lists know says what happened, neither an offence nor a kind of incident: ask the police before"
    " anything leaves."
)
RISK_ELSEWHERE = (
    "Another open case of this person is of high risk, or its risk is to be looked at again: nothing leaves before a"
    " human has looked at both."
)


def waits(books: Books, case: Case, routing: Routing | None) -> list[str]:
    """Why a case that no hold keeps waits for a human all the same; and which of its lines waits alone, since who is
    sent to by itself helps the other party."""
    if routing is not None and (apart := _kept_apart(books, case, routing)):
        return apart
    if routing is not None and not case.holds and (asks := words_told(routing)):
        return [asks]
    if routing is None or case.holds or case.decision != "waiting" or case.state != "waiting":
        return []
    history = _history(routing.facts.get("history"))
    if history.died:
        return [DIED]
    if differ := facts_of(routing.facts["case"]).rows_differ:
        return [TWICE.format(", ".join(map(words.words, differ)).lower())]
    if history.doubtful:
        return [DOUBTFUL]
    if history.one_chance_elsewhere:
        return ["Another open case of this person is of honour-based abuse: there may be one chance to speak to them."]
    if known := sorted(history.known_already.intersection(case.lines)):
        return [KNOWN.format(", ".join(map(words.words, known)).lower())]
    no = no_elsewhere(routing)
    if elsewhere := [said for said in (RISK_ELSEWHERE if history.high_risk_elsewhere else None, no) if said]:
        return elsewhere
    facts, day = facts_of(routing.facts["case"]), local_day(routing.decided_at)
    if facts.source == "police" and not facts.says_what:
        return [WHAT]
    force = books.on(day)
    if facts.source != "police":
        return ["They came by themselves, or through an agency: nothing leaves before a human has looked."]
    if facts.person_kind not in force.policy.kinds:
        return [f"For a {facts.person_kind} nothing leaves by itself: a human chooses."]
    said = []
    for line in case.lines:
        named = force.policy.named_contract(line, facts.area)
        where = "" if facts.area else ", since the area is not known"
        if named is None:
            said.append(f"{words.words(line)}: no contract is named that is sent to by itself{where}.")
        elif named.state_on(day) not in TAKING or not fits(facts, named, day):
            said.append(f"{words.words(line)}: {named.title} is sent to by itself, and could not take them.")
    return said or ["A human goes on from what is recommended below."]


def no_elsewhere(routing: Routing | None) -> str | None:
    """That the person said no in another case, as it was known when this one was decided; None where they did not."""
    no = _history(routing.facts.get("history")).no_elsewhere if routing else None
    if no is None:
        return None
    what = f"{words.words(no.line)} support" if no.line else "support"
    did = f"took back their agreement to {what}" if no.taken_back else f"said no to {what}"
    return f"The person {did} on {date_words(no.on)}, in another case: ask them before anything is sent."


def _kept_apart(books: Books, case: Case, routing: Routing) -> list[str]:
    helping, day = _history(routing.facts.get("history")).other_party_with, local_day(routing.decided_at)
    if not helping or case.holds or case.state != "waiting":
        return []
    area, force = facts_of(routing.facts["case"]).area, books.on(day)
    named = [(line, force.policy.named_contract(line, area)) for line in case.lines]
    return [
        f"{words.words(line)}: {one.title} is sent to by itself, and its provider is helping somebody named as a"
        " suspect in a crime against them, or who named them as one. The two never meet: a human chooses."
        for line, one in named
        if one is not None and one.provider.provider_id in helping
    ]


def reason(books: Books, code: str | None, first: str) -> str:
    """A coded reason in the words of its list, or else of another that knows it: `first` is asked first, and what a
    provider says of itself when it declines last, as nobody else says it so."""
    reasons = books.transitions.reasons
    lists = [reasons[first], reasons["transfer"], *(one for name, one in reasons.items() if name != "decline")]
    lists.append(reasons["decline"])
    known = (one.words_of(code) for one in lists if code)
    return next((said for said in known if said != code), words.words(code))


def reason_of_event(books: Books, kind: str, code: str | None) -> str:
    """The reason of an event by its type; nothing where it has none."""
    return (books.transitions.reason_of(kind, code) or reason(books, code, "withdraw")) if code else ""
