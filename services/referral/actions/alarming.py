"""What a service found of danger or death reaches everybody who helps the person, and shuts what must be shut."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from contracts.code_compliance import ComplaintReceived
from contracts.referral import PersonDeathRecorded
from contracts.vocabulary import CHANNELS, UNKNOWN_VALUES
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import elsewhere, filing, new_incident, noticing, raising
from services.referral.actions.announcing import announce
from services.referral.actions.locking import BY_RULE
from services.referral.domain.announcing import SYSTEM
from services.referral.domain.facts import rose
from services.referral.domain.referral import ReferralState
from services.referral.domain.routing import NOW_OR_CHILD
from services.referral.domain.safe_contact import DIED, ONE_CHANCE
from services.referral.store import alarms, beside, cases, contact, deaths, details, locks, persons, tasks, unsure
from services.referral.store.cases import Alert, Case
from services.referral.store.locks import Lock
from services.referral.store.tasks import Task, task_id

UNSAFE, RAISED, DEAD, CARE = "contact_unsafe", "risk_raised", "person_died", "asks_for_care"
LANGUAGE = "language_told"
ALIVE, ANOTHER = "person_alive", "another_died"
"""What is told, as triggers of an alert beside those of the police and the courts."""
TO_LIVING = "speak_to_living"
"""The task to reach somebody of whom it was a mistake that they died."""
WRITTEN = "written_danger"
TAKEN_BACK = "danger_taken_back"
AFRAID = "agreement_afraid"
OF_FEAR = "afraid"
"""The reason for which a person takes back an agreement, or declines, that calls for a look at the risk."""
NOT_SAFE = frozenset({"unsafe", "unsafe_now", "not_safe"})
"""Reasons of a step that say that being in touch is not safe."""


async def contact_unsafe(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """A provider, or the hub, says that it is not safe to be in touch: every channel is unknown, as after a new
    incident, and every case of the person hears of it, once for each time."""
    person_id = await contact.person_of(tx, referral.case_id)
    if person_id is None:
        return
    people = await unsure.records(tx, person_id)
    shut = await unsure.make_unknown(tx, dict.fromkeys(people, referral.updated_at), by_role="provider")
    await unsure.doubt(tx, people, referral.updated_at)
    await new_incident.tell(tx, shut, why=UNSAFE)
    found = await cases.of_person(tx, person_id, closed=False)
    await raising.alert(tx, found, UNSAFE, _said_by(referral), referral.updated_at, now, heard_from=referral.leg_id)


async def died(tx: Tx, referral: ReferralState, now: datetime) -> None:
    """A provider, or the hub, says that the person died: every channel is shut, every case hears of it, and a human
    makes sure the same day. Once for each person's case, however often it is said."""
    about, at = _said_by(referral), referral.updated_at
    await _said_to_be_dead(tx, referral.case_id, referral.referral_id, about, at, now, referral.leg_id)


async def died_by_the_hub(tx: Tx, viewer: Viewer, case_id: UUID, said_by: str, now: datetime) -> None:
    """Somebody told the hub that the person of this case died, whether or not a referral is open: as where a service
    says so. Once, until it is taken back. `said_by`: who told it, a code of the list death_said_by."""
    heard = await cases.alerts(tx, case_id)
    if is_dead(heard):
        return
    about = f"hub/{sum(one.trigger in (ALIVE, ANOTHER) for one in heard)}"
    await _said_to_be_dead(tx, case_id, about, about, now, now)
    await audit.record(tx, [audit.seen(viewer, "death.said", "case", case_id, (), said_by)])


async def _said_to_be_dead(
    tx: Tx, case_id: UUID, again: object, about: str, at: datetime, now: datetime, heard_from: UUID | None = None
) -> None:
    """`again`: what tells the task apart from one that was taken back before; `about`: who said it, and when."""
    person_id = await contact.person_of(tx, case_id)
    task = task_id(DEAD, case_id)
    if await tasks.get(tx, task) is not None and not is_dead(await cases.alerts(tx, case_id)):
        task = task_id(DEAD, case_id, again)  # said anew after it was taken back
    if person_id is None or await tasks.get(tx, task) is not None:
        return
    await deaths.say(tx, person_id, case_id, now)
    await _dead(tx, person_id, Task(task, DEAD, filing.end_of_day(now), now, case_id=case_id))
    found = sorted({*await cases.of_person(tx, person_id, closed=False), case_id})
    await raising.alert(tx, found, DEAD, about, at, now, heard_from=heard_from)
    await noticing.tell_roles(tx, DEAD, found, now)


def _said_by(referral: ReferralState) -> str:
    return f"{referral.referral_id}/{referral.updated_at.isoformat()}"


