"""Where a row lies: small areas and authorities, and placing rows of another force over our areas."""

import csv
import gzip
import io
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contracts.reference import AREAS, authorities
from handrail.feeds.draws import Chance, Draw, mix
from handrail.feeds.sources import Row

DATA = Path(__file__).parent.parent / "data"
WEST_MIDLANDS_MONTH = "west-midlands/2011-02-street.csv.gz"
OURS = frozenset(area.code for area in AREAS)
OUTSIDE = ("E07000218", "E07000194", "E07000234", "E06000051", "E07000222")
"""Neighbours of our areas (North Warwickshire, Lichfield, Bromsgrove, Shropshire, Warwick): where some people live."""
_SMALL_AREA_NAME = re.compile(r" \d{3}[A-Z]$")


@dataclass(frozen=True, slots=True)
class Place:
    """ONS codes of an authority and a small area; None where the row does not say."""

    authority: str | None
    lsoa: str | None = None


NOWHERE = Place(None)


def table(name: str) -> list[dict[str, str]]:
    """The rows of one of the shipped tables."""
    raw = (DATA / name).read_bytes()
    text = gzip.decompress(raw) if name.endswith(".gz") else raw
    return list(csv.DictReader(io.StringIO(text.decode())))


@cache
def _authorities() -> dict[str, str]:
    return {name: code for code, name in authorities().items()}


@cache
def _small_areas() -> dict[str, str]:
    return {row["LSOA Code"]: row["Local authority code"] for row in table("west-midlands/lsoa-lookup.csv.gz")}


@cache
def force_codes() -> dict[str, str]:
    return {row["name"]: row["code"] for row in table("forces.csv")}


def place_of(row: Row) -> Place:
    """The place that the row names; an authority that cannot be told leaves the row unplaced."""
    lsoa = row.first("LSOA code", "lsoa11cd_derived", "lsoa_of_accident_location", "lsoa_of_collision_location")
    code = row.first("local_authority_ons_district")
    name = row.first("Local authority", "local_authority_derived") or _SMALL_AREA_NAME.sub(
        "", row.first("LSOA name", "lsoa11nm_derived")
    )
    authority = _small_areas().get(lsoa) or code or _authorities().get(name)
    return Place(authority, lsoa or None) if authority else NOWHERE


@cache
def _real_month() -> Draw[Place]:
    """Our small areas, as often as the shipped month has crimes in them."""
    counted = Counter(row["LSOA code"] for row in table(WEST_MIDLANDS_MONTH))
    ours = {Place(_small_areas()[code], code): float(n) for code, n in counted.items() if code in _small_areas()}
    return mix(ours)


def spread(rng: Chance) -> Place:
    """A place in our areas, in the proportions of the real month."""
    return _real_month()(rng)


def home_of(rng: Chance, place: Place) -> str | None:
    """Where somebody harmed at `place` lives: mostly there, sometimes next door, now and then outside or not known."""
    lot = rng.random()
    if lot < 0.86 or place.authority is None:
        return place.authority if lot < 0.97 else None
    if lot < 0.95:
        return rng.choice(AREAS).code
    return rng.choice(OUTSIDE) if lot < 0.975 else None
