"""A pause says when it is expected to end: shown, told to a role the day before, and ending by itself where it may."""

from datetime import timedelta

import pytest

from contracts.working_time import LONDON
from kit import clock
from kit.service import Moment
from services.code_compliance.actions.pausing import end_pauses
from services.code_compliance.domain.receipt import receipt
from tests.browser import Browser
from tests.code_compliance.builders import RULES, a_case, at, crime, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_pauses import PAGE, PAUSES, R6, a_pause, arrested, parts


def day(days: int) -> str:
    return (clock.now().astimezone(LONDON) + timedelta(days=days)).strftime("%Y-%m-%d")


def until(days: int) -> dict[str, str]:
    year, month, date = day(days).split("-")
    return {"until-day": date, "until-month": month, "until-year": year}


async def ends(hub: Hub, days: int) -> int:
    now = at(f"{day(days)} 00:30")
    async with hub.database.begin() as tx:
        return await end_pauses(tx, Moment(now, now), hub.context)


async def paused(hub: Hub, sign_in: SignIn, reason: str) -> Browser:
    """An arrest last week, paused yesterday until the day after tomorrow."""
    reported, arrest = f"{day(-9)} 10:00", f"{day(-2)} 09:00"
    await hub.hear(crime(reported_at=reported, recorded_at=reported), reached("suspect_arrested", arrest))
    browser = await sign_in("compliance")
    await browser.get(PAUSES)
    await browser.submit("Pause the clock", reason=reason, **parts(day(-1), "10:00"), **until(2))
    return browser


def test_only_where_the_day_alone_decides_does_a_pause_end_by_itself() -> None:
    assert {r.code for r in RULES.pause_reasons if r.ends_by_itself} == {"person_asked"}


def test_the_receipt_says_when_it_is_expected_to_count_again() -> None:
    from dataclasses import replace

    still = replace(a_pause("2025-06-05 09:00"), expected_end=at("2025-06-20 00:00"), ends_by_itself=True)
    said = receipt(a_case(), arrested(still), RULES, at("2025-06-10 10:00"), [still])
    assert "It is expected to count again from Friday 20 June 2025, by itself." in said


@pytest.mark.service
async def test_a_pause_ends_by_itself_on_its_day_where_the_reason_lets_it(hub: Hub, sign_in: SignIn) -> None:
    browser = await paused(hub, sign_in, "person_asked")
    assert "by itself" in (await browser.get(PAUSES)).text
    assert "expected on" in (await browser.get(PAGE)).text
    assert "person asked not to be told" in (await browser.get("/rights/forecast/beside")).text
    assert [await ends(hub, days) for days in (0, 1, 1)] == [0, 1, 0]  # told once, the day before
    assert (await hub.clocks())[f"{R6}/m1"].paused_since is not None
    assert [await ends(hub, 2), await ends(hub, 2)] == [1, 0]
    found = (await hub.clocks())[f"{R6}/m1"]
    assert found.paused_since is None and found.due_at is not None
    told = [(kind, d.get("role"), d["actor_role"]) for kind, d in await hub.announced(R6)][1:]
    assert told == [
        ("clock.paused.v1", None, "compliance"), ("entitlement.warned.v1", "leader", "system"),
        ("clock.resumed.v1", None, "system"), ("clock.replanned.v1", None, "system"),
    ]  # fmt: skip
    assert "resumed by nobody: by itself" in (await browser.get(PAUSES)).text
    assert all(check.ok for check in await hub.checks())


@pytest.mark.service
async def test_any_other_pause_waits_for_somebody_and_says_that_its_day_has_passed(hub: Hub, sign_in: SignIn) -> None:
    browser = await paused(hub, sign_in, "person_in_hospital")
    assert [await ends(hub, days) for days in (1, 2, 3)] == [1, 0, 0]
    assert (await hub.clocks())[f"{R6}/m1"].paused_since is not None
    (about,) = [d["about"] for kind, d in await hub.announced(R6) if kind == "entitlement.warned.v1"]
    assert about == "pause_ends"
    await hub.database.pool.execute("update pause set expected_end = now() - interval '1 hour'")
    assert "Past that day" in (await browser.get("/rights/forecast/beside")).text


@pytest.mark.service
async def test_the_day_on_which_it_counts_again_lies_in_the_future(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    browser = await sign_in("compliance")
    await browser.get(PAUSES)
    told = parts("2025-06-05", "10:00") | {"reason": "person_asked"}
    page = await browser.submit("Pause the clock", 422, **told, **until(-3))
    assert page.errors == ["The day on which it counts again must be in the future"]
    page = await browser.submit("Pause the clock", 422, **told, **{"until-day": "31", "until-month": "2"})
    assert page.errors and "real date" in page.errors[0]


@pytest.mark.service
async def test_another_day_is_said_both_stay_in_the_ledger_and_no_day_between_counts(hub: Hub, sign_in: SignIn) -> None:
    browser = await paused(hub, sign_in, "person_in_hospital")
    page = await browser.get(PAUSES)
    page = await browser.submit("Keep it paused until then", 422)
    assert page.errors == ["Enter the day on which it counts again"]
    later = {key.replace("until", "later"): value for key, value in until(5).items()}
    past = {key.replace("until", "later"): value for key, value in until(-1).items()}
    await browser.get(PAUSES)
    page = await browser.submit("Keep it paused until then", 422, **past)
    assert page.errors == ["The day on which it counts again must be in the future"]
    page = await browser.get(PAUSES)
    hidden = {e.get("name"): e.get("value") or "" for e in page.tree.iter("input") if e.get("type") == "hidden"}
    form = later | {name: hidden[name] for name in ("pause_id", "another")}
    for _ in range(2):  # sent twice, it is kept once
        await browser.get(PAUSES)
        await browser.post(f"{PAUSES}/prolong", form)
    stale = form | {"another": "00000000-0000-0000-0000-000000000009"}
    await browser.get(PAUSES)
    page = await browser.post(f"{PAUSES}/prolong", stale, status=409)
    assert "This pause ended on" in page.text and "That was entered by you on" in page.text
    rows = await hub.database.pool.fetch("select paused_until, expected_end from pause order by paused_from")
    assert len(rows) == 2 and rows[0]["paused_until"] is not None and rows[1]["paused_until"] is None
    assert rows[1]["expected_end"] > rows[0]["expected_end"]
    assert (await hub.clocks())[f"{R6}/m1"].paused_since is not None
    assert all(check.ok for check in await hub.checks())
