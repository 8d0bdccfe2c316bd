"""Which facts the service listens to: a batch of one type at a time, in the transaction that moves the watermark."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from contracts.code_compliance import (
    ClockPaused,
    ClockReplanned,
    ClockResumed,
    ComplaintReceived,
    ContactWishStated,
    EntitlementBreached,
    EntitlementDeclined,
    EntitlementDue,
    EntitlementExcepted,
    EntitlementFact,
    EntitlementMet,
    EntitlementWarned,
    OwnRightsWordGuessed,
    RelatedClockEnded,
    RelatedClockOver,
    RelatedClockWarned,
)
from contracts.contact import ContactRequested
from contracts.envelope import Fact, is_history
from contracts.feedback import FeedbackAnswered, FeedbackWithdrawn, FeedbackWithheld
from contracts.justice import MilestoneReached
from contracts.police import CrimeRecorded, CrimeUpdated
from kit import audit
from kit.database import Tx
from kit.inbox import Received, release, wait
from kit.listening import Context, Handler
from kit.service import Moment
from services.referral.actions import (
    alarming,
    another_force,
    books,
    both_sides,
    contact_gone,
    crime_outcomes,
    deaths,
    giving_evidence,
    heard_elsewhere,
    hearing,
    locking,
    looking,
    mailing,
    more_care,
    new_incident,
    no_case,
    noticing,
    recounting,
    refusing,
    requesting,
    rerouting,
    restricting,
    safe_again,
    said_no_elsewhere,
    sent_twice,
    taking_back,
    unknown_steps,
    who_it_is,
    wishing,
)
from services.referral.actions.announcing import announce
from services.referral.store import alerts, batches, cases, clocks, consent, mail, past_data, timeline, waiting

AT_ONCE = 1000
TELLING = (EntitlementMet.TYPE, EntitlementBreached.TYPE, EntitlementDeclined.TYPE)


async def on_crimes(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """Crimes recorded or updated: cases opened, routed, and sent where everything allows it."""
    await past_data.mark(tx, history=all(is_history(event.source) for event in events))
    heard, whose, others = await another_force.as_first_told(tx, hearing.read(events))
    stands, left = await books.to_send_by(tx, await books.current(tx, context.facts))  # before anybody is held
    people = hearing.newcomers(heard)
    met = await batches.meet(tx, people)
    seen = looking.look(context.sealer, heard, stands)
    proposed = await looking.propose(tx, seen, events[-1].time)  # before `past`, which reads who may be the same
    past = await batches.past(
        tx,
        {event.data.crime_id for event in events},
        {person.person_id for person in people},
        hearing.accused(heard),
    )
    past.restricted = met.restricted
    past.doubtful = await looking.doubtful(tx, seen)
    known = [case_id for held in past.of_crime.values() for case_id in held]
    overridden = await consent.overridden(tx, known, events[-1].time) if known else set()
    batch = hearing.Hearing(stands, past, overridden, left, whose=whose)
    before = dict(past.facts)
    for event, found in heard:
        hearing.hear(batch, event, found)
    unreachable = await safe_again.held(tx, past.prior) if past.prior else []
    shut = await batches.write(tx, batch.changes)
    await crime_outcomes.hear(tx, heard)
    named = {routing.directory_version for routing in batch.changes.routings.values()}
    for stood in (*batch.stood, batch.books):
        await books.keep(tx, stood, named, events[-1].time)
    await announce(tx, batch.events, caused_by=batch.causes)
    await new_incident.tell(tx, shut, batch.incidents)
    await taking_back.follow(tx, batch.changes.unsaid)
    await contact_gone.tell(tx, batch.contact_gone, past.helped, events[-1].time)
    await refusing.hear(tx, batch.said, events[-1].time)
    await locking.one_chance(tx, batch.one_chance)
    await alarming.dead_by_the_police(tx, batch.dead)
    await alarming.dead_before(tx, batch.of_dead, events[-1].time)
    since = events[-1].time
    await alarming.of_batch(tx, batch.dangers, batch.later, since, no_crime=batch.no_crime, helped=past.helped)
    await more_care.follow(tx, before, batch, heard, since)
    await recounting.follow(tx, batch, batch.books, since)
    await said_no_elsewhere.tell(tx, batch.refused, batch.books, since)
    await who_it_is.ask(tx, batch.removed, who_it_is.REMOVED, events[-1].time)
    await another_force.ask(tx, others, past.of_crime, since)
    await sent_twice.of_removed(tx, batch.removed, since)
    await rerouting.suspected(tx, batch.changes, batch.books, events[-1].time)
    await both_sides.linked_late(tx, batch.changes, events[-1].time)
    await safe_again.follow(tx, unreachable, batch.books, events[-1].time)
    elsewhere = [case_id for case_id in met.cases if case_id not in batch.changes.cases]
    await restricting.tell(tx, elsewhere, events[-1].time, caused_by=events[-1])
    if maybe := met.restricted | proposed:
        await restricting.until_decided(tx, maybe, events[-1].time)
    await audit.record(tx, [audit.Entry(None, "system", None, "crimes.heard", "batch", None)])
    keys = [str(key) for key in (*batch.changes.crimes, *batch.changes.cases)]
    await _hear_again(tx, context, keys, events[-1].time)


async def on_milestone_reached(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """Steps of justice: told on the timeline; bail, release, orders and escapes are brought before a human at once."""
    known = await alerts.known_crimes(tx, [event.data.crime_id for event in events])
    await no_case.hold(tx, [event for event in events if event.data.crime_id not in known])
    await _milestones(tx, [event for event in events if event.data.crime_id in known], context)


async def hear_what_came(tx: Tx, moment: Moment, context: Context) -> int:
    """What waits for a crime or a case that is here: the topics have no mutual order and are applied side by side, so
    that something can begin to wait in the moment in which what it waits for is being written."""
    keys = await waiting.arrived(tx, AT_ONCE)
    return await _hear_again(tx, context, keys, moment.now) if keys else 0


async def _hear_again(tx: Tx, context: Context, keys: Sequence[str], now: datetime) -> int:
    """What waited for these crimes and cases; returns how much it was."""
    waited = await release(tx, context, keys)
    milestones = [event for event in waited if isinstance(event.data, MilestoneReached)]
    await _milestones_at_last(tx, milestones, now, context)
    await _answer(tx, [event for event in waited if isinstance(event.data, ContactRequested)], context)
    await _wished(tx, [event for event in waited if isinstance(event.data, ContactWishStated | OwnRightsWordGuessed)])
    await _concerned(tx, [event for event in waited if isinstance(event.data, FeedbackAnswered | FeedbackWithdrawn)])
    return len(waited)


async def _milestones_at_last(tx: Tx, waited: Sequence[Received[Any]], now: datetime, context: Context) -> None:
    """What waited for these crimes is told, and nobody asks for it any more."""
    if waited:
        left = await _milestones(tx, waited, context)
        await no_case.came(tx, [event.data for event in waited if event not in left], now)


async def _milestones(tx: Tx, events: Sequence[Received[Any]], context: Context) -> Sequence[Received[Any]]:
    """Tells of them, and decides again who must give evidence; returns those that go on waiting for the case of whom
    they name."""
    await past_data.mark(tx, history=all(is_history(event.source) for event in events))
    told, left = await no_case.of_nobody_known(tx, events)
    await no_case.hold(tx, left)
    await alerts.tell(tx, [event.data for event in told], [event.time for event in told])
    await heard_elsewhere.tell(tx, told)
    await deaths.of_milestones(tx, told)
    await unknown_steps.ask(tx, told)
    await giving_evidence.of_milestones(tx, told, context)
    return left


async def on_clock(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """Clocks of the Code start, change and end: the next one of each case orders the queue."""
    facts: list[EntitlementFact] = [event.data for event in events]
    last = {_clock(fact): _due_of(fact) for fact in facts}  # one that starts and ends in one batch has ended
    await clocks.stop(tx, [clock for clock, due in last.items() if due is None])
    await clocks.run(tx, [(*clock, due) for clock, due in last.items() if due is not None])
    await clocks.follow(tx, list({fact.case_id for fact in facts}))
    await noticing.clocks_over(tx, [f for f in facts if not isinstance(f, EntitlementDue)], events[-1].time)
    await timeline.heard(tx, [fact for fact in facts if fact.TYPE in TELLING])


async def on_warned(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """A clock of the Code, or a limit beside it, runs out: told on the timeline and to the role that was warned; no
    clock starts or ends with it."""
    facts = [event.data for event in events]
    await timeline.heard(tx, facts)
    warned = [fact for fact in facts if isinstance(fact, EntitlementWarned | RelatedClockWarned)]
    await noticing.clocks_warned(tx, warned)
    await noticing.clocks_over(tx, [fact for fact in facts if isinstance(fact, RelatedClockOver)], events[-1].time)


async def on_limit_ended(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """A limit beside the Code ended: what was said of it is over."""
    await noticing.clocks_over(tx, [event.data for event in events], events[-1].time)


def _due_of(fact: EntitlementFact) -> Any:
    """Until when a clock runs; None when it does not run any more."""
    return fact.due_at if isinstance(fact, EntitlementDue | ClockReplanned | ClockResumed) else None


def _clock(fact: EntitlementFact) -> clocks.Clock:
    return fact.case_id, fact.entitlement, str(fact.clock_id or fact.milestone_id or "")


async def on_contact_requested(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """Another service asks us to contact a person: one safe-contact check, then mail or a reason why not."""
    known = await cases.known(tx, [event.data.case_id for event in events])
    await wait(tx, [event for event in events if event.data.case_id not in known])
    await _answer(tx, [event for event in events if event.data.case_id in known], context)


async def on_feedback(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """What somebody wrote of how it went holds a sign of danger, also where they took it back before it was read: a
    human looks within the hour, day or night."""
    of_danger = [event for event in events if event.data.concern]
    known = await cases.known(tx, [event.data.case_id for event in of_danger])
    await wait(tx, [event for event in of_danger if event.data.case_id not in known])
    await _concerned(tx, [event for event in of_danger if event.data.case_id in known])


async def on_feedback_withheld(tx: Tx, events: Sequence[Received[FeedbackWithheld]], context: Context) -> None:
    """The person is left in peace since something became known after they were to be asked: an invitation that has not
    left stays here."""
    quiet = {event.data.request_id: event for event in events if event.data.request_id is not None}
    for request_id in await mail.waiting_of(tx, list(quiet)):
        await mailing.take_back(tx, request_id, quiet[request_id].data.reason, quiet[request_id].time)


async def _concerned(tx: Tx, events: Sequence[Received[Any]]) -> None:
    for event in events:
        if isinstance(event.data, FeedbackWithdrawn):
            await alarming.danger_taken_back(tx, event.data.case_id, event.data.response_id, event.time)
            continue
        about = f"{event.data.response_id}/{event.time.isoformat()}" if event.data.added else event.data.response_id
        await alarming.written_danger(tx, event.data.case_id, about, event.time)


async def on_complaint(tx: Tx, events: Sequence[Received[ComplaintReceived]], context: Context) -> None:
    """What somebody said in a complaint holds a sign of danger: a human looks within the hour, whoever it was."""
    for event in events:
        if event.data.concern:
            await alarming.complaint_danger(tx, event.data, event.time)


async def on_wish(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """The person said how they want to be reached: ways are shut at once, and a human looks the same day."""
    known = await cases.known(tx, [event.data.case_id for event in events])
    await wait(tx, [event for event in events if event.data.case_id not in known])
    await _wished(tx, [event for event in events if event.data.case_id in known])


async def _wished(tx: Tx, events: Sequence[Received[Any]]) -> None:
    for event in events:
        if isinstance(event.data, OwnRightsWordGuessed):
            await wishing.guessed(tx, event.data, event.time)
        else:
            await wishing.hear(tx, event.data, event.time)


async def _answer(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    for event in events:
        request: ContactRequested = event.data
        told = await requesting.answer_request(tx, request, context, event.time)
        await announce(tx, [told], caused_by=event)


LISTENS: dict[type[Fact], Handler] = {
    CrimeRecorded: on_crimes,
    CrimeUpdated: on_crimes,
    MilestoneReached: on_milestone_reached,
    ContactRequested: on_contact_requested,
    **dict.fromkeys(
        (
            EntitlementDue,
            EntitlementMet,
            EntitlementBreached,
            EntitlementExcepted,
            EntitlementDeclined,
            ClockPaused,
            ClockResumed,
            ClockReplanned,
        ),
        on_clock,
    ),
    **dict.fromkeys((EntitlementWarned, RelatedClockWarned, RelatedClockOver), on_warned),
    RelatedClockEnded: on_limit_ended,
    **dict.fromkeys((ContactWishStated, OwnRightsWordGuessed), on_wish),
    **dict.fromkeys((FeedbackAnswered, FeedbackWithdrawn), on_feedback),
    FeedbackWithheld: on_feedback_withheld,
    ComplaintReceived: on_complaint,
}
