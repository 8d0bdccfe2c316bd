"""Warns roles before clocks run out, once for each share of the clock that the data names, and announces it."""

from datetime import timedelta

from kit import outbox
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.code_compliance.actions import relating
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.warned import time_passed
from services.code_compliance.reference.oversight import warned_within_days, warnings
from services.code_compliance.store import forecast

AT_ONCE = 5000
KEPT = timedelta(days=90)


async def warn(tx: Tx, moment: Moment, context: Context) -> int:
    """Gives the warnings that are due now, those of related clocks too. A clock that got another day warns again;
    nothing warns twice."""
    rules: Rulebook = context.facts
    written = 0
    for each in warnings():
        within = timedelta(days=warned_within_days())
        found = await forecast.warn(tx, moment.now, within, each.fraction, each.role, each.least, AT_ONCE)
        await outbox.add(tx, [time_passed(clock, each.role, each.fraction, rules, moment.now) for clock in found])
        written += len(found)
    within = timedelta(days=warned_within_days("related"))
    written += await relating.warn(tx, moment, context, warnings("related"), within, AT_ONCE)
    await forecast.forget_warnings(tx, moment.now - KEPT)
    return written
