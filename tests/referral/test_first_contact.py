"""The hub's first-contact assessment, and what the overview says of how somebody came."""

from dataclasses import replace

import pytest

from kit import clock
from services.referral.actions import packing
from services.referral.actions.asked import DANGER
from services.referral.case_ui.first_contact import MEANWHILE
from services.referral.store import cases
from tests.builders import a_domestic_crime, a_victim, a_viewer, snapshot, updated
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, triaged
from tests.referral.test_case_gate import IDVA, Site, passes, site  # noqa: F401
from tests.referral.test_intake import PERSON

pytestmark = pytest.mark.service
NEEDS = {f"need-{code}": "3" for code in BOOKS.support.domains}


async def test_an_assessment_is_recorded_once_shown_and_its_high_risk_is_reviewed_today(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}")
    assert "None is recorded yet. It is asked before a person is referred." in page.text
    await officer.follow("Record the first-contact assessment")
    page = await officer.submit("Record it", 422, dash_score="40")
    assert "Enter the Dash score from 0 to 27, or leave it empty" in page.errors and len(page.errors) == 11
    said = {**NEEDS, "need-shelter": "1", "dash_score": "15", "risk": "medium", "agreed": "yes"}
    sent = page.tree.find(".//input[@name='assessment_id']")
    assert sent is not None
    page = await officer.submit("Record it", communication=["bsl", "easy_read"], **said)
    assert "was recorded" in page.text and page.summary["Much help is needed with"] == "Shelter and accommodation"
    assert page.summary["Risk as the hub saw it"] == "Medium, Dash 15"
    assert page.summary["To communicate, or to come"] == "British Sign Language, Easy read"
    await officer.get(f"/cases/{case}/assessment")
    again = {**said, "communication": ["bsl", "easy_read"], "same_household": "not_asked"}
    again |= {"assessment_id": sent.get("value") or ""}
    await officer.post(f"/cases/{case}/assessment", again)
    assert await hub.value("select count(*) from hub_assessment") == 1
    assert await hub.value("select count(*) from task where kind = 'review_risk' and case_id = $1", case) == 1
    assert await hub.value("select count(*) from kit.audit where action = 'case.assessed'") == 1


