"""What the police wrote about each person harmed: relationship, risk, vulnerability, sharing and what is safe."""

from datetime import date, timedelta
from typing import Any

from contracts.police import Kin, Risk, Suspect, Victim
from handrail.feeds.casts import Role
from handrail.feeds.draws import Chance, chance, mix, seeded
from handrail.feeds.people import Person, Profile, invent, reference
from handrail.feeds.places import home_of
from handrail.feeds.stories import Story


class InventedVictim(Victim):
    """Everybody the feed adds says so."""

    invented: bool


_DOMESTIC_TIE = mix({"partner": 36, "ex_partner": 37, "family": 26, "not_recorded": 1})
_OTHER_TIE = mix({"stranger": 40, "acquaintance": 33, "none": 3, "not_known": 15, "not_recorded": 9})
_CHILD_TIE = mix({"family": 55, "acquaintance": 30, "stranger": 9, "not_known": 6})
_SHARE_ASKED = mix({"agreed": 64, "refused": 20, "not_asked": 16})
_SHARE = mix({"agreed": 22, "not_asked": 72, "refused": 6})
_GRADE = mix({"standard": 50, "medium": 35, "high": 14.2, "imminent": 0.8})
_DASH = {"standard": (0, 8), "medium": (6, 13), "high": (12, 24), "imminent": (16, 26)}
_VULNERABLE = (("mental_health", 0.08), ("physical_disability", 0.04), ("learning_disability", 0.014),
               ("intimidated", 0.02), ("substance_use", 0.02), ("homeless", 0.006), ("protected_address", 0.004),
               ("suicide_risk", 0.005), ("capacity_in_doubt", 0.003), ("no_recourse", 0.003), ("sex_work", 0.002),
               ("pregnant", 0.006), ("communication_needs", 0.01))  # fmt: skip
_UNKNOWN_AGE = mix({"not_known": 6, "not_recorded": 5, "not_asked": 2, "refused": 1})
_TIES_OF_KIN = mix(
    {"spouse": 24, "parent": 30, "child": 18, "sibling": 16, "partner": 8, "grandparent": 2, "friend": 2}
)
_KIN_AGES = {"parent": Profile(38, 80), "child": Profile(4, 60), "grandparent": Profile(60, 92)}
_SUSPECT_AGE = mix({"10-12": 1, "13-15": 6, "16-17": 8, "18-24": 22, "25-34": 28, "35-44": 18, "45-54": 10, "55-64": 4,
                    "not_known": 3})  # fmt: skip
_HAS_SUSPECT = {"14": 0.1, "18": 0.0, None: 0.35}


def safe_kinds(role: Role, story: Story) -> dict[str, str]:
    """The person's channels and how safe each was said to be, by kind: the same in the open part and under seal."""
    rng = seeded(story.crime_id, role.ref, "channels")
    if chance(rng, 0.03):
        return {}
    odds = mix(
        {"safe": 58, "unknown": 29, "unsafe": 13} if story.domestic else {"safe": 78, "unknown": 20.5, "unsafe": 1.5}
    )
    kinds = ["mobile", *(["text"] if chance(rng, 0.5) else []), *(["email"] if chance(rng, 0.6) else [])]
    kinds += ["landline"] if chance(rng, 0.2) else []
    kinds += ["letter"] if chance(rng, 0.15 if story.domestic else 0.4) else []
    return {kind: odds(rng) for kind in kinds}


def harm(role: Role, story: Story) -> InventedVictim:
    """One entry of the list of victims, without its seal."""
    rng = seeded(story.crime_id, role.ref)
    person = role.person
    if role.kind == "business":
        return _business(role, story, rng)
    age = person.age_on(story.reported_on)
    child = age < 18
    share = (_SHARE_ASKED if story.opt_in or role.kind == "deceased" else _SHARE)(rng)
    own = InventedVictim(
        victim_ref=role.ref,
        invented=True,
        kind=role.kind,
        **_ages(person, story, rng),
        **_written_down(person, rng),
        home_local_authority=home_of(rng, story.place),
        relationship_to_suspect=_tie(story, child, rng),
        vulnerabilities=_vulnerabilities(story, age, rng),
        works_for="police" if story.code in ("8S", "104") else "none" if chance(rng, 0.9997) else "hub",
        also_suspect=story.violent and role.kind == "person" and chance(rng, 0.012),
        repeat_victim=role.comes_back if chance(rng, 0.9) else None,
        risk=_risk(story, rng) if (story.domestic or story.stalking) and age >= 16 else None,
        share=share,
        share_by=_share_by(age, rng) if share != "not_asked" else None,
        channels_safe=_open_channels(role, story),
    )
    return own if role.kind != "deceased" else own.model_copy(update=_of_the_dead(role, story, rng))


def _business(role: Role, story: Story, rng: Chance) -> InventedVictim:
    named = chance(rng, 0.72)
    return InventedVictim(
        victim_ref=role.ref,
        kind="business",
        invented=True,
        home_local_authority=story.place.authority,
        relationship_to_suspect="not_known",
        repeat_victim=role.comes_back,
        named_contact=named,
        share=(share := _SHARE(rng)),
        share_by="representative" if share != "not_asked" else None,
        channels_safe=_open_channels(role, story) if named else (),
    )


