"""What has to be done the same day, from the police's event to the page: children of a violent home, exploitation that
names nobody; and what a witness may expect, with evidence recorded before the trial."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.referral.actions import filing
from services.referral.beside_books import witness_charter
from services.referral.case_ui.safeguards import EVIDENCE
from services.referral.desk_books import answers_without_case
from tests.builders import (
    NOON,
    a_crime,
    a_domestic_crime,
    a_victim,
    an_event,
    recorded,
    snapshot,
    updated,
)
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case

pytestmark = pytest.mark.service
CHILDREN = "Add the children of the household, or record why not"
NOBODY = "Add the exploited person, or record why not"


def a_home_with_children() -> dict[str, Any]:
    return a_victim(relationship_to_suspect="partner", vulnerabilities=["children_in_household"])


async def test_children_of_a_violent_home_are_on_the_case_and_among_the_tasks_until_somebody_says_what_was_done(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_domestic_crime(a_home_with_children())
    case = await a_case(hub, crime, at=NOON)
    await hub.hears([snapshot(updated(crime, flags=["domestic_abuse", "stalking"]))])
    [due] = await hub.rows("select due_at from task where kind = 'add_children'")
    assert due["due_at"] == filing.end_of_day(NOON), "once, and by the end of the day"
    officer = await browse("officer")
    assert CHILDREN in (await officer.get(f"/cases/{case}")).text
    await officer.get("/cases/tasks")
    await officer.follow(CHILDREN)
    page = await officer.submit("Close the task", 422, answer="not_needed")
    assert page.errors == ["Say why, or who does it"]
    page = await officer.submit("Close the task", answer="not_needed", text="They live with an aunt.")
    assert "The task is closed." in page.text and CHILDREN not in page.text
    assert "They live with an aunt." in (await officer.get(f"/cases/{case}/notes")).text


async def test_there_is_no_such_task_where_nothing_is_domestic_or_no_child_lives_there(hub: Hub) -> None:
    await hub.hears(recorded(a_crime(a_victim(vulnerabilities=["children_in_household"])), a_domestic_crime()))
    assert await hub.value("select count(*) from case_file") == 2
    assert await hub.value("select count(*) from task where kind = 'add_children'") == 0


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), datetime(2026, 7, 2, 22, 59, 59, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_same_day_is_the_day_in_london(at: datetime, ends: datetime) -> None:
    assert filing.end_of_day(at) == ends


async def test_exploitation_that_names_nobody_is_a_task_with_the_crime_number_and_ends_with_the_reason_why_not(
    hub: Hub, browse: AsPersona
) -> None:
    await hub.hears(recorded(a_crime(victims=[], flags=["county_lines"], crime_reference="20/NOBODY/26")))
    [task] = await hub.rows("select kind, due_at, case_id, task_id from task")
    assert (task["kind"], task["due_at"], task["case_id"]) == ("add_exploited_person", filing.end_of_day(NOON), None)
    officer = await browse("officer")
    page = await officer.get("/cases/tasks")
    assert page.rows[1][0] == NOBODY and page.rows[1][2] == "No case yet: crime 20/NOBODY/26"
    await officer.get("/cases")
    page = await officer.submit("Find", sought="20 / nobody / 26")
    assert "No case is known yet, but a task is open" in page.text and "crime 20/NOBODY/26" in page.text
    assert "Nothing was found" not in page.text
    page = await officer.follow(NOBODY)
    assert "The crime number of the police is 20/NOBODY/26." in page.text
    assert page.link("take the person in") == f"/cases/new?task={task['task_id']}"
    await officer.submit("Close the task", 422)
    await officer.submit("Close the task", 422, answer="not_needed")
    page = await officer.submit("Close the task", answer="nobody_known")
    assert "No task is open." in page.text
    await officer.get("/cases")
    assert "Nothing was found" in (await officer.submit("Find", sought="20/NOBODY/26")).text
    kept = await hub.rows("select reason from kit.audit where action = 'task.closed'")
    assert [row["reason"] for row in kept] == ["nobody_known"] and "nobody_known" in answers_without_case()


async def test_each_flag_of_exploitation_or_slavery_asks_for_the_person_and_no_other_crime_does(hub: Hub) -> None:
    flags = sorted(filing.EXPLOITATION)
    assert {"modern_slavery_nrm", "child_sexual_exploitation"} < set(flags)
    await hub.hears(recorded(*(a_crime(victims=[], flags=[flag]) for flag in flags), a_crime(victims=[])))
    assert await hub.value("select count(*) from crime") == len(flags) + 1
    assert await hub.value("select count(*) from task where kind = 'add_exploited_person'") == len(flags)


async def test_a_witness_is_told_of_each_standard_and_of_evidence_recorded_before_the_trial(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_crime(a_victim(kind="witness"))
    case, officer = await a_case(hub, crime, at=NOON), await browse("officer")
    page = await officer.get(f"/cases/{case}/safeguards")
    charter = witness_charter()
    standards = [one["words"] for one in charter["standards"]]
    assert len(standards) == 7 and set(standards) <= set(page.texts("li"))
    assert charter["verified"] or "not yet checked against its text" in page.text
    assert "Nothing was told of it." in page.text
    for number, step in enumerate(("asked", "granted", "used")):
        told = {"milestone_id": f"m{number}", "crime_id": crime["crime_id"]}
        at = NOON + timedelta(days=number)
        told |= {"trigger": f"pre_recorded_evidence_{step}", "happened_at": at.isoformat()}
        await hub.hears([an_event("justice.milestone.reached.v1", told, at)])
    page = await officer.get(f"/cases/{case}/safeguards")
    said = [text.split(",")[0] for text in page.texts("li")]
    assert [text for text in said if text in EVIDENCE.values()] == list(EVIDENCE.values())[::-1], "newest first"
    assert await hub.value("select review_since is null from case_file"), "it is no alert"


async def test_who_is_no_witness_sees_evidence_only_once_it_was_told_of(hub: Hub, browse: AsPersona) -> None:
    crime = a_crime()
    case, officer = await a_case(hub, crime, at=NOON), await browse("officer")
    page = await officer.get(f"/cases/{case}/safeguards")
    assert "What a witness may expect" not in page.text and "Evidence recorded before the trial" not in page.text
    told = {"milestone_id": str(uuid4()), "crime_id": crime["crime_id"], "happened_at": NOON.isoformat()}
    told |= {"trigger": "pre_recorded_evidence_asked"}
    await hub.hears([an_event("justice.milestone.reached.v1", told, NOON)])
    page = await officer.get(f"/cases/{case}/safeguards")
    assert EVIDENCE["pre_recorded_evidence_asked"] in page.text and "What a witness may expect" not in page.text
