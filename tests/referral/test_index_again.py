"""Numbers that were indexed in an earlier way are indexed again once, and a lock by number knows them."""

import pytest

from services.referral.actions import contacting, indexing, locking
from services.referral.store import details
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, a_referral_sent
from tests.referral.test_lock_of_a_number import OFFICER, SOON, safe, says, why

pytestmark = pytest.mark.service
LANDLINE, OTHERWISE, MOBILE = "0121 496 0777", "(0121) 496-0777", "07700 900421"


async def as_before(hub: Hub, kind: str, text: str) -> None:
    """The index that a number had before: of the text as it was written."""
    old = hub.sealer.blind("value", text)
    await hub.worker.pool.execute("update channel set value_index = $2 where kind = $1", kind, old)


async def until_done(hub: Hub) -> int:
    total = 0
    while number := await hub.every(indexing.index_again, SOON):
        total += number
    return total


async def test_a_number_that_was_indexed_as_it_was_written_is_known_by_its_lock_again(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 1)
    sent = await a_referral_sent(hub, channels=safe(landline=LANDLINE, text=OTHERWISE))
    other = await says(hub, "V-other", mobile=MOBILE)
    await as_before(hub, "landline", LANDLINE)
    await as_before(hub, "text", OTHERWISE)
    await hub.worker.pool.execute("update channel set safety = 'safe'")
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, sent.case, "landline", "someone_else_answered", LATER)
    assert await why(hub, sent.person, "text") == "safe", "told apart, as they were before"
    assert await until_done(hub) == 2
    assert await why(hub, sent.person, "text") == "locked"
    assert await why(hub, other, "mobile") == "safe"
    while await hub.every(locking.carry_on, SOON):
        pass
    told = "select count(*) from case_event where data ->> 'channel' = 'text' and (data ->> 'locked')::boolean"
    assert await hub.value(told) == 1
    async with hub.looks(OFFICER) as tx:
        await contacting.set_safety(tx, OFFICER, sent.case, "landline", "safe", SOON, spoke=True)
    assert await hub.value("select count(*) from locked_value") == 0, "the lock was of one number"


async def test_indexing_is_done_once_and_finds_people_by_their_number(hub: Hub) -> None:
    person = await says(hub, "V-1", landline=LANDLINE)
    await as_before(hub, "landline", LANDLINE)
    await hub.worker.pool.execute("delete from person_index where kind = 'phone'")
    assert await until_done(hub) == 1
    async with hub.looks(OFFICER) as tx:
        assert await details.find(tx, [("phone", hub.sealer.blind("phone", "01214960777"))]) == [person]
    await as_before(hub, "landline", LANDLINE)
    assert await until_done(hub) == 0
    assert await hub.value("select done_at from number_index") == SOON
