"""The announcements of `announcing` as JSON straight away, for crimes that come by the thousand.

What raises a duty again and again differs only in ids and times, so the rest of its text is made once. A test holds
each text against the model's own.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha1
from typing import NamedTuple
from uuid import UUID

import orjson

from contracts.code_compliance import EntitlementBreached, EntitlementDue, EntitlementExcepted, EntitlementMet
from services.code_compliance.domain.announcing import categories, changes
from services.code_compliance.domain.entitlements import Clock, Key, clock_name
from services.code_compliance.domain.facts import Case
from services.code_compliance.domain.rulebook import Rulebook

Told = tuple[str, str]
"""The type of an announcement, and its JSON without the sequence."""
ToldOf = tuple[str, UUID, datetime, str]
"""The type, of which case, when it happened, and the JSON without the sequence."""


def raised(case: Case, clocks: Mapping[Key, Clock], rules: Rulebook, now: datetime) -> Iterator[Told]:
    """What the clocks of a case that had none announce."""
    case_id = str(case.case_id)
    who = f'{{"case_id":"{case_id}","subject_kind":"case","subject_id":"{case_id}","happened_at":"{_stamp(now)}"'
    who += f',"crime_id":"{case.crime_id}"' if case.crime_id else ""
    for key, clock in clocks.items():
        if clock.state not in ("running", "met") or clock.milestone_id is not None:
            for event in changes(case, {}, {key: clock}, rules, now):
                yield event.TYPE, event.model_dump_json(exclude={"sequence"}, exclude_none=True)
            continue
        held = categories(case, clock)
        duty, plan = _texts(rules, clock.entitlement, clock.code_version, clock.limit, held, clock.covered)
        about = f'{who},"clock_id":"{_uuid5(clock_name(case_id, *key))}",{duty}'
        day = f'"{_stamp(clock.due_at)}"' if clock.due_at else "null"
        late = "true" if clock.late_recorded else "false"
        yield (
            EntitlementDue.TYPE,
            (
                f'{about},"started_at":"{_stamp(clock.started_at)}","due_at":{day},"late_recorded":{late},'
                f'"calendar_version":"{clock.calendar_version}",{plan}}}'
            ),
        )
        if clock.state == "met":
            yield EntitlementMet.TYPE, f'{about},"due_at":{day},{_met(clock)}}}'


class Fallen(NamedTuple):
    """A clock that the timer has just called breached or not evidenced, as far as it is announced."""

    case_id: UUID
    entitlement: str
    occurrence: str
    milestone_id: str | None
    due_at: datetime
    enhanced: bool
    code_version: str
    state: str


def fallen(
    clocks: Iterable[Fallen], crimes: Mapping[UUID, UUID | None], rules: Rulebook, now: datetime
) -> Iterator[ToldOf]:
    """What the timer announces of each clock that it has just called; as `announcing.fired`. It writes of a case once
    where its clocks come together."""
    at, quote, told = f'","happened_at":"{_stamp(now)}"', orjson.dumps, dict[tuple[str, str, bool, str], Told]()
    last: UUID | None = None
    case = who = ""
    for case_id, entitlement, occurrence, milestone_id, due_at, enhanced, version, state in clocks:
        if last is None or case_id != last:
            last, case, crime_id = case_id, str(case_id), crimes.get(case_id)
            who = f'{{"case_id":"{case}","subject_kind":"case","subject_id":"{case}{at}'
            who += f',"crime_id":"{crime_id}"' if crime_id else ""
        duty = (entitlement, version, enhanced, state)
        if duty not in told:
            told[duty] = _called(rules, *duty)
        kind, rest = told[duty]
        milestone = f',"milestone_id":{quote(milestone_id).decode()}' if milestone_id else ""
        name = _uuid5(clock_name(case, entitlement, occurrence))
        yield kind, last, now, f'{who}{milestone},"clock_id":"{name}","due_at":"{_stamp(due_at)}",{rest}'


@lru_cache(maxsize=10_000)
def _called(rules: Rulebook, name: str, version: str, enhanced: bool, state: str) -> Told:
    """The type, and what is always the same: the duty, and how its clock was called."""
    duty = _duty(rules, name, version, enhanced)
    if state == "breached":
        return EntitlementBreached.TYPE, f"{duty}}}"
    return EntitlementExcepted.TYPE, f'{duty},"state":"{state}"}}'


@lru_cache(maxsize=10_000)
def _duty(rules: Rulebook, name: str, version: str, enhanced: bool) -> str:
    entitlement = rules.code_named(version).entitlements[name]
    duty = {
        "actor_role": "system",
        "entitlement": name,
        "right": entitlement.right,
        "duty_holder": entitlement.agency,
        "trigger": entitlement.trigger,
        "enhanced": enhanced,
        "catalogue_version": version,
    }
    return orjson.dumps(duty).decode()[1:-1]


@lru_cache(maxsize=10_000)
def _texts(
    rules: Rulebook, name: str, version: str, limit: int | None, held: tuple[str, ...], covered: bool
) -> tuple[str, str]:
    """What is always the same of a duty, and of its clock."""
    entitlement = rules.code_named(version).entitlements[name]
    plan: dict[str, object] = {"kind": entitlement.clock.kind, "enhanced_categories": held, "covered": covered}
    if limit is not None:
        plan |= {"limit": limit, "unit": entitlement.clock.unit}
    return _duty(rules, name, version, bool(held)), orjson.dumps(plan).decode()[1:-1]


def _met(clock: Clock) -> str:
    assert clock.settled_at is not None and clock.evidence_recorded_at is not None
    entered_late = clock.due_at is not None and clock.evidence_recorded_at > clock.due_at
    return (
        f'"met_at":"{_stamp(clock.settled_at)}","in_time":true,"source":"{clock.source}",'
        f'"evidence_id":"{clock.evidence_id}","evidence_recorded_at":"{_stamp(clock.evidence_recorded_at)}",'
        f'"evidence_entered_late":{"true" if entered_late else "false"},"was_breached":false'
    )


def _stamp(at: datetime) -> str:
    return orjson.dumps(at.astimezone(UTC), option=orjson.OPT_UTC_Z).decode()[1:-1]


def _uuid5(name: bytes) -> str:
    """The text of uuid5; `name` begins with the namespace."""
    digest = sha1(name, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"
