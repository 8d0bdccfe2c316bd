"""A person whom nobody can reach is not said to be reachable; who was sent them by itself and the hub are told."""

import pytest

from services.referral.actions import packing
from tests.builders import NOON, a_crime, a_victim, recorded
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import portal_of

MOBILE = [{"kind": "mobile", "value": "07700 900321", "safety": "safe"}]
WARNED, CALLED = "No number or address that is safe came", "Called safe, not known to us"


@pytest.mark.service
@pytest.mark.parametrize("reached", [True, False])
async def test_what_is_sent_by_itself_without_a_number_is_a_task_and_is_said_to_its_provider(
    hub: Hub, databases: Databases, reached: bool
) -> None:
    crime = a_crime(a_victim("V-1", channels_safe=["mobile", "email"]))
    if reached:
        case = await a_case(hub, crime, at=NOON, channels=MOBILE)
    else:
        await hub.hears(recorded(crime))
        case = await hub.value("select case_id from case_file")
    assert await hub.every(packing.freeze_automatic) == 1
    due = await hub.rows("select due_at from task where kind = 'nobody_can_reach'")
    assert len(due) == (not reached) and all((one["due_at"] - NOON).days == 0 for one in due)
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case}")
        named = "Email" if reached else "Email, Mobile"
        assert f"{CALLED}: {named}" in page.text
        assert ("Safe now: Mobile" if reached else "Safe now: nothing is known to be safe") in page.text
    async with portal_of(hub, databases) as browse:
        referral = await hub.value("select referral_id from leg")
        page = await (await browse("support.worker")).get(f"/portal/referrals/{referral}")
        assert (WARNED in page.text) != reached
