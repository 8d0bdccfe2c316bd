"""Crimes as they are heard: each decided in memory from what is known, its changes gathered to be written at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts import told_twice
from contracts.envelope import Announcement
from contracts.identity import case_id as case_id_of
from contracts.police import Crime, CrimeUpdated, Victim
from contracts.working_time import local_day
from kit.inbox import Received
from services.referral.actions import contact_gone, elsewhere, filing, noes
from services.referral.actions.before import (
    HIGH_RISK,
    ONE_CHANCE,
    accused_by,
    history_of,
    note_removed,
    note_sent,
    remember,
)
from services.referral.desk_books import restricted_on
from services.referral.domain import persons
from services.referral.domain.books import Books
from services.referral.domain.deciding import Decision, decide
from services.referral.domain.facts import CaseFacts, History
from services.referral.domain.reading import cases_of
from services.referral.domain.update import LIFTED, Standing, decide_again, is_stale, keeping, removed
from services.referral.store.batches import (
    ArrivalRow,
    Changes,
    ChannelRow,
    CrimeRow,
    Newcomer,
    Past,
    SuspectRow,
)
from services.referral.store.cases import Case
from services.referral.store.consent import No
from services.referral.store.tasks import Task, task_id

SAID_NO = "share_refused"
Heard = tuple[Received[Any], list[CaseFacts]]


@dataclass(slots=True)
class Hearing:
    """A batch on its way: what was known, what changes, what is announced and by which event each was caused.
    `overridden`: cases that may be shared without agreement; `incidents`: the newest event that told of a new incident,
    by person; `left`: places of the contracts that have a limit; `stood`: the books before one of these was full;
    `said`: the cases in which the word on sharing changed to a no, or (True) back to a yes; `one_chance`: the people of
    whom it was heard that it is honour-based abuse, and when; `dangers`: what the other cases of a person have to be
    told of, by the case that tells it; `later`: cases that were known, as they were and as they are; `no_crime`: those
    of which the police say that it is none any more; `removed`: open cases whose person the police name no more;
    `dead`: whom they name among the dead, with the case that they would have in that crime, and when it was heard;
    `of_dead`: new cases of people of whom it stood that they died, with whose they are; `recount`: people with other
    cases, of whom something came that counts in those; `whose`: the force under which the person of a case is known;
    `refused`: cases in which it was heard now that the person says no, of people with others."""

    books: Books
    past: Past
    overridden: Set[UUID] = frozenset()
    left: dict[UUID, int] = field(default_factory=dict)
    stood: list[Books] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    events: list[Announcement] = field(default_factory=list)
    causes: list[Received[Any]] = field(default_factory=list)
    incidents: dict[UUID, Received[Any]] = field(default_factory=dict)
    said: dict[UUID, bool] = field(default_factory=dict)
    one_chance: dict[UUID, datetime] = field(default_factory=dict)
    removed: list[UUID] = field(default_factory=list)
    dangers: list[tuple[UUID, str]] = field(default_factory=list)
    later: list[tuple[Case, Case]] = field(default_factory=list)
    no_crime: list[Case] = field(default_factory=list)
    contact_gone: list[Case] = field(default_factory=list)
    dead: dict[UUID, tuple[UUID, datetime]] = field(default_factory=dict)
    of_dead: dict[UUID, UUID] = field(default_factory=dict)
    whose: Mapping[UUID, str] = field(default_factory=dict)
    recount: set[UUID] = field(default_factory=set)
    refused: list[UUID] = field(default_factory=list)


def read(events: Sequence[Received[Any]]) -> list[Heard]:
    """Each event with the cases that it tells of."""
    return [(event, _cases(event)) for event in events]


def _cases(event: Received[Any]) -> list[CaseFacts]:
    return cases_of(event.data.as_heard(event.time))


def newcomers(heard: Sequence[Heard]) -> list[Newcomer]:
    """The people of a batch. Whom the dated list names for whom they work for is restricted from the first moment, and
    so is whoever was harmed with them, or hurt by somebody whom it names."""
    found = []
    for event, cases in heard:
        listed = restricted_on(local_day(event.time))
        hurt = any(suspect.works_for in listed.suspect_works_for for suspect in event.data.suspects)
        beside = listed.same_crime and any(facts.works_for in listed.works_for for facts in cases)
        for facts in cases:
            ours = hurt or beside or facts.works_for in listed.works_for
            about = (facts.force, facts.victim_ref, facts.person_kind)
            found.append(Newcomer(_person(facts), *about, ours, event.time))
    return found


def accused(heard: Sequence[Heard]) -> set[UUID]:
    """The people whom a batch names as suspects."""
    return {person for _, cases in heard for facts in cases for person in accused_by(facts)}


def hear(hearing: Hearing, event: Received[Any], cases: Sequence[CaseFacts]) -> None:
    """Decides one event and gathers what it changes; a snapshot that is not newer than the one held changes nothing."""
    crime: Crime = event.data
    revision = crime.revision if isinstance(crime, CrimeUpdated) else 1
    held = hearing.past.revisions.get(crime.crime_id, 0)
    if held and is_stale(held, revision):
        _count(hearing, event, held, stale=1)
        return
    known = set(hearing.past.of_crime.get(crime.crime_id, ()))
    sealed = _sealed_refs(crime)
    for ref in {suspect.suspect_ref for suspect in crime.suspects if suspect.suspect_ref}:
        hearing.changes.suspects[crime.crime_id, ref] = SuspectRow(crime.crime_id, crime.force, ref)
        if cases:
            hearing.past.suspected.setdefault(persons.person_id(crime.force, ref), set()).add(crime.crime_id)
    decided = {facts.case_id: _hear_case(hearing, event, facts, revision, sealed) for facts in cases}
    new = [facts for facts in cases if facts.case_id not in known]
    _count(hearing, event, revision, new=new)
    dead = {case_id_of(crime.crime_id, one.victim_ref): one for one in crime.victims if one.kind == "deceased"}
    for of_crime, one in dead.items():
        person = persons.person_id(hearing.whose.get(of_crime, crime.force), one.victim_ref)
        hearing.dead[person] = of_crime, event.time
        hearing.past.dead.update((person, *hearing.past.linked.get(person, ())))
    for case_id in sorted(known - set(decided)):
        _remove(hearing, event, case_id, asked=case_id not in dead)
    for victim in told_twice.as_one(crime).victims:
        if victim.sealed:
            _keep_sealed(hearing, event, victim, victim.sealed, decided)
    for kind in filing.doubts(crime, event.time):
        for case_id in decided:
            about = task_id(kind, case_id)
            due = filing.end_of_day(event.time)
            hearing.changes.tasks[about] = Task(about, kind, due, event.time, case_id=case_id)
    for task in filing.tasks_of_crime(crime, event.time, anybody=bool(cases)):
        hearing.changes.tasks[task.task_id] = task
    hearing.past.revisions[crime.crime_id] = revision


def _person(facts: CaseFacts) -> UUID:
    return persons.person_id(facts.force or "", facts.victim_ref or "")


def _count(
    hearing: Hearing, event: Received[Any], revision: int, *, new: Sequence[CaseFacts] = (), stale: int = 0
) -> None:
    crime: Crime = event.data
    kinds = [facts.person_kind for facts in new]
    before = hearing.changes.crimes.get(crime.crime_id)
    hearing.changes.crimes[crime.crime_id] = CrimeRow(
        crime_id=crime.crime_id,
        force=crime.force,
        crime_reference=crime.crime_reference,
        revision=revision,
        received_at=event.time,
        reported_at=crime.reported_at,
        recorded_at=crime.recorded_at,
        people=sum(kind not in ("business", "bereaved") for kind in kinds) + (before.people if before else 0),
        businesses=kinds.count("business") + (before.businesses if before else 0),
        bereaved=kinds.count("bereaved") + (before.bereaved if before else 0),
        cases=len(new) + (before.cases if before else 0),
        heard=1 + (before.heard if before else 0),
        stale=stale + (before.stale if before else 0),
    )


def _sealed_refs(crime: Crime) -> set[str]:
    """Of whom personal details came: of victims who live, and of the bereaved."""
    came = [victim for victim in crime.victims if victim.sealed]
    living = {victim.victim_ref for victim in came if victim.kind != "deceased"}
    return living | {kin.kin_ref for victim in came for kin in victim.bereaved}


def _hear_case(
    hearing: Hearing, event: Received[Any], facts: CaseFacts, revision: int, sealed: Collection[str]
) -> Decision:
    person, now = _person(facts), event.time
    past = hearing.past
    held = past.cases.get(facts.case_id)
    history = history_of(past, person, facts)
    if held is not None:
        history = replace(history, safe_channels=_safe_now(past, held, facts))
    if held is None:
        facts = noes.with_ruled_out(past, person, facts)
        decision = decide(facts, history, hearing.books, now)
        case = filing.opened(facts, history, decision, person, revision, now, sealed=facts.victim_ref in sealed)
    else:
        stands = _standing(past, held)
        decision = decide_again(facts, history, stands, hearing.books, now, revision)
        facts = keeping(stands.before, facts)
        new = filing.opened(facts, history, decision, person, revision, now, sealed=facts.victim_ref in sealed)
        case = filing.again(held, new, waits=bool(decision.waiting), sent=bool(decision.legs))
        _note_share(hearing, stands.before, facts)
    if held is None and person in past.prior:
        _make_unsure(hearing, {person, *past.linked.get(person, ())}, event)
    _gather(hearing, event, facts, case, decision, history)
    if remember(past, held, case):
        hearing.recount.add(person)
    if held is None:
        if person in past.dead:
            hearing.of_dead[case.case_id] = person
        past.of_crime.setdefault(event.data.crime_id, []).append(case.case_id)
        past.apart.setdefault(person, set()).update(accused_by(facts))
    if SAID_NO in case.holds and (held is None or SAID_NO not in held.holds):
        past.noes.setdefault(case.case_id, []).append(No(case.case_id, None, now, to_police=True))
        if len(past.prior[case.person_id]) > 1:
            hearing.refused.append(case.case_id)
    past.cases[case.case_id] = case
    return decision


def _safe_now(past: Past, held: Case, facts: CaseFacts) -> frozenset[str]:
    """The kinds of channel that are safe now, but for what the police take back with these facts."""
    before = past.facts.get(held.case_id)
    unsaid = set(before.channels_safe if before else ()).difference(facts.channels_safe)
    safe = past.safe.get(held.person_id, {})
    return frozenset(kind for kind, heard in safe.items() if heard or kind not in unsaid)


def _note_share(hearing: Hearing, before: CaseFacts | None, facts: CaseFacts) -> None:
    if before is None or before.share == facts.share:
        return
    if facts.share == "refused" or (before.share, facts.share) == ("refused", "agreed"):
        hearing.said[facts.case_id] = facts.share == "agreed"


def _make_unsure(hearing: Hearing, people: Collection[UUID], event: Received[Any]) -> None:
    """A new incident: nothing said of these people before it makes a channel safe, in this batch either."""
    changes = hearing.changes
    changes.unsure |= dict.fromkeys(people, event.time)
    hearing.incidents |= dict.fromkeys(people, event)
    changes.channels = {key: row for key, row in changes.channels.items() if row.person_id not in people}
    for person in people:
        hearing.past.safe.pop(person, None)


def _standing(past: Past, held: Case) -> Standing:
    return Standing(
        reference=held.reference,
        lines=held.lines,
        offers=held.offers,
        holds=held.holds,
        doors=held.doors,
        decision=held.decision,
        run=held.runs,
        referred=frozenset(past.referred.get(held.case_id, ())),
        before=past.facts.get(held.case_id),
        history=past.histories.get(held.case_id),
        removed=held.removed,
        revision=held.revision,
        said_no=held.case_id in past.said_no,
        lifted=LIFTED if held.case_id in past.lifted else frozenset(),
        ended=past.ended.get(held.case_id, ()),
    )


def _gather(
    hearing: Hearing, event: Received[Any], facts: CaseFacts, case: Case, decision: Decision, history: History
) -> None:
    changes, now = hearing.changes, event.time
    before = hearing.past.facts.get(case.case_id)
    changes.cases[case.case_id] = case
    held = hearing.past.cases.get(case.case_id)
    if ONE_CHANCE in case.lines and (held is None or ONE_CHANCE not in held.lines):
        hearing.one_chance[case.person_id] = now
    if any(prior.case_id != case.case_id for prior in hearing.past.prior.get(case.person_id, ())):
        hearing.dangers += dangers(held, case)
    if held is not None:
        hearing.later.append((held, case))
    changes.routings[case.case_id, case.runs] = filing.routed(case, facts, history, decision, now)
    hearing.past.facts[case.case_id], hearing.past.histories[case.case_id] = facts, history
    for referral in filing.received(case, decision, now):
        changes.referrals[referral.referral_id] = referral
        hearing.past.referred.setdefault(case.case_id, set()).add(referral.line)
    for leg in filing.sent(case, decision, now):
        changes.legs[leg.leg_id] = leg
    if decision.legs:
        hearing.past.helped.add(case.case_id)
        note_sent(hearing.past, facts, case, decision)
    for sent in decision.legs:
        for record in (case.person_id, *hearing.past.linked.get(case.person_id, ())):
            hearing.past.helped_by.setdefault(record, set()).add(sent.contract.provider.provider_id)
    if decision.legs and hearing.left:
        _take_places(hearing, decision)
    # A snapshot repeats what was said before: a later incident, or a human, may have taken that back since.
    said, was = set(facts.channels_safe), set(before.channels_safe if before else ())
    for kind in said - was:
        changes.channels[case.person_id, kind] = ChannelRow(case.person_id, kind, now)
        changes.unsaid.pop((case.person_id, kind), None)
    safe = hearing.past.safe.get(case.person_id, {})
    left = contact_gone.is_gone(before, facts)
    hearing.contact_gone += [case] * left
    for kind in was | said if left else was - said:
        if not safe.get(kind):
            safe.pop(kind, None)
        changes.unsaid[case.person_id, kind] = now
        changes.channels.pop((case.person_id, kind), None)
    tasks = (
        *filing.tasks_of(facts, decision, now),
        *filing.liaison(facts, case, now),
        *filing.news(held, case, now, helped=hearing.past.helped),
        *filing.known(history, decision, now),
    )
    gone = filing.cancelled(held, case, now)
    hearing.no_crime += [case] * len(gone)
    for task in (*tasks, *gone):
        changes.tasks[task.task_id] = task
    hearing.events += decision.events
    hearing.causes += [event] * len(decision.events)


def dangers(held: Case | None, case: Case) -> list[tuple[UUID, str]]:
    """What was not so of this case before, and matters in every other one of the person."""
    found = []
    if ONE_CHANCE in case.lines and (held is None or ONE_CHANCE not in held.lines):
        found.append((case.case_id, elsewhere.ONE_CHANCE))
    if HIGH_RISK in case.holds and (held is None or HIGH_RISK not in held.holds):
        found.append((case.case_id, elsewhere.HIGH_RISK))
    return found


def _take_places(hearing: Hearing, decision: Decision) -> None:
    """What was sent in this batch is with its provider for the cases that follow in it."""
    books = hearing.books.taken(hearing.left, [leg.contract.contract_id for leg in decision.legs])
    if books is not hearing.books:
        hearing.stood.append(hearing.books)
        hearing.books = books


def _remove(hearing: Hearing, event: Received[Any], case_id: UUID, *, asked: bool) -> None:
    """The police's snapshot names this person no more: said and shown, never closed by itself; `asked`: why they do
    not is to be asked."""
    held = hearing.past.cases[case_id]
    facts = hearing.past.facts.get(case_id)
    if held.removed or facts is None:
        return
    case = replace(held, removed=True, updated_at=event.time)
    hearing.past.cases[case_id] = hearing.changes.cases[case_id] = case
    note_removed(hearing.past, held)
    if asked and held.state != "closed":
        hearing.removed.append(case_id)
    history = replace(hearing.past.histories[case_id], restricted=held.restricted)
    hearing.events.append(removed(facts, history, case.reference, event.time, case.revision))
    hearing.causes.append(event)


def _keep_sealed(
    hearing: Hearing, event: Received[Any], victim: Victim, jwe: str, decided: dict[UUID, Decision]
) -> None:
    """Keeps details to be opened where they may be shared, or a confirmed override has them sent again; elsewhere they
    are thrown away unopened, and counted."""
    crime: Crime = event.data
    cases = {hearing.past.cases[case_id].victim_ref: case_id for case_id in decided}
    own = cases.get(victim.victim_ref) if victim.kind != "deceased" else None
    kin = dict(_open_to(hearing, decided, [(k.kin_ref, cases.get(k.kin_ref)) for k in victim.bereaved]))
    mine = dict(_open_to(hearing, decided, [(victim.victim_ref, own)]))
    if not kin and not mine:
        return
    person = hearing.past.cases[own].person_id if own is not None and mine else None
    hearing.changes.arrivals.append(
        ArrivalRow(
            crime_id=crime.crime_id,
            force=crime.force,
            victim_ref=victim.victim_ref,
            person_id=person,
            case_id=own if person else None,
            kin=kin,
            jwe=jwe,
            received_at=event.time,
        )
    )


def _open_to(
    hearing: Hearing, decided: dict[UUID, Decision], refs: Sequence[tuple[str, UUID | None]]
) -> Iterator[tuple[str, tuple[str, str]]]:
    for ref, case_id in refs:
        if case_id is None:
            continue
        if case_id in hearing.overridden or filing.GATES.isdisjoint(decided[case_id].routing.holds):
            yield ref, (str(case_id), str(hearing.past.cases[case_id].person_id))
