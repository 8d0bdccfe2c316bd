"""What is known of one case: everything that routing, matching and the announcements need."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

Unknown = str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One person in one crime, or one self-referral (then `crime_id` and `victim_ref` are None). No personal data.

    `share` is what counts (a parent's word may not: then `not_asked`, and `share_counts` is false); `share_said` is what
    the police sent. `area` is where services are commissioned: home, else the place of the crime. `age` is in whole
    years at the report, None when unknown; `age_said` keeps the unknown value.
    """

    case_id: UUID
    crime_id: UUID | None = None
    victim_ref: str | None = None
    force: str | None = None
    person_kind: str = "person"
    bereaved: bool = False
    offence_code: str | None = None
    offence_group: str | None = None
    subgroup: str | None = None
    crime_type: str | None = None
    incident_kind: str | None = None
    flags: tuple[str, ...] = ()
    hate_strands: tuple[str, ...] = ()
    relationship: str = "not_recorded"
    age: int | None = None
    age_said: str = "not_recorded"
    age_at_offence: int | str = "not_recorded"
    dash_score: int | None = None
    risk_grade: str | None = None
    marac_on: date | None = None
    risk_judgement: bool = False
    vulnerabilities: tuple[str, ...] = ()
    share: str = "not_asked"
    share_said: str = "not_asked"
    share_by: str | None = None
    share_counts: bool = True
    channels_safe: tuple[str, ...] = ()
    home_area: str | None = None
    place_area: str | None = None
    area: str | None = None
    out_of_area: bool = False
    reported_at: datetime
    reported_on: date
    recorded_at: datetime | None = None
    committed_from: date | None = None
    committed_to: date | None = None
    same_household: bool = False
    suspect_refs: tuple[str, ...] = ()
    also_suspect: bool = False
    works_for: str = "none"
    suspect_works_for_us: bool = False
    major_incident_id: str | None = None
    named_contact: bool = False
    needs: tuple[str, ...] = ()
    must_give_evidence: bool = False
    language: str = "not_recorded"
    sex: str = "not_recorded"
    gender: str = "not_recorded"
    ethnicity: str = "not_recorded"
    disability: str = "not_recorded"
    orientation: str = "not_recorded"
    religion: str = "not_recorded"
    repeat_victim: bool | None = None
    reported: bool = True
    reported_via: str = "not_recorded"
    source: str = "police"
    access_needs: tuple[str, ...] = ()
    refused_providers: tuple[UUID, ...] = ()
    domestic: bool = False
    sexual: bool = False
    contact_sexual: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What the hub already knew of the person when the fact came.

    `domestic_reports_12m` and `repeat_count` count reports of the twelve months up to this one, itself included;
    `locked_channels` are kinds that the person's profile holds as unsafe or locked.
    """

    person_id: UUID | None = None
    restricted: bool = False
    domestic_reports_12m: int = 0
    repeat_count: int = 1
    suspect_elsewhere: bool = False
    marac_recent: bool = False
    possible_duplicate: bool = False
    locked_channels: frozenset[str] = frozenset()


NOTHING_KNOWN = History()
