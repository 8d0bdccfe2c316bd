"""The dated policy: which act, beside a notice that names it, meets which duty."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from contracts.justice import TRIGGERS
from contracts.vocabulary import SERVICE_LINES
from contracts.working_time import local_day
from services.code_compliance.domain.language import BadReference
from services.code_compliance.domain.located import spot

ActKind = Literal[
    "hub_receipt", "share_refused", "crime_recorded", "milestone", "referral_sent", "self_referral", "offer_step"
]
_ACTS = get_args(ActKind)
OUTCOMES = ("delivered", "declined", "excepted", "unable")


@dataclass(frozen=True, slots=True)
class Act:
    """One kind of act that speaks for a duty; `trigger` of a milestone, `lines` of a referral, `steps` of offers
    that referral follows, as "offer.step"."""

    kind: ActKind
    outcome: str
    trigger: str | None
    lines: frozenset[str]
    steps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DutyPolicy:
    entitlement: str
    effective_from: date
    acts: tuple[Act, ...]
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    version: str
    by_entitlement: Mapping[str, tuple[DutyPolicy, ...]]

    def acts(self, entitlement: str, instant: datetime) -> tuple[Act, ...]:
        """The acts that count for a duty that arose at `instant`."""
        policies = self.by_entitlement.get(entitlement)
        if policies is None:
            return ()
        day = local_day(instant)
        held = [policy for policy in policies if policy.effective_from <= day]
        return held[-1].acts if held else ()


def read_policy(document: Mapping[str, Any], known: Set[str], where: str) -> Policy:
    """The policy of evidence_policy.yaml; raises BadReference naming the bad entry."""
    found: dict[str, list[DutyPolicy]] = {}
    for entry in document["policies"]:
        name = entry["entitlement"]
        if name not in known:
            raise BadReference(f"{spot(where, entry, 'entitlement')}: no entitlement is called {name!r}")
        acts = tuple(_act(item, f"{spot(where, item)}: {name}") for item in entry["acts"])
        found.setdefault(name, []).append(
            DutyPolicy(name, date.fromisoformat(entry["effective_from"]), acts, entry["why"])
        )
    for policies in found.values():
        policies.sort(key=lambda policy: policy.effective_from)
    return Policy(document["version"], {name: tuple(policies) for name, policies in found.items()})


def _act(item: Mapping[str, Any], place: str) -> Act:
    if item["act"] not in _ACTS:
        raise BadReference(f"{place}: no act is called {item['act']!r}")
    if item["outcome"] not in OUTCOMES:
        raise BadReference(f"{place}: no outcome is called {item['outcome']!r}")
    if item["act"] == "milestone" and item.get("trigger") not in TRIGGERS:
        raise BadReference(f"{place}: no trigger is called {item.get('trigger')!r}")
    for line in item.get("lines", ()):
        if line not in SERVICE_LINES:
            raise BadReference(f"{place}: no service line is called {line!r}")
    if (item["act"] == "offer_step") is not bool(item.get("steps")):
        raise BadReference(f"{place}: steps go with the act offer_step, and it with them")
    lines, steps = frozenset(item.get("lines", ())), frozenset(item.get("steps", ()))
    return Act(item["act"], item["outcome"], item.get("trigger"), lines, steps)
