"""When things happened: open data knows the month only, so days and hours are drawn within it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from contracts.working_time import LONDON
from handrail.feeds.draws import Chance, chance, mix

HORIZON = timedelta(weeks=7)
"""How long after the end of the stamped month the story goes on."""

_HOUR = mix(
    dict(enumerate((22, 16, 12, 9, 7, 7, 9, 14, 24, 33, 38, 41, 44, 44, 45, 46, 48, 50, 49, 46, 42, 38, 33, 28)))
)
_REPORT_TO_RECORD = mix({0.05: 58, 0.5: 22, 1.0: 11, 2.5: 6, 6.0: 2.2, 14.0: 0.8})
"""Days between report and record, at most: the Counting Rules ask for 24 hours."""
_RECORD_TO_HUB = mix({0.01: 90, 0.3: 6.5, 1.5: 2.4, 9.0: 1.1})
"""Days until the hub is told, at most."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Instants in UTC; `told_at` is when the event leaves the force. All sums are done in UTC: London's clocks jump."""

    reported_at: datetime
    recorded_at: datetime
    told_at: datetime


def month_end(month: str) -> datetime:
    year, number = int(month[:4]), int(month[5:7])
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=LONDON)


def last_moment(month: str, now: datetime) -> datetime:
    """Nothing is told after this: some weeks after the month, and never after the midnight before `now`."""
    midnight = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    return min(month_end(month).astimezone(UTC) + HORIZON, midnight)


def moments(rng: Chance, month: str, latest: datetime) -> Moments:
    """Draws the report, the record and the telling; the record lies in `month`, and nothing after `latest`."""
    year, number = int(month[:4]), int(month[5:7])
    day = rng.randint(1, monthrange(year, number)[1])
    minute, second = divmod(int(rng.random() * 3600), 60)
    recorded = datetime(year, number, day, _HOUR(rng), minute, second, tzinfo=LONDON).astimezone(UTC)
    if recorded >= latest:
        recorded = datetime.fromtimestamp(_within(rng, month, latest), UTC)
    reported = recorded - timedelta(days=_REPORT_TO_RECORD(rng) * rng.random(), seconds=40)
    told = recorded + timedelta(days=_RECORD_TO_HUB(rng) * rng.random(), seconds=5)
    return Moments(reported.replace(microsecond=0), recorded, min(told, latest).replace(microsecond=0))


def local(at: datetime) -> datetime:
    """The instant as agencies write it: in London, with its offset."""
    return at.astimezone(LONDON).replace(microsecond=0)


def _within(rng: Chance, month: str, latest: datetime) -> int:
    begins = datetime(int(month[:4]), int(month[5:7]), 1, tzinfo=LONDON).timestamp()
    return int(begins + max(latest.timestamp() - begins, 0) * rng.random())


def committed(rng: Chance, day: date, historical: float) -> tuple[date | None, date | None]:
    """First and last day of an offence reported on `day`; `historical`: how likely it was years ago."""
    if chance(rng, 0.02):
        return None, None
    if chance(rng, historical):
        return (then := day - timedelta(days=rng.randint(200, 9000))), then + timedelta(days=rng.randint(0, 150))
    last = day - timedelta(days=_DAYS_BEFORE(rng))
    return last - timedelta(days=_DAYS_LASTING(rng)), last


_DAYS_BEFORE = mix({0: 62, 1: 20, 2: 6, 4: 5, 7: 3, 15: 2.5, 40: 1.5})
_DAYS_LASTING = mix({0: 70, 1: 24, 3: 4, 14: 1.4, 60: 0.6})
