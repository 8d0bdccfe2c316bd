"""What is asked of somebody who comes by themselves, or of an agency for them: the checks of page and machine."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.reference import AREAS, ethnic_categories, is_local_authority
from kit.web.forms import FieldError, Say, parse
from services.referral.domain import mailbox
from services.referral.domain.plain_text import is_plain
from services.referral.domain.safe_times import DAYS_LIKE, HOURS_LIKE, days_of, hours_of
from services.referral.domain.telephone import one_number
from services.referral.domain.told import AT_HOME

What = Literal[
    "domestic", "sexual", "hate", "honour_based_abuse", "stalking", "modern_slavery", "sexual_exploitation",
    "criminal_exploitation", "road_collision", "anti_social_behaviour", "fraud", "bereaved_killed", "bereaved_road",
    "other",
]  # fmt: skip
Source = Literal["self", "agency", "family", "witness", "business"]
YesNo = Literal["yes", "no"]
Safety = Literal["safe", "unsafe", "unknown"]
WorksFor = Literal["none", "hub", "police", "provider", "not_recorded"]
CHECK_NUMBER = "Enter one telephone number and nothing else, like 07700 900321"
CHECK_LETTERS = "Enter letters, digits and signs that can be read, and no hidden ones"
OLDEST, DASH_MOST = 120, 27
ADULT = 18
LANGUAGE_UNKNOWN = "not_known"
ELSEWHERE = "elsewhere"
"""Where the person lives, when that is in none of our areas: or the code of the place, as an agency may know it."""
NO_PLACE = f"Choose where the person lives: no local authority has this code. Outside our areas it may be “{ELSEWHERE}”"
BEREAVED = frozenset({"bereaved_killed", "bereaved_road"})
SEXUAL = frozenset({"sexual", "sexual_exploitation"})

OURS = frozenset(place.code for place in AREAS)
NAMES = (
    *("given_names", "family_name", "business_name", "address", "postcode"),
    *("liaison_name", "suspect_given_names", "suspect_family_name"),
)

NEEDS = {
    "safety": "Being and feeling safe",
    "mental_health": "Mental health",
    "health": "Physical health",
    "housing": "Housing",
    "money": "Money and debt",
    "employment": "Work, training or education",
    "children": "Children and family",
    "substance_use": "Drugs or alcohol",
    "court": "Police and court",
    "immigration": "Immigration",
    "information": "Information only",
}
"""What would help, as the person says it. Source: the eight areas of need that providers assess, and employment."""
OF_THEMSELVES = {
    "disabled": "Disabled",
    "sex_work": "Sells sex",
    "no_recourse": "No recourse to public funds",
    "homeless": "Has no settled home",
    "pregnant": "Pregnant",
    "communication_needs": "Needs support to communicate",
}
"""What the person may say of themselves, so that help fits; never asked twice, never guessed."""
WORKS_FOR = {
    "none": "No",
    "hub": "Yes, for this hub",
    "police": "Yes, for the police",
    "provider": "Yes, for a service that helps victims",
    "not_recorded": "They do not say, or were not asked",
}
DANGER = {
    "child_at_risk": "A child is at risk of harm",
    "children_in_household": "Children live in the home",
    "suicide_risk": "They may take their own life",
    "threat_to_kill": "Somebody has threatened to kill them",
    "protected_address": "Where they live must not become known",
    "capacity_in_doubt": "They may not be able to decide this alone",
    "nothing": "They were asked, and there is none of these",
}
"""The dangers that a case is held for, or a door is opened, and what a home with children is asked of. Source: the
vulnerabilities that the police tell of, and code 3B; nothing chosen is “not asked”, and never no."""
NOTHING = "nothing"
RELATIONSHIPS = {
    "not_asked": "Not asked",
    "partner": "Partner",
    "ex_partner": "Former partner",
    "family": "Family",
    "acquaintance": "Somebody they know",
    "stranger": "A stranger",
    "none": "Nobody did it",
    "not_known": "They do not know",
    "refused": "They prefer not to say",
}
RISKS = {"standard": "Standard", "medium": "Medium", "high": "High", "imminent": "Imminent: danger now"}
SAME_HOUSEHOLD = {"not_asked": "Not asked", "yes": "Yes", "no": "No", "not_known": "They do not know"}
STRANDS = {
    "race": "Race",
    "religion": "Religion",
    "sexual_orientation": "Sexual orientation",
    "disability": "Disability",
    "transgender": "Being transgender",
    "age": "Age",
    "sex": "Sex",
    "alternative_subculture": "Alternative subculture",
    "other": "Something else about who they are",
}
"""Why somebody felt targeted. Source: the monitored strands and the local ones of `crime_flags.yaml`."""
LIAISON = {"not_asked": "Not asked", "yes": "Yes", "no": "No", "not_known": "They do not know"}
_UNSAID = {"not_asked": "Not asked", "refused": "They prefer not to say"}
SEXES = _UNSAID | {"female": "Female", "male": "Male", "intersex": "Intersex"}
GENDERS = _UNSAID | {
    "woman": "Woman",
    "man": "Man",
    "non_binary": "Non-binary",
    "trans_woman": "Trans woman",
    "trans_man": "Trans man",
}
ETHNICITIES = _UNSAID | {
    one.code: f"{one.group.capitalize()}: {one.label}" for one in ethnic_categories().values() if one.code != "NS"
}
ORIENTATIONS = _UNSAID | {
    "heterosexual": "Heterosexual",
    "gay": "Gay",
    "lesbian": "Lesbian",
    "bisexual": "Bisexual",
    "other": "Another",
}
RELIGIONS = _UNSAID | {
    "none": "None",
    "christian": "Christian",
    "buddhist": "Buddhist",
    "hindu": "Hindu",
    "jewish": "Jewish",
    "muslim": "Muslim",
    "sikh": "Sikh",
    "other": "Another",
}
"""Asked for monitoring alone; the sex also since some services are for one. Never guessed, and never a condition."""
AGO = {
    "week": "In the last seven days",
    "month": "In the last month",
    "year": "In the last year",
    "years": "Longer ago",
    "not_said": "They do not say",
}


class TakeIn(BaseModel):
    """What is asked; no words about what happened."""

    case_id: Annotated[UUID, Say("Open this page again, then fill it in")]
    task: Annotated[UUID | None, Say("Open this page again from the task")] = None
    source: Annotated[Source, Say("Choose who asks for help")] = "self"
    on_behalf: Annotated[
        Literal["social_care", "health", "housing", "education", "charity", "other"] | None,
        Say("Choose what kind of agency it is"),
    ] = None
    given_names: str | None = Field(default=None, max_length=100)
    family_name: str | None = Field(default=None, max_length=100)
    date_of_birth: Annotated[date | None, Say("", wrong="The date of birth must be a real date")] = None
    business_name: str | None = Field(default=None, max_length=100)
    what: Annotated[What, Say("Choose what it is about")]
    age: Annotated[int | None, Say("", wrong="Enter the age in years, like 34")] = Field(default=None, ge=0, le=OLDEST)
    area: Annotated[str, Say("Choose where the person lives")] = Field(max_length=9)
    reported: Annotated[Literal["yes", "no", "not_known"], Say("Choose whether the police know")]
    ago: Annotated[Literal["week", "month", "year", "years", "not_said"], Say("Choose how long ago it was")] = (
        "not_said"
    )
    hate_strands: Annotated[
        list[
            Literal[
                "race", "religion", "sexual_orientation", "disability", "transgender", "age", "sex",
                "alternative_subculture", "other",
            ]
        ],
        Say("Choose from the list"),
    ] = []  # fmt: skip
    liaison: Annotated[
        Literal["not_asked", "yes", "no", "not_known"], Say("Choose whether a liaison officer is with the family")
    ] = "not_asked"
    liaison_name: str | None = Field(default=None, max_length=100)
    liaison_phone: str | None = Field(default=None, max_length=30)
    danger: Annotated[
        list[
            Literal[
                "child_at_risk", "children_in_household", "suicide_risk", "threat_to_kill", "protected_address",
                "capacity_in_doubt", "nothing",
            ]
        ],
        Say("Choose from the list"),
    ] = []  # fmt: skip
    relationship: Annotated[
        Literal[
            "not_asked", "partner", "ex_partner", "family", "acquaintance", "stranger", "none", "not_known", "refused"
        ],
        Say("Choose who did it from the list"),
    ] = "not_asked"  # fmt: skip
    same_household: Annotated[
        Literal["not_asked", "yes", "no", "not_known"], Say("Choose whether they live with who did it")
    ] = "not_asked"
    suspect_given_names: str | None = Field(default=None, max_length=100)
    suspect_family_name: str | None = Field(default=None, max_length=100)
    risk_grade: Annotated[
        Literal["standard", "medium", "high", "imminent"] | None, Say("Choose the risk from the list")
    ] = None
    dash_score: Annotated[
        int | None, Say("", wrong=f"Enter the Dash score from 0 to {DASH_MOST}, or leave it empty")
    ] = Field(default=None, ge=0, le=DASH_MOST)
    needs: Annotated[
        list[
            Literal[
                "safety", "mental_health", "health", "housing", "money", "employment", "children", "substance_use",
                "court", "immigration", "information",
            ]
        ],
        Say("Choose from the list"),
    ] = []  # fmt: skip
    themselves: Annotated[
        list[Literal["disabled", "sex_work", "no_recourse", "homeless", "pregnant", "communication_needs"]],
        Say("Choose from the list"),
    ] = []
    sex: Annotated[
        Literal["not_asked", "refused", "female", "male", "intersex"], Say("Choose the sex from the list")
    ] = "not_asked"
    gender: Annotated[
        Literal["not_asked", "refused", "woman", "man", "non_binary", "trans_woman", "trans_man"],
        Say("Choose the gender from the list"),
    ] = "not_asked"
    ethnicity: Annotated[str, Say("Choose the ethnic group from the list")] = "not_asked"
    orientation: Annotated[
        Literal["not_asked", "refused", "heterosexual", "gay", "lesbian", "bisexual", "other"],
        Say("Choose the orientation from the list"),
    ] = "not_asked"
    religion: Annotated[
        Literal[
            "not_asked", "refused", "none", "christian", "buddhist", "hindu", "jewish", "muslim", "sikh", "other"
        ],
        Say("Choose the religion from the list"),
    ] = "not_asked"  # fmt: skip
    works_for: Annotated[WorksFor, Say("Choose whether the person works for one of these")] = "not_recorded"
    household_works_for: Annotated[WorksFor, Say("Choose whether they live with somebody who does")] = "not_recorded"
    language: Annotated[str, Say("Choose the language")] = Field(
        default=LANGUAGE_UNKNOWN, pattern=rf"^([A-Za-z]{{2,3}}(-[A-Za-z0-9]{{1,8}})*|{LANGUAGE_UNKNOWN})$"
    )
    interpreter: Annotated[YesNo, Say("Choose whether an interpreter is needed")] = "no"
    access: Annotated[
        list[
            Literal[
                "bsl", "text_relay", "hearing", "sight", "easy_read", "more_time", "reading", "advocate", "step_free",
            ]
        ],
        Say("Choose from the list"),
    ] = []  # fmt: skip
    phone: str | None = Field(default=None, max_length=30)
    phone_safe: Annotated[Safety, Say("Choose whether this number is safe to ring")] = "unknown"
    phone_days: str | None = Field(default=None, max_length=40)
    phone_hours: str | None = Field(default=None, max_length=20)
    phone_voicemail: Annotated[YesNo | None, Say("Choose whether a message may be left")] = None
    phone_say_who: Annotated[YesNo | None, Say("Choose whether we may say who we are")] = None
    landline: str | None = Field(default=None, max_length=30)
    landline_safe: Annotated[Safety, Say("Choose whether this number is safe to ring")] = "unknown"
    email: str | None = Field(default=None, max_length=200)
    email_safe: Annotated[Safety, Say("Choose whether this address is safe to write to")] = "unknown"
    address: str | None = Field(default=None, max_length=300)
    postcode: str | None = Field(default=None, max_length=10)
    letter_safe: Annotated[Safety, Say("Choose whether a letter is safe")] = "unknown"
    agrees: Annotated[YesNo, Say("Choose whether the person agrees")]


def read(form: Mapping[str, Sequence[str]], today: date) -> tuple[TakeIn | None, list[FieldError]]:
    """What was given, or what has to be put right, in the order of the fields."""
    given, errors = parse(TakeIn, form)
    if given is not None:
        errors = _in_order(_checked(given, today))
    return (given if not errors else None), errors


def _in_order(errors: Sequence[FieldError]) -> list[FieldError]:
    order = ["", *TakeIn.model_fields]
    return sorted({error.field: error for error in errors}.values(), key=lambda error: order.index(error.field))


def _checked(given: TakeIn, today: date) -> list[FieldError]:
    """What no single field can tell."""
    found = []
    if given.source == "agency" and given.on_behalf is None:
        found.append(FieldError("on_behalf", "Choose what kind of agency it is"))
    found += contradicting(given.danger)
    if given.date_of_birth and not today - timedelta(days=125 * 366) < given.date_of_birth <= today:
        found.append(FieldError("date_of_birth", "The date of birth must be in the past"))
    found += _of_age(given, today)
    if given.area != ELSEWHERE and not is_local_authority(given.area):
        found.append(FieldError("area", NO_PLACE))
    if given.source == "business" and not given.business_name:
        found.append(FieldError("business_name", "Enter the name of the business"))
    if given.source == "business" and not (given.given_names or given.family_name):
        found.append(FieldError("family_name", "Enter the name of who speaks for the business"))
    if given.ethnicity not in ETHNICITIES:
        found.append(FieldError("ethnicity", "Choose the ethnic group from the list"))
    if bool(given.suspect_given_names) != bool(given.suspect_family_name):
        missing = "suspect_family_name" if given.suspect_given_names else "suspect_given_names"
        found.append(FieldError(missing, "Enter both names of who did it, or neither"))
    for name in ("phone", "landline", "liaison_phone"):
        number = getattr(given, name)
        if number and one_number(number) is None:
            found.append(FieldError(name, CHECK_NUMBER))
    if given.phone_days and days_of(given.phone_days) is None:
        found.append(FieldError("phone_days", DAYS_LIKE))
    if given.phone_hours and hours_of(given.phone_hours) is None:
        found.append(FieldError("phone_hours", HOURS_LIKE))
    if given.email and mailbox.one_address(given.email) is None:
        found.append(FieldError("email", mailbox.LIKE))
    for name in NAMES:
        text = getattr(given, name)
        if text and not is_plain(text):
            found.append(FieldError(name, CHECK_LETTERS))
    if given.agrees == "no":
        words = "The person has to agree that we keep this and look for help. Without that nothing is kept."
        found.append(FieldError("agrees", words))
    return found


def contradicting(danger: Collection[str]) -> list[FieldError]:
    """Dangers, and that there is none."""
    both = NOTHING in danger and len(danger) > 1
    return [FieldError("danger", f"Choose the dangers, or only “{DANGER[NOTHING]}”")] if both else []


def told_danger(danger: Collection[str], same_household: str) -> tuple[str, ...]:
    """The answers to the questions of danger as facts of the case; what was not asked, or is not so, is none."""
    return (*(one for one in danger if one != NOTHING), *((AT_HOME,) if same_household == "yes" else ()))


def _of_age(given: TakeIn, today: date) -> list[FieldError]:
    """An age and a day of birth that do not fit: a child may stand as grown by a slip in either."""
    by_birth = age_of(given, today)
    if given.age is None or by_birth is None or by_birth == given.age:
        return []
    words = f"By this date of birth they are {by_birth}: ask again, and enter one of the two"
    return [FieldError("age", words)] if 0 <= by_birth <= OLDEST else []


def may_be_child(age: int | None) -> bool:
    """Whether somebody of this age is a child, or of an age that nobody said may be one."""
    return age is None or age < ADULT


def age_of(given: TakeIn, today: date) -> int | None:
    """In whole years: from the date of birth where there is one; None where neither was said."""
    born = given.date_of_birth
    if born is None:
        return given.age
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
