"""The limits of contracts as a query reads them: which one runs on a leg now, and when it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from contracts.working_time import calendar, is_working_day
from services.referral.domain.directory import Contract

_PAST, _AHEAD = timedelta(days=400), timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Limits:
    """Contracts with their standards, and the working days around a day, as arguments $2 to $6 of a query."""

    arguments: tuple[list[Any], ...]


def limits_of(contracts: Iterable[Contract], today: date) -> Limits:
    """The limits of these contracts. A leg sent more than 400 days before `today` counts from the first of them."""
    known = list(contracts)
    span = (today - _PAST + timedelta(days=n) for n in range((_PAST + _AHEAD).days))
    return Limits(
        (
            [contract.contract_id for contract in known],
            [contract.standards.accept_working_days for contract in known],
            [contract.standards.first_contact_working_days for contract in known],
            [contract.standards.urgent_hours for contract in known],
            [day for day in span if is_working_day(day, calendar())],
        )
    )


def _end(days: str) -> str:
    """SQL: the last second, in London, of the nth working day after the sending."""
    sent = "(l.sent_at at time zone 'Europe/London')::date"
    return f"((($6::date[])[width_bucket({sent}, $6::date[]) + {days}] + time '23:59:59') at time zone 'Europe/London')"


def _day(column: str) -> str:
    return f"({column} at time zone 'Europe/London')::date"


_RESTED = f"""coalesce((select
       sum(width_bucket({_day("x.until")}, $6::date[]) - width_bucket({_day("x.since")}, $6::date[]))
       from limit_rest x where x.leg_id = l.leg_id and x.what = 'accept' and x.until is not null), 0)::int"""
"""SQL: the working days for which the limit to accept rested, while the hub answered a question."""
_RESTED_BY_CLOCK = """coalesce((select sum(x.until - x.since) from limit_rest x
       where x.leg_id = l.leg_id and x.what = 'accept' and x.until is not null), interval '0')"""
REACHED = """exists (select 1 from contact_attempt a where a.case_id = l.case_id and a.referral_id = l.referral_id
                       and a.provider_id = l.provider_id and a.reached)"""
DUE = f"""case
  when r.asked_at is not null or r.ended_at is not null then null
  when l.state = 'sent' then
    least({_end(f"d.accept + {_RESTED}")},
          case when r.urgent then l.sent_at + d.hours * interval '1 hour' + {_RESTED_BY_CLOCK} end)
  when r.state = 'accepted' and not {REACHED} then {_end("d.contact")}
end"""
"""SQL over leg l, referral r and limit d: until when the provider accepts, then until when it first reaches the person;
null while a question to the hub is open and where no limit runs."""
