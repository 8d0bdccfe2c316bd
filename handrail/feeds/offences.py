"""What was recorded: offence codes in the true proportions of the force, and outcomes in the published mix."""

from functools import cache

from handrail.feeds.draws import Chance, Draw, mix
from handrail.feeds.places import table

HOMICIDE = {"1": 0.72, "4.1": 0.26, "4.2": 0.015, "4.10": 0.005}
"""How the one published homicide count is divided among its codes."""

_OLD_TYPES = {"Violent crime": "Violence and sexual offences"}
_ANYTHING_ELSE = (
    "Shoplifting", "Other theft", "Criminal damage and arson", "Drugs", "Public order", "Possession of weapons",
    "Theft from the person", "Bicycle theft", "Other crime",
)  # fmt: skip
"""What "Other crime" held until August 2011, when police.uk had six types."""
_FIRST_MONTH_OF_MORE_TYPES = "2011-09"
_PAIRED = {"Public disorder and weapons": ("Public order", "Possession of weapons")}

SLUGS = {
    "Anti-social behaviour": "anti-social-behaviour",
    "Bicycle theft": "bicycle-theft",
    "Burglary": "burglary",
    "Criminal damage and arson": "criminal-damage-arson",
    "Drugs": "drugs",
    "Other crime": "other-crime",
    "Other theft": "other-theft",
    "Possession of weapons": "possession-of-weapons",
    "Public disorder and weapons": "public-disorder-weapons",
    "Public order": "public-order",
    "Robbery": "robbery",
    "Shoplifting": "shoplifting",
    "Theft from the person": "theft-from-the-person",
    "Vehicle crime": "vehicle-crime",
    "Violence and sexual offences": "violent-crime",
    "Violent crime": "violent-crime",
}


@cache
def _counts() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row in table("offence-mix.csv"):
        counted = float(row["offences"])
        if "/" in row["offence_code"]:
            codes = {code: share * counted for code, share in HOMICIDE.items()}
        else:
            codes = {row["offence_code"]: counted}
        found.setdefault(row["crime_type"], {}).update(codes)
    return found


@cache
def _codes(types: tuple[str, ...]) -> Draw[str]:
    return mix({code: n for name in types for code, n in _counts()[name].items()})


@cache
def _types(crime_type: str, before_more_types: bool) -> tuple[str, ...]:
    if crime_type == "Other crime" and before_more_types:
        return _ANYTHING_ELSE
    name = _OLD_TYPES.get(crime_type, crime_type)
    return _PAIRED.get(name) or ((name,) if name in _counts() else ("Other crime",))


def offence_code(rng: Chance, crime_type: str, month: str) -> str:
    """A Home Office code of a police.uk type, as `month` ("2011-02") used the word, in true proportion."""
    return _codes(_types(crime_type, month < _FIRST_MONTH_OF_MORE_TYPES))(rng)


_NO_OUTCOME = frozenset({"", "Under investigation", "Status update unavailable", "Outcome not recorded"})
_NOT_SUPPORTED = mix({"14": 0.24, "15": 0.33, "16": 0.43})
_OUTCOMES: dict[str, Draw[str]] = {
    "Investigation complete; no suspect identified": mix({"18": 1}),
    "Unable to prosecute suspect": _NOT_SUPPORTED,
    "Suspect charged": mix({"1": 1}),
    "Suspect charged as part of another case": mix({"4": 1}),
    "Offender given a caution": mix({"3": 0.86, "2": 0.14}),
    "Offender given a drugs possession warning": mix({"7": 1}),
    "Offender given penalty notice": mix({"6": 1}),
    "Local resolution": mix({"8": 1}),
    "Formal action is not in the public interest": mix({"10": 0.8, "9": 0.2}),
    "Further action is not in the public interest": mix({"22": 1}),
    "Further investigation is not in the public interest": mix({"21": 1}),
    "Action to be taken by another organisation": mix({"20": 1}),
}
_CHARGED = mix({"1": 1})
"""Every other word of police.uk is a result in court, so there was a charge."""


@cache
def _outcome_mix(crime_type: str) -> Draw[str]:
    shares: dict[str, dict[str, float]] = {}
    for row in table("outcome-mix.csv"):
        shares.setdefault(row["crime_type"], {})[row["outcome"]] = float(row["share"])
    return mix(shares.get(crime_type) or shares["Other crime"])


@cache
def _type_of_code() -> dict[str, str]:
    return {code: name for name, codes in _counts().items() for code in codes}


def outcome_code(rng: Chance, said: str, code: str) -> str | None:
    """The Home Office outcome type behind what the file says; drawn from the published mix where it says nothing."""
    words = said or _outcome_mix(_type_of_code().get(code, "Other crime"))(rng)
    return None if words in _NO_OUTCOME else _OUTCOMES.get(words, _CHARGED)(rng)
