"""Beside a case: who is calling, call-backs, who must not know, orders and bail, disclosure, and offers followed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import calendar, local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import date_words, when
from services.referral.actions import agreeing_word, sealing, specialist, stopping
from services.referral.actions import beside as acts
from services.referral.actions.beside import CODES, ENDS, Told
from services.referral.beside_books import doors, witness_charter
from services.referral.case_ui import happened, meanwhile, why, words
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.domain import safe_contact
from services.referral.domain.appointed import FURTHEST, comes_once, example_day, instant_of, is_doubtful
from services.referral.domain.tracked import AGAIN, Offer, Step, next_steps
from services.referral.drafting import told_id
from services.referral.store import beside, cases, details, must_not_know, tasks, unsure
from services.referral.store.alerts import ALERTING

EVIDENCE = {
    "pre_recorded_evidence_asked": "It was asked for",
    "pre_recorded_evidence_granted": "The court granted it",
    "pre_recorded_evidence_used": "It was used",
}
LONGEST_WORD = 100
TO_END = " A referral for it is still open: end it today, see “To do today” on the case."
ERRORS = {
    ("code", "missing"): "Choose from the list",
    ("text", "missing"): "Enter who it is",
    ("text", "too_long"): f"This must be {acts.LONGEST:,} characters or fewer",
    ("due", "missing"): "Enter a day and time that is still to come, like {day} and 14:30",
    ("due", "too_far"): "The day must be within two years, like {day}",
    ("how", "missing"): "Choose how it ended",
    ("word", "length"): f"Enter a word of {agreeing_word.SHORTEST} to {agreeing_word.LONGEST} letters",
    ("spoke", "only_after_speaking_to_the_person"): "Tick this once you have agreed it with the person themselves",
    ("word", "missing"): "Enter the word that the caller said",
    ("word", "too_long"): f"The word must be {LONGEST_WORD} characters or fewer",
    (
        "word",
        "ring_back_only",
    ): "Three wrong words were said within a day, so no word is taken now: confirm nothing, and"
    " ring back on a channel that is safe",
    ("word", "none"): "No code word is known for this person: ring back on a channel that is safe",
    ("step", "missing"): "Choose what was done",
    ("step", "not_from_here"): "This cannot follow what was done so far",
    ("step", "needs_the_specialist"): "In a case like this a specialist has to agree first",
    (
        "step",
        "needs_the_persons_agreement",
    ): "The person has to agree first, or two people say why it is shared",
    ("said_by", "only_the_person"): "Only the person's own word counts here",
}


def _id(visit: Visit, name: str) -> UUID:
    """The id of what this form tells; all forms of the page were made with one id."""
    return told_id(visit, name) or uuid4()


async def show(visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), form: str = "") -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = await beside.of_case(tx, case.case_id)
        elsewhere = await must_not_know.elsewhere(tx, case.person_id, case.case_id)
        taken = await beside.steps(tx, case.case_id)
        orders = await beside.told(tx, case.case_id, ALERTING)
        evidence = await beside.told(tx, case.case_id, tuple(EVIDENCE))
        closed = await details.case(tx, case.case_id)
        officers = await sealing.open_case(visit.sealer, case.person_id, case.case_id, closed)
        has_word = bool(await details.code_words(tx, [case.person_id]))
        routings = await cases.routings(tx, case.case_id)
        also = await beside.also_with(tx, case.case_id)
        careful = await specialist.is_careful(tx, case)
        shared, news = await acts.is_shared(tx, case, visit.now), await acts.news_of(tx, case)
        due = await tasks.of_case(tx, case.case_id)
        top = await frame(tx, visit, case, "Safeguards")
        seen = audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("safeguards", *sorted(officers)))
        await audit.record(tx, [seen])
    texts = await acts.texts(visit.sealer, [*held, *(entry for entry, _ in elsewhere)])
    providers = {c.provider.provider_id: c.provider.name for c in desk.books.directory.by_id.values()}
    followed = (
        _followed(acts.offers_of(case).values(), taken, careful=careful),
        _followed([doors()[one] for one in acts.doors_of(case)], taken, careful=careful, shared=shared, news=news),
    )
    return visit.render(
        "case_ui/safeguards.html",
        status=422 if errors else 200,
        **top,
        errors=[_placed(error, followed) for error in errors],
        form=form,
        drafted=form or next((kind for kind in CODES if any(name.startswith(f"{kind}-") for name in visit.form)), ""),
        entries={kind: [(entry, texts.get(entry.entry_id)) for entry in held if entry.kind == kind] for kind in CODES},
        elsewhere=[(entry, texts.get(entry.entry_id), reference) for entry, reference in elsewhere],
        codes=CODES,
        ends=ENDS,
        has_word=has_word,
        doubt=_doubt(visit, "call_back"),
        new_id=uuid4(),
        example=_example(visit),
        officers=[(words.words(name), words.plain(value)) for name, value in officers.items()],
        orders=[(at, words.words(data.get("trigger")), _conditions(at, data)) for at, data in orders],
        evidence=[(at, EVIDENCE[data["trigger"]]) for at, data in evidence],
        offers=followed[0],
        doors=followed[1],
        counted_apart=any(task.kind == tasks.PARTED for task in due),
        because=why.recommended(desk.books, routings[0] if routings else None, "doors"),
        charter=witness_charter() if case.kind == "witness" or "witness" in case.lines else None,
        also=sorted(providers.get(provider, "a provider") for provider in also),
    )


def _example(visit: Visit) -> str:
    return example_day(local_day(visit.now)).isoformat()


def _conditions(at: datetime, data: dict[str, Any]) -> str:
    told = data.get("details") or {}
    parts = happened.to_come(at, data)
    parts += [words.words(told["order_kind"])] if told.get("order_kind") else []
    parts += [words.words(one) for one in told.get("conditions") or ()]
    if told.get("bail_ends_on"):
        parts.append(f"bail ends {date_words(datetime.fromisoformat(str(told['bail_ends_on'])), weekday=False)}")
    return ", ".join(parts)


def _followed(
    followed: Iterable[Offer],
    taken: dict[str, list[beside.Taken]],
    *,
    careful: bool,
    shared: bool = False,
    news: datetime | None = None,
) -> list[dict[str, Any]]:
    """Offers, or doors, with what was done and what may be done next; `news`: when something new was last told, after
    which a door is gone through again."""
    found = []
    for offer in followed:
        done = taken.get(offer.code, [])
        rounds = acts.Rounds.of(done)
        again = rounds.may_begin_again(news)
        following = next_steps(offer, rounds.steps, careful=careful, shared=shared)
        anew = next_steps(offer, (), careful=careful, shared=shared) if again else []
        steps = {step.code: _named(step) for step in following}
        steps |= {AGAIN + step.code: f"Again, because of what is new: {_named(step)}" for step in anew}
        told = [
            (("Again: " if each.round > 1 else "") + offer.steps[each.step].words, each.at)
            for each in done
            if each.step in offer.steps
        ]
        asks = any(step.by_person for step in (*following, *anew))
        new = news if again else None
        found.append({"offer": offer, "told": told, "next": steps, "asks": asks, "news": new})
    return found


def _placed(error: FieldError, followed: Iterable[list[dict[str, Any]]]) -> FieldError:
    """The error at its field; at none where nothing may be done next, so that there is no such field."""
    there = {f"{each['offer'].code}-step" for one in followed for each in one if each["next"]}
    gone = error.field.endswith("-step") and error.field not in there
    return FieldError("", error.message) if gone else error


def _named(step: Step) -> str:
    return step.words + (" (their own word)" if step.by_person else "")


async def _refused(visit: Visit, desk: Desk, refused: Refused, form: str) -> Response:
    message = ERRORS.get((refused.field, refused.code)) or (
        f"No call can be promised. {safe_contact.WORDS[refused.code]}" if refused.field == "code" else None
    )
    if message is None:
        return await _closed_before(visit) if "entry_id" in visit.params else visit.conflict()
    return await show(
        visit, desk, [FieldError(f"{form}-{refused.field}", message.replace("{day}", _example(visit)))], form
    )


async def _closed_before(visit: Visit) -> Response:
    """What was to be closed is closed: the same press again is answered as the first, any other is told when it was."""
    back, entry_id = f"/cases/{visit.params['case_id']}/safeguards", visit.id("entry_id")
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        entry = next((e for e in await beside.of_case(tx, case.case_id) if e.entry_id == entry_id), None)
        done = await meanwhile.last(tx, case.case_id, f"{entry.kind}.closed") if entry else None
    if meanwhile.is_again(visit, done, one(visit, "how")):
        return visit.redirect(back, flash="Written down.")
    return visit.conflict(f"It was ended {meanwhile.by(visit, done)}.", back)


async def add(visit: Visit, desk: Desk) -> Response:
    """A call-back, somebody who must not know, a caller checked, or a request for disclosure."""
    kind = visit.params["kind"]
    if kind not in CODES:
        return visit.not_found()
    due = instant_of(one(visit, f"{kind}-day"), one(visit, f"{kind}-time"))
    if (wrong := _night(visit, kind, due)) is not None:
        return await show(visit, desk, [FieldError(f"{kind}-due", wrong)], kind)
    told = Told(_id(visit, "entry_id"), kind, one(visit, f"{kind}-code"), one(visit, f"{kind}-text").strip(), due)
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            await acts.add(tx, visit.signed_in, visit.sealer, case, told, visit.now)
    except Refused as refused:
        return await _refused(visit, desk, refused, kind)
    return visit.redirect(f"/cases/{case.case_id}/safeguards", flash="Written down.")


def _night(visit: Visit, kind: str, due: datetime | None) -> str | None:
    """What to put right where a call is promised for a time that people rarely mean, or that is not there."""
    if due is None or not visit.now < due <= visit.now + FURTHEST:
        return None
    if not comes_once(due):
        return "The clocks change that night, so this time is not there, or comes twice. Choose another time"
    doubt = _doubt(visit, kind)
    if doubt is None or one(visit, f"{kind}-sure") == doubt:
        return None
    return f"This is {doubt}. Choose another time, or tick below that you mean {doubt}"


def _doubt(visit: Visit, kind: str) -> str | None:
    """The time that was sent, said back, where it is of the night or a bare "2.30", or the day is a bank holiday."""
    due = instant_of(one(visit, f"{kind}-day"), one(visit, f"{kind}-time"))
    if due is None:
        return None
    return when(due) if is_doubtful(one(visit, f"{kind}-time")) or due.date() in calendar().holidays else None


async def check_caller(visit: Visit, desk: Desk) -> Response:
    """The caller's word against the code word; the code word itself is not shown here."""
    said = one(visit, "caller-word").strip()
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            if not said or len(said) > LONGEST_WORD:
                raise Refused("word", "too_long" if said else "missing")
            entry_id = _id(visit, "entry_id")
            right = await acts.check_caller(tx, visit.signed_in, visit.sealer, case, entry_id, said, visit.now)
            if right is None:
                raise Refused("word", "none")
    except Refused as refused:
        return await _refused(visit, desk, refused, "caller")
    told = (
        "The word is right." if right else "The word is wrong. Confirm nothing; offer to ring back on a safe channel."
    )
    return visit.redirect(f"/cases/{case.case_id}/safeguards", flash=told, done=right)


