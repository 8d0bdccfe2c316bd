"""The life of a referral between its steps: silence, the next provider, holds and waiting lists with their reviews."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from contracts.refused import Refused
from contracts.working_time import local_day
from services.referral.actions import falling_due, providing, referring, settling
from services.referral.domain.answering import Rest, minutes_of
from services.referral.domain.kept import Closure, Kept
from services.referral.domain.silent import silent_before
from services.referral.domain.standards import BadStandards, read_standards
from tests.builders import COVENTRY, NOON, RAPE, a_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, hub_pages
from tests.referral.portal import LATER, Sent, a_referral_sent, portal_of
from tests.referral.test_actions import agrees

STANDARDS = BOOKS.standards_on(NOON.date())
SILENT_AFTER = NOON + timedelta(hours=5)
WORKER = a_viewer("isva.worker")
IDVA_WORKER = a_viewer("idva.worker")
RIVERBANK = contract_id("riverbank-isva")


def a_rape() -> dict[str, Any]:
    """A rape of yesterday in Coventry: one chance, and two services that could help."""
    return a_crime(a_victim(home_local_authority=COVENTRY), offence_code=RAPE, local_authority=COVENTRY)


async def a_rape_sent(hub: Hub) -> Sent:
    return await a_referral_sent(hub, "stillwater-isva", a_rape())


async def state_of(hub: Hub, sent: Sent) -> str:
    return str(await hub.value("select state from referral where referral_id = $1", sent.referral))


async def open_tasks(hub: Hub, sent: Sent) -> set[str]:
    rows = await hub.rows("select kind from task where case_id = $1 and done_at is null", sent.case)
    return {row["kind"] for row in rows}


@pytest.mark.parametrize(
    ("clock", "kind", "hours", "steps"),
    [
        ("wall_clock", "not_opened", 0, ()),
        ("wall_clock", "not_opened", 1, ("nudge",)),
        ("wall_clock", "not_opened", 2, ("nudge", "duty_line")),
        ("wall_clock", "not_opened", 4, ("nudge", "duty_line", "next_provider")),
        ("wall_clock", "not_answered", 4, ()),
        ("working_time", "not_opened", 4, ()),
        ("working_time", "not_opened", 8, ("nudge",)),
        ("working_time", "not_answered", 24, ("nudge", "duty_line", "next_provider")),
    ],
)
def test_silence_calls_for_its_steps_by_its_own_clock(
    clock: str, kind: str, hours: int, steps: tuple[str, ...]
) -> None:
    assert STANDARDS.steps_due(kind, clock, hours * 60) == steps


def test_life_safety_and_one_chance_run_day_and_night() -> None:
    assert STANDARDS.clock(urgent=True, holds=()) == "wall_clock"
    assert STANDARDS.clock(urgent=False, holds=("honour_based_abuse",)) == "wall_clock"
    assert STANDARDS.clock(urgent=False, holds=("stalking",)) == "working_time"


def test_a_limit_does_not_run_while_it_rests_nor_at_night() -> None:
    friday = datetime(2026, 9, 4, 15, 0, tzinfo=UTC)  # four in the afternoon in London
    monday = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
    assert minutes_of("working_time", friday, monday) == 120
    assert minutes_of("wall_clock", friday, monday) == 66 * 60
    assert minutes_of("working_time", friday, monday, [Rest(monday - timedelta(hours=1), None)]) == 60
    assert minutes_of("wall_clock", friday, monday, [Rest(friday - timedelta(hours=5), friday)]) == 66 * 60


def test_standards_that_are_not_in_order_are_named() -> None:
    with pytest.raises(BadStandards, match="hours_to_ring"):
        read_standards({"versions": [{"version": "x"}]})


def test_silence_counts_by_the_clock_or_in_working_time_or_in_that_of_a_contract_that_was_closed() -> None:
    monday = datetime(2026, 9, 7, 9, tzinfo=UTC)  # 10am in London
    friday, thursday = date(2026, 9, 4), datetime(2026, 9, 3, 9, tzinfo=UTC)
    closed = Kept(closures=(Closure(uuid4(), RIVERBANK, friday, friday),))
    before = silent_before(STANDARDS, closed, monday)
    assert before.by_clock == monday - timedelta(hours=1)
    assert before.working == datetime(2026, 9, 4, 9, tzinfo=UTC)
    assert before.closed == {RIVERBANK: thursday}
    assert minutes_of("working_time", before.working, monday) == 8 * 60
    assert minutes_of("working_time", before.working + timedelta(minutes=1), monday) < 8 * 60
    assert silent_before(STANDARDS, Kept(), monday).closed == {}


@pytest.mark.service
async def test_a_silent_provider_is_nudged_rung_and_another_proposed_each_once(hub: Hub) -> None:
    sent = await a_rape_sent(hub)
    for hours, steps in ((0.5, 0), (1.5, 1), (1.6, 0), (2.5, 1), (5, 1), (50, 0)):
        assert await hub.every(falling_due.watch_silence, NOON + timedelta(hours=hours)) == steps, hours
    taken = await hub.rows("select step from silence_step where leg_id = $1 order by at", sent.leg)
    assert [row["step"] for row in taken] == ["nudge", "duty_line", "next_provider"]
    assert {"ring_duty_line", "offer_next_provider"} <= await open_tasks(hub, sent)
    [proposed] = await hub.rows("select contract_id, because from proposed_leg where referral_id = $1", sent.referral)
    assert (proposed["contract_id"], proposed["because"]) == (RIVERBANK, "silent")
    assert await state_of(hub, sent) == "sent", "only a human goes on"


@pytest.mark.service
async def test_a_provider_that_asked_is_not_silent_until_the_hub_has_answered(hub: Hub) -> None:
    sent = await a_rape_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.step(tx, WORKER, sent.referral, "view", LATER)
        await providing.step(tx, WORKER, sent.referral, "ask", LATER, reason_code="risk")
    answered = NOON + timedelta(hours=30)
    assert await hub.every(falling_due.watch_silence, answered) == 0
    async with hub.looks(a_viewer()) as tx:
        await referring.step(tx, a_viewer(), sent.referral, "supply", answered)
    assert await hub.every(falling_due.watch_silence, answered + timedelta(hours=11)) == 0
    assert await hub.every(falling_due.watch_silence, answered + timedelta(hours=12)) == 1
    [rest] = await hub.rows("select what, reason, since, until from limit_rest where referral_id = $1", sent.referral)
    assert tuple(rest.values()) == ("accept", "risk", LATER, answered)


@pytest.mark.service
async def test_the_next_provider_takes_over_from_a_silent_one_after_the_agreement_check(hub: Hub) -> None:
    sent = await a_rape_sent(hub)
    officer = a_viewer()

    async def send() -> None:
        async with hub.looks(officer) as tx:
            await referring.send(tx, officer, sent.referral, RIVERBANK, BOOKS, hub.sealer, SILENT_AFTER)

    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        await send()
    await agrees(hub, sent.case, RIVERBANK)
    with pytest.raises(Refused, match="already_with_a_provider"):
        await send()
    await hub.every(falling_due.watch_silence, SILENT_AFTER)
    await send()
    assert await hub.every(referring.release, SILENT_AFTER + timedelta(seconds=11)) == 1
    legs = await hub.rows("select number, state from leg where referral_id = $1 order by number", sent.referral)
    assert [tuple(leg.values()) for leg in legs] == [(1, "withdrawn"), (2, "sent")]
    assert not {"ring_duty_line", "offer_next_provider"} & await open_tasks(hub, sent)
    with pytest.raises(Refused, match="not_found"):
        async with hub.looks(WORKER) as tx:
            await providing.accept(tx, WORKER, sent.referral, SILENT_AFTER)


@pytest.mark.service
async def test_a_silent_provider_that_accepts_in_the_last_seconds_keeps_the_person(hub: Hub) -> None:
    sent = await a_rape_sent(hub)
    await hub.every(falling_due.watch_silence, SILENT_AFTER)
    await agrees(hub, sent.case, RIVERBANK)
    async with hub.looks(a_viewer()) as tx:
        await referring.send(tx, a_viewer(), sent.referral, RIVERBANK, BOOKS, hub.sealer, SILENT_AFTER)
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, SILENT_AFTER)
    await hub.every(referring.release, SILENT_AFTER + timedelta(seconds=11))
    legs = await hub.rows("select number, state from leg where referral_id = $1", sent.referral)
    assert [tuple(leg.values()) for leg in legs] == [(1, "accepted")]


@pytest.mark.service
async def test_danger_that_a_provider_meets_is_looked_at_by_the_hub_the_same_day(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    on = LATER.date() + timedelta(days=1)
    marked = "select review_since is not null from case_file where case_id = $1"
    tasks = "select count(*) from task where case_id = $1 and kind = 'review_risk'"

    async def step(verb: str, reason: str, minute: int = 0, **more: Any) -> None:
        at, told = LATER + timedelta(minutes=minute), {"reason_code": reason, "check_in_on": on, **more}
        async with hub.looks(IDVA_WORKER) as tx:
            await providing.step(tx, IDVA_WORKER, sent.referral, verb, at, **told)
        await hub.every(settling.settle, at)

    await step("waitlist", "capacity")
    await step("check_in", "still_waiting", 1, check_in_id=uuid4())
    assert (await hub.value(tasks, sent.case), await hub.value(marked, sent.case)) == (0, False)
    await step("check_in", "risk_changed", 2, check_in_id=uuid4())
    assert (await hub.value(tasks, sent.case), await hub.value(marked, sent.case)) == (1, True)
    await step("decline", "unsafe", 3)
    assert await hub.value(tasks, sent.case) == 2


@pytest.mark.service
async def test_after_a_decline_the_better_idea_comes_first_and_then_who_fits(hub: Hub, browse: AsPersona) -> None:
    sent = await a_rape_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.decline(tx, WORKER, sent.referral, "capacity", LATER, better_line="mental_health")
    await hub.every(settling.settle, LATER)
    found = await hub.rows("select line, because from proposed_leg where referral_id = $1 order by rank", sent.referral)
    assert [tuple(row.values()) for row in found] == [("mental_health", "better_idea"), ("isva", "declined")]
    officer = await browse("officer")
    page = await officer.get(f"/cases/{sent.case}/referrals")
    assert page.link("Check and send to Riverbank Centre").endswith(f"/contracts/{RIVERBANK}")
    page = await officer.submit("Refer to Mental health and check what would be sent")
    assert page.heading == "Check before it goes" and "Commissioned for mental health." in page.text
    lines = await hub.rows("select line, state from referral where case_id = $1 order by line", sent.case)
    assert ("mental_health", "triaged") in [tuple(row.values()) for row in lines]


@pytest.mark.service
async def test_a_hold_has_a_day_of_review_and_the_task_falls_due_on_it(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        for verb in ("accept", "start"):
            await providing.step(tx, worker, sent.referral, verb, LATER)
    async with portal_of(hub, databases) as portal:
        page = await portal("idva.worker")
        await page.get(f"{sent.page}/steps/pause")
        refused = await page.submit("Put support on hold", 422, **{"reason_code": "person_away", "until-day": "40"})
        assert refused.errors == ["The day must be a real date, like 27 3 2027"]
        past = {"reason_code": "person_away", "until-day": "1", "until-month": "2", "until-year": "2026"}
        refused = await page.submit("Put support on hold", 422, **past)
        assert refused.errors == ["Choose a day after today, within the days that are allowed"]
        await page.get(f"{sent.page}/steps/pause")
        held = await page.submit("Put support on hold", reason_code="person_away")
        assert "The hold is looked at again on" in held.text
    on = await hub.value("select review_on from referral where referral_id = $1", sent.referral)
    day = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    assert await hub.every(falling_due.remind, day - timedelta(days=1)) == 0
    assert await hub.every(falling_due.remind, day) == 1
    assert await hub.every(falling_due.remind, day) == 0
    assert "review_hold" in await open_tasks(hub, sent)
    async with hub.looks(worker) as tx:
        until = local_day(day) + timedelta(days=1)
        await providing.step(tx, worker, sent.referral, "keep_on_hold", day, reason_code="person_away", until=until)
    await hub.every(settling.settle, day)
    assert "review_hold" not in await open_tasks(hub, sent)
    assert await hub.every(falling_due.remind, day + timedelta(days=1)) == 1
    async with hub.looks(worker) as tx:
        await providing.resume(tx, worker, sent.referral, day + timedelta(days=1))
    await hub.every(settling.settle, day + timedelta(days=7))
    assert "review_hold" not in await open_tasks(hub, sent)
    [rest] = await hub.rows("select what, until from limit_rest where referral_id = $1", sent.referral)
    assert rest["what"] == "support" and rest["until"] == day + timedelta(days=1)


@pytest.mark.service
async def test_who_waits_is_checked_in_with_and_a_check_in_sent_twice_counts_once(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub)
    async with portal_of(hub, databases) as portal:
        page = await portal("idva.worker")
        await page.get(f"{sent.page}/steps/waitlist")
        waiting = await page.submit("Put on the waiting list", reason_code="capacity")
        assert "It is urgent now: speak to the person by what is due above" in waiting.text
        on = await hub.value("select check_in_on from referral where referral_id = $1", sent.referral)
        day = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
        assert await hub.every(falling_due.remind, day) == 1
        assert "check_in" in await open_tasks(hub, sent)
        asked = await page.get(f"{sent.page}/steps/check_in")
        step = next(i.get("value") for i in asked.all("input") if i.get("name") == "step_id")
        for _ in range(2):
            await page.get(f"{sent.page}/steps/check_in")
            page_after = await page.submit("Record a check-in", reason_code="still_waiting", step_id=str(step))
        assert "Spoke: the person still wants to wait" in page_after.text
    assert await hub.value("select count(*) from check_in where referral_id = $1", sent.referral) == 1


@pytest.mark.service
async def test_a_provider_that_is_silent_is_not_offered_again_and_nobody_else_is_said_where_nobody_is(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_rape_sent(hub)
    await hub.every(falling_due.watch_silence, SILENT_AFTER)
    where = f"/cases/{sent.case}/referrals"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "another provider is proposed" in (await officer.get(where)).text
        await hub.rows("delete from proposed_leg returning 1")
        text = (await officer.get(where)).text
        assert "nobody else can take them" in text and "another provider is proposed" not in text
        assert "It has the referral already." in (await officer.get(f"{where}/{sent.referral}/contracts")).text
