"""Rehearsal of draft rules over stored facts, and the switch for a major incident."""

import copy
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from contracts.contact import ContactRequested
from contracts.refused import Refused
from kit import clock
from services.referral import commands
from services.referral.actions import incidents, requesting
from services.referral.books import FOLDER
from tests.builders import NOON, a_crime, a_domestic_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.portal import a_referral_sent_by_policy
from tests.referral.test_mailing import asked as asked_for
from tests.referral.test_mailing import send, state

pytestmark = pytest.mark.service
LEADER = a_viewer("leader")


def a_draft(tmp_path: Path, *, without: str) -> Path:
    """The rules in force without one of them, as a draft of next year."""
    name = max(FOLDER.glob("routing_rules_*.yaml"))
    document = copy.deepcopy(yaml.safe_load(name.read_text(encoding="utf-8")))
    document["version"] = "2027-01"
    document["rules"] = [rule for rule in document["rules"] if rule["id"] != without]
    path = tmp_path / "draft.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


async def test_a_rehearsal_says_which_cases_a_draft_would_change_and_changes_none(
    hub: Hub, browse: AsPersona, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leader = await browse("leader")
    assert "No draft has been rehearsed yet." in (await leader.get("/operations/rehearsal")).text
    await hub.hears(recorded(a_crime(), a_crime(), a_domestic_crime()))
    before = await hub.rows("select case_id, lines, holds, runs from case_file order by 1")
    period = ["--from", "2026-07-01", "--to", "2026-09-30"]
    draft = a_draft(tmp_path, without="line.general")
    capsys.readouterr()
    assert await commands.run(["rehearse", str(draft), *period], hub.context) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["cases"], told["changed"], told["counts"]) == (3, 2, {"line general lost": 2})
    assert await hub.rows("select case_id, lines, holds, runs from case_file order by 1") == before
    page = await leader.get("/operations/rehearsal")
    assert "2 of 3 cases would be decided otherwise" in page.text
    page = await leader.get(page.link("Version 2027-01"))
    assert "2 cases of 3 would be decided otherwise." in page.text
    assert ["Line lost: General", "2"] in page.rows
    await (await browse("officer")).get("/operations/rehearsal", 403)
    assert await commands.run(["rehearse", str(draft), "--from", "2026-09-02", "--to", "2026-09-30"], hub.context) == 0
    assert "0 of 0 cases" in (await leader.get("/operations/rehearsal")).text


async def test_an_incident_is_known_however_its_id_is_typed_and_one_that_holds_nobody_is_told_as_such(
    hub: Hub, browse: AsPersona
) -> None:
    await hub.hears(recorded(a_crime(major_incident_id="MI-dcf2c6")))
    leader = await browse("leader")
    await leader.get("/operations/incidents")
    page = await leader.submit("Switch on", incident_id="MI-NOPE")
    assert "holds nobody: the police have linked no open case to MI-NOPE" in page.text
    assert "Linked now: MI-dcf2c6 (1 case)." in page.text
    page = await leader.submit("Switch on", incident_id=" mi-DCF2C6 ")
    assert "Switched on. Cases held: 1." in page.text
    on = await hub.rows("select incident_id from incident_switch order by on_at")
    assert [row["incident_id"] for row in on] == ["MI-NOPE", "MI-dcf2c6"]


