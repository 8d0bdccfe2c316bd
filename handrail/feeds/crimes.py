"""From a story to what the force tells us: the crime as recorded, and later full snapshots with what changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.police import CrimeRecorded, CrimeUpdated, Outcome, Risk
from handrail.feeds.casts import Role, cast
from handrail.feeds.details import details, may_be_sealed
from handrail.feeds.draws import Chance, chance, seeded
from handrail.feeds.harms import InventedVictim, harm, suspects
from handrail.feeds.moments import local
from handrail.feeds.stories import Story, flagged
from handrail.publishing import KID
from kit.sealing import seal_jwe


class InventedCrime(CrimeRecorded):
    """A real row with invented people in it."""

    victims: tuple[InventedVictim, ...] = ()


class InventedUpdate(CrimeUpdated):
    victims: tuple[InventedVictim, ...] = ()


@dataclass(frozen=True, slots=True)
class Peopled:
    """A story with its people. `roles` and the victims of `crime` stand side by side."""

    story: Story
    roles: list[Role]
    crime: InventedCrime


_QUICK_OUTCOMES = frozenset({"18"})
"""Most crimes without a suspect are filed the day they are recorded."""


def peopled(bare: Story, key: bytes) -> Peopled:
    """Puts people into a story. `key` seals what is personal."""
    roles = cast(bare)
    ages = [r.person.age_on(bare.reported_on) for r in roles if r.kind in ("person", "deceased")]
    rng = bare.chance("record")
    story = flagged(bare, rng, min(ages, default=None))
    victims = tuple(sealed(harm(role, story), role, story, key) for role in roles)
    return Peopled(story, roles, _recorded(story, roles, victims, rng))


def sealed(victim: InventedVictim, role: Role, story: Story, key: bytes) -> InventedVictim:
    """The victim with their details under the ingest key, where they may be shared."""
    if not may_be_sealed(victim, story) or (victim.kind == "business" and not victim.named_contact):
        return victim
    protected = {"crime_id": str(story.crime_id), "victim_ref": victim.victim_ref}
    token = seal_jwe(details(role, victim, story), key, KID, protected)
    return victim.model_copy(update={"sealed": token})


def _recorded(story: Story, roles: list[Role], victims: tuple[InventedVictim, ...], rng: Chance) -> InventedCrime:
    first, last = story.days
    vias = ("phone", "phone", "phone", "online", "police", "third_party", "other")
    via: Any = rng.choice(vias)
    return InventedCrime(
        crime_id=story.crime_id,
        force=story.force,
        crime_reference=f"{story.force}/{story.crime_id.hex[:6].upper()}/{story.month[2:4]}",
        recorded_at=local(story.at.recorded_at),
        reported_at=local(story.at.reported_at),
        committed_from=first,
        committed_to=last,
        offence_code=story.code,
        offence_group=story.group or None,
        crime_type=story.crime_type,
        incident_kind=story.incident,
        flags=_punctual_flags(story),
        hate_strands=story.strands,
        local_authority=story.place.authority,
        lsoa=story.place.lsoa,
        outcome=_outcome_at_once(story),
        suspects=suspects(story, roles),
        major_incident_id=f"MI-{story.month}-{story.place.authority}" if chance(rng, 0.0003) else None,
        reported_via=via,
        victims=victims,
    )


def _late_flag(story: Story) -> str | None:
    """The flag that is recorded only later: the one that changes most about a case, in a few crimes."""
    for name in ("honour_based_abuse", "stalking", "child_sexual_exploitation", "domestic_abuse"):
        if name in story.flags:
            return name if story.group and chance(story.chance("late flag"), 0.05) else None
    return None


def _punctual_flags(story: Story) -> tuple[str, ...]:
    late = _late_flag(story)
    return tuple(flag for flag in story.flags if flag != late)


def _outcome_at_once(story: Story) -> Outcome | None:
    if story.outcome in _QUICK_OUTCOMES and chance(story.chance("filed"), 0.8):
        return Outcome(code=story.outcome, at=local(story.at.recorded_at))
    return None


def outcome_at(story: Story) -> datetime:
    """When the outcome was decided: days for the simple, weeks for the rest."""
    rng = story.chance("outcome at")
    days = {"18": 6, "8": 20, "14": 12, "20": 15}.get(story.outcome or "", 34)
    return story.at.told_at + timedelta(days=1 + days * rng.random() ** 1.3, seconds=rng.randint(0, 3599))


Change = tuple[datetime, dict[str, Any], tuple[str, ...]]
"""When, which fields are new, and their names."""


def updates(told: Peopled, key: bytes) -> Iterator[tuple[datetime, InventedUpdate]]:
    """Later snapshots in order: each holds all that is known then. Nothing after the story's last moment."""
    state: dict[str, Any] = {name: getattr(told.crime, name) for name in type(told.crime).model_fields}
    revision = 1
    for when, new, changed in sorted(_changes(told, key), key=lambda change: change[0]):
        if when >= told.story.latest:
            return
        state |= new
        if first := state.pop("victim", None):
            state["victims"] = (state["victims"][0].model_copy(update=first), *state["victims"][1:])
        state["victims"] = state["victims"][: state.pop("fewer", None)]
        revision += 1
        revised = when.replace(microsecond=0)
        yield (
            revised + timedelta(seconds=20),
            InventedUpdate.model_construct(**state, revision=revision, revised_at=local(revised), changed=changed),
        )


