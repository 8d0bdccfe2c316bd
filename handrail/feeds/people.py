"""Invented people: one reference is one person in every crime; names, numbers and addresses belong to nobody."""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

import yaml

from handrail.feeds.draws import Chance, chance, mix, seeded
from handrail.feeds.places import DATA

_BOOK: dict[str, Any] = yaml.safe_load((DATA / "names.yaml").read_text(encoding="utf-8"))
GIVEN: dict[str, list[str]] = _BOOK["given"]
FAMILY_HEADS: list[str] = _BOOK["family"]["first"]
FAMILY_TAILS: list[str] = _BOOK["family"]["second"]
STREETS: list[str] = _BOOK["streets"]
BUSINESSES: list[str] = _BOOK["businesses"]
CODE_WORDS: list[str] = _BOOK["code_words"]
DISTRICTS = tuple(f"{area}{number}" for area, top in (("B", 48), ("CV", 8), ("DY", 10), ("WS", 14), ("WV", 16))
                  for number in range(1, top))  # fmt: skip
_NEVER_IN_A_UNIT = "CIKMOV"
"""Letters that no real postcode has in its last two places: so none of ours is real."""

_ETHNICITY = mix({"W1": 45, "W2": 1.4, "W9": 5, "M1": 2, "M9": 1.2, "A1": 6, "A2": 11, "A3": 2.6, "A9": 2.4, "B1": 4.2,
                  "B2": 3.6, "B9": 1.2, "O9": 2.4, "NS": 5, "not_recorded": 4, "not_asked": 2, "refused": 1.4,
                  "not_known": 0.6})  # fmt: skip
_LANGUAGE = mix({"en": 88, "ur": 2.6, "pa": 2.2, "pl": 1.7, "ro": 1.5, "bn": 0.8, "ar": 0.8, "so": 0.6, "fa": 0.3,
                 "ti": 0.2, "bfi": 0.1, "not_known": 1.2})  # fmt: skip
_RELIGION = mix({"none": 33, "christian": 30, "muslim": 16, "sikh": 4, "hindu": 2, "buddhist": 0.4, "jewish": 0.2,
                 "other": 0.6, "refused": 3, "not_asked": 10.8})  # fmt: skip
_ORIENTATION = mix({"heterosexual": 72, "gay": 1.4, "lesbian": 1.2, "bisexual": 1.6, "other": 0.3, "refused": 4,
                    "not_asked": 19.5})  # fmt: skip
_DISABILITY = mix({"no": 70, "mental_health": 7, "physical": 5, "long_term_illness": 3, "sensory": 1, "learning": 1.4,
                   "neurodivergent": 2, "several": 1, "not_asked": 7, "refused": 1, "not_known": 1.6})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """Whom to invent: youngest and oldest age in the year, and the sex where the offence says it."""

    youngest: int = 18
    oldest: int = 92
    sex: str | None = None
    female: float = 0.5


@dataclass(frozen=True, slots=True)
class Person:
    """One invented human being. `sex` is female or male; what the police wrote down may say less."""

    ref: str
    sex: str
    born: date
    ethnicity: str
    language: str
    religion: str
    orientation: str
    disability: str
    given: str
    family: str

    def age_on(self, day: date) -> int:
        return max(0, day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day)))


def reference(*parts: object) -> str:
    """A police person reference, plainly marked as invented: INV-8F31C0A94D."""
    return f"INV-{blake2b('/'.join(map(str, parts)).encode(), digest_size=6).hexdigest().upper()}"


def invent(ref: str, profile: Profile, year: int) -> Person:
    """The person behind `ref`; `year` anchors the age, which stays within the profile's bounds all year."""
    rng = seeded(ref, year)
    sex = profile.sex or ("female" if chance(rng, profile.female) else "male")
    age = _age(rng, profile.youngest, profile.oldest)
    return Person(
        ref=ref,
        sex=sex,
        born=date(year, 7, 1) - timedelta(days=int(age * 365.25)),
        ethnicity=_ETHNICITY(rng),
        language=_LANGUAGE(rng),
        religion=_RELIGION(rng),
        orientation=_ORIENTATION(rng),
        disability=_DISABILITY(rng),
        given=rng.choice(GIVEN[sex]),
        family=rng.choice(FAMILY_HEADS) + rng.choice(FAMILY_TAILS),
    )


def _age(rng: Chance, youngest: int, oldest: int) -> float:
    low, high = youngest + 0.5, oldest + 0.48
    if high - low < 25:
        return rng.uniform(low, max(low, high))
    return min(high, max(low, rng.triangular(low, high, low + 0.2 * (high - low))))


def mobile(rng: Chance) -> str:
    return f"07700 900{rng.randint(0, 999):03d}"


def landline(rng: Chance) -> str:
    return f"0121 496 0{rng.randint(0, 999):03d}"


def email(person: Person) -> str:
    return f"{person.given}.{person.family}.{person.ref[-6:]}@example.org".lower()


def address(rng: Chance) -> dict[str, object]:
    unit = rng.choice(_NEVER_IN_A_UNIT) + rng.choice(_NEVER_IN_A_UNIT)
    return {
        "lines": [f"{rng.randint(1, 180)} {rng.choice(STREETS)}", "Inventedby"],
        "postcode": f"{rng.choice(DISTRICTS)} {rng.randint(1, 9)}{unit}",
    }


def code_word(rng: Chance) -> str:
    return rng.choice(CODE_WORDS)


def officer(rng: Chance) -> dict[str, str]:
    """An invented officer, reachable nowhere."""
    given, family = rng.choice(GIVEN["female" if chance(rng, 0.4) else "male"]), rng.choice(FAMILY_HEADS)
    return {
        "name": f"{given} {family}ton",
        "email": f"{given}.{family}ton@police.example.org".lower(),
        "phone": landline(rng),
    }
