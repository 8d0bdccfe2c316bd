"""Bail, a release or an order of a crime in which we know of nobody reaches a human at once, and everybody at last."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.justice import MilestoneReached
from services.referral.consumer import hear_what_came
from services.referral.store import tasks
from tests.builders import NOON, Record, a_crime, a_victim, an_event, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages

pytestmark = pytest.mark.service
OPEN = "select kind from task where done_at is null and kind like 'no_case_%' order by kind"
ALERTS = "select trigger from alert order by trigger"


def told(crime: dict[str, Any], trigger: str, victim: str | None = None, number: int = 1) -> Record:
    data = {
        "milestone_id": f"M{number}",
        "crime_id": crime["crime_id"],
        "victim_ref": victim,
        "trigger": trigger,
        "happened_at": NOON.isoformat(),
        "details": {},
    }
    return an_event(MilestoneReached, data)


async def kinds(hub: Hub, sql: str) -> list[str]:
    return [next(iter(row.values())) for row in await hub.rows(sql)]


async def test_bail_of_a_crime_that_is_not_known_is_a_task_of_the_hour_until_the_crime_comes_and_everybody_is_told(
    hub: Hub, databases: Databases
) -> None:
    crime = a_crime(a_victim("V-1"), a_victim("V-2"))
    bail = told(crime, "suspect_released_on_police_bail")
    await hub.hears([bail, told(crime, "suspect_charged", number=2), told(crime, "release_or_recall", "V-1", 3)])
    assert await kinds(hub, OPEN) == ["no_case_release_or_recall", "no_case_suspect_released_on_police_bail"]
    assert await kinds(hub, "select distinct due_at - created_at from task") == [timedelta(hours=1)]
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get("/cases")
        assert "told of a crime of which no case is known" in page.text and "2 tasks are open" in page.text
        page = await officer.get("/cases/tasks")
        assert [row[2] for row in page.rows[1:]] == [f"No case yet: crime {crime['crime_id']}"] * 2
        first = page.rows[1][0]
        await officer.get("/cases")
        page = await officer.submit("Find", sought=str(crime["crime_id"]))
        assert "No case is known yet, but tasks are open" in page.text
        page = await officer.follow(first)
        assert f"the id under which the police hold it is {crime['crime_id']}" in page.text
        await officer.submit("Close the task", 422)
        await hub.hears(recorded(crime))
        assert await kinds(hub, OPEN) == []
        await officer.submit("Close the task", 409, answer="nobody_known")
        assert "no case is known" not in (await officer.get("/cases")).text
    assert await kinds(hub, ALERTS) == ["release_or_recall"] + ["suspect_released_on_police_bail"] * 2
    assert await hub.value("select count(*) from kit.waiting") == 0


async def test_who_is_named_in_an_alert_of_a_crime_without_anybody_is_asked_for_until_the_police_add_them(
    hub: Hub,
) -> None:
    crime = a_crime(victims=[])
    await hub.hears(recorded(crime))
    await hub.hears([told(crime, "escape_notified"), told(crime, "escape_notified", "V-9", 2)])
    assert await kinds(hub, OPEN) == ["no_case_escape_notified"], "where nobody is named nobody was harmed"
    await hub.hears([snapshot(updated(crime, flags=["alcohol"]))])
    assert await kinds(hub, OPEN) == ["no_case_escape_notified"]
    await hub.hears([snapshot(updated(crime, 3, victims=[a_victim("V-9")]))])
    assert (await kinds(hub, OPEN), await kinds(hub, ALERTS)) == ([], ["escape_notified"])


async def test_an_alert_is_asked_about_once_and_what_alerts_nobody_is_not(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"))
    await hub.hears(
        [told(crime, "order_breached"), told(crime, "order_breached"), told(crime, "suspect_charged", number=4)]
    )
    assert await kinds(hub, OPEN) == ["no_case_order_breached"]


async def test_a_step_by_an_unknown_word_of_a_crime_that_is_not_known_is_asked_about_too(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"))
    await hub.hears([told(crime, "Let out early")])
    assert await kinds(hub, OPEN) == ["no_case_unknown_step"]
    await hub.hears(recorded(crime))
    assert (await kinds(hub, OPEN), await kinds(hub, ALERTS)) == ([], ["unknown_step"])


async def test_bail_that_began_to_wait_while_its_crime_was_being_written_is_told_a_moment_later(hub: Hub) -> None:
    crime, empty = a_crime(a_victim("V-1")), a_crime(victims=[])
    named = told(empty, "escape_notified", "V-9", 2)
    await hub.hears([told(crime, "release_or_recall"), told(empty, "release_or_recall", number=3), named])
    async with hub.as_worker() as tx:
        kept = await tx.fetch("delete from kit.waiting returning *")
    await hub.hears(recorded(crime, empty))
    async with hub.as_worker() as tx:
        await tx.executemany(
            'insert into kit.waiting (key, topic, partition, "offset", headers, value) values ($1, $2, $3, $4, $5, $6)',
            [(row["key"], row["topic"], row["partition"], row["offset"], row["headers"], row["value"]) for row in kept],
        )
    assert await kinds(hub, ALERTS) == [] and len(await kinds(hub, OPEN)) == 3
    assert await hub.every(hear_what_came) == 3
    assert await kinds(hub, ALERTS) == ["release_or_recall"], "of the crime that harmed somebody"
    assert await kinds(hub, OPEN) == ["no_case_escape_notified"], "whom it names is still to be found"


LATE = """
insert into task (task_id, kind, due_at, created_at)
select gen_random_uuid(), 'add_children', now() - interval '9 days', now() from generate_series(1, 30)
"""


async def test_a_warning_opens_the_one_task_it_speaks_of_or_the_list_of_those_alone_before_all_that_is_only_late(
    hub: Hub, databases: Databases
) -> None:
    await hub.rows(LATE)
    first, second = a_crime(a_victim()), a_crime(a_victim())
    await hub.hears([told(first, "suspect_released_on_police_bail")])
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get("/cases")
        assert str(first["crime_id"]) in (await officer.follow("1 task is open")).text
        await hub.hears([told(second, "escape_notified", number=2)])
        await officer.get("/cases")
        page = await officer.follow("2 tasks are open")
        assert len(page.rows) == 3 and "2 tasks are open of this kind" in page.text
        page = await officer.get("/cases/tasks")
        assert [row[2][:11] for row in page.rows[1:3]] == ["No case yet"] * 2 and "32 tasks are open." in page.text
        page = await officer.submit("Narrow", kind="add_children")
        assert "30 tasks are open of this kind" in page.text and "crime" not in page.rows[1][2]
        assert "kind=add_children&page=2" in page.html.replace("&amp;", "&")
        assert len((await officer.get("/cases/tasks?kind=danger")).rows) == 3


async def test_the_order_of_tasks_is_read_from_its_index(hub: Hub) -> None:
    where, _ = tasks.Narrowed().where()
    asked = f"select * from task t where {where} order by {tasks._RANK}, t.due_at, t.task_id limit 26"
    plan = await hub.rows("select set_config('enable_sort', 'off', false)"), await hub.rows(f"explain {asked}")
    assert "task_by_danger" in str(plan)