def _changes(told: Peopled, key: bytes) -> Iterator[Change]:
    story, rng = told.story, told.story.chance("changes")
    if story.outcome and told.crime.outcome is None:
        at = outcome_at(story)
        yield at, {"outcome": Outcome(code=story.outcome, at=local(at))}, ("outcome",)
    if late := _late_flag(story):
        flags = (*told.crime.flags, late)
        yield _days_later(story, rng, 9), {"flags": flags}, ("flags",)
    if not told.roles or told.roles[0].kind not in ("person", "business"):
        return
    first = told.crime.victims[0]
    if story.code in _RECLASSIFIED and chance(rng, 0.02):
        code, group = _RECLASSIFIED[story.code]
        yield _days_later(story, rng, 12), {"offence_code": code, "offence_group": group}, ("offence_code",)
    if first.risk is None and story.domestic and first.relationship_to_suspect != "not_recorded" and chance(rng, 0.4):
        risk = Risk(dash_score=rng.randint(3, 18), grade="medium")
        yield _days_later(story, rng, 3), {"victim": {"risk": risk}}, ("victims.risk",)
    yield from _asked_later(told, key)
    if len(told.roles) > 1 and chance(rng, 0.02):
        yield _days_later(story, rng, 20), {"fewer": 1}, ("victims",)


_RECLASSIFIED = {
    "105A": ("8N", "violence-against-the-person"),
    "8L": ("8U", "violence-against-the-person"),
    "8R": ("8Q", "violence-against-the-person"),
    "49": ("53D", "fraud-offences"),
    "49A": ("53D", "fraud-offences"),
    "61": ("53C", "fraud-offences"),
}
"""What a crime turns out to be: injury, control, stalking, fraud."""


def _days_later(story: Story, rng: Chance, days: float) -> datetime:
    return story.at.told_at + timedelta(hours=2, days=days * rng.random())


def _asked_later(told: Peopled, key: bytes) -> Iterator[Change]:
    """Somebody who had not been asked was asked: the answer comes as an update, with details if it was yes."""
    role, victim = told.roles[0], told.crime.victims[0]
    if victim.share != "not_asked" or not told.story.opt_in:
        return
    rng = seeded(told.story.crime_id, victim.victim_ref, "asked later")
    if chance(rng, 0.35):
        share = "agreed" if chance(rng, 0.75) else "refused"
        now = victim.model_copy(update={"share": share, "share_by": "self"})
        new = {"share": share, "share_by": "self", "sealed": sealed(now, role, told.story, key).sealed}
        yield _days_later(told.story, rng, 5), {"victim": new}, ("victims.share",)
