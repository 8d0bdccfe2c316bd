"""Each week every provider is asked by mail how its lists stand: one link a contract, to its registered address."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from contracts.identity import NS
from contracts.working_time import LONDON, end_of_day, local_day
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import capacity
from services.referral.actions.books import current
from services.referral.actions.telling_providers import CAPACITY
from services.referral.domain.directory import Contract
from services.referral.domain.open_referral import published
from services.referral.store import directory, provider_mail
from services.referral.store.provider_mail import ToProvider

OPENS = time(9)
"""No office is written to on its first day of the week before this (ours)."""


async def ask(tx: Tx, moment: Moment, context: Context) -> int:
    """Asks for the answer of this week where there is none yet, once for each contract; returns how many."""
    now, today = moment.now, local_day(moment.now)
    week = capacity.week_of(today)
    contracts = published((await current(tx, context.facts)).directory.contracts, today)
    answered = await directory.answers(tx, week)
    asked = await provider_mail.known(tx, [mail_id(one.contract_id, week) for one in contracts])
    wanted = [one for one in contracts if one.contract_id not in answered and one.provider.email]
    rows = [_of(one, week, today, now) for one in wanted if mail_id(one.contract_id, week) not in asked]
    await provider_mail.add(tx, rows)
    return len(rows)


def mail_id(contract_id: UUID, week: str) -> UUID:
    return uuid5(NS, f"capacity-mail/{contract_id}/{week}")


def _of(contract: Contract, week: str, today: date, now: datetime) -> ToProvider:
    monday = today - timedelta(days=today.weekday())
    opens = datetime.combine(monday, OPENS, LONDON).astimezone(UTC)
    ends = end_of_day(monday + timedelta(days=6))
    ids = (mail_id(contract.contract_id, week), contract.provider.provider_id, contract.contract_id, None, None, None)
    return ToProvider(*ids, CAPACITY, None, None, now, ends, next_at=max(now, opens))
