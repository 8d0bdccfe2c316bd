"""The end of a referral with a provider cancels the appointments to come under it: in the same transaction, with whose
reason it was, and told with the event that ends it."""

from collections.abc import Sequence
from datetime import datetime

from contracts.case_fact import CaseFact
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.books import support_lists
from services.referral.domain.referral import ReferralState
from services.referral.domain.support import Missed
from services.referral.store import appointments

BY_VERB = {
    "transfer": "transferred",
    "person_declined": "person_declined",
    "not_reached": "not_reached",
    "complete": "support_ended",
    "end_early": "support_ended",
    "decline": "provider_declined",
}
"""What a step that takes the person from a provider is to an appointment; a withdrawal is told by its own reason."""


async def follow(
    tx: Tx,
    viewer: Viewer,
    before: ReferralState,
    after: ReferralState,
    verb: str,
    events: list[CaseFact],
    now: datetime,
) -> list[CaseFact]:
    """Cancels what was booked with the provider who had the referral before this step, where the step takes it from
    them; the events of the step, which tell how many were."""
    ends = after.ended_at is not None or verb == "decline"
    if before.leg_id is None or before.ended_at is not None or not ends:
        return events
    why = reason_of(before, verb, after.reason)
    gone = await appointments.cancel(tx, before.leg_id, why.whose, why.code, viewer.user_id, now)
    seen = audit.seen(viewer, "appointment.cancelled", "case", after.case_id, ("appointment",), why.code)
    await audit.record(tx, [seen for _ in gone])
    return _with(events, len(gone)) if gone else events


def reason_of(before: ReferralState, verb: str, reason: str | None) -> Missed:
    """Whose reason it is that an appointment is off, and which. A withdrawal is the hub's unless its reason is the
    person's; and the end of what was shared without the person's agreement is the hub's too."""
    listed = {one.code: one for one in support_lists().cancelled}
    code = BY_VERB.get(verb, reason or "")
    if code == "agreement_withdrawn" and before.gate == "override":
        code = ""
    return listed.get(code, listed["referral_withdrawn"])


def _with(events: Sequence[CaseFact], count: int) -> list[CaseFact]:
    return [
        each.model_copy(update={"appointments_cancelled": count})
        if "appointments_cancelled" in type(each).model_fields
        else each
        for each in events
    ]
