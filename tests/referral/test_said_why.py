"""What an officer is told of a case is all of it: why the risk is high, why it waits, what may be done now."""

from typing import Any

import pytest

from contracts.identity import contract_id
from services.referral.actions import packing
from services.referral.actions.specialist import is_careful
from services.referral.domain.facts import History
from services.referral.domain.risk_said import risk
from services.referral.store import cases
from tests.browser import Seen
from tests.builders import a_crime, a_domestic_crime, a_victim, a_viewer
from tests.referral import crimes
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import ANOTHER, AsPersona, a_case

service = pytest.mark.service


@pytest.mark.parametrize(
    ("told", "history", "said"),
    [
        ({}, {}, None),
        ({"grade": "standard", "dash_score": 3}, {}, "standard"),
        ({"grade": "high"}, {}, "high"),
        ({"grade": "high", "dash_score": 17}, {}, "High: Dash 17"),
        ({"grade": "imminent", "judgement": True}, {}, "Imminent: professional judgement"),
        ({"dash_score": 14}, {}, "High: Dash 14 (no grade given)"),
        (
            {"grade": "standard", "dash_score": 3, "judgement": True},
            {},
            "High: professional judgement (graded standard)",
        ),
        ({"grade": "standard", "marac_on": "2026-01-05"}, {}, "High: MARAC on 5 January 2026 (graded standard)"),
        ({"grade": "standard", "marac_on": "2024-01-05"}, {}, "standard"),
        (
            {"grade": "medium"},
            {"marac_recent": True, "domestic_reports_12m": 3},
            "High: a MARAC in the twelve months before, 3 domestic reports in twelve months (graded medium)",
        ),
    ],
)
def test_the_risk_is_told_with_everything_that_made_it_high(
    told: dict[str, Any], history: dict[str, Any], said: str | None
) -> None:
    facts = crimes.a_case({"risk": told, "relationship_to_suspect": "partner"}, offence_code="105A")
    assert risk(facts, History(**history)) == said


@service
async def test_the_overview_and_the_pack_say_what_made_the_risk_high(hub: Hub, browse: AsPersona) -> None:
    risk_told = {"dash_score": 3, "grade": "standard", "judgement": True}
    case = await a_case(hub, a_domestic_crime(a_victim(relationship_to_suspect="partner", risk=risk_told)))
    page = await (await browse("officer")).get(f"/cases/{case}")
    assert page.summary["Risk"] == "High: professional judgement (graded standard)"
    async with hub.looks(a_viewer()) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        contract = BOOKS.directory.by_id[contract_id("harbour-lane-idva")]
        pack = await packing.contents(tx, hub.sealer, held, contract)
    assert pack["risk"] == "High: professional judgement (graded standard)"


@service
async def test_a_case_that_no_hold_keeps_says_why_it_waits(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    for victim, said, named in (
        (a_victim(kind="witness"), "For a witness nothing leaves by itself: a human chooses.", {}),
        (a_victim(age_at_report=16), "Child: no contract is named that is sent to by itself.", ANOTHER),
    ):
        page = await officer.get(f"/cases/{await a_case(hub, a_crime(victim), **named | {'date_of_birth': None})}")
        assert "Why a human must decide" in page.texts("h2") and said in page.texts("li")


@service
async def test_an_assault_without_a_day_may_be_recent_and_is_not_said_to_be(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, a_crime(offence_code="19C", committed_from=None, committed_to=None))
    page = await (await browse("officer")).get(f"/cases/{case}")
    assert "since the assault may be recent: nobody said on which day it was" in page.text
    assert "since the assault is recent" not in page.text


@service
async def test_who_asks_to_share_at_imminent_risk_is_told_that_it_may_be_done_at_once_and_until_when(
    hub: Hub, browse: AsPersona
) -> None:
    victim = a_victim(relationship_to_suspect="partner", share="refused", risk={"grade": "imminent"})
    case, officer = await a_case(hub, a_domestic_crime(victim)), await browse("officer")
    await officer.get(f"/cases/{case}/override")
    page = await officer.submit("Ask a second person", line="idva", reason="life_at_risk")
    assert "You may share it at once, since the risk is imminent. Somebody else must confirm it by" in page.text
    assert "Shared without agreement: contact is allowed" in page.text


@service
async def test_it_is_asked_once_for_a_service_and_a_no_says_what_stands_beside_it(hub: Hub, browse: AsPersona) -> None:
    victim = a_victim(relationship_to_suspect="partner", share="refused", risk={"grade": "high"})
    case, officer, leader = await a_case(hub, a_domestic_crime(victim)), await browse("officer"), await browse("leader")

    async def asks(line: str, status: int = 200) -> Seen:
        await officer.get(f"/cases/{case}/override")
        return await officer.submit("Ask a second person", status, line=line, reason="life_at_risk")

    async def says(line: str, word: str) -> Seen:
        found = await hub.value("select consent_id from consent where line = $1", line)
        await leader.get("/cases/overrides")
        return await leader.post(f"/cases/overrides/{found}", {"says": word})

    await asks("idva")
    assert (await asks("idva", 422)).errors[0].startswith("This is asked already for this service")
    await asks("isva")
    assert "Confirmed. It may be shared now." in (await says("idva", "yes")).text
    page = await says("isva", "no")
    assert "Still counting on this case: 1 other override." in page.text
    assert "Nothing is shared" not in page.text
    await asks("idva", 422)


@service
async def test_while_there_may_be_one_chance_nothing_leaves_by_itself_in_any_case_of_the_person(
    hub: Hub, browse: AsPersona
) -> None:
    await a_case(hub, a_crime(a_victim("V-1"), flags=["honour_based_abuse"]))
    other = await a_case(hub, a_crime(a_victim("V-1")))
    assert await hub.value("select count(*) from leg where case_id = $1", other) == 0
    officer = await browse("officer")
    page = await officer.get(f"/cases/{other}")
    assert "Honour-based abuse in another case: one chance" in page.text
    assert "there may be one chance to speak to them" in page.text
    assert "Speak to the person alone" in (await officer.get(f"/cases/{other}/contact")).text
    await hub.worker.pool.execute("update case_file set state = 'closed' where case_id <> $1", other)
    third = await a_case(hub, a_crime(a_victim("V-1")))
    assert await hub.value("select count(*) from leg where case_id = $1", third) == 1


GATED: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, False),
    ({"flags": ["honour_based_abuse"]}, {}, True),
    ({"offence_code": "8Q"}, {}, True),
    ({"offence_code": "106"}, {}, True),
    ({"flags": ["county_lines"]}, {}, True),
    ({}, {"age_at_report": 16}, True),
    ({"offence_code": "11A"}, {"age_at_report": "not_known", "age_at_offence": "not_known"}, True),
    ({"offence_code": "19C"}, {}, True),
    ({"flags": ["domestic_abuse"]}, {}, True),
]


@service
async def test_restorative_justice_has_a_gate_wherever_meeting_may_harm(hub: Hub) -> None:
    for crime, victim, gated in GATED:
        case = await a_case(hub, a_crime(a_victim(**victim), **crime), date_of_birth=None)
        async with hub.looks(a_viewer()) as tx:
            held = await cases.get(tx, case)
            assert held is not None and await is_careful(tx, held) is gated, (crime, victim)
