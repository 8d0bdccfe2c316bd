"""Operations of a service: what is set aside, replayed or given up by page, and what to look at now."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit import clock
from kit.inbox import Counts, orders
from tests.feedback.conftest import Running
from tests.feedback.events import NOW, an_id, case_opened, ended, record
from tests.feedback.test_feedback_ui import browsers  # noqa: F401

pytestmark = pytest.mark.service
PAGE = "/feedback/operations"


async def set_aside(feedback: Running, case: UUID) -> Counts:
    """A record that cannot be used, and two good ones behind it."""
    bad = record("case.opened.v1", case, {"case_id": 7}, NOW)
    return await feedback.hear(bad, case_opened(case), ended(case))


async def number_of(feedback: Running) -> int:
    return int(await feedback.worker.pool.fetchval("select id from kit.parked where state = 'parked'"))


async def test_a_record_is_given_up_for_a_reason_and_what_waits_goes_on(browsers: Any, feedback: Running) -> None:  # noqa: F811
    assert (await set_aside(feedback, an_id("a"))).total("held") == 2
    number, leader = await number_of(feedback), await browsers("leader")
    page = await leader.get(PAGE)
    assert "1 record from outside could not be used, and 2 later records" in page.text
    await leader.get(f"{PAGE}/records/{number}")
    assert (await leader.submit("Give it up", 422)).errors == ["Choose why it is given up"]
    assert f"Record {number} is being given up" in (await leader.submit("Give it up", reason="sent_again")).text
    assert await orders.carry_out_next(feedback.worker, feedback.inbox)
    assert not await orders.carry_out_next(feedback.worker, feedback.inbox)
    page = await leader.get(PAGE)
    assert "Nothing is stuck." in page.text and f"Record {number}, given up" in page.text
    assert "2 records applied" in page.text and await feedback.windows(an_id("a"))
    told = await feedback.worker.pool.fetch("select action, reason from kit.audit where subject_kind = 'parked'")
    assert ("parked.discard", "sent_again") in [(row["action"], row["reason"]) for row in told]


async def test_a_replay_that_fails_again_says_so_and_sending_the_form_twice_asks_once(
    browsers: Any,  # noqa: F811
    feedback: Running,
) -> None:
    await set_aside(feedback, an_id("a"))
    number, leader = await number_of(feedback), await browsers("leader")
    await leader.get(f"{PAGE}/records/{number}")
    order = {"order_id": str(uuid4()), "verb": "replay"}
    for _ in range(2):
        await leader.post(f"{PAGE}/records/{number}", order)
        await leader.get(f"{PAGE}/records/{number}")
    assert await feedback.worker.pool.fetchval("select count(*) from kit.parked_order") == 1
    assert "It is being replayed" in leader.page.text
    assert await orders.carry_out_next(feedback.worker, feedback.inbox)
    assert "3 records still could not be used" in (await leader.get(PAGE)).text
    await leader.post(f"{PAGE}/records/99", order | {"order_id": str(uuid4())}, status=409)
    await leader.get(f"{PAGE}/records/x", 404)


async def test_who_may_only_read_is_told_who_may_act(browsers: Any, feedback: Running) -> None:  # noqa: F811
    await set_aside(feedback, an_id("a"))
    officer = await browsers("officer")
    assert "A team leader or an administrator can replay" in (await officer.get(PAGE)).text
    await officer.get(f"{PAGE}/records/{await number_of(feedback)}", 403)
    await (await browsers("analyst")).get(PAGE, 403)


async def test_what_is_late_is_said_first(browsers: Any, feedback: Running) -> None:  # noqa: F811
    ago = clock.now() - timedelta(minutes=5, seconds=20)
    leader = await browsers("leader")
    await leader.get(PAGE)
    assert leader.page.all("div", "govuk-warning-text") == []
    pool = feedback.worker.pool
    await pool.execute("insert into kit.schedule values ('decide', $1)", ago)
    await pool.execute("insert into kit.behind values ('referral.events', 7, $1, $1)", ago)
    await pool.execute(
        "insert into kit.outbox (shard, subject_id, sequence, event_id, type, time, data, added_at)"
        " values (0, $1, 1, $1, 'x', $2, '{}', $2)",
        uuid4(),
        ago,
    )
    text = (await leader.get(PAGE)).text
    assert "The worker has not run for 5 minutes" in text
    assert "We have been behind for 5 minutes: 7 records wait" in text
    assert "What we announce has not left for 5 minutes" in text
