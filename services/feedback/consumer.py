"""What the service hears: cases, how they are routed, how referrals end, hearings, and what became of our requests."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from contracts.envelope import Fact
from contracts.identity import case_id
from contracts.justice import MilestoneReached
from contracts.referral import (
    CaseFacts,
    CaseOpened,
    CaseRouted,
    CaseUpdated,
    ConsentGiven,
    ConsentWithdrawn,
    ContactSafetyChanged,
    ContactSent,
    ContactWithheld,
    PersonDeathRecorded,
    ReferralDeclinedByVictim,
    SupportCompleted,
    SupportEndedEarly,
)
from contracts.referral.support import SupportEnded
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.inbox import Received, release, wait
from kit.listening import Context, Handler
from services.feedback.actions import asking
from services.feedback.domain.window import Window, looked_at_again, opened
from services.feedback.reference import Rules
from services.feedback.store import cases, windows

PURPOSE = "feedback"
ENDS: Mapping[str, str] = {
    SupportCompleted.TYPE: "completed",
    SupportEndedEarly.TYPE: "ended_early",
    ReferralDeclinedByVictim.TYPE: "declined",
}
SAFEGUARDING = frozenset({"child_at_risk", "suicide_risk"})
SAFEGUARDING_DOORS = frozenset({"childrens_social_care", "adult_safeguarding", "emergency"})
AGE_HOLDS = frozenset({"child_under_13", "child_13_15", "age_unknown"})
IN_COURT = frozenset(
    {"conviction", "sentence_passed", "case_outcome", "appeal_outcome", "victim_attends_court", "court_bail_decision",
     "victim_attends_to_give_evidence", "youth_sentence", "rearrest_hearing_outcome"}
)  # fmt: skip
"""Triggers that happen at a hearing: without a day of their own, the day on which they happened is one."""


async def on_case_told(tx: Tx, events: Sequence[Received[CaseFacts]], context: Context) -> None:
    """Cases opened or changed; what waited for a case is heard now."""
    last = {event.data.case_id: event.data for event in events}
    await cases.save(tx, [_case(data) for data in last.values()])
    waited = await release(tx, context, [str(case) for case in last])
    if waited:
        await _open(tx, waited, context.facts)
    await _noted(tx, "cases.heard")


def _case(data: CaseFacts) -> cases.Told:
    incident = local_day(data.reported_at or data.recorded_at or data.happened_at)
    death: date | None = None
    if data.kind == "bereaved":
        death = data.committed_to or data.committed_from or incident
    return cases.Told(
        data.case_id,
        data.crime_id,
        data.person_id or data.case_id,
        data.age_band,
        data.share == "refused",
        data.restricted,
        incident,
        death,
        local_day(data.happened_at) if SAFEGUARDING.intersection(data.vulnerabilities) else None,
        data.marac_on,
        isinstance(data, CaseUpdated) and data.removed,
    )


async def on_case_routed(tx: Tx, events: Sequence[Received[CaseRouted]], context: Context) -> None:
    """Holds and doors that bear on asking; a case without any of them costs nothing."""
    found: dict[UUID, cases.Held] = {}
    for event in events:
        data = event.data
        day = local_day(data.happened_at)
        safeguarding = bool(SAFEGUARDING.intersection(data.holds) or SAFEGUARDING_DOORS.intersection(data.doors))
        held = cases.Held(
            data.case_id,
            bool(AGE_HOLDS.intersection(data.holds)),
            "major_incident" in data.holds,
            day if safeguarding else None,
            day if "marac" in data.doors else None,
        )
        if held.age_held or held.major_incident or held.safeguarding_on or held.marac_referred_on:
            found[data.case_id] = held
    await cases.hold(tx, list(found.values()))


async def on_ended(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """Support ended, or was declined by the person: a window opens. One whose case has not come yet waits for it."""
    known = await cases.known(tx, [event.data.case_id for event in events])
    await wait(tx, [event for event in events if event.data.case_id not in known])
    await _open(tx, [event for event in events if event.data.case_id in known], context.facts)
    await _noted(tx, "windows.opened")


async def _open(tx: Tx, events: Sequence[Received[Any]], rules: Rules) -> None:
    found: list[Window] = []
    for event in events:
        data = event.data
        found.append(
            opened(
                data.case_id,
                data.referral_id,
                data.line,
                ENDS[data.TYPE],
                data.happened_at,
                rules.asking(local_day(data.happened_at)),
                wanted=_wanted(data),
                provider_id=data.provider_id,
                contract_id=data.contract_id,
            )
        )
    await windows.open_all(tx, found)


def _wanted(data: Any) -> bool:
    """Whether they may be asked: nobody who died, whatever else was said."""
    if isinstance(data, SupportEndedEarly) and data.reason_code == "died":
        return False
    return data.feedback_wanted if isinstance(data, SupportEnded) else True


async def on_contact_answered(tx: Tx, events: Sequence[Received[Any]], context: Context) -> None:
    """What became of our requests for contact."""
    await asking.on_answers(tx, events, context.facts)


async def on_contact_safety_changed(tx: Tx, events: Sequence[Received[ContactSafetyChanged]], context: Context) -> None:
    """A channel that is not safe any more kills the link that went by it; one that became safe opens the question
    again for whoever could not be asked."""
    unsafe = {(e.data.case_id, e.data.channel): e.time for e in events if e.data.locked or e.data.safety != "safe"}
    await windows.revoke(tx, [(case, channel, at) for (case, channel), at in unsafe.items()])
    safe = {e.data.case_id: e.time for e in events if e.data.safety == "safe" and not e.data.locked}
    if safe:
        now = max(safe.values())
        held = await windows.withheld_for_safety(tx, list(safe))
        await windows.save(tx, [looked_at_again(window, now) for window in held])


async def on_consent(tx: Tx, events: Sequence[Received[ConsentGiven | ConsentWithdrawn]], context: Context) -> None:
    """The person's own yes or no to being asked."""
    said = {e.data.case_id: e for e in events if e.data.purpose == PURPOSE}
    await cases.agree(tx, {case: isinstance(e.data, ConsentGiven) for case, e in said.items()})
    given = {case: e.time for case, e in said.items() if isinstance(e.data, ConsentGiven)}
    if given:
        held = await windows.withheld_for(tx, list(given), "child")
        await windows.save(tx, [looked_at_again(window, max(given.values())) for window in held])


