"""Who must give evidence has the witness line beside their others from then on, and a human sends it: their case is
decided again when the court or the Crown Prosecution Service tells of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from contracts.justice import MilestoneReached
from kit.database import Tx
from kit.inbox import Received
from kit.listening import Context
from services.referral.actions import books as stocked
from services.referral.actions.noticing import RECENT
from services.referral.actions.rerouting import rerun
from services.referral.domain.facts import CaseFacts
from services.referral.store import alerts, cases

REQUIRED = "victim_required_to_give_evidence"


async def of_milestones(tx: Tx, told: Sequence[Received[Any]], context: Context) -> int:
    """Returns how many cases were decided again: each once, however often it is told."""
    steps = [event for event in told if is_required(event.data)]
    if not steps:
        return 0
    books, again = await stocked.current(tx, context.facts), 0
    for event in steps:
        for case_id in await alerts.without_line(tx, event.data, "witness"):
            since = await cases.known_since(tx, case_id, event.time, RECENT)
            again += await rerun(tx, case_id, books, since, change=_must)
    return again


def is_required(milestone: MilestoneReached) -> bool:
    """Whether a step of justice says that a victim must give evidence. That witnesses are needed says so only of
    somebody whom it names."""
    needed = milestone.details is not None and milestone.details.witness_required is True
    return milestone.trigger == REQUIRED or (needed and milestone.victim_ref is not None)


def _must(facts: CaseFacts) -> CaseFacts:
    return replace(facts, must_give_evidence=True)
