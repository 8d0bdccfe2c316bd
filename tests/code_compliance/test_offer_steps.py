"""Steps of offers that the hub follows are evidence of the rights that ask for them: nobody enters them twice."""

from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from contracts.referral import OfferStepTaken
from services.code_compliance.domain.language import BadReference
from services.code_compliance.domain.policy import read_policy
from services.code_compliance.reference import load
from services.referral.actions.at_offer import OF_THE_CODE
from services.referral.beside_books import offers
from tests.code_compliance.builders import CRIME, at, crime, reached, victim
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import Office
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer

CASE = case_id(CRIME, "V1")


async def told(hub: Hub, offer: str, step: str, when: str, case: UUID = CASE) -> None:
    fact = OfferStepTaken(
        case_id=case, happened_at=at(when), actor_role="officer", step_id=uuid4(), offer=offer, step=step
    )
    await hub.hear(fact, when=at(when))


def test_every_step_that_speaks_for_a_right_is_one_that_the_hub_can_write_down_and_tells() -> None:
    held = [act for duties in load().policy.by_entitlement.values() for duty in duties for act in duty.acts]
    steps = {tuple(step.split(".")) for act in held for step in act.steps}
    assert {offer for offer, _ in steps} == OF_THE_CODE
    assert all(step in offers()[offer].steps for offer, step in steps)


def test_steps_go_with_the_act_of_an_offer_alone() -> None:
    for acts in ([{"act": "offer_step", "outcome": "delivered"}],
                 [{"act": "hub_receipt", "outcome": "delivered", "steps": ["a.b"]}]):  # fmt: skip
        entry = {"entitlement": "R7.isb", "effective_from": "2021-04-01", "acts": acts, "why": "w"}
        with pytest.raises(BadReference, match="steps go with the act"):
            read_policy({"version": "t", "policies": [entry]}, {"R7.isb"}, "policy.yaml")


@pytest.mark.service
async def test_an_offer_that_was_made_meets_its_right_and_the_evidence_names_the_step(hub: Hub, office: Office) -> None:
    await hub.hear(crime(victims=[victim(), victim("V2")]), reached("vps_requested", "2025-06-03 09:00"))
    await told(hub, "restorative_justice", "offered", "2025-06-04 10:00")
    assert (await hub.clocks())["R3.rj_info_adult"].state == "running", "only what the right asks for meets it"
    await told(hub, "restorative_justice", "information_given", "2025-06-05 10:00")
    await told(hub, "personal_statement", "offered", "2025-06-05 10:05")
    await told(hub, "personal_statement", "declined", "2025-06-05 10:10")
    clocks = await hub.clocks()
    for right, state, minute in (
        ("R3.rj_info_adult", "met", "10:00"),
        ("R7.vps_info", "met", "10:05"),
        ("R7.vps_opportunity", "declined_by_victim", "10:10"),
    ):
        assert (clocks[right].state, clocks[right].settled_at) == (state, at(f"2025-06-05 {minute}")), right
    assert (await hub.clocks("V2"))["R3.rj_info_adult"].state == "running", "the other person's right runs on"
    page = await (await office.sign_in()).get(f"/rights/cases/{CASE}")
    assert "Step written down by the hub, restorative justice: information given" in page.text
    assert all(check.ok for check in await hub.checks())


@pytest.mark.service
async def test_a_step_that_comes_before_its_case_waits_for_it(hub: Hub) -> None:
    await told(hub, "restorative_justice", "information_given", "2025-06-05 10:00")
    assert await hub.waiting() == 1
    await hub.hear(crime(victims=[victim()]))
    assert (await hub.clocks())["R3.rj_info_adult"].state == "met" and await hub.waiting() == 0