async def on_death(tx: Tx, events: Sequence[Received[PersonDeathRecorded]], context: Context) -> None:
    """The hub made sure that somebody died: their links are dead, and what was still to be asked is closed at once.
    Where it was a mistake the question is open again."""
    last = {e.data.case_id: e for e in events}
    died = {case: e.time for case, e in last.items() if not e.data.taken_back}
    await cases.died(tx, {case: case in died for case in last})
    await windows.kill(tx, died)
    held = [
        *await windows.undecided(tx, list(died)),
        *await windows.withheld_for(tx, list(last.keys() - died.keys()), "died"),
    ]
    now = max(e.time for e in last.values())
    await windows.save(tx, [looked_at_again(window, now) for window in held])


async def on_milestone_reached(tx: Tx, events: Sequence[Received[MilestoneReached]], context: Context) -> None:
    """Hearings listed or held; nothing waits for the crime, since a hearing is kept by it."""
    await cases.keep_hearings(tx, [found for event in events if (found := _hearing(event.data)) is not None])


def _hearing(data: MilestoneReached) -> cases.Hearing | None:
    details = data.details
    at = details.hearing_at if details else None
    if at is None and data.trigger in IN_COURT:
        at = data.happened_at
    if at is None:
        return None
    named = (details.hearing_id if details else None) or data.milestone_id
    about = case_id(data.crime_id, data.victim_ref) if data.victim_ref else data.crime_id
    return cases.Hearing(about, named, at)


async def _noted(tx: Tx, what: str) -> None:
    await audit.record(tx, [audit.Entry(None, "system", None, what, "batch", None)])


LISTENS: dict[type[Fact], Handler] = {
    CaseOpened: on_case_told,
    CaseUpdated: on_case_told,
    CaseRouted: on_case_routed,
    SupportCompleted: on_ended,
    SupportEndedEarly: on_ended,
    ReferralDeclinedByVictim: on_ended,
    ContactSent: on_contact_answered,
    ContactWithheld: on_contact_answered,
    ContactSafetyChanged: on_contact_safety_changed,
    ConsentGiven: on_consent,
    ConsentWithdrawn: on_consent,
    PersonDeathRecorded: on_death,
    MilestoneReached: on_milestone_reached,
}
