"""The police name somebody else by the same reference, or name the person no more: a human asks first."""

from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from services.referral.actions import alerting, opening
from tests.builders import NOON, a_crime, a_detail, a_victim, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import portal_of

pytestmark = pytest.mark.service
ANOTHER = {
    "given_names": "Ottoline",
    "date_of_birth": "1950-01-01",
    "channels": [{"kind": "mobile", "value": "07700 900399", "safety": "safe", "voicemail": True}],
}


async def told(hub: Hub, crime: dict[str, Any], revision: int, **detail: Any) -> UUID:
    """One more snapshot of a crime, its details opened; the id of the case."""
    again = updated(crime, revision, victims=[dict(crime["victims"][0])])
    again["victims"][0]["sealed"] = hub.sealed(a_detail(**detail), crime["crime_id"], "V1")
    await hub.hears([snapshot(again)])
    await hub.every(opening.open_arrivals, NOON)
    return case_id(crime["crime_id"], "V1")


async def asked(hub: Hub, case: UUID) -> list[str]:
    rows = await hub.rows("select kind from task where case_id = $1 and done_at is null order by kind", case)
    return [row["kind"] for row in rows]


async def alerted(hub: Hub, case: UUID) -> int:
    await hub.every(alerting.tell, NOON)
    mails = "select count(*) from provider_mail where case_id = $1 and template = 'provider_alert'"
    return int(await hub.value(mails, case))


async def a_crime_sent(hub: Hub) -> dict[str, Any]:
    crime = a_crime(a_victim("V1"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V1")
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals, NOON)
    assert await hub.value("select count(*) from leg") == 1
    return crime


async def test_another_name_and_another_day_of_birth_are_asked_about_and_told_and_no_number_is_safe(
    hub: Hub, databases: Databases
) -> None:
    case = await told(hub, await a_crime_sent(hub), 2, **ANOTHER)
    assert "another name and another day of birth" in await warned(hub, databases)
    assert await asked(hub, case) == ["another_person", "number_changed"] and await alerted(hub, case) == 1
    assert await hub.value("select safety from channel where kind = 'mobile'") == "unknown"


@pytest.mark.parametrize(
    "detail", [{"family_name": "Married"}, {"date_of_birth": "1988-03-01"}, {}, {"given_names": None}]
)
async def test_a_marriage_a_slip_or_a_repeated_word_is_no_other_person(hub: Hub, detail: dict[str, Any]) -> None:
    case = await told(hub, await a_crime_sent(hub), 2, **detail)
    assert await asked(hub, case) == [] and await alerted(hub, case) == 0
    assert await hub.value("select safety from channel where kind = 'mobile'") == "safe"


async def warned(hub: Hub, databases: Databases) -> str:
    """What the provider that has the referral reads on its page."""
    async with portal_of(hub, databases) as browse:
        referral = await hub.value("select referral_id from referral")
        return (await (await browse("support.worker")).get(f"/portal/referrals/{referral}")).text


async def test_who_is_not_in_the_last_record_is_asked_about_and_told_once(hub: Hub, databases: Databases) -> None:
    crime = await a_crime_sent(hub)
    case = case_id(crime["crime_id"], "V1")
    for revision in (2, 3):
        await hub.hears([snapshot(updated(crime, revision, victims=[a_victim("V2")]))])
    assert await asked(hub, case) == ["not_in_the_record"] and await alerted(hub, case) == 1
    text = await warned(hub, databases)
    assert "named this person no more. Ask the hub before any contact." in text and "bail" not in text
