"""What somebody who came said, as the facts and the sealed details of their case: by whichever way they came."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.working_time import local_day
from services.referral.actions import sealing
from services.referral.actions.asked import (
    BEREAVED,
    ELSEWHERE,
    OURS,
    SEXUAL,
    TakeIn,
    age_of,
    may_be_child,
    told_danger,
)
from services.referral.actions.taking_in import SelfReferral
from services.referral.desk_books import restricted_on
from services.referral.domain.access import of_communication
from services.referral.domain.facts import CaseFacts
from services.referral.domain.reading import DOMESTIC_RELATIONS
from services.referral.domain.told import THREAT, as_told
from services.referral.store import protected
from services.referral.store.intakes import NOWHERE, Intake, Origin

KILLED, ON_THE_ROAD = "bereaved_killed", "bereaved_road"
INCIDENTS = {kind: kind for kind in ("domestic", "hate", "road_collision", "anti_social_behaviour", "other")}
INCIDENTS |= {ON_THE_ROAD: "road_collision"}
GROUPS = dict.fromkeys(SEXUAL, "sexual-offences") | {KILLED: "violence-against-the-person", "fraud": "fraud-offences"}
BY_SOMEBODY_CLOSE = frozenset({"domestic", "honour_based_abuse"})
OWN_WORD_ONLY = BY_SOMEBODY_CLOSE | {
    *("sexual", "stalking", "modern_slavery", "sexual_exploitation", "criminal_exploitation", "bereaved_killed"),
}
"""Whoever speaks for the person in these may be who harms them, or be watched by them: what is safe, and whether they
agree, only they can say. Source: design 3; safe contact of the guidance on each is the person's own word."""
FROM_OUTSIDE = frozenset({"hate", "road_collision", "anti_social_behaviour"})
FLAGS = {
    "stalking": "stalking",
    "domestic": "domestic_abuse",
    "honour_based_abuse": "honour_based_abuse",
    "modern_slavery": "modern_slavery_nrm",
    "criminal_exploitation": "county_lines",
}
OF_A_CHILD = {
    "criminal_exploitation": "child_criminal_exploitation",
    "sexual_exploitation": "child_sexual_exploitation",
}
"""The flag of the police that says the same, so that the same rules hold; of somebody under 18, or who may
be, the second."""
IF_CLOSE = frozenset({"child_at_risk", "protected_address"})
"""Dangers in which whoever speaks for the person may be whom they are in danger from, unless it is known who did it."""
NOBODY_CLOSE = frozenset({"stranger", "acquaintance", "none"})
NOT_BY_ANYBODY_CLOSE = frozenset({"road_collision"}) | BEREAVED
CAPACITY = "capacity_in_doubt"
MYSELF = frozenset({"self", "witness", "business"})
"""Who speaks for themselves; of a business somebody of it."""
LATEST = {"week": 0, "month": 8, "year": 31, "years": 366}
"""How many days ago it was at the latest."""


def counts(given: TakeIn, age: int | None) -> bool:
    """Whether what is said of sharing and of safe channels is the person's own word, or may stand for it. Of a child
    the one who says it, or somebody of the household, may be the suspect, and so wherever the suspect is close. Source:
    design 3 (a parent's yes never counts where a parent or the household may be the suspect); for somebody who may not
    be able to decide nobody decides on a telephone."""
    if given.source in MYSELF:
        return True
    if is_domestic(given) or given.same_household == "yes" or not {THREAT, CAPACITY}.isdisjoint(given.danger):
        return False
    if given.relationship not in NOBODY_CLOSE and not IF_CLOSE.isdisjoint(given.danger):
        return False
    return given.what in FROM_OUTSIDE if may_be_child(age) else given.what not in OWN_WORD_ONLY


def is_domestic(given: TakeIn) -> bool:
    """As of what the police tell: what it is about, or a partner, a former one or family did it. What nobody has named
    yet may be an offence against the person."""
    close = given.relationship in DOMESTIC_RELATIONS and given.what not in NOT_BY_ANYBODY_CLOSE
    return given.source != "business" and (given.what == "domestic" or close)


def told(given: TakeIn, now: datetime, via: str) -> SelfReferral:
    """As the case is opened with it."""
    listed = restricted_on(local_day(now)).works_for
    restricted = not listed.isdisjoint((given.works_for, given.household_works_for))
    own = counts(given, age_of(given, local_day(now)))
    return SelfReferral(
        facts_of(given, now, via),
        details_of(given, own_word=own),
        given.agrees == "yes",
        restricted,
        given.liaison,
        " ".join(filter(None, (given.suspect_given_names, given.suspect_family_name))),
    )


