"""A provider's manager says posts and spend, and signs the quarter's figures: frozen bytes with a name and a time."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import CannotOpen, Sealer, unseal
from services.referral.actions import sealing
from services.referral.domain import monitoring as file
from services.referral.domain.performance import Quarter
from services.referral.store import monitoring
from services.referral.store.monitoring import PostSpend, Signed


async def say_posts(tx: Tx, viewer: Viewer, rows: Sequence[PostSpend]) -> None:
    await monitoring.say(tx, rows)
    fields = tuple(row.strand for row in rows)
    await audit.record(tx, [audit.seen(viewer, "monitoring.posts_said", "provider", viewer.organisation_id, fields)])


async def sign(
    tx: Tx,
    viewer: Viewer,
    sealer: Sealer,
    return_id: UUID,
    quarter: Quarter,
    provider: str,
    strands: Sequence[str],
    now: datetime,
    seen: Sequence[file.Line],
) -> None:
    """Freezes the quarter's figures. Refused while it runs, without posts and spend of every strand, where nothing
    differs from what was signed last, and where they are not those that the manager has `seen`. The same return again
    changes nothing, and is refused with other figures than those that were signed."""
    before = await monitoring.one_signed(tx, return_id)
    if before is not None:
        return _same(before, seen)
    if now < quarter.ends:
        raise Refused("period", "not_over")
    if viewer.organisation_id is None or set(strands) - {one.strand for one in await monitoring.said(tx, quarter.name)}:
        raise Refused("posts", "not_said")
    lines = await monitoring.drawn(tx, quarter)
    held = await monitoring.signed(tx, quarter.name)
    for row in held:
        if row.return_id == return_id:
            return _same(row, seen)  # the same form, sent twice at once: the other was quicker by a moment
    if held and file.read(held[0].file) == file.in_order(lines):
        raise Refused("period", "nothing_changed")
    if file.differences(seen, lines):
        raise Refused("figures", "look_again")
    data = file.write(str(return_id), provider, quarter.name, lines)
    name = await sealing.close_text(
        sealer, viewer.user_id, viewer.name, sealing.place("monitoring_return", "signed_name", return_id)
    )
    digest = hashlib.sha256(data).hexdigest()
    of = (return_id, viewer.organisation_id, quarter.name, len(held) + 1)
    await monitoring.add_signed(tx, Signed(*of, data, digest, now, viewer.user_id, name))
    await audit.record(tx, [audit.seen(viewer, "monitoring.signed", "return", return_id, (quarter.name,))])


def _same(before: Signed, seen: Sequence[file.Line]) -> None:
    if file.differences(seen, file.read(before.file)):
        raise Refused("return_id", "signed_before")


async def signer(sealer: Sealer, row: Signed) -> str:
    """The name under a signed return; that it is forgotten, where its key is gone."""
    key = (await sealer.data_keys([row.signed_by])).get(row.signed_by)
    place = sealing.place("monitoring_return", "signed_name", row.return_id)
    try:
        return unseal(key, row.signed_name, place) if key else "A manager who has left"
    except CannotOpen:
        return "A manager who has left"


def whole(row: Signed) -> bool:
    """Whether the bytes are still those that were signed."""
    return hashlib.sha256(row.file).hexdigest() == row.sha256
