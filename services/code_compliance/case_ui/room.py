"""What the pages share: the rulebook handed to each view, and a case with its clocks as the viewer may see them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import reference
from contracts.working_time import working_minutes
from kit.database import Tx
from kit.web.app import Visit
from services.code_compliance.domain.entitlements import Clock, Key, clock_id
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.marked import Marked, marks_of
from services.code_compliance.domain.pauses import Pause
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.store import cases as stored_cases
from services.code_compliance.store import clocks as stored_clocks
from services.code_compliance.store import ledger, marked, told
from services.code_compliance.store.ledger import Former

View = Callable[[Visit, Rulebook], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Room:
    """Gives every view the rules in force."""

    rules: Rulebook

    def __call__(self, view: View) -> Callable[[Visit], Awaitable[Response]]:
        async def answer(visit: Visit) -> Response:
            return await view(visit, self.rules)

        return answer

    def of_cases(self, view: View) -> Callable[[Visit], Awaitable[Response]]:
        """The same for a page that shows single cases: whoever may not open cases is refused."""

        async def answer(visit: Visit) -> Response:
            return await view(visit, self.rules) if may_see_small(visit) else visit.forbidden()

        return answer


def may_see_small(visit: Visit) -> bool:
    """Whoever may open cases may see numbers of few people, and the lists behind them (docs/adr/0015)."""
    return visit.may("case.read")


@dataclass(frozen=True, slots=True)
class Opened:
    """A case with all that was told of it."""

    case: Case
    clocks: dict[Key, Clock]
    milestones: list[Milestone]
    evidence: list[Evidence]
    pauses: list[Pause]
    history: dict[Key, list[Former]]
    answered: frozenset[UUID]
    marked: Marked

    @property
    def reference(self) -> str:
        return reference(self.case.case_id)

    def pauses_of(self, clock: Clock) -> list[Pause]:
        return [p for p in self.pauses if (p.entitlement, p.occurrence) == clock.key]

    def clock(self, wanted: UUID) -> Clock:
        """The clock with this id; the page is not there when there is none."""
        for clock in self.clocks.values():
            if clock_id(self.case.case_id, clock.entitlement, clock.occurrence) == wanted:
                return clock
        raise HTTPException(404)


async def open_case(tx: Tx, case_id: UUID) -> Opened:
    """A case as the viewer of the transaction may see it; for a restricted one without the right it is not there."""
    cases = await stored_cases.load(tx, cases=[case_id])
    if not cases:
        raise HTTPException(404)
    crimes = [case.crime_id for case in cases if case.crime_id]
    clocks = await stored_clocks.load(tx, [case_id])
    milestones = await told.milestones(tx, [case.life for case in cases])
    evidence = await told.evidence(tx, crimes, [case_id])
    pauses = await ledger.pauses(tx, [case_id])
    return Opened(
        case=cases[0],
        clocks=clocks.get(case_id, {}),
        milestones=[m for found in milestones.values() for m in found],
        evidence=[e for found in evidence.values() for e in found],
        pauses=pauses.get(case_id, []),
        history=await ledger.history(tx, case_id),
        answered=await ledger.answered(tx, case_id),
        marked=await marked.of_case(tx, case_id),
    )


def dangers(opened: Opened) -> list[dict[str, str]]:
    """The badges of danger, as the hub's own pages have them."""
    return [{"text": text, "classes": f"moj-badge--{colour}"} for colour, text in marks_of(opened.marked)]


def next_clock(opened: Opened) -> Clock | None:
    """The running clock that is due first."""
    running = [c for c in opened.clocks.values() if c.state == "running" and c.due_at is not None]
    return min(running, key=lambda c: (c.due_at, c.key), default=None)


def time_left(visit: Visit, clock: Clock, rules: Rulebook) -> str:
    """ "9 working hours left", "under an hour of working time left", "past its day"."""
    if clock.due_at is None or clock.due_at < visit.now:
        return "past its day"
    hours = working_minutes(visit.now, clock.due_at, rules.calendar) // 60
    if hours == 0:
        return "under an hour of working time left"
    return f"{hours} working {'hour' if hours == 1 else 'hours'} left"
