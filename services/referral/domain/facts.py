"""What is known of one case: everything that routing, matching and the announcements need."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One person in one crime, or one self-referral (then `crime_id` and `victim_ref` are None). No personal data.

    `share` is what counts (a parent's word may not: then it is `not_asked` and `share_counts` is false); `share_said`
    is what the police sent. `area` is where services are commissioned: home, else the place of the crime. `age` is in
    whole years at the report, None when unknown; `age_said` is the number or the unknown value. `choices` are offers
    that the person took up; `refused_providers` are those they ruled out. `hub_risk` and `hub_dash` are what the hub
    found itself: they raise what the police say of the risk, and never lower it. `hub_language`, `told_age` (at the
    report) and `told_sex` are what the person told the hub: no later word of the police stands above them.
    `hub_incident_id`: the major incident to which the hub linked the case, where the police name none.
    `hub_contact`: the hub found whom to speak to at a business, whatever the police name.
    `told_danger` are dangers that somebody told the hub of, by the list of intake: they add to `vulnerabilities`, and
    make `threat_to_kill` (of which the police tell by the offence code) and `same_household` true.
    `told_of_themselves` is what the person said of themselves to the hub, by the list of first contact: it adds to
    `vulnerabilities` and `disability`; `disability_said` is what the police sent of the latter.
    `fraud_level`: the level that the national list of people harmed by fraud gives them, None where it gives none.
    `rows_differ`: fields in which the police told of the person twice in one crime, and not alike: the graver counts.
    `unfamiliar`: words that our lists do not know, each as told behind the name of its field ("relationship: Sir");
    `meant`: what a human decided that some of them mean ("relationship: Sir = partner"): it is in the facts as if told.
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
    age_said: int | str = "not_recorded"
    age_at_offence: int | str = "not_recorded"
    dash_score: int | None = None
    risk_grade: str | None = None
    marac_on: date | None = None
    risk_judgement: bool = False
    hub_risk: str | None = None
    hub_dash: int | None = None
    hub_language: str | None = None
    told_age: int | None = None
    told_sex: str | None = None
    told_of_themselves: tuple[str, ...] = ()
    told_danger: tuple[str, ...] = ()
    hub_incident_id: str | None = None
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
    threat_to_kill: bool = False
    suspect_refs: tuple[str, ...] = ()
    also_suspect: bool = False
    works_for: str = "not_recorded"
    suspect_works_for_us: bool = False
    major_incident_id: str | None = None
    named_contact: bool = False
    hub_contact: bool = False
    needs: tuple[str, ...] = ()
    must_give_evidence: bool = False
    language: str = "not_recorded"
    sex: str = "not_recorded"
    gender: str = "not_recorded"
    ethnicity: str = "not_recorded"
    disability: str = "not_recorded"
    disability_said: str = "not_recorded"
    orientation: str = "not_recorded"
    religion: str = "not_recorded"
    repeat_victim: bool | None = None
    reported: bool = True
    reported_via: str = "not_recorded"
    source: str = "police"
    access_needs: tuple[str, ...] = ()
    refused_providers: tuple[UUID, ...] = ()
    choices: tuple[str, ...] = ()
    fraud_level: str | None = None
    domestic: bool = False
    sexual: bool = False
    contact_sexual: bool = False
    rows_differ: tuple[str, ...] = ()
    unfamiliar: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the police said nothing that only a human can make sense of."""
        return self.says_what and not (self.unfamiliar or self.rows_differ)

    @property
    def says_what(self) -> bool:
        """Whether something that our lists know says what happened: an offence by its group, or a kind of incident."""
        return self.offence_group is not None or self.incident_kind is not None


