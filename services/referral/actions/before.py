"""What was known of a person when they reported, from what the batch has read of the past."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from contracts.vocabulary import CHANNELS
from contracts.working_time import local_day
from services.referral.actions import noes
from services.referral.domain import persons
from services.referral.domain.deciding import Decision
from services.referral.domain.facts import CaseFacts, History, stays_high
from services.referral.store.batches import Past, Prior
from services.referral.store.cases import Case
from services.referral.store.same_incident import OpenLines

ONE_CHANCE, HIGH_RISK = "honour_based_abuse", "high_risk"


def accused_by(facts: CaseFacts) -> list[UUID]:
    """The people whom a crime names as suspects."""
    return persons.accused(facts.force, facts.suspect_refs)


def history_of(past: Past, person: UUID, facts: CaseFacts) -> History:
    """What was known of a person when they reported."""
    others = [prior for prior in past.prior.get(person, ()) if prior.case_id != facts.case_id]
    suspected = {crime for record in (person, *past.linked.get(person, ())) for crime in past.suspected.get(record, ())}
    here, suspected = facts.crime_id in suspected, suspected - {facts.crime_id}
    counted = _counted(others, facts)
    since = persons.window_start(facts.reported_on)
    return History(
        person_id=person,
        restricted=person in past.restricted,
        domestic_reports_12m=counted.domestic,
        repeat_count=counted.count,
        suspect_elsewhere=bool(suspected),
        suspected_in=len(suspected),
        suspect_here=here,
        marac_recent=any(prior.marac_on is not None and since <= prior.marac_on for prior in others),
        possible_duplicate=person in past.duplicates,
        one_chance_elsewhere=any(prior.one_chance and prior.state != "closed" for prior in others),
        high_risk_elsewhere=any(prior.high_risk and prior.state != "closed" for prior in others),
        other_party_with=_who_help(past, person, facts) if past.helped_by else frozenset(),
        doubtful=_doubtful(past, facts.case_id),
        no_elsewhere=noes.elsewhere(past, others, facts),
        locked_channels=frozenset(CHANNELS if person in past.dead else past.barred.get(person, ())),
        known_already=_known_already(past, person, facts),
        died=person in past.dead,
    )


def _known_already(past: Past, person: UUID, facts: CaseFacts) -> frozenset[str]:
    """The lines that are with a provider in another case of the person: of a crime that names them no more, or that may
    be the same incident. Of a shop there may be many in a day."""
    shop = facts.person_kind == "business"
    days = persons.days_of(facts.committed_from, facts.committed_to, facts.reported_on)
    others = [one for one in past.open_lines.get(person, ()) if one.case_id != facts.case_id]
    return frozenset(
        line for one in others if one.removed or (not shop and persons.may_be_one(days, one.days)) for line in one.lines
    )


def note_sent(past: Past, facts: CaseFacts, case: Case, decision: Decision) -> None:
    """What was sent in this batch is with its provider for whatever comes later in it of the same person."""
    days = facts.committed_from, facts.committed_to, facts.reported_on
    sent = OpenLines(case.person_id, case.case_id, False, tuple(leg.line for leg in decision.legs), *days)
    for record in (case.person_id, *past.linked.get(case.person_id, ())):
        past.open_lines.setdefault(record, []).append(sent)


def note_removed(past: Past, case: Case) -> None:
    """The crime of this case names its person no more."""
    for record in (case.person_id, *past.linked.get(case.person_id, ())):
        mine = past.open_lines.get(record, [])
        mine[:] = [replace(one, removed=one.removed or one.case_id == case.case_id) for one in mine]


def _doubtful(past: Past, case_id: UUID) -> bool:
    """Whether what came sealed fits: as it was found now, or where nothing came, as it was before."""
    before = past.histories.get(case_id)
    return past.doubtful.get(case_id, before is not None and before.doubtful)


def _who_help(past: Past, person: UUID, facts: CaseFacts) -> frozenset[UUID]:
    """The providers who are helping the other party of this crime, or of another one of the person."""
    apart = {*accused_by(facts), *past.apart.get(person, ())} - {person, *past.linked.get(person, ())}
    return frozenset(provider for one in apart for provider in past.helped_by.get(one, ()))


def _counted(others: Sequence[Prior], facts: CaseFacts) -> persons.Repeats:
    if not others:
        return persons.Repeats(1, int(facts.domestic))
    reports = [
        persons.Report(prior.crime_id or prior.case_id, local_day(prior.reported_at), prior.domestic)
        for prior in others
    ]
    reports.append(persons.Report(facts.crime_id or facts.case_id, facts.reported_on, facts.domestic))
    return persons.repeats(reports, facts.reported_on)


def remember(past: Past, held: Case | None, case: Case) -> bool:
    """What came counts for the cases that follow in this batch, by every record of the person; True where it may count
    in others that were there before (`held`: the case as it was)."""
    mine = _prior(case)
    for record in (case.person_id, *past.linked.get(case.person_id, ())):
        before = past.prior.get(record, ())
        past.prior[record] = [*(one for one in before if one.case_id != case.case_id), mine]
    return len(past.prior[case.person_id]) > 1 and (held is None or _counts(held) != _counts(case))


def _counts(case: Case) -> tuple[object, ...]:
    return case.domestic, case.last_marac_on, case.reported_at


def _prior(case: Case) -> Prior:
    high = HIGH_RISK in case.holds
    return Prior(
        case.person_id,
        case.case_id,
        case.crime_id,
        case.reported_at,
        case.domestic,
        case.last_marac_on,
        case.offence_code,
        case.incident_kind,
        case.state,
        case.decision,
        ONE_CHANCE in case.lines,
        stays_high(case.holds, case.priority, case.risk_grade)
        or (case.review_since is not None and case.kind != "business"),
        bool(case.repeat_victim),
        case.repeat_count,
        high,
    )
