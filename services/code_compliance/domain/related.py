"""The related clocks of a case, computed from what was told: time limits beside the Code, never a duty of it."""

import calendar as gregorian
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from contracts.working_time import due, end_of_day, local_day, sum_in_words
from services.code_compliance.domain.catalogue import Catalogue
from services.code_compliance.domain.clocks import awaited_at
from services.code_compliance.domain.enhanced import at as enhanced_at
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.occasions import Occasion, concerning, known_at
from services.code_compliance.domain.receipt import moment_in_words, number, trigger_in_words
from services.code_compliance.domain.related_rules import Related, Run
from services.code_compliance.domain.rulebook import Rulebook

State = Literal["running", "over", "done", "done_late", "no_day", "ended"]


@dataclass(frozen=True, slots=True)
class RelatedClock:
    """One related clock as it stands. `occurrence`: what it started with, where it may start again; `last_at`: up
    to when it may still be allowed, where the rule knows that; `ended`: with the person whose it was."""

    rule: Related
    occurrence: str
    code_version: str
    started_at: datetime
    due_at: datetime | None
    last_at: datetime | None
    done_at: datetime | None
    state: State
    sum: str


def related_clocks(
    case: Case,
    milestones: Sequence[Milestone],
    evidence: Sequence[Evidence],
    rules: Rulebook,
    now: datetime | None = None,
) -> list[RelatedClock]:
    """Every related clock that has started for a case, in the order of the catalogue, then of their starts; without
    `now` none is called over."""
    mine = concerning(case, milestones)
    told = [e for e in evidence if e.case_id in (None, case.case_id, case.stands_for)]
    found: list[RelatedClock] = []
    for code in rules.codes:
        for rule in code.related.values() if mine or told else _with_the_report(code):
            for place, run in enumerate(rule.runs):
                for start, name in sorted(_starts(case, run, mine, told, rules), key=lambda each: each[0].order):
                    if rules.code_at(start.happened_at) is code and _fits(case, code, rule, run, start, mine):
                        occurrence = f"{place}/{name}" if place else name
                        found.append(_clock(case, code, rule, run, start, occurrence, mine, rules, now))
    return found if case.died_at is None else _until_death(found, case.died_at)


def _until_death(found: Sequence[RelatedClock], died_at: datetime) -> list[RelatedClock]:
    """What was still to come when the person died ends then; nothing starts later. The bereaved have limits of their
    own, in their own cases."""
    return [_ended(clock, died_at) for clock in found if clock.started_at <= died_at]


def _ended(clock: RelatedClock, died_at: datetime) -> RelatedClock:
    if clock.done_at is not None or (clock.due_at is not None and clock.due_at < died_at):
        return clock
    said = f"{clock.sum} The person died: it ended {moment_in_words(died_at)}, by the hub's record."
    return replace(clock, state="ended", sum=said)


@lru_cache(maxsize=16)
def _with_the_report(code: Catalogue) -> tuple[Related, ...]:
    """The clocks that may start with the report itself: all that there can be where nothing else is told."""
    return tuple(rule for rule in code.related.values() if any(run.reported for run in rule.runs))


def _starts(
    case: Case, run: Run, mine: Sequence[Milestone], told: Sequence[Evidence], rules: Rulebook
) -> Iterator[tuple[Occasion, str]]:
    """What starts a clock, each with a name that tells it from the others."""
    if run.reported and case.circumstances.reported:
        yield Occasion("crime_reported", case.reported_at), ""
    for m in mine:
        if m.trigger in run.triggers:
            yield Occasion(m.trigger, m.happened_at, m.milestone_id, m.received_by_wcu_at, m.details), m.milestone_id
    if run.told_of:
        yield from _first_told(run, mine, told, rules)


