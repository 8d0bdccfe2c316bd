"""The second gate: what lets a referral leave for one contract."""

from collections.abc import Sequence
from datetime import datetime

from contracts.refused import Refused
from contracts.working_time import local_day
from kit.database import Tx
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.facts import CaseFacts, facts_of
from services.referral.domain.policy import Policy
from services.referral.store import cases, consent
from services.referral.store.cases import Case
from services.referral.store.consent import Consent


async def gate(tx: Tx, case: Case, line: str, contract: Contract, books: Books, now: datetime) -> str:
    """What lets a referral to a line leave for this contract; Refused when nothing does."""
    routings = await cases.routings(tx, case.case_id)
    facts = facts_of(routings[0].facts["case"]) if routings else None
    policy = books.on(local_day(now)).policy
    found = opened_by(await consent.of_case(tx, case.case_id), facts, case.holds, line, contract, policy, now)
    if found is None:
        raise Refused("contract_id", "needs_the_persons_agreement")
    return found


def opened_by(
    agreements: Sequence[Consent],
    facts: CaseFacts | None,
    holds: Sequence[str],
    line: str,
    contract: Contract,
    policy: Policy,
    now: datetime,
) -> str | None:
    """override, agreement or police_share, the first that opens the gate; None when nothing does."""
    for held in agreements:
        if not held.counts(now):
            continue
        if held.gate == "override" and held.line in (None, line):
            return "override"
        if agreed_to(held, contract):
            return "agreement"
    if facts is not None and "share_not_asked" not in holds and policy.share_counts(facts):
        named = policy.named_contract(line, facts.area)
        if named is not None and named.contract_id == contract.contract_id:
            return "police_share"
    return None


def agreed_to(held: Consent, contract: Contract) -> bool:
    """Whether an agreement is to support by the provider of this contract, for its line: a contract that is let to the
    same provider again needs no new one."""
    if held.gate != "agreement" or held.purpose != "support":
        return False
    if held.contract_id == contract.contract_id:
        return True
    of_line = held.line == contract.line or (held.line is None and held.contract_id is None)
    return held.provider_id == contract.provider.provider_id and of_line
