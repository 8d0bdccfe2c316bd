"""What the force tells us: crimes and incidents, and the people harmed by them (design 3, section 3)."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from contracts import vocabulary as v
from contracts.envelope import Fact
from contracts.tolerant import LEFT, AreaCode, Bool, Code, Day, Many, Text, Timestamp


def _offence_code(value: Any) -> Any:
    return value.strip().upper().replace("/", ".") if isinstance(value, str) else value


_CODE_PATTERN = r"^[0-9A-Z][0-9A-Z.]{0,9}$"
OffenceCode = Annotated[
    Annotated[str, StringConstraints(pattern=_CODE_PATTERN)]
    | Annotated[str, BeforeValidator(_offence_code), StringConstraints(pattern=_CODE_PATTERN)],
    LEFT,
]
"""Home Office code as text; the stroke is written as a point: 4/1 is "4.1"."""

OutcomeCode = Annotated[str, Field(coerce_numbers_to_str=True), StringConstraints(pattern=r"^[0-9]{1,2}[A-Z]?$")]
"""Home Office outcome type as text, with its variant letter: "1", "1A", "15"."""


class Part(BaseModel):
    """A part of a fact: frozen, and forgiving of fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Outcome(Part):
    code: OutcomeCode
    at: Timestamp | None = None
    reasons: Many[Code] = ()


class Suspect(Part):
    """`suspect_ref` stands in the same space as `victim_ref`: the same person has the same text."""

    suspect_ref: Text
    age_band: v.AgeBand = "not_recorded"
    sex: v.Sex = "not_recorded"
    ethnicity: v.Ethnicity = "not_recorded"
    same_household: Bool = False
    works_for: v.WorksFor = "not_recorded"


class Risk(Part):
    """Dash score (0 to 27), grade, the day of a MARAC, and whether high risk rests on professional judgement."""

    dash_score: Annotated[int, Field(ge=0, le=99)] | None = None
    grade: v.RiskGrade | None = None
    marac_on: Day | None = None
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
    home_local_authority: AreaCode | None = None
    vulnerabilities: Many[v.Vulnerability] = ()
    relationship_to_suspect: v.Relationship = "not_recorded"
    also_suspect: Bool = False
    works_for: v.WorksFor = "not_recorded"
    repeat_victim: bool | None = None
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
    crime_reference: Text | None = None
    recorded_at: Timestamp
    reported_at: Timestamp
    committed_from: Day | None = None
    committed_to: Day | None = None
    offence_code: OffenceCode | None = None
    offence_group: Code | None = None
    crime_type: Code | None = None
    incident_kind: v.IncidentKind | None = None
    flags: Many[v.CrimeFlag] = ()
    hate_strands: Many[v.HateStrand] = ()
    local_authority: AreaCode | None = None
    lsoa: AreaCode | None = None
    outcome: Outcome | None = None
    suspects: Many[Suspect] = ()
    major_incident_id: Text | None = None
    reported_via: v.ReportedVia = "not_recorded"
    victims: Many[Victim] = ()


class CrimeRecorded(Crime):
    TYPE: ClassVar[str] = "police.crime.recorded.v1"
    revision: ClassVar[int] = 1


class CrimeUpdated(Crime):
    """A full snapshot. A lower revision than the one held is ignored; a victim absent from it is marked removed."""

    TYPE: ClassVar[str] = "police.crime.updated.v1"
    revision: int = Field(ge=2)
    revised_at: Timestamp
    changed: Many[Code] = ()