def _first_told(
    run: Run, mine: Sequence[Milestone], told: Sequence[Evidence], rules: Rulebook
) -> Iterator[tuple[Occasion, str]]:
    """The first time that the person was told of each decision: told again of the same one, nothing starts anew.

    The decision is the one that was named, else the last one that our record has at that moment, else one unknown."""
    seen: set[str] = set()
    for e in sorted(told, key=lambda e: (e.at, e.id)):
        if e.entitlement not in run.told_of or e.outcome != "delivered":
            continue
        entitlement = rules.entitlement(e.entitlement)
        assert entitlement is not None
        known = [m.milestone_id for m in mine if m.trigger == entitlement.trigger and m.happened_at <= e.at]
        decision = e.milestone_id or (known[-1] if known else e.entitlement)
        if decision not in seen:
            seen.add(decision)
            yield Occasion(entitlement.trigger, e.at, e.milestone_id), decision


def _fits(case: Case, code: Catalogue, rule: Related, run: Run, start: Occasion, mine: Sequence[Milestone]) -> bool:
    if run.starts_on_or_after is not None and local_day(start.happened_at) < run.starts_on_or_after:
        return False
    known = known_at(case, code, start, enhanced_at(case.reasons, start.happened_at, case.overrides), mine)
    return code.owed_to(known) and rule.applies(known)


def _clock(
    case: Case,
    code: Catalogue,
    rule: Related,
    run: Run,
    start: Occasion,
    occurrence: str,
    mine: Sequence[Milestone],
    rules: Rulebook,
    now: datetime | None,
) -> RelatedClock:
    due_at, words = _due(case, run, start, mine, rules, local_day(now).year if now is not None else None)
    outer = end_of_day(months_after(local_day(start.happened_at), run.outer)) if run.outer else None
    done_at = _done(run, start, mine)
    state: State = "no_day" if due_at is None else "over" if now is not None and due_at < now else "running"
    if done_at is not None:
        state = "done_late" if due_at is not None and done_at > due_at else "done"
    if outer is not None:
        words += f" A request up to {day_words(local_day(outer))} may still be accepted."
    return RelatedClock(rule, occurrence, code.version, start.happened_at, due_at, outer, done_at, state, words)


def _done(run: Run, start: Occasion, mine: Sequence[Milestone]) -> datetime | None:
    if run.ended_by_receipt:
        return start.received_at
    ends = [m.happened_at for m in mine if m.trigger in run.ended_by]
    if run.by_the_event_itself:
        before = [at for at in ends if at <= start.happened_at]
        return max(before) if before else min(ends, default=None)
    return min((at for at in ends if at >= start.happened_at), default=None)


def _due(
    case: Case, run: Run, start: Occasion, mine: Sequence[Milestone], rules: Rulebook, year: int | None
) -> tuple[datetime | None, str]:
    """The last instant in time, and how it is counted, in words for somebody who reads them in `year`."""
    began = "Told of it" if run.told_of else trigger_in_words(start.trigger)
    if start.trigger in rules.happenings:
        began = rules.happenings[start.trigger].words + ":"
    since = f"{began} {moment_in_words(start.happened_at)}."
    if run.not_counted_when is not None and run.not_counted_when(case.circumstances):
        return None, f"{since} No day is counted: {run.not_counted_words}."
    if run.by_the_event_itself:
        return start.happened_at, f"{since} It had to be done before that."
    if run.before_event is not None:
        event = rules.awaited[run.before_event]
        comes = awaited_at(event, mine)
        when = f": {moment_in_words(comes)}" if comes else ", whose date is not known"
        return comes, f"{since} It must be done before {event.words}{when}."
    if run.limit is None or run.unit is None:
        return None, f"{since} No limit was found."
    if run.unit == "months":
        last = months_after(local_day(start.happened_at), run.limit)
        months = f"{number(run.limit).capitalize()} months end {day_words(last)}."
        if run.at_the_latest:
            months += " The limit counts from the day of the incident, which our record does not have: it ends on that "
            months += "day at the latest, and earlier the longer the incident was before the report."
        return end_of_day(last), f"{since} {months}"
    at = due(start.happened_at, run.limit, run.unit, rules.calendar)
    return at, sum_in_words(start.happened_at, run.limit, run.unit, rules.calendar, began, year)


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def day_words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
