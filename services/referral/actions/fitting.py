"""Whether a contract takes the person of a case: the rules of the panel, asked wherever a referral is about to go."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from contracts.refused import Refused
from kit.database import Tx
from services.referral.domain.directory import Contract
from services.referral.domain.facts import CaseFacts
from services.referral.domain.matching import Checked, against
from services.referral.store import exceptions, silence

NOT_TAKEN = "does_not_fit"


async def not_taken(
    tx: Tx, of: Sequence[UUID], contract: Contract, today: date
) -> dict[UUID, tuple[CaseFacts | None, tuple[Checked, ...]]]:
    """What each case was last decided on, and the rules of a contract that stand against it, but for the exceptions
    that were granted."""
    facts = await silence.facts(tx, of)
    granted = await exceptions.from_contract(tx, of, contract.contract_id)
    found: dict[UUID, tuple[CaseFacts | None, tuple[Checked, ...]]] = {}
    for case_id in of:
        known = facts.get(case_id)
        found[case_id] = (known, against(known, contract, today, granted.get(case_id, ())) if known else ())
    return found


async def check(tx: Tx, case_id: UUID, contract: Contract, today: date, but: Collection[str] = ()) -> None:
    """Refused where a rule of the contract, `but` these, stands against the person, or nothing is known of them."""
    known, rules = (await not_taken(tx, [case_id], contract, today))[case_id]
    if known is None or any(rule.rule not in but for rule in rules):
        raise Refused("contract_id", NOT_TAKEN)
