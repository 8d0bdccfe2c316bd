"""What the hub's pages share: the books of the service, a case as its viewer may see it, and refusals in words."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts import marks
from contracts.refused import Refused
from contracts.working_time import local_day
from kit.database import Tx
from kit.listening import Context
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import date_words, when
from services.referral.actions import alarming, contacting
from services.referral.actions import books as stocked
from services.referral.actions.beside import CODES
from services.referral.actions.books import standards
from services.referral.actions.gating import NO_CONTACT
from services.referral.case_ui import glass, why, words
from services.referral.domain import safe_contact
from services.referral.domain.books import Books
from services.referral.domain.facts import stays_high
from services.referral.domain.routing import priority
from services.referral.said import role
from services.referral.store import cases, consent, contact, elsewhere, must_not_know, preferring
from services.referral.store.cases import Case
from services.referral.store.queues import Queued

FRESH = timedelta(seconds=5)
STALE = frozenset({"not_from_here", "already_with_a_provider", "already_open", "too_late", "already_confirmed"})
STALE |= {"already_transferring", "list_has_changed"}
REFUSALS = {
    "missing": "Choose an answer",
    "goes_on": "The contract has not been let again: choose another reason",
    "not_in_the_list": "Choose an answer from the list",
    "too_few_attempts": "Record at least three attempts before you close it as not reached, or choose that there is no"
    " safe way where none is",
    "not_allowed": "Your role may not do this",
    "needs_the_persons_agreement": "The person has to agree to this provider first: record their agreement",
    "does_not_fit": "The contract does not take this person as it stands: see under “Who could help” what stands in the"
    " way, and what would open it",
    "needs_the_specialist": "In a case like this a specialist has to agree first: write it down under “Safeguards”",
    "ruled_out_conflict": "This provider works with the other party: choose another, or ask it, and write down under"
    " “Who could help” who there said that it can take this person all the same",
    "ruled_out_unsafe": "This provider said that the person would not be safe with it: choose another, or ask it, and"
    " write down under “Who could help” who there said that it can take this person all the same",
    "ruled_out_not_safe": "Help at this provider was ended since it was not safe to go on: choose another, or ask it,"
    " and write down under “Who could help” who there said that it can take this person all the same",
    "ruled_out_subcontractor": "A subcontractor that is ruled out for this person works in this contract: agree with"
    " the provider which of the two works with them, and write down under “Who could help” who there agreed",
    "no_agreement_and_no_override": "The person has to agree to this provider first: record their agreement",
    "only_after_speaking_to_the_person": "Only somebody who has spoken to the person may call a channel safe",
    "not_a_channel": "Choose the channel",
    "another_number": "Another record of this person has another one here: say above which is theirs now",
    "parents_word_does_not_count": "A parent's word does not count here: the suspect may be a parent or live there",
    "representatives_word_does_not_count": "A representative's word does not count for a child here: the suspect may be"
    " a parent or live there",
    "too_young_to_agree_alone": "A child under 13 does not agree alone: record under Agreements who agreed for them, or"
    " ask to share without agreement for a lawful reason",
    "to_be_judged_first": "At 13 to 15, record under Agreements that the young person was judged able to decide this,"
    " or who agreed for them",
    "age_not_known_yet": "The person may be a child: find out the age first and record it, or ask to share without"
    " agreement for a lawful reason",
    "decides_themselves": "At 16 and over people decide themselves: choose “The person”, or a representative where they"
    " cannot decide this",
    "second_person_needed": "You asked for this, so somebody else has to confirm it",
    "not_a_lawful_reason": "Choose the lawful reason",
    "needs_a_named_worker": "Choose the worker who is named for this person: nobody else at the provider sees the"
    " referral",
    "is_the_silent_one": "This provider has the referral already and is silent: choose another",
}
WRITTEN = frozenset({"mobile", "landline", "text", "email", "letter"})
"""Channels for which a number or address has to be known."""
ELSEWHERE = {
    "one_chance": "Honour-based abuse in another case: one chance",
    "high_risk": "High risk in another case",
}
TABS = (
    ("Overview", ""),
    ("Timeline", "/timeline"),
    ("Referrals", "/referrals"),
    ("Agreements", "/agreements"),
    ("Rights", None),
    ("Contact", "/contact"),
    ("Notes", "/notes"),
    ("Safeguards", "/safeguards"),
    ("Who has looked", "/looked"),
)
NEEDED = {"Safeguards": "case.reveal", "Rights": "rights.read", "Notes": "case.reveal"}


@dataclass(slots=True)
class Searches:
    """What searches of the last minutes found, cases and tasks, by a random id, so that no address holds what was
    searched for."""

    kept: dict[UUID, tuple[UUID, list[UUID], list[UUID]]] = field(default_factory=dict)

    def keep(self, search_id: UUID, viewer: UUID, found: list[UUID], tasks: list[UUID]) -> None:
        self.kept[search_id] = (viewer, found, tasks)
        while len(self.kept) > 500:
            self.kept.pop(next(iter(self.kept)))

    def found(self, search_id: UUID, viewer: UUID) -> tuple[list[UUID], list[UUID]] | None:
        owner, *found = self.kept.get(search_id, (None, [], []))
        return (found[0], found[1]) if owner == viewer else None


@dataclass(frozen=True, slots=True)
class Desk:
    """What every view is given beside its visit."""

    books: Books
    searches: Searches = field(default_factory=Searches)


View = Callable[[Visit, Desk], Awaitable[Response]]


class Room:
    """Gives every view the desk, its books not older than some seconds; what is sent goes by those of the moment."""

    def __init__(self, context: Context) -> None:
        self.desk = Desk(context.facts)
        self.looked_at: datetime | None = None

    def __call__(self, view: View) -> Callable[[Visit], Awaitable[Response]]:
        async def answer(visit: Visit) -> Response:
            if self.looked_at is None or visit.now - self.looked_at > FRESH:
                async with visit.begin() as tx:
                    books = await stocked.current(tx, self.desk.books)
                self.desk, self.looked_at = replace(self.desk, books=books), visit.now
            try:
                response = await view(visit, self.desk)
            except HTTPException as gone:
                if gone.status_code != 404 or not await glass.is_open(visit):
                    raise
                return await view(glass.lent(visit), self.desk)
            hidden = response.status_code == 404 and await glass.is_open(visit)
            return await view(glass.lent(visit), self.desk) if hidden else response

        return answer


async def opened(tx: Tx, visit: Visit) -> Case:
    """The case of the address; for a restricted one without the right the page is not there."""
    found = await cases.get(tx, visit.id("case_id"))
    if found is None:
        raise HTTPException(404)
    return found


async def _without(tx: Tx, case: Case, safe: Sequence[str]) -> list[str]:
    """Channels that are called safe, and of which no number or address has come."""
    if case.details == "waiting":
        return []
    held = await contact.digests(tx, case.person_id)
    return [kind for kind in safe if kind in WRITTEN and kind not in held]


def _none_known(without: Sequence[str]) -> list[dict[str, str]]:
    named = ", ".join(words.words(kind) for kind in without)
    return [{"text": f"Called safe, not known to us: {named}", "classes": "moj-badge--orange"}] if named else []


async def frame(tx: Tx, visit: Visit, case: Case, active: str) -> dict[str, Any]:
    """The identity bar and the tabs that every page of a case begins with."""
    held = await contacting.profile_for_hub(tx, case, visit.now)
    safe = [k for k in held.channels if safe_contact.may_use(held, k, "support", visit.now).allowed]
    without = await _without(tx, case, safe)
    base = f"/cases/{case.case_id}"
    soon = visit.now + timedelta(days=standards(local_day(visit.now)).agreement_warn_days)
    ends = await consent.first_end(tx, case.case_id, visit.now, soon)
    around = await elsewhere.around(tx, case)
    chance = "one_chance" in around
    warned = [{"text": ELSEWHERE[sign], "classes": "moj-badge--red"} for sign in ELSEWHERE if sign in around]
    ending = [{"text": f"An agreement ends {date_words(ends)}", "classes": "moj-badge--orange"}] if ends else []
    shut_out = await must_not_know.of_case(tx, case.case_id) if visit.may("case.reveal") else []
    rights = f"{base}/rights" if glass.is_lent(visit) else f"/rights/cases/{case.case_id}"
    tabs = [
        {
            "text": text,
            "href": rights if path is None else base + path,
            "active": text == active,
        }
        for text, path in TABS
        if text not in NEEDED or visit.may(NEEDED[text])
    ]
    return {
        "case": case,
        "one_chance": chance or "honour_based_abuse" in case.lines,
        "base": base,
        "tabs": tabs,
        "safe": [words.words(kind) for kind in safe if kind not in without],
        "badges": [
            *warned,
            *await _dated(tx, case, badges(case) if safe_contact.alive(held).allowed else await _dead(tx, case)),
            *await _lifted(tx, case, held.shut),
            *not_to_know(shut_out),
            *ending,
            *_none_known(without),
        ],
        "locked": [
            f"{words.words(kind)} ({words.lock(state.locked_why)}, {when(state.locked_at)})"
            for kind, state in held.channels.items()
            if state.locked_at is not None
        ],
        "left": f"{_what_is_due(case)}, {words.time_left(case.act_by, visit.now)}",
        "words": words.words,
        "role": role,
        "area": words.area,
        "preferences": await preferring.settings(tx),
    }


def _what_is_due(case: Case) -> str:
    """What the next clock of a case is about."""
    said = words.limit(case.act_by, case.next_due, case.next_entitlement)
    return f"{said} to decide what is done" if case.act_by != case.next_due else said


async def _lifted(tx: Tx, case: Case, shut: str | None) -> list[dict[str, str]]:
    """What lets the hub act though the person said no or was not asked; nothing where they may not be contacted."""
    if shut is not None or (case.share != "refused" and not set(NO_CONTACT) & set(case.holds)):
        return []
    held = await consent.of_case(tx, case.case_id)
    agreed = any(one.gate == "agreement" and one.withdrawn_at is None for one in held)
    said = "They agreed since: contact is allowed" if agreed else "Shared without agreement: contact is allowed"
    return [{"text": said, "classes": "moj-badge--orange"}]


def not_to_know(codes: Sequence[str]) -> list[dict[str, str]]:
    """The badge of whom nothing may be said to; their names are on the page of safeguards alone."""
    told = ", ".join(CODES["must_not_know"].get(code, words.words(code)).lower() for code in codes)
    return [{"text": f"Must not know: {told}", "classes": "moj-badge--red"}] if codes else []


SHUT_BY_MISTAKE = "Not dead, that was a mistake: speak to them to open a way again"
UNREAD = "What the police sent sealed does not open"


def dangers(case: Case | Queued, most: int = marks.SHOWN) -> list[str]:
    """What is dangerous about a case, in words (see `marks.dangers`). The end of a hold takes no danger away: its mark,
    or that of its place in the queue, stays."""
    high = stays_high(case.holds, case.priority, case.risk_grade)
    urgent = ["Life safety"] if case.priority == 0 and not high and priority(case.holds) != 0 else []
    return [*urgent, *marks.dangers(case.holds, high=high, urgent=case.priority == 0, most=most)]


def badges(case: Case) -> list[dict[str, str]]:
    """What must be seen at once, in text."""
    shown = marks.marks_of(dangers(case), case.holds, refused=case.share == "refused")
    shown += [("purple", "Restricted")] if case.restricted else []
    shown += [("blue", "Repeat victim")] if case.repeat_victim else []
    shown += [("orange", "Review the risk")] if case.review_since else []
    shown += [("grey", marks.GONE)] if case.removed else []
    shown += [("grey", "Details not opened yet")] if case.details == "waiting" else []
    shown += [("orange", UNREAD)] if case.details == "unreadable" else []
    return [{"text": text, "classes": f"moj-badge--{colour}"} for colour, text in shown]


async def _dated(tx: Tx, case: Case, shown: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The badges with what is true of this case: whether the day of a recent assault is known."""
    if "recent_assault" not in case.holds:
        return list(shown)
    decided = next(iter(await cases.routings(tx, case.case_id)), None)
    general, said = words.HOLDS["recent_assault"], why.recent(decided)
    return [one | {"text": said} if one["text"] == general else one for one in shown]


async def _dead(tx: Tx, case: Case) -> list[dict[str, str]]:
    """Of somebody who died, why the police do not name them among the living is no question. Where it was a mistake
    that they did, the ways are shut still, and the head says why."""
    last = alarming.last_said(await cases.alerts(tx, case.case_id))
    if last is not None and last.trigger != alarming.DEAD:
        return [{"text": SHUT_BY_MISTAKE, "classes": "moj-badge--orange"}, *badges(case)]
    shown = [one for one in badges(case) if one["text"] != marks.GONE]
    return [{"text": marks.DIED, "classes": "moj-badge--red"}, *shown]


def one(visit: Visit, name: str) -> str:
    """The single value of a form field, or nothing."""
    return (visit.form.get(name) or [""])[0]


def error_of(refused: Refused, name: str) -> FieldError:
    """A refusal as a message at the field it belongs to."""
    known = REFUSALS.get(refused.code) or safe_contact.WORDS.get(refused.code)
    return FieldError(name, known or f"This cannot be done now ({refused.code.replace('_', ' ')})")
