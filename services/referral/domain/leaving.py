"""When a message leaves by itself: never at night, and not in the minute in which a slip brought it about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from contracts.vocabulary import CHANNELS
from contracts.working_time import LONDON
from services.referral.domain.attempting import RISKS, Paces
from services.referral.domain.safe_contact import Profile, may_use, next_safe

QUIET_HOURS = "quiet_hours"
RESTS = "rests"


@dataclass(frozen=True, slots=True)
class Leaving:
    """`hours`: opening and closing in London by channel; `rest`: how long a message of a purpose rests first."""

    hours: Mapping[str, tuple[time, time]]
    rest: Mapping[str, timedelta]

    def rested(self, purpose: str, asked_at: datetime) -> datetime:
        return asked_at + self.rest.get(purpose, timedelta())


@dataclass(frozen=True, slots=True)
class Version:
    """One dated version. `hours_as`: the group of attempts whose hours are kept."""

    effective_from: date
    hours_as: str
    rest: Mapping[str, timedelta]


def leaves_at(
    leaving: Leaving, profile: Profile, channel: str, purpose: str, now: datetime, until: datetime
) -> datetime | None:
    """The first moment from `now` up to `until` at which a channel is safe and nobody is disturbed; where the two never
    meet, the first within the hours that the person said. None where there is none. The check is made again then."""
    at: datetime | None = now
    while at is not None and at <= until:
        safe = next_safe(profile, channel, purpose, _waking(leaving, channel, at), until)
        if safe is not None and safe == _waking(leaving, channel, safe):
            return safe if safe <= until else None
        at = safe
    return next_safe(profile, channel, purpose, now, until) if profile.channel(channel).hours else None


def why_later(leaving: Leaving, profile: Profile, channel: str, purpose: str, now: datetime, rested: datetime) -> str:
    """Why a message waits: for a safe time, for the morning, or because it rests. A code."""
    verdict = may_use(profile, channel, purpose, rested)
    if not verdict.allowed:
        return verdict.why
    return RESTS if rested > now and _waking(leaving, channel, rested) == rested else QUIET_HOURS


def _waking(leaving: Leaving, channel: str, at: datetime) -> datetime:
    """The first moment from `at` on within the hours of a channel."""
    opens, closes = leaving.hours[channel]
    local = at.astimezone(LONDON)
    if opens <= local.time() < closes:
        return at
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, LONDON).astimezone(at.tzinfo)


def read_leaving(written: Mapping[str, Any]) -> tuple[Version, ...]:
    """Every version, oldest first. ValueError names what is wrong."""
    found = []
    for entry in sorted(written["versions"], key=lambda one: str(one["effective_from"])):
        if entry["hours_as"] not in RISKS or any(not 0 < one <= 1440 for one in entry["rest_minutes"].values()):
            raise ValueError(
                f"leaving.yaml: {entry['version']}: takes hours_as of attempts, and minutes of a day at most"
            )
        rest = {purpose: timedelta(minutes=minutes) for purpose, minutes in entry["rest_minutes"].items()}
        found.append(Version(entry["effective_from"], entry["hours_as"], rest))
    return tuple(found)


def leaving_on(versions: Sequence[Version], paces: Paces, day: date) -> Leaving:
    """What counts on a day, with the hours of the attempts of that day."""
    version = next((one for one in reversed(versions) if one.effective_from <= day), versions[0])
    hours = {kind: paces[version.hours_as, kind] for kind in CHANNELS}
    return Leaving({kind: (pace.opens, pace.closes) for kind, pace in hours.items()}, version.rest)
