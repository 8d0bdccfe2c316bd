"""Related clocks, beside the Code: kept with every decision of a case, called over by the timer, warned of once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from contracts.code_compliance import RelatedClockFact
from kit import outbox
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.code_compliance.domain.entitlements import Key
from services.code_compliance.domain.related_held import Held, passed, warned
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.reference.oversight import Warning
from services.code_compliance.store import related

AT_ONCE = 2000
Kept = list[tuple[UUID, Held]]


def changed(case_id: UUID, before: Mapping[Key, Held], after: Mapping[Key, Held]) -> Kept:
    """The related clocks of a case that stand otherwise than before."""
    return [(case_id, held) for key, held in after.items() if before.get(key) != held]


async def mark_over(tx: Tx, moment: Moment, context: Context) -> int:
    """Calls related clocks over whose last day had passed at an instant up to which everything told was applied."""
    if moment.applied_until is None:
        return 0
    rules: Rulebook = context.facts
    found = await related.fire(tx, min(moment.now, moment.applied_until), AT_ONCE)
    await _announce(tx, [passed(case_id, crime_id, held, rules, moment.now) for case_id, crime_id, held in found])
    return len(found)


async def warn(
    tx: Tx, moment: Moment, context: Context, warnings: Sequence[Warning], within: timedelta, at_once: int
) -> int:
    """Warns roles of related clocks that run out, each once for each share of its time."""
    rules: Rulebook = context.facts
    written = 0
    for each in warnings:
        found = await related.warn(tx, moment.now, within, each.fraction, each.role, each.least, at_once)
        facts = [warned(case, crime, held, each.role, each.fraction, rules, moment.now) for case, crime, held in found]
        await _announce(tx, facts)
        written += len(found)
    return written


async def _announce(tx: Tx, facts: Sequence[RelatedClockFact]) -> None:
    await outbox.add(tx, facts)
