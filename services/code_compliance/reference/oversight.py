"""Data of the oversight pages: the five areas of the quarterly return."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ReturnArea:
    """One area of the quarterly return, with the duties that it is counted by."""

    id: str
    title: str
    entitlements: tuple[str, ...]


@cache
def five_areas() -> tuple[ReturnArea, ...]:
    return tuple(
        ReturnArea(entry["id"], entry["title"], tuple(entry["entitlements"]))
        for entry in document("five_areas.yaml")["areas"]
    )


@cache
def document(name: str) -> Any:
    """A file of this folder, read once."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Warning:
    """Warns `role` once when this share of a clock has passed; clocks of fewer than `least_days` days are left out."""

    fraction: float
    role: str
    least_days: int

    @property
    def least(self) -> timedelta:
        """The shortest time of such a clock: the day on which the clocks go forward has an hour fewer."""
        return timedelta(days=self.least_days, hours=-1)


@cache
def warnings(of: str = "warnings") -> tuple[Warning, ...]:
    """Those of the Code's clocks, or of `related` ones."""
    return tuple(Warning(w["fraction"], w["role"], w["least_days"]) for w in document("warnings.yaml")[of])


def warned_within_days(of: str = "warnings") -> int:
    """Clocks that end later than this are not looked at yet."""
    return int(document("warnings.yaml")["within_days"][of])


def act_in_words(entitlement: str) -> str:
    """The one act that stops the clock of a duty."""
    return str(document("acts.yaml")["acts"].get(entitlement, "Do what is owed, and record when and how"))


def act_of_limit(clock: str) -> str:
    """The one act that ends a related clock."""
    return str(document("acts.yaml")["limits"].get(clock, "Do it, and record when"))


def team_of(agency: str, area: str) -> str:
    """The team of an agency that acts for a case of this local authority."""
    teams = document("teams.yaml")["teams"].get(agency)
    return str(teams["by_area"].get(area, teams["otherwise"])) if teams else ""
