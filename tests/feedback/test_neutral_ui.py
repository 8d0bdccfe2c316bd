"""What the person who is asked sees and does, by way of the pages, without JavaScript."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from contracts.identity import typed_code
from kit import clock
from kit.web.app import make_app
from services.feedback.__main__ import SERVICE
from services.feedback.actions import answering
from services.feedback.reconcile import checks
from services.feedback.store import responses
from tests.browser import Browser
from tests.feedback.conftest import Running
from tests.feedback.events import about_case, an_id, case_opened, ended

pytestmark = pytest.mark.service

CASE = an_id("case")
TOKEN = "kP3xq9Zt-3mYv7Lr2Wd8NbHc5Jf4Tg6Sa1Qe0UiXoRw"
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()
WORDS = "Miriam was kind but I am afraid he will follow me home"


@pytest.fixture
def app(feedback: Running) -> Starlette:
    return make_app(
        "feedback",
        feedback.context.settings,
        SERVICE.pages(feedback.context),
        databases={"hub": feedback.hub, "portal": feedback.portal},
        templates=SERVICE.templates or (),
        sealer=feedback.context.sealer,
    )


@pytest.fixture
async def invited(feedback: Running) -> Running:
    """Somebody whose invitation left a moment ago."""
    now = clock.now()
    await feedback.hear(case_opened(CASE), ended(CASE, time=now - timedelta(hours=1)))
    await feedback.decide(now)
    await feedback.answer_requests(DIGEST, time=now)
    return feedback


@pytest.fixture
async def browser(app: Starlette, invited: Running) -> AsyncIterator[Browser]:
    async with another(app, invited) as found:
        yield found


def another(app: Starlette, feedback: Running) -> Browser:
    return Browser(app, feedback.context.settings, neutral=True, private=("miriam", "afraid"))


async def begin(browser: Browser) -> str:
    """Opens the link; returns the code that was shown."""
    await browser.get(f"/r/{TOKEN}")
    page = await browser.submit("Continue")
    assert page.path == "/before"
    return page.texts("p", "govuk-heading-m")[0]


async def test_the_way_from_the_link_to_thank_you(browser: Browser, invited: Running) -> None:
    await begin(browser)
    for said in ("Five short questions", "two minutes", "Who reads it", "call 999"):
        assert said in (browser.page.text if browser.page else "")
    await browser.follow("Start")
    page = await browser.submit("Send my answers", heard="5", informed="2", safe="rather_not_say", words=WORDS)
    assert (page.path, page.heading) == ("/thank-you", "Thank you")
    (told,) = await invited.announced("feedback.answered")
    assert told["scores"] == {
        "heard": 5, "informed": 2, "safe": "rather_not_say", "choice": "skipped", "pace": "skipped",
    }  # fmt: skip
    assert (told["actor_role"], told["questionnaire"], told["complete"]) == ("person", "service-1", False)


async def test_an_empty_form_says_what_to_do_and_ends_nothing(browser: Browser, invited: Running) -> None:
    await begin(browser)
    await browser.get("/questions")
    page = await browser.submit("Send my answers", 422)
    assert page.errors[0].startswith("Choose an answer to at least one question, or write something")
    assert await invited.announced("feedback.answered") == []
    assert (await browser.submit("Send my answers", heard="4")).path == "/thank-you"


async def test_every_question_can_be_skipped(browser: Browser, invited: Running) -> None:
    await begin(browser)
    await browser.get("/questions")
    page = await browser.submit("Send my answers", words="It was fine")
    assert page.path == "/thank-you"
    (told,) = await invited.announced("feedback.answered")
    assert set(told["scores"].values()) == {"skipped"}


async def test_reading_the_link_does_not_use_it_up(browser: Browser, app: Starlette, invited: Running) -> None:
    for _ in range(3):
        await browser.get(f"/r/{TOKEN}")
    assert await invited.worker.pool.fetchval("select token_used_at from feedback_window") is None
    assert len(await begin(browser)) == 11


async def test_a_link_works_once(browser: Browser, app: Starlette, invited: Running) -> None:
    await begin(browser)
    async with another(app, invited) as other:
        await other.get(f"/r/{TOKEN}")
        page = await other.submit("Continue", 410)
        assert "opened before" in page.text
        await other.get("/questions")
        assert other.page and other.page.path == "/"
    assert await invited.worker.pool.fetchval("select count(*) from response") == 1


async def test_pressing_the_button_of_the_link_twice_in_one_browser_goes_on(browser: Browser) -> None:
    await begin(browser)
    await browser.get(f"/r/{TOKEN}")
    assert (await browser.submit("Continue")).path == "/before"


async def test_a_link_that_never_was_opens_nothing(browser: Browser) -> None:
    await browser.get("/r/another-token-altogether")
    page = await browser.submit("Continue", 410)
    assert "check that all of it is there" in page.text


async def test_answers_are_saved_and_found_again_with_the_code(
    browser: Browser, app: Starlette, invited: Running
) -> None:
    code = await begin(browser)
    await browser.get("/questions")
    page = await browser.submit("Save and come back later", heard="4", words=WORDS, share_words="yes")
    assert page.path == "/saved" and code in page.text
    assert await invited.announced("feedback.answered") == []
    async with another(app, invited) as other:
        await other.get("/")
        page = await other.submit("Continue", code=code.lower().replace("-", " "))
        assert page.path == "/questions"
        chosen = [e.get("value") for e in page.all("input") if e.get("checked") is not None]
        assert chosen == ["4", "yes"] and WORDS in page.text
        await other.submit("Send my answers")
    (told,) = await invited.announced("feedback.answered")
    assert told["scores"]["heard"] == 4


async def test_a_code_from_a_letter_is_typed_in_place_of_the_link(browser: Browser, invited: Running) -> None:
    token = typed_code(0xF00D_FACE_CAFE_BEEF)
    digest = hashlib.sha256(token.encode()).hexdigest()
    await invited.worker.pool.execute("update feedback_window set token_sha256 = $1", digest)
    await browser.get("/")
    assert (await browser.submit("Continue", code=token.lower())).path == "/before"


async def test_a_code_that_is_none_says_what_to_do(browser: Browser) -> None:
    for typed, said in (("", "Enter your code"), ("hello", "as it was shown"), ("7KQ4M-2XRC9", "code")):
        await browser.get("/")
        page = await browser.submit("Continue", 422, code=typed)
        assert said in page.errors[0], typed


async def test_what_is_written_is_sealed_and_in_no_announcement(browser: Browser, invited: Running) -> None:
    await begin(browser)
    await browser.get("/questions")
    await browser.submit("Send my answers", words=WORDS)
    kept = await invited.worker.pool.fetchrow("select words, words_danger, words_shared from response")
    assert kept is not None and kept["words_danger"] is True and kept["words_shared"] is False
    told = await invited.worker.pool.fetchval("select data from kit.outbox where type = 'feedback.answered.v1'")
    assert json.loads(told)["concern"] is True
    assert b"Miriam" not in kept["words"]
    everything = str(await invited.announced()) + str(await invited.worker.pool.fetch("select * from kit.audit"))
    assert "Miriam" not in everything and "afraid" not in everything


async def test_sending_twice_counts_once(browser: Browser, invited: Running) -> None:
    await begin(browser)
    await browser.get("/questions")
    await browser.submit("Send my answers", heard="1")
    assert (await browser.post("/questions", {"heard": "1", "send": "yes"})).path == "/thank-you"
    page = await browser.post("/questions", {"heard": "5", "send": "yes"}, 409)
    assert page.heading == "It is too late to change your answers" and "was not kept" in page.text
    (told,) = await invited.announced("feedback.answered")
    assert told["scores"]["heard"] == 1
    async with invited.worker.begin() as tx:
        assert [check for check in await checks(tx) if not check.ok] == []


async def test_words_sent_after_the_answers_are_kept_and_what_is_chosen_then_is_said_to_be_too_late(
    browser: Browser, invited: Running
) -> None:
    await begin(browser)
    await browser.get("/questions")
    await browser.submit("Send my answers", heard="1")
    for _ in range(2):
        page = await browser.post("/questions", {"heard": "1", "words": "It was slow.", "send": "yes"})
        assert page.path == "/thank-you"
    await browser.get("/thank-you")
    page = await browser.post("/questions", {"heard": "5", "words": "It was slow.", "send": "yes"}, 409)
    assert "was not kept" in page.text
    await browser.get("/thank-you")
    page = await browser.post("/questions", {"heard": "5", "words": "Something else", "save": "yes"}, 409)
    assert "too late" in page.heading and "What you wrote now was kept" in page.text
    assert await kept_words(invited) == "It was slow.\n\nSomething else"
    await browser.get("/thank-you")
    page = await browser.post("/questions", {"words": "x" * 4001, "send": "yes"}, 422)
    assert page.errors == ["What you wrote must be 4,000 characters or fewer"]
    page = await browser.post("/questions", {"heard": "7", "send": "yes"}, 422)
    assert page.errors == ["Choose one of the answers, or skip this question"]
    await browser.post("/take-back", {})
    page = await browser.post("/questions", {"words": WORDS, "send": "yes"}, 409)
    assert "You took your answers back" in page.text
    assert await invited.worker.pool.fetchval("select words from response") is None


async def kept_words(invited: Running) -> str | None:
    async with invited.worker.begin() as tx:
        held = await responses.by_window(tx, await tx.fetchval("select window_id from feedback_window"))
    assert held is not None
    return await answering.words_of(invited.context.sealer, held)


async def test_danger_in_a_second_text_is_told_and_read_as_in_the_first_however_often_it_comes(
    browser: Browser, invited: Running
) -> None:
    await begin(browser)
    await browser.get("/questions")
    await browser.submit("Send my answers", heard="1", words="Thank you.")
    pool = invited.worker.pool
    await pool.execute("update response set read_by = gen_random_uuid(), read_at = now(), read_outcome = 'no_action'")
    for _ in range(2):
        page = await browser.post("/questions", {"heard": "1", "words": f"Thank you. {WORDS}", "send": "yes"})
        assert page.path == "/thank-you"
    first, second = await invited.announced("feedback.answered")
    assert (first["concern"], first["added"]) == (False, False)
    assert (second["concern"], second["added"], second["scores"]) == (True, True, first["scores"])
    kept = await pool.fetchrow("select words_danger, read_at, read_by, read_outcome from response")
    assert kept is not None and tuple(kept) == (True, None, None, None), "whoever had read the first reads this too"
    await browser.get("/thank-you")
    await browser.post("/questions", {"words": "It is raining.", "send": "yes"})
    assert len(await invited.announced("feedback.answered")) == 2, "what adds no danger is not told again"
    async with invited.worker.begin() as tx:
        assert [check for check in await checks(tx) if not check.ok] == []


@pytest.mark.parametrize("read", [True, False])
async def test_answers_can_be_taken_back_and_then_are_gone_and_unread_danger_is_told(
    browser: Browser, invited: Running, read: bool
) -> None:
    await begin(browser)
    await browser.get("/questions")
    await browser.submit("Send my answers", heard="1", words=WORDS)
    if read:
        reading = "update response set read_by = gen_random_uuid(), read_at = now(), read_outcome = 'no_action'"
        await invited.worker.pool.execute(reading)
    page = await browser.submit("Take my answers back")
    assert page.heading == "Your answers are taken back"
    assert await invited.worker.pool.fetchval("select count(*) from answer") == 0
    assert await invited.worker.pool.fetchval("select words from response") is None
    assert [told["concern"] for told in await invited.announced("feedback.withdrawn")] == [not read]
    async with invited.worker.begin() as tx:
        assert [check for check in await checks(tx) if not check.ok] == []


@pytest.mark.parametrize("where", ["link", "before", "questions"])
async def test_one_click_stops_for_ever(browser: Browser, app: Starlette, invited: Running, where: str) -> None:
    if where == "link":
        await browser.get(f"/r/{TOKEN}")
    else:
        await begin(browser)
        await browser.get(f"/{where}")
    page = await browser.submit("Do not ask me again")
    assert page.heading == "We will not ask you again"
    (told,) = await invited.announced("feedback.withheld")
    assert (told["reason"], told["actor_role"]) == ("opted_out", "person")
    second = clock.now()
    await invited.hear(ended(CASE, "second", time=second))
    await invited.decide(second + timedelta(days=100))
    assert ("withheld", "opted_out") in await invited.windows(CASE)
    async with invited.worker.begin() as tx:
        assert [check for check in await checks(tx) if not check.ok] == []


async def test_a_channel_that_is_not_safe_any_more_kills_the_link_and_the_code(
    browser: Browser, app: Starlette, invited: Running
) -> None:
    code = await begin(browser)
    locked = {"channel": "text", "safety": "unsafe", "locked": True}
    await invited.hear(about_case("contact-safety.changed.v1", CASE, clock.now(), **locked))
    await browser.get("/questions", status=410)
    async with another(app, invited) as other:
        await other.get("/")
        await other.submit("Continue", 422, code=code)


async def test_another_channel_that_is_not_safe_leaves_the_link_alone(browser: Browser, invited: Running) -> None:
    other = {"channel": "landline", "safety": "unsafe", "locked": True}
    await invited.hear(about_case("contact-safety.changed.v1", CASE, clock.now(), **other))
    assert await begin(browser)


async def test_without_a_link_or_code_every_page_leads_to_the_first(browser: Browser) -> None:
    for path in ("/before", "/questions", "/saved", "/thank-you"):
        await browser.get(path)
        assert browser.page is not None and browser.page.path == "/", path


async def test_what_is_too_long_is_said_and_kept(browser: Browser, invited: Running) -> None:
    await begin(browser)
    await browser.get("/questions")
    page = await browser.submit("Send my answers", 422, heard="3", words="x" * 4001)
    assert page.errors == ["What you wrote must be 4,000 characters or fewer"]
    assert [e.get("value") for e in page.all("input") if e.get("checked") is not None] == ["3"]
    assert await invited.announced("feedback.answered") == []


async def test_a_form_that_was_open_too_long_speaks_to_the_public(browser: Browser) -> None:
    await begin(browser)
    page = await browser.post("/questions", {"csrf_token": "old", "heard": "1"}, 403)
    assert page.heading == "This page was open for too long" and "Open the link that you were sent again" in page.text
    assert "role" not in page.text.lower() and "team leader" not in page.text


async def test_every_page_has_a_way_out_and_a_title_that_says_nothing(browser: Browser) -> None:
    for path in ("/", f"/r/{TOKEN}", "/stopped", "/privacy"):
        page = await browser.get(path)
        assert "/exit" in page.html and "invit" not in page.html.lower().split("</title>")[0]


async def test_the_neutral_pages_see_nothing_that_their_transaction_does_not_name(invited: Running) -> None:
    async with invited.portal.begin() as tx:
        assert await tx.fetchval("select count(*) from feedback_window") == 0
        assert await tx.fetchval("select count(*) from response") == 0
