"""Enhanced rights decided by a worker, either way; passed on; recorded late against became true later."""

from uuid import UUID, uuid4

import pytest

from contracts.code_compliance import EnhancedRightsChanged
from services.code_compliance.domain.announcing import enhanced_rights
from services.code_compliance.domain.enhanced import Override
from services.code_compliance.domain.entitlements import Clock
from services.code_compliance.domain.facts import Case
from services.code_compliance.domain.receipt import receipt
from tests.code_compliance.builders import CRIME, RULES, a_case, at, clocks, crime, milestone, reached, the, victim
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_pauses import CASE, PAGE

R6 = "R6.suspect_arrested"
ARREST = milestone("suspect_arrested", "2025-06-03 12:00")
EMPTY = {"on-day": "", "on-month": "", "on-year": ""}
STANDARD, ENHANCED = at("2025-06-10 23:59:59"), at("2025-06-04 23:59:59")


def decided(entered: str, held: bool = True, since: str | None = None, category: str = "intimidated") -> Override:
    return Override(
        override_id=uuid4(),
        case_id=CASE,
        category=category,
        held=held,
        since=at(since) if since else None,
        reason_code="assessed_in_person" if held else "recorded_in_error",
        entered_by=UUID(int=1),
        entered_at=at(entered),
    )


def with_(case: Case, *overrides: Override) -> Case:
    return Case(**{name: getattr(case, name) for name in case.__slots__} | {"overrides": overrides})


def arrested(case: Case) -> Clock:
    return the(clocks(case, ARREST), R6)


def test_a_decision_entered_late_about_a_fact_that_was_true_re_plans_the_clock_and_says_so() -> None:
    clock = arrested(with_(a_case(), decided("2025-06-05 09:00")))
    assert (clock.due_at, clock.enhanced, clock.late_recorded) == (ENHANCED, True, True)


def test_a_decision_entered_before_the_clock_started_is_not_late() -> None:
    clock = arrested(with_(a_case(), decided("2025-06-03 09:00")))
    assert (clock.due_at, clock.late_recorded) == (ENHANCED, False)


def test_what_became_true_later_shortens_no_clock_that_ran_before() -> None:
    clock = arrested(with_(a_case(), decided("2025-06-05 09:00", since="2025-06-04 00:00")))
    assert (clock.due_at, clock.enhanced) == (STANDARD, False)


def test_a_decision_takes_a_category_off_and_leaves_the_others() -> None:
    off = decided("2025-06-05 09:00", held=False)
    assert arrested(with_(a_case(victims=[victim(vulnerabilities=["intimidated"])]), off)).due_at == STANDARD
    both = a_case(flags=["domestic_abuse"], victims=[victim(vulnerabilities=["intimidated"])])
    assert arrested(with_(both, off)).due_at == ENHANCED


def test_the_last_decision_counts_in_whatever_order_they_are_told() -> None:
    on, off = decided("2025-06-05 09:00"), decided("2025-06-06 09:00", held=False)
    for told in ((on, off), (off, on)):
        assert arrested(with_(a_case(), *told)).due_at == STANDARD
    again = decided("2025-06-07 09:00")
    assert arrested(with_(a_case(), on, off, again)).due_at == ENHANCED


def test_the_receipt_says_who_decided_and_why() -> None:
    case = with_(a_case(), decided("2025-06-05 09:00"))
    said = receipt(case, arrested(case), RULES, at("2025-06-20 10:00"))
    assert "Enhanced rights: intimidated, decided by a worker: assessed in person." in said
    assert "This was recorded late, on Thursday 5 June 2025" in said
    case = with_(a_case(victims=[victim(vulnerabilities=["intimidated"])]), decided("2025-06-05 09:00", held=False))
    said = receipt(case, arrested(case), RULES, at("2025-06-20 10:00"))
    assert "A worker decided that enhanced rights as intimidated do not hold: it had been recorded in error." in said


