"""The duty rota: a leader enters shifts, providers see the number, and what nobody took is told by name."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from contracts.identity import persona_id
from contracts.working_time import local_day
from kit import clock
from services.referral.actions import noticing, on_duty
from services.referral.domain.duty import Shift
from services.referral.store import duty, workers
from services.referral.store.workers import Known
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case, day_fields
from tests.referral.portal import portal_of

pytestmark = pytest.mark.service
OFFICER, LEADER = persona_id("officer"), persona_id("leader")
NUMBER = "0121 496 0000"


async def on_shift(hub: Hub, now: datetime) -> None:
    """Amina is on duty for an hour and more."""
    async with hub.as_worker() as tx:
        await workers.meet(tx, [Known(OFFICER, "Amina Farrow", "officer"), Known(LEADER, "Gareth", "leader")], now)
        span = (now - timedelta(hours=1), now + timedelta(hours=1))
        await duty.add(tx, Shift(uuid4(), OFFICER, *span, "01214960000"), LEADER, now)


async def told(hub: Hub) -> list[tuple[str, object]]:
    rows = await hub.rows("select role, worker_id from notice where kind = 'urgent_untaken' and over_at is null")
    return sorted((row["role"], row["worker_id"]) for row in rows)


async def test_what_nobody_took_in_time_is_told_to_whoever_is_on_duty_once_and_is_over_when_taken(hub: Hub) -> None:
    now = clock.now()
    await on_shift(hub, now)
    case = await a_case(hub, at=now - timedelta(minutes=20))
    assert await hub.every(on_duty.tell, now) == 0
    late = now + timedelta(minutes=35)
    assert await hub.every(on_duty.tell, late) == 1
    assert await hub.every(on_duty.tell, late) == 0
    assert await told(hub) == [("officer", OFFICER)]
    async with hub.as_worker() as tx:
        await tx.execute("update case_file set assigned_to = $2 where case_id = $1", case, OFFICER)
    await hub.every(noticing.notice, late)
    assert await told(hub) == []


async def test_where_nobody_is_on_duty_officers_and_leaders_are_told(hub: Hub) -> None:
    now = clock.now()
    await a_case(hub, at=now - timedelta(minutes=20))
    await hub.every(on_duty.tell, now + timedelta(minutes=35))
    assert await told(hub) == [("leader", None), ("officer", None)]


async def test_a_leader_enters_a_shift_once_and_everybody_sees_who_is_on_duty_and_when_nobody_is(
    hub: Hub, browse: AsPersona
) -> None:
    officer, leader = await browse("officer"), await browse("leader")
    text = (await officer.get("/cases/duty")).text
    assert "No rota is kept" in text and "Once a rota is kept" in text and "Your team leader enters" in text
    await officer.post("/cases/duty", {}, 403)
    await leader.get("/cases/duty")
    page = await leader.submit("Enter the shift", 422)
    assert len(page.errors) == 6
    today = local_day(clock.now())
    days = day_fields("first", today - timedelta(days=1)) | day_fields("last", today + timedelta(days=1))
    wrong = {"worker_id": str(OFFICER), "begins": "noon", "ends": "9am", "telephone": "ring Amina"}
    page = await leader.submit("Enter the shift", 422, **days, **wrong)
    assert page.errors == [
        "Enter a time such as 8am, 5:30pm or 22:00",
        "Enter one telephone number, such as 0121 496 0000",
    ]
    page = await leader.submit("Enter the shift", 422, begins="8am", telephone=NUMBER)
    assert page.errors == ["A shift is 24 hours at most: enter the rest as another one"]
    page = await leader.submit("Enter the shift", 422, **day_fields("first", today + timedelta(days=2)))
    assert page.errors == ["It must end after it begins"]
    page = await leader.submit("Enter the shift", **day_fields("first", today + timedelta(days=1)), ends="8:30am")
    assert "The shift is entered." in page.text and page.rows[1][0] == "Amina Farrow"
    text = (await officer.get("/cases/duty")).text
    assert "Nobody is on duty now" in text and "nobody is on duty" in text and "Enter a shift" not in text
    await leader.get("/cases/duty")
    [shift] = await hub.rows("select shift_id from duty_shift")
    await leader.post(f"/cases/duty/{shift['shift_id']}/cancel")
    assert "No rota is kept" in (await officer.get("/cases/duty")).text


async def test_a_provider_sees_the_number_that_is_answered_now_and_never_whose_shift_it_is(
    hub: Hub, databases: Databases
) -> None:
    async with portal_of(hub, databases) as browse:
        page = await (await browse("idva.worker")).get("/portal")
        assert "01214960000" not in page.text
        await on_shift(hub, clock.now())
        page = await (await browse("idva.worker")).get("/portal")
        assert "01214960000" in page.text and "Amina" not in page.text
