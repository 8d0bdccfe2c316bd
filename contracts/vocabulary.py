"""Closed lists of the published language. Each type reads a value it does not know as `other` (design 3, section 1)."""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from contracts.spelling import read_as, spelt
from contracts.tolerant import ANY_TEXT_OR_NULL, LEFT, Other, OtherOrNotRecorded, instead_of_unknown
from contracts.tolerant import values as values

UnknownValue = Literal["not_asked", "refused", "not_known", "not_recorded"]
UNKNOWN_VALUES: tuple[str, ...] = values(UnknownValue)

ParkingReason = Literal[
    "bad_header", "missing_header", "bad_key", "bad_json", "schema", "too_large", "refused", "defect"
]
PARKING_REASONS: tuple[str, ...] = values(ParkingReason)

# ── the person ───────────────────────────────────────────────────────────────────────────────────────────────────────

BANDS = ("0-9", "10-12", "13-15", "16-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
AgeBand = Annotated[
    Literal[
        "0-9",
        "10-12",
        "13-15",
        "16-17",
        "18-24",
        "25-34",
        "35-44",
        "45-54",
        "55-64",
        "65-74",
        "75+",
        UnknownValue,
    ]
    | OtherOrNotRecorded,
    LEFT,
]
AGE_BANDS = values(AgeBand)


def age_band(age: int | str) -> str:
    """The band of an age in whole years; an unknown value stays as it is."""
    if isinstance(age, str):
        return age
    for band in reversed(BANDS):
        if age >= int(band.rstrip("+").split("-")[0]):
            return band
    return "not_known"


def _age_or_unknown(value: Any, branch: ValidatorFunctionWrapHandler) -> Any:
    if value is None:
        return "not_recorded"
    if isinstance(value, str):
        return read_as(value, "not_known")
    return "not_known" if isinstance(value, int | float) and not isinstance(value, bool) else branch(value)


_ANY_AGE = WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]})
Age = Annotated[
    Annotated[int, Field(ge=0, le=125)]
    | UnknownValue
    | Annotated[Literal["not_known", "not_recorded"], WrapValidator(_age_or_unknown), _ANY_AGE],
    LEFT,
]
"""Whole years from 0 to 125, or an unknown value; 999 and other ways of saying "unknown" are read as `not_known`."""

CaseKind = Annotated[Literal["person", "business", "bereaved", "witness"] | Other, LEFT]
_VictimKind = Literal["person", "business", "deceased", "witness"]
VictimKind = Annotated[_VictimKind | Annotated[Other, spelt("victim_kind", *values(_VictimKind))], LEFT]
_Sex = Literal["female", "male", "intersex", UnknownValue]
Sex = Annotated[_Sex | Annotated[OtherOrNotRecorded, spelt("sex", *values(_Sex), unknown=True)], LEFT]
Gender = Annotated[
    Literal["woman", "man", "non_binary", "trans_woman", "trans_man", UnknownValue] | OtherOrNotRecorded, LEFT
]
Ethnicity = Annotated[
    Literal[
        "W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9",
        "B1", "B2", "B9", "O1", "O2", "O9", "NS", UnknownValue,
    ]
    | OtherOrNotRecorded,
    LEFT,
]  # fmt: skip
"""Self-defined, 18+1 (O1 is the old code of A4); NS is kept as received and shown as "not stated"."""
EthnicityGroup = Annotated[
    Literal["white", "mixed", "asian", "black", "other", "not_stated", UnknownValue] | OtherOrNotRecorded, LEFT
]
Disability = Annotated[
    Literal[
        "yes", "no", "none", "physical", "sensory", "learning", "mental_health", "long_term_illness", "neurodivergent",
        "several", UnknownValue,
    ]
    | OtherOrNotRecorded,
    LEFT,
]  # fmt: skip
Orientation = Annotated[Literal["heterosexual", "gay", "lesbian", "bisexual", UnknownValue] | OtherOrNotRecorded, LEFT]
Religion = Annotated[
    Literal["none", "christian", "buddhist", "hindu", "jewish", "muslim", "sikh", UnknownValue] | OtherOrNotRecorded,
    LEFT,
]


def _language(value: Any) -> Any:
    if value is None:
        return "not_recorded"
    return "not_known" if isinstance(value, str) else value


Language = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$")]
    | UnknownValue
    | Annotated[Literal["not_known", "not_recorded"], BeforeValidator(_language), ANY_TEXT_OR_NULL],
    LEFT,
]
"""A language tag of BCP 47 ("en", "pa-Guru"), or an unknown value."""

