"""Pages for the person who is asked, on the neutral origin: nothing here says who they are or why they are asked."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.identity import read_typed_code
from contracts.refused import Refused
from kit.database import Tx
from kit.listening import Context
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.limiting import OF_CODES, Tries, too_many
from services.feedback.actions import answering
from services.feedback.actions.answering import Answers, Started
from services.feedback.domain.questionnaire import CODES, RATHER_NOT_SAY, Question
from services.feedback.domain.window import Window
from services.feedback.reference import Rules
from services.feedback.store.responses import Response as Answered

COOKIE = "visit"
SECONDS = 4 * 60 * 60
"""How long a visit lasts before the code is asked for again."""
WRONG_CODE = {
    "not_a_code": "Enter your code as it was shown to you, 10 letters and numbers like 7KQ4M-2XRCT, or 15 of a letter",
    "not_known": "This code does not work. Check it and enter it again. It may have run out",
}
NOTHING_SAID = "Choose an answer to at least one question, or write something. If you do not want to, leave this page"
Choice = Literal["1", "2", "3", "4", "5", "rather_not_say"] | None
ONE_OF_THESE = Say("Choose one of the answers, or skip this question")


class Code(BaseModel):
    code: Annotated[str, Say("Enter your code")] = Field(max_length=40)


class Given(BaseModel):
    """The form of questions: everything may be left out."""

    heard: Annotated[Choice, ONE_OF_THESE] = None
    informed: Annotated[Choice, ONE_OF_THESE] = None
    safe: Annotated[Choice, ONE_OF_THESE] = None
    choice: Annotated[Choice, ONE_OF_THESE] = None
    pace: Annotated[Choice, ONE_OF_THESE] = None
    words: str | None = Field(None, max_length=4000, title="What you wrote")
    share_words: Literal["yes"] | None = None

    @property
    def answers(self) -> Answers:
        chosen = {code: given for code in CODES if (given := getattr(self, code))}
        return Answers(chosen, self.words, self.share_words == "yes")


def _remember(visit: Visit, response: Response, started: Started) -> Response:
    signer = visit.shop.signer
    sealed = signer.close({"window": str(started.window_id), "code": started.code}, COOKIE)
    response.set_cookie(signer.cookie_name(COOKIE), sealed, httponly=True, samesite="lax", secure=signer.secure)
    return response


def _forget(visit: Visit, response: Response) -> Response:
    response.delete_cookie(visit.shop.signer.cookie_name(COOKIE), path="/")
    return response


def _started(visit: Visit) -> Started | None:
    signer = visit.shop.signer
    kept = signer.open(visit.request.cookies.get(signer.cookie_name(COOKIE)), SECONDS, COOKIE)
    return Started(UUID(kept["window"]), kept["code"]) if kept else None


async def enter_code(visit: Visit) -> Response:
    """The first page: come back with a code."""
    if visit.request.method != "POST":
        return visit.render("neutral_ui/code.html")
    form, errors = parse(Code, visit.form)
    if form is not None and (token := read_typed_code(form.code)) is not None:
        return await _exchange(visit, token)
    if form is not None:
        tries = Tries(visit, "feedback_code", OF_CODES, form.code)
        if (until := await tries.begin()) is not None:
            return too_many(visit, until)
        try:
            async with visit.begin() as tx:
                started = await answering.come_back(tx, visit.sealer, form.code, visit.now)
            await tries.worked()
            return _remember(visit, visit.redirect("/questions"), started)
        except Refused as refused:
            await tries.refused(refused.code)
            errors = [FieldError("code", WRONG_CODE[refused.code])]
    return visit.render("neutral_ui/code.html", status=422, errors=errors)


async def show_link(visit: Visit) -> Response:
    """What a link shows: a button. Reading the page exchanges nothing, so a preview cannot use the link up."""
    return visit.render("neutral_ui/link.html", token=visit.params["token"])


async def exchange(visit: Visit) -> Response:
    """The button of the link: exchanges its token for a code, once."""
    if visit.request.method != "POST":
        return visit.redirect("/")
    return await _exchange(visit, visit.form.get("token", [""])[0])


async def _exchange(visit: Visit, token: str) -> Response:
    tries = Tries(visit, "feedback_link", OF_CODES, token)
    if (until := await tries.begin()) is not None:
        return too_many(visit, until)
    try:
        async with visit.begin() as tx:
            started = await answering.exchange(tx, visit.sealer, token, uuid4(), uuid4(), visit.now)
    except Refused as refused:
        if refused.code == "used" and _started(visit):
            await tries.worked()
            return visit.redirect("/before")
        await tries.refused(refused.code)
        return visit.render("neutral_ui/dead_link.html", status=410, why=refused.code)
    await tries.worked()
    return _remember(visit, visit.redirect("/before"), started)


async def before(visit: Visit) -> Response:
    """Before the first question: what is asked, how long it takes, who reads it, what happens in danger."""
    started = _started(visit)
    if started is None:
        return visit.redirect("/")
    return visit.render("neutral_ui/before.html", code=started.code)


def _questions(rules: Rules) -> dict[str, list[tuple[Question, list[dict[str, str]]]]]:
    """Each questionnaire's questions with the choices of each."""
    return {
        version: [(question, _choices(question)) for question in asked.questions]
        for version, asked in rules.questionnaires.items()
    }


