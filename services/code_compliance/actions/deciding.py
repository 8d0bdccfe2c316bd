"""Deciding cases afresh from everything that was told of them; the timer; a changed calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.case_fact import CaseFact
from kit import outbox
from kit.database import Tx
from kit.inbox import Received
from kit.listening import Context
from kit.outbox import Written
from kit.service import Moment
from services.code_compliance.actions import relating
from services.code_compliance.actions.covering import in_force
from services.code_compliance.domain.announcing import changes, differs, enhanced_rights, why_changed
from services.code_compliance.domain.entitlements import Clock, Key, decide
from services.code_compliance.domain.facts import Case
from services.code_compliance.domain.related_held import decide_related, related_changes
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.writing import fallen, raised
from services.code_compliance.store import cases as stored_cases
from services.code_compliance.store import clocks as stored_clocks
from services.code_compliance.store import firing, ledger, outbox_many, related
from services.code_compliance.store import told as stored_told

FIRE_AT_ONCE = 5000
SIDE_BY_SIDE = 2
"""Shares of the cases whose clocks are called at the same time, each by a timer of its own: one a processor."""


@dataclass(frozen=True, slots=True)
class Because:
    """What made a case be decided afresh: the present for it, the event, where there is one, and whose doing it was."""

    now: datetime
    event: Received[Any] | None = None
    actor_role: str = "system"


async def raise_for_new(tx: Tx, cases: Sequence[Case], because: Mapping[UUID, Because], rules: Rulebook) -> None:
    """Raises what cases that nothing else was told of are owed; one round trip for the clocks, one for the outbox."""
    rules = await in_force(tx, rules)
    announced: list[Written] = []
    causes: list[Received[Any] | None] = []
    clocks: list[tuple[UUID, Clock]] = []
    beside: relating.Kept = []
    for case in cases:
        after = decide(case, (), (), rules)
        why = because[case.case_id]
        clocks.extend((case.case_id, clock) for clock in after.values())
        told = [Written(kind, case.case_id, why.now, data) for kind, data in raised(case, after, rules, why.now)]
        if case.reasons:
            told += [_written(event) for event in enhanced_rights(None, case, why.now)]
        limits = decide_related(case, (), (), rules, {})
        beside += relating.changed(case.case_id, {}, limits)
        told += [_written(event) for event in related_changes(case, {}, limits, rules, why.now)]
        announced += told
        causes += [why.event] * len(told)
    await stored_clocks.add(tx, clocks)
    await related.save(tx, beside)
    await outbox_many.add_many(tx, announced, caused_by=causes)


async def decide_afresh(tx: Tx, cases: Sequence[Case], because: Mapping[UUID, Because], rules: Rulebook) -> None:
    """Decides cases, which the caller has locked, from everything that was told of them; saves what differs and
    announces it."""
    if not cases:
        return
    rules = await in_force(tx, rules)
    crime_ids = list({case.crime_id for case in cases if case.crime_id is not None})
    case_ids = [case.case_id for case in cases]
    before = await stored_clocks.load(tx, case_ids, lock=True)
    limits = await related.load(tx, case_ids, lock=True)
    milestones = await stored_told.milestones(tx, [case.life for case in cases])
    evidence = await stored_told.evidence(tx, crime_ids, case_ids)
    pauses = await ledger.pauses(tx, case_ids)
    announced: list[tuple[CaseFact, Because]] = []
    clocks: list[tuple[UUID, Clock]] = []
    beside: relating.Kept = []
    former: list[tuple[UUID, Clock, datetime, str]] = []
    for case in cases:
        held: dict[Key, Clock] = before.get(case.case_id, {})
        heard = milestones.get(case.life, [])
        said = [*evidence.get(case.case_id, []), *(evidence.get(case.crime_id, []) if case.crime_id else [])]
        after = decide(case, heard, said, rules, held, pauses.get(case.case_id, ()))
        why = because[case.case_id]
        changed = {key: clock for key, clock in after.items() if held.get(key) != clock}
        clocks.extend((case.case_id, clock) for clock in changed.values())
        former.extend(
            (case.case_id, held[key], why.now, why_changed(held[key], clock))
            for key, clock in changed.items()
            if key in held and differs(held[key], clock)
        )
        announced.extend((event, why) for event in changes(case, held, after, rules, why.now, why.actor_role))
        stood = limits.get(case.case_id, {})
        stand = decide_related(case, heard, said, rules, stood)
        beside += relating.changed(case.case_id, stood, stand)
        announced.extend((e, why) for e in related_changes(case, stood, stand, rules, why.now, why.actor_role))
    await stored_clocks.save(tx, clocks)
    await related.save(tx, beside)
    await ledger.remember(tx, former)
    await _announce(tx, announced)


async def pass_on(
    tx: Tx, changed: Sequence[Case], before: Mapping[UUID, Case], because: Mapping[UUID, Because]
) -> None:
    """Announces whose enhanced rights are others than before, for the other agencies."""
    announced = [
        (event, because[case.case_id].event)
        for case in changed
        for event in enhanced_rights(before.get(case.case_id), case, *_of(because[case.case_id]))
    ]
    await outbox.add(tx, [event for event, _ in announced], caused_by=[cause for _, cause in announced])


def _of(why: Because) -> tuple[datetime, str]:
    return why.now, why.actor_role


def _written(event: CaseFact) -> Written:
    told = event.model_dump_json(exclude={"sequence"}, exclude_none=True)
    return Written(event.TYPE, event.subject_id, event.happened_at, told)


async def _announce(tx: Tx, announced: Sequence[tuple[CaseFact, Because]]) -> None:
    await outbox.add(tx, [event for event, _ in announced], caused_by=[why.event for _, why in announced])


async def mark_due(tx: Tx, moment: Moment, context: Context, part: int = 0, parts: int = 1) -> int:
    """Calls clocks of one share of the cases breached, or not evidenced, that are past due now and were so at an
    instant up to which everything told to us had been applied."""
    if moment.applied_until is None:
        return 0
    rules: Rulebook = context.facts
    past = min(moment.now, moment.applied_until)
    clocks = await firing.fire(tx, past, FIRE_AT_ONCE, part, parts)
    crimes = await firing.crimes_of(tx, clocks)
    await outbox_many.add_many(tx, list(fallen(clocks, crimes, rules, moment.now)))
    return len(clocks)


async def count_again(tx: Tx, moment: Moment, context: Context) -> int:
    """Re-plans running clocks that were counted with another version of the bank holidays, and says so; counts related
    clocks of cases from before they were kept."""
    rules: Rulebook = context.facts
    version = rules.calendar.version
    found = {*await stored_clocks.counted_otherwise(tx, version, 500), *await related.to_count(tx, version, 500)}
    case_ids = sorted(found)
    if case_ids:
        cases = await stored_cases.load(tx, cases=case_ids, lock=True)
        await decide_afresh(tx, cases, {case_id: Because(moment.now) for case_id in case_ids}, rules)
        await related.counted(tx, case_ids)
    return len(case_ids)
