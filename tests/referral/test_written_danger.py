"""Danger that somebody wrote of in their feedback reaches a human of the hub within the hour, once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.feedback import FeedbackAnswered, FeedbackWithdrawn
from tests.builders import NOON, an_event
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages

pytestmark = pytest.mark.service


@pytest.mark.parametrize("concern", [True, False])
async def test_words_with_a_sign_of_danger_make_a_task_for_whoever_is_on_duty(
    hub: Hub, databases: Databases, concern: bool
) -> None:
    case = await a_case(hub)
    about = {"case_id": case, "response_id": uuid4(), "questionnaire": "service-1", "actor_role": "person"}
    answered = FeedbackAnswered(**about, happened_at=NOON, concern=concern)
    await hub.hears([an_event(FeedbackAnswered, answered, NOON)])
    await hub.hears([an_event(FeedbackAnswered, answered, NOON)])
    if concern:
        added = [an_event(FeedbackAnswered, answered.model_copy(update={"added": True}), NOON) for _ in range(2)]
        await hub.hears(added)
    rows = await hub.rows("select due_at - created_at as within from task where kind = 'written_danger'")
    assert [row["within"] for row in rows] == [timedelta(hours=1)] * 2 * concern, "of each text"
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case}")
        assert ("may speak of danger" in page.text) is concern
        page = await (await browse("leader")).get("/cases/notices")
        assert ("may speak of danger" in page.text) is concern


@pytest.mark.parametrize("unread", [True, False])
async def test_danger_that_was_taken_back_unread_is_looked_at_all_the_same_and_nobody_looks_for_the_words(
    hub: Hub, unread: bool
) -> None:
    case, later = await a_case(hub), NOON + timedelta(minutes=5)
    about = {"case_id": case, "response_id": uuid4(), "actor_role": "person"}
    answered = FeedbackAnswered(**about, questionnaire="service-1", happened_at=NOON, concern=True)
    back = FeedbackWithdrawn(**about, happened_at=later, concern=unread)
    await hub.hears([an_event(FeedbackAnswered, answered, NOON)])
    await hub.hears([an_event(FeedbackWithdrawn, back, later)])
    await hub.hears([an_event(FeedbackWithdrawn, back, later)])
    rows = await hub.rows("select kind, due_at from task where kind like '%danger%' and done_at is null")
    kind = "danger_taken_back" if unread else "written_danger"
    assert [tuple(row.values()) for row in rows] == [(kind, NOON + timedelta(hours=1))]
    told = await hub.value("select count(*) from notice where kind = 'danger_taken_back' and role = 'leader'")
    assert told == int(unread)
