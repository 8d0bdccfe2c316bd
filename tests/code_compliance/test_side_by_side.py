"""Timers side by side call each clock once; counts kept ready equal a recount, whatever happened in between."""

import asyncio
import random
from itertools import pairwise
from uuid import UUID, uuid5

import pytest

from contracts.identity import NS, case_id, reference
from contracts.referral import CaseOpened
from kit.service import Moment
from services.code_compliance import consumer
from services.code_compliance.actions.overseeing import count_months
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.store import oversight
from services.code_compliance.store.firing import LAST, share
from tests.code_compliance.builders import at, crime, reached
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_order import interleaved, story

HISTORIES = 5
_GAPS = "select count(*) from (select 1 from kit.outbox group by subject_id having max(sequence) <> count(*)) as gaps"
_DISORDER = """
select count(*) from (select sequence, lag(sequence) over (partition by subject_id order by seq) as before
                        from kit.outbox) as told where sequence <> coalesce(before, 0) + 1
"""


def test_shares_are_all_ids_and_none_twice() -> None:
    for parts in (1, 2, 3):
        shares = [share(part, parts) for part in range(parts)]
        assert (shares[0][0].int, shares[-1][1]) == (0, LAST)
        assert all(one[1].int + 1 == following[0].int for one, following in pairwise(shares))


@pytest.mark.service
async def test_timers_side_by_side_call_every_clock_once_and_announce_it_in_order(hub: Hub) -> None:
    crimes = [uuid5(NS, f"side/{n}") for n in range(14)]  # enough for the outbox to be copied into
    await hub.hear(*(crime(crime_id=str(each)) for each in crimes))
    await hub.hear(*(reached("suspect_arrested", "2025-06-03 09:00", f"m{each}", each) for each in crimes))
    now = Moment(at("2025-08-01 09:00"), at("2025-08-01 09:00"))

    async def call(part: int) -> int:
        async with hub.database.begin() as tx:
            return await consumer.fall_due(tx, now, hub.context, part, 2)

    done = await asyncio.gather(call(0), call(1))
    expected = {
        str(clock_id(case_id(each, "V1"), clock.entitlement, clock.occurrence))
        for each in crimes
        for clock in (await hub.clocks("V1", each)).values()
        if clock.state in ("breached", "not_evidenced")
    }
    told = [data["clock_id"] for kind, data in await hub.announced() if kind.endswith(("breached.v1", "excepted.v1"))]
    assert min(done) > 0
    assert (sum(done), len(told), set(told)) == (len(expected), len(expected), expected)
    assert await call(0) == await call(1) == 0
    assert [await hub.database.pool.fetchval(sql) for sql in (_GAPS, _DISORDER)] == [0, 0]


@pytest.mark.service
async def test_counts_equal_a_recount_after_any_history(hub: Hub) -> None:
    for number in range(HISTORIES):
        chance, of = random.Random(number), uuid5(NS, f"history/{number}")
        for batch in interleaved(story(of), chance):
            await hub.hear(*batch)
            if chance.random() < 0.3:
                await hub.now_is(chance.choice(["2025-06-06 00:10", "2025-06-13 00:10", "2025-07-01 00:10"]))
            if chance.random() < 0.3:
                await _count(hub, 1)
        await hub.hear(reached("suspect_arrested", f"2025-07-0{number + 1} 09:00", "again", of))
        await hub.hear(_opened(of, restricted=chance.random() < 0.5))
        await hub.now_is(chance.choice(["2025-07-01 00:10", "2025-07-20 00:10"]))
    await _count(hub, 100)
    async with hub.database.begin() as tx:
        pairs = [await oversight.compared(tx, month) for month in await oversight.counted_months(tx)]
    assert all(expected == same > 0 for expected, same in pairs)
    assert len(pairs) > 1


async def _count(hub: Hub, rounds: int) -> None:
    for _ in range(rounds):
        async with hub.database.begin() as tx:
            if not await count_months(tx, Moment(at("2025-08-01 09:00"), None), hub.context):
                return


def _opened(of: UUID, *, restricted: bool) -> CaseOpened:
    who = case_id(of, "V1")
    return CaseOpened(
        case_id=who, crime_id=of, reference=reference(who), restricted=restricted,
        happened_at=at("2025-06-02 10:31"), actor_role="system",
    )  # fmt: skip