async def test_who_refers_before_an_assessment_says_why_and_nobody_is_asked_after_one(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/referrals/{referral}/contracts")
    contract = next(str(c.contract_id) for c in BOOKS.directory.contracts if c.slug == "harbour-lane-idva")
    where = f"/cases/{case}/referrals/{referral}/contracts/{contract}"
    page = await officer.get(where)
    assert "No first-contact assessment is recorded." in page.text
    page = await officer.submit("Send", 422, agreed="yes")
    assert page.errors == ["Choose why it is sent before the assessment"]
    assert await hub.value("select count(*) from leg") == 0, "nothing is done by half"
    await officer.submit("Send", agreed="yes", unassessed="urgent")
    kept = await hub.rows("select reason from kit.audit where action = 'referral.unassessed'")
    assert kept == [{"reason": "urgent"}]
    other = await a_case(hub)
    referral = await triaged(hub, other)
    await officer.get(f"/cases/{other}/assessment")
    await officer.submit("Record it", **NEEDS, risk="standard", agreed="yes")
    page = await officer.get(f"/cases/{other}/referrals/{referral}/contracts/{contract}")
    assert "No first-contact assessment" not in page.text and page.tree.find(".//*[@name='unassessed']") is None


async def test_the_overview_says_how_somebody_came_and_their_own_words_only_to_who_opens_names(
    hub: Hub, browse: AsPersona
) -> None:
    officer, compliance = await browse("officer"), await browse("compliance")
    await officer.get("/cases/new")
    told = {"given_names": PERSON["given_names"], "family_name": PERSON["family_name"]}
    await officer.submit("Look", source="witness", **told)
    await officer.submit("Go on")
    said = {**PERSON, "ago": "years", "needs": ["housing", "court"], "themselves": ["sex_work"]}
    page = await officer.submit("Open the case", **said)
    case = page.path.removesuffix("/referrals")
    page = await officer.get(case)
    assert page.summary["Who asked for help"] == "A witness, for themselves"
    assert page.summary["How long ago it was"] == "Longer ago" and page.summary["Do the police know"] == "No"
    assert page.summary["What would help, in their words"] == "Housing, Police and court"
    assert page.summary["What they said of themselves"] == "Sells sex"
    assert "What they said of themselves" not in (await compliance.get(case)).text


@pytest.mark.browser
async def test_the_assessment_passes_the_gate_and_saves_itself_while_somebody_fills_it_in(
    site: Site,  # noqa: F811
    hub: Hub,
) -> None:
    case = await a_case(hub)
    await passes(site, "/cases/work")
    await passes(site, f"/cases/{case}/assessment", "Record it")
    gate, url, signed_in = site
    async with gate.look(f"{url}/cases/{case}/assessment", signed_in=signed_in) as watched:
        await watched.page.get_by_label("Dash score, if it was done").fill("9")
        await watched.page.get_by_text("Saved by itself.").wait_for()
        assert watched.wrong == []
    await passes(site, "/cases/work")
    async with gate.look(f"{url}/cases/work", signed_in=signed_in) as watched:
        await watched.page.get_by_role("link", name="First-contact assessment").click()
        assert await watched.page.get_by_label("Dash score, if it was done").input_value() == "9"


async def test_a_higher_risk_found_at_first_contact_brings_the_adviser_the_conference_and_a_human_at_once(
    hub: Hub, browse: AsPersona
) -> None:
    known = a_victim(relationship_to_suspect="partner", risk={"grade": "standard"}, share="agreed")
    case = await a_case(hub, a_domestic_crime(known))
    stands = "select lines, holds, doors, state, priority, risk_grade from case_file where case_id = $1"
    [before] = await hub.rows(stands, case)
    assert (before["lines"], before["holds"], before["state"]) == (["domestic_abuse"], [], "active")
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/assessment")
    await officer.submit("Record it", **NEEDS, dash_score="18", risk="not_asked", agreed="yes")
    [after] = await hub.rows(stands, case)
    assert after["lines"] == ["domestic_abuse", "idva"] and "high_risk" in after["holds"] and "marac" in after["doors"]
    assert (after["state"], after["priority"]) == ("waiting", 0)
    assert await hub.rows("select line, state from leg") == [{"line": "domestic_abuse", "state": "sent"}]
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    assert reference in (await officer.get("/cases?queue=now")).text
    told = len(await hub.told(case))
    await officer.get(f"/cases/{case}/assessment")
    await officer.submit("Record it", **NEEDS, dash_score="2", risk="standard", agreed="yes")
    assert await hub.rows(stands, case) == [after] and len(await hub.told(case)) == told, (
        "a lower one takes nothing away"
    )


async def test_what_the_person_says_would_help_adds_its_service_and_sends_nothing(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, compliance = await browse("officer"), await browse("compliance")
    await officer.get(f"/cases/{case}/assessment")
    said = {"wants": ["employment", "mental_health"], "themselves": ["sex_work"], "communication": ["interpreter"]}
    page = await officer.submit("Record it", **NEEDS, **said, risk="high", agreed="yes")
    assert page.summary["What they say would help"] == "Work, training or education, Mental health"
    assert page.summary["What they say of themselves"] == "Sells sex"
    assert "Chosen by the person: Interpreter" in page.text
    assert "Sells sex" not in (await compliance.get(f"/cases/{case}")).text
    lines = await hub.value("select lines from case_file where case_id = $1", case)
    assert {"employment", "mental_health", "idva"} <= set(lines)
    assert await hub.value("select count(*) from referral where line = 'employment' and state = 'received'") == 1
    assert await hub.value("select count(*) from leg") == 0
    page = await officer.post(f"/cases/{case}/assessment", {**NEEDS, "wants": "gold"}, 422)
    assert "Choose from the list" in page.errors


async def test_what_somebody_said_of_themselves_is_shown_and_sent_beside_what_the_police_tell_later(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_domestic_crime(a_victim("V-1", disability="no", vulnerabilities=["older_person"]))
    case, officer = await a_case(hub, crime), await browse("officer")
    await officer.get(f"/cases/{case}/assessment")
    said = {"themselves": ["disabled", "communication_needs"], "communication": ["bsl", "more_time"]}
    await officer.submit("Record it", **NEEDS, **said, risk="high", agreed="yes")
    told = "Older person, Communication needs (by their own word), Disabled (by their own word; the police wrote: no)"
    later = updated(crime, victims=[crime["victims"][0] | {"sex": "female"}])
    for events in ([], [snapshot(later, clock.now())]):
        await hub.hears(events)
        assert (await officer.get(f"/cases/{case}")).summary["Vulnerabilities"] == told
    async with hub.looks(a_viewer()) as tx:
        held = await cases.get(tx, case)
        assert held is not None and held.revision == 2
        contract = BOOKS.directory.by_id[IDVA]
        pack = await packing.contents(tx, hub.sealer, held, contract)
        asked = replace(contract, pack=(*contract.pack, "access_needs"))
        apart = await packing.contents(tx, hub.sealer, held, asked)
    assert pack["needs"] == ["communication_needs", "bsl", "more_time"]
    assert (apart["needs"], apart["access_needs"]) == (["communication_needs"], ["bsl", "more_time"])
    assert (await officer.get(f"/cases/{case}")).summary["Access needs"] == "British Sign Language, More time"


async def test_a_danger_told_at_first_contact_counts_as_at_intake_and_stays_whatever_the_police_tell_later(
    hub: Hub, browse: AsPersona
) -> None:
    known = a_victim("V-1", relationship_to_suspect="partner", risk={"grade": "standard"}, share="agreed")
    crime = a_domestic_crime(known)
    case, officer = await a_case(hub, crime), await browse("officer")
    stands = "select holds, doors, state, priority from case_file where case_id = $1"
    [before] = await hub.rows(stands, case)
    assert (before["holds"], before["state"]) == ([], "active")
    await officer.get(f"/cases/{case}/assessment")
    page = await officer.submit("Record it", 422, **NEEDS, danger=["nothing", "threat_to_kill"], agreed="yes")
    assert f"Choose the dangers, or only “{DANGER['nothing']}”" in page.errors
    dangers = [code for code in DANGER if code != "nothing"]
    said = {"danger": dangers, "same_household": "yes", "risk": "not_asked", "agreed": "yes"}
    page = await officer.submit("Record it", **NEEDS, **said)
    assert page.summary["Is anybody in danger"].split(", ") == [DANGER[code] for code in sorted(dangers)]
    assert page.summary["Do they live with who did it"] == "Yes"
    assert "Risk of suicide (told to the hub)" in page.summary["Vulnerabilities"]
    [after] = await hub.rows(stands, case)
    held = {*dangers, "same_household"} - {"children_in_household"}
    assert held <= set(after["holds"]) and (after["state"], after["priority"]) == ("waiting", 0)
    assert {"childrens_social_care", "adult_safeguarding"} <= set(after["doors"])
    kinds = await hub.rows("select kind from task where case_id = $1", case)
    assert {"add_children", "new_hold", "review_risk"} <= {row["kind"] for row in kinds}
    assert await hub.value("select count(*) from protected_address") == 1
    assert "Somebody has threatened to kill them" in (await officer.get(f"/cases/{case}/timeline")).text
    await officer.get(f"/cases/{case}/assessment")
    await officer.submit("Record it", **NEEDS, danger=["nothing"], same_household="no", risk="not_asked", agreed="yes")
    assert await hub.rows(stands, case) == [after], "a later answer takes nothing away"
    later = updated(crime, 2, victims=[crime["victims"][0] | {"sex": "female"}])
    await hub.hears([snapshot(later, clock.now())])
    assert await hub.rows(stands, case) == [after]
    kept = await hub.value("select facts -> 'case' from routing where case_id = $1 order by run desc limit 1", case)
    assert (
        kept["threat_to_kill"]
        and kept["same_household"]
        and set(kept["vulnerabilities"]) >= held - {*("threat_to_kill", "same_household")}
    )


async def test_an_assessment_from_a_page_older_than_another_ones_is_told_so_and_recorded_when_it_is_sent_again(
    hub: Hub, browse: AsPersona
) -> None:
    case, officer, other = await a_case(hub), await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{case}/assessment")
    await other.get(f"/cases/{case}/assessment")
    await other.submit("Record it", **NEEDS, risk="standard", agreed="yes")
    said = {"danger": ["suicide_risk"], "risk": "not_asked", "agreed": "yes"}
    page = await officer.submit("Record it", 409, **NEEDS, **said)
    assert page.errors == [MEANWHILE]
    assert await hub.value("select count(*) from hub_assessment") == 1
    await officer.submit("Record it")
    assert await hub.value("select count(*) from hub_assessment") == 2
    assert "suicide_risk" in await hub.value("select holds from case_file where case_id = $1", case)
