"""That nobody can take a person is recorded once for each line of a case, also where it becomes true after it was
decided: all who could be asked declined, or somebody looks for who could help and no list is open any more."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from contracts.referral import NobodyAvailable
from contracts.working_time import local_day
from kit.database import Tx
from services.referral.actions.announcing import announce
from services.referral.domain.deciding import nobody_available
from services.referral.domain.directory import Directory
from services.referral.domain.facts import CaseFacts
from services.referral.domain.matching import Explained, failed_rules, match
from services.referral.domain.referral import ReferralState
from services.referral.store import cases, timeline

DECLINED = "declined"
LOOKING = frozenset({"received", "triaged", "contacting", "declined_by_provider"})
"""States in which somebody looks for a provider."""


async def declined(
    tx: Tx, referral: ReferralState, facts: CaseFacts, directory: Directory, tried: Collection[UUID], now: datetime
) -> None:
    """Records it where nobody is left to be tried."""
    today = local_day(now)
    if match(facts, referral.line, directory, today, tried) is None:
        rules = failed_rules(facts, referral.line, directory, today)
        await _record(tx, referral, facts, (*(rule for rule in rules if rule != "line"), DECLINED), now)


async def looked(tx: Tx, referral: ReferralState, facts: CaseFacts, found: Sequence[Explained], now: datetime) -> None:
    """Records it where nobody can take the person of whom a worker looks for a provider; `found`: every contract."""
    of_line = [each for each in found if each.contract.line == referral.line]
    if referral.state in LOOKING and not any(each.fits for each in of_line):
        rules = {check.rule for each in of_line for check in each.checks if not check.passed}
        await _record(tx, referral, facts, tuple(sorted(rules)) or ("line",), now)


async def _record(tx: Tx, referral: ReferralState, facts: CaseFacts, reasons: tuple[str, ...], now: datetime) -> None:
    await cases.load(tx, referral.case_id)  # before its events are numbered, as the consumers do
    if not await timeline.is_told(tx, referral.case_id, NobodyAvailable.TYPE, referral.line):
        await announce(tx, [nobody_available(facts, referral.line, referral.referral_id, reasons, now)])