async def dead_by_the_police(tx: Tx, dead: Mapping[UUID, tuple[UUID, datetime]]) -> None:
    """The police name these people among the dead (each with the case that they would have in that crime, and when it
    was heard): as where a service says so, once for each crime; of whom no case is known it is kept for the first that
    comes. Their family's own cases stay as they are."""
    for person_id in sorted(dead):
        of_crime, now = dead[person_id]
        found = await cases.of_person(tx, person_id, closed=False)
        every = await cases.of_person(tx, person_id, closed=True)
        task = task_id(DEAD, of_crime, "police")
        if await tasks.get(tx, task) is not None or await deaths.was_said(tx, person_id, of_crime):
            continue
        await deaths.say(tx, person_id, of_crime, now)
        if not every:
            continue
        await details.hold(tx, [], every)
        about = of_crime if of_crime in found else next(iter(found), every[0])
        await _dead(tx, person_id, Task(task, DEAD, filing.end_of_day(now), now, case_id=about))
        await raising.alert(tx, found, DEAD, f"police/{of_crime}", now, now)
        await noticing.tell_roles(tx, DEAD, found, now)


async def dead_before(tx: Tx, found: Mapping[UUID, UUID], now: datetime) -> None:
    """Of the people of these cases (by case) it stands that they died, and the cases have not heard of it: they came
    later, or of a record that was found only now to be the same person's. Somebody makes sure in each the same day:
    either the person lives, or whoever told of the case meant somebody else."""
    due = filing.end_of_day(now)
    new = [one for one in sorted(found) if not is_dead(await cases.alerts(tx, one))]
    for case_id in new:
        about = task_id(DEAD, case_id, "before", now.isoformat())
        await _dead(tx, found[case_id], Task(about, DEAD, due, now, case_id=case_id))
    await raising.alert(tx, new, DEAD, f"before/{now.isoformat()}", now, now)
    if new:
        await noticing.tell_roles(tx, DEAD, new, now)


