"""The day of birth in a person's sealed details, against the age that the police gave: where it says child, or the age
is not known, the case is decided again by it, since no child is helped by the rules of an adult."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from kit import audit
from kit.database import Tx
from kit.listening import Context
from services.referral.actions import books as stocked
from services.referral.actions.rerouting import rerun
from services.referral.domain.told import OLDEST, by_birth, with_told, years
from services.referral.store import ages


async def compare(tx: Tx, context: Context, born: Sequence[tuple[UUID, str | None]], now: datetime) -> int:
    """Takes the age from the day of birth (ISO) of these cases where it must count; returns of how many."""
    days = {case_id: day for case_id, text in born if (day := _day(text)) is not None}
    found = [
        (known.case_id, age)
        for known in (await ages.of_cases(tx, list(days)) if days else ())
        if 0 <= (age := years(days[known.case_id], known.reported_on)) <= OLDEST
        and known.told is None
        and by_birth(known.age, age)
    ]
    books = await stocked.current(tx, context.facts) if found else None
    for case_id, age in found:
        if books is not None:
            await rerun(tx, case_id, books, now, change=partial(with_told, age=age, sex=None))
            await audit.record(tx, [audit.Entry(None, "system", None, "case.age_by_birth", "case", case_id)])
    return len(found)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
