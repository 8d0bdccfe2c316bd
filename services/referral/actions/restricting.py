"""Somebody becomes restricted: their other cases say so too, so that no other service goes on showing them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.referral import CaseUpdated
from kit import audit
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions.announcing import announce
from services.referral.domain.announcing import SYSTEM, built, case_values
from services.referral.domain.facts import facts_of
from services.referral.store import batches, cases, persons

AT_ONCE = 50


async def tell(
    tx: Tx, case_ids: Sequence[UUID], now: datetime, by: UUID | None = None, *, caused_by: Any = None
) -> None:
    """Announces of cases, open or closed, that they are restricted from now on."""
    told = []
    for case_id in case_ids:
        case = await cases.get(tx, case_id)
        routings = await cases.routings(tx, case_id) if case else []
        if case is None or not routings:
            continue
        history = replace(batches.remembered(routings[0].facts["history"]), restricted=True)
        values = case_values(facts_of(routings[0].facts["case"]), history, case.reference)
        values |= {"changed": ("restricted",), "removed": case.removed, "revision": case.revision}
        told.append(built(CaseUpdated, case_id, now, SYSTEM, values))
    await announce(tx, told, by, caused_by=caused_by)


async def spread(tx: Tx, moment: Moment, context: Context) -> int:
    """Restricts every record of a person of whom one is restricted, whatever came to be known first; returns how many.
    What is decided of one record is decided of a person, and nobody acts on a half of which they do not see the
    other."""
    found = await persons.half_restricted(tx, AT_ONCE)
    if found:
        cases_of = await persons.restrict(tx, found)
        await tell(tx, cases_of, moment.now)
        entries = [audit.Entry(None, "system", None, "case.restricted", "case", case_id) for case_id in cases_of]
        await audit.record(tx, entries)
    return len(found)
