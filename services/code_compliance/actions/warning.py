"""Warns roles before clocks run out, once for each share of the clock that the data names."""

from datetime import timedelta

from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.code_compliance.reference.oversight import warned_within_days, warnings
from services.code_compliance.store import forecast

AT_ONCE = 5000
KEPT = timedelta(days=90)


async def warn(tx: Tx, moment: Moment, _: Context) -> int:
    """Writes the warnings that are due now. A clock that got another day warns again; nothing warns twice."""
    written = 0
    for each in warnings():
        least, within = timedelta(days=each.least_days), timedelta(days=warned_within_days())
        written += await forecast.warn(tx, moment.now, within, each.fraction, each.role, least, AT_ONCE)
    await forecast.forget_warnings(tx, moment.now - KEPT)
    return written
