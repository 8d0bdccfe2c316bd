"""Related clocks are kept: called over by the timer, warned of once, announced, and apart from the Code."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.identity import case_id
from contracts.reference import ROLES
from kit import clock
from kit.service import Moment
from services.code_compliance.actions.deciding import count_again
from services.code_compliance.actions.warning import warn
from services.code_compliance.domain.related_held import decide_related
from services.code_compliance.reference.oversight import document, warnings
from tests.code_compliance.builders import CRIME, RULES, a_case, at, crime, given, milestone, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_pauses import PAGE, parts

CASE = case_id(CRIME, "V1")
ROBBERY: dict[str, Any] = {"offence_code": "34A"}
ULS = "RC.uls_28"
SENTENCED = ("sentence_passed", "2025-06-10 15:00", "s")  # 28 days: until Tuesday 8 July


async def beside(hub: Hub) -> list[tuple[str, dict[str, Any]]]:
    return [(kind, data) for kind, data in await hub.announced() if kind.startswith("related-clock")]


async def kinds(hub: Hub, name: str = ULS) -> list[str]:
    return [kind.split(".")[1] for kind, data in await beside(hub) if data["clock"] == name]


async def warn_at(hub: Hub, text: str) -> int:
    async with hub.database.begin() as tx:
        return await warn(tx, Moment(at(text), at(text)), hub.context)


def test_each_related_clock_has_one_act_and_its_warnings_go_to_roles_that_exist() -> None:
    assert set(document("acts.yaml")["limits"]) == set(RULES.codes[0].related)
    assert {each.role for each in warnings("related")} <= set(ROLES)
    assert set(document("own_rights.yaml")["limits"]) <= set(RULES.codes[0].related)


def test_the_timer_s_verdict_stays_until_the_day_moves_later_or_the_act_is_told() -> None:
    case, told = a_case(**ROBBERY), [milestone(*SENTENCED)]
    (key,) = [k for k in decide_related(case, told, [], RULES, {}) if k[0] == ULS]
    found = decide_related(case, told, [], RULES, {})
    assert (found[key].state, found[key].due_at) == ("running", at("2025-07-08 23:59:59"))
    over = {**found, key: _over(found[key])}
    assert decide_related(case, told, [], RULES, over)[key].state == "over"
    later = [milestone("sentence_passed", "2025-06-11 15:00", "s")]
    assert decide_related(case, later, [], RULES, over)[key].state == "running"
    asked = [*told, milestone("sentence_review_asked", "2025-07-01 10:00", "a")]
    assert decide_related(case, asked, [], RULES, over)[key].state == "done"
    assert decide_related(case, [], [], RULES, over)[key].state == "not_applicable"


def _over(held: Any) -> Any:
    from dataclasses import replace

    return replace(held, state="over")


@pytest.mark.service
async def test_a_related_clock_is_announced_warned_of_once_to_a_role_and_called_over(hub: Hub) -> None:
    await hub.hear(crime(**ROBBERY), reached(*SENTENCED))
    (due,) = [data for kind, data in await beside(hub) if data["clock"] == ULS]
    assert due["due_at"] == "2025-07-08T22:59:59Z" and due["unverified"] is True
    assert await kinds(hub, "RC.cica_application") == ["due"]  # with the report itself
    await hub.now_is("2025-06-20 10:00")
    await warn_at(hub, "2025-06-20 10:00")
    assert await kinds(hub) == ["due"]
    for _ in range(2):
        await warn_at(hub, "2025-06-25 10:00")
    await warn_at(hub, "2025-07-05 10:00")
    told = [(d["role"], d["fraction"]) for k, d in await beside(hub) if d["clock"] == ULS and "warned" in k]
    assert told == [("officer", 0.5), ("leader", 0.8), ("compliance", 0.8)]
    await hub.now_is("2025-07-09 10:00", applied_until="2025-07-08 10:00")  # not all that was told is applied
    assert "over" not in await kinds(hub)
    for _ in range(2):
        await hub.now_is("2025-07-09 10:00")
    assert await kinds(hub) == ["due", "warned", "warned", "warned", "over"]
    assert not [d for k, d in await hub.announced() if k.startswith("entitlement") and d["entitlement"] == ULS]
    assert all(check.ok for check in await hub.checks())


@pytest.mark.service
async def test_late_word_of_the_act_ends_it_and_a_fact_taken_back_takes_it_away(hub: Hub) -> None:
    await hub.hear(crime(**ROBBERY), reached(*SENTENCED))
    await hub.now_is("2025-07-09 10:00")
    await hub.hear(reached("sentence_passed", "2025-06-12 15:00", "s"))
    again = [d for k, d in await beside(hub) if d["clock"] == ULS][-1]
    assert (again["replanned"], again["due_at"]) == (True, "2025-07-10T22:59:59Z")
    await hub.hear(reached("sentence_passed", "2025-06-12 15:00", "s", victim_ref="V9"))
    ended = [d for k, d in await beside(hub) if d["clock"] == ULS and "ended" in k]
    assert [d["outcome"] for d in ended] == ["applies_no_longer"]
    assert all(check.ok for check in await hub.checks())


@pytest.mark.service
async def test_what_a_worker_enters_starts_and_ends_one_and_it_is_listed_with_its_act(
    hub: Hub, sign_in: SignIn
) -> None:
    browser = await sign_in("compliance")
    page = await browser.get("/rights/forecast/beside")
    assert "None: no such limit has started" in page.text and "None: no clock is paused" in page.text
    now = clock.now()
    begun = (now - timedelta(days=9)).strftime("%Y-%m-%d %H:%M")
    await hub.hear(crime(reported_at=begun, recorded_at=begun))
    asked = (now - timedelta(days=2)).strftime("%Y-%m-%d")
    await browser.get(f"{PAGE}/happenings")
    await browser.submit("Add it", what="police_review_requested", source="person", **parts(asked, "10:00"))
    page = await browser.get("/rights/forecast/beside")
    assert "Acknowledge the request for a review" in page.text
    done = (now - timedelta(days=1)).strftime("%Y-%m-%d")
    await browser.get(f"{PAGE}/happenings")
    await browser.submit("Add it", what="police_review_acknowledged", source="police", **parts(done, "10:00"))
    assert "Acknowledge the request for a review" not in (await browser.get("/rights/forecast/beside")).text
    told = [(k, d["actor_role"], d.get("in_time")) for k, d in await beside(hub) if d["clock"] == "RC.vrr_police_ack"]
    assert told == [("related-clock.due.v1", "compliance", None), ("related-clock.ended.v1", "compliance", True)]
    await (await sign_in("analyst")).get("/rights/forecast/beside", status=403)


@pytest.mark.service
async def test_cases_from_before_they_were_kept_are_counted_once(hub: Hub) -> None:
    await hub.hear(crime(**ROBBERY), reached(*SENTENCED))
    pool = hub.database.pool
    await pool.execute("delete from related_clock")
    await pool.execute("insert into related_to_count select case_id from code_case")
    for expected in (1, 0):
        async with hub.database.begin() as tx:
            assert await count_again(tx, Moment(at("2025-06-12 09:00"), None), hub.context) == expected
    assert await pool.fetchval("select count(*) from related_clock where clock = $1", ULS) == 1


@pytest.mark.service
async def test_a_warning_of_the_code_s_clock_is_announced_once_for_each_share_and_role(hub: Hub) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    for text in ("2025-06-07 10:00", "2025-06-07 10:01", "2025-06-10 10:00", "2025-06-10 10:01"):
        await warn_at(hub, text)
    told = [d for k, d in await hub.announced("R6.suspect_arrested") if k == "entitlement.warned.v1"]
    assert [(d["role"], d["fraction"], d["about"]) for d in told] == [
        ("officer", 0.5, "time_passed"), ("leader", 0.8, "time_passed"), ("compliance", 0.8, "time_passed"),
    ]  # fmt: skip
    assert {d["milestone_id"] for d in told} == {"m1"} and told[0]["due_at"] == "2025-06-10T22:59:59Z"
    await hub.hear(given("R6.suspect_arrested", "2025-06-10 12:00"))
    assert await warn_at(hub, "2025-06-10 13:00") == 0