def facts_of(given: TakeIn, now: datetime, via: str) -> CaseFacts:
    """The coded facts. Nobody has to say what was done to them: what is sexual may be an assault, however long ago, so
    the centre is open to them, at once where it was in the last week or on a day that they do not say."""
    today = local_day(now)
    age = age_of(given, today)
    own = counts(given, age)
    business = given.source == "business"
    flag = (OF_A_CHILD.get(given.what) if may_be_child(age) and not business else None) or FLAGS.get(given.what)
    safe = {name: getattr(given, f"{name}_safe") for name in ("phone", "landline", "email", "letter")}
    value = {"phone": given.phone, "landline": given.landline, "email": given.email, "letter": given.address}
    kinds = {"phone": "mobile"}
    facts = CaseFacts(
        case_id=given.case_id,
        person_kind=_kind(given),
        bereaved=given.what in BEREAVED,
        named_contact=business,
        offence_group=GROUPS.get(given.what),
        subgroup="homicide" if given.what == KILLED else None,
        incident_kind=INCIDENTS.get(given.what),
        hate_strands=tuple(given.hate_strands),
        flags=(flag,) if flag else (),
        age=None if business else age,
        age_said="not_recorded" if business else "not_known" if age is None else age,
        relationship=given.relationship,
        risk_grade=given.risk_grade,
        dash_score=given.dash_score,
        told_danger=told_danger(given.danger, given.same_household),
        told_of_themselves=tuple(given.themselves),
        needs=(*given.needs, *(("interpreter",) if given.interpreter == "yes" else ())),
        choices=("interpreter",) if given.interpreter == "yes" else (),
        access_needs=tuple(of_communication(given.access)),
        works_for=given.works_for,
        language=given.language,
        share="agreed" if own else "not_asked",
        share_said="agreed",
        share_by="self" if given.source in MYSELF else "other",
        share_counts=own,
        channels_safe=tuple(kinds.get(n, n) for n, safety in safe.items() if own and safety == "safe" and value[n]),
        home_area=given.area if given.area != ELSEWHERE else None,
        area=given.area if given.area != ELSEWHERE else None,
        out_of_area=given.area not in OURS,
        sex=given.sex,
        gender=given.gender,
        ethnicity=given.ethnicity,
        orientation=given.orientation,
        religion=given.religion,
        committed_to=_latest(given.ago, today),
        reported_at=now,
        reported_on=today,
        reported=given.reported == "yes",
        reported_via=via,
        source="self" if given.source in MYSELF else given.source,
        domestic=is_domestic(given),
        sexual=given.what in SEXUAL,
        contact_sexual=given.what in SEXUAL,
    )
    return as_told(facts)


def _kind(given: TakeIn) -> str:
    if given.source == "business":
        return "business"
    return "bereaved" if given.what in BEREAVED else "witness" if given.source == "witness" else "person"


def _latest(ago: str, today: date) -> date | None:
    return today - timedelta(days=LATEST[ago]) if ago in LATEST else None


def intake_of(
    given: TakeIn, now: datetime, *, by: UUID | None = None, agency: UUID | None = None, origin: Origin = NOWHERE
) -> Intake:
    """What is kept of how they came: written down `by` somebody here, or told by the system of an `agency`."""
    return Intake(
        case_id=given.case_id,
        source=given.source,
        agency_id=agency,
        on_behalf=given.on_behalf if given.source == "agency" else None,
        told_police=given.reported,
        how_long_ago=given.ago,
        said_needs=tuple(given.needs),
        said_of_themselves=tuple(given.themselves),
        taken_by=by,
        taken_at=now,
        said_danger=tuple(given.danger),
        relationship=given.relationship,
        same_household=given.same_household,
        crime_id=origin.crime_id,
        beside_case=origin.case_id,
    )


def with_origin(told: SelfReferral, origin: Origin) -> SelfReferral:
    """Who did it is known by the crime that asked for the person; and they are as restricted, and their address is as
    protected, as whose home it is."""
    facts = replace(told.facts, force=origin.force, suspect_refs=origin.suspect_refs)
    if origin.protected:
        facts = as_told(replace(facts, told_danger=tuple(dict.fromkeys((*facts.told_danger, protected.HOLD)))))
    return replace(told, facts=facts, restricted=told.restricted or origin.restricted)


def details_of(given: TakeIn, *, own_word: bool) -> sealing.Details:
    """The personal details, to be sealed. Without the person's own word no channel is safe; unsafe stays unsafe."""

    def safety(said: str) -> str:
        return said if own_word or said == "unsafe" else "unknown"

    yes = {"yes": True, "no": False, None: None}
    channels: list[dict[str, object]] = []
    if given.phone:
        channels.append(
            {
                "kind": "mobile",
                "value": given.phone,
                "safety": safety(given.phone_safe),
                "days": given.phone_days,
                "hours": given.phone_hours,
                "voicemail": yes[given.phone_voicemail],
                "say_who": yes[given.phone_say_who],
            }
        )
    letter = ", ".join(part for part in (given.address, given.postcode) if part) if given.address else None
    for kind, value in (("landline", given.landline), ("email", given.email), ("letter", letter)):
        if value:
            channels.append({"kind": kind, "value": value, "safety": safety(getattr(given, f"{kind}_safe"))})
    lines = [line for line in (given.business_name, given.address) if line]
    return sealing.Details.model_validate(
        {
            "given_names": given.given_names,
            "family_name": given.family_name,
            "date_of_birth": given.date_of_birth.isoformat() if given.date_of_birth else None,
            "address": {"lines": lines, "postcode": given.postcode} if lines or given.postcode else None,
            "family_liaison_officer": {"name": given.liaison_name, "phone": given.liaison_phone}
            if given.liaison_name or given.liaison_phone
            else None,
            "channels": channels,
        }
    )