def _open_channels(role: Role, story: Story) -> tuple[Any, ...]:
    return tuple(kind for kind, safety in safe_kinds(role, story).items() if safety == "safe")


def _ages(person: Person, story: Story, rng: Chance) -> dict[str, Any]:
    if chance(rng, 0.014):
        return {"age_at_offence": _UNKNOWN_AGE(rng), "age_at_report": _UNKNOWN_AGE(rng)}
    at_report = person.age_on(story.reported_on)
    then = story.days[1]
    offence = person.age_on(then) if then else "not_known"
    return {"age_at_offence": offence, "age_at_report": at_report if chance(rng, 0.97) else "not_recorded"}


def _written_down(person: Person, rng: Chance) -> dict[str, Any]:
    other = chance(rng, 0.004)
    return {
        "sex": person.sex if chance(rng, 0.97) else "not_recorded",
        "gender": "non_binary" if other else {"female": "woman", "male": "man"}[person.sex],
        "ethnicity": person.ethnicity,
        "disability": person.disability,
        "orientation": person.orientation,
        "religion": person.religion,
        "language": person.language,
    }


def _tie(story: Story, child: bool, rng: Chance) -> Any:
    if child and (story.domestic or story.sexual):
        return _CHILD_TIE(rng)
    return (_DOMESTIC_TIE if story.domestic else _OTHER_TIE)(rng)


def _vulnerabilities(story: Story, age: int, rng: Chance) -> tuple[Any, ...]:
    found = [name for name, odds in _VULNERABLE if chance(rng, odds)]
    if story.domestic and age >= 16 and chance(rng, 0.34):
        found.append("children_in_household")
    if (story.domestic or story.code == "11A") and chance(rng, 0.05):
        found.append("child_at_risk")
    if age >= 70 and chance(rng, 0.3):
        found.append("older_person")
    return tuple(found)


def _risk(story: Story, rng: Chance) -> Risk | None:
    lot = rng.random()
    if lot < 0.05:
        return None
    grade: Any = _GRADE(rng)
    low, high = _DASH[grade]
    marac: date | None = None
    if chance(rng, 0.02):
        marac = story.reported_on - timedelta(days=rng.randint(20, 420))
    return Risk(
        dash_score=rng.randint(low, high) if lot > 0.12 else None,
        grade=grade if lot > 0.08 or lot < 0.07 else None,
        marac_on=marac,
        judgement=chance(rng, 0.03),
    )


def _share_by(age: int, rng: Chance) -> Any:
    if age < 16:
        return "parent" if chance(rng, 0.9) else "other"
    return "self" if chance(rng, 0.97) else "representative"


def _of_the_dead(role: Role, story: Story, rng: Chance) -> dict[str, Any]:
    """The dead have no channel, risk or tie of their own; the bereaved each have a case."""
    kin = [_kin(role, story, number, rng) for number in range(rng.randint(1, 3))]
    return {
        "bereaved": tuple(kin),
        "share": "agreed" if any(one.share == "agreed" for one in kin) else "not_asked",
        "share_by": None,
        "channels_safe": (),
        "risk": None,
        "vulnerabilities": (),
        "also_suspect": False,
        "repeat_victim": None,
    }


def kin_person(role: Role, number: int, relationship: str, year: int) -> Person:
    """The relative behind a kin_ref, who has the family name of the dead."""
    profile = _KIN_AGES.get(relationship, Profile(18, 80))
    return invent(reference(role.person.ref, "kin", number), profile, year)


def _kin(role: Role, story: Story, number: int, rng: Chance) -> Kin:
    relationship: Any = _TIES_OF_KIN(rng)
    person = kin_person(role, number, relationship, int(story.month[:4]))
    share: Any = _SHARE_ASKED(rng)
    return Kin(
        kin_ref=person.ref,
        relationship=relationship,
        age_at_report=person.age_on(story.reported_on),
        language=person.language,
        share=share,
        channels_safe=("mobile",) if share == "agreed" and chance(rng, 0.8) else (),
        also_suspect=bool(story.code) and chance(rng, 0.03),
        works_for="none",
    )


def suspects(story: Story, roles: list[Role]) -> tuple[Suspect, ...]:
    """Who is suspected, in the same space of references as victims: so some are victims elsewhere."""
    rng = story.chance("suspects")
    likely = 0.95 if story.domestic else _HAS_SUSPECT.get(story.outcome, 0.96)
    if story.severity:
        likely = 0.3 if story.code else 0.05
    if not roles or not chance(rng, likely):
        return ()
    refs = [reference(story.crime_id, "suspect")]
    if chance(rng, 0.02):
        area, year = story.place.authority or "nowhere", int(story.month[:4])
        refs = [reference(story.force, year, "other", Profile(), area, rng.randint(0, 89))]
    if story.violent and chance(rng, 0.07):
        refs.append(reference(story.crime_id, "second suspect"))
    return tuple(
        Suspect(
            suspect_ref=ref,
            age_band=_SUSPECT_AGE(rng),
            sex="male" if chance(rng, 0.8) else "female",
            ethnicity="not_recorded",
            same_household=story.domestic and chance(rng, 0.4),
            works_for="none" if chance(rng, 0.998) else rng.choice(("police", "hub", "provider")),
        )
        for ref in refs
    )
