"""What is known of one person in one crime, as far as the Code asks; no personal data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from contracts.police import Crime, Kin, Victim
from contracts.reference import offence

NOTHING: frozenset[str] = frozenset()
CHILD_BANDS = frozenset({"0-9", "10-12", "13-15", "16-17"})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts that conditions may ask for. Hashable: equal circumstances raise equal duties.

    `stages`, `enhanced`, `sentence_kind` and `sentence_months` belong to the moment of a trigger; the rest to the case.
    """

    reported: bool = True
    kind: str = "person"
    offence_code: str | None = None
    offence_group: str | None = None
    offence_subgroup: str | None = None
    incident_kind: str | None = None
    flags: frozenset[str] = NOTHING
    hate_strands: frozenset[str] = NOTHING
    vulnerabilities: frozenset[str] = NOTHING
    relationship: str = "not_recorded"
    under_18_at_offence: bool | None = None
    repeat_victim: bool | None = None
    also_suspect: bool = False
    named_contact: bool = False
    share: str = "not_asked"
    usable_details: bool = False
    offender_under_18: bool | None = None
    stages: frozenset[str] = NOTHING
    enhanced: frozenset[str] = NOTHING
    sentence_kind: str | None = None
    sentence_months: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Only what differs from an empty case, sets as sorted lists."""
        told = {key: getattr(self, key) for key in _EMPTY}
        return {
            key: sorted(value) if isinstance(value, frozenset) else value
            for key, value in told.items()
            if value != _EMPTY[key]
        }


_EMPTY = {f.name: f.default for f in fields(Circumstances)}
FIELDS = frozenset(_EMPTY)
SETS = frozenset(name for name, default in _EMPTY.items() if isinstance(default, frozenset))
NUMBERS = frozenset({"sentence_months"})


def from_json(told: Mapping[str, Any]) -> Circumstances:
    """The inverse of `as_json`; keys that no longer exist are dropped."""
    known: dict[str, Any] = {k: frozenset(v) if k in SETS else v for k, v in told.items() if k in FIELDS}
    return Circumstances(**known)


def of_victim(crime: Crime, victim: Victim) -> Circumstances:
    """Circumstances of a person, a business or a witness."""
    under_18 = _under_18(victim.age_at_offence, victim.age_at_report)
    if under_18 is None and "victim_under_18" in crime.flags:
        under_18 = True
    return Circumstances(
        **_of_crime(crime),
        kind=victim.kind,
        vulnerabilities=frozenset(victim.vulnerabilities),
        relationship=victim.relationship_to_suspect,
        under_18_at_offence=under_18,
        repeat_victim=victim.repeat_victim,
        also_suspect=victim.also_suspect,
        named_contact=victim.named_contact,
        share=victim.share,
        usable_details=bool(victim.sealed or victim.channels_safe),
    )


ABOUT_THE_PERSON = frozenset({"victim_vulnerable", "victim_intimidated", "persistently_targeted", "victim_under_18"})
"""Flags that speak of the direct victim; of a deceased they say nothing about the bereaved."""


def of_kin(crime: Crime, deceased: Victim, kin: Kin) -> Circumstances:
    """Circumstances of somebody bereaved: the crime's facts and their own, never those of the deceased."""
    told = _of_crime(crime) | {"flags": frozenset(crime.flags) - ABOUT_THE_PERSON}
    return Circumstances(
        **told,
        kind="bereaved",
        under_18_at_offence=_under_18("not_recorded", kin.age_at_report),
        also_suspect=kin.also_suspect,
        share=kin.share,
        usable_details=bool(kin.channels_safe or deceased.sealed),
    )


def of_self_referral() -> Circumstances:
    """Somebody who came without a crime report."""
    return Circumstances(reported=False, share="agreed", usable_details=True)


def of_offence(circumstances: Circumstances, code: str) -> Circumstances:
    """The same with another offence: the one that somebody was sentenced for."""
    listed = offence(code)
    if listed is None:
        return replace(circumstances, offence_code=code)
    return replace(circumstances, offence_code=code, offence_group=listed.group, offence_subgroup=listed.subgroup)


def _of_crime(crime: Crime) -> dict[str, Any]:
    """The circumstances that everybody harmed by a crime shares, by their names."""
    listed = offence(crime.offence_code)
    return {
        "offence_code": crime.offence_code,
        "offence_group": listed.group if listed else crime.offence_group,
        "offence_subgroup": listed.subgroup if listed else None,
        "incident_kind": crime.incident_kind,
        "flags": frozenset(crime.flags),
        "hate_strands": frozenset(crime.hate_strands),
        "offender_under_18": _all_under_18([suspect.age_band for suspect in crime.suspects]),
    }


def _all_under_18(bands: Sequence[str]) -> bool | None:
    """None while the age of any suspect, or any suspect, is unknown."""
    known = bool(bands) and all(band[0].isdigit() for band in bands)
    return all(band in CHILD_BANDS for band in bands) if known else None


def _under_18(at_offence: int | str, at_report: int | str) -> bool | None:
    """Whether the person was under 18 at the offence; somebody under 18 at the report was so at the offence too."""
    if isinstance(at_offence, int):
        return at_offence < 18
    return True if isinstance(at_report, int) and at_report < 18 else None
