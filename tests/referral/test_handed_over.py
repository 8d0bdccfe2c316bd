"""A hand-over looks again at the moment of going: who is not taken, or may not be asked, stays and makes a task."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.referral.actions import excepting, handing_over, transferring
from services.referral.store import cases
from tests.builders import COVENTRY, NOON, RAPE, a_crime, a_victim
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import Sent, a_referral_sent
from tests.referral.test_actions import agrees
from tests.referral.test_life import RIVERBANK, a_rape_sent
from tests.referral.test_transfers import LEADER, STILLWATER, a_dry_run, of_case, supported

GOES = NOON + timedelta(minutes=31)


async def somebody_sent(hub: Hub, **victim: Any) -> Sent:
    crime = a_crime(a_victim(home_local_authority=COVENTRY, **victim), offence_code=RAPE, local_authority=COVENTRY)
    return await supported(hub, await a_referral_sent(hub, "stillwater-isva", crime))


async def handed_over(hub: Hub) -> UUID:
    run = await a_dry_run(hub, "stillwater-isva", "riverbank-isva")
    async with hub.looks(LEADER) as tx:
        made = await handing_over.hand_over(tx, LEADER, uuid4(), run, run.digest, BOOKS, NOON)
    return made.handover_id


async def kinds(hub: Hub, case: UUID) -> list[str]:
    rows = await hub.rows("select kind from task where case_id = $1 and done_at is null order by kind", case)
    return [row["kind"] for row in rows]


@pytest.mark.service
async def test_somebody_whom_the_new_contract_does_not_take_stays_though_they_agreed_in_the_time_to_undo(
    hub: Hub,
) -> None:
    man = await somebody_sent(hub, sex="male")
    run = await a_dry_run(hub, "stillwater-isva", "riverbank-isva")
    [planned] = run.staying
    assert [rule.rule for rule in planned.against] == ["sex"] and not run.going and not run.asking
    await handed_over(hub)
    await agrees(hub, man.case, RIVERBANK)
    await hub.every(transferring.carry_out, GOES)
    assert await of_case(hub, man.case) == [("in_support", STILLWATER)]
    assert await hub.value("select refused from transfer where case_id = $1", man.case) == "does_not_fit"
    assert "handover_not_taken" in await kinds(hub, man.case)
    assert await hub.value("select count(*) from proposed_leg where case_id = $1", man.case) == 0


@pytest.mark.service
async def test_an_exception_from_the_rule_that_stands_against_them_lets_a_hand_over_carry_somebody(hub: Hub) -> None:
    sent = await somebody_sent(hub, language="pl")
    await agrees(hub, sent.case, RIVERBANK)
    [planned] = (await a_dry_run(hub, "stillwater-isva", "riverbank-isva")).staying
    assert [rule.rule for rule in planned.against] == ["language"]
    async with hub.looks(LEADER) as tx:
        case = await cases.load(tx, sent.case)
        assert case is not None
        await excepting.grant(tx, LEADER, case, uuid4(), RIVERBANK, "language", "commissioner", NOON)
    await handed_over(hub)
    await hub.every(transferring.carry_out, GOES)
    assert (await of_case(hub, sent.case))[0] == ("withdrawn", STILLWATER)


@pytest.mark.service
async def test_nobody_is_asked_to_ring_a_person_who_said_no_to_sharing_before_a_hand_over_went(
    hub: Hub, browse: AsPersona
) -> None:
    sent = await supported(hub, await a_rape_sent(hub))
    handover = await handed_over(hub)
    officer, leader = await browse("officer"), await browse("leader")
    page = await officer.get(f"/cases/{sent.case}/referrals")
    assert "stays where it is unless the person has agreed" in page.text and "Goes to" not in page.text
    page = await leader.get(f"/referrals/handover/{handover}")
    assert "1 referral to be asked first" in page.text and "Is asked first" in page.text
    await hub.worker.pool.execute(
        "update consent set withdrawn_at = $2, reason = 'person_withdrew' where case_id = $1", sent.case, NOON
    )
    await hub.worker.pool.execute("update case_file set holds = array['share_refused'] where case_id = $1", sent.case)
    await hub.every(transferring.carry_out, GOES)
    assert await kinds(hub, sent.case) == ["handover_not_asked"]
    page = await officer.get(f"/cases/{sent.case}/referrals")
    assert "the person may not be asked now" in page.text and "Ask the person, then transfer" not in page.text
    page = await leader.get(f"/referrals/handover/{handover}")
    assert "1 referral still with the old provider, each with a task" in page.text
    assert "to go over" not in page.text and "Stays: the person may not be asked now" in page.text


@pytest.mark.service
async def test_an_agreement_to_a_contract_that_does_not_take_the_person_says_so(hub: Hub, browse: AsPersona) -> None:
    man = await somebody_sent(hub, sex="male")
    officer = await browse("officer")
    page = await officer.get(f"/cases/{man.case}/agreements/new")
    assert "(does not take this person: A single-sex service for women.)" in page.text
    answers = {"purpose": "support", "scope": "who", "how": "mobile", "given_by": "self"}
    page = await officer.submit("Record the agreement", contract=str(RIVERBANK), **answers)
    assert "But it does not take this person as it stands" in page.text
    await officer.get(f"/cases/{man.case}/agreements/new")
    page = await officer.submit("Record the agreement", contract=str(STILLWATER), **answers)
    assert "does not take this person as it stands" not in page.text
