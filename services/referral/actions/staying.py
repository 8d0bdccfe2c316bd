"""Who stays with the provider of a contract that is let again, and what a human has to do about each of them."""

from datetime import datetime

from contracts.refused import Refused
from contracts.working_time import local_day
from kit.database import Tx
from services.referral.actions import filing, fitting, gating, proposing
from services.referral.domain.books import Books
from services.referral.store import cases, life, tasks
from services.referral.store.life import Proposed
from services.referral.store.tasks import Task, task_id
from services.referral.store.transfers import Transfer

NOT_ASKED = "may_not_be_asked"
TO_ASK, TO_NAME = "needs_the_persons_agreement", "needs_a_named_worker"
TASK_OF = {
    TO_ASK: "ask_agreement_again",
    TO_NAME: "handover_name_worker",
    fitting.NOT_TAKEN: "handover_not_taken",
    NOT_ASKED: "handover_not_asked",
}
"""What a human has to do about somebody who stays, by why they stay."""
ALONE = TASK_OF | {fitting.NOT_TAKEN: "transfer_not_taken", NOT_ASKED: "transfer_not_asked"}
"""The same where one referral alone was to be transferred."""


async def check(tx: Tx, one: Transfer, books: Books, now: datetime) -> None:
    """Matches again at the moment of going; Refused where the contract that takes over does not take the person."""
    contract = books.directory.by_id.get(one.contract_id)
    if contract is None:
        raise Refused("contract_id", fitting.NOT_TAKEN)
    await fitting.check(tx, one.case_id, contract, local_day(now))


async def against_now(tx: Tx, one: Transfer, books: Books, now: datetime) -> tuple[str, ...] | None:
    """The rules of the contract that takes over which stand against the person now; None where nothing is known of
    them, or the contract is none any more."""
    contract = books.directory.by_id.get(one.contract_id)
    if contract is None:
        return None
    known, rules = (await fitting.not_taken(tx, [one.case_id], contract, local_day(now)))[one.case_id]
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
