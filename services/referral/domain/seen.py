"""What a condition may look at, field by field."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts import vocabulary as v
from contracts.reference import offence_groups, offences
from services.referral.domain.facts import CaseFacts, History
from services.referral.domain.fraud_list import LEVELS

_CONTACT = frozenset(v.CHANNELS)


class Seen:
    """What a condition may look at: the facts, the history, and what the rules above it gave."""

    __slots__ = ("doors", "facts", "history", "holds", "lines", "offers", "safe_channel")

    def __init__(self, facts: CaseFacts, history: History) -> None:
        self.facts = facts
        self.history = history
        self.lines: list[str] = []
        self.offers: list[str] = []
        self.holds: list[str] = []
        self.doors: list[str] = []
        locked = history.locked_channels
        told = any(one in _CONTACT and one not in locked for one in facts.channels_safe)
        self.safe_channel = told or bool(history.safe_channels)


Test = Callable[[Seen], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field that conditions may read: `kind` is text, many, number, flag or day; `values` closes a list.

    `top`: the highest value of a number, where there is one.
    """

    kind: str
    read: Test
    values: frozenset[Any] | None = None
    top: int | None = None


def _of_facts(name: str) -> Test:
    return lambda seen: getattr(seen.facts, name)


def _of_history(name: str) -> Test:
    return lambda seen: getattr(seen.history, name)


def _of_result(name: str) -> Test:
    return lambda seen: getattr(seen, name)


_BOTH = frozenset({True, False})


def _fields() -> dict[str, Field]:
    texts: dict[str, Any] = {
        "person_kind": v.values(v.CaseKind),
        "offence_code": offences(),
        "offence_group": offence_groups(),
        "subgroup": {one.subgroup for one in offences().values()},
        "crime_type": None,
        "incident_kind": v.values(v.IncidentKind),
        "relationship": v.values(v.Relationship),
        "risk_grade": v.values(v.RiskGrade),
        "share": v.values(v.Share),
        "share_by": v.values(v.ShareBy),
        "works_for": v.values(v.WorksFor),
        "source": v.values(v.ReferralSource),
        "fraud_level": LEVELS,
    }
    many = {
        "flags": v.CRIME_FLAGS,
        "hate_strands": v.values(v.HateStrand),
        "vulnerabilities": v.VULNERABILITIES,
        "needs": v.NEEDS,
    }
    results = {"lines": v.SERVICE_LINES, "doors": v.DOORS, "holds": v.HOLDS, "offers": v.OFFERS}
    flags = (
        *("bereaved", "risk_judgement", "same_household", "threat_to_kill", "suspect_works_for_us", "named_contact"),
        *("must_give_evidence", "reported", "domestic", "sexual", "contact_sexual", "out_of_area"),
    )
    return {
        **{name: Field("text", _of_facts(name), frozenset(of) if of else None) for name, of in texts.items()},
        **{name: Field("many", _of_facts(name), frozenset(of)) for name, of in many.items()},
        **{name: Field("many", _of_result(name), frozenset(of)) for name, of in results.items()},
        **{name: Field("number", _of_facts(name), top=top) for name, top in (("age", 125), ("dash_score", 99))},
        **{name: Field("number", _of_history(name)) for name in ("domestic_reports_12m", "repeat_count")},
        **{name: Field("flag", _of_facts(name), _BOTH) for name in flags},
        **{
            name: Field("flag", _of_history(name), _BOTH)
            for name in ("suspect_elsewhere", "marac_recent", "possible_duplicate")
        },
        "also_suspect": Field("flag", lambda seen: seen.facts.also_suspect or seen.history.suspect_here, _BOTH),
        "unknown_word": Field("flag", lambda seen: bool(seen.facts.unfamiliar), _BOTH),
        "safe_channel": Field("flag", _of_result("safe_channel"), _BOTH),
        **{name: Field("day", _of_facts(name)) for name in ("marac_on", "committed_to")},
        "major_incident_id": Field("text", _of_facts("major_incident_id")),
    }


FIELDS = _fields()
"""All that a rule may read. What is asked for monitoring alone (sex, ethnicity, religion, ...) is not among it."""
