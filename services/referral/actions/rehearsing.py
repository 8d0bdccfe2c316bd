"""Rule rehearsal: stored facts of a period decided again by the rules in force and by a draft, before it is adopted."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.working_time import LONDON, local_day
from kit import audit
from kit.database import Tx
from services.referral.domain.books import Books
from services.referral.domain.routing import Routing, compile_book, route
from services.referral.store import rehearsals
from services.referral.store.rehearsals import LISTED, Rehearsal

KINDS = ("lines", "offers", "holds", "doors")


def differences(before: Routing, after: Routing) -> list[str]:
    """What the draft would change in one case: "line general lost", "hold stalking added"."""
    found = []
    for kind in KINDS:
        old, new = set(getattr(before, kind)), set(getattr(after, kind))
        found += [f"{kind.removesuffix('s')} {name} added" for name in sorted(new - old)]
        found += [f"{kind.removesuffix('s')} {name} lost" for name in sorted(old - new)]
    return found


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
    counts: Counter[str] = Counter()
    listed: list[tuple[UUID, list[str]]] = []
    cases = changed = 0
    async for case_id, facts, history in rehearsals.stored(tx, _start(since), _start(until + timedelta(days=1))):
        cases += 1
        found = differences(route(facts, history, books.on(facts.reported_on).rules), route(facts, history, draft))
        if found:
            changed += 1
            counts.update(found)
            if len(listed) < LISTED:
                listed.append((case_id, found))
    made = Rehearsal(rehearsal_id, now, file, draft.version, since, until, cases, changed, dict(counts))
    await rehearsals.keep(tx, made, listed)
    await audit.record(tx, [audit.Entry(None, "operator", None, "rules.rehearsed", "rehearsal", rehearsal_id)])
    return made


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)
