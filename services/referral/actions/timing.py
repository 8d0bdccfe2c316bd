"""On which days and at what hours a channel is safe, as somebody says who has spoken to the person."""

from uuid import UUID

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import contacting
from services.referral.domain.safe_times import days_of, hours_of
from services.referral.store import contact


async def keep(tx: Tx, viewer: Viewer, case_id: UUID, channel: str, days: str, hours: str) -> None:
    """Writes them down for every record of the person; an empty text leaves what is known. The channel has been called
    safe just now. Refused where they cannot be read: only what can be is kept in clear."""
    if days and days_of(days) is None:
        raise Refused("days", "days_unreadable")
    if hours and hours_of(hours) is None:
        raise Refused("hours", "hours_unreadable")
    if not days and not hours:
        return
    person_id = await contacting.person_of(tx, case_id)
    people = [person_id, *await contact.holders(tx, person_id, channel)]
    await contact.set_times(tx, people, channel, days or None, hours or None)
    told = tuple(name for name, text in (("days", days), ("hours", hours)) if text)
    await audit.record(tx, [audit.seen(viewer, "channel.times_set", "case", case_id, (channel, *told))])
