"""Code words that are others reach the links that left before: their pages ask the new ones."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from secrets import token_hex
from uuid import UUID

from contracts.identity import word_proof_kind
from contracts.referral import ContactWordChanged
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import code_words
from services.referral.actions.announcing import announce
from services.referral.store import contact, persons

LONGEST = timedelta(days=60)
"""No link that asks for a word works for so long."""

Words = dict[UUID, list[str]]


async def words_of(tx: Tx, sealer: Sealer, people: Collection[UUID], now: datetime) -> Words:
    """The code words as they are of each of these people, by every record of theirs, to whom a link has left that may
    still work."""
    sent = await contact.links_sent(tx, await persons.with_linked(tx, people), now - LONGEST)
    people = sorted({one.person_id for one in sent})
    return {person: [] for person in people} | await _whole(tx, sealer, people)


async def _whole(tx: Tx, sealer: Sealer, people: Collection[UUID]) -> Words:
    """Their words by every record, whoever asks: a page compares them, and nobody reads them."""
    async with persons.seen_whole(tx):
        return await code_words.of_people(tx, sealer, people)


async def proofs_of(tx: Tx, sealer: Sealer, person_id: UUID, request_id: UUID) -> list[str]:
    """What the page behind a link knows each code word of the person by, without holding it."""
    return _proofs(sealer, request_id, (await _whole(tx, sealer, [person_id])).get(person_id, ()))


def _proofs(sealer: Sealer, request_id: UUID, words: Sequence[str]) -> list[str]:
    return [sealer.blind(word_proof_kind(request_id), word).hex() for word in words]


async def follow(tx: Tx, sealer: Sealer, before: Words, now: datetime, by: UUID | None, by_role: str) -> None:
    """Tells of each link of those whose words are others now than `before`; where there is none any more, nobody knows
    what it asks for until one is agreed."""
    after: Words = {one: [] for one in before} | await _whole(tx, sealer, before)
    new = {one: words for one, words in after.items() if set(words) != set(before[one])}
    told = []
    for link in await contact.links_sent(tx, new, now - LONGEST):
        first, *others = _proofs(sealer, link.request_id, new[link.person_id] or [token_hex()])
        told.append(
            ContactWordChanged(
                case_id=link.case_id,
                request_id=link.request_id,
                word_proof=first,
                other_proofs=tuple(others),
                happened_at=now,
                actor_role=by_role,
            )
        )
    await announce(tx, told, by)


@asynccontextmanager
async def followed(
    tx: Tx, sealer: Sealer, people: Collection[UUID], viewer: Viewer, now: datetime
) -> AsyncIterator[None]:
    """What is decided within it of who these people are reaches the links that were sent to them."""
    before = await words_of(tx, sealer, people, now)
    yield
    await follow(tx, sealer, before, now, viewer.user_id, viewer.role)
