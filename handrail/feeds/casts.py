"""Who is in a crime: how many were harmed, of what kind, how old, and whether the police knew them already."""

from dataclasses import dataclass

from handrail.feeds.draws import Chance, chance, mix
from handrail.feeds.people import Person, Profile, invent, reference
from handrail.feeds.stories import Story

ADULT = Profile()
OLD = Profile(68, 95)
_BY_CODE = {
    "17A": Profile(13, 70, "male"), "17B": Profile(2, 12, "male"), "20A": Profile(13, 80, "female"),
    "20B": Profile(2, 12, "female"), "21": Profile(3, 12), "22A": Profile(13, 60, female=0.8),
    "22B": Profile(13, 15, female=0.85), "23": Profile(4, 30, female=0.85), "70": Profile(18, 60, female=0.7),
    "71": Profile(11, 17, female=0.85), "72": Profile(16, 40, female=0.9), "73": Profile(13, 17, female=0.7),
    "88A": Profile(10, 15, female=0.8), "88E": Profile(13, 70, female=0.85), "19C": Profile(16, 75, "female"),
    "19D": Profile(13, 15, "female"), "19E": Profile(2, 12, "female"), "19F": Profile(16, 70, "male"),
    "19G": Profile(13, 15, "male"), "19H": Profile(2, 12, "male"), "11A": Profile(0, 15), "13": Profile(1, 15),
    "28G": OLD, "28H": OLD, "8S": Profile(21, 54), "104": Profile(21, 54), "34B": Profile(12, 70, female=0.3),
    "39": Profile(14, 90, female=0.7), "44": Profile(10, 75, female=0.25), "8N": Profile(8, 85, female=0.45),
    "105A": Profile(8, 85, female=0.5), "106": Profile(16, 55), "5D": Profile(14, 70, female=0.25),
}  # fmt: skip
_DOMESTIC_PROFILE = Profile(16, 85, female=0.74)
_COLLISION = Profile(4, 88, female=0.4)
_COMES_BACK = {"domestic": (0.18, 110), "business": (0.5, 140), "asb": (0.14, 160), "other": (0.025, 90)}
"""How likely somebody is one of a few people whom the police meet again and again, and of how many in an area."""


@dataclass(frozen=True, slots=True)
class Role:
    """One entry in the list of victims. `known_twice`: the police hold the same person under a second reference."""

    kind: str
    person: Person
    known_twice: bool = False
    comes_back: bool = False

    @property
    def ref(self) -> str:
        return reference(self.person.ref, "second record") if self.known_twice else self.person.ref


_COUNT = mix({1: 93.5, 2: 5.5, 3: 1})


def cast(story: Story) -> list[Role]:
    """The people and businesses harmed; empty for a crime against the state, and where the record names nobody."""
    rng = story.chance("cast")
    kinds = _kinds(story, rng)
    return [_role(story, rng, kind, place) for place, kind in enumerate(kinds)]


def _kinds(story: Story, rng: Chance) -> list[str]:
    if story.severity == "fatal":
        return ["deceased", *(["person"] if chance(rng, 0.3) else []), *(["witness"] if chance(rng, 0.2) else [])]
    if story.severity:
        return ["person"] * _COUNT(rng)
    if story.incident:
        likely = 0.36 if story.incident == "anti_social_behaviour" else 0.97
        return ["person"] if chance(rng, likely) else []
    typical = story.typical_victim
    if typical == "bereaved" or story.code in ("4.4", "4.6", "4.8", "37.1"):
        return ["deceased", *(["witness"] if chance(rng, 0.3) else [])]
    return _BY_TYPICAL.get(typical, _personal)(story, rng)


def _personal(story: Story, rng: Chance) -> list[str]:
    if chance(rng, 0.012):
        return []
    witness = ["witness"] if story.violent and chance(rng, 0.02) else []
    return ["person"] * _COUNT(rng) + witness


def _state(story: Story, rng: Chance) -> list[str]:
    likely = 0.05 if story.group == "possession-of-weapons-offences" else 0.012
    return ["person"] if chance(rng, likely) else []


def _business(story: Story, rng: Chance) -> list[str]:
    lot = rng.random()
    return [] if lot < 0.06 else ["person"] if lot < 0.1 else ["business", "person"] if lot < 0.13 else ["business"]


def _business_and_staff(story: Story, rng: Chance) -> list[str]:
    return ["business", "person"] if chance(rng, 0.5) else ["business"]


def _mixed(story: Story, rng: Chance) -> list[str]:
    if story.domestic or story.strands or story.code in ("9A", "9B", "58A", "58C", "49", "8R"):
        return _personal(story, rng)
    lot = rng.random()
    return ["person"] if lot < 0.5 else ["business"] if lot < 0.72 else []


_BY_TYPICAL = {
    "state": _state,
    "business": _business,
    "business-and-staff": _business_and_staff,
    "mixed": _mixed,
}


def _profile(story: Story, kind: str) -> Profile:
    if kind in ("business", "witness"):
        return ADULT
    if story.severity or kind == "deceased":
        return _COLLISION
    if story.code in _BY_CODE and not (story.domestic and story.code in ("8N", "105A", "5D")):
        return _BY_CODE[story.code]
    return _DOMESTIC_PROFILE if story.domestic else _YOUNG_OR_NOT[story.group == "violence-against-the-person"]


_YOUNG_OR_NOT = (ADULT, Profile(10, 88))


def _role(story: Story, rng: Chance, kind: str, place: int) -> Role:
    profile, year = _profile(story, kind), int(story.month[:4])
    habit = "business" if kind == "business" else "domestic" if story.domestic else "asb" if story.incident else "other"
    likely, how_many = _COMES_BACK[habit]
    area = story.place.authority or "nowhere"
    back = kind in ("person", "business") and not story.severity and chance(rng, likely)
    if back:
        number = int(how_many * rng.random() ** 1.35)
        ref = reference(story.force, year, habit, profile, area, number)
    else:
        ref = reference(story.crime_id, place)
    return Role(kind, invent(ref, profile, year), back and chance(rng, 0.04), back)
