"""Pauses: the ledger, the day that moves, what is announced, and that the order of telling does not matter."""

from itertools import permutations
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from services.code_compliance.domain.entitlements import Clock, clock_id, decide
from services.code_compliance.domain.pauses import Pause
from services.code_compliance.domain.receipt import receipt
from tests.code_compliance.builders import CRIME, RULES, a_case, at, crime, given, milestone, reached, the
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub

R6 = "R6.suspect_arrested"
ARREST = milestone("suspect_arrested", "2025-06-03 12:00")  # Tuesday: due at the end of Tuesday 10 June
CASE = case_id(CRIME, "V1")
PAGE = f"/rights/cases/{CASE}"
PAUSES = f"{PAGE}/pauses/{clock_id(CASE, R6, 'm1')}"


def a_pause(start: str, end: str | None = None, entitlement: str = R6, occurrence: str = "m1") -> Pause:
    return Pause(
        pause_id=uuid4(),
        case_id=CASE,
        entitlement=entitlement,
        occurrence=occurrence,
        start=at(start),
        end=at(end) if end else None,
        reason_code="person_in_hospital",
        entered_by=UUID(int=1),
        entered_at=at(start),
    )


def arrested(*pauses: Pause, **facts: object) -> Clock:
    return the(decide(a_case(**facts), [ARREST], [], RULES, {}, pauses), R6)


# Day 0 is Tuesday 3 June 2025; without a pause 4, 5, 6, 9 and 10 June count.
MOVED = [
    ([("2025-06-05 09:00", "2025-06-05 17:00")], "2025-06-10", None),  # the same day: it counts
    ([("2025-06-05 09:00", "2025-06-06 09:00")], "2025-06-11", 1),  # Thursday does not count
    ([("2025-06-05 09:00", "2025-06-09 09:00")], "2025-06-12", 2),  # Thursday and Friday; the weekend never does
    ([("2025-06-07 09:00", "2025-06-08 09:00")], "2025-06-10", None),  # a weekend
    ([("2025-06-03 13:00", "2025-06-04 09:00")], "2025-06-10", None),  # day 0 never counts
    ([("2025-06-03 13:00", "2025-06-10 09:00")], "2025-06-16", 4),
    ([("2025-06-10 09:00", "2025-06-17 09:00")], "2025-06-17", 5),  # on its last day
    ([("2025-06-11 09:00", "2025-06-17 09:00")], "2025-06-10", None),  # after its last day
    ([("2025-06-04 09:00", "2025-06-05 09:00"), ("2025-06-06 09:00", "2025-06-09 09:00")], "2025-06-12", 2),
    ([("2025-06-04 09:00", "2025-06-06 09:00"), ("2025-06-05 09:00", "2025-06-09 09:00")], "2025-06-13", 3),  # overlap
    ([("2025-06-05 23:30", "2025-06-06 00:30")], "2025-06-11", 1),  # over midnight in London
]


@pytest.mark.parametrize(("pauses", "day", "days"), MOVED)
def test_a_paused_clock_moves_by_the_working_days_that_did_not_count(
    pauses: list[tuple[str, str]], day: str, days: int | None
) -> None:
    for order in permutations([a_pause(*span) for span in pauses]):
        clock = arrested(*order)
        assert (clock.due_at, clock.paused_days, clock.state) == (at(f"{day} 23:59:59"), days, "running")


def test_a_clock_in_calendar_days_moves_by_calendar_days() -> None:
    agreed = milestone("agreed_update_date", "2025-06-03 09:00", agreed_interval_days=14)
    pause = a_pause("2025-06-05 09:00", "2025-06-09 09:00", "R6.scheduled_update")
    clock = the(decide(a_case(), [agreed], [], RULES, {}, [pause]), "R6.scheduled_update")
    assert (clock.due_at, clock.paused_days) == (at("2025-06-21 23:59:59"), 4)


def test_an_open_pause_leaves_no_last_day_and_a_pause_of_another_clock_changes_nothing() -> None:
    clock = arrested(a_pause("2025-06-05 09:00"))
    assert (clock.due_at, clock.paused_since, clock.paused_for) == (None, at("2025-06-05 09:00"), "person_in_hospital")
    assert arrested(a_pause("2025-06-05 09:00", occurrence="m2")).due_at == at("2025-06-10 23:59:59")


def test_a_pause_that_began_after_the_last_day_does_not_undo_a_breach() -> None:
    assert arrested(a_pause("2025-06-11 09:00")).due_at == at("2025-06-10 23:59:59")


def test_the_receipt_says_pauses_in_words() -> None:
    over, still = a_pause("2025-06-05 10:00", "2025-06-09 09:00"), a_pause("2025-06-11 09:00")
    said = receipt(a_case(), arrested(over), RULES, at("2025-06-20 10:00"), [over])
    assert said.startswith(
        "Suspect arrested Tuesday 3 June 12:00. Seven working days end Thursday 12 June. "
        "Two of them did not count: the clock was paused from Thursday 5 June 2025 10:00 to Monday 9 June 2025 09:00 "
        "(the person was in hospital). Rule R6.suspect_arrested"
    )
    said = receipt(a_case(), arrested(over, still), RULES, at("2025-06-20 10:00"), [over, still])
    assert said.startswith(
        "Suspect arrested Tuesday 3 June 2025 12:00. The limit is five working days. Two did not count: "
        "the clock was paused from Thursday 5 June 2025 10:00 to Monday 9 June 2025 09:00 "
        "(the person was in hospital). Paused since Wednesday 11 June 2025 09:00: the person was in hospital. "
        "It has no last day until it is resumed."
    )


