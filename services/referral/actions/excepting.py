"""An exception from a contract's rule for one case: no rule alone keeps somebody from help that a human has granted."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.web.words import date_words
from services.referral.actions.books import table
from services.referral.domain.matching import EXCEPTABLE
from services.referral.store import exceptions
from services.referral.store.cases import Case
from services.referral.store.exceptions import ContractException

WORDS = "exception"


async def granted(tx: Tx, case_id: UUID) -> Mapping[UUID, Mapping[str, str]]:
    """Exceptions of a case in words, by contract and rule."""
    reasons = table().reasons[WORDS]
    found: dict[UUID, dict[str, str]] = {}
    for one in await exceptions.of_case(tx, case_id):
        said = f"An exception was granted on {date_words(local_day(one.at), weekday=False)}:"
        found.setdefault(one.contract_id, {})[one.rule] = f"{said} {reasons.words_of(one.granted_by).lower()}."
    return found


async def grant(
    tx: Tx, viewer: Viewer, case: Case, exception_id: UUID, contract_id: UUID, rule: str, by: str, now: datetime
) -> None:
    """Writes down who granted an exception from a rule; the same rule twice is kept once."""
    if rule not in EXCEPTABLE:
        raise Refused("rule", "no_exception_from_it")
    if by not in {one.code for one in table().reasons[WORDS].on(local_day(now))}:
        raise Refused("granted_by", "missing")
    made = ContractException(exception_id, case.case_id, contract_id, rule, by, viewer.user_id, viewer.role, now)
    if await exceptions.add(tx, made):
        seen = audit.seen(viewer, "exception.granted", "case", case.case_id, (rule, str(contract_id)), by)
        await audit.record(tx, [seen])