_Relationship = Literal["partner", "ex_partner", "family", "acquaintance", "stranger", "none", UnknownValue]
Relationship = Annotated[
    _Relationship | Annotated[OtherOrNotRecorded, spelt("relationship", *values(_Relationship), unknown=True)], LEFT
]
KinRelationship = Annotated[
    Literal[
        "spouse", "partner", "parent", "child", "sibling", "grandparent", "grandchild", "guardian", "friend",
        UnknownValue,
    ]
    | OtherOrNotRecorded,
    LEFT,
]  # fmt: skip
_WorksFor = Literal["none", "police", "hub", "provider", UnknownValue]
WorksFor = Annotated[
    _WorksFor | Annotated[OtherOrNotRecorded, spelt("works_for", *values(_WorksFor), unknown=True)], LEFT
]
_Vulnerability = Literal[
    "mental_health", "learning_disability", "physical_disability", "protected_address", "child_at_risk",
    "children_in_household", "suicide_risk", "capacity_in_doubt", "no_recourse", "intimidated", "sex_work",
    "homeless", "substance_use", "communication_needs", "pregnant", "older_person",
]  # fmt: skip
Vulnerability = Annotated[_Vulnerability | Annotated[Other, spelt("vulnerability", *values(_Vulnerability))], LEFT]
VULNERABILITIES = values(Vulnerability)
Need = Annotated[
    Literal[
        "mental_health", "employment", "housing", "money", "safety", "children", "health", "court", "information",
        "interpreter", "access", "substance_use", "immigration", "restorative_justice",
    ]
    | Other,
    LEFT,
]  # fmt: skip
"""What the person said would help."""
NEEDS = values(Need)
NrmState = Annotated[Literal["offered", "declined", "referred"] | Other, LEFT]
"""What a first responder did about the National Referral Mechanism; the hub records it and never refers."""

# ── the crime ────────────────────────────────────────────────────────────────────────────────────────────────────────

_IncidentKind = Literal["hate", "domestic", "anti_social_behaviour", "road_collision"]
IncidentKind = Annotated[_IncidentKind | Annotated[Other, spelt("incident_kind", *values(_IncidentKind))], LEFT]
_CrimeFlag = Literal[
    "domestic_abuse", "honour_based_abuse", "forced_marriage", "fgm", "child_sexual_abuse",
    "child_sexual_exploitation", "child_criminal_exploitation", "county_lines", "modern_slavery_nrm", "stalking",
    "anti_social_behaviour", "online", "knife_or_sharp_instrument", "alcohol", "corrosive_substance", "terrorism",
    "victim_vulnerable", "victim_intimidated", "persistently_targeted", "victim_under_18",
]  # fmt: skip
CrimeFlag = Annotated[_CrimeFlag | Annotated[Other, spelt("flag", *values(_CrimeFlag))], LEFT]
CRIME_FLAGS = values(CrimeFlag)
_HateStrand = Literal[
    "race", "religion", "sexual_orientation", "disability", "transgender", "age", "sex", "alternative_subculture",
]  # fmt: skip
HateStrand = Annotated[_HateStrand | Annotated[Other, spelt("hate_strand", *values(_HateStrand))], LEFT]
ReportedVia = Annotated[Literal["police", "online", "phone", "third_party", UnknownValue] | OtherOrNotRecorded, LEFT]
Share = Annotated[
    Literal["agreed", "refused", "not_asked"]
    | Annotated[Literal["not_asked"], BeforeValidator(instead_of_unknown("not_asked")), ANY_TEXT_OR_NULL]
    | Other,
    LEFT,
]
"""May the police share with the hub. Not known is not asked; `other` is neither: nothing leaves by itself."""
SHARES = ("agreed", "refused", "not_asked")
_ShareBy = Literal["self", "parent", "representative"]
ShareBy = Annotated[_ShareBy | Annotated[Other, spelt("share_by", *values(_ShareBy))], LEFT]
RiskGrade = Annotated[Literal["standard", "medium", "high", "imminent"] | Other, LEFT]
RISK_GRADES = ("standard", "medium", "high", "imminent")

# ── contact ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Channel = Annotated[Literal["mobile", "landline", "text", "email", "letter", "in_person", "somebody"] | Other, LEFT]
"""Ways to reach a person; `somebody` is through somebody else. `other` opens nothing."""
CHANNELS = ("mobile", "landline", "text", "email", "letter", "in_person", "somebody")
Safety = Annotated[Literal["safe", "unsafe", "unknown"] | Other, LEFT]
SAFETIES = ("safe", "unsafe", "unknown")
ContactOutcome = Annotated[
    Literal[
        "spoke", "no_answer", "voicemail", "someone_else_answered", "wrong_number", "call_back_asked", "unsafe",
        "declined", "delivered", "failed",
    ]
    | Other,
    LEFT,
]  # fmt: skip
CONTACT_OUTCOMES = values(ContactOutcome)
REACHED = frozenset({"spoke", "call_back_asked", "declined", "delivered"})
"""Outcomes by which the person themselves was reached."""
ContactPurpose = Annotated[
    Literal["feedback", "complaint", "notice", "acknowledgement", "appointment", "support"] | Other, LEFT
]
WithheldReason = Annotated[
    Literal[
        "no_safe_channel", "unsafe", "share_refused", "opted_out", "too_late", "restricted", "open_complaint",
        "court_near", "recent_contact", "bereaved", "child", "hold", "in_support", "not_delivered",
        "safeguarding", "marac", "new_incident", "major_incident", "died",
    ]
    | Other,
    LEFT,
]  # fmt: skip
WITHHELD_REASONS = values(WithheldReason)

