"""What is a matter of life safety and taken by nobody is told to whoever is on duty, by name, day and night."""

from datetime import timedelta

from contracts.working_time import local_day
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import noticing
from services.referral.domain.duty import on_now
from services.referral.store import cases, duty

AT_ONCE = 100


async def tell(tx: Tx, moment: Moment, context: Context) -> int:
    """Tells of each once; officers and leaders where nobody is on duty, or may see it. Returns how many."""
    now = moment.now
    waited = timedelta(minutes=context.facts.standards_on(local_day(now)).urgent_untaken_minutes)
    found = await duty.untaken(tx, now, waited, AT_ONCE)
    there = [shift.worker_id for shift in on_now(await duty.shifts(tx, now), now)] if found else []
    for case_id in found:
        case = await cases.get(tx, case_id)
        assert case is not None
        await noticing.tell_first(tx, "urgent_untaken", case, there, now)
    return len(found)
