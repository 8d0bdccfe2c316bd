"""A restricted person behind an id, in a file, among figures and in what is done to many at once: for whoever has not
the right as if there were nobody, and where something protects everybody, protected too."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from contracts.working_time import local_day
from kit import clock
from services.referral.actions import consenting, opening, rehearsing
from services.referral.domain.performance import quarter_of
from services.referral.store import downtime, tasks
from services.referral.store.tasks import Task, task_id
from tests.builders import a_domestic_crime, a_victim, a_viewer, recorded
from tests.referral.conftest import Hub
from tests.referral.hub_pages import ANOTHER, a_case
from tests.referral.portal import LATER, Sent, a_referral_sent
from tests.referral.test_every_form import LOOKED
from tests.referral.test_mailing import a_request
from tests.referral.test_restricted_everywhere import People, people
from tests.referral.test_restricted_sends import IDVA
from tests.referral.test_steering import a_draft
from tests.walking import State

pytestmark = pytest.mark.service
__all__ = ["people"]
OFFICER = a_viewer()
BY_ANOTHER_ID = re.compile(r"\{(task_id|consent_id|leg_id|request_id)\}")
BY_CASE = re.compile(r"\{(case_id|referral_id)\}")


async def restrict(hub: Hub, sent: Sent, *, so: bool = True) -> None:
    for table in ("case_file", "person", "leg"):
        await hub.worker.pool.execute(f"update {table} set restricted = $2 where person_id = $1", sent.person, so)


async def with_waiting(hub: Hub) -> tuple[Sent, dict[str, str]]:
    """A person with a task, an override to be looked at and a message that waits; the ids by which each is reached."""
    sent, now = await a_referral_sent(hub), clock.now()
    await hub.hears([a_request(sent.case)])
    task = Task(task_id("review_risk", sent.case), "review_risk", now + timedelta(hours=2), now, case_id=sent.case)
    async with hub.as_worker() as tx:
        await tasks.add(tx, [task])
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, uuid4(), sent.case, "isva", "life_at_risk", now)
    ids = {
        "task_id": task.task_id,
        "consent_id": await hub.value("select consent_id from consent where gate = 'override'"),
        "request_id": await hub.value("select request_id from mail"),
        "leg_id": sent.leg,
    }
    return sent, {name: str(found) for name, found in ids.items()}


async def test_no_task_override_message_or_link_of_a_restricted_person_is_reached_by_its_id_without_the_right(
    hub: Hub, people: People
) -> None:
    sent, ids = await with_waiting(hub)
    state, answers = State(hub.worker, LOOKED), dict[tuple[str, str, str, bool], int]()
    pages = [
        page for page in people.app.state.pages if BY_ANOTHER_ID.search(page.path) and not BY_CASE.search(page.path)
    ]
    await restrict(hub, sent)
    before = await state.now()
    for restricted in (True, False):
        await restrict(hub, sent, so=restricted)
        for persona in ("officer", "compliance", "admin", "provider.manager"):
            for page in pages:
                path = BY_ANOTHER_ID.sub(lambda found: ids[found[1]], page.path)
                for method in page.methods if restricted else {"GET"} & set(page.methods):
                    fields = {"csrf_token": people.tokens[persona], "answer": "done", "says": "yes"}
                    answer = await people.browsers[persona].answer(method, path, fields if method == "POST" else None)
                    answers[persona, method, page.path, restricted] = answer.status_code
        if restricted:
            assert {where for where, status in answers.items() if status not in (403, 404)} == set()
            assert await state.now() == before
    assert answers["officer", "GET", "/cases/tasks/{task_id}", False] == 200, "were it anybody else, it would be there"
    assert answers["officer", "GET", "/referrals/links/{leg_id}", False] == 200
    for path in ("/cases/tasks/{task_id}", "/cases/overrides/{consent_id}", "/operations/outbox/{request_id}/stop"):
        assert ("officer", "POST", path, True) in answers


async def test_a_managers_files_and_figures_have_a_restricted_person_only_where_the_manager_is_named(
    hub: Hub, people: People
) -> None:
    mine, hidden = await a_referral_sent(hub), await a_referral_sent(hub)
    reference = await hub.value("select reference from case_file where case_id = $1", mine.case)
    secret = await hub.value("select reference from case_file where case_id = $1", hidden.case)
    manager, sent_in = people.browsers["provider.manager"], quarter_of(local_day(LATER))
    open_to = f"/portal/performance/{IDVA}/open/missed?period={sent_in}"
    figures = ("/portal/history", open_to, f"/portal/performance?period={sent_in}", f"/portal/returns/{sent_in}")

    async def seen() -> dict[str, str]:
        return {path: (await manager.answer("GET", path)).text for path in figures}

    of_two = await seen()
    assert all(secret in of_two[path] and reference in of_two[path] for path in ("/portal/history", open_to))
    await restrict(hub, hidden)
    of_one = await seen()
    assert all(secret not in of_one[path] and reference in of_one[path] for path in ("/portal/history", open_to))
    assert len(of_one["/portal/history"].splitlines()) == 2
    assert all(_numbers(of_one[path]) != _numbers(of_two[path]) for path in figures)
    told = f"A1,{secret},VFS1,better"
    answer = await manager.answer(
        "POST", "/portal/outcomes", {"csrf_token": people.tokens["provider.manager"], "lines": told}
    )
    nobody = await manager.answer(
        "POST",
        "/portal/outcomes",
        {"csrf_token": people.tokens["provider.manager"], "lines": "A1,ZZZZZ-ZZZZZ,VFS1,better"},
    )
    assert answer.status_code == nobody.status_code == 422
    named = a_viewer("provider.manager").user_id
    await hub.worker.pool.execute("update leg set assigned_to = $2 where leg_id = $1", hidden.leg, named)
    assert secret in (await seen())["/portal/history"]


def _numbers(text: str) -> list[str]:
    """What stands in cells and lists of a page or file."""
    return re.findall(r">\s*([\d,]+)\s*<", text) or text.splitlines()


async def test_the_downtime_sheet_of_whoever_has_not_the_right_has_no_restricted_person(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    await restrict(hub, sent)
    until = clock.now() + timedelta(days=1)
    for persona, expected in (("leader", [sent.case]), ("officer", [])):
        async with hub.looks(a_viewer(persona)) as tx:
            assert [line.case_id for line in await downtime.lines(tx, until, 500)] == expected
            assert await downtime.count(tx, until) == len(expected)


async def test_how_far_a_rehearsal_is_does_not_tell_how_many_are_restricted(
    hub: Hub, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "AT_ONCE", 1)
    await hub.hears(recorded(a_domestic_crime(), *(a_domestic_crime(a_victim(works_for="provider")) for _ in range(3))))
    days = {f"{name}-{part}": value for name, day in (("since", "1 7 2026"), ("until", "30 9 2026"))
            for part, value in zip(("day", "month", "year"), day.split(), strict=True)}  # fmt: skip
    text = a_draft(tmp_path, without="line.general").read_text()
    asked = days | {"draft": text, "rehearsal_id": str(uuid4())}
    assert await people.post("leader", "/operations/rehearsal", asked) == 303
    at = f"/operations/rehearsal/{await hub.value('select rehearsal_id from rehearsal')}"
    while await hub.every(rehearsing.carry_on, clock.now()):
        page = await people.browsers["admin"].get(at)
        if "so far" in page.text:
            assert " 1 case so far;" in page.text or " 0 cases so far;" in page.text
            assert "of 4 cases so far" in (await people.browsers["leader"].get(at)).text
    draft = await people.browsers["admin"].answer("GET", f"{at}/draft")
    assert draft.text == text.replace("\n", "\r\n") or draft.text == text


async def test_an_incident_that_somebody_without_the_right_switches_on_holds_restricted_people_too_and_counts_none(
    hub: Hub, people: People
) -> None:
    case = await a_case(hub, a_domestic_crime(a_victim(works_for="provider"), major_incident_id="MI-7"), **ANOTHER)
    seen = await a_case(hub, a_domestic_crime(major_incident_id="MI-7"))
    await hub.worker.pool.execute("update case_file set holds = '{}'")  # as where a leader had lifted it
    admin = people.browsers["admin"]
    await admin.get("/operations/incidents")
    page = await admin.submit("Switch on", incident_id="MI-7")
    assert "Cases held: 1." in page.text and "It holds 1 case now." in page.text
    for each in (case, seen):
        assert "major_incident" in await hub.value("select holds from case_file where case_id = $1", each)
        last = await hub.value(
            "select data from case_event where case_id = $1 and type = 'case.routed.v1' order by id desc limit 1", each
        )
        assert "major_incident" in last["holds"], "who asks how it went is told"
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    switch = await hub.value("select switch_id from incident_switch")
    page = await admin.get("/operations/incidents")
    page = await admin.submit("Link the case", 422, reference=reference, switch=str(switch))
    assert page.errors == ["Enter the reference of an open case, like 4K7QC-MXR2P"]


async def test_what_is_announced_of_a_restricted_person_says_so_and_no_more_than_of_others(hub: Hub) -> None:
    told: dict[bool, dict[str, set[str]]] = {}
    for restricted in (False, True):
        crime = a_domestic_crime(a_victim(risk={"grade": "high"}, works_for="provider" if restricted else "none"))
        await hub.hears(recorded(crime))
        await hub.every(opening.open_arrivals)
        case = await hub.value("select case_id from case_file where restricted = $1", restricted)
        rows = await hub.rows("select type, data from kit.outbox where subject_id = $1", case)
        found: dict[str, Any] = {row["type"]: orjson.loads(row["data"]) for row in rows}
        told[restricted] = {type_: set(data) for type_, data in found.items()}
        marked = {type_: data["restricted"] for type_, data in found.items() if "restricted" in data}
        assert {"case.opened.v1", "case.routed.v1"} <= set(marked) and set(marked.values()) == {restricted}
    assert told[True] == {type_: told[False][type_] for type_ in told[True]}
