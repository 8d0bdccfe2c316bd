"""Numbers are indexed again, once, after the way of writing them for their index has changed: else a lock by number
would not know those that were kept before, until their details came again. So are names, once by each further way in
which a person is found by theirs."""

from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions.sealing import PHONES, Details, digests, in_clear, phone, value_index
from services.referral.store import details, locks, number_index
from services.referral.store.number_index import Indexed, Moved

MADE_BY = 2
"""Counted up when `sealing.value_index` or `sealing.phone` changes."""
NAMES_MADE_BY = 101
"""Counted up when `sealing.digests` finds a person by more of their name."""
BATCH = 200


async def index_again(tx: Tx, moment: Moment, context: Context) -> int:
    """Indexes the numbers of the next records; returns how many records, 0 when it was done once. What has a locked
    number is locked by it, and told. A locked number that no record holds any more cannot be read, and stays."""
    since = await number_index.up_to(tx, MADE_BY)
    if since is None:
        return 0
    people = await number_index.after(tx, since, PHONES, BATCH)
    if not people:
        await number_index.done(tx, MADE_BY, moment.now)
        return 0
    await _index(tx, context, await number_index.sealed(tx, people, PHONES), moment)
    await number_index.came_to(tx, MADE_BY, people[-1])
    return len(people)


async def _index(tx: Tx, context: Context, held: list[Indexed], moment: Moment) -> None:
    sealer = context.sealer
    keys = await sealer.data_keys({one.person_id for one in held})
    moved, found = set(), set()
    for one in held:
        clear = in_clear(keys.get(one.person_id), "channel", one.person_id, {one.kind: one.value}, plain=True)
        if (text := clear.get(one.kind)) is None:
            continue
        new = value_index(sealer, one.kind, text)
        if new != one.value_index:
            moved.add(Moved(one.person_id, one.value_index, new))
        if phone(text):
            found.add(("phone", sealer.blind("phone", phone(text)), one.person_id))
    people = sorted({one.person_id for one in moved})
    if people:
        await number_index.move(tx, sorted(moved, key=lambda one: one.person_id))
        await details.index(tx, sorted(entry for entry in found if entry[2] in people))
        await locks.follow(tx, people, moment.now)


async def names_again(tx: Tx, moment: Moment, context: Context) -> int:
    """Indexes the names of the next records; returns how many, 0 when it was done once. Nobody is asked about by it:
    whoever is told of from then on is held against them."""
    since = await number_index.up_to(tx, NAMES_MADE_BY)
    if since is None:
        return 0
    named = await details.named_after(tx, since, BATCH)
    if not named:
        await number_index.done(tx, NAMES_MADE_BY, moment.now)
        return 0
    keys = await context.sealer.data_keys(named)
    found = set()
    for person_id, closed in named.items():
        given = Details.model_validate(in_clear(keys.get(person_id), "person_sealed", person_id, closed))
        found |= {(kind, digest, person_id) for kind, digest in digests(context.sealer, given)}
    await details.index(tx, sorted(found))
    await number_index.came_to(tx, NAMES_MADE_BY, max(named))
    return len(named)