def _choices(question: Question) -> list[dict[str, str]]:
    numbers = [
        {"value": "1", "text": f"1 – {question.low}"},
        *({"value": str(number), "text": str(number)} for number in (2, 3, 4)),
        {"value": "5", "text": f"5 – {question.high}"},
    ]
    rest = [{"value": RATHER_NOT_SAY, "text": "I’d rather not say"}, {"value": "", "text": "Skip this question"}]
    return [*numbers, {"divider": "or"}, *rest]


async def answer(visit: Visit, rules: Rules) -> Response:
    """The five questions on one page: send them, or save them and come back."""
    started = _started(visit)
    if started is None:
        return visit.redirect("/")
    posted = visit.request.method == "POST"
    form, errors = parse(Given, visit.form) if posted else (None, [])
    try:
        async with visit.begin() as tx:
            window, response = await answering.opened(tx, started.window_id)
            words = await answering.words_of(visit.sealer, response)
            if response.sent_at is not None and not (posted and errors):
                return await _again(visit, tx, (window, response), form, rules)
            if form is not None and "save" in visit.form:
                await answering.save(tx, visit.sealer, started.window_id, form.answers)
                return visit.redirect("/saved")
            if form is not None:
                await answering.send(tx, visit.sealer, started.window_id, form.answers, rules, visit.now)
                return visit.redirect("/thank-you")
    except Refused as refused:
        if refused.code != "nothing_said":
            return _forget(visit, visit.render("neutral_ui/dead_link.html", status=410, why=refused.code))
        errors = [FieldError(refused.field, NOTHING_SAID)]
    kept = {code: [value] for code, value in response.draft.items()}
    kept |= {"words": [words or ""], "share_words": ["yes"] if response.words_shared else []}
    return visit.render(
        "neutral_ui/questions.html",
        status=422 if posted else 200,
        errors=errors,
        values=visit.form if posted else kept,
        about=rules.questionnaires[window.questionnaire].about,
        questions=_questions(rules)[window.questionnaire],
    )


async def _again(visit: Visit, tx: Tx, given: tuple[Window, Answered], form: Given | None, rules: Rules) -> Response:
    """The answers were sent before: what comes now is kept where it can be, and else the page says that it is not."""
    if form is None:
        return visit.redirect("/thank-you")
    more = await answering.send_more(tx, visit.sealer, *given, form.answers, rules, visit.now)
    if not more.late:
        return visit.redirect("/thank-you")
    taken_back = given[1].withdrawn_at is not None
    return visit.render("neutral_ui/too_late.html", status=409, taken_back=taken_back, kept=more.kept)


async def saved(visit: Visit) -> Response:
    started = _started(visit)
    return visit.render("neutral_ui/saved.html", code=started.code) if started else visit.redirect("/")


async def thank_you(visit: Visit) -> Response:
    """After sending; the answers can be taken back from here, today or later with the code."""
    started = _started(visit)
    if started is None:
        return visit.redirect("/")
    async with visit.begin() as tx:
        try:
            _, response = await answering.opened(tx, started.window_id)
        except Refused as refused:
            return _forget(visit, visit.render("neutral_ui/dead_link.html", status=410, why=refused.code))
    if response.sent_at is None:
        return visit.redirect("/questions")
    return visit.render("neutral_ui/thank_you.html", code=started.code, taken_back=response.withdrawn_at is not None)


async def take_back(visit: Visit) -> Response:
    started = _started(visit)
    if started is None:
        return visit.redirect("/")
    try:
        async with visit.begin() as tx:
            await answering.take_back(tx, started.window_id, visit.now)
    except Refused as refused:
        return _forget(visit, visit.render("neutral_ui/dead_link.html", status=410, why=refused.code))
    return visit.redirect("/thank-you")


async def stop(visit: Visit) -> Response:
    """One click, from the link's page or from any later one: nobody asks this person again."""
    started, token = _started(visit), visit.form.get("token", [""])[0]
    async with visit.begin() as tx:
        if token:
            done = await answering.stop_by_link(tx, token, visit.now)
        elif started is not None:
            try:
                window, _ = await answering.opened(tx, started.window_id)
            except Refused as refused:
                return _forget(visit, visit.render("neutral_ui/dead_link.html", status=410, why=refused.code))
            await answering.stop(tx, window, visit.now)
            done = True
        else:
            done = False
    if not done:
        return visit.render("neutral_ui/dead_link.html", status=410, why="not_known")
    return _forget(visit, visit.redirect("/stopped"))


async def stopped(visit: Visit) -> Response:
    return visit.render("neutral_ui/stopped.html")


async def privacy(visit: Visit) -> Response:
    return visit.render("neutral_ui/privacy.html")


def pages(context: Context) -> Sequence[Page]:
    rules: Rules = context.facts

    async def questions(visit: Visit) -> Response:
        return await answer(visit, rules)

    both = ("GET", "POST")
    routes = (
        ("/", enter_code, both),
        ("/r", exchange, both),
        ("/r/{token}", show_link, ("GET",)),
        ("/before", before, ("GET",)),
        ("/questions", questions, both),
        ("/saved", saved, ("GET",)),
        ("/thank-you", thank_you, ("GET",)),
        ("/take-back", take_back, ("POST",)),
        ("/stop", stop, ("POST",)),
        ("/stopped", stopped, ("GET",)),
        ("/privacy", privacy, ("GET",)),
    )
    return [
        Page(path, view, methods=methods, origin="neutral", public=True, database="portal")
        for path, view, methods in routes
    ]
