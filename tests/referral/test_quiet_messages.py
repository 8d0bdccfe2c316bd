"""Messages that leave by themselves: not at night, not in the minute of a slip, and seen when they are refused."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from contracts.contact import ContactRequested
from contracts.working_time import LONDON
from kit.service import Moment
from kit.web.words import when
from services.referral.actions import mailing, requesting
from services.referral.carrying import Nowhere
from services.referral.domain.leaving import leaves_at, why_later
from services.referral.domain.safe_contact import ChannelState, Profile
from tests.builders import a_crime, a_victim, an_event
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.test_mailing import ADDRESS, AWAKE, asked, state

NIGHT = AWAKE + timedelta(hours=13)
"""Eleven in the evening in London."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in London in October 2026, in which the 1st is a Thursday and the clocks go back on the 25th."""
    return datetime(2026, 10, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("days", "hours", "now", "until", "expected"),
    [
        (None, None, at(1, 12), at(9, 0), at(1, 12)),
        (None, None, at(1, 3), at(9, 0), at(1, 9)),
        (None, None, at(1, 19), at(9, 0), at(2, 9)),
        (None, None, at(24, 23), at(31, 0), at(25, 9)),
        (None, None, at(1, 23), at(2, 8), None),
        ("sun", None, at(1, 12), at(9, 0), at(4, 9)),
        ("thu", None, at(1, 20), at(7, 0), None),
        (None, "07:00-10:00", at(1, 11), at(9, 0), at(2, 9)),
        (None, "22:00-06:00", at(1, 12), at(9, 0), at(1, 22)),
        (None, "22:00-06:00", at(1, 23), at(9, 0), at(1, 23)),
    ],
)
def test_a_message_leaves_in_the_hours_of_attempts_or_where_they_never_meet_in_those_that_the_person_said(
    days: str | None, hours: str | None, now: datetime, until: datetime, expected: datetime | None
) -> None:
    profile = Profile({"email": ChannelState("email", "safe", days, hours)})
    assert leaves_at(requesting.leaving_on(now), profile, "email", "notice", now, until) == expected


@pytest.mark.parametrize(
    ("hours", "now", "why"),
    [
        (None, at(1, 12), "rests"),
        (None, at(1, 19), "quiet_hours"),
        ("19:00-23:50", at(1, 20, 46), "rests"),
        ("19:00-23:50", at(1, 12), "not_this_hour"),
    ],
)
def test_why_a_message_waits_is_what_it_waits_for_also_in_the_evening_hours_of_who_is_safe_in_no_others(
    hours: str | None, now: datetime, why: str
) -> None:
    profile = Profile({"email": ChannelState("email", "safe", hours=hours)})
    rested = now + timedelta(hours=1)
    leaves = leaves_at(requesting.leaving_on(now), profile, "email", "feedback", rested, now + timedelta(days=8))
    assert leaves is not None and why_later(profile, "email", "feedback", rested, leaves) == why


async def asks(hub: Hub, at: datetime, purpose: str = "rights", **channel: str) -> None:
    """A service asks, at that moment, for a message to somebody whose e-mail is safe."""
    given = {"kind": "email", "value": ADDRESS, "safety": "safe", **channel}
    case = await a_case(hub, a_crime(a_victim(channels_safe=["email"])), channels=[given])
    about = {"case_id": case, "request_id": uuid4(), "purpose": purpose, "template": "own_rights", "path": "yours"}
    fact = ContactRequested(**about, not_after=at + timedelta(days=7), happened_at=at, actor_role="officer")
    await hub.hears([an_event(ContactRequested, fact, at)])


async def tried(hub: Hub, now: datetime) -> int:
    async with hub.as_worker() as tx:
        return await mailing.send_due(tx, Moment(now, now), hub.context, Nowhere())


@pytest.mark.service
async def test_what_is_asked_for_at_night_waits_in_the_outbox_until_the_morning_that_it_names(
    hub: Hub, browse: AsPersona
) -> None:
    await asks(hub, NIGHT)
    assert await hub.value("select data ->> 'waits_until' from case_event where type = 'contact.sent.v1'")
    morning = AWAKE + timedelta(hours=23)
    assert await hub.value("select next_at from mail") == morning
    assert await tried(hub, NIGHT + timedelta(minutes=5)) == 0
    page = await (await browse("officer")).get("/operations/outbox")
    assert f"Waiting until {when(morning)}, because nobody is written to at night." in page.text
    await hub.worker.pool.execute("update mail set next_at = $1", NIGHT)
    await tried(hub, NIGHT)
    assert await state(hub) == ("waiting", "quiet_hours", 0), "a try that comes at night waits as well"
    await tried(hub, morning)
    assert await state(hub) == ("sent", None, 1)


@pytest.mark.service
async def test_an_invitation_rests_for_an_hour_in_which_the_hub_can_stop_it(hub: Hub, browse: AsPersona) -> None:
    case = await asked(hub)
    assert await tried(hub, AWAKE + timedelta(minutes=59)) == 0
    officer = await browse("officer")
    page = await officer.get("/operations/outbox")
    assert (
        f"until {when(AWAKE + timedelta(hours=1))}, because what brought it about can still be taken back" in page.text
    )
    [button] = [words for words in page.texts("button") if words.startswith("Stop it")]
    page = await officer.submit(button)
    assert "It is stopped: it does not leave." in page.text and "Somebody of the hub stopped it." in page.text
    assert await tried(hub, AWAKE + timedelta(hours=2)) == 0
    assert await state(hub) == ("withheld", "stopped_by_hand", 0)
    assert (await hub.told(case))[-1] == "contact.withheld"
    [row] = await hub.rows("select request_id from mail")
    page = await officer.post(f"/operations/outbox/{row['request_id']}/stop")
    assert "It does not wait any more" in page.text


@pytest.mark.service
async def test_what_was_refused_at_once_stands_in_the_outbox_with_its_case_and_the_true_reason(
    hub: Hub, browse: AsPersona
) -> None:
    given = [{"kind": "email", "value": ADDRESS, "safety": "safe"}]
    case = await a_case(hub, a_crime(a_victim(channels_safe=["email"])), channels=given)
    await hub.worker.pool.execute("update channel set safety = 'unsafe', set_by_role = 'person'")
    about = {"case_id": case, "request_id": uuid4(), "purpose": "rights", "template": "own_rights", "path": "yours"}
    fact = ContactRequested(**about, not_after=AWAKE + timedelta(days=7), happened_at=AWAKE, actor_role="officer")
    await hub.hears([an_event(ContactRequested, fact, AWAKE)])
    assert await hub.rows("select why from mail_refused") == [{"why": "person_said"}]
    officer = await browse("officer")
    page = await officer.get("/operations/outbox?state=withheld")
    assert "Withheld (1)" in page.text and "The person asked that nobody gets in touch" in page.rows[1][2]
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    assert reference in page.rows[1] and not [words for words in page.texts("button") if words.startswith("Show")]
    assert '"opted_out"' in await hub.value("select data from kit.outbox where type = 'contact.withheld.v1'")
    await hub.worker.pool.execute("update case_file set restricted = true where case_id = $1", case)
    page = await officer.get("/operations/outbox?state=withheld")
    assert "Withheld (0)" in page.text and reference not in page.text
