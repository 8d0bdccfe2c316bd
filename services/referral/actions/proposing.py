"""Who could be tried next: the provider's better idea first, then the next contract that fits. A human sends."""

from datetime import datetime
from uuid import UUID

from contracts.working_time import local_day
from kit.database import Tx
from services.referral.actions import nobody
from services.referral.actions.books import current
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.matching import match, next_contracts
from services.referral.domain.referral import ReferralState
from services.referral.store import life, referrals, silence
from services.referral.store.life import Proposed

BETTER_IDEA, DECLINED, SILENT, RELET = "better_idea", "declined", "silent", "relet"
AT_MOST = 3


async def after_decline(tx: Tx, referral: ReferralState, books: Books, now: datetime) -> None:
    """Proposes who could be tried after a decline, or records that nobody is left."""
    facts = (await silence.facts(tx, [referral.case_id])).get(referral.case_id)
    legs = await referrals.legs(tx, referral.referral_id)
    if facts is None or not legs:
        return
    tried = {leg.contract_id for leg in legs}
    better = legs[-1].better_line
    stands = await current(tx, books)
    found = proposals(stands, facts, referral.referral_id, referral.line, tried, DECLINED, now, better=better)
    await nobody.declined(tx, referral, facts, stands.directory, tried, now)
    await life.close_proposals(tx, referral.referral_id, now)
    await life.propose(tx, found)


def proposals(
    books: Books,
    facts: CaseFacts,
    referral_id: UUID,
    line: str,
    tried: set[UUID],
    because: str,
    now: datetime,
    better: str | None = None,
) -> list[Proposed]:
    """The contracts to be tried next, a better idea first; none where nobody else can take this person."""
    today, found = local_day(now), []
    idea = match(facts, better, books.directory, today, tried) if better and better != line else None
    if idea is not None:
        found.append((idea, BETTER_IDEA))
    following = next_contracts(facts, line, books.directory, today, tried)
    for contract, _ in zip(following, range(AT_MOST - len(found)), strict=False):
        found.append((contract, because))
    return [
        Proposed(referral_id, facts.case_id, contract.line, contract.contract_id, why, rank, now)
        for rank, (contract, why) in enumerate(found, 1)
    ]