async def test_a_draft_that_cannot_be_used_is_named(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    period = ["--from", "2026-07-01", "--to", "2026-09-30"]
    bad = tmp_path / "bad.yaml"
    bad.write_text("rules: [{id: x}]\neffective_from: 2026-04-01\n", encoding="utf-8")
    assert await commands.run(["rehearse", str(bad), *period], hub.context) == 1
    assert "rule x" in capsys.readouterr().err
    assert await commands.run(["rehearse", str(tmp_path / "none.yaml"), *period], hub.context) == 1
    with pytest.raises(SystemExit):
        await commands.run(["rehearse", str(bad), "--from", "2026-09-30", "--to", "2026-07-01"], hub.context)
    assert await hub.value("select count(*) from rehearsal") == 0


async def test_a_switched_incident_holds_every_linked_case_and_stops_all_messages(hub: Hub, browse: AsPersona) -> None:
    sent = await a_referral_sent_by_policy(hub)
    await hub.worker.pool.execute("update case_file set major_incident_id = 'mi -7' where case_id = $1", sent.case)
    other = await a_case(hub)
    leader = await browse("leader")
    await (await browse("officer")).get("/operations/incidents", 403)
    await leader.get("/operations/incidents")
    page = await leader.submit("Switch on", 422, incident_id="?")
    assert page.errors == ["Enter the police's id of the incident: letters, digits, dashes, at most 40"]
    page = await leader.submit("Switch on", incident_id="MI-7")
    assert "Switched on. Cases held: 1." in page.text
    page = await leader.submit("Switch on", 422, incident_id="MI-7")
    assert page.errors == ["This incident is switched on already"]
    assert "It holds 1 case now." in page.text
    assert "Part of a major incident: no automatic contact" in (await leader.get(f"/cases/{sent.case}")).texts(
        "span", "moj-badge"
    )
    [case] = await hub.rows("select state, holds, runs from case_file where case_id = $1", sent.case)
    assert (case["state"], case["holds"], case["runs"]) == ("waiting", ["major_incident"], 2)
    assert (await hub.told(sent.case))[-1] == "case.routed"
    assert "major_incident" not in await hub.value("select holds from case_file where case_id = $1", other)
    assert await asked(hub, sent.case) == "major_incident"
    linked = "update case_file set major_incident_id = 'MI-7', holds = '{major_incident}' where case_id = $1"
    await hub.worker.pool.execute(linked, other)
    assert "It holds 2 cases now." in (await leader.get("/operations/incidents")).text
    assert "Switched off." in (await leader.submit("Switch off mi -7")).text
    assert await asked(hub, sent.case) == "no_safe_channel", "the incident is no reason any more"
    switch = await hub.value("select switch_id from incident_switch")
    assert "Switched off." in (await leader.post(f"/operations/incidents/{switch}/off")).text
    assert await hub.value("select off_by from incident_switch") == LEADER.user_id


async def asked(hub: Hub, case: object) -> str | None:
    """Why a message asked for is withheld."""
    request = ContactRequested.model_validate(
        {
            "case_id": case,
            "request_id": uuid4(),
            "purpose": "notice",
            "template": "plain",
            "not_after": NOON + timedelta(days=1),
            "happened_at": NOON,
            "actor_role": "system",
        }
    )
    async with hub.as_worker() as tx:
        told = await requesting.answer_request(tx, request, hub.context, NOON)
    return getattr(told, "reason", None)


async def test_a_crime_linked_later_is_held_by_the_rule_and_its_messages_are_stopped_too(hub: Hub) -> None:
    async with hub.looks(LEADER) as tx:
        made = await incidents.switch_on(tx, LEADER, uuid4(), "MI-8", NOON)
    assert made.cases == 0
    crime = a_crime()
    await hub.hears(recorded(crime))
    await hub.hears([snapshot(updated(crime, major_incident_id="MI-8"))])
    [case] = await hub.rows("select case_id, holds from case_file")
    assert case["holds"] == ["major_incident"]
    assert await asked(hub, case["case_id"]) == "major_incident"
    with pytest.raises(Refused, match="already_on"):
        async with hub.looks(LEADER) as tx:
            await incidents.switch_on(tx, LEADER, uuid4(), "MI-8", NOON)


async def test_a_message_asked_for_before_the_switch_does_not_leave_after_it(hub: Hub) -> None:
    case = await asked_for(hub)
    await hub.worker.pool.execute("update case_file set major_incident_id = 'MI-6' where case_id = $1", case)
    async with hub.looks(LEADER) as tx:
        await incidents.switch_on(tx, LEADER, uuid4(), "MI-6", NOON)
    await send(hub)
    assert (await state(hub))[:2] == ("withheld", "major_incident")
    told = "select data ->> 'reason' from case_event where case_id = $1 and type = 'contact.withheld.v1'"
    assert await hub.value(told, case) == "major_incident"


async def test_what_the_police_link_to_another_incident_later_is_theirs_and_is_not_taken_back_here(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_crime(a_victim("V-1"))
    await a_case(hub, crime)
    leader = await browse("leader")
    reference = await hub.value("select reference from case_file")
    for incident in ("MI-8", "MI-9"):
        await leader.get("/operations/incidents")
        await leader.submit("Switch on", incident_id=incident)
    async with hub.looks(LEADER) as tx:
        [switch] = await hub.rows("select switch_id from incident_switch where incident_id = 'MI-8'")
        await incidents.link(tx, LEADER, switch["switch_id"], reference, BOOKS, clock.now())
    await hub.hears([snapshot(updated(crime, major_incident_id="MI-9"), clock.now())])
    await leader.get("/operations/incidents")
    page = await leader.submit("Take the link back", 422, linked=reference, reason="not_affected")
    assert page.errors == ["This case was not linked here: what the police link stays"]
    [held] = await hub.rows("select holds, major_incident_id from case_file")
    assert (held["holds"], held["major_incident_id"]) == (["major_incident"], "MI-9")


async def test_the_leader_links_a_case_that_the_police_did_not_and_takes_the_link_back(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_crime(a_victim("V-1"))
    case, leader = await a_case(hub, crime), await browse("leader")
    reference = await hub.value("select reference from case_file")
    await leader.get("/operations/incidents")
    page = await leader.submit("Take the link back", 422, linked=reference, reason="not_affected")
    assert page.errors == ["This case was not linked here: what the police link stays"]
    await leader.get("/operations/incidents")
    await leader.submit("Switch on", incident_id="MI-9")
    page = await leader.submit("Link the case", 422, reference="NOBODY")
    assert page.errors == ["Enter the reference of an open case, like 4K7QC-MXR2P"]
    stands = "select holds, major_incident_id from case_file"
    for _ in range(2):
        await leader.get("/operations/incidents")
        page = await leader.submit("Link the case", reference=f" {reference.lower()} ")
        assert f"{reference} is linked. It is held" in page.text
        await hub.hears([snapshot(updated(crime, flags=["alcohol"]), clock.now())])
        [held] = await hub.rows(stands)
        assert tuple(held.values()) == (["major_incident"], "MI-9")
        assert await asked(hub, case) == "major_incident"
        told = "select data -> 'holds' from case_event where type = 'case.routed.v1' order by id desc limit 1"
        assert await hub.value(told) == ["major_incident"], "who asks how it went hears of it"
        await leader.get("/operations/incidents")
        page = await leader.submit("Link the case", 422, reference=reference)
        assert page.errors == ["This case is linked to an incident already"]
        page = await leader.submit("Take the link back", 422, linked=reference)
        assert page.errors == ["Choose why it is not part of the incident"]
        page = await leader.submit("Take the link back", linked=reference, reason="not_affected")
        assert f"{reference} is linked to no incident any more." in page.text
        [free] = await hub.rows(stands)
        assert (free["holds"], free["major_incident_id"]) == ([], None)
        assert await asked(hub, case) != "major_incident"
    seen = "select count(*) from kit.audit where action in ('incident.linked', 'incident.unlinked')"
    assert await hub.value(seen) == 4
    officer = await browse("officer")
    await officer.post("/operations/incidents/link", {"reference": reference}, 403)
