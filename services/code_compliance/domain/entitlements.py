"""The whole of what a case is owed, decided from everything that was told, whatever order it came in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from hashlib import sha1
from operator import attrgetter
from uuid import UUID

from contracts.identity import NS
from services.code_compliance.domain import enhanced
from services.code_compliance.domain.catalogue import Catalogue, Entitlement
from services.code_compliance.domain.clocks import Timing, agreed, timing
from services.code_compliance.domain.evidence import assign, for_duty
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.occasions import Occasion, concerning, known_at, occasions
from services.code_compliance.domain.pauses import Pause, by_clock
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.states import BY_THE_TIMER, OPEN, settle

Key = tuple[str, str]
"""Entitlement and occurrence of a clock."""
Stopped = Mapping[Key, Sequence[Pause]]


@dataclass(frozen=True, slots=True)
class Clock:
    """One duty owed to one case, each time that it arises: its limit, and how it stands.

    `occurrence` is the milestone of a duty that repeats, "" of one that does not. `settled_at` and what follows it tell
    of the deciding piece of evidence. While it is paused (`paused_since`) it has no due day; `paused_days` of its unit
    did not count.
    """

    entitlement: str
    occurrence: str
    milestone_id: str | None
    started_at: datetime
    due_at: datetime | None
    limit: int | None
    basis: str
    enhanced: bool
    late_recorded: bool
    covered: bool
    code_version: str
    calendar_version: str
    state: str = "running"
    settled_at: datetime | None = None
    source: str | None = None
    channel: str | None = None
    reason_code: str | None = None
    evidence_id: str | None = None
    evidence_recorded_at: datetime | None = None
    paused_since: datetime | None = None
    paused_for: str | None = None
    paused_days: int | None = None

    @property
    def key(self) -> Key:
        return self.entitlement, self.occurrence


CLOCKS = NS.bytes + b"clock/"


def clock_id(case_id: UUID, entitlement: str, occurrence: str) -> UUID:
    """The id of a clock, the same wherever and whenever it is computed."""
    return UUID(
        bytes=sha1(clock_name(case_id, entitlement, occurrence), usedforsecurity=False).digest()[:16], version=5
    )


def clock_name(case_id: UUID | str, entitlement: str, occurrence: str) -> bytes:
    """What `clock_id` is the version 5 UUID of, namespace first."""
    return CLOCKS + f"{case_id}/{entitlement}/{occurrence}".encode()


_plan = attrgetter(*[field.name for field in fields(Clock)][:12])
"""What a clock is before anything decides it: the fields before its state."""


@dataclass(frozen=True, slots=True)
class _Raised:
    """A duty, the occasion that raised it, and the enhanced reasons that held then."""

    code: Catalogue
    entitlement: Entitlement
    occasion: Occasion
    held: tuple[enhanced.Reason, ...]
    late_recorded: bool


def decide(
    case: Case,
    milestones: Sequence[Milestone],
    evidence: Sequence[Evidence],
    rules: Rulebook,
    before: Mapping[Key, Clock] | None = None,
    pauses: Sequence[Pause] = (),
) -> dict[Key, Clock]:
    """Every clock of the case as it should stand now.

    `milestones` and `evidence` are all that is known of the crime; those of other cases are left out here; `pauses` are
    those of the case. `before` is
    what had been decided: only the timer's own verdicts are taken from it, and duties that no longer apply are kept.
    """
    before = before or {}
    mine = concerning(case, milestones)
    told = [e for e in evidence if e.case_id in (None, case.case_id, case.stands_for)] if evidence else []
    stopped = by_clock(pauses) if pauses else {}
    found: dict[Key, Clock] = {}
    for duty in _by_duty(_raised(case, mine, rules)).values():
        for clock in _clocks(case, duty, mine, told, rules, stopped):
            found[clock.key] = _with_verdict(clock, before.get(clock.key))
    if case.died_at is not None:
        found = _until_death(found, case.died_at)
    for key, clock in before.items():
        if key not in found:
            found[key] = replace(
                clock, state="not_applicable", settled_at=None, source=None, evidence_id=None, paused_since=None
            )
    return found


def _raised(case: Case, mine: Sequence[Milestone], rules: Rulebook) -> Iterator[_Raised]:
    for code, occasion in occasions(case, mine, rules):
        held = enhanced.at(case.reasons, occasion.happened_at, case.overrides)
        late = enhanced.late_recorded(held, occasion.happened_at)
        known = known_at(case, code, occasion, held, mine)
        for entitlement in code.applicable(occasion.trigger, known):
            if not _counted_elsewhere(code, entitlement, occasion, mine):
                yield _Raised(code, entitlement, occasion, held, late)


def _counted_elsewhere(
    code: Catalogue, entitlement: Entitlement, occasion: Occasion, mine: Sequence[Milestone]
) -> bool:
    rule = code.counted_once.get(entitlement.id)
    if rule is None:
        return False
    trigger, field = rule
    same = getattr(occasion.details, field)
    return same is not None and any(m.trigger == trigger and getattr(m.details, field) == same for m in mine)


def _by_duty(raised: Iterator[_Raised]) -> dict[str, list[_Raised]]:
    duties: dict[str, list[_Raised]] = {}
    for one in raised:
        duties.setdefault(one.entitlement.id, []).append(one)
    for found in duties.values():
        if len(found) > 1:
            found.sort(key=lambda one: one.occasion.order)
            if not found[0].entitlement.repeatable:
                del found[1:]
    return duties


def _clocks(
    case: Case,
    duty: Sequence[_Raised],
    mine: Sequence[Milestone],
    told: Sequence[Evidence],
    rules: Rulebook,
    stopped: Stopped,
) -> Iterator[Clock]:
    entitlement = duty[0].entitlement
    evidence = for_duty(entitlement, duty[0].occasion.happened_at, case, mine, told, rules)
    if entitlement.clock.kind == "agreed_interval":
        yield from _chain(duty, mine, evidence, rules, stopped)
        return
    plain = [_start(one, mine, rules, stopped) for one in duty]
    if not evidence:
        yield from plain
    elif not entitlement.repeatable:
        (clock,) = plain
        began = duty[0].occasion.happened_at
        yield _settled(clock, [e for e in evidence if e.derived or e.milestone_id or e.at >= began])
    else:
        places = [(c.occurrence, one.occasion.happened_at, c.due_at) for c, one in zip(plain, duty, strict=True)]
        given = assign(places, evidence)
        yield from (_settled(clock, given[clock.occurrence]) for clock in plain)


def _start(one: _Raised, mine: Sequence[Milestone], rules: Rulebook, stopped: Stopped) -> Clock:
    occurrence = (one.occasion.milestone_id or "") if one.entitlement.repeatable else ""
    pauses = stopped.get((one.entitlement.id, occurrence), ())
    when = timing(one.code, one.entitlement, one.occasion, bool(one.held), mine, rules, pauses)
    return _clock(one, when, occurrence, rules)


def _clock(one: _Raised, when: Timing, occurrence: str, rules: Rulebook) -> Clock:
    return Clock(
        entitlement=one.entitlement.id,
        occurrence=occurrence,
        milestone_id=one.occasion.milestone_id,
        started_at=when.started_at,
        due_at=when.due_at,
        limit=when.limit,
        basis=when.basis,
        enhanced=bool(one.held),
        late_recorded=one.late_recorded,
        covered=rules.coverage.covers(one.entitlement, when.due_at or when.started_at),
        code_version=one.code.version,
        calendar_version=rules.calendar.version,
        paused_since=when.paused.start if when.paused else None,
        paused_for=when.paused.reason_code if when.paused else None,
        paused_days=when.paused_days,
    )


def _chain(
    duty: Sequence[_Raised], mine: Sequence[Milestone], evidence: Sequence[Evidence], rules: Rulebook, stopped: Stopped
) -> Iterator[Clock]:
    """Updates at an agreed interval: each update starts the next clock, until another agreement or the end."""
    ends = sorted(m.happened_at for m in mine if m.trigger in rules.interval_ends)
    acts = sorted(evidence, key=lambda e: (e.at, e.id))
    for place, one in enumerate(duty):
        start = one.occasion.happened_at
        over = [at for at in ends if at >= start] + [
            later.occasion.happened_at for later in duty[place + 1 : place + 2]
        ]
        until = min(over, default=None)
        days = one.occasion.details.agreed_interval_days or rules.default_interval_days
        name = one.occasion.milestone_id or ""
        pending = [e for e in acts if e.at >= start and (until is None or e.at < until)]
        for number in range(1, len(pending) + 2):
            occurrence = name if number == 1 else f"{name}/{number}"
            when = agreed(start, days, rules.calendar, stopped.get((one.entitlement.id, occurrence), ()))
            clock = _clock(one, when, occurrence, rules)
            if number > len(pending):
                if until is None or (clock.due_at is not None and clock.due_at <= until):
                    yield clock
                break
            piece = pending[number - 1]
            yield _settled(clock, [piece])
            if days is None or piece.outcome == "declined":
                break
            start = piece.at


def _settled(clock: Clock, evidence: Sequence[Evidence]) -> Clock:
    settlement = settle(clock.due_at, evidence)
    if settlement is None:
        return clock
    by = settlement.by
    deciding = (settlement.state, by.at, by.source, by.channel, by.reason_code, by.id, by.recorded_at)
    return Clock(*(*_plan(clock), *deciding, clock.paused_since, clock.paused_for, clock.paused_days))


DIED = "person_died"
"""Why a clock ended with the person to whom the duty was owed; what is owed to the bereaved runs in their own cases."""


def _until_death(found: Mapping[Key, Clock], died_at: datetime) -> dict[Key, Clock]:
    """What was open when the person died ends then; what arises later is owed to nobody. A day that was missed before
    stays missed."""
    return {key: _ended(clock, died_at) for key, clock in found.items() if clock.started_at <= died_at}


def _ended(clock: Clock, died_at: datetime) -> Clock:
    if clock.state not in OPEN or (clock.due_at is not None and clock.due_at < died_at):
        return clock
    ended = replace(clock, paused_since=None, paused_for=None)
    return replace(ended, state="excepted_with_reason", settled_at=died_at, source="hub", reason_code=DIED)


def _with_verdict(clock: Clock, before: Clock | None) -> Clock:
    """Keeps the timer's verdict while nothing shows the duty met and its day has not moved to a later one."""
    if before is None or clock.state != "running" or before.state not in BY_THE_TIMER:
        return clock
    if clock.due_at is None or before.due_at is None or clock.due_at > before.due_at:
        return clock
    return replace(clock, state="breached" if clock.covered else "not_evidenced")
