"""The Victims' Code as data: one version of the catalogue, read and checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from contracts.code_compliance import Right
from contracts.justice import TRIGGERS
from services.code_compliance.domain.circumstances import Circumstances
from services.code_compliance.domain.language import BadReference, Condition, Named, compile_condition, conjunction
from services.code_compliance.domain.located import spot
from services.code_compliance.domain.related_rules import Related, read_related

ClockKind = Literal["fixed", "agreed_interval", "before_event", "qualitative", "none"]
Unit = Literal["working_days", "calendar_days"]
_KINDS = ("fixed", "agreed_interval", "before_event", "qualitative", "none")
_NEEDS_NO_PREDICATE = ("any", "none", "not_required")

__all__ = ["Catalogue", "ClockRule", "Entitlement", "Right", "read"]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How the clock of a duty runs. `standard` and `enhanced` count `unit`s from `starts_from`."""

    kind: ClockKind
    standard: int | None
    enhanced: int | None
    unit: Unit | None
    starts_from: str
    before_event: str | None
    note: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Entitlement:
    """One duty under the Code. `unverified`: something about it was recalled, not read at its source."""

    id: str
    right: int
    title: str
    duty_holders: tuple[str, ...]
    trigger: str
    clock: ClockRule
    repeatable: bool
    prose: Mapping[str, str]
    applies: Condition
    evidence: tuple[str, ...]
    sources: tuple[str, ...]
    provenance: str | None
    unverified: bool

    @property
    def agency(self) -> str:
        """The first of those who owe it."""
        return self.duty_holders[0]


@dataclass(frozen=True, slots=True)
class EnhancedReason:
    """A fact that gives enhanced rights. `from_report`: it was true at the report whenever it was recorded."""

    id: str
    category: str
    words: str
    when: Condition
    from_report: bool
    unverified: bool


@dataclass(frozen=True, slots=True)
class DerivedTrigger:
    """A trigger that the police's own snapshot shows, without a milestone."""

    trigger: str
    at: Literal["reported_at", "recorded_at"]
    when: Condition


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a clock starts from receipt by the Witness Care Unit: working days that may pass before it."""

    upstream_limit: int
    words: str


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A version of the Code that the catalogue knows of, in force or not; only some are loaded."""

    id: str
    name: str
    status: str | None
    known_changes: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """One version of the Code, in force from `effective_from` up to and with `effective_to`; `status` where it is no
    Code in force but a draft."""

    version: str
    name: str
    effective_from: date
    effective_to: date | None
    rights: Mapping[int, str]
    entitlements: Mapping[str, Entitlement]
    by_trigger: Mapping[str, tuple[Entitlement, ...]]
    reasons: tuple[EnhancedReason, ...]
    derived: tuple[DerivedTrigger, ...]
    stages: Mapping[str, frozenset[str]]
    counted_once: Mapping[str, tuple[str, str]]
    receipts: Mapping[str, Receipt]
    owed_to: Condition
    never_enhanced: Condition
    related: Mapping[str, Related]
    status: str | None
    known_versions: tuple[KnownVersion, ...]

    def applicable(self, trigger: str, circumstances: Circumstances) -> tuple[Entitlement, ...]:
        """The duties that `trigger` raises for somebody in these circumstances."""
        return _applicable(self, trigger, circumstances)


@lru_cache(maxsize=50_000)
def _applicable(code: Catalogue, trigger: str, circumstances: Circumstances) -> tuple[Entitlement, ...]:
    if not code.owed_to(circumstances):
        return ()
    return tuple(e for e in code.by_trigger.get(trigger, ()) if e.applies(circumstances))


def read(document: Mapping[str, Any], named: Named, where: str) -> Catalogue:
    """A catalogue from its file; raises BadReference naming the bad entry."""
    entitlements: dict[str, Entitlement] = {}
    for entry in document["entitlements"]:
        entitlement = _entitlement(entry, named, where, document["duty_holders"]["ids"])
        if entitlement.id in entitlements:
            raise BadReference(f"{spot(where, entry, 'id')}: {entitlement.id} stands twice")
        entitlements[entitlement.id] = entitlement
    triggers = {e.trigger for e in entitlements.values()}
    by_trigger = {t: tuple(e for e in entitlements.values() if e.trigger == t) for t in sorted(triggers)}
    meta = document["meta"]
    return Catalogue(
        version=meta["code_version_id"],
        name=next(v["name"] for v in document["versions"] if v["id"] == meta["code_version_id"]),
        effective_from=date.fromisoformat(meta["in_force_from"]),
        effective_to=date.fromisoformat(meta["in_force_to"]) if meta["in_force_to"] else None,
        rights=document["rights"]["titles"],
        entitlements=entitlements,
        by_trigger=by_trigger,
        reasons=tuple(_reasons(document, named, where)),
        derived=tuple(_derived(document, named, where)),
        stages=_stages_by_trigger(document["stages_shown_by"], where),
        counted_once={
            item["entitlement"]: (item["yields_to"], item["same"]) for item in document["counted_once"]["items"]
        },
        receipts={
            item["starts_from"]: Receipt(item["upstream_limit"], item["words"])
            for item in document["receipts"]["items"]
        },
        owed_to=compile_condition(document["owed_to"]["when"], f"{where}: owed_to", named),
        never_enhanced=compile_condition(document["never_enhanced"]["when"], f"{where}: never_enhanced", named),
        status=next(v.get("status") for v in document["versions"] if v["id"] == meta["code_version_id"]),
        known_versions=tuple(
            KnownVersion(v["id"], v["name"], v.get("status"), tuple(v.get("known_changes", ())), tuple(v["source"]))
            for v in document["versions"]
        ),
        related=read_related(document, named, entitlements.keys(), where),
    )


