"""The life of a referral as one table: who may do what from where, with which reason, and what is announced."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts import referral as say
from contracts.case_fact import CaseFact
from contracts.reference import PERMISSIONS, ROLES
from contracts.refused import Refused
from contracts.vocabulary import REACHED, REFERRAL_STATES, Gate, values
from contracts.working_time import local_day
from services.referral.domain.referral import ReferralState, referral_id

SYSTEM = "system"
SAME = "same"
_EVENTS: dict[str, type[say.ReferralFact]] = {
    kind.TYPE: kind
    for kind in (getattr(say, name) for name in say.__all__)
    if issubclass(kind, say.ReferralFact) and hasattr(kind, "TYPE")
}
_STAMPS = frozenset(name for name in ReferralState.__dataclass_fields__ if name.endswith("_at"))
_GATES = frozenset(values(Gate)) - {"other"}
NO_SAFE_WAY = "no_safe_way"
"""Why nobody was reached though fewer attempts were made than the table asks: none may be where no way is safe."""
_GUARDS = frozenset({"gate_open", "question_open", "no_question_open", "attempts", "once", "silent"})
_OF_NO_ROW = {
    "support.started": ("start_after_no",),
    "consent.given": ("override",),
    "consent.withdrawn": ("agreement_withdrawn", "override_ended"),
}
"""The lists of reasons that no row of the table names, by event."""


class BadTable(Exception):
    """The transition table or the reasons cannot be used. Its text names the row and the field."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`until`: its last day."""

    code: str
    words: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ReasonList:
    """Reasons that may be given, under the question that asks for one."""

    name: str
    words: str
    reasons: tuple[Reason, ...]

    def on(self, day: date) -> tuple[Reason, ...]:
        """The reasons that may be given on a day."""
        return tuple(one for one in self.reasons if one.until is None or day <= one.until)

    def words_of(self, code: str) -> str:
        return next((one.words for one in self.reasons if one.code == code), code)


