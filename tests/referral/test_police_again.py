"""What the police say later of somebody whom a provider helps: that they died, or that no way is safe any more."""

from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from kit import clock
from services.referral.actions import locking, packing, providing, settling
from tests.builders import a_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import portal_of

pytestmark = pytest.mark.service
NUMBER = "07700 900321"
OPEN = "select kind from task where case_id = $1 and done_at is null order by 1"


async def with_its_provider(hub: Hub, crime: dict[str, Any], **detail: Any) -> UUID:
    """The case of the crime's first person, sent by itself and accepted, with what its provider gets of it."""
    case = await a_case(hub, crime, **detail)
    await hub.every(packing.freeze_automatic, clock.now())
    [leg] = await hub.rows("select referral_id, provider_id from leg where case_id = $1", case)
    worker = a_viewer("idva.worker", organisation_id=leg["provider_id"])
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, leg["referral_id"], clock.now())
    await hub.every(settling.settle, clock.now())
    return case


async def asked(hub: Hub, case: UUID) -> list[str]:
    return [row["kind"] for row in await hub.rows(OPEN, case)]


async def at_the_provider(hub: Hub, databases: Databases, case: UUID) -> str:
    """The page of the case's one referral, as its provider sees it."""
    referral = await hub.value("select referral_id from leg where case_id = $1", case)
    async with portal_of(hub, databases) as browse:
        return (await (await browse("support.worker")).get(f"/portal/referrals/{referral}")).text


async def at_the_hub(hub: Hub, databases: Databases, case: UUID) -> str:
    async with hub_pages(hub, databases) as browse:
        return (await (await browse("officer")).get(f"/cases/{case}")).text


@pytest.mark.parametrize("where", ["the same crime", "another crime"])
async def test_who_the_police_name_among_the_dead_is_called_by_nobody_any_more(
    hub: Hub, databases: Databases, where: str
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    assert NUMBER in await at_the_provider(hub, databases, case)
    kin = {"kin_ref": "K-1", "relationship": "parent", "share": "agreed", "channels_safe": ["mobile"]}
    dead: dict[str, Any] = {"victim_ref": "V-1", "kind": "deceased", "bereaved": [kin]}
    if where == "another crime":
        of_crime = a_crime(dead, offence_code="1")
        await hub.hears(recorded(of_crime, at=clock.now()))
        assert "not_in_the_record" not in await asked(hub, case)
    else:
        of_crime = crime
        for revision in (2, 3):
            again = updated(crime, revision, victims=[dead], offence_code="1")
            await hub.hears([snapshot(again, clock.now())])
    assert await asked(hub, case) == ["person_died"], "once, and nobody asks why they are not in the record"
    held = await hub.rows("select distinct safety, locked_why from channel c join case_file f using (person_id)"
                          " where f.case_id = $1", case)  # fmt: skip
    assert held == [{"safety": "unsafe", "locked_why": "died"}]
    page = await at_the_provider(hub, databases, case)
    assert "this person died" in page and NUMBER not in page
    page = await at_the_hub(hub, databases, case)
    assert "nothing is known to be safe" in page and "Not in the last police record" not in page
    family = case_id(of_crime["crime_id"], "K-1")
    asked_of = "select count(*) from channel c join case_file f using (person_id) where f.case_id = $1"
    assert await hub.value(f"{asked_of} and c.locked_at is not null", family) == 0
    await hub.every(locking.carry_on, clock.now())
    told = "select count(*) from case_event where case_id = $1 and data ->> 'reason_code' = 'died'"
    assert await hub.value(told, case) > 0, "who waits to ask how it went hears that no way is left"
