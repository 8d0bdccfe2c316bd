"""How each hold of a case ends, in words, and the page on which a human can end it."""

from collections.abc import Sequence
from typing import NamedTuple

from kit.web.app import Visit
from services.referral.case_ui import why, words
from services.referral.desk_books import HoldEnds, hold_ends
from services.referral.domain.ended_holds import lacks
from services.referral.domain.facts import CaseFacts
from services.referral.store.cases import Case, Routing
from services.referral.store.hold_ends import HoldEnd as Ending

FOR_GOOD = HoldEnds("It stays on this case, whatever is told later.")
END = "End this hold"
SECOND = "Agree, or say no"
ASKED = "Somebody has asked to end it, and a second person has to agree."


class Held(NamedTuple):
    """A hold in words, how it ends, and the link to where it does, for whoever may use it."""

    name: str
    words: str
    link: str
    at: str | None


def of(
    visit: Visit, case: Case, waiting: Sequence[Ending] = (), routing: Routing | None = None, *, by_person: bool = False
) -> list[Held]:
    """Each hold of a case. `waiting`: the ends that wait for a second person; `routing`: its last decision;
    `by_person`: no word of the police makes any way to reach the person safe."""
    asked = {one.hold for one in waiting}
    found = [_held(visit, case, hold, name_of(hold, routing), asked=hold in asked) for hold in case.holds]
    other = [hold_ends().get(hold, FOR_GOOD).by_person if by_person else "" for hold in case.holds]
    return [one._replace(words=words or one.words) for one, words in zip(found, other, strict=True)]


def name_of(hold: str, routing: Routing | None) -> str:
    """A hold in words; that of a word nobody here knows says the word as it was told, and that of a recent assault
    whether its day is known."""
    if hold == "recent_assault":
        return why.recent(routing)
    return (why.words_told(routing) if hold == "unknown_word" else "") or words.words(hold)


def outgrown(holds: Sequence[str], facts: CaseFacts | None) -> list[str]:
    """Those of these holds, in words, that an age asked for which is not the person's: they end by no word alone."""
    needs = {hold: hold_ends().get(hold, FOR_GOOD).needs for hold in holds}
    return [words.words(hold) for hold, need in needs.items() if need and facts and lacks(need, facts) is None]


def _held(visit: Visit, case: Case, hold: str, name: str, *, asked: bool) -> Held:
    end, base = hold_ends().get(hold, FOR_GOOD), f"/cases/{case.case_id}"
    may = visit.may(end.may) and case.state != "closed"
    if end.reasons is not None:
        said = ASKED if asked else end.words
        return Held(name, said, SECOND if asked else END, f"{base}/holds/{hold}" if may else None)
    at = end.page if end.page.startswith("/") else f"{base}/{end.page}"
    return Held(name, end.words, end.link, at if end.page and may else None)
