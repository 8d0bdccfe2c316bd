"""A provider's manager sees each contract against its standards; each number opens its list."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import whole
from kit.web.words import plural
from services.referral.domain.answering import urgent_contact_hours
from services.referral.domain.books import Books
from services.referral.domain.by_day import by_day, days
from services.referral.domain.directory import Contract
from services.referral.domain.kept import Closure, Kept
from services.referral.domain.performance import (
    MEASURES,
    RESULTS,
    Quarter,
    Summary,
    Tally,
    Tried,
    quarter,
    quarter_of,
    quarters_until,
    result,
    tally,
)
from services.referral.provider_portal import due_words
from services.referral.store import keeping, measuring, monitoring
from services.referral.store.queues import PAGE_AT_MOST

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
    viewer, contracts = visit.signed_in, contracts_of(visit, books)
    async with visit.begin() as tx:
        kept = await keeping.kept(tx)
        found = await tallies(tx, contracts, kept, period, visit.now)
        await audit.record(tx, [audit.seen(viewer, "portal.performance_seen", "provider", viewer.organisation_id)])
    return visit.render(
        "provider_portal/performance.html",
        period=period,
        periods=[{"value": q.name, "text": q.words} for q in quarters_until(local_day(visit.now), 9)],
        shown=[_measured(contract, found, _closures(kept, contract, period)) for contract in contracts],
        results=RESULTS,
        taken=taken,
        urgent_contact=urgent_contact_hours,
    )


async def tallies(
    tx: Tx, contracts: Sequence[Contract], kept: Kept, period: Quarter, now: datetime
) -> dict[tuple[UUID, str], Tally]:
    """How the legs of each contract stand in each measure: nearly all are counted by the database, by the day."""
    found, left = await measuring.tallies(tx, _by_day(contracts, kept, period, now))
    rest = await monitoring.tried(tx, period, left) if left else []
    closed = {one.contract_id: kept.closed_days(one.contract_id) for one in contracts}
    for contract in contracts:
        own = [leg for leg in rest if leg.contract_id == contract.contract_id]
        for measure in MEASURES:
            key = (contract.contract_id, measure)
            counted = tally(own, measure, contract.standards, now, closed[contract.contract_id])
            found[key] = found.get(key, Tally()) + counted
    return found


def _by_day(contracts: Sequence[Contract], kept: Kept, period: Quarter, now: datetime) -> measuring.Measured:
    span = days(local_day(period.begins), max(local_day(now), local_day(period.ends)) + timedelta(days=1))
    by = {one.contract_id: by_day(span, one.standards, kept.closed_days(one.contract_id)) for one in contracts}
    return measuring.Measured(period, span, by, now)


async def behind(
    tx: Tx, contract: Contract, kept: Kept, period: Quarter, now: datetime, so: tuple[str, str], page: int, size: int
) -> tuple[int, list[Tried]]:
    """How many legs of a contract stand so (a measure and a result), and those of a page, the first one first."""
    measured, closed = _by_day([contract], kept, period, now), kept.closed_days(contract.contract_id)
    left = await measuring.by_itself(tx, measured)
    rest = await monitoring.tried(tx, period, left) if left else []
    also = [leg.leg_id for leg in rest if result(leg, so[0], contract.standards, now, closed) == so[1]]
    counted, ids = await measuring.behind(tx, measured, *so, also, page, size)
    return counted, await monitoring.tried(tx, period, ids)


def _measured(contract: Contract, found: Mapping[tuple[UUID, str], Tally], closures: list[Closure]) -> Measured:
    """A contract with how many legs it had, how they stand in each measure, and its closures."""
    mine = {measure: found[contract.contract_id, measure] for measure in MEASURES}
    rows = [(measure, MEASURES[measure], one.summary) for measure, one in mine.items()]
    return contract, mine["open"].legs, rows, closures


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
    page = whole(visit.query.get("page", "1")) or 1
    async with visit.begin() as tx:
        kept = await keeping.kept(tx)
        counted, found = await behind(tx, contract, kept, period, visit.now, (measure, wanted), page, PAGE_AT_MOST)
        names = (measure, wanted, *(leg.reference for leg in found))
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.measured_seen", "list", None, names)])
    standards, closed = contract.standards, kept.closed_days(contract.contract_id)
    return visit.render(
        "provider_portal/measured.html",
        heading=f"{MEASURES[measure]}: {RESULTS[wanted].lower()}",
        contract=contract,
        period=period,
        address=f"{visit.request.url.path}?period={period.name}&page=",
        page=page,
        pages=max(1, -(-counted // PAGE_AT_MOST)),
        counted=counted,
        rows=[(leg, leg.due_at(measure, standards, closed, visit.now), leg.done_at(measure)) for leg in found],
        day=lambda at: due_words.day(at, visit.now),
    )
