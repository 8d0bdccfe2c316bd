"""Doors of a case are opened by people and written down: 999, the national mechanism, a service with a receipt."""

from uuid import UUID, uuid4

import pytest

from contracts.reference import offences
from contracts.refused import Refused
from contracts.vocabulary import DOORS
from kit import clock
from services.referral.actions import beside, consenting
from services.referral.actions.beside import ENCOMPASS
from services.referral.beside_books import doors
from services.referral.domain.tracked import check, next_steps
from services.referral.store import cases
from tests.browser import Seen
from tests.builders import RAPE, a_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.test_case_gate import Site, passes, site  # noqa: F401

FOR_SAFETY = {"emergency", "marac", "childrens_social_care", "adult_safeguarding"}


def test_every_door_of_the_published_list_can_be_written_down_and_those_for_safety_need_no_agreement() -> None:
    assert set(doors()) == set(DOORS) - {"other"} | {ENCOMPASS}
    for name, door in doors().items():
        gated = any(step.gate == "shared" for step in door.steps.values())
        assert gated is (name not in FOR_SAFETY | {"nrm_first_responder", ENCOMPASS}), name
    assert RAPE in offences()


def test_a_national_service_is_told_only_what_the_person_agreed_to_or_two_people_decided() -> None:
    door = doors()["homicide_service"]
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        check(door, ("named",), "referred", None, careful=False)
    with pytest.raises(Refused, match="only_the_person"):
        check(door, ("named",), "agreed", "other", careful=False)
    assert check(door, ("named", "agreed"), "referred", None, careful=False).code == "referred"
    assert check(door, (), "referred", None, careful=False, shared=True).code == "referred"
    with pytest.raises(Refused, match="not_from_here"):
        check(door, ("named", "declined"), "referred", None, careful=False, shared=True)
    assert [step.code for step in next_steps(door, ("named", "agreed", "referred"), careful=False)][-1] == "receipt"


async def a_case_with_doors(hub: Hub) -> UUID:
    person = a_victim("V-1", risk={"grade": "imminent"}, relationship_to_suspect="partner")
    return await a_case(hub, a_crime(person, offence_code=RAPE, flags=["domestic_abuse", "modern_slavery_nrm"]))


