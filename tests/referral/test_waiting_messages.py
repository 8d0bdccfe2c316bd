"""A message whose channel is safe at another time waits for that, is checked again as it leaves, and not for ever."""

from datetime import datetime, timedelta

import pytest

from contracts.working_time import LONDON
from kit import clock
from kit.web.words import when
from services.referral.actions import contacting
from services.referral.carrying import Nowhere
from services.referral.domain.safe_contact import ChannelState, Profile, may_use, next_safe
from services.referral.domain.safe_times import WEEKDAYS
from tests.builders import a_crime, a_victim, a_viewer
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.test_mailing import AWAKE, RESTED, a_request, asked, send, state

OFFICER = a_viewer()


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A time in London in October 2026, in which the 1st is a Thursday and the clocks go back on the 25th."""
    return datetime(2026, 10, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("days", "hours", "now", "until", "expected"),
    [
        (None, None, at(1, 3), at(9), at(1, 3)),
        ("mon-wed", None, at(1, 12), at(9), at(5, 9)),
        ("mon-wed", None, at(1, 12), at(5, 8), at(5)),
        ("mon-wed", None, at(1, 12), at(4, 23), None),
        ("mon-wed", "10:00-12:00", at(1, 12), at(9), at(5, 10)),
        (None, "10:00-12:00", at(1, 12), at(9), at(2, 10)),
        (None, "10:00-12:00", at(1, 7), at(9), at(1, 10)),
        ("thu", "22:00-06:00", at(1, 7), at(9), at(1, 22)),
        ("thu", "22:00-06:00", at(2, 7), at(9), at(8, 22)),
        ("sun", "01:30-02:30", at(24, 12), at(31), at(25, 1, 30)),
        ("never on a thursday", None, at(1, 12), at(9), None),
    ],
)
def test_the_next_safe_moment_is_one_at_which_the_check_says_yes(
    days: str | None, hours: str | None, now: datetime, until: datetime, expected: datetime | None
) -> None:
    profile = Profile({"email": ChannelState("email", "safe", days, hours)})
    found = next_safe(profile, "email", "feedback", now, until)
    assert found == expected
    assert found is None or may_use(profile, "email", "feedback", found).allowed
    shut = Profile({"email": ChannelState("email", "unsafe", days, hours)})
    assert next_safe(shut, "email", "feedback", now, until) is None, "no other time makes that safe"


def day_after(days: int) -> str:
    """The weekday, as a channel says it, of the day in London so many days after the morning of these messages."""
    return WEEKDAYS[(AWAKE.astimezone(LONDON) + timedelta(days=days)).weekday()]


def minutes_until(at: datetime) -> int:
    """From the moment at which an invitation of that morning has rested."""
    return int((at - AWAKE - RESTED).total_seconds()) // 60


async def asked_for(hub: Hub, days: str, bound: timedelta = timedelta(days=6)) -> datetime | None:
    """A message is asked for to somebody whose e-mail is safe on `days` alone; until when it waits."""
    await asked(hub, hours=int(bound.total_seconds()) // 3600, days=days)
    told = await hub.rows("select data ->> 'waits_until' as until from case_event where type = 'contact.sent.v1'")
    waits: datetime | None = await hub.value("select next_at from mail where why = 'not_this_day'")
    assert [bool(row["until"]) for row in told] == [waits is not None] * len(told)
    return waits


@pytest.mark.service
async def test_a_message_asked_for_on_a_day_that_is_not_safe_waits_for_one_that_is_and_then_leaves(
    hub: Hub, browse: AsPersona
) -> None:
    waits = await asked_for(hub, day := day_after(2))
    assert waits is not None and waits.astimezone(LONDON).weekday() == WEEKDAYS.index(day)
    minutes = minutes_until(waits)
    assert await send(hub, Nowhere(), minutes - 1) == 0
    page = await (await browse("admin")).get("/operations/outbox")
    said = f"Waiting until {when(waits)}, because its channel is not safe on this day of the week."
    assert said in page.text and "It is checked again as it leaves." in page.text
    assert await send(hub, Nowhere(), minutes + 1) == 1
    assert await state(hub) == ("sent", None, 1)


@pytest.mark.service
async def test_what_is_no_longer_safe_at_the_moment_it_waited_for_does_not_leave(hub: Hub) -> None:
    waits = await asked_for(hub, day_after(2))
    assert waits is not None
    minutes = minutes_until(waits) + 1
    await hub.worker.pool.execute("update channel set days = $1 where kind = 'email'", day_after(4))
    await send(hub, Nowhere(), minutes)
    assert await state(hub) == ("waiting", "not_this_day", 0), "another day again"
    later = await hub.value("select next_at from mail")
    case = await hub.value("select case_id from mail")
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, case, "email", "someone_else_answered", clock.now())
    await send(hub, Nowhere(), minutes_until(later) + 1)
    assert await state(hub) == ("withheld", "locked", 0)


@pytest.mark.service
async def test_a_message_does_not_wait_for_longer_than_it_may(hub: Hub) -> None:
    assert await asked_for(hub, day_after(5), timedelta(days=2)) is None
    assert await hub.value("select count(*) from mail") == 0
    reason = "select data ->> 'reason' from case_event where type = 'contact.withheld.v1'"
    assert await hub.value(reason) == "no_safe_channel"
    await hub.worker.pool.execute("delete from case_event")
    waits = await asked_for(hub, day_after(2), timedelta(days=4))
    assert waits is not None
    await hub.worker.pool.execute("update channel set days = $1 where kind = 'email'", day_after(6))
    await send(hub, Nowhere(), minutes_until(waits) + 1)
    assert await state(hub) == ("withheld", "no_safe_time", 0)
    assert await hub.value(reason) == "no_safe_channel", "whoever asked is told"


@pytest.mark.service
async def test_a_channel_that_is_safe_now_goes_before_one_that_is_safe_later(hub: Hub) -> None:
    both = [
        {"kind": "email", "value": "wil.testperson@example.org", "safety": "safe", "days": day_after(2)},
        {"kind": "text", "value": "07700 900321", "safety": "safe"},
    ]
    case = await a_case(hub, a_crime(a_victim(channels_safe=["email", "text"])), channels=both)
    await hub.hears([a_request(case)])
    assert await hub.rows("select channel, why from mail") == [{"channel": "text", "why": "rests"}]
