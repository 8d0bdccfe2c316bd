"""The person stops an offer that a provider has: its provider alone is told, and the hub ends the referral that day."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.working_time import local_day
from kit import clock
from services.referral.actions import alerting, beside, referring
from services.referral.store import alarms, cases
from tests.builders import a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.test_actions import agrees
from tests.referral.test_restorative_gate import JUSTICE, OFFICER, TWO_SIDES, a_person, opens

pytestmark = pytest.mark.service


async def steps(hub: Hub, case: UUID, *taken: str) -> None:
    for step in taken:
        async with hub.looks(OFFICER) as tx:
            held = await cases.get(tx, case)
            assert held is not None
            await beside.take_step(tx, OFFICER, held, uuid4(), JUSTICE, step, "person", BOOKS, clock.now())


async def is_sent(hub: Hub, case: UUID, *, leaves: bool = True) -> UUID:
    """Restorative justice, asked for by the person and sent by their agreement."""
    await steps(hub, case, "information_given", "offered", "opted_in")
    referral = await opens(hub, case)
    await agrees(hub, case, TWO_SIDES, at=clock.now())
    async with hub.looks(OFFICER) as tx:
        await referring.send(tx, OFFICER, referral, TWO_SIDES, BOOKS, hub.sealer, clock.now())
    if leaves:
        await hub.every(referring.release, clock.now() + timedelta(seconds=11))
    return referral


async def heard_by(hub: Hub, referral: UUID) -> list[str]:
    """What the provider that has a referral is told of its case."""
    [leg] = await hub.rows("select provider_id, case_id, line from leg where referral_id = $1", referral)
    async with hub.looks(replace(a_viewer("support.worker"), organisation_id=leg["provider_id"])) as tx:
        return [one.trigger for one in await alarms.heard(tx, leg["case_id"], leg["line"])]


async def test_what_the_person_stopped_is_a_task_of_the_day_and_its_provider_alone_is_told_to_get_in_touch_no_more(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_person(hub, {}, {})
    other = await hub.value("select referral_id from leg where case_id = $1", case)
    assert other is not None, "another service helps as well"
    referral = await is_sent(hub, case)
    await hub.every(alerting.tell, clock.now())
    officer, where = await browse("officer"), f"/cases/{case}/safeguards/offers/{JUSTICE}"
    said = {f"{JUSTICE}-step": "stopped", f"{JUSTICE}-said_by": "person", "step_id": str(uuid4())}
    await officer.get(f"/cases/{case}/safeguards")
    page = await officer.post(where, said)
    assert "A referral for it is still open: end it today" in page.text
    [task] = await hub.rows("select task_id, due_at, referral_id from task where kind = 'offer_stopped'")
    assert task["referral_id"] == referral and local_day(task["due_at"]) == local_day(clock.now())
    async with hub.looks(OFFICER) as tx:
        assert await alarms.ask_first(tx, [referral, other]) == {referral}
    assert await heard_by(hub, referral) == ["offer_stopped"] and await heard_by(hub, other) == []
    await hub.every(alerting.tell, clock.now())
    mailed = await hub.rows(
        "select l.referral_id from provider_mail m join leg l using (leg_id) where m.template = 'provider_alert'"
    )
    assert [one["referral_id"] for one in mailed] == [referral]
    await officer.get(f"/cases/tasks/{task['task_id']}")
    page = await officer.follow("See what ends with the agreement, and take it back")
    assert "Restorative justice with" in page.text and ": withdrawn at once" in page.text
    await officer.submit("Withdraw it and end all of this", reason_code="changed_mind")
    assert await hub.value("select state from referral where referral_id = $1", referral) == "withdrawn"
    assert await hub.value("select done_how from task where kind = 'offer_stopped'") == "done"
    assert await hub.value("select state from referral where referral_id = $1", other) == "sent"


async def test_what_is_about_to_leave_for_what_the_person_stopped_does_not_leave(hub: Hub) -> None:
    case = await a_person(hub, {}, {})
    referral = await is_sent(hub, case, leaves=False)
    await steps(hub, case, "stopped")
    await hub.every(referring.release, clock.now() + timedelta(seconds=11))
    assert await hub.value("select count(*) from leg where referral_id = $1", referral) == 0
    assert await hub.value("select count(*) from task where kind = 'offer_stopped' and done_at is null") == 1


async def test_a_no_to_an_offer_without_a_referral_asks_nobody_for_anything(hub: Hub) -> None:
    case = await a_person(hub, {}, {})
    await steps(hub, case, "information_given", "declined")
    assert await hub.value("select count(*) from task where kind = 'offer_stopped'") == 0
    assert await hub.value("select count(*) from alert") == 0