@pytest.mark.service
async def test_what_was_done_at_each_door_is_written_down_told_and_no_task_any_more(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case_with_doors(hub)
    officer = await browse("officer")

    async def at(door: str, step: str, status: int = 200, **more: str) -> Seen:
        said = {"step_id": str(uuid4()), f"{door}-step": step} | {f"{door}-{k}": v for k, v in more.items()}
        return await officer.post(f"/cases/{case}/safeguards/offers/{door}", said, status)

    waiting = "select due_at <= now() from task where kind = 'call_emergency' and done_at is null"
    assert await hub.value(waiting), "danger now is a task at once"
    page = await officer.get(f"/cases/{case}/safeguards")
    for title in ("Emergency", "MARAC", "Sexual assault referral centre", "National Referral Mechanism"):
        assert title in page.text
    assert "the hub never does" in page.text
    assert "Danger now. The hub calls 999 and logs when." in page.text, "each door says why it is open"
    assert "999 was called, " in (await at("emergency", "called_999")).text
    assert await hub.value(waiting) is None
    assert "A first responder referred the person" in (await at("nrm_first_responder", "referred")).text
    told = "select data ->> 'nrm' from case_event where case_id = $1 and type = 'case.updated.v1' order by id desc"
    assert await hub.value(told, case) == "referred", "the return counts it"
    refused = ["The person has to agree first, or two people say why it is shared"]
    assert (await at("sarc", "referred", 422)).errors == refused
    await at("sarc", "named")
    await at("sarc", "agreed", said_by="person")
    await at("sarc", "referred")
    assert "They confirmed that they have it" in (await at("sarc", "receipt")).text
    await at("homicide_service", "named", 404)
    assert "The police told the school, " in (await at(ENCOMPASS, "told")).text
    other = await a_case(hub, a_crime(a_victim("V-2")))
    await officer.get(f"/cases/{other}/safeguards")
    told_school = {"step_id": str(uuid4()), f"{ENCOMPASS}-step": "told"}
    await officer.post(f"/cases/{other}/safeguards/offers/{ENCOMPASS}", told_school, 404)
    assert await hub.value("select count(*) from offer_step where offer = 'homicide_service'") == 0


@pytest.mark.service
async def test_a_confirmed_override_opens_a_door_without_the_persons_agreement(hub: Hub, browse: AsPersona) -> None:
    case, override = await a_case_with_doors(hub), uuid4()
    asking, confirming = a_viewer(), a_viewer("leader")
    async with hub.looks(asking) as tx:
        await consenting.ask_override(tx, asking, override, case, "idva", "life_at_risk", clock.now())
    async with hub.looks(confirming) as tx:
        await consenting.confirm_override(tx, confirming, override, clock.now())
    said = {"step_id": str(uuid4()), "sarc-step": "referred"}
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/safeguards")
    page = await officer.post(f"/cases/{case}/safeguards/offers/sarc", said)
    assert "Sexual assault referral centre Referred, " in page.text


@pytest.mark.service
async def test_a_no_to_support_leaves_the_safety_of_a_young_person_to_a_human(hub: Hub) -> None:
    told = {"age_at_report": 17, "age_at_offence": 16, "share": "refused"}
    long_ago = {"offence_code": RAPE, "committed_from": "2026-01-01", "committed_to": "2026-01-01"}
    case = await a_case(hub, a_crime(a_victim("V-1", **told), **long_ago))
    assert await hub.value("select decision from case_file where case_id = $1", case) == "refused"
    task = "select kind from task where case_id = $1 and done_at is null"
    assert await hub.value(task, case) == "safeguarding_door"
    officer = a_viewer()
    async with hub.looks(officer) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        about = (uuid4(), "childrens_social_care", "referred", None)
        assert await beside.take_step(tx, officer, held, *about, BOOKS, clock.now())
    assert await hub.value(task, case) is None
    await a_case(hub, a_crime(a_victim("V-2", share="refused")))
    assert await hub.value("select count(*) from task where kind = 'safeguarding_door'") == 1


@pytest.mark.browser
async def test_the_page_with_doors_and_the_page_of_use_pass_the_gate(site: Site, hub: Hub) -> None:  # noqa: F811
    case = await a_case_with_doors(hub)
    await passes(site, f"/cases/{case}/safeguards")
    await passes(site, f"/cases/{case}/contact", "Call the mobile: show its number")


@pytest.mark.service
async def test_a_door_is_gone_through_again_after_a_new_incident_or_a_new_risk_and_not_before(
    hub: Hub, browse: AsPersona
) -> None:
    person = a_victim("V-1", relationship_to_suspect="partner", risk={"dash_score": 17, "grade": "high"})
    crime = a_crime(person, offence_code="105A", flags=["domestic_abuse"])
    case = await a_case(hub, crime)
    officer = await browse("officer")

    async def marac(step: str, status: int = 200, step_id: str | None = None) -> Seen:
        said = {"step_id": step_id or str(uuid4()), "marac-step": step}
        return await officer.post(f"/cases/{case}/safeguards/offers/marac", said, status)

    page = await officer.get(f"/cases/{case}/safeguards")
    assert "Something new was told" not in page.text, "nothing was done yet"
    await marac("referred")
    page = await marac("heard")
    assert "Something new was told" not in page.text
    await marac("again.referred", 422)
    await hub.hears(recorded(a_crime(person, flags=["domestic_abuse"]), at=clock.now()))
    page = await officer.get(f"/cases/{case}/safeguards")
    assert "Something new was told" in page.text
    assert "Again, because of what is new: Referred to the conference" in page.text
    twice = str(uuid4())
    for _ in range(2):
        page = await marac("again.referred", step_id=twice)
    assert "Again: Referred to the conference, " in page.text and "Something new was told" not in page.text
    assert await hub.value("select count(*) from offer_step where step = 'referred' and round = 2") == 1
    await marac("again.referred", 422)
    later = updated(crime, 2, victims=[person | {"risk": {"dash_score": 17, "grade": "imminent"}}])
    await hub.hears([snapshot(later, clock.now())])
    assert "Again: It was heard" in (await marac("heard")).text
    await officer.get(f"/cases/{case}/safeguards")
    await marac("again.referred", 422)
    await hub.worker.pool.execute("update offer_step set at = at - interval '1 minute'")
    assert "Again: Referred" in (await marac("again.referred")).text, "danger now was told after what was done before"
