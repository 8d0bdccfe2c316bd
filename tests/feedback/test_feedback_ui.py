"""What staff see: counts, means with small numbers hidden, and the words that wait for a reader."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.identity import reference
from kit.web.app import make_app
from services.feedback.__main__ import SERVICE
from services.feedback.actions import answering
from services.feedback.actions.answering import Answers
from tests.browser import Browser, cookie_of
from tests.conftest import Databases
from tests.feedback.conftest import Running
from tests.feedback.events import NOW, an_id, case_opened, ended

pytestmark = pytest.mark.service


@pytest.fixture
async def browsers(feedback: Running, databases: Databases) -> AsyncIterator[Any]:
    name = await databases.copy_of("access")
    access = await databases.open(name, "access_web")
    app = make_app(
        "feedback",
        feedback.context.settings,
        SERVICE.pages(feedback.context),
        databases={"hub": feedback.hub, "portal": feedback.portal},
        templates=SERVICE.templates or (),
        access=access,
        sealer=feedback.context.sealer,
        navigation=SERVICE.navigation,
    )
    opened: list[Browser] = []

    async def as_persona(persona: str) -> Browser:
        browser = Browser(app, feedback.context.settings, await cookie_of(access, persona))
        opened.append(browser)
        return browser

    yield as_persona
    for browser in opened:
        await browser.__aexit__(None, None, None)


async def somebody_answers(feedback: Running, name: str, chosen: dict[str, str], words: str = "", **case: Any) -> None:
    case_id, token = an_id(name), f"token of {name}"
    await feedback.hear(case_opened(case_id, **case), ended(case_id))
    await feedback.decide()
    await feedback.answer_requests(answering.digest(token))
    sealer, rules = feedback.context.sealer, feedback.context.facts
    async with feedback.portal.begin() as tx:
        started = await answering.exchange(tx, sealer, token, uuid4(), uuid4(), NOW)
    async with feedback.portal.begin() as tx:
        answers = Answers(chosen, words or None, False)
        await answering.send(tx, sealer, started.window_id, answers, rules, NOW + timedelta(minutes=5))


async def test_before_anybody_was_asked_the_page_says_why_it_is_empty(browsers: Any) -> None:
    page = await (await browsers("leader")).get("/feedback")
    assert "Nobody has been asked yet" in page.text and page.rows == []


async def test_counts_by_state_and_reason(browsers: Any, feedback: Running) -> None:
    await feedback.hear(case_opened(an_id("a")), ended(an_id("a")), case_opened(an_id("b"), share="refused"))
    await feedback.hear(ended(an_id("b")), case_opened(an_id("c")), ended(an_id("c"), time=NOW + timedelta(days=9)))
    await feedback.decide()
    page = await (await browsers("analyst")).get("/feedback")
    assert ["Being sent", "1"] in page.rows and ["Not decided yet", "1"] in page.rows
    assert ["All who could be asked", "3"] in page.rows
    assert ["Said no to sharing with the hub", "1"] in page.rows
    assert "Nobody has answered yet" in page.text


async def test_who_may_open_no_case_and_draws_no_return_sees_numbers_rounded(browsers: Any, feedback: Running) -> None:
    await feedback.hear(case_opened(an_id("b"), share="refused"), ended(an_id("b")))
    for number in range(7):
        await somebody_answers(feedback, f"person {number}", {"heard": "4"} if number else {"heard": "rather_not_say"})
    await feedback.decide()
    page = await (await browsers("commission")).get("/feedback")
    assert ["Answered", "5"] in page.rows and ["All who could be asked", "10"] in page.rows
    assert ["Not asked, for a reason", "0"] in page.rows and "Said no to sharing" not in page.text
    assert "5 people answered" in page.text and ["Heard", "4.0", "5", "0", "0"] in page.rows
    assert ["Answered", "7"] in (await (await browsers("leader")).get("/feedback")).rows


async def test_means_are_shown_from_five_scores_on(browsers: Any, feedback: Running) -> None:
    for number, score in enumerate(("5", "4", "4", "2", "1")):
        chosen = {"heard": score} | ({"safe": score} if number else {"safe": "rather_not_say"})
        await somebody_answers(feedback, f"person {number}", chosen)
    page = await (await browsers("leader")).get("/feedback")
    assert ["Heard", "3.2", "5", "0", "0"] in page.rows
    assert ["Safe", "Fewer than 5 scores: not shown"] in page.rows
    assert "2.8" not in page.text


async def test_restricted_people_are_absent_for_those_without_the_right(browsers: Any, feedback: Running) -> None:
    await feedback.hear(case_opened(an_id("hidden"), restricted=True), ended(an_id("hidden")))
    assert "Nobody has been asked yet" in (await (await browsers("analyst")).get("/feedback")).text
    assert ["All who could be asked", "1"] in (await (await browsers("leader")).get("/feedback")).rows


async def test_a_restricted_person_can_answer_all_the_same(feedback: Running) -> None:
    await somebody_answers(feedback, "hidden", {"heard": "3"}, restricted=True)
    assert len(await feedback.announced("feedback.answered")) == 1


async def test_only_those_with_the_right_see_figures(browsers: Any) -> None:
    for persona, status in (("officer", 403), ("idva.worker", 403), ("compliance", 200)):
        await (await browsers(persona)).get("/feedback", status=status)


async def test_words_that_may_speak_of_danger_come_first_and_are_read_once(browsers: Any, feedback: Running) -> None:
    await somebody_answers(feedback, "calm", {}, "Everybody was kind to me")
    await somebody_answers(feedback, "afraid", {}, "I am scared he will hurt me")
    leader = await browsers("leader")
    page = await leader.get("/feedback")
    assert "2 texts wait for a reader" in page.text
    page = await leader.follow("2 texts wait")
    assert [row[0] for row in page.rows[1:]] == [reference(an_id("afraid")), reference(an_id("calm"))]
    page = await leader.follow(reference(an_id("afraid")))
    assert "I am scared he will hurt me" in page.text and "follow the safeguarding procedure" in page.text
    page = await leader.submit("Record as read", 422)
    assert page.errors == ["Choose what you have done about these words"]
    page = await leader.submit("Record as read", outcomes="safeguarding")
    assert [row[0] for row in page.rows[1:]] == [reference(an_id("calm"))]
    rows = await feedback.worker.pool.fetch("select action, reason from kit.audit where action like 'feedback.words_%'")
    assert ("feedback.words_read", "safeguarding") in [tuple(row) for row in rows]
    assert "feedback.words_viewed" in [row["action"] for row in rows]


async def test_words_may_tell_of_danger_and_be_a_complaint_which_is_told_once_from_the_day_it_was_written(
    browsers: Any, feedback: Running
) -> None:
    await somebody_answers(feedback, "both", {}, "He hit me again. I want to complain about the service")
    leader, compliance = await browsers("leader"), await browsers("compliance")
    response = await feedback.worker.pool.fetchval("select response_id from response")
    await compliance.get(f"/feedback/complaints/{response}", status=404)
    page = await leader.get(f"/feedback/words/{response}")
    page = await leader.submit("Record as read", 422, outcomes=["no_action", "complaint"])
    assert page.errors == ["If there is nothing more to do, choose nothing else"]
    form = {**page.hidden(f"/feedback/words/{response}"), "outcomes": ["safeguarding", "complaint"]}
    page = await leader.post(f"/feedback/words/{response}", form)
    assert "A complaint was taken in" in page.text
    await leader.post(f"/feedback/words/{response}", form)
    [told] = await feedback.announced("feedback.complaint-found")
    assert (told["response_id"], told["actor_role"]) == (str(response), "leader") and "hit" not in str(told)
    written = await feedback.worker.pool.fetchval("select sent_at from response")
    assert datetime.fromisoformat(told["written_at"]) == written
    page = await leader.get(f"/feedback/words/{response}")
    assert "raised as a safeguarding concern, this is a complaint." in page.text
    page = await compliance.get(f"/feedback/complaints/{response}")
    assert "I want to complain" in page.text and "Record as read" not in page.text


async def test_words_are_not_for_those_who_may_only_see_figures(browsers: Any, feedback: Running) -> None:
    await somebody_answers(feedback, "calm", {}, "Everybody was kind to me")
    analyst = await browsers("analyst")
    assert "wait" not in (await analyst.get("/feedback")).text
    await analyst.get("/feedback/words", status=403)


async def test_nothing_to_read_says_so(browsers: Any) -> None:
    page = await (await browsers("leader")).get("/feedback/words")
    assert "Nothing waits for a reader" in page.text
