"""What a row becomes before anybody is in it: place, moments, offence, flags and outcome of one crime or incident."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts.identity import NS
from contracts.reference import offence
from contracts.working_time import local_day
from handrail.feeds.draws import Chance, chance, mix, seeded
from handrail.feeds.moments import Moments, committed, last_moment, moments
from handrail.feeds.offences import SLUGS, offence_code, outcome_code
from handrail.feeds.places import OURS, Place, force_codes, place_of, spread
from handrail.feeds.sources import Row

OUR_FORCE = "20"
RACIAL_CODES = frozenset({"8M", "8P", "105B", "9B", "58J"})
SEXUAL = "sexual-offences"
DEADLY_DRIVING = frozenset({"4.4", "4.6", "4.8", "37.1"})

_DOMESTIC = {
    "8N": 0.36, "105A": 0.36, "5D": 0.22, "8L": 0.4, "8Q": 0.5, "8R": 0.33, "3B": 0.35, "36": 0.25, "58A": 0.2,
    "58C": 0.1, "58D": 0.12, "2": 0.3, "19C": 0.35, "19F": 0.15, "20A": 0.1, "9A": 0.05, "40": 0.15, "11A": 0.5,
    "22A": 0.2, "5E": 0.3, "56A": 0.2, "1": 0.25, "8M": 0.02, "106": 0.04, "23": 0.9, "48": 0.02,
}  # fmt: skip
"""How likely the flag is for a code: about a third of violence is domestic."""
_HATE = {"9A": 0.06, "8L": 0.04, "105A": 0.02, "8N": 0.015, "58A": 0.015, "58D": 0.015, "8R": 0.03, "34B": 0.006}
_STRANDS = mix({"race": 62, "religion": 9, "sexual_orientation": 15, "disability": 9, "transgender": 4,
                "alternative_subculture": 0.6, "sex": 0.4})  # fmt: skip
_RACIAL = mix({"race": 84, "religion": 16})
_INCIDENTS = mix({"anti_social_behaviour": 95.4, "domestic": 2.2, "hate": 1.6, "other": 0.8})
_FATAL = mix({"4.4": 26, "4.8": 22, "4.6": 4, "37.1": 2, "": 46})
_SERIOUS = mix({"4.12": 16, "": 84})
_KNIFE = {"5D": 0.3, "2": 0.5, "1": 0.6, "34B": 0.24, "34A": 0.2, "3B": 0.12, "10D": 0.9, "8N": 0.02, "36": 0.1}
_ONLINE = {"8R": 0.8, "88A": 0.8, "8L": 0.25, "8Q": 0.3, "35": 0.5, "86": 0.7, "71": 0.4}
_EXPLOITED = {"92A": 0.07, "92D": 0.006, "10D": 0.02, "71": 0.5, "88A": 0.06, "22B": 0.06, "34B": 0.004, "106": 0.3}
_RARE = (("corrosive_substance", 0.0008), ("terrorism", 0.00004))
_HISTORICAL = 0.14
_NO_AREA = Place(None)


@dataclass(frozen=True, slots=True)
class Feed:
    """One run: its seed, the month it stamps rows with (None: their own), how it places them, and the present."""

    seed: int
    now: datetime
    as_month: str | None = None
    areas: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One crime or incident as it will be told. `severity` belongs to a collision: fatal, serious or slight."""

    crime_id: uuid.UUID
    month: str
    force: str
    place: Place
    at: Moments
    days: tuple[date | None, date | None]
    latest: datetime
    code: str | None
    crime_type: str | None = None
    incident: str | None = None
    severity: str | None = None
    domestic: bool = False
    flags: tuple[str, ...] = ()
    strands: tuple[str, ...] = ()
    outcome: str | None = None

    @property
    def reported_on(self) -> date:
        return local_day(self.at.reported_at)

    @property
    def group(self) -> str:
        known = offence(self.code)
        return known.group if known else ""

    @property
    def typical_victim(self) -> str:
        known = offence(self.code)
        return known.typical_victim if known else "mixed"

    @property
    def sexual(self) -> bool:
        return self.group == SEXUAL or "child_sexual_exploitation" in self.flags

    @property
    def violent(self) -> bool:
        return self.group in ("violence-against-the-person", SEXUAL, "robbery")

    @property
    def exploitation(self) -> bool:
        named = {"child_sexual_exploitation", "child_criminal_exploitation", "county_lines", "modern_slavery_nrm"}
        return self.code in ("71", "72", "106") or not named.isdisjoint(self.flags)

    @property
    def stalking(self) -> bool:
        return self.code == "8Q" or "stalking" in self.flags

    @property
    def opt_in(self) -> bool:
        """A kind of crime in which the police ask before they share (the first dated policy of the hub)."""
        honour = "honour_based_abuse" in self.flags
        return self.domestic or self.sexual or bool(self.strands) or self.stalking or self.exploitation or honour

    def chance(self, *of: object) -> Chance:
        """The source of chance for one aspect of this crime."""
        return seeded(self.crime_id, *of)


def month_of(row: Row, feed: Feed) -> str:
    """The month a row is stamped with. Collisions know their year only, so a month of it is drawn."""
    if feed.as_month:
        return feed.as_month
    if own := row.cells.get("Month"):
        return own
    if dated := row.cells.get("date", ""):
        return f"{dated[6:10]}-{dated[3:5]}"
    return f"{row.first('accident_year', 'collision_year')}-{seeded(feed.seed, row.source).randint(1, 12):02d}"


