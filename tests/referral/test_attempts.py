"""How often a person is tried: a pace by channel and risk, shown before the next attempt; and the end of trying."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.refused import Refused
from contracts.vocabulary import CHANNELS
from kit import clock
from kit.web.words import when
from services.referral.actions import beside, contacting
from services.referral.actions.beside import Told
from services.referral.domain.attempting import RISKS, not_before, read_paces
from services.referral.domain.safe_contact import ChannelState, Profile, may_use
from services.referral.store import cases, contact
from tests.builders import NOON, a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, triaged

PACES = BOOKS.standards_on(NOON.date()).attempts
OFFICER = a_viewer()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in London in September 2026, given in UTC."""
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("risk", "tried", "now", "next_"),
    [
        ("others", [], at(1, 12), at(1, 12)),
        ("others", [], at(1, 7), at(1, 9)),
        ("others", [], at(1, 20), at(2, 9)),
        ("others", [at(1, 12)], at(1, 12, 30), at(1, 16)),
        ("others", [at(1, 9), at(1, 14)], at(1, 14, 5), at(2, 9)),
        ("others", [at(1, 17)], at(1, 17, 30), at(2, 9)),
        ("life_safety", [at(1, 12)], at(1, 12, 30), at(1, 14)),
        ("life_safety", [at(1, 9), at(1, 11), at(1, 13), at(1, 15)], at(1, 15, 1), at(2, 8)),
    ],
)
def test_the_next_attempt_keeps_the_pace_of_its_channel_and_risk(
    risk: str, tried: list[datetime], now: datetime, next_: datetime
) -> None:
    assert not_before(PACES[risk, "mobile"], tried, now, Profile(), "mobile") == next_


EVENING = {"hours": "19:00-23:50"}


@pytest.mark.parametrize(
    ("risk", "kind", "said", "tried", "now", "next_"),
    [
        ("others", "mobile", EVENING, [], at(1, 20, 48), at(1, 20, 48)),
        ("others", "mobile", EVENING, [], at(1, 10), at(1, 19)),
        ("others", "mobile", EVENING, [at(1, 20)], at(1, 20, 48), at(2, 19)),
        ("others", "email", {"hours": "20:00-23:50"}, [], at(1, 20, 48), at(1, 20, 48)),
        ("others", "email", {"hours": "20:00-23:50"}, [at(1, 20)], at(2, 20, 48), at(3, 20)),
        ("others", "mobile", {"hours": "22:00-02:00"}, [], at(2, 1), at(2, 1)),
        ("others", "mobile", EVENING | {"days": "tue"}, [at(1, 19)], at(1, 19, 30), at(1, 23)),
        ("others", "mobile", EVENING | {"days": "tue"}, [at(1, 20)], at(1, 20, 1), at(8, 19)),
        ("life_safety", "mobile", EVENING, [at(1, 19)], at(1, 19, 30), at(2, 19)),
        ("others", "mobile", {"hours": "18:00-23:00"}, [], at(1, 20), at(2, 18)),
        ("others", "letter", {"days": "mon"}, [at(1, 10)], at(1, 11), at(14, 9)),
    ],
)
def test_who_is_safe_at_no_usual_hour_is_tried_at_the_hours_that_they_said_and_everybody_else_at_usual_safe_ones(
    risk: str, kind: str, said: dict[str, Any], tried: list[datetime], now: datetime, next_: datetime
) -> None:
    profile = Profile({kind: ChannelState(kind, "safe", **said)})
    found = not_before(PACES[risk, kind], tried, now, profile, kind)
    assert found == next_
    assert may_use(profile, kind, "support", found).allowed


def test_every_channel_has_a_pace_for_every_risk_and_one_that_is_missing_is_named() -> None:
    assert set(PACES) == {(risk, channel) for risk in RISKS for channel in CHANNELS}
    with pytest.raises(ValueError, match="life_safety: mobile"):
        read_paces({})