async def agree_word(visit: Visit, desk: Desk) -> Response:
    """A word that was agreed with the person; it is not shown here again."""
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            word, spoke = one(visit, "agreed-word"), one(visit, "agreed-spoke") == "yes"
            await agreeing_word.agree(tx, visit.signed_in, visit.sealer, case, word, visit.now, spoke=spoke)
    except Refused as refused:
        return await _refused(visit, desk, refused, "agreed")
    said = "The word is kept. A link that was sent before, and asked for the word before it, asks for this one now."
    return visit.redirect(f"/cases/{case.case_id}/safeguards", flash=said)


async def close(visit: Visit, desk: Desk) -> Response:
    entry_id = visit.id("entry_id")
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            entry = next((e for e in await beside.of_case(tx, case.case_id) if e.entry_id == entry_id), None)
            if entry is None:
                return visit.not_found()
            await acts.close(tx, visit.signed_in, case, entry, one(visit, "how"), visit.now)
    except Refused as refused:
        return await _refused(visit, desk, refused, f"end-{entry_id}")
    return visit.redirect(f"/cases/{case.case_id}/safeguards", flash="Written down.")


async def take_step(visit: Visit, desk: Desk) -> Response:
    offer = visit.params["offer"]
    step, said_by = one(visit, f"{offer}-step"), one(visit, f"{offer}-said_by") or None
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            about = (_id(visit, "step_id"), offer, step, said_by)
            await acts.take_step(tx, visit.signed_in, case, *about, desk.books, visit.now)
            to_end = any(task.kind == stopping.STOPPED for task in await tasks.of_case(tx, case.case_id))
    except Refused as refused:
        if refused.code == "not_found":
            return visit.not_found()
        return await _refused(visit, desk, refused, offer)
    flash = "Written down." + (TO_END if to_end else "")
    return visit.redirect(f"/cases/{case.case_id}/safeguards", flash=flash)


