"""What is announced is also kept: one call writes the outbox and the timelines of the cases."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from contracts.envelope import Announcement
from kit import outbox
from kit.database import Tx
from services.referral.store import timeline


async def announce(
    tx: Tx, events: Sequence[Announcement], actor_id: UUID | None = None, *, caused_by: Any = None
) -> None:
    """Announces `events` in order, with their cause, and appends them to the timelines of their cases."""
    texts = await outbox.add(tx, events, caused_by=caused_by)
    await timeline.keep(tx, events, texts, actor_id)
