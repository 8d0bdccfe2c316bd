"""When a provider's next act is due, as a query reads it: the rule of `domain.answering`, which a test holds it to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from contracts.working_time import calendar, is_working_day
from services.referral.domain.directory import Contract
from services.referral.domain.kept import without

_PAST, _AHEAD = timedelta(days=400), timedelta(days=120)
NOT_CLOSED: Mapping[UUID, frozenset[date]] = {}


@dataclass(frozen=True, slots=True)
class Limits:
    """Contracts with their standards, the working days around a day, and of contracts with a planned closure those of
    them on which their limits run: arguments $2 to $7 of a query."""

    arguments: tuple[list[Any], ...]


def limits_of(
    contracts: Iterable[Contract], today: date, closed: Mapping[UUID, frozenset[date]] = NOT_CLOSED
) -> Limits:
    """The limits of these contracts, with the days of planned closures. A leg sent more than 400 days before `today`
    counts from the first of them."""
    known = list(contracts)
    span = [today - _PAST + timedelta(days=n) for n in range((_PAST + _AHEAD).days)]
    return Limits(
        (
            [contract.contract_id for contract in known],
            [contract.standards.accept_working_days for contract in known],
            [contract.standards.first_contact_working_days for contract in known],
            [contract.standards.urgent_hours for contract in known],
            _days(span, frozenset()),
            [_array(_days(span, off)) if (off := closed.get(one.contract_id)) else None for one in known],
        )
    )


def _days(span: Iterable[date], closed: frozenset[date]) -> list[date]:
    held = without(calendar(), closed)
    return [day for day in span if is_working_day(day, held)]


def _array(days: Iterable[date]) -> str:
    """As PostgreSQL writes an array: those of unequal length do not stand in one of theirs."""
    return "{" + ",".join(day.isoformat() for day in days) + "}"


LIMITS = """limits as materialized (
    select d.contract_id, d.accept, d.contact, d.hours,
           least(24 * greatest(d.contact, 1), 2 * d.hours) as urgent_contact, d.days::date[] as days
      from unnest($2::uuid[], $3::int[], $4::int[], $5::int[], $7::text[])
        as d(contract_id, accept, contact, hours, days)
)"""
"""SQL: the limits, read once for a query (`with LIMITS`); they are joined as `d`."""
SINCE = "l.out_at"
"""SQL: since when the provider could see all of leg l; null while its details are not there yet: then no limit runs,
and nothing of it is measured."""


def _day(column: str) -> str:
    return f"({column} at time zone 'Europe/London')::date"


_RUNS = "coalesce(d.days, $6::date[])"
"""SQL: the days on which a limit runs. The usual ones stand once in the query: an array by each row is dear."""


def _end(days: str) -> str:
    """SQL: the last second, in London, of the nth day on which the limit runs after the provider could first see it."""
    last = f"({_RUNS})[width_bucket({_day(SINCE)}, {_RUNS}) + {days}]"
    return f"(({last} + time '23:59:59') at time zone 'Europe/London')"


_RESTED = f"""case when l.rested then coalesce((select
       sum(width_bucket({_day("x.until")}, {_RUNS}) - width_bucket({_day("x.since")}, {_RUNS}))
       from limit_rest x where x.leg_id = l.leg_id and x.what = 'accept' and x.until is not null), 0)::int else 0 end"""
"""SQL: the working days for which the limit to accept rested, while the hub answered a question."""
_RESTED_BY_CLOCK = """case when l.rested then coalesce((select sum(x.until - x.since) from limit_rest x
       where x.leg_id = l.leg_id and x.what = 'accept' and x.until is not null), interval '0') else interval '0' end"""
_URGENT_SINCE = "case when l.urgent_since is not null then greatest(l.urgent_since, l.out_at) end"
"""SQL: since when a risk that rose later counts: not before the provider could see it."""
DUE = f"""case
  when l.died_at is not null then null
  when l.asked_at is not null and l.state = 'sent' then null
  when l.state = 'sent' then
    least({_end(f"d.accept + {_RESTED}")},
          case when l.urgent then {SINCE} + d.hours * interval '1 hour' + {_RESTED_BY_CLOCK} end,
          {_URGENT_SINCE} + d.hours * interval '1 hour')
  when l.contacted_at is null
   and (l.state = 'accepted' or l.state = 'waitlisted' and (l.urgent or l.urgent_since is not null)) then
    least({_end("d.contact")},
          case when l.urgent then {SINCE} + d.urgent_contact * interval '1 hour' end,
          {_URGENT_SINCE} + d.hours * interval '1 hour')
end"""
"""SQL over leg l and limit d: until when the provider accepts, then until when it first reaches the person
(a waiting list ends that for nobody who is urgent); null while the details are not there yet, once the person died,
and where no limit runs. Only the limit to accept rests while a question is open."""
