"""Nothing is sent by itself where what came sealed does not fit what was told in the open."""

from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from services.referral.actions import opening, rerouting
from services.referral.domain.told import doubtful_age
from tests.builders import NOON, a_crime, a_detail, a_victim, recorded, snapshot, updated
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona

MOBILE = {"kind": "mobile", "value": "07700 900321", "safety": "safe"}


@pytest.mark.parametrize(
    ("age", "born", "doubt"),
    [
        (34, 34, False),
        (34, 22, False),
        (None, 40, False),
        (None, 11, True),
        (34, 11, True),
        (11, 40, True),
        (11, 11, False),
        (34, -1, True),
        (34, 130, True),
    ],
)
def test_an_age_is_in_doubt_where_the_day_of_birth_says_a_child_or_cannot_be(
    age: int | None, born: int, doubt: bool
) -> None:
    assert doubtful_age(age, born) is doubt


async def heard(hub: Hub, ref: str, sealed: str | dict[str, Any], **victim: Any) -> UUID:
    """An ordinary theft against somebody who agreed, with these details; nothing is opened yet. The case's id."""
    crime = a_crime(a_victim(ref, **victim))
    closed = sealed if isinstance(sealed, str) else hub.sealed(sealed, crime["crime_id"], ref)
    crime["victims"][0]["sealed"] = closed
    await hub.hears(recorded(crime))
    return case_id(crime["crime_id"], ref)


async def sent(hub: Hub, case: UUID) -> bool:
    return bool(await hub.value("select count(*) from leg where case_id = $1", case))


@pytest.mark.service
async def test_what_fits_is_sent_by_itself_before_anything_else_happens(hub: Hub) -> None:
    assert await sent(hub, await heard(hub, "V1", a_detail()))


@pytest.mark.service
@pytest.mark.parametrize(
    ("detail", "victim"),
    [
        ({"date_of_birth": "2016-05-01"}, {"age_at_report": "not_recorded", "age_at_offence": "not_recorded"}),
        ({"date_of_birth": "2016-05-01"}, {}),
        ({"channels": [MOBILE | {"safety": "unsafe"}]}, {}),
        ({"channels": [MOBILE | {"value": "ask her mother"}]}, {}),
        ({"channels": []}, {}),
    ],
    ids=["age not known", "a child by birth", "the one channel is unsafe", "no number", "no channel"],
)
async def test_what_does_not_fit_waits_for_a_human(hub: Hub, detail: dict[str, Any], victim: dict[str, Any]) -> None:
    case = await heard(hub, "V1", a_detail(**detail), **victim)
    assert not await sent(hub, case)
    assert await hub.value("select state from case_file where case_id = $1", case) == "waiting"
    await hub.every(opening.open_arrivals, NOON)
    assert not await sent(hub, case)


@pytest.mark.service
async def test_what_does_not_open_waits_for_a_human_and_says_so(hub: Hub, browse: AsPersona) -> None:
    case = await heard(hub, "V1", hub.sealed(a_detail(), "another crime", "V1"))
    assert not await sent(hub, case)
    page = await (await browse("officer")).get(f"/cases/{case}")
    assert "does not fit what they said in the open" in page.text


@pytest.mark.service
async def test_who_may_be_a_restricted_person_is_not_sent_by_itself(hub: Hub) -> None:
    await heard(hub, "V1", a_detail(), works_for="provider")
    await hub.every(opening.open_arrivals, NOON)
    assert not await sent(hub, await heard(hub, "V2", a_detail()))
    somebody_else = a_detail(given_names="Ottoline", channels=[MOBILE | {"value": "07700 900399"}])
    assert await sent(hub, await heard(hub, "V3", somebody_else))


@pytest.mark.service
@pytest.mark.parametrize(("born", "leaves"), [("1988-02-29", True), ("2016-05-01", False)])
async def test_a_later_word_of_the_police_is_looked_at_as_well(hub: Hub, born: str, leaves: bool) -> None:
    crime = a_crime(a_victim("V1", home_local_authority="E09000001"))
    await hub.hears(recorded(crime))
    again = updated(crime, 2, victims=[a_victim("V1")])
    again["victims"][0]["sealed"] = hub.sealed(a_detail(date_of_birth=born), crime["crime_id"], "V1")
    await hub.hears([snapshot(again)])
    assert await sent(hub, case_id(crime["crime_id"], "V1")) is leaves


@pytest.mark.service
async def test_a_doubt_stays_however_often_the_case_is_decided_until_details_come_that_fit(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_crime(a_victim("V1"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), "another crime", "V1")
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], "V1")
    again = updated(crime, 2, flags=["anti_social_behaviour"], victims=[a_victim("V1")])
    await hub.hears([snapshot(again)])
    async with hub.as_worker() as tx:
        await rerouting.rerun(tx, case, BOOKS, NOON)
    assert not await sent(hub, case), "a new line does not leave by itself either"
    officer = await browse("officer")
    assert "does not fit what they said in the open" in (await officer.get(f"/cases/{case}")).text
    fits = updated(again, 3, victims=[a_victim("V1", sealed=hub.sealed(a_detail(), crime["crime_id"], "V1"))])
    await hub.hears([snapshot(fits)])
    assert "does not fit what they said in the open" not in (await officer.get(f"/cases/{case}")).text
