"""Whether a channel still stands as a page showed it, so that an older page lifts no lock and overwrites no warning."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.vocabulary import CHANNELS
from kit.database import Tx
from services.referral.domain import shown
from services.referral.store import contact
from services.referral.store.contact import Channel


@dataclass(frozen=True, slots=True)
class Moved:
    """A channel that is not as it was shown. `set_anew`: somebody set it, at its `set_at`; `again`: what is asked for
    was done just now by the same viewer; `safer`: what is asked for only shuts it, or leaves it shut."""

    channel: Channel
    set_anew: bool
    again: bool
    safer: bool


async def marks(tx: Tx, person_id: UUID) -> dict[str, str]:
    """Every channel of the person as it stands, one mark each."""
    held = {channel.kind: channel for channel in await contact.channels(tx, person_id)}
    numbers = await contact.digests(tx, person_id)
    return {kind: _mark(held.get(kind, Channel(person_id, kind, "unknown")), numbers.get(kind)) for kind in CHANNELS}


def _mark(channel: Channel, number: bytes | None) -> str:
    locked = (channel.locked_at, channel.locked_why)
    return shown.mark(channel.set_at, channel.safety, *locked, channel.set_by_role, number.hex() if number else None)


async def moved(
    tx: Tx, person_id: UUID, kind: str, was_shown: str, wanted: str, viewer: UUID, now: datetime
) -> Moved | None:
    """What became of a channel since `was_shown` was made; None where it stands as it was. Its row is held until the
    transaction ends, so that what is decided here still holds when it is written."""
    setter = await contact.hold(tx, person_id, kind)
    before = shown.read(was_shown).get(kind, "")
    if (await marks(tx, person_id))[kind] == before:
        return None
    channels = {channel.kind: channel for channel in await contact.channels(tx, person_id)}
    channel = channels.get(kind, Channel(person_id, kind, "unknown"))
    mine = setter == viewer and channel.set_at is not None and now - channel.set_at <= shown.JUST_NOW
    again = mine and channel.safety == wanted and not channel.locked
    set_anew = not shown.same_moment(before, channel.set_at)
    # Where nobody set it, the number is another one than the page showed: nothing was said of that.
    safer = set_anew and (wanted == "unsafe" or (wanted == "unknown" and channel.is_safe))
    return Moved(channel, set_anew, again, safer)
