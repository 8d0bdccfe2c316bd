"""What follows from a step of an offer that is followed on a case: it is told, where a right may ask for it."""

from datetime import datetime
from uuid import UUID

from contracts.referral import OfferStepTaken
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.announcing import announce
from services.referral.store import cases
from services.referral.store.cases import Case

OF_THE_CODE = frozenset({"restorative_justice", "special_measures", "personal_statement", "business_statement"})
"""Offers that a right of the Victims' Code asks for; what becomes of any other is told to nobody."""


async def taken(tx: Tx, viewer: Viewer, case: Case, step_id: UUID, offer: str, step: str, now: datetime) -> None:
    """A step was written down."""
    if offer not in OF_THE_CODE:
        return
    await cases.load(tx, case.case_id)  # before its events are numbered, as the consumers do
    told = OfferStepTaken(
        case_id=case.case_id, happened_at=now, actor_role=viewer.role, step_id=step_id, offer=offer, step=step
    )
    await announce(tx, [told], viewer.user_id)
