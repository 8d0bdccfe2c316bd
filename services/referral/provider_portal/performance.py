"""A provider's manager sees each contract against its standards; each number opens its list."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from starlette.responses import Response

from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.words import plural
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.kept import Closure, Kept
from services.referral.domain.performance import (
    MEASURES,
    RESULTS,
    Quarter,
    Summary,
    Tried,
    quarter,
    quarter_of,
    quarters_until,
    result,
    summary,
)
from services.referral.provider_portal import due_words
from services.referral.store import keeping, monitoring

Measured = tuple[Contract, int, list[tuple[str, str, Summary]], list[Closure]]


def contracts_of(visit: Visit, books: Books) -> list[Contract]:
    mine = visit.signed_in.organisation_id
    return [c for c in books.directory.contracts if c.provider.provider_id == mine]


def asked_quarter(visit: Visit) -> Quarter | None:
    """The quarter of the address, by default the present one; None when it is none."""
    return quarter(visit.query.get("period") or quarter_of(local_day(visit.now)))


def taken(minutes: int | None) -> str:
    """Working time as people say it: minutes, then hours."""
    if minutes is None:
        return "None yet"
    return plural(minutes, "working minute") if minutes < 120 else plural(round(minutes / 60), "working hour")


async def show_performance(visit: Visit, books: Books) -> Response:
    period = asked_quarter(visit)
    if period is None:
        return visit.not_found()
    viewer = visit.signed_in
    async with visit.begin() as tx:
        legs = await monitoring.tried(tx, period)
        kept = await keeping.kept(tx)
        await audit.record(tx, [audit.seen(viewer, "portal.performance_seen", "provider", viewer.organisation_id)])
    # Ten thousand legs take a third of a second: beside the loop, so that nobody else's page waits for it.
    shown = await asyncio.to_thread(_measured, contracts_of(visit, books), legs, kept, period, visit.now)
    return visit.render(
        "provider_portal/performance.html",
        period=period,
        periods=[{"value": q.name, "text": q.words} for q in quarters_until(local_day(visit.now), 9)],
        shown=shown,
        results=RESULTS,
        taken=taken,
    )


def _measured(
    contracts: Sequence[Contract], legs: Sequence[Tried], kept: Kept, period: Quarter, now: datetime
) -> list[Measured]:
    """Each contract with how many legs it had, how they stand in each measure, and its closures."""
    shown = []
    for contract in contracts:
        own = [leg for leg in legs if leg.contract_id == contract.contract_id]
        closed = kept.closed_days(contract.contract_id)
        rows = [(m, text, summary(own, m, contract.standards, now, closed)) for m, text in MEASURES.items()]
        shown.append((contract, len(own), rows, _closures(kept, contract, period)))
    return shown


def _closures(kept: Kept, contract: Contract, period: Quarter) -> list[Closure]:
    """The planned closures of a contract that fall into a quarter."""
    first, last = local_day(period.begins), local_day(period.ends)
    mine = [one for one in kept.closures if one.contract_id == contract.contract_id]
    return [one for one in mine if one.from_day < last and one.until_day >= first]


async def show_measured(visit: Visit, books: Books) -> Response:
    """The referrals behind one number."""
    measure, wanted, period = visit.params["measure"], visit.params["result"], asked_quarter(visit)
    contract = next((c for c in contracts_of(visit, books) if c.contract_id == visit.id("contract_id")), None)
    if contract is None or measure not in MEASURES or wanted not in RESULTS or period is None:
        return visit.not_found()
    standards = contract.standards
    async with visit.begin() as tx:
        legs = await monitoring.tried(tx, period, contract.contract_id)
        closed = (await keeping.kept(tx)).closed_days(contract.contract_id)
        found = [leg for leg in legs if result(leg, measure, standards, visit.now, closed) == wanted]
        names = (measure, wanted, *(leg.reference for leg in found))
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.measured_seen", "list", None, names)])
    return visit.render(
        "provider_portal/measured.html",
        heading=f"{MEASURES[measure]}: {RESULTS[wanted].lower()}",
        contract=contract,
        period=period,
        rows=[(leg, leg.due_at(measure, standards, closed, visit.now), leg.done_at(measure)) for leg in found],
        day=lambda at: due_words.day(at, visit.now),
    )
