"""The working day at the hub: tasks, who looks after what, what changed, kept filters, and the team leader's pages."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.identity import persona_id
from kit import clock
from services.referral.store import tasks
from services.referral.store.tasks import Task, task_id
from tests.builders import THEFT, a_crime, a_domestic_crime, a_victim, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case, triaged

pytestmark = pytest.mark.service
OFFICER, LEADER = persona_id("officer"), persona_id("leader")
HOSTILE = 'he said "drop it; or else" -- <knife>'


async def a_task(hub: Hub, case: UUID | None, kind: str = "review_risk") -> UUID:
    made = task_id(kind, case or uuid4())
    async with hub.as_worker() as tx:
        await tasks.add(tx, [Task(made, kind, clock.now() + timedelta(hours=2), clock.now(), case_id=case)])
    return made


async def a_theft(hub: Hub) -> UUID:
    """A case that needs no skill and waits."""
    return await a_case(hub, a_crime(a_victim(share="not_asked", also_suspect=True), offence_code=THEFT))


async def owner(hub: Hub, case: UUID) -> UUID | None:
    found: UUID | None = await hub.value("select assigned_to from case_file where case_id = $1", case)
    return found


async def test_a_task_is_closed_once_with_what_was_done_as_a_note(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    task = await a_task(hub, case)
    officer = await browse("officer")
    await officer.get("/cases/tasks")
    page = await officer.follow("Review the risk")
    page = await officer.submit("Close the task", 422)
    assert page.errors == ["Choose what was done"]
    page = await officer.submit("Close the task", 422, answer="not_needed")
    assert page.errors == ["Say why, or who does it"]
    page = await officer.submit("Close the task", answer="not_needed", text=HOSTILE)
    assert page.path == f"/cases/{case}" and "The task is closed." in page.text
    notes = await officer.get(f"/cases/{case}/notes")
    assert ["".join(one.itertext()) for one in notes.all("div", "app-note__text")] == [HOSTILE]
    await officer.post(f"/cases/tasks/{task}", {"answer": "not_needed", "text": HOSTILE})
    page = await officer.post(f"/cases/tasks/{task}", {"answer": "done", "text": "She rang me back."}, 409)
    assert "What you wrote, to copy" in page.text and "She rang me back." in page.text
    await officer.get(f"/cases/tasks/{task}", 409)
    assert await hub.value("select count(*) from note") == 1
    assert await hub.value("select done_how from task where task_id = $1", task) == "not_needed"
    assert "No task is open." in (await officer.get("/cases/tasks")).text


async def test_tasks_on_my_cases_and_one_without_a_case(hub: Hub, browse: AsPersona) -> None:
    case, other = await a_case(hub), await a_case(hub)
    await a_task(hub, case), await a_task(hub, other), await a_task(hub, None, "add_exploited_person")
    officer = await browse("officer")
    await officer.get(f"/cases/{case}")
    await officer.submit("Take this case")
    assert len((await officer.get("/cases/tasks")).rows) == 4
    assert len((await officer.follow("On my cases")).rows) == 2
    await officer.get("/cases/tasks")
    page = await officer.follow("Add the exploited person")
    assert "There is no case yet" in page.text
    page = await officer.submit("Close the task", answer="other_agency")
    assert page.path == "/cases/tasks"
    compliance = await browse("compliance")
    await compliance.get("/cases/tasks")
    await compliance.post(f"/cases/tasks/{uuid4()}", {"answer": "done"}, 403)
    await officer.get(f"/cases/tasks/{uuid4()}", 404)


async def test_a_case_is_taken_once_and_then_given_only_with_a_reason(hub: Hub, browse: AsPersona) -> None:
    case = await a_theft(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await leader.get("/cases")
    await officer.get(f"/cases/{case}")
    page = await officer.submit("Take this case")
    assert "Amina Farrow looks after this case." in page.text and await owner(hub, case) == OFFICER
    page = await leader.post(f"/cases/{case}/take", {"assignment_id": str(uuid4())}, 409)
    assert "Amina Farrow looks after this case now, and took it on" in page.text
    page = await leader.get(f"/cases/{case}/assign")
    assert any("(suggested)" in words for words in page.texts("label"))
    page = await leader.submit("Give the case", 422)
    assert page.errors == ["Choose who looks after this case"]
    await leader.get(f"/cases/{case}/assign")
    page = await leader.submit("Give the case", worker_id=str(LEADER))
    assert await owner(hub, case) == LEADER
    page = await officer.get(f"/cases/{case}/assign")
    assert "Until now" in page.text
    page = await officer.post(
        f"/cases/{case}/assign",
        {"worker_id": str(OFFICER), "assignment_id": str(uuid4()), "before": str(OFFICER)},
        409,
    )
    rows = await hub.rows("select how, reason, before_id from assignment order by at")
    assert rows[-1] == {"how": "suggested", "reason": None, "before_id": OFFICER} and len(rows) == 2


async def test_somebody_without_the_skill_gets_a_case_only_with_a_reason(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get("/cases")
    page = await leader.get(f"/cases/{case}/assign")
    assert "It needs: domestic abuse." in page.text and "nobody to suggest" in page.text
    page = await leader.submit("Give the case", 422, worker_id=str(OFFICER))
    assert page.errors == ["Choose why it is not the worker the rule suggests"] and await owner(hub, case) is None
    await leader.submit("Give the case", worker_id=str(OFFICER), reason="knew_before")
    [row] = await hub.rows("select how, reason from assignment")
    assert await owner(hub, case) == OFFICER and row == {"how": "chosen", "reason": "knew_before"}
    await leader.get("/cases/team")
    await leader.follow("Amina Farrow")
    page = await leader.submit("Save the skills", skills=["domestic", "nonsense"])
    page = await leader.get(f"/cases/{case}/assign")
    assert page.texts("label")[0] == "Amina Farrow (suggested)"
    assert await hub.rows("select skill from worker_skill") == [{"skill": "domestic"}]


async def test_ticked_cases_are_allocated_at_once_and_what_was_skipped_is_said(hub: Hub, browse: AsPersona) -> None:
    free, taken, skilled = await a_theft(hub), await a_theft(hub), await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{taken}")
    await officer.submit("Take this case")
    await leader.get("/cases?queue=waiting")
    page = await leader.submit("Allocate", 422, to="rule")
    assert page.errors == ["Tick at least one case"] and page.heading == "Waiting for the hub"
    ticked = [str(free), str(taken), str(skilled), str(uuid4())]
    page = await leader.submit("Allocate", to="rule", case=ticked)
    assert "1 given: Gareth Lowe 1. Skipped: " in page.text
    assert "has a worker already" in page.text and "needs a skill that nobody here has free" in page.text
    assert "is not there any more" in page.text
    assert (await owner(hub, free), await owner(hub, taken), await owner(hub, skilled)) == (LEADER, OFFICER, None)
    assert await hub.value("select count(*) from kit.audit where action = 'case.assigned'") == 2
    batch = next(e.get("value") for e in page.all("input") if e.get("name") == "batch_id")
    asked = {"batch_id": batch or "", "to": str(OFFICER), "case": [str(skilled)]}
    page = await leader.post("/cases/allocate", asked)
    assert "needs a reason: the rule does not suggest" in page.text and page.errors, "a refusal is not shown in green"
    assert await owner(hub, skilled) is None
    for _ in range(2):
        page = await leader.post("/cases/allocate", asked | {"reason": "cover"})
        assert "1 given: Amina Farrow 1." in page.text
    assert await hub.value("select count(*) from assignment where case_id = $1", skilled) == 1
    assert await hub.value("select reason from assignment where case_id = $1", skilled) == "cover"
    await officer.post("/cases/allocate", {"to": "rule"}, 403)


async def test_a_leaver_leaves_no_case_without_an_owner(hub: Hub, browse: AsPersona) -> None:
    held = [await a_theft(hub), await a_case(hub)]
    officer, leader = await browse("officer"), await browse("leader")
    for case in held:
        await officer.get(f"/cases/{case}")
        await officer.submit("Take this case")
    await leader.get(f"/cases/team/{OFFICER}")
    await leader.follow("This worker leaves: move all cases")
    page = await leader.submit("Move them all", 422)
    assert page.errors == ["Choose who gets the cases"]
    page = await leader.submit("Move them all", to="rule")
    assert "2 given: Gareth Lowe 2." in page.text
    assert {await owner(hub, case) for case in held} == {LEADER}
    assert all("Amina" not in words for words in page.texts("th"))
    assert await hub.value("select left_at is not null from worker where worker_id = $1", OFFICER)
    page = await leader.get("/cases/team")
    assert page.link("Amina Farrow") == f"/cases/team/{OFFICER}", "a slip can be taken back"
    await leader.follow("Amina Farrow")
    page = await leader.submit("They are here again")
    assert "here again. Cases that were moved stay where they are" in page.text
    assert await hub.value("select left_at is null from worker where worker_id = $1", OFFICER)
    assert {await owner(hub, case) for case in held} == {LEADER}
    page = await leader.get(f"/cases/team/{LEADER}/move")
    assert "These cases are yours: another team leader moves them" in page.text
    assert "Move them all" not in page.texts("button")
    page = await leader.post(f"/cases/team/{LEADER}/move", {"batch_id": str(uuid4()), "to": "rule"}, 409)
    assert "These cases are yours: another team leader moves them" in page.text
    page = await leader.get(f"/cases/team/{LEADER}")
    assert "another team leader moves them" in page.text
    assert not any("move all cases" in words for words in page.texts("a"))
    assert await hub.value("select left_at is null from worker where worker_id = $1", LEADER)


async def test_who_has_left_is_offered_no_case_and_told_why(hub: Hub, browse: AsPersona) -> None:
    free, shut = await a_theft(hub), await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    page = await leader.get(f"/cases/{free}/assign")
    assert "Gareth Lowe" in page.text
    await officer.get("/cases")
    page = await officer.get(f"/cases/{free}")
    take = "Take this case"
    assert take in page.texts("button")
    async with hub.as_worker() as tx:
        await tx.execute("update worker set left_at = now() where worker_id = $1", OFFICER)
    page = await officer.submit(take, 409)
    assert "You are said to have left, so no case is given to you" in page.text
    page = await officer.get(f"/cases/{free}")
    assert take not in page.texts("button") and "You cannot take it: you are said to have left" in page.text
    async with hub.as_worker() as tx:
        await tx.execute("update case_file set restricted = true where case_id = $1", shut)
        await tx.execute("update worker set left_at = case when worker_id = $1 then null else now() end", OFFICER)
    page = await leader.get(f"/cases/{shut}/assign")
    assert "nobody who is here may see it" in page.text and "No worker is known yet" not in page.text
    async with hub.as_worker() as tx:
        await tx.execute("update worker set left_at = now()")
    page = await leader.get(f"/cases/{free}/assign")
    assert "Everybody who worked here has left" in page.text and "No worker is known yet" not in page.text
    assert "Everybody who worked here has left" in (await leader.get("/cases/team")).text


async def test_a_user_who_is_no_longer_active_is_shown_as_a_leaver_with_cases(
    hub: Hub, databases: Databases, browse: AsPersona
) -> None:
    case = await a_theft(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{case}")
    await officer.submit("Take this case")
    async with hub.as_worker() as tx:
        await tx.execute("update worker set left_at = now() where worker_id = $1", OFFICER)
    page = await leader.get("/cases/team")
    assert "Amina Farrow has left and still has 1 case" in page.text
    assert page.link("Move them now") == f"/cases/team/{OFFICER}/move"
    assert "but has left" in (await leader.get(f"/cases/{case}")).text


async def test_the_team_page_says_what_falls_due_who_is_silent_and_who_looked_at_what(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get("/cases")
    await (await browse("officer")).get("/cases/team", 403)
    await officer.get(f"/cases/{case}")
    who = [row[1] for row in (await leader.get(f"/cases/{case}/looked")).rows[1:]]
    assert "Amina Farrow, hub officer" in who
    page = await leader.get("/cases/team")
    assert "Life safety: 1" in page.texts("li") and "No provider is past the limit" in page.text
    await leader.follow("Amina Farrow")
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    page = await leader.get(f"/cases/team/{OFFICER}")
    assert [reference, "Case seen: overview"] in [row[1:] for row in page.rows]
    page = await leader.submit("Enter the leave", 422)
    assert page.errors == ["Enter the first day away", "Enter the last day away"]
    days = {"first-day": "2", "first-month": "3", "first-year": "2030"}
    page = await leader.submit(
        "Enter the leave", 422, **days, **{"last-day": "1", "last-month": "3", "last-year": "2030"}
    )
    assert page.errors == ["The last day must be the first day or later"]
    today = {"first-day": "1", "first-month": "1", "first-year": "2026"}
    page = await leader.submit("Enter the leave", **today, **{"last-day": "1", "last-month": "3", "last-year": "2030"})
    assert "on leave today" in (await leader.get(f"/cases/{case}/assign")).text
    await leader.get(f"/cases/team/{OFFICER}")
    [leave] = await hub.rows("select leave_id from worker_leave")
    await leader.post(f"/cases/team/{OFFICER}/leave/{leave['leave_id']}/cancel")
    assert "on leave today" not in (await leader.get(f"/cases/{case}/assign")).text


async def test_what_changed_since_i_last_looked_is_marked_for_me_alone(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    page = await officer.get(f"/cases/{case}")
    assert "Since you last looked" not in page.text
    assert "Changed" not in (await officer.get("/cases")).texts("span", "moj-badge")
    await triaged(hub, case)
    assert "Changed" in (await officer.get("/cases?queue=all&changed=yes")).texts("span", "moj-badge")
    assert "There is no open case." in (await leader.get("/cases?queue=all&changed=yes")).text
    page = await officer.get(f"/cases/{case}")
    assert any("Referral triaged" in words for words in page.texts("li"))
    assert "Since you last looked" not in (await officer.get(f"/cases/{case}")).text
    await officer.submit("Take this case")
    page = await officer.get("/cases")
    assert page.texts("h2")[0] == "Your work" and page.link("All my cases") == "/cases?queue=mine"


async def test_a_filter_is_kept_as_codes_once_and_dropped_again(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get("/cases?queue=waiting")
    await officer.submit("Narrow", line="idva", sort="oldest")
    for _ in range(2):
        page = await officer.submit("Keep this filter")
    assert await hub.value("select count(*) from saved_filter") == 1
    page = await officer.get("/cases")
    where = page.link("Waiting for the hub: IDVA, oldest first")
    assert len((await officer.get(where)).rows) == 2 and case
    assert "Filters you keep" not in (await leader.get("/cases")).text
    page = await officer.submit("Drop the filter Waiting for the hub: IDVA, oldest first")
    assert "Filters you keep" not in page.text
    await officer.post("/cases/filters", {"queue": "Wilhelmina"}, 404)


async def test_every_order_of_a_queue_ends_with_the_case(hub: Hub, browse: AsPersona) -> None:
    older, newer = await a_case(hub, at=clock.now() - timedelta(hours=5)), await a_case(hub)
    officer = await browse("officer")
    for sort, first in (("oldest", older), ("newest", newer), ("risk", None), ("due", None)):
        page = await officer.get(f"/cases?queue=waiting&sort={sort}")
        assert len(page.rows) == 3
        if first is not None:
            assert (
                page.link(await hub.value("select reference from case_file where case_id = $1", first))
                == f"/cases/{first}"
            )


async def test_the_working_day_of_a_restricted_case_is_absent_for_those_without_the_right(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub, a_domestic_crime(a_victim(works_for="provider", risk={"grade": "high"})))
    task = await a_task(hub, case)
    officer, leader = await browse("officer"), await browse("leader")
    paths = (f"{case}/notes", f"{case}/drafts/{uuid4()}", f"{case}/assign", f"{case}/print", f"tasks/{task}")
    for path in paths:
        await officer.get(f"/cases/{path}", 404)
        await leader.get(f"/cases/{path}")
    for path in ("take", "assign", f"drafts/{uuid4()}"):
        sent = {"worker_id": str(OFFICER), "assignment_id": str(uuid4()), "press": "add", "text": "x"}
        await officer.post(f"/cases/{case}/{path}", sent, 404)
    await officer.post(f"/cases/tasks/{task}", {"answer": "done"}, 404)
    assert "No task is open." in (await officer.get("/cases/tasks")).text
    assert await owner(hub, case) is None and await hub.value("select count(*) from note") == 0


async def test_a_restricted_case_is_given_to_nobody_who_may_not_see_it(hub: Hub, browse: AsPersona) -> None:
    crime = a_domestic_crime(a_victim("V1", risk={"grade": "high"}))
    case, officer, leader = await a_case(hub, crime), await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{case}")
    await officer.submit("Take this case")
    assert await owner(hub, case) == OFFICER
    told = updated(crime, 2, victims=[a_victim("V1", risk={"grade": "high"}, works_for="hub")])
    await hub.hears([snapshot(told)])
    assert await owner(hub, case) is None, "who may not see it cannot look after it"
    page = await leader.get(f"/cases/{case}/assign")
    assert all("Amina Farrow" not in label for label in page.texts("label"))
    given = {"worker_id": str(OFFICER), "assignment_id": str(uuid4()), "reason": "cover"}
    page = await leader.post(f"/cases/{case}/assign", given, 422)
    assert page.errors == ["Choose somebody from the list"]
    for to in (str(OFFICER), "rule"):
        many = {"case": str(case), "to": to, "reason": "cover", "batch_id": str(uuid4())}
        assert "Skipped: " in (await leader.post("/cases/allocate", many)).text
    assert await owner(hub, case) is None
