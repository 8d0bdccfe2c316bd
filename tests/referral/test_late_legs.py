"""A provider that has answered and then does nothing is heard of as one that does not answer: by its own people, then
by the hub and its leader."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from contracts.working_time import local_day
from kit import clock
from services.referral.actions import falling_due, noticing, provider_mail, providing, referring
from services.referral.domain.answering import due_at
from tests.builders import NOON, a_crime, a_victim, a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import LATER, Sent, a_referral_sent, a_referral_sent_by_policy
from tests.referral.test_actions import agrees

STANDARDS = BOOKS.standards_on(NOON.date())
IDVA = a_viewer("idva.worker")
LATE = LATER + timedelta(days=2, minutes=1)
"""Past the limit of the first contact of somebody at high risk: twice the hours to answer."""


async def step(hub: Hub, sent: Sent, verb: str, at: datetime = LATER, **answer: Any) -> None:
    async with hub.looks(IDVA) as tx:
        await providing.step(tx, IDVA, sent.referral, verb, at, **answer)


async def steps(hub: Hub, sent: Sent) -> list[tuple[str, str]]:
    rows = await hub.rows("select kind, step from silence_step where leg_id = $1 order by at, kind, step", sent.leg)
    return [(row["kind"], row["step"]) for row in rows]


async def open_tasks(hub: Hub, sent: Sent) -> set[str]:
    rows = await hub.rows("select kind from task where case_id = $1 and done_at is null", sent.case)
    return {row["kind"] for row in rows}


async def named(hub: Hub, sent: Sent) -> None:
    await hub.worker.pool.execute("update leg set assigned_to = $1 where leg_id = $2", uuid4(), sent.leg)


@pytest.mark.parametrize(
    ("kind", "clock", "hours", "taken"),
    [
        ("not_reached", "wall_clock", 0, ("nudge",)),
        ("not_reached", "wall_clock", 1, ("nudge", "duty_line")),
        ("not_reached", "wall_clock", 4, ("nudge", "duty_line", "next_provider")),
        ("not_reached", "working_time", 3, ("nudge",)),
        ("no_worker", "wall_clock", 1, ()),
        ("no_worker", "working_time", 16, ("nudge", "duty_line")),
        ("check_in_past", "wall_clock", 4, ("nudge", "duty_line")),
        ("review_past", "working_time", 4, ("nudge",)),
    ],
)
def test_what_is_late_after_an_answer_calls_for_its_steps(
    kind: str, clock: str, hours: int, taken: tuple[str, ...]
) -> None:
    assert STANDARDS.steps_due(kind, clock, hours * 60) == taken


@pytest.mark.service
async def test_a_first_contact_that_is_late_is_told_to_the_provider_then_to_the_hub_and_its_leader(
    hub: Hub, browse: AsPersona
) -> None:
    sent = await a_referral_sent(hub)
    await step(hub, sent, "accept")
    await named(hub, sent)
    for hours, count in ((-1, 0), (0, 1), (0.5, 0), (1, 1), (4, 1), (50, 0)):
        assert await hub.every(falling_due.watch_silence, LATE + timedelta(hours=hours)) == count, hours
    reached = [("not_reached", step) for step in ("nudge", "duty_line", "next_provider")]
    assert await steps(hub, sent) == reached
    assert {"ring_not_reached", "transfer_not_reached"} <= await open_tasks(hub, sent)
    notices = "select count(*) from notice where kind = 'not_reached' and over_at is null"
    assert await hub.value(notices) == 2 * len(reached)
    assert await hub.value("select count(*) from provider_mail where template = 'provider_late'") == 1
    await hub.every(provider_mail.send_due, LATE)
    assert await hub.value("select state from provider_mail where template = 'provider_late'") == "sent"
    leader = await browse("leader")
    page = await leader.get("/cases/team")
    assert "Harbour Lane: 1 urgent referral, the person not reached in time" in page.text
    page = await leader.get(f"/cases/{sent.case}/referrals")
    assert "Accepted, and the person not reached in time: the hub has a task to transfer it" in page.text
    reached_at = LATE + timedelta(hours=51)
    await hub.worker.pool.execute("update leg set contacted_at = $2 where leg_id = $1", sent.leg, reached_at)
    await hub.every(falling_due.watch_silence, reached_at)
    await hub.every(noticing.notice, reached_at)
    assert not {"ring_not_reached", "transfer_not_reached"} & await open_tasks(hub, sent)
    assert await hub.value(notices) == 0
    assert "Nothing that a provider has taken is late" in (await leader.get("/cases/team")).text


@pytest.mark.service
async def test_a_person_who_is_not_at_risk_is_waited_for_in_working_time(hub: Hub) -> None:
    theft = a_crime(a_victim(channels_safe=["mobile"]))
    sent = await a_referral_sent_by_policy(hub, theft)
    await hub.worker.pool.execute(
        "update referral set state = 'accepted', accepted_at = $2 where referral_id = $1", sent.referral, LATER
    )
    await hub.worker.pool.execute("update leg set state = 'accepted', answered_at = $1, assigned_to = leg_id", LATER)
    [leg] = await hub.rows("select out_at, contract_id from leg")
    contract = BOOKS.directory.by_id[leg["contract_id"]]
    end = due_at(contract.standards, "contact", leg["out_at"], urgent=False)
    for hours, taken in ((-1, []), (1, ["nudge"]), (6, ["nudge"]), (24 * 7, ["duty_line", "next_provider", "nudge"])):
        await hub.every(falling_due.watch_silence, end + timedelta(hours=hours))
        assert sorted(step for _, step in await steps(hub, sent)) == taken, hours
    assert await hub.value("select count(*) from notice where kind = 'not_reached'") == 0


@pytest.mark.service
async def test_a_referral_that_nobody_looks_after_there_is_told_to_the_hub(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    await step(hub, sent, "accept")
    for hours, count in ((1.9, 0), (2, 1), (4, 1)):
        assert await hub.every(falling_due.watch_silence, LATER + timedelta(hours=hours)) == count, hours
    assert await steps(hub, sent) == [("no_worker", "nudge"), ("no_worker", "duty_line")]
    assert "ring_no_worker" in await open_tasks(hub, sent)
    await named(hub, sent)
    await hub.every(falling_due.watch_silence, LATER + timedelta(hours=5))
    assert "ring_no_worker" not in await open_tasks(hub, sent)


@pytest.mark.service
async def test_a_check_in_that_is_past_is_asked_for_again_though_its_task_was_closed(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    day = local_day(LATER) + timedelta(days=1)
    await step(hub, sent, "waitlist", reason_code="capacity", check_in_on=day)
    await hub.worker.pool.execute("update leg set contacted_at = $1", LATER)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    await hub.every(falling_due.remind, noon)
    assert "check_in" in await open_tasks(hub, sent)
    await hub.worker.pool.execute("update task set done_at = $1, done_how = 'done' where kind = 'check_in'", noon)
    assert await hub.every(falling_due.watch_silence, noon) == 0
    night = datetime(day.year, day.month, day.day, 23, 1, tzinfo=UTC)  # midnight in London
    assert await hub.every(falling_due.watch_silence, night) == 1
    assert await hub.every(falling_due.watch_silence, night + timedelta(hours=4)) == 1
    assert "check_in" in await open_tasks(hub, sent)
    again = night + timedelta(hours=5)
    more = {"reason_code": "still_waiting", "check_in_on": local_day(again) + timedelta(days=1)}
    await step(hub, sent, "check_in", again, check_in_id=uuid4(), **more)
    assert await hub.every(falling_due.watch_silence, again) == 0
    assert await hub.every(falling_due.watch_silence, again + timedelta(days=2)) == 1, "another day, another limit"


@pytest.mark.service
async def test_a_hold_whose_review_is_past_is_told(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    for verb in ("accept", "start"):
        await step(hub, sent, verb)
    until = local_day(LATER) + timedelta(days=1)
    await step(hub, sent, "pause", reason_code="person_away", until=until)
    past = LATER + timedelta(days=5)
    assert await hub.every(falling_due.watch_silence, past) == 1
    assert ("review_past", "duty_line") in await steps(hub, sent)
    assert "review_hold" in await open_tasks(hub, sent)


@pytest.mark.service
@pytest.mark.parametrize(("reached", "state"), [(True, "withheld"), (False, "sent")])
async def test_a_nudge_about_what_was_done_meanwhile_does_not_leave(hub: Hub, reached: bool, state: str) -> None:
    sent = await a_referral_sent(hub)
    await step(hub, sent, "accept")
    await named(hub, sent)
    await hub.every(falling_due.watch_silence, LATE)
    if reached:
        await hub.worker.pool.execute("update leg set contacted_at = $1", LATE)
    await hub.every(provider_mail.send_due, LATE)
    assert await hub.value("select state from provider_mail where template = 'provider_late'") == state


async def a_second_referral(hub: Hub, sent: Sent) -> Sent:
    """Another referral of the same case, sent to another service and accepted there, nobody reached yet."""
    officer, to = a_viewer(), contract_id("kestrel-stalking")
    await agrees(hub, sent.case, to)
    async with hub.looks(officer) as tx:
        made = await referring.offer_line(tx, officer, sent.case, "stalking", NOON)
        await referring.triage(tx, officer, made.referral_id, NOON)
        leg = await referring.send(tx, officer, made.referral_id, to, BOOKS, hub.sealer, NOON)
    await hub.every(referring.release, LATER)
    return Sent(sent.case, sent.person, made.referral_id, leg.leg_id)


@pytest.mark.service
async def test_each_of_two_late_referrals_of_a_case_has_its_task_which_names_it(hub: Hub, browse: AsPersona) -> None:
    first = await a_referral_sent(hub)
    second = await a_second_referral(hub, first)
    for sent in (first, second):
        await hub.rows("update referral set state = 'accepted' where referral_id = $1 returning 1", sent.referral)
    await hub.rows("update leg set state = 'accepted', answered_at = $1, assigned_to = leg_id returning 1", LATER)
    at = LATE + timedelta(hours=1)
    await hub.every(falling_due.watch_silence, at)
    asked = "select referral_id, task_id from task where kind = 'ring_not_reached' and done_at is null"
    tasks = {row["referral_id"]: row["task_id"] for row in await hub.rows(asked)}
    assert tasks.keys() == {first.referral, second.referral}
    officer = await browse("officer")
    assert "its referral to Stalking" in (await officer.get(f"/cases/tasks/{tasks[second.referral]}")).text
    await hub.worker.pool.execute("update leg set contacted_at = $2 where leg_id = $1", first.leg, at)
    await hub.every(falling_due.watch_silence, at)
    assert [row["referral_id"] for row in await hub.rows(asked)] == [second.referral]


@pytest.mark.service
async def test_a_case_whose_provider_is_late_is_marked_in_the_queues(hub: Hub, browse: AsPersona) -> None:
    await a_referral_sent(hub)
    officer = await browse("officer")
    for state, contacted, hours, said in (
        ("sent", False, 1, None),
        ("sent", False, 30, "Provider late: no answer in time"),
        ("accepted", False, 30, None),
        ("accepted", False, 49, "Provider late: the person not reached in time"),
        ("accepted", True, 49, None),
    ):
        ago = clock.now() - timedelta(hours=hours)
        answered = ago if state == "accepted" else None
        await hub.rows("update referral set state = $1 returning 1", state)
        left = "update leg set state = $1, sent_at = $2, out_at = $2, answered_at = $3, contacted_at = $4"
        named = "assigned_to = leg_id returning 1"
        await hub.rows(f"{left}, {named}", state, ago, answered, ago if contacted else None)
        await hub.every(falling_due.watch_silence, clock.now())
        page = (await officer.get("/cases?queue=active")).text
        assert "1 in all" in page
        assert ("Provider late" in page) is (said is not None) and (said or "") in page, (state, contacted, hours)
