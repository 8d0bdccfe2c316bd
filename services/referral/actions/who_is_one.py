"""Tells who counts people that a human found records to be of one person, or took that back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from contracts.referral import CaseUpdated
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.announcing import announce
from services.referral.domain.announcing import SYSTEM, built, case_values
from services.referral.domain.facts import facts_of
from services.referral.store import batches, cases, same_person


async def tell(tx: Tx, viewer: Viewer, everybody: Collection[UUID], now: datetime) -> None:
    """Announces, by a case of each record, the id that stands for every record of its person."""
    told = []
    for person_id, case_id in await same_person.a_case_of_each(tx, sorted(everybody)):
        case, routings = await cases.get(tx, case_id), await cases.routings(tx, case_id)
        if case is None or not routings:
            continue
        history = batches.remembered(routings[0].facts["history"])
        values = case_values(facts_of(routings[0].facts["case"]), history, case.reference)
        one = min([person_id, *await same_person.linked(tx, person_id)])
        values |= {"changed": ("same_person",), "removed": case.removed, "revision": case.revision, "same_as": one}
        told.append(built(CaseUpdated, case_id, now, SYSTEM, values))
    await announce(tx, told, viewer.user_id)
