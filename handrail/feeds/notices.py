"""Who tells people what after a step of justice, and how promptly: the shares of `data/notices.yaml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import yaml

from handrail.feeds.draws import Chance, Draw, mix
from handrail.feeds.places import DATA
from handrail.feeds.stories import Story

_BOOK: dict[str, Any] = yaml.safe_load((DATA / "notices.yaml").read_text(encoding="utf-8"))
_PROMPTNESS: dict[str, Draw[str]] = {agency: mix(shares) for agency, shares in _BOOK["promptness"].items()}
_SCHEME: dict[str, Any] = _BOOK["contact_scheme"]
_SCHEME_SHARES: Draw[str] = mix(_SCHEME["shares"])
outcome: Draw[str] = mix(_BOOK["outcomes"])
channel: Draw[str] = mix(_BOOK["channels"])


TRIGGERS: tuple[str, ...] = tuple(_BOOK["steps"])
"""The steps after which somebody must be told something."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty of the Code's catalogue that a step starts, and the agency that meets it."""

    entitlement: str
    by: str


def duties(trigger: str, story: Story) -> Iterator[Duty]:
    """What people must be told after this step of this crime."""
    for line in _BOOK["steps"].get(trigger, ()):
        if "for" not in line or _is(story, line["for"]):
            yield Duty(line["duty"], line["by"])


def named(trigger: str) -> list[str]:
    """The duties that this step may start, whatever the offence."""
    return [line["duty"] for line in _BOOK["steps"][trigger]]


def delay(agency: str, rng: Chance) -> timedelta | None:
    """How long after a step the agency tells a person; None when it never does."""
    how = _PROMPTNESS[agency](rng)
    hours = _BOOK["hours"].get(agency, _BOOK["hours"]["usual"])
    return None if how == "never" else timedelta(hours=rng.uniform(*hours[how]))


def until_contact_scheme(story: Story, months: int, rng: Chance) -> timedelta | None:
    """How long after a sentence of so many months of custody probation has the referral; None: there is none."""
    if months < _SCHEME["sentence_months"] or not _is(story, _SCHEME["for"]):
        return None
    how = _SCHEME_SHARES(rng)
    return None if how == "never" else timedelta(days=rng.uniform(*_SCHEME["days"][how]))


def _is(story: Story, kind: str) -> bool:
    offences = _BOOK["offences"][kind]
    in_group = story.group in offences["groups"] and story.code not in offences.get("except", ())
    return in_group or story.code in offences["codes"]