def parts(on: str, when: str) -> dict[str, str]:
    year, month, day = on.split("-")
    return {"on-day": day, "on-month": month, "on-year": year, "at": when}


@pytest.mark.service
async def test_a_worker_pauses_and_resumes_a_clock_and_both_are_announced(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    browser = await sign_in("compliance")
    await browser.get(PAGE)
    page = await browser.follow("Pause the clock of: Told, with reasons where applicable, that a suspect was arrested")
    assert (page.path, page.heading) == (PAUSES, "Pause this clock")
    page = await browser.submit("Pause the clock", reason="person_in_hospital", **parts("2025-06-05", "10:00"))
    assert (page.path, "The clock is paused" in page.text) == (PAGE, True)
    assert "Paused since Thursday 5 June 2025 10:00: the person was in hospital." in page.text
    await hub.now_is("2025-07-01 09:00")
    assert (await hub.clocks())[f"{R6}/m1"].state == "running"
    page = await browser.get(PAUSES.replace("/pauses/", "/receipt/"))
    assert page.summary["How it stands"] == "Paused"
    page = await browser.get(PAUSES)
    assert page.heading == "Resume this clock"
    page = await browser.submit("Resume the clock", **parts("2025-06-09", "09:00"))
    assert "The clock runs again" in page.text
    clock = (await hub.clocks())[f"{R6}/m1"]
    assert (clock.due_at, clock.paused_days, clock.paused_since) == (at("2025-06-12 23:59:59"), 2, None)
    receipt = await browser.get(PAUSES.replace("/pauses/", "/receipt/"))
    assert (
        "the clock was paused from Thursday 5 June 2025 10:00 to Monday 9 June 2025 09:00 (the person" in receipt.text
    )
    told = [(kind, d.get("reason_code"), d["actor_role"]) for kind, d in await hub.announced(R6)]
    assert told == [
        ("entitlement.due.v1", None, "system"),
        ("clock.paused.v1", "person_in_hospital", "compliance"),
        ("clock.resumed.v1", "person_in_hospital", "compliance"),
        ("clock.replanned.v1", "resumed", "compliance"),
    ]
    assert "until" in page.text and "it was paused" in page.text
    await hub.now_is("2025-07-01 09:00")
    assert (await hub.clocks())[f"{R6}/m1"].state == "breached"
    assert all(check.ok for check in await hub.checks())


@pytest.mark.service
async def test_word_from_before_the_missed_day_is_said_to_have_come_late(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    await hub.now_is("2025-06-20 09:00")
    await hub.hear(given(R6, "2025-06-05 12:00"), when="2025-06-06 10:00")  # sent then, and heard only now
    page = await (await sign_in("compliance")).get(PAGE)
    assert (
        "Breached, due by the end of Tuesday 10 June 2025, until word of Friday 6 June 2025 at 10am reached us late: "
        "evidence came." in page.text
    )


@pytest.mark.service
async def test_late_evidence_and_a_later_pause_leave_how_it_stood_before(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    await hub.now_is("2025-06-20 09:00")
    await hub.hear(given(R6, "2025-06-09 12:00"), when="2025-06-21 10:00")
    page = await (await sign_in("compliance")).get(PAGE)
    assert (
        "Breached, due by the end of Tuesday 10 June 2025, until Saturday 21 June 2025 at 10am: evidence came."
        in page.text
    )


@pytest.mark.service
async def test_a_pause_form_says_what_is_wrong_and_a_form_sent_twice_pauses_once(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    browser = await sign_in("compliance")
    await browser.get(PAUSES)
    page = await browser.submit("Pause the clock", 422)
    assert page.errors == ["Enter the date", "Enter the time, like 14:30", "Choose why the clock is paused"]
    why = {"reason": "person_asked"}
    page = await browser.submit("Pause the clock", 422, **why, **parts("2025-06-01", "10:00"))
    assert page.errors == ["The date must be on or after the day the duty arose"]
    page = await browser.submit("Pause the clock", 422, **why, **parts("2099-06-01", "10:00"))
    assert page.errors == ["The date and time must be in the past"]
    page = await browser.submit("Pause the clock", 422, reason="because", **parts("2025-06-04", "10:00"))
    assert page.errors == ["Choose why the clock is paused"]
    form = why | parts("2025-06-04", "10:00") | {"pause_id": str(UUID(int=7))}
    for _ in range(2):
        await browser.get(PAUSES)
        await browser.post(PAUSES, form)
    other = form | {"pause_id": str(UUID(int=8))}
    page = await browser.post(PAUSES, other, 422)
    assert page.errors == ["This clock is paused already. Go back and open it again"]
    (row,) = await hub.database.pool.fetch("select pause_id from pause")
    resumed = parts("2025-06-06", "09:00") | {"pause_id": str(row["pause_id"])}
    page = await browser.post(f"{PAUSES}/resume", resumed | parts("2025-06-03", "13:00"), 422)
    assert page.errors == ["The date and time must be after the pause began"]
    for _ in range(2):
        await browser.post(f"{PAUSES}/resume", resumed)
    page = await browser.post(f"{PAUSES}/resume", resumed | parts("2025-06-05", "09:00"), 409)
    assert "This pause ended on Friday 6 June 2025 at 9am." in page.text and page.link("See how it stands") == PAUSES
    pauses = await hub.database.pool.fetchval("select count(*) from pause")
    kinds = [kind for kind, _ in await hub.announced(R6)]
    assert (pauses, kinds.count("clock.paused.v1"), kinds.count("clock.resumed.v1")) == (1, 1, 1)