def _entitlement(entry: Mapping[str, Any], named: Named, where: str, holders: list[str]) -> Entitlement:
    def at(key: str, within: Any = entry) -> str:
        return f"{spot(where, within, key)}: {entry.get('id', 'an entry without an id')}"

    for key in ("id", "right", "title", "duty_holder", "trigger", "clock", "applicability", "applies", "source"):
        if key not in entry:
            raise BadReference(f"{at(key)}: {key} is missing")
    if not 1 <= entry["right"] <= 12 or not entry["id"].startswith(f"R{entry['right']}."):
        raise BadReference(f"{at('right')}: right {entry['right']} does not fit the id")
    if entry["trigger"] not in TRIGGERS:
        raise BadReference(f"{at('trigger')}: no trigger is called {entry['trigger']!r}")
    for holder in entry["duty_holder"]:
        if holder not in holders:
            raise BadReference(f"{at('duty_holder')}: no duty holder is called {holder!r}")
    if not entry["source"]:
        raise BadReference(f"{at('source')}: source is empty")
    return Entitlement(
        id=entry["id"],
        right=entry["right"],
        title=entry["title"],
        duty_holders=tuple(entry["duty_holder"]),
        trigger=entry["trigger"],
        clock=_clock(entry["clock"], at("clock")),
        repeatable=entry["repeatable"],
        prose=entry["applicability"],
        applies=_applies(entry, named, at),
        evidence=tuple(entry.get("evidence", ())),
        sources=tuple(entry["source"]),
        provenance=entry.get("limit_provenance"),
        unverified=any("recalled" in text.split(":")[0] for text in entry["source"]) or entry["applies"]["unverified"],
    )


def _clock(clock: Mapping[str, Any], place: str) -> ClockRule:
    if clock["kind"] not in _KINDS:
        raise BadReference(f"{place}: clock kind {clock['kind']!r} is not one of {', '.join(_KINDS)}")
    if clock["kind"] == "fixed" and not (clock["standard"] and clock["enhanced"] and clock["unit"]):
        raise BadReference(f"{place}: a fixed clock needs standard, enhanced and unit")
    if clock["kind"] == "before_event" and not clock.get("before_event"):
        raise BadReference(f"{place}: before_event is missing")
    return ClockRule(
        kind=clock["kind"],
        standard=clock["standard"],
        enhanced=clock["enhanced"],
        unit=clock["unit"],
        starts_from=clock["starts_from"],
        before_event=clock.get("before_event"),
        note=clock.get("note"),
    )


def _applies(entry: Mapping[str, Any], named: Named, at: Callable[..., str]) -> Condition:
    prose, when = entry["applicability"], entry["applies"].get("when", {})
    for key, words in prose.items():
        if words not in _NEEDS_NO_PREDICATE and key not in when:
            raise BadReference(f"{at('applies')}: applies.when has nothing for {key}: {words!r}")
    for key in when:
        if key not in prose:
            raise BadReference(f"{at(key, when)}: applies.when.{key} stands beside no prose")
    return conjunction(
        [compile_condition(spec, f"{at(key, when)}: applies.{key}", named) for key, spec in when.items()]
    )


def _reasons(document: Mapping[str, Any], named: Named, where: str) -> list[EnhancedReason]:
    return [
        EnhancedReason(
            id=item["id"],
            category=category["id"],
            words=item["words"],
            when=compile_condition(item["when"], f"{spot(where, item)}: {category['id']}.{item['id']}", named),
            from_report=item["counts_from"] == "report",
            unverified=item["unverified"],
        )
        for category in document["enhanced_categories"]
        for item in category["computed_from"]
    ]


def _derived(document: Mapping[str, Any], named: Named, where: str) -> list[DerivedTrigger]:
    return [
        DerivedTrigger(
            item["trigger"], item["at"], compile_condition(item["when"], f"{where}: {item['trigger']}", named)
        )
        for item in document["derived_triggers"]["items"]
    ]


def _stages_by_trigger(shown: Mapping[str, Any], where: str) -> dict[str, frozenset[str]]:
    stages: dict[str, set[str]] = {}
    for stage, triggers in shown.items():
        for trigger in () if stage == "encoded_by" else triggers:
            if trigger not in TRIGGERS:
                raise BadReference(f"{where}: stages_shown_by.{stage}: no trigger is called {trigger!r}")
            stages.setdefault(trigger, set()).add(stage)
    return {trigger: frozenset(found) for trigger, found in stages.items()}
