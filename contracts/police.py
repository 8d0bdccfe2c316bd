"""What the force tells us: crimes and incidents, and the people harmed by them (design 3, section 3)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from contracts import vocabulary as v
from contracts.envelope import Fact
from contracts.spelling import spelt
from contracts.tolerant import (
    ANY_TEXT,
    LEFT,
    Bool,
    BoolOrNull,
    Code,
    LooseDay,
    Many,
    Other,
    Place,
    Slug,
    SlugOrNull,
    Text,
    TextOrNull,
    Timestamp,
    instead_of_null,
    instead_of_unknown,
)
from contracts.working_time import local_day


def _offence_code(value: Any) -> Any:
    return value.strip().upper().replace("/", ".") if isinstance(value, str) else value


NUMBER_OR_NULL = WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "null"}]})
_CODE_PATTERN = r"^[0-9A-Z][0-9A-Z.]{0,9}$"
OffenceCode = Annotated[
    Annotated[str, StringConstraints(pattern=_CODE_PATTERN)]
    | Annotated[str, BeforeValidator(_offence_code), StringConstraints(pattern=_CODE_PATTERN), ANY_TEXT],
    LEFT,
]
"""Home Office code as text; the stroke is written as a point: 4/1 is "4.1"."""

OutcomeCode = Annotated[
    Annotated[str, Field(coerce_numbers_to_str=True), StringConstraints(pattern=r"^[0-9]{1,2}[A-Z]?$")]
    | Annotated[Literal["0"], BeforeValidator(instead_of_null("0")), NUMBER_OR_NULL],
    LEFT,
]
"""Home Office outcome type as text, with its variant letter: "1", "1A", "15"; "0" is not yet assigned."""

_Unknown = Annotated[None, BeforeValidator(instead_of_unknown(None)), ANY_TEXT]
Dash = Annotated[Annotated[int, Field(ge=0, le=99)] | _Unknown | None, LEFT]
_Graded = Literal["standard", "medium", "high", "imminent"]
Grade = Annotated[_Graded | _Unknown | Annotated[Other, spelt("grade", *v.values(_Graded))] | None, LEFT]


class Part(BaseModel):
    """A part of a fact: frozen, and forgiving of fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Outcome(Part):
    code: OutcomeCode
    at: Timestamp | None = None
    reasons: Many[Slug] = ()


class Suspect(Part):
    """`suspect_ref` stands in the same space as `victim_ref`: the same person has the same text."""

    suspect_ref: TextOrNull = None
    age_band: v.AgeBand = "not_recorded"
    sex: v.Sex = "not_recorded"
    ethnicity: v.Ethnicity = "not_recorded"
    same_household: Bool = False
    works_for: v.WorksFor = "not_recorded"


class Risk(Part):
    """Dash score (0 to 27), grade, the day of a MARAC, and whether high risk rests on professional judgement.

    A grade of `other` says no more than a missing one."""

    dash_score: Dash = None
    grade: Grade = None
    marac_on: LooseDay | None = None
    judgement: Bool = False


NO_RISK = Risk()


class Kin(Part):
    """A person bereaved by the crime, who has a case of their own with `kin_ref` in place of `victim_ref`."""

    kin_ref: Text
    relationship: v.KinRelationship = "not_recorded"
    age_at_report: v.Age = "not_recorded"
    language: v.Language = "not_recorded"
    share: v.Share = "not_asked"
    channels_safe: Many[v.Channel] = ()
    also_suspect: Bool = False
    works_for: v.WorksFor = "not_recorded"


