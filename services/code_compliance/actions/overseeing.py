"""Keeps the counts of oversight: months in which something changed are counted afresh, never added to."""

from collections import Counter

from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.code_compliance.domain.oversight import working_days
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.store import oversight

MONTHS_AT_ONCE = 4


async def count_months(tx: Tx, moment: Moment, context: Context) -> int:
    """Counts some of the months in which something changed. Safe to repeat: a month is emptied first."""
    rules: Rulebook = context.facts
    months = await oversight.take_stale(tx, MONTHS_AT_ONCE, moment.now)
    for month in months:
        days: Counter[tuple[str, bool, int]] = Counter()
        for span in await oversight.count_month(tx, month, moment.now):
            passed = working_days(span.began, span.done, rules.calendar)
            days[span.entitlement, span.restricted, passed] += span.number
        await oversight.keep_days(tx, month, [(*key, number) for key, number in sorted(days.items())])
    return len(months)
