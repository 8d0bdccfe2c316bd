"""Who could help, and why not the others: every contract with each rule passed or failed in words, now and as it was
when something was decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.vocabulary import SERVICE_LINES
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from services.referral.actions import books as stocked
from services.referral.case_ui import steps, words
from services.referral.case_ui.room import Desk, frame, opened
from services.referral.domain.facts import facts_of
from services.referral.domain.matching import Explained, explain
from services.referral.store import cases
from services.referral.store.cases import Routing


@dataclass(frozen=True, slots=True)
class Panel:
    """The contracts in groups: those that fit, those one change away (`near`), the others of the line, and those of
    other lines. Each contract of the directory is in one of them."""

    fits: Sequence[Explained]
    near: Sequence[Explained]
    no: Sequence[Explained]
    elsewhere: Sequence[Explained]


def panel(found: Sequence[Explained], line: str) -> Panel:
    """Every contract, in its group; within one, those first in whose way least stands."""
    mine = [each for each in found if each.contract.line == line]
    return Panel(
        fits=[each for each in mine if each.fits],
        near=[each for each in mine if not each.fits and each.change],
        no=[each for each in mine if not each.fits and not each.change],
        elsewhere=[each for each in found if each.contract.line != line],
    )


async def choose(visit: Visit, desk: Desk) -> Response:
    """Who could help now: the contracts that fit, then why not the others and what would open each door."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        referral = await steps.held(tx, visit)
        routings = await cases.routings(tx, case.case_id)
        books = await stocked.current(tx, desk.books)
        top = await frame(tx, visit, case, "Referrals")
        await audit.record(tx, [audit.seen(visit.signed_in, "contracts_seen", "case", case.case_id)])
    facts = facts_of(routings[0].facts["case"]) if routings else None
    day = local_day(visit.now)
    found = explain(facts, referral.line, books.directory, day) if facts else ()
    return visit.render(
        "case_ui/contracts.html",
        **top,
        referral=referral,
        panel=panel(found, referral.line),
        state=lambda contract: words.words(contract.state_on(day)).lower(),
        decisions=[one for one in routings if referral.line in one.lines and one.directory_version],
    )


async def then(visit: Visit, desk: Desk) -> Response:
    """The same panel for a decision that was taken: its facts, its day, and the directory as it stood."""
    line, run = str(visit.params["line"]), str(visit.params["run"])
    if line not in SERVICE_LINES:
        raise HTTPException(404)
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        decision = _of(await cases.routings(tx, case.case_id), run)
        directory = await stocked.as_it_stood(tx, decision.directory_version)
        top = await frame(tx, visit, case, "Referrals")
        await audit.record(tx, [audit.seen(visit.signed_in, "decision_explained", "case", case.case_id)])
    day = local_day(decision.decided_at)
    found = explain(facts_of(decision.facts["case"]), line, directory, day) if directory else None
    return visit.render(
        "case_ui/decision.html",
        **top,
        line=line,
        decision=decision,
        panel=panel(found, line) if found is not None else None,
        state=lambda contract: words.words(contract.state_on(day)).lower(),
    )


def _of(routings: Sequence[Routing], run: str) -> Routing:
    found = next((one for one in routings if str(one.run) == run), None)
    if found is None:
        raise HTTPException(404)
    return found
