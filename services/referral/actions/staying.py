"""Who stays with the provider of a contract that is let again, and what a human has to do about each of them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit.database import Tx
from services.referral.actions import filing, gating, proposing
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.facts import CaseFacts
from services.referral.domain.matching import Checked, against
from services.referral.store import cases, exceptions, life, silence, tasks
from services.referral.store.life import Proposed
from services.referral.store.tasks import Task, task_id
from services.referral.store.transfers import Transfer

NOT_TAKEN, NOT_ASKED = "does_not_fit", "may_not_be_asked"
TO_ASK, TO_NAME = "needs_the_persons_agreement", "needs_a_named_worker"
TASK_OF = {
    TO_ASK: "ask_agreement_again",
    TO_NAME: "handover_name_worker",
    NOT_TAKEN: "handover_not_taken",
    NOT_ASKED: "handover_not_asked",
}
"""What a human has to do about somebody who stays, by why they stay."""
ALONE = TASK_OF | {NOT_TAKEN: "transfer_not_taken", NOT_ASKED: "transfer_not_asked"}
"""The same where one referral alone was to be transferred."""


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


async def check(tx: Tx, one: Transfer, books: Books, now: datetime) -> None:
    """Matches again at the moment of going; Refused where the contract that takes over does not take the person."""
    if await against_now(tx, one, books, now) != ():
        raise Refused("contract_id", NOT_TAKEN)


async def against_now(tx: Tx, one: Transfer, books: Books, now: datetime) -> tuple[str, ...] | None:
    """The rules of the contract that takes over which stand against the person now; None where nothing is known of
    them, or the contract is none any more."""
    contract = books.directory.by_id.get(one.contract_id)
    if contract is None:
        return None
    known, rules = (await not_taken(tx, [one.case_id], contract, local_day(now)))[one.case_id]
    return None if known is None else tuple(rule.rule for rule in rules)


async def stays(tx: Tx, one: Transfer, refused: str, books: Books, now: datetime) -> str:
    """Why somebody stays, of a refusal, with the task that it makes: nobody is asked to ring who may not be rung."""
    if refused not in TASK_OF:
        return refused
    case = await cases.load(tx, one.case_id)
    if refused == TO_ASK and case is not None and await gating.share_shuts(tx, case, now) is not None:
        refused = NOT_ASKED
    kind = (TASK_OF if one.handover_id else ALONE)[refused]
    about = task_id(kind, one.referral_id, one.contract_id)
    due = filing.hub_due(filing.CHILD, now) if one.handover_id else filing.end_of_day(now)
    await tasks.add(tx, [Task(about, kind, due, now, case_id=one.case_id, referral_id=one.referral_id)])
    if refused in (TO_ASK, TO_NAME):
        line = books.directory.by_id[one.contract_id].line
        await life.propose(tx, [Proposed(one.referral_id, one.case_id, line, one.contract_id, proposing.RELET, 1, now)])
    return refused
