"""Restorative justice goes nowhere before a specialist agreed, where meeting the other party may harm the person, and
never without the person's own agreement."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id
from contracts.refused import Refused
from kit import clock
from services.referral.actions import beside, consenting, linking, referring
from services.referral.store import cases
from tests.builders import a_crime, a_victim, a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.portal import excepted
from tests.referral.test_actions import agrees
from tests.referral.test_said_why import GATED

pytestmark = pytest.mark.service
JUSTICE = "restorative_justice"
TWO_SIDES = contract_id("two-sides-rj")
OFFICER, LEADER = a_viewer(), a_viewer("leader")
RAPE = {"offence_code": "19C"}
NOT_RECORDED = "delete from offer_step where case_id = $1"


async def a_person(hub: Hub, crime: dict[str, Any], victim: dict[str, Any]) -> UUID:
    return await a_case(hub, a_crime(a_victim(**victim), **crime), date_of_birth=None)


async def a_specialist_agreed(hub: Hub, case: UUID) -> None:
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        await beside.take_step(tx, OFFICER, held, uuid4(), JUSTICE, "specialist_agreed", None, BOOKS, clock.now())


async def opens(hub: Hub, case: UUID) -> UUID:
    async with hub.looks(OFFICER) as tx:
        made = await referring.offer_line(tx, OFFICER, case, JUSTICE, clock.now())
        await referring.triage(tx, OFFICER, made.referral_id, clock.now())
    await excepted(hub, case, TWO_SIDES)
    return made.referral_id


async def refused_by(hub: Hub, referral: UUID) -> str:
    """Why a send is refused; empty where it goes."""
    try:
        async with hub.looks(OFFICER) as tx:
            await referring.send(tx, OFFICER, referral, TWO_SIDES, BOOKS, hub.sealer, clock.now())
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(("crime", "victim", "gated"), [GATED[0], *GATED[5:]])
async def test_no_line_is_opened_and_nothing_is_sent_before_a_specialist_agreed_where_meeting_may_harm(
    hub: Hub, crime: dict[str, Any], victim: dict[str, Any], gated: bool
) -> None:
    case = await a_person(hub, crime, victim)
    if gated:
        with pytest.raises(Refused, match="needs_the_specialist"):
            await opens(hub, case)
        await a_specialist_agreed(hub, case)
    referral = await opens(hub, case)
    assert await refused_by(hub, referral) == "needs_the_persons_agreement"
    await hub.worker.pool.execute(NOT_RECORDED, case)
    assert await refused_by(hub, referral) == ("needs_the_specialist" if gated else "needs_the_persons_agreement")


async def test_what_may_be_hurt_in_another_open_case_of_the_person_needs_the_specialist_in_this_one_too(
    hub: Hub,
) -> None:
    case, other = await a_person(hub, {}, {}), await a_case(hub, date_of_birth=None)
    people = {one: await hub.value("select person_id from case_file where case_id = $1", one) for one in (case, other)}
    referral = await opens(hub, case)
    assert await refused_by(hub, referral) == "needs_the_persons_agreement"
    async with hub.looks(LEADER) as tx:
        await linking.propose(tx, LEADER, people[case], people[other], BOOKS, clock.now())
        await linking.decide(tx, LEADER, people[case], people[other], BOOKS, clock.now(), same=True)
    assert await refused_by(hub, referral) == "needs_the_specialist"
    await a_specialist_agreed(hub, case)
    assert await refused_by(hub, referral) == "needs_the_persons_agreement"


async def test_a_business_that_comes_about_domestic_abuse_needs_the_specialist_too(hub: Hub) -> None:
    case = await a_person(hub, {"flags": ["domestic_abuse"]}, {"kind": "business", "named_contact": True})
    with pytest.raises(Refused, match="needs_the_specialist"):
        await opens(hub, case)


async def test_an_override_never_lets_restorative_justice_go_and_the_persons_own_word_does(hub: Hub) -> None:
    case, override = await a_person(hub, {}, {}), uuid4()
    referral, now = await opens(hub, case), clock.now()
    async with hub.looks(LEADER) as tx:
        await consenting.ask_override(tx, OFFICER, override, case, JUSTICE, "life_at_risk", now)
        await consenting.confirm_override(tx, LEADER, override, now)
    assert await refused_by(hub, referral) == "needs_the_persons_agreement"
    await agrees(hub, case, TWO_SIDES, at=clock.now())
    assert await refused_by(hub, referral) == ""
    assert await hub.value("select gate from leg where referral_id = $1", referral) == "agreement"


async def test_the_pages_say_that_a_specialist_has_to_agree_first_and_lead_to_where_it_is_written_down(
    hub: Hub, browse: AsPersona
) -> None:
    case, officer = await a_person(hub, RAPE, {}), await browse("officer")
    await officer.get(f"/cases/{case}/referrals")
    page = await officer.post(f"/cases/{case}/lines", {"line": JUSTICE}, 422)
    assert page.errors == ["In a case like this a specialist has to agree first: write it down under “Safeguards”"]
    isva = await hub.value("select referral_id from referral where case_id = $1 and line = 'isva'", case)
    page = await officer.post(f"/cases/{case}/referrals/{isva}/better/{TWO_SIDES}", {}, 409)
    assert "a specialist has to agree first" in page.text
    assert await hub.value("select count(*) from referral where case_id = $1 and line = $2", case, JUSTICE) == 0
    await a_specialist_agreed(hub, case)
    referral = await opens(hub, case)
    where = f"/cases/{case}/referrals/{referral}/contracts/{TWO_SIDES}"
    form = (await officer.get(where)).hidden(where) | {"agreed": "yes", "unassessed": "urgent"}
    await hub.worker.pool.execute(NOT_RECORDED, case)
    page = await officer.post(where, form, 409)
    assert "a specialist has to agree first" in page.errors[0] and "Send" not in page.texts("button")
    assert page.link("Write down that a specialist agreed") == f"/cases/{case}/safeguards"
    assert await hub.value("select count(*) from leg where referral_id = $1", referral) == 0
    assert await hub.value("select count(*) from consent") == 0