# ── routing and referral ─────────────────────────────────────────────────────────────────────────────────────────────

ServiceLine = Annotated[
    Literal[
        "idva", "domestic_abuse", "isva", "child_isva", "stalking", "hate_crime", "road_collision",
        "honour_based_abuse", "modern_slavery", "exploitation", "fraud", "child", "business", "witness",
        "anti_social_behaviour", "mental_health", "employment", "general", "restorative_justice", "homicide",
    ]
    | Other,
    LEFT,
]  # fmt: skip
SERVICE_LINES = values(ServiceLine)
Hold = Annotated[
    Literal[
        "high_risk", "risk_unknown", "honour_based_abuse", "recent_assault", "threat_to_kill", "child_at_risk",
        "suicide_risk", "child_under_13", "child_13_15", "age_unknown", "exploitation", "modern_slavery", "stalking",
        "bereaved", "capacity_in_doubt", "protected_address", "same_household", "major_incident", "victim_is_suspect",
        "suspect_elsewhere", "police_victim", "conflict_of_interest", "share_refused", "share_not_asked",
        "no_safe_channel", "possible_duplicate", "named_contact_missing", "unknown_word",
    ]
    | Other,
    LEFT,
]  # fmt: skip
HOLDS = values(Hold)
HOLD_KINDS: dict[str, tuple[str, ...]] = {
    "life_safety": HOLDS[0:7],
    "children": HOLDS[7:10],
    "careful": (*HOLDS[10:18], "unknown_word"),
    "conflict": HOLDS[18:22],
    "gates": HOLDS[22:27],
}
Offer = Annotated[
    Literal[
        "idva_lgbt", "idva_male", "by_and_for", "worker_gender", "interpreter", "mental_health", "restorative_justice",
    ]
    | Other,
    LEFT,
]  # fmt: skip
OFFERS = values(Offer)
Door = Annotated[
    Literal[
        "homicide_service", "victims_of_terrorism_unit", "national_fraud_unit", "sarc", "other_force_hub", "marac",
        "childrens_social_care", "adult_safeguarding", "emergency", "nrm_first_responder",
    ]
    | Other,
    LEFT,
]  # fmt: skip
DOORS = values(Door)
Decision = Annotated[Literal["sent", "waiting", "refused", "out_of_area", "information_only"] | Other, LEFT]
DECISIONS = ("sent", "waiting", "refused", "out_of_area", "information_only")
ReferralState = Literal[
    "received", "triaged", "contacting", "sent", "accepted", "waitlisted", "in_support", "on_hold", "completed",
    "ended_early", "declined_by_victim", "unreachable", "declined_by_provider", "withdrawn",
]  # fmt: skip
REFERRAL_STATES = values(ReferralState)
ReferralSource = Annotated[
    Literal["police", "self", "agency", "provider", "family", "witness_care", "national"] | Other, LEFT
]
Gate = Annotated[Literal["police_share", "agreement", "override"] | Other, LEFT]
"""What let a referral leave: the police's share by the dated policy, the person's agreement, or a lawful override."""
ListState = Annotated[
    Literal["open", "limited", "waiting_list", "closed", "paused", "needs_assessment_first", "unknown"] | Other, LEFT
]
LIST_STATES = ("open", "limited", "waiting_list", "closed", "paused", "needs_assessment_first", "unknown")
VfsOutcome = Annotated[Literal["VFS1", "VFS2", "VFS3", "VFS4"] | Other, LEFT]
Change = Annotated[Literal["better", "same", "worse", UnknownValue] | OtherOrNotRecorded, LEFT]
FundingStream = Annotated[Literal["core_grant", "da_sv_ringfenced", "idva", "isva", "pcc_own_funds"] | Other, LEFT]

# ── the Victims' Code ────────────────────────────────────────────────────────────────────────────────────────────────

EntitlementState = Literal[
    "not_triggered", "running", "met", "met_late", "breached", "not_evidenced", "not_applicable",
    "declined_by_victim", "excepted_with_reason", "unable_to_contact",
]  # fmt: skip
ENTITLEMENT_STATES = values(EntitlementState)
Unit = Annotated[Literal["working_days", "calendar_days"] | Other, LEFT]
EnhancedCategory = Annotated[
    Literal["most_serious_crime", "persistently_targeted", "vulnerable", "intimidated"] | Other, LEFT
]
NoticeOutcome = Annotated[Literal["delivered", "declined", "excepted", "unable"] | Other, LEFT]
EvidenceSource = Annotated[
    Literal["police", "cps", "court", "probation", "wcu", "hub", "provider", "person", "import"] | Other, LEFT
]
DutyHolder = Annotated[
    Literal[
        "CCRC", "CPS", "HMCTS", "Home_Office_Immigration_Enforcement", "PCC-commissioned service", "PHSO",
        "Parole_Board", "Probation_VCS", "WCU", "YOT", "all_service_providers", "hospital_managers", "police",
    ]
    | Other,
    LEFT,
]  # fmt: skip
ReturnKind = Annotated[Literal["grant", "code"] | Other, LEFT]
