"""A code word that is another one reaches the links that left before: their pages ask the new one."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from contracts.identity import word_proof_kind
from contracts.referral import ContactWordChanged
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import beside
from services.referral.actions.announcing import announce
from services.referral.store import contact, persons

LONGEST = timedelta(days=60)
"""No link that asks for a word works for so long."""


async def words_of(tx: Tx, sealer: Sealer, people: Collection[UUID], now: datetime) -> Mapping[UUID, str | None]:
    """The code word as it is of each of these people, by every record of theirs, to whom a link has left that may still
    work."""
    sent = await contact.links_sent(tx, await persons.with_linked(tx, people), now - LONGEST)
    return {person: await beside.code_word(tx, sealer, person) for person in sorted({one.person_id for one in sent})}


async def follow(
    tx: Tx, sealer: Sealer, before: Mapping[UUID, str | None], now: datetime, by: UUID | None, by_role: str
) -> None:
    """Tells of each link of those whose word is another one now than `before`."""
    after = {person: await beside.code_word(tx, sealer, person) for person in before}
    new = {person: word for person, word in after.items() if word and word != before[person]}
    told = [
        ContactWordChanged(
            case_id=one.case_id,
            request_id=one.request_id,
            word_proof=sealer.blind(word_proof_kind(one.request_id), new[one.person_id]).hex(),
            happened_at=now,
            actor_role=by_role,
        )
        for one in await contact.links_sent(tx, new, now - LONGEST)
    ]
    await announce(tx, told, by)