@dataclass(frozen=True, slots=True)
class NoElsewhere:
    """A no of the person in another case, on which day, to which line (None: to support, or to sharing);
    `taken_back`: it took back an agreement."""

    on: date
    line: str | None = None
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What the hub already knew of the person when the fact came.

    `domestic_reports_12m` and `repeat_count` count reports of the twelve months up to this one, itself included;
    `suspect_elsewhere`: the person is a suspect in another open case; `suspected_in`: in how many; `suspect_here`: in
    this very crime, by any record of theirs; `marac_recent`: a MARAC in the twelve months before the report that only
    an earlier fact told of; `one_chance_elsewhere`: another open case is of honour-based abuse; `high_risk_elsewhere`:
    another open case is held for its risk, or its risk is to be looked at again; `other_party_with`: providers who are
    helping the other party of this crime, or of another of theirs; `doubtful`: what came sealed does not fit what was
    told in the open; `no_elsewhere`: the last no of the person in another case that is open, or in which they said it
    lately; `locked_channels` are kinds that the person's profile holds as unsafe or locked, or that a service found
    unsafe; `known_already`: lines that are with a provider in the case of another crime, which names the person no more
    or may be the same incident; `died`: it stands that the person died; `safe_channels`:
    kinds that are safe now by the one check of contact, whoever said so (of a new case none: a new incident makes
    everything unknown).
    """

    person_id: UUID | None = None
    restricted: bool = False
    domestic_reports_12m: int = 0
    repeat_count: int = 1
    suspect_elsewhere: bool = False
    suspected_in: int = 0
    suspect_here: bool = False
    marac_recent: bool = False
    possible_duplicate: bool = False
    one_chance_elsewhere: bool = False
    high_risk_elsewhere: bool = False
    doubtful: bool = False
    no_elsewhere: NoElsewhere | None = None
    other_party_with: frozenset[UUID] = frozenset()
    locked_channels: frozenset[str] = frozenset()
    known_already: frozenset[str] = frozenset()
    died: bool = False
    safe_channels: frozenset[str] = frozenset()


NOTHING_KNOWN = History()

FIELDS: tuple[str, ...] = tuple(field.name for field in fields(CaseFacts))

RISKS = ("standard", "medium", "high", "imminent")
"""Grades of risk, the lowest first."""


def rose(before: str | None, now: str | None) -> bool:
    """Whether the risk rose to high, or from high to imminent."""
    return now in RISKS[2:] and (before not in RISKS or RISKS.index(now) > RISKS.index(before))


def stays_high(holds: Sequence[str], priority: int, grade: str | None) -> bool:
    """Whether a case is marked as of high risk: by the grade that is recorded, also where a human ended the hold since
    what safety asks for was done. Where they said that the danger is over, its place in the queue says so."""
    return "high_risk" in holds or (priority == 0 and grade in RISKS[2:])


def acted_on(grade: str | None, holds: Sequence[str]) -> str | None:
    """The grade that everybody is shown: high where the rules found the risk high by another sign (Dash, MARAC, the
    officer's judgement, a third report) than the grade that somebody entered."""
    return "high" if "high_risk" in holds and grade not in ("high", "imminent") else grade


def at_risk(facts: CaseFacts) -> CaseFacts:
    """The facts with the higher of what the police and the hub say of the risk."""
    if facts.hub_risk is None and facts.hub_dash is None:
        return facts
    grades = [grade for grade in (facts.risk_grade, facts.hub_risk) if grade in RISKS]
    scores = [score for score in (facts.dash_score, facts.hub_dash) if score is not None]
    grade = max(grades, key=RISKS.index) if grades else facts.risk_grade
    return replace(facts, risk_grade=grade, dash_score=max(scores, default=None))


_UUIDS = ("case_id", "crime_id")
_TIMES = ("reported_at", "recorded_at")
_DAYS = ("reported_on", "marac_on", "committed_from", "committed_to")
_MANY = (
    *("flags", "hate_strands", "vulnerabilities", "channels_safe", "suspect_refs", "needs", "access_needs"),
    *("choices", "refused_providers", "unfamiliar", "meant", "rows_differ", "told_of_themselves"),
    "told_danger",
)


def facts_of(record: Mapping[str, Any]) -> CaseFacts:
    """Facts as they were written to JSON, read again. Fields it does not know are left out."""
    known = {name: record[name] for name in FIELDS if name in record}
    for names, read in ((_UUIDS, UUID), (_TIMES, datetime.fromisoformat), (_DAYS, date.fromisoformat)):
        _read_again(known, names, read)
    for name in _MANY:
        known[name] = tuple(known.get(name) or ())
    if not any(one.startswith("flag: ") for one in known["unfamiliar"]):  # as flags were kept before they were words
        known["unfamiliar"] += tuple(f"flag: {code}" for code in record.get("unlisted_flags") or ())
    known["refused_providers"] = tuple(UUID(str(one)) for one in known["refused_providers"])
    return CaseFacts(**known)


def _read_again(known: dict[str, Any], names: Iterable[str], read: Any) -> None:
    for name in names:
        if isinstance(known.get(name), str):
            known[name] = read(known[name])