class Victim(Part):
    """One person (or business) harmed by the crime. `sealed` is the only place for personal data."""

    victim_ref: Text
    kind: v.VictimKind = "person"
    bereaved: Many[Kin] = ()
    age_at_offence: v.Age = "not_recorded"
    age_at_report: v.Age = "not_recorded"
    sex: v.Sex = "not_recorded"
    gender: v.Gender = "not_recorded"
    ethnicity: v.Ethnicity = "not_recorded"
    disability: v.Disability = "not_recorded"
    orientation: v.Orientation = "not_recorded"
    religion: v.Religion = "not_recorded"
    language: v.Language = "not_recorded"
    home_local_authority: Place = None
    vulnerabilities: Many[v.Vulnerability] = ()
    relationship_to_suspect: v.Relationship = "not_recorded"
    also_suspect: Bool = False
    works_for: v.WorksFor = "not_recorded"
    repeat_victim: BoolOrNull = None
    named_contact: Bool = False
    risk: Risk | None = None
    share: v.Share = "not_asked"
    share_by: v.ShareBy | None = None
    channels_safe: Many[v.Channel] = ()
    sealed: str | None = Field(default=None, repr=False)


class Crime(Fact):
    """A crime, or an incident that is no crime (`offence_code` null), as the police hold it now."""

    crime_id: UUID
    force: Code
    crime_reference: TextOrNull = None
    recorded_at: Timestamp
    reported_at: Timestamp
    committed_from: LooseDay | None = None
    committed_to: LooseDay | None = None
    offence_code: OffenceCode | None = None
    offence_group: SlugOrNull = None
    crime_type: SlugOrNull = None
    incident_kind: v.IncidentKind | None = None
    flags: Many[v.CrimeFlag] = ()
    hate_strands: Many[v.HateStrand] = ()
    local_authority: Place = None
    lsoa: Place = None
    outcome: Outcome | None = None
    suspects: Many[Suspect] = ()
    major_incident_id: TextOrNull = None
    reported_via: v.ReportedVia = "not_recorded"
    victims: Many[Victim] = ()

    def told_late(self, heard_at: datetime) -> bool:
        """Whether it says that it was reported after it was heard of, by more than clocks may differ: a slip."""
        return self.reported_at > heard_at + SLIP

    def days_contradict(self) -> bool:
        """Whether the first day on which it can have happened comes after the last: then neither is known."""
        first, last = self.committed_from, self.committed_to
        return first is not None and last is not None and first > last

    def as_heard(self, heard_at: datetime) -> Self:
        """The same, reported when it was heard of where it says a later day: no limit runs from a day to come."""
        return self.model_copy(update={"reported_at": heard_at}) if self.told_late(heard_at) else self


SLIP = timedelta(days=1)


class CrimeRecorded(Crime):
    TYPE: ClassVar[str] = "police.crime.recorded.v1"
    revision: ClassVar[int] = 1


class CrimeUpdated(Crime):
    """A full snapshot. A lower revision than the one held is ignored; a victim absent from it is marked removed."""

    TYPE: ClassVar[str] = "police.crime.updated.v1"
    revision: int = Field(ge=2)
    revised_at: Timestamp
    changed: Many[Text] = ()


def people(crime: Crime) -> Iterator[tuple[str, Victim, Kin | None]]:
    """Everybody who has a case in this crime, each once: the ref of the case, the victim, and the kin where it is the
    bereaved of somebody who died. The dead have none."""
    seen: set[str] = set()
    for victim in crime.victims:
        dead = victim.kind == "deceased"
        refs: list[tuple[str, Kin | None]] = [(kin.kin_ref, kin) for kin in victim.bereaved] if dead else []
        for ref, kin in refs if dead else [(victim.victim_ref, None)]:
            if ref not in seen:
                seen.add(ref)
                yield ref, victim, kin


def age_at_report(victim: Victim, crime: Crime) -> int | str:
    """Whole years at the report: as told, else the age at the offence plus the whole years from it to the report; an
    unknown value when neither is known."""
    if isinstance(victim.age_at_report, int) or not isinstance(victim.age_at_offence, int):
        return victim.age_at_report
    offence = crime.committed_to or crime.committed_from
    reported = local_day(crime.reported_at)
    if offence is None or offence >= reported:
        return victim.age_at_offence
    years = reported.year - offence.year - ((reported.month, reported.day) < (offence.month, offence.day))
    return victim.age_at_offence + years