async def call_backs(visit: Visit, desk: Desk) -> Response:
    """Calls promised and not made."""
    async with visit.begin() as tx:
        waiting = await beside.call_backs(tx)
        safe = await unsure.safe_now(tx, {call.person_id for call in waiting}) if waiting else {}
        await audit.record(tx, [audit.seen(visit.signed_in, "queue_seen", "queue", None, ("call_backs",))])
    return visit.render(
        "case_ui/call_backs.html",
        rows=[(call, CODES["call_back"][call.code], words.time_left(call.due_at, visit.now)) for call in waiting],
        unsafe={call.entry_id for call in waiting if call.code == "person" and not safe.get(call.person_id)},
    )


QUESTIONS = {
    "safe_contact": "Were the ways of reaching the person checked before each contact?",
    "timely": "Was each step taken in time?",
    "right_help": "Was the help offered the right one, and the person's choice kept?",
    "record": "Could a colleague go on from the record?",
}


async def sample(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """Cases drawn by chance for a team leader to score."""
    async with visit.begin() as tx:
        held = await beside.samples(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "samples_seen", "sample", None)])
    return visit.render(
        "case_ui/sample.html",
        status=422 if errors else 200,
        errors=list(errors),
        held=held,
        questions=QUESTIONS,
        sample_id=uuid4(),
    )


