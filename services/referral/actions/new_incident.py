"""A new incident makes every channel unknown, and says so: what rests on a channel that was safe has to stop."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.referral import ContactSafetyChanged
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.announcing import announce
from services.referral.store import unsure
from services.referral.store.unsure import Shut

WHY = "new_incident"
NO_CAUSES: Mapping[UUID, Any] = {}


async def tell(
    tx: Tx,
    shut: Sequence[Shut],
    causes: Mapping[UUID, Any] = NO_CAUSES,
    by: UUID | None = None,
    role: str = "system",
    why: str = WHY,
) -> int:
    """Announces, once for each case known before, the channels that are not safe any more; returns how many.

    A channel that the new report itself calls safe did not change. `causes`: the event that told of the incident, by
    person. Closed cases hear of it too: what was sent for them may still be opened.
    """
    safe = await unsure.safe_now(tx, {one.person_id for one in shut}) if shut else {}
    told: dict[tuple[UUID, str], tuple[ContactSafetyChanged, Any]] = {}
    for one in shut:
        still = safe.get(one.person_id, ())
        for case_id in one.cases if one.kind not in still else ():
            event = ContactSafetyChanged(
                case_id=case_id,
                channel=one.kind,
                safety="unknown",
                reason_code=why,
                channels_safe=still,
                happened_at=one.at,
                actor_role=role,
            )
            told[case_id, one.kind] = event, causes.get(one.person_id)
    await announce(
        tx, [event for event, _ in told.values()], by, caused_by=[cause for _, cause in told.values()] or None
    )
    return len(told)


async def of_linked(tx: Tx, viewer: Viewer, people: Sequence[UUID], now: datetime) -> None:
    """Records that were found to be of one person: the newest incident of any of them makes unknown what was said
    before it of the others."""
    at = await unsure.newest_incident(tx, people)
    if at is not None:
        shut = await unsure.make_unknown(tx, dict.fromkeys(people, min(at, now)))
        await tell(tx, shut, by=viewer.user_id, role=viewer.role)
