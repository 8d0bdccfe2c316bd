"""An agency's reply to a breach before it is published, and the log of actions that follow."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import reference
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import bound
from services.code_compliance.case_ui import meanwhile
from services.code_compliance.case_ui.people import named
from services.code_compliance.case_ui.room import Opened, Room, open_case
from services.code_compliance.domain.entitlements import Clock, clock_id
from services.code_compliance.domain.receipt import receipt
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import AGENCIES, STATES, agency_in_words
from services.code_compliance.reference.oversight import document
from services.code_compliance.store import replies
from services.code_compliance.store.replies import Action, Reply

DECISIONS = {"accepted": "Accepted", "not_accepted": "Not accepted"}
WAITING_SHOWN = 100


def reasons() -> Mapping[str, str]:
    found: Mapping[str, str] = document("replies.yaml")["reasons"]
    return found


class Given(BaseModel):
    reply_id: UUID
    agency: Annotated[str, Say("Choose who replies")]
    reason: Annotated[str, Say("Choose the reason")]
    words: str | None = Field(None, max_length=1000, title="What they say")


class Decided(BaseModel):
    decision: Annotated[Literal["accepted", "not_accepted"], Say("Choose whether the reply is accepted")]


class NewAction(BaseModel):
    action_id: UUID
    agency: Annotated[str, Say("Choose who is to act")]
    what: Annotated[str, Say("Enter what is to be done")] = Field(max_length=500, title="What is to be done")
    owner: Annotated[str, Say("Enter the post that owns it")] = Field(max_length=80, title="The owner")
    due: Annotated[date, Say("Enter by which day", wrong="The day must be a real date")]


async def show_replies(visit: Visit, rules: Rulebook) -> Response:
    return await _page(visit, rules, [], {"reply_id": [str(uuid4())]})


async def reply(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(Given, visit.form)
    if given is not None and given.reason not in reasons():
        errors = [FieldError("reason", "Choose the reason")]
    if given is None or errors:
        return await _page(visit, rules, errors, visit.form)
    async with visit.begin() as tx:
        opened, clock = await _opened(tx, visit)
        if given.agency not in _holders(clock, rules):
            raise HTTPException(404)
        reply_id = bound(given.reply_id, given.agency, given.reason, given.words)
        made = Reply(reply_id, given.agency, given.reason, given.words, visit.now, None, None)
        await replies.add(tx, made, opened.case.case_id, clock.key, visit.signed_in.user_id)
        await _note(tx, visit, "breach_replied", opened.case.case_id, given.reason)
    return visit.redirect(visit.request.url.path, flash="The reply was added")


async def decide(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(Decided, visit.form)
    if given is None:
        return await _page(visit, rules, errors, {"reply_id": [str(uuid4())]})
    async with visit.begin() as tx:
        opened, clock = await _opened(tx, visit)
        reply_id = visit.id("reply_id")
        held = {each.reply_id: each for each in await replies.of_clock(tx, opened.case.case_id, clock.key)}
        if reply_id not in held:
            return visit.not_found()
        decided = await replies.decide(tx, reply_id, given.decision, visit.now, visit.signed_in.user_id)
        if decided:
            await _note(tx, visit, "reply_decided", opened.case.case_id, given.decision)
        else:
            held = {each.reply_id: each for each in await replies.of_clock(tx, opened.case.case_id, clock.key)}
    back, before = f"/rights/cases/{opened.case.case_id}/replies/{visit.id('clock_id')}", held[reply_id]
    again = before.decision == given.decision and meanwhile.is_again(visit, before.decided_by, before.decided_at)
    if not decided and not again:
        said = f"“{DECISIONS.get(before.decision or '', '')}” was decided of this reply"
        return await meanwhile.changed(visit, said, before.decided_by, before.decided_at, back)
    return visit.redirect(back, flash="The decision was recorded")


async def _opened(tx: Any, visit: Visit) -> tuple[Opened, Clock]:
    opened = await open_case(tx, visit.id("case_id"))
    return opened, opened.clock(visit.id("clock_id"))


async def _note(tx: Any, visit: Visit, what: str, case_id: UUID, reason: str | None = None) -> None:
    await audit.record(tx, [audit.seen(visit.signed_in, what, "case", case_id, ("reply",), reason)])


def _holders(clock: Clock, rules: Rulebook) -> tuple[str, ...]:
    return rules.code_named(clock.code_version).entitlements[clock.entitlement].duty_holders


async def _page(visit: Visit, rules: Rulebook, errors: Sequence[FieldError], values: Any) -> Response:
    async with visit.begin() as tx:
        opened, clock = await _opened(tx, visit)
        given = await replies.of_clock(tx, opened.case.case_id, clock.key)
        await _note(tx, visit, "replies_seen", opened.case.case_id)
    entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
    return visit.render(
        "replies/clock.html",
        status=422 if errors else 200,
        errors=errors,
        values=values,
        opened=opened,
        clock=clock,
        clock_id=visit.id("clock_id"),
        entitlement=entitlement,
        state=STATES[clock.state],
        sum=receipt(opened.case, clock, rules, visit.now, opened.pauses_of(clock)),
        replies=[(each, agency_in_words(each.agency), reasons().get(each.reason_code, "")) for each in given],
        decisions=DECISIONS,
        reasons=reasons(),
        named=await named(visit),
        holders={holder: agency_in_words(holder) for holder in entitlement.duty_holders},
    )


async def show_actions(visit: Visit, rules: Rulebook) -> Response:
    return await _actions(visit, rules, [], {"action_id": [str(uuid4())]})


async def add_action(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(NewAction, visit.form)
    if given is not None and given.agency not in AGENCIES:
        errors = [FieldError("agency", "Choose who is to act")]
    if given is None or errors:
        return await _actions(visit, rules, errors, visit.form)
    action_id = bound(given.action_id, given.agency, given.what, given.owner, given.due)
    made = Action(action_id, given.agency, None, given.what, given.owner, given.due, visit.now, None)
    async with visit.begin() as tx:
        await replies.add_action(tx, made, visit.signed_in.user_id)
        await audit.record(tx, [audit.seen(visit.signed_in, "action_added", "list", given.action_id)])
    return visit.redirect("/rights/actions", flash="The action was added")


async def finish_action(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        finished = await replies.finish(tx, visit.id("action_id"), visit.now, visit.signed_in.user_id)
        if finished:
            await audit.record(tx, [audit.seen(visit.signed_in, "action_done", "list", visit.id("action_id"))])
        held = await replies.action(tx, visit.id("action_id"))
    if held is None:
        return visit.not_found()
    if not finished and not meanwhile.is_again(visit, held.done_by, held.done_at):
        return await meanwhile.changed(visit, "The action was done", held.done_by, held.done_at, "/rights/actions")
    return visit.redirect("/rights/actions", flash="The action is done")


async def _actions(visit: Visit, rules: Rulebook, errors: Sequence[FieldError], values: Any) -> Response:
    async with visit.begin() as tx:
        is_open, done = await replies.actions(tx, is_open=True), await replies.actions(tx, is_open=False)
        waiting = await replies.waiting(tx, WAITING_SHOWN)
        await audit.record(tx, [audit.seen(visit.signed_in, "actions_seen", "list", None)])
    return visit.render(
        "replies/actions.html",
        status=422 if errors else 200,
        errors=errors,
        values=values,
        actions=is_open,
        done=done,
        today=local_day(visit.now),
        named=await named(visit),
        agency_in_words=agency_in_words,
        waiting=[_waiting(each, rules) for each in waiting],
        agencies=[{"value": "", "text": "Choose who"}]
        + [{"value": code, "text": words} for code, words in AGENCIES.items()],
    )


def _waiting(each: replies.Waiting, rules: Rulebook) -> dict[str, Any]:
    entitlement = rules.entitlement(each.entitlement)
    return {
        "href": f"/rights/cases/{each.case_id}/replies/{clock_id(each.case_id, each.entitlement, each.occurrence)}",
        "reference": reference(each.case_id),
        "title": entitlement.title if entitlement else each.entitlement,
        "agency": agency_in_words(each.agency),
        "reason": reasons().get(each.reason_code, each.reason_code),
        "at": each.replied_at,
    }


def reply_pages(room: Room) -> Sequence[Page]:
    base = "/rights/cases/{case_id}/replies/{clock_id}"
    return (
        Page(base, room(show_replies), "rights.write"),
        Page(base, room(reply), "rights.write", methods=("POST",)),
        Page(f"{base}/{{reply_id}}", room(decide), "rights.write", methods=("POST",)),
        Page("/rights/actions", room(show_actions), "rights.write"),
        Page("/rights/actions", room(add_action), "rights.write", methods=("POST",)),
        Page("/rights/actions/{action_id}/done", room(finish_action), "rights.write", methods=("POST",)),
    )
