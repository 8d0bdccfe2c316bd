"""Who is asked: windows opened by the end of a referral, decided by the timer, answered by referral."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.envelope import Announcement
from contracts.referral import ContactSent, ContactWithheld
from contracts.working_time import local_day
from kit import outbox
from kit.database import Tx
from kit.inbox import Received
from kit.listening import Context
from kit.service import Moment
from services.feedback.domain import announcing, window
from services.feedback.domain.quiet import quiet
from services.feedback.domain.window import Window
from services.feedback.reference import Rules
from services.feedback.store import windows

AT_ONCE = 1000


async def decide(tx: Tx, moment: Moment, context: Context) -> int:
    """Decides windows that are due at an instant up to which everything told to us has been applied: asked, or
    withheld with the reason. Returns how many."""
    if moment.applied_until is None:
        return 0
    rules: Rules = context.facts
    now, today = moment.now, local_day(moment.now)
    times, asking = rules.quiet(today), rules.asking(today)
    asked: set[UUID] = set()
    changed: list[Window] = []
    told: list[Announcement] = []
    requests: list[Window] = []
    due = await windows.due(tx, min(now, moment.applied_until), AT_ONCE)
    for before, person, known in due:
        if person in asked:
            known = replace(known, asked=(*known.asked, today))
        after = window.decided(before, quiet(known, times, today), now)
        changed.append(after)
        if after.state == "requested":
            asked.add(person)
            requests.append(after)
            told.append(announcing.requested(after, now, asking))
        elif window.announces(before, after):
            told.append(announcing.withheld(after, now))
    await windows.save(tx, changed)
    await windows.ask(tx, requests, now, now + timedelta(days=asking.send_within))
    await outbox.add(tx, told)
    return len(due)


async def ask_again(tx: Tx, moment: Moment, context: Context) -> int:
    """Asks the times of quiet again while an invitation rests: what became quiet meanwhile takes it back before it
    leaves. Returns how many."""
    rules: Rules = context.facts
    now, today = moment.now, local_day(moment.now)
    changed: list[Window] = []
    for before, known in await windows.resting(tx, now, AT_ONCE):
        if (found := quiet(known, rules.quiet(today), today)) is not None:
            changed.append(replace(window.decided(before, found, now), channel=None))
    if changed:
        await windows.save(tx, changed)
        await windows.set_tokens(tx, [(one.window_id, None, now) for one in changed])
        await windows.answer(tx, {one.request_id: ("withheld", one.reason, now) for one in changed})
        await outbox.add(tx, [announcing.withheld(one, now) for one in changed])
    return len(changed)


async def lapse(tx: Tx, moment: Moment, context: Context) -> int:
    """Withholds what was asked for and not answered in time. Returns how many."""
    if moment.applied_until is None:
        return 0
    late = await windows.late_requests(tx, min(moment.now, moment.applied_until), AT_ONCE)
    if late:
        await _close(tx, dict.fromkeys(late, ("none", "too_late", moment.now, None)))
    return len(late)


async def on_answers(tx: Tx, events: Sequence[Received[ContactSent | ContactWithheld]], rules: Rules) -> None:
    """Referral's answers to our requests; those to other services' requests are not ours to hear. What was said to be
    sent can still be withheld: the check is made again when the message leaves."""
    answers: dict[UUID, tuple[str, str | None, datetime, Received[Any] | None]] = {}
    for event in events:
        data = event.data
        if isinstance(data, ContactSent):
            answers.setdefault(data.request_id, ("sent", None, event.time, event))
        else:
            answers.setdefault(data.request_id, ("withheld", data.reason, event.time, event))
    await _close(tx, answers, rules)


async def _close(
    tx: Tx,
    answers: dict[UUID, tuple[str, str | None, datetime, Received[Any] | None]],
    rules: Rules | None = None,
) -> None:
    ours = await windows.asked(tx, list(answers))
    held = await windows.load(tx, [one.window_id for one in ours])
    heard: dict[UUID, tuple[str, str | None, datetime]] = {}
    changed: list[Window] = []
    told: list[Announcement] = []
    causes: list[Received[Any] | None] = []
    tokens: list[tuple[UUID, str | None, datetime]] = []
    rests: dict[UUID, datetime] = {}
    for one in ours:
        before = held[one.window_id]
        what, reason, at, event = answers[one.request_id]
        takes = window.takes(before, one.request_id, one.answer, what, used=one.used)
        if takes or one.answer is None:
            heard[one.request_id] = what, reason, at
        if not takes:
            continue
        if event is not None and isinstance(event.data, ContactSent) and rules is not None:
            after = window.sent(before, event.data.channel)
            until = (event.data.waits_until or at) + timedelta(days=rules.asking(local_day(at)).answer_within)
            tokens.append((one.window_id, event.data.token_sha256, until))
            told.append(announcing.invited(after, at))
            if event.data.waits_until is not None:
                rests[one.request_id] = event.data.waits_until
        else:
            after = window.withheld(before, reason or "other")
            tokens.append((one.window_id, None, at))
            told.append(announcing.withheld(after, at))
        changed.append(after)
        causes.append(event)
    await windows.answer(tx, heard)
    await windows.rest(tx, rests)
    await windows.save(tx, changed)
    await windows.set_tokens(tx, tokens)
    await outbox.add(tx, told, caused_by=causes)
