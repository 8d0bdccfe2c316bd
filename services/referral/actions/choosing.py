"""What the person chose among the offers of their case: by-and-for, an LGBT+ adviser, an interpreter. Nothing leaves by
itself because of it: it opens the doors of those who are there only for people who chose them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.rerouting import rerun
from services.referral.domain import worker_asked
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts, facts_of
from services.referral.store import cases


async def chosen(tx: Tx, case_id: UUID) -> tuple[str, ...]:
    """What the person has chosen by now."""
    routings = await cases.routings(tx, case_id)
    return tuple(sorted(facts_of(routings[0].facts["case"]).choices)) if routings else ()


async def choose(
    tx: Tx, viewer: Viewer, case_id: UUID, wanted: Collection[str], shown: Collection[str], books: Books, now: datetime
) -> bool:
    """Writes down what the person chose, instead of what they chose before; False when that was written down already.

    Refused where something was not offered, where something else was written down since `shown` was, and where the case
    is closed.
    """
    held = await cases.load(tx, case_id)
    may = {*(held.offers if held else ()), *(worker_asked.WHICH if held and worker_asked.OFFER in held.offers else ())}
    if held is None or not set(wanted) <= may:
        raise Refused("choice", "not_in_the_list")
    if not worker_asked.is_whole(wanted):
        raise Refused("which", "missing")
    before = await chosen(tx, case_id)
    if set(wanted) == set(before) & may:
        return False
    if set(shown) != set(before) or held.state == "closed":
        raise Refused("choice", "changed_meanwhile")

    def change(facts: CaseFacts) -> CaseFacts:
        others = [choice for choice in facts.choices if choice not in may]
        return replace(facts, choices=(*others, *sorted(wanted)))

    await rerun(tx, case_id, books, now, change=change, by=viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "case.choice_written", "case", case_id, tuple(sorted(wanted)))])
    return True