def force_of(row: Row) -> str:
    """The Home Office code of the force; the words of the file where they are not known."""
    said = row.first("Falls within", "Reported by")
    if not said:
        return OUR_FORCE
    return force_codes().get(said, "".join(c for c in said if c.isalnum())[:20] or "99")


def crime_id(force: str, month: str, source: str, ordinal: int, seed: int) -> uuid.UUID:
    """The same row of the same month is the same crime, whenever it is fed; an equal row is another crime."""
    return uuid.uuid5(NS, f"crime/{force}/{month}/{source}/{ordinal}/{seed}")


def place_for(row: Row, force: str, feed: Feed, rng: Chance) -> Place:
    """The row's own place, or one of ours where rows are spread (by default those of another force)."""
    return spread(rng) if spreads(force, feed) else place_of(row)


def spreads(force: str, feed: Feed) -> bool:
    """Whether rows of this force are placed over our areas."""
    return feed.areas == "spread" or (feed.areas is None and force != OUR_FORCE)


def tell(row: Row, ordinal: int, said: str, feed: Feed) -> Story:
    """Draws the story of a good row. `said` is its last outcome in the words of police.uk, or ""."""
    month, force = month_of(row, feed), force_of(row)
    which = crime_id(force, month, row.source, ordinal, feed.seed)
    rng = seeded(which)
    latest = last_moment(month, feed.now)
    at = moments(rng, month, latest)
    bare = Story(which, month, force, place_for(row, force, feed, rng), at, (None, None), latest, code=None)
    if severity := row.first("accident_severity", "collision_severity"):
        return _collision(rng, bare, severity)
    return _crime(rng, bare, row.cells["Crime type"], row.cells["Month"], said)


_SEVERITIES = {"1": "fatal", "2": "serious", "3": "slight"}


def _collision(rng: Chance, bare: Story, severity: str) -> Story:
    how = _SEVERITIES.get(severity, severity.lower())
    code = _FATAL(rng) if how == "fatal" else _SERIOUS(rng) if how == "serious" else ""
    day = bare.reported_on
    return replace(bare, code=code or None, incident=None if code else "road_collision", severity=how, days=(day, day))


def _crime(rng: Chance, bare: Story, crime_type: str, as_published: str, said: str) -> Story:
    slug = SLUGS.get(crime_type, "other-crime")
    if slug == "anti-social-behaviour":
        kind = _INCIDENTS(rng)
        strands = (_STRANDS(rng),) if kind == "hate" else ()
        flags = ("anti_social_behaviour",) if kind == "hate" and chance(rng, 0.2) else ()
        if kind == "anti_social_behaviour" and chance(rng, 0.02):
            flags = ("persistently_targeted",)
        return replace(
            bare,
            incident=kind,
            crime_type=slug,
            strands=strands,
            flags=flags,
            domestic=kind == "domestic",
            days=committed(rng, bare.reported_on, 0),
        )
    code = offence_code(rng, crime_type, as_published)
    crime = replace(bare, code=code, crime_type=slug)
    historical = _HISTORICAL if crime.group == SEXUAL else 0.002
    return replace(
        crime,
        domestic=chance(rng, _DOMESTIC.get(code, 0.0)),
        strands=_strands(rng, code),
        days=committed(rng, bare.reported_on, historical),
        outcome=outcome_code(rng, said, code),
    )


def _strands(rng: Chance, code: str) -> tuple[str, ...]:
    if code in RACIAL_CODES:
        first = _RACIAL(rng)
    elif chance(rng, _HATE.get(code, 0.0005)):
        first = _STRANDS(rng)
    else:
        return ()
    second = _STRANDS(rng) if chance(rng, 0.05) else first
    return (first,) if second == first else (first, second)


def flagged(story: Story, rng: Chance, youngest: int | None) -> Story:
    """The story with its flags, which depend on how old the youngest person harmed is."""
    code, flags = story.code or "", list(story.flags)
    under_18 = youngest is not None and youngest < 18
    if story.domestic:
        flags.append("domestic_abuse")
        if chance(rng, 0.012):
            flags += ["honour_based_abuse", *(["forced_marriage"] if chance(rng, 0.2) else [])]
        if chance(rng, 0.015):
            flags.append("stalking")
    if story.group == SEXUAL and under_18:
        flags += ["child_sexual_abuse", *(["child_sexual_exploitation"] if chance(rng, 0.06) else [])]
    if chance(rng, _EXPLOITED.get(code, 0.0)) and (under_18 or youngest is None):
        flags.append("child_sexual_exploitation" if story.group == SEXUAL else _criminal_exploitation(rng))
    if code == "106" and chance(rng, 0.6):
        flags.append("modern_slavery_nrm")
    flags += [name for name, odds in (("knife_or_sharp_instrument", _KNIFE), ("online", _ONLINE))
              if chance(rng, odds.get(code, 0.0))]  # fmt: skip
    if story.violent and chance(rng, 0.12):
        flags.append("alcohol")
    if under_18 and chance(rng, 0.7):
        flags.append("victim_under_18")
    flags += [name for name, odds in _RARE if code and chance(rng, odds)]
    if youngest is not None and youngest <= 17 and story.group == "violence-against-the-person" and chance(rng, 0.004):
        flags.append("fgm")
    return replace(story, flags=tuple(dict.fromkeys(flags)))


def _criminal_exploitation(rng: Chance) -> str:
    return "county_lines" if chance(rng, 0.55) else "child_criminal_exploitation"


def outside(story: Story) -> bool:
    return story.place.authority is not None and story.place.authority not in OURS