@dataclass(frozen=True, slots=True)
class State:
    """`holder`: who has the next step: hub, provider or nobody."""

    name: str
    words: str
    open: bool
    holder: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `to` None keeps the state; `leg`: what becomes of the provider now tried."""

    verb: str
    from_: frozenset[str]
    to: str | None
    who: str
    system: bool
    needs: tuple[str, ...]
    reasons: ReasonList | None
    guard: Mapping[str, Any]
    stamp: str | None
    leg: str | None
    button: str
    clocks: str
    event: type[say.ReferralFact] | None

    def may(self, role: str) -> bool:
        if role == SYSTEM:
            return self.system
        found = ROLES.get(role)
        return found is not None and self.who in found.permissions


@dataclass(frozen=True, slots=True)
class TransitionTable:
    """Every row, in order. A verb may have several: one for the hub and one for providers."""

    version: str
    states: Mapping[str, State]
    rows: tuple[Transition, ...]
    reasons: Mapping[str, ReasonList]

    def reason_of(self, event: str, code: str) -> str | None:
        """The reason of an event in the words of the step that was taken (`event`: its type); None where that step
        has no such reason."""
        lists = [row.reasons for row in self.rows if row.reasons and row.event and event == row.event.TYPE]
        lists += [self.reasons[name] for name in _OF_NO_ROW.get(event.rsplit(".", 1)[0], ())]
        return next((one.words for held in lists for one in held.reasons if one.code == code), None)

    def possible(self, state: str, role: str) -> tuple[Transition, ...]:
        """What somebody in this role may do to a referral in this state, in the order of the table."""
        return tuple(row for row in self.rows if state in row.from_ and row.may(role))

    def allowed(self, referral: ReferralState, verb: str, role: str) -> Transition:
        """The row by which this may be done now. Refused: verb unknown_verb, role not_allowed, state not_from_here."""
        rows = [row for row in self.rows if row.verb == verb]
        if not rows:
            raise Refused("verb", "unknown_verb")
        rows = [row for row in rows if row.may(role)]
        if not rows:
            raise Refused("role", "not_allowed")
        for row in rows:
            if referral.state in row.from_:
                return row
        raise Refused("state", "not_from_here")

    def apply(
        self, referral: ReferralState, verb: str, viewer_role: str, now: datetime, **answer: Any
    ) -> tuple[ReferralState, list[CaseFact]]:
        """The referral after `verb`, and what is announced; nothing where it was done before and says nothing new.

        Answers by name: `reason_code` of the row's list; `leg_id`, `provider_id`, `contract_id`, `leg_number`, `gate`
        and `automatic` of a send; `outcome` of an attempt to reach the person; `urgent`; and any further field of the
        event (`better_line`, `until`, `outcomes`, ...). Raises Refused as `allowed` does, and for an answer that is
        missing or a guard that stands in the way.
        """
        row = self.allowed(referral, verb, viewer_role)
        _check_answer(row, local_day(now), answer)
        _check_guard(row, referral, answer)
        if "once" in row.guard and getattr(referral, row.guard["once"]) is not None:
            return referral, []
        after = _after(row, referral, now, answer)
        return after, _announced(row, referral, after, viewer_role, now, answer)


def receive(
    case_id: UUID, line: str, number: int, role: str, now: datetime, *, source: str, follows: UUID | None = None
) -> tuple[ReferralState, list[CaseFact]]:
    """The nth referral of a case to a line, opened by a person. `follows`: the closed one that it continues."""
    opened = ReferralState(
        referral_id=referral_id(case_id, line, number),
        case_id=case_id,
        line=line,
        state="received",
        source=source,
        automatic=False,
        received_at=now,
        updated_at=now,
        follows=follows,
    )
    told = say.ReferralReceived(
        case_id=case_id,
        happened_at=now,
        actor_role=role,
        referral_id=opened.referral_id,
        line=line,
        source=source,
        follows=follows,
    )
    return opened, [told]


def _check_answer(row: Transition, today: date, answer: Mapping[str, Any]) -> None:
    for name in row.needs:
        if answer.get(name) is None:
            raise Refused(name, "missing")
    if row.reasons is None:
        return
    reason = answer.get("reason_code")
    if not reason:
        raise Refused("reason_code", "missing")
    if reason not in {one.code for one in row.reasons.on(today)}:
        raise Refused("reason_code", "not_in_the_list")


def _check_guard(row: Transition, referral: ReferralState, answer: Mapping[str, Any]) -> None:
    guard = row.guard
    if "gate_open" in guard and answer.get("gate") not in _GATES:
        raise Refused("gate", "no_agreement_and_no_override")
    if "question_open" in guard and referral.asked_at is None:
        raise Refused("question", "no_question_open")
    if "no_question_open" in guard and referral.asked_at is not None:
        raise Refused("question", "already_asked")
    unreached = answer.get("reason_code") == NO_SAFE_WAY and answer.get("no_way")
    if "attempts" in guard and referral.attempts < guard["attempts"] and not unreached:
        raise Refused("attempts", "too_few_attempts")
    if "silent" in guard and not answer.get("silent"):
        raise Refused("referral_id", "already_with_a_provider")


def _after(row: Transition, referral: ReferralState, now: datetime, answer: Mapping[str, Any]) -> ReferralState:
    changed: dict[str, Any] = {"updated_at": now}
    if row.to:
        changed["state"] = row.to
    if row.stamp and (getattr(referral, row.stamp) is None or row.stamp == "paused_at"):
        changed[row.stamp] = now
    if row.reasons and row.to:
        changed["reason"] = answer["reason_code"]
    if answer.get("urgent"):
        changed["urgent"] = True
    if row.leg == "sent":
        changed |= {name: answer.get(name) for name in ("leg_id", "provider_id", "contract_id", "gate")}
        changed |= {"automatic": bool(answer.get("automatic")), "reason": None}
        changed |= dict.fromkeys(("viewed_at", "asked_at", "answered_at"))
    if row.verb == "resume":
        changed |= {"paused_at": None, "review_on": None}
    if row.verb in ("pause", "keep_on_hold"):
        changed["review_on"] = answer["until"]
    if row.verb in ("waitlist", "check_in"):
        changed["check_in_on"] = answer["check_in_on"]
    if row.verb == "ask":
        changed |= {"asked_at": now, "answered_at": None}
    if row.verb == "supply":
        changed |= {"asked_at": None, "answered_at": now}
    if row.verb == "record_attempt":
        changed["attempts"] = referral.attempts + 1
        if answer["outcome"] in REACHED and referral.reached_at is None:
            changed["reached_at"] = now
    return replace(referral, **changed)


def _announced(
    row: Transition,
    before: ReferralState,
    after: ReferralState,
    role: str,
    now: datetime,
    answer: Mapping[str, Any],
) -> list[CaseFact]:
    if row.event is None or (row.verb == "record_attempt" and before.state == after.state):
        return []
    told = {name: value for name, value in answer.items() if name in row.event.model_fields and value is not None}
    for name in ("urgent", "attempts"):
        if name in row.event.model_fields:
            told[name] = getattr(after, name)
    if "reason_code" in answer and "question_code" in row.event.model_fields:
        told["question_code"] = answer["reason_code"]
    told |= {
        "case_id": after.case_id,
        "happened_at": now,
        "actor_role": role,
        "referral_id": after.referral_id,
        "leg_id": after.leg_id,
        "line": after.line,
        "provider_id": after.provider_id,
        "contract_id": after.contract_id,
        "automatic": after.automatic,
    }
    return [row.event(**told)]


def read_table(document: Mapping[str, Any], reasons: Mapping[str, Any]) -> TransitionTable:
    """The table of the two files; raises BadTable, whose text names the row and the field."""
    lists = {name: _reasons(name, written) for name, written in reasons["lists"].items()}
    states = {
        name: State(name, written["words"], written["open"], written["with"])
        for name, written in document["states"].items()
    }
    if set(states) != set(REFERRAL_STATES):
        raise BadTable("states: are not those of the published language")
    rows = tuple(_row(written, states, lists) for written in document["transitions"])
    for number, row in enumerate(rows):
        for other in rows[:number]:
            if (row.verb, row.who) == (other.verb, other.who) and row.from_ & other.from_:
                raise BadTable(f"{row.verb}: from: stands in two rows for the same people")
    return TransitionTable(str(document["version"]), states, rows, lists)


def _reasons(name: str, written: Mapping[str, Any]) -> ReasonList:
    reasons = tuple(Reason(one["code"], one["words"], one.get("until")) for one in written["reasons"])
    if len({one.code for one in reasons}) < len(reasons):
        raise BadTable(f"{name}: code: is used twice")
    return ReasonList(name, written["words"], reasons)


def _row(written: Mapping[str, Any], states: Mapping[str, State], lists: Mapping[str, ReasonList]) -> Transition:
    verb = written["verb"]
    to = written["to"]
    guard = written.get("guard", {})
    checks = {
        "from": set(written["from"]) <= set(states),
        "to": to == SAME or to in states,
        "who": written["who"] in PERMISSIONS,
        "guard": set(guard) <= _GUARDS,
        "stamp": written.get("stamp") in {None, *_STAMPS},
        "event": written["event"] in {None, *_EVENTS},
        "reasons": written.get("reasons") in {None, *lists},
    }
    for name, right in checks.items():
        if not right:
            raise BadTable(f"{verb}: {name}: is not one of its values")
    return Transition(
        verb=verb,
        from_=frozenset(written["from"]),
        to=None if to == SAME else to,
        who=written["who"],
        system=written.get("system", False),
        needs=tuple(written.get("needs", ())),
        reasons=lists[written["reasons"]] if written.get("reasons") else None,
        guard=guard,
        stamp=written.get("stamp"),
        leg=written.get("leg"),
        button=written["button"],
        clocks=written["clocks"],
        event=_EVENTS[written["event"]] if written["event"] else None,
    )
