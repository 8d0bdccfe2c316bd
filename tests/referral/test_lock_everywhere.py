"""A provider's lock of a channel reaches the records and cases of the person that the provider does not see."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.identity import case_id
from contracts.referral import ContactSafetyChanged
from services.referral.actions import contacting, locking
from services.referral.store import cases
from tests.builders import NOON, a_crime, a_victim, a_viewer, recorded
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, Sent, a_referral_sent

pytestmark = pytest.mark.service
WORKER, OFFICER = a_viewer("idva.worker"), a_viewer()
SOON = LATER + timedelta(seconds=1)


async def a_person_known_in_three_ways(hub: Hub) -> tuple[Sent, UUID, UUID]:
    """A case with a provider; another case of the same person; and a case of another record that was linked to it."""
    sent = await a_referral_sent(hub)
    ref = await hub.value("select victim_ref from case_file where case_id = $1", sent.case)
    again, linked = a_crime(a_victim(ref)), a_crime(a_victim("V-linked"))
    await hub.hears(recorded(again))
    await hub.hears(recorded(linked))
    other = case_id(linked["crime_id"], "V-linked")
    person = await hub.value("select person_id from case_file where case_id = $1", other)
    for pair in ((sent.person, person), (person, sent.person)):
        await hub.worker.pool.execute("insert into linked_person (person_id, other_id) values ($1, $2)", *pair)
    return sent, case_id(again["crime_id"], ref), other


async def told(hub: Hub, case: UUID) -> int:
    """How often a case was told that the mobile is locked."""
    asked = (
        "select count(*) from case_event where case_id = $1 and type = $2 and data ->> 'channel' = 'mobile'"
        " and (data ->> 'locked')::boolean and data ->> 'reason_code' = 'someone_else_answered'"
    )
    return int(await hub.value(asked, case, ContactSafetyChanged.TYPE))


async def test_somebody_else_answered_a_provider_and_every_record_and_case_of_the_person_hears_of_it(hub: Hub) -> None:
    sent, again, other = await a_person_known_in_three_ways(hub)
    everywhere = (sent.case, again, other)
    async with hub.looks(WORKER) as tx:
        about = (uuid4(), sent.case, "mobile", "someone_else_answered", LATER)
        await contacting.record_attempt(tx, WORKER, *about, referral_id=sent.referral)
        assert await cases.of_person(tx, sent.person, closed=True) == [sent.case], (
            "the provider sees its own case alone"
        )
    assert [await told(hub, case) for case in everywhere] == [1, 0, 0]
    assert await hub.every(locking.carry_on, SOON) == 1
    assert await hub.every(locking.carry_on, SOON) == 0
    assert [await told(hub, case) for case in everywhere] == [1, 1, 1]
    locked = await hub.rows("select locked_at, locked_why from channel where kind = 'mobile' and locked_at is not null")
    assert [tuple(row.values()) for row in locked] == [(LATER, "someone_else_answered")] * 2


async def test_a_lock_that_was_lifted_meanwhile_or_is_there_already_is_not_made_again(hub: Hub) -> None:
    sent, again, other = await a_person_known_in_three_ways(hub)
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, other, "mobile", "said_unsafe", NOON)
    async with hub.looks(WORKER) as tx:
        await contacting.lock_channel(tx, WORKER, sent.case, "mobile", "someone_else_answered", LATER)
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, again, "email", "said_unsafe", LATER)
        await contacting.set_safety(tx, OFFICER, again, "email", "safe", LATER, spoke=True)
    assert await hub.every(locking.carry_on, SOON) == 3
    rows = await hub.rows("select kind, locked_why from channel where locked_at is not null order by 1, 2")
    assert [tuple(row.values()) for row in rows] == [("mobile", "said_unsafe"), ("mobile", "someone_else_answered")]
    assert await told(hub, again) == await told(hub, other) == 1


async def test_a_provider_says_a_lock_of_its_own_people_alone_and_reads_none(hub: Hub) -> None:
    sent, _, other = await a_person_known_in_three_ways(hub)
    stranger = await hub.value("select person_id from case_file where case_id = $1", other)
    asked = (
        "insert into channel_lock (person_id, kind, why, locked_by, by_role, locked_at, told)"
        " values ($1, 'mobile', 'x', $2, 'provider.worker', now(), '{}')"
    )
    for sql, args in ((asked, (stranger, WORKER.user_id)), ("select * from channel_lock", ())):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with hub.looks(WORKER) as tx:
                await tx.execute(sql, *args)
    async with hub.looks(WORKER) as tx:
        await tx.execute(asked, sent.person, WORKER.user_id)
