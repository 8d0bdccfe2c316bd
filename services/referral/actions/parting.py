"""Records that are not of one person any more: what was said of one of them while they were does not count for the
others, since nobody knows whose word it was."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import agreeing_word, contacting, filing, raising, taking_back
from services.referral.store import cases, channel_before, code_word_before


async def channels(tx: Tx, viewer: Viewer, people: Collection[UUID], now: datetime) -> None:
    """Each channel is no safer than the record's own word had it; the cases hear of it, and the same day somebody asks
    the person of each record. Their numbers are their own again already."""
    parted = await channel_before.part(tx, people, now)
    for one in parted:
        await contacting.tell_now(tx, viewer, one.person_id, one.kind, now)
        await audit.record(tx, [audit.seen(viewer, "channel.parted", "person", one.person_id, (one.kind,))])
    changed = {one.person_id for one in parted}
    await taking_back.by_parting(tx, changed, changed.union(*(one.said_of for one in parted)), now)


async def code_words(tx: Tx, viewer: Viewer, people: Collection[UUID], now: datetime) -> None:
    """Each record has the code word of its own again, and where it had none it has none: somebody agrees one with the
    person the same day."""
    for person_id, has_word in sorted((await code_word_before.part(tx, people)).items()):
        if not has_word:
            found = await cases.of_record(tx, person_id)
            await raising.ask(tx, found, agreeing_word.TASK, filing.end_of_day(now), now, now.isoformat())
        await audit.record(tx, [audit.seen(viewer, "code_word.parted", "person", person_id, ("code_word",))])
