"""When a message leaves by itself: never at night, and not in the minute in which a slip brought it about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from contracts.vocabulary import CHANNELS
from services.referral.domain.attempting import RISKS, Paces
from services.referral.domain.safe_contact import Profile, may_use
from services.referral.domain.usual_hours import Hours, first_within

QUIET_HOURS = "quiet_hours"
RESTS = "rests"


@dataclass(frozen=True, slots=True)
class Leaving:
    """`hours`: opening and closing in London by channel; `rest`: how long a message of a purpose rests first."""

    hours: Mapping[str, Hours]
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
    """The first moment from `now` up to `until` at which a message may leave by a channel, see `first_within`."""
    return first_within(leaving.hours[channel], profile, channel, purpose, now, until)


def why_later(profile: Profile, channel: str, purpose: str, rested: datetime, at: datetime) -> str:
    """Why a message that rests until `rested` leaves `at`: for a safe time, for the morning, or because it rests.
    A code."""
    verdict = may_use(profile, channel, purpose, rested)
    if not verdict.allowed:
        return verdict.why
    return RESTS if at == rested else QUIET_HOURS


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
