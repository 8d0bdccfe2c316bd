"""One person told twice in one crime, as a join of two tables makes it: the graver word counts, and none is lost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from contracts.police import NO_RISK, Crime, Risk, Victim
from contracts.vocabulary import RISK_GRADES, UNKNOWN_VALUES

GRAVER: Mapping[str, Sequence[Any]] = {
    "kind": ("person", "other", "witness", "business"),
    "relationship_to_suspect": ("partner", "ex_partner", "family", "other", "acquaintance", "stranger"),
    "works_for": ("police", "hub", "provider", "other"),
    "share": ("refused", "not_asked", "agreed"),
    "share_by": ("parent", "representative", "other", "self"),
    "also_suspect": (True,),
    "repeat_victim": (True,),
    "named_contact": (False,),
}
"""Of what a field may say, that which calls for more care, first; what is not known is no word against another."""
UNKNOWN = frozenset({None, *UNKNOWN_VALUES})


def as_one(crime: Crime) -> Crime:
    """The crime with each person named once: of two rows each field has its graver word. What came sealed cannot be
    compared here: it stays as it came, one text behind the other with a space between."""
    if len({one.victim_ref for one in crime.victims}) == len(crime.victims):
        return crime
    joined = [reduce(_joined, rows) for rows in _rows(crime)]
    return crime.model_copy(update={"victims": tuple(joined)})


def differing(crime: Crime) -> dict[str, tuple[str, ...]]:
    """By reference, the fields in which rows of one person contradict each other, sorted."""
    if len({one.victim_ref for one in crime.victims}) == len(crime.victims):
        return {}
    found = {rows[0].victim_ref: _against(rows) for rows in _rows(crime) if len(rows) > 1}
    return {ref: fields for ref, fields in found.items() if fields}


def _rows(crime: Crime) -> list[list[Victim]]:
    """The rows of each person; who died, and the same reference as living, stay apart."""
    found: dict[tuple[str, bool], list[Victim]] = {}
    for one in crime.victims:
        found.setdefault((one.victim_ref, one.kind == "deceased"), []).append(one)
    return list(found.values())


_TOGETHER = frozenset({"victim_ref", "sealed", "bereaved", "vulnerabilities", "channels_safe", "risk"})


def _against(rows: Iterable[Victim]) -> tuple[str, ...]:
    said: dict[str, set[Any]] = {}
    for one in rows:
        risk = one.risk or NO_RISK
        told = {name: getattr(one, name) for name in Victim.model_fields if name not in _TOGETHER}
        told |= {"risk": (risk.grade, risk.dash_score, risk.judgement), "channels_safe": frozenset(one.channels_safe)}
        for name, value in told.items():
            if name in ("share", "channels_safe", "risk") or value not in UNKNOWN:
                said.setdefault(name, set()).add(value)
    return tuple(sorted(name for name, values in said.items() if len(values) > 1))


def _joined(one: Victim, other: Victim) -> Victim:
    values = {name: _graver(name, getattr(one, name), getattr(other, name)) for name in Victim.model_fields}
    return one.model_copy(update=values)


def _graver(name: str, one: Any, other: Any) -> Any:
    if name in _JOINS:
        return _JOINS[name](one, other)
    order = GRAVER.get(name, ())
    known = [value for value in (one, other) if value in order or value not in UNKNOWN]
    return min(known, key=lambda value: order.index(value) if value in order else len(order)) if known else one


def _youngest(one: Any, other: Any) -> Any:
    return min((age for age in (one, other) if isinstance(age, int)), default=one)


def _risk(one: Risk | None, other: Risk | None) -> Risk | None:
    told = [risk for risk in (one, other) if risk is not None]
    if len(told) < 2:
        return told[0] if told else None
    grades = [risk.grade for risk in told if risk.grade in RISK_GRADES]
    return Risk.model_construct(
        dash_score=max((risk.dash_score for risk in told if risk.dash_score is not None), default=None),
        grade=max(grades, key=RISK_GRADES.index) if grades else told[0].grade or told[1].grade,
        marac_on=max((risk.marac_on for risk in told if risk.marac_on is not None), default=None),
        judgement=any(risk.judgement for risk in told),
    )


def _every(one: Sequence[Any], other: Sequence[Any]) -> tuple[Any, ...]:
    return (*one, *other)


_JOINS: Mapping[str, Callable[[Any, Any], Any]] = {
    "age_at_offence": _youngest,
    "age_at_report": _youngest,
    "risk": _risk,
    "bereaved": _every,
    "vulnerabilities": _every,
    "channels_safe": lambda one, other: tuple(kind for kind in one if kind in other),
    "sealed": lambda one, other: " ".join(dict.fromkeys(text for text in (one, other) if text)) or None,
}