def test_it_is_announced_once_and_only_where_the_categories_change() -> None:
    plain, enhanced = a_case(), with_(a_case(), decided("2025-06-05 09:00"))
    (event,) = enhanced_rights(plain, enhanced, at("2025-06-05 09:00"), "compliance")
    assert isinstance(event, EnhancedRightsChanged)
    assert (event.categories, event.previous_categories, event.reasons) == (
        ("intimidated",),
        (),
        ("assessed_in_person",),
    )
    assert (event.by_a_person, event.reason_code) == (True, "assessed_in_person")
    assert list(enhanced_rights(enhanced, enhanced, at("2025-06-05 09:00"))) == []


@pytest.mark.service
async def test_a_worker_decides_and_the_other_agencies_are_told(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    browser = await sign_in("compliance")
    await browser.get(PAGE)
    await browser.follow("Decide on enhanced rights")
    page = await browser.submit("Keep the decision", 422)
    assert page.errors == ["Choose the category", "Choose what you decide, and why"]
    future = {"on-day": "1", "on-month": "6", "on-year": "2099"}
    chosen = {"category": "intimidated", "reason": "told_by_the_person"}
    page = await browser.submit("Keep the decision", 422, **chosen, **future)
    assert page.errors == ["The date must be in the past"]
    page = await browser.submit("Keep the decision", **chosen, **EMPTY)
    assert (page.path, "The decision on enhanced rights was kept" in page.text) == (PAGE, True)
    clock = (await hub.clocks())[f"{R6}/m1"]
    assert (clock.due_at, clock.late_recorded) == (ENHANCED, True)
    told = [d for kind, d in await hub.announced() if kind == "enhanced-rights.changed.v1"]
    assert [(d["categories"], d["reason_code"], d["actor_role"]) for d in told] == [
        (["intimidated"], "told_by_the_person", "compliance")
    ]
    # A later snapshot of the police does not undo what a worker decided.
    await hub.hear(crime(2, "2025-06-08 09:00", victims=[victim(repeat_victim=True)]))
    assert (await hub.clocks())[f"{R6}/m1"].due_at == ENHANCED
    told = [d for kind, d in await hub.announced() if kind == "enhanced-rights.changed.v1"]
    assert [d["categories"] for d in told] == [["intimidated"], ["intimidated", "persistently_targeted"]]
    assert all(check.ok for check in await hub.checks())


@pytest.mark.service
async def test_enhanced_rights_that_the_first_snapshot_shows_are_passed_on(hub: Hub) -> None:
    await hub.hear(crime(flags=["domestic_abuse"]))
    told = [d for kind, d in await hub.announced() if kind == "enhanced-rights.changed.v1"]
    assert [(d["categories"], d["by_a_person"], d["crime_id"]) for d in told] == [
        (["most_serious_crime"], False, str(CRIME))
    ]


@pytest.mark.service
async def test_an_interval_is_agreed_and_changed_and_each_change_is_shown(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    browser = await sign_in("compliance")
    await browser.get(PAGE)
    page = await browser.follow("Agree how often to update the person")
    when = {"on-day": "3", "on-month": "6", "on-year": "2025", "at": "09:00"}
    page = await browser.submit("Save the interval", 422, **when, days="0", source="police")
    assert page.errors == ["The number of days must be between 1 and 366"]
    await browser.submit("Save the interval", **when, days="28", source="police")
    (first,) = [c for c in (await hub.clocks()).values() if c.entitlement == "R6.scheduled_update"]
    assert (first.due_at, first.limit) == (at("2025-07-01 23:59:59"), 28)
    await browser.follow("Change how often to update the person")
    await browser.submit("Save the interval", **when | {"on-day": "10"}, days="7", source="person")
    running = [
        c for c in (await hub.clocks()).values() if c.entitlement == "R6.scheduled_update" and c.state == "running"
    ]
    assert [c.due_at for c in running] == [at("2025-06-17 23:59:59")]
    page = await browser.get(PAGE)
    assert "every 28 days, until it was changed" in page.text and "every 7 days" in page.text
    assert all(check.ok for check in await hub.checks())
