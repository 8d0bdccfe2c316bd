"""Rule rehearsal: stored facts of a period decided again by the rules in force and by a draft, before it is adopted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.refused import Refused
from contracts.working_time import LONDON, local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.domain.books import Books
from services.referral.domain.draft_text import Unusable, read_draft
from services.referral.domain.routing import Routing, RuleBook, compile_book, route
from services.referral.store import rehearsals
from services.referral.store.rehearsals import Rehearsal, Stored

KINDS = ("lines", "offers", "holds", "doors")
AT_ONCE = 250
"""Cases that are replayed at a time."""
PUT_IN = "put in on a page"


def differences(before: Routing, after: Routing) -> list[str]:
    """What the draft would change in one case: "line general lost", "hold stalking added"."""
    found = []
    for kind in KINDS:
        old, new = set(getattr(before, kind)), set(getattr(after, kind))
        found += [f"{kind.removesuffix('s')} {name} added" for name in sorted(new - old)]
        found += [f"{kind.removesuffix('s')} {name} lost" for name in sorted(old - new)]
    return found


def _replayed(
    held: Rehearsal, found: Sequence[Stored], draft: RuleBook, books: Books
) -> tuple[Rehearsal, list[tuple[UUID, list[str]]]]:
    """How far the rehearsal is after these cases, and those of them that would change."""
    counts, open_counts = Counter(held.counts), Counter(held.open_counts)
    listed: list[tuple[UUID, list[str]]] = []
    open_changed = 0
    for one in found:
        rules = books.on(one.facts.reported_on).rules
        would = differences(route(one.facts, one.history, rules), route(one.facts, one.history, draft))
        if would:
            listed.append((one.case_id, would))
            counts.update(would)
            open_counts.update(() if one.restricted else would)
            open_changed += not one.restricted
    made = replace(
        held,
        cases=held.cases + len(found),
        changed=held.changed + len(listed),
        counts=dict(counts),
        open_cases=held.open_cases + sum(not one.restricted for one in found),
        open_changed=held.open_changed + open_changed,
        open_counts=dict(open_counts),
        after=found[-1].case_id if found else held.after,
        state="running" if len(found) == AT_ONCE else "done",
    )
    return made, listed


async def _step(tx: Tx, held: Rehearsal, draft: RuleBook, books: Books) -> tuple[Rehearsal, int]:
    since, until = _start(held.since), _start(held.until + timedelta(days=1))
    if held.total is None:
        held = replace(held, total=await rehearsals.count(tx, since, until))
    found = await rehearsals.following(tx, since, until, held.after, AT_ONCE)
    made, listed = _replayed(held, found, draft, books)
    await rehearsals.advance(tx, made, listed)
    return made, len(found)


async def rehearse(
    tx: Tx,
    rehearsal_id: UUID,
    file: str,
    document: Mapping[str, Any],
    since: date,
    until: date,
    books: Books,
    now: datetime,
) -> Rehearsal:
    """Replays the cases reported from `since` to `until`, both included, and keeps what came of it.

    Raises BadRule where the draft cannot be used. Nothing of a case changes.
    """
    draft = compile_book(file, document, books.on(local_day(now)).policy.opt_in)
    made = Rehearsal(rehearsal_id, now, file, draft.version, since, until, 0, 0, {}, state="running")
    await rehearsals.begin(tx, made)
    while made.state == "running":
        made, _ = await _step(tx, made, draft, books)
    await audit.record(tx, [audit.Entry(None, "operator", None, "rules.rehearsed", "rehearsal", rehearsal_id)])
    return made


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


def new_id() -> UUID:
    return uuid4()


async def ask(
    tx: Tx, viewer: Viewer, rehearsal_id: UUID, text: str, since: date, until: date, books: Books, now: datetime
) -> None:
    """Lets the worker replay a period against a draft that somebody put in; the same id again changes nothing.

    Raises Unusable where the draft cannot be used; Refused while another is rehearsed.
    """
    book = read_draft(text, books.on(local_day(now)).policy.opt_in)
    if await rehearsals.get(tx, rehearsal_id) is not None:
        return
    if await rehearsals.is_running(tx):
        raise Refused("draft", "is_running")
    made = Rehearsal(
        *(rehearsal_id, now, PUT_IN, book.version, since, until, 0, 0, {}), state="running", asked_by=viewer.user_id
    )
    await rehearsals.begin(tx, made, text)
    await audit.record(tx, [audit.seen(viewer, "rules.rehearsal_asked", "rehearsal", rehearsal_id)])


async def stop(tx: Tx, viewer: Viewer, rehearsal_id: UUID) -> bool:
    """Stops a rehearsal that is going on; False where it is over."""
    done = await rehearsals.stop(tx, rehearsal_id)
    if done:
        await audit.record(tx, [audit.seen(viewer, "rules.rehearsal_stopped", "rehearsal", rehearsal_id)])
    return done


_READ: dict[UUID, RuleBook] = {}
"""The draft that is rehearsed now, read once."""


def _book(rehearsal_id: UUID, text: str, books: Books, day: date) -> RuleBook:
    if rehearsal_id not in _READ:
        _READ.clear()
        _READ[rehearsal_id] = read_draft(text, books.on(day).policy.opt_in)
    return _READ[rehearsal_id]


async def carry_on(tx: Tx, moment: Moment, context: Context) -> int:
    """Replays the next cases of the rehearsal that is going on, few at a time, so that nobody waits for it."""
    held = await rehearsals.running(tx)
    if held is None:
        return 0
    try:
        text = await rehearsals.body(tx, held.rehearsal_id) or ""
        draft = _book(held.rehearsal_id, text, context.facts, local_day(held.at))
    except Unusable as unusable:
        await rehearsals.advance(tx, replace(held, state="failed", why=unusable.words), [])
        return 0
    made, found = await _step(tx, held, draft, context.facts)
    if made.state == "done":
        await audit.record(tx, [audit.Entry(None, "system", None, "rules.rehearsed", "rehearsal", held.rehearsal_id)])
    return found
