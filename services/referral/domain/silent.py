"""Who counts as silent: a provider that has not opened what it could see for as long as the standards let it rest. What
is urgent counts by the clock, day and night; everything else in working time, which stands still in a planned closure.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.working_time import HUB_HOURS, calendar, local_day, working_minutes
from services.referral.domain.kept import Kept, without
from services.referral.domain.standards import Standards

_MINUTE = timedelta(minutes=1)
_LOOKS_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Before:
    """Whoever could see a referral at these instants, and has not opened it, is silent: `by_clock` where it is urgent
    or a hold of `one_chance` is on the case, else `working`, or the one of its contract where that was `closed`."""

    by_clock: datetime
    working: datetime
    closed: Mapping[UUID, datetime]
    one_chance: frozenset[str]


def silent_before(standards: Standards, kept: Kept, now: datetime) -> Before:
    """The instants that count at `now`: the first step that silence calls for is due from there."""
    hours = {clock: standards.silence["not_opened", clock]["nudge"] for clock in ("wall_clock", "working_time")}
    recent = {one.contract_id for one in kept.closures if one.until_day >= local_day(now - _LOOKS_BACK)}
    minutes = hours["working_time"] * 60
    return Before(
        now - timedelta(hours=hours["wall_clock"]),
        _working_minutes_ago(minutes, now),
        {one: _working_minutes_ago(minutes, now, kept.closed_days(one)) for one in recent},
        standards.one_chance,
    )


def _working_minutes_ago(minutes: int, now: datetime, closed: frozenset[date] = frozenset()) -> datetime:
    """The last instant from which so much working time has passed until `now`; never more than a while ago."""
    held = without(calendar(), closed)
    back = range(_LOOKS_BACK // _MINUTE)

    def passed(ago: int) -> int:
        return working_minutes(now - ago * _MINUTE, now, held, HUB_HOURS)

    return now - bisect_left(back, minutes, key=passed) * _MINUTE