async def of_joined(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """These records were found to be of one person: that any of them died counts for the others from now on."""
    async with persons.seen_whole(tx):
        if await deaths.dead(tx, people):
            found = {case: one for one in sorted(people) for case in await cases.of_record(tx, one)}
            await dead_before(tx, found, now)


async def of_parted(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """These records are of one person no more: whoever has no record of which it was said lives, as far as we know."""
    async with persons.seen_whole(tx):
        for one in sorted(people):
            if await deaths.dead(tx, await unsure.records(tx, one)):
                continue
            heard = {c: last_said(await cases.alerts(tx, c)) for c in await cases.of_record(tx, one)}
            told = {c: last.happened_at for c, last in heard.items() if last is not None and last.trigger == DEAD}
            await raising.alert(tx, list(told), ANOTHER, now.isoformat(), now, now, review=False)
            await tasks.over_of_cases(tx, list(told), DEAD, "parted", now)
            lives = [
                PersonDeathRecorded(case_id=each, happened_at=now, actor_role=SYSTEM, said_at=at, taken_back=True)
                for each, at in told.items()
            ]
            await announce(tx, lives)


async def _dead(tx: Tx, person_id: UUID, task: Task) -> None:
    """Somebody makes sure of it, and every channel is shut at once."""
    await tasks.add(tx, [task])
    every = await cases.of_person(tx, person_id, closed=True)
    await tasks.over_of_cases(tx, every, TO_LIVING, DIED, task.created_at)
    held = {one.kind: one.locked_why for one in await contact.channels(tx, person_id)}
    for kind in sorted(kind for kind in CHANNELS if held.get(kind) not in (ONE_CHANCE, DIED)):
        await contact.lock(tx, person_id, kind, DIED, None, BY_RULE, task.created_at)
        await locks.add(tx, Lock(person_id, kind, DIED, None, BY_RULE, task.created_at, ()))


def last_said(heard: Sequence[Alert]) -> Alert | None:
    """What was said last of whether the person lives; None where nobody ever said that they died."""
    return max(
        (one for one in heard if one.trigger in (DEAD, ALIVE, ANOTHER)), key=lambda one: one.received_at, default=None
    )


def is_dead(heard: Sequence[Alert]) -> bool:
    last = last_said(heard)
    return last is not None and last.trigger == DEAD


async def afraid(tx: Tx, case_id: UUID, about: object, now: datetime) -> None:
    """The person takes help back since they are afraid of what would follow: somebody may have made them. The risk is
    looked at again, within the limit of life safety where it is high; once for each time."""
    case = await cases.get(tx, case_id)
    if case is None:
        return
    due = filing.today_or_at_once(now, at_once=filing.is_grave(case))
    await _to_look_at(tx, AFRAID, case_id, about, due, now)


async def written_danger(tx: Tx, case_id: UUID, about: object, now: datetime) -> None:
    """What the person wrote behind their link holds a sign of danger: whoever is on duty looks within the hour by the
    clock, once for each time; the words are read where they were written."""
    await _to_look_at(tx, WRITTEN, case_id, about, filing.hub_due(filing.LIFE_SAFETY, now), now)


async def danger_taken_back(tx: Tx, case_id: UUID, about: object, now: datetime) -> None:
    """Words with a sign of danger were taken back before anybody read them, perhaps by somebody else: the risk is
    looked at all the same, by when they were to be read. Nobody is sent to look for words that are gone."""
    task = task_id(WRITTEN, case_id, about)
    held, due = await tasks.get(tx, task), filing.hub_due(filing.LIFE_SAFETY, now)
    due = min(due, held.due_at) if held and held.done_at is None else due
    await tasks.over_by_themselves(tx, [task], "taken_back", now)
    await _to_look_at(tx, TAKEN_BACK, case_id, about, due, now)


async def complaint_danger(tx: Tx, told: ComplaintReceived, now: datetime) -> None:
    """What somebody said in a complaint holds a sign of danger: whoever is on duty looks within the hour by the clock,
    at the case where it is known or named by its reference, and else at the words alone. Once for each complaint: a
    further one on a case whose task is open is named in that task, and told anew."""
    case = await cases.get(tx, told.case_id) if told.case_id else None
    found = [case] if case else await cases.by_reference(tx, told.named) if told.named else []
    case_id = found[0].case_id if len(found) == 1 else None
    task, due = task_id(tasks.COMPLAINT, told.complaint_id), filing.hub_due(filing.LIFE_SAFETY, now)
    if await tasks.knows_complaint(tx, told.complaint_id, case_id):
        return
    if case_id is None or not await tasks.join_complaint(tx, case_id, told.complaint_id):
        await tasks.add(tx, [Task(task, tasks.COMPLAINT, due, now, case_id=case_id, complaint_id=told.complaint_id)])
    if case_id is not None:
        await beside.mark_for_review(tx, [case_id], now)
        await noticing.tell_roles(tx, tasks.COMPLAINT, [case_id], now)
    else:
        await noticing.tell_of_task(tx, tasks.COMPLAINT, task, now)
    about = ("case", case_id) if case_id else ("complaint", told.complaint_id)
    await audit.record(tx, [audit.Entry(None, "system", None, f"alert.{tasks.COMPLAINT}", *about)])


async def _to_look_at(tx: Tx, what: str, case_id: UUID, about: object, due: datetime, now: datetime) -> None:
    await tasks.add(tx, [Task(task_id(what, case_id, about), what, due, now, case_id=case_id)])
    await beside.mark_for_review(tx, [case_id], now)
    await noticing.tell_roles(tx, what, [case_id], now)


async def if_raised(
    tx: Tx, case_id: UUID, risks: tuple[str | None, str | None], now: datetime, heard_from: UUID | None = None
) -> None:
    """Where the risk of a case (`risks`: before and now) rose to high or imminent, what is open for it is urgent from
    now on, and its providers are told."""
    if not rose(*risks):
        return
    await alarms.make_urgent(tx, case_id, now)
    about = now.isoformat()
    await raising.alert(tx, [case_id], RAISED, about, now, now, heard_from=heard_from, review=False)


async def of_batch(
    tx: Tx,
    dangers: Sequence[tuple[UUID, str]],
    later: Sequence[tuple[Case, Case]],
    now: datetime,
    heard_from: UUID | None = None,
    no_crime: Sequence[Case] = (),
    helped: Collection[UUID] = (),
    lines: bool = True,
) -> None:
    """What is told later of danger (`later`: cases as they were, and are), and of which the police say that it is no
    crime any more, reaches who helps in that case, and in every other case of the person."""
    for held, case in later:
        if rose(held.risk_grade, case.risk_grade):
            await if_raised(tx, case.case_id, (held.risk_grade, case.risk_grade), now, heard_from)
        elif filing.has_provider(held, case, helped) and (new := filing.news_of(held, case, lines=lines)):
            await _asks_for_care(tx, case.case_id, new, now, heard_from)
    for held, case in later:
        if case.language != held.language and case.language not in UNKNOWN_VALUES and filing.has_provider(held, case):
            about = f"{case.language}/{now.isoformat()}"
            await raising.alert(tx, [case.case_id], LANGUAGE, about, now, now, heard_from=heard_from, review=False)
    for case in no_crime:
        await raising.alert(tx, [case.case_id], filing.NO_CRIME, str(case.revision), now, now, review=False)
    await elsewhere.tell(tx, dangers, now)


async def _asks_for_care(tx: Tx, case_id: UUID, new: Sequence[str], now: datetime, heard_from: UUID | None) -> None:
    if not NOW_OR_CHILD.isdisjoint(new):
        await alarms.make_urgent(tx, case_id, now)
    await raising.alert(tx, [case_id], CARE, ",".join(new), now, now, heard_from=heard_from, review=False)