async def draw(visit: Visit, desk: Desk) -> Response:
    sample_id = _id(visit, "sample_id")
    async with visit.begin() as tx:
        await beside.draw(tx, sample_id, visit.signed_in.user_id, visit.now, 5)
        await audit.record(tx, [audit.seen(visit.signed_in, "sample.drawn", "sample", sample_id)])
    return visit.redirect("/cases/sample", flash="Five cases were drawn by chance, or as many as there are.")


async def score(visit: Visit, desk: Desk) -> Response:
    sample_id, case_id = visit.id("sample_id"), visit.id("case_id")
    scores = {name: one(visit, name) for name in QUESTIONS}
    if any(value not in ("1", "2", "3", "4") for value in scores.values()):
        return await sample(visit, desk, [FieldError("", "Answer each question of the case with a number from 1 to 4")])
    async with visit.begin() as tx:
        if await cases.get(tx, case_id) is None:
            return visit.not_found()
        given = {name: int(value) for name, value in scores.items()}
        done = await beside.score(tx, sample_id, case_id, given, visit.signed_in.user_id, visit.now)
        if done:
            await audit.record(tx, [audit.seen(visit.signed_in, "case.scored", "case", case_id)])
    if not done:
        if done is None:
            return visit.not_found()
        async with visit.begin() as tx:
            before = await meanwhile.last(tx, case_id, "case.scored")
        return visit.conflict(f"This case was scored {meanwhile.by(visit, before)}.", "/cases/sample")
    return visit.redirect("/cases/sample", flash="Scored.")