@pytest.mark.service
async def test_an_attempt_at_the_only_hours_that_are_safe_is_recorded_without_a_reason(hub: Hub) -> None:
    evening = NOON.replace(hour=20)
    email = {"kind": "email", "value": "w@example.org", "safety": "safe", "hours": "20:00-23:50"}
    case = await a_case(hub, at=NOON, channels=[email])
    pace = PACES["others", "email"]
    async with hub.looks(OFFICER) as tx:
        about = (uuid4(), case, "email", "no_answer", evening)
        await contacting.record_attempt(tx, OFFICER, *about, pace=pace)
        assert [one.at for one in await contact.attempts(tx, case)] == [evening]
        with pytest.raises(Refused, match="too_soon"):
            again = (uuid4(), case, "email", "no_answer", evening + timedelta(hours=1))
            await contacting.record_attempt(tx, OFFICER, *again, pace=pace)


@pytest.mark.service
async def test_the_contact_page_says_when_the_next_attempt_may_be_made(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    async with hub.looks(OFFICER) as tx:
        await contacting.record_attempt(tx, OFFICER, uuid4(), case, "mobile", "no_answer", clock.now())
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/contact")
    assert page.text.count("Next attempt not before") == 1
    page = await officer.submit("Call the mobile: show its number")
    assert "Use it from" in page.text and "or sooner only if they asked to be tried now" in page.text
    assert "Use now" not in page.text and "Next attempt not before" not in page.text, "one sentence says both"
    at, told = clock.now() + timedelta(minutes=30), uuid4()
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        await beside.add(tx, OFFICER, hub.sealer, held, Told(told, "call_back", "person", "", at), clock.now())
    page = await officer.get(f"/cases/{case}/contact")
    assert f"but for the call promised for {when(at)}" in page.text
    page = await officer.submit("Call the mobile: show its number")
    assert f"for the call promised for {when(at)}, or sooner only if" in page.text


@pytest.mark.service
async def test_a_message_left_where_none_may_be_left_is_answered_as_a_safety_incident(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/contact")
    page = await officer.submit("Record the attempt", channel="mobile", outcome="voicemail", sooner="made_before")
    assert "This is a safety incident: no message may be left there" in page.text
    assert "it is locked everywhere" in page.text and "Call 999" in page.text


async def test_no_reply_and_unsafe_to_leave_a_message_is_an_end_that_the_referrer_is_told_of(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    for _ in range(3):
        async with hub.looks(OFFICER) as tx:
            about = (uuid4(), case, "mobile", "no_answer", clock.now())
            await contacting.record_attempt(tx, OFFICER, *about, referral_id=referral)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/referrals/{referral}/steps/not_reached")
    page = await officer.submit("Close as not reached", reason_code="no_reply_unsafe_message")
    assert "Why: No reply, and it is unsafe to leave a message." in page.text
    told = "select data ->> 'reason_code' from case_event where case_id = $1 and type = 'referral.not-reached.v1'"
    assert await hub.value(told, case) == "no_reply_unsafe_message"
    tasks = await hub.rows("select kind from task where referral_id = $1 and done_at is null", referral)
    assert [task["kind"] for task in tasks] == ["tell_referrer"]


@pytest.mark.service
async def test_where_no_way_is_safe_nobody_has_to_be_tried_and_the_referrer_is_told(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    officer, close = await browse("officer"), f"/cases/{case}/referrals/{referral}/steps/not_reached"
    await officer.get(close)
    page = await officer.submit("Close as not reached", 422, reason_code="no_safe_way")
    [error] = page.errors
    assert error.startswith("Record at least three attempts"), "a way is safe: it is tried first"
    await hub.worker.pool.execute("update channel set safety = 'unsafe', set_at = now()")
    await officer.get(close)
    page = await officer.submit("Close as not reached", reason_code="no_safe_way")
    assert "Why: There is no safe way left." in page.text
    tasks = await hub.rows("select kind from task where referral_id = $1 and done_at is null", referral)
    assert [task["kind"] for task in tasks] == ["tell_referrer"]
