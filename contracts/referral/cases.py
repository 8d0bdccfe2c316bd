"""A case is opened, changes, is routed; or nobody can take this person."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts import vocabulary as v
from contracts.case_fact import CaseFact
from contracts.police import OffenceCode, Part
from contracts.tolerant import AreaCode, Bool, Code, Day, Many, Text, Timestamp

Count = Annotated[int, Field(ge=0)]


class CaseFacts(CaseFact):
    """What is known of a case, whole each time, without personal data. Ages are bands, all else is coded.

    `person_id` is a random id of the person across their cases (another one after a merge); `crime_id` and `victim_ref`
    are null for a self-referral (`reported` says whether the police know). `local_authority` is where it happened.
    """

    crime_id: UUID | None = None
    victim_ref: Text | None = None
    person_id: UUID | None = None
    reference: Code
    kind: v.CaseKind = "person"
    local_authority: AreaCode | None = None
    home_local_authority: AreaCode | None = None
    offence_code: OffenceCode | None = None
    offence_group: Code | None = None
    offence_subgroup: Code | None = None
    crime_type: Code | None = None
    incident_kind: v.IncidentKind | None = None
    flags: Many[v.CrimeFlag] = ()
    hate_strands: Many[v.HateStrand] = ()
    domestic: Bool = False
    sexual: Bool = False
    recorded_at: Timestamp | None = None
    reported_at: Timestamp | None = None
    committed_from: Day | None = None
    committed_to: Day | None = None
    reported: bool = True
    reported_via: v.ReportedVia = "not_recorded"
    source: v.ReferralSource = "police"
    age_band: v.AgeBand = "not_recorded"
    age_band_at_offence: v.AgeBand = "not_recorded"
    sex: v.Sex = "not_recorded"
    gender: v.Gender = "not_recorded"
    ethnicity: v.Ethnicity = "not_recorded"
    ethnicity_group: v.EthnicityGroup = "not_recorded"
    disability: v.Disability = "not_recorded"
    orientation: v.Orientation = "not_recorded"
    religion: v.Religion = "not_recorded"
    language: v.Language = "not_recorded"
    vulnerabilities: Many[v.Vulnerability] = ()
    needs: Many[v.Need] = ()
    relationship_to_suspect: v.Relationship = "not_recorded"
    risk_grade: v.RiskGrade | None = None
    marac_on: Day | None = None
    share: v.Share = "not_asked"
    repeat_victim: bool | None = None
    repeat_count: Count | None = None
    nrm: v.NrmState | None = None
    restricted: bool = False
    invented: Bool = False


class CaseOpened(CaseFacts):
    """A person in a crime (or a self-referral) has a case. `repeat_count` counts their crimes and incidents in the
    twelve months up to this one, itself included."""

    TYPE: ClassVar[str] = "case.opened.v1"


class CaseUpdated(CaseFacts):
    """The facts of a case changed; `changed` names the fields. `removed`: absent from the police's last snapshot.
    `same_as`: a human decided which records are of one person, or took it back; equal for every record of that person.
    """

    TYPE: ClassVar[str] = "case.updated.v1"
    changed: Many[Code] = ()
    revision: Count | None = None
    removed: Bool = False
    same_as: UUID | None = None


class PersonDeathRecorded(CaseFact):
    """The hub made sure that the person died (first said at `said_at`): what was owed to them ends. Relatives who are
    bereaved by a crime have rights of their own, in cases of their own. `taken_back`: it was a mistake, they live."""

    TYPE: ClassVar[str] = "person-death.recorded.v1"
    said_at: Timestamp
    taken_back: Bool = False


class OfferStepTaken(CaseFact):
    """A step of an offer that is followed on the case was written down: it was offered, wanted, declined, made or done.
    `offer` and `step` are codes of referral's list of tracked offers."""

    TYPE: ClassVar[str] = "offer-step.taken.v1"
    step_id: UUID
    offer: Code
    step: Code


class Rule(Part):
    id: Code
    version: Code


class CaseRouted(CaseFact):
    """What was decided and by which rules. Lines are listed under a hold too; a re-run only ever adds."""

    TYPE: ClassVar[str] = "case.routed.v1"
    lines: Many[v.ServiceLine] = ()
    offers: Many[v.Offer] = ()
    holds: Many[v.Hold] = ()
    doors: Many[v.Door] = ()
    rules: Many[Rule] = ()
    decision: v.Decision
    restricted: bool = False
    run: Count = 1
    rules_version: Code | None = None
    lead_line: v.ServiceLine | None = None


class NobodyAvailable(CaseFact):
    """No contract can take this person for this line; `reasons` are the rules that failed."""

    TYPE: ClassVar[str] = "nobody-available.v1"
    line: v.ServiceLine
    referral_id: UUID | None = None
    local_authority: AreaCode | None = None
    needs: Many[v.Need] = ()
    reasons: Many[Code] = ()
