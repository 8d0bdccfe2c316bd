"""All rules in force together: versions of the Code, the evidence policy, coverage, intervals, the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.working_time import Calendar, local_day
from services.code_compliance.domain.catalogue import Catalogue, Entitlement, read
from services.code_compliance.domain.circumstances import Circumstances
from services.code_compliance.domain.coverage import Coverage, read_coverage
from services.code_compliance.domain.enhanced import OverrideReason, read_override_reasons
from services.code_compliance.domain.hints import Hint, read_suggestions
from services.code_compliance.domain.language import BadReference, Condition, compile_condition, named_conditions
from services.code_compliance.domain.pauses import PauseReason, read_pause_reasons
from services.code_compliance.domain.policy import Policy, read_policy
from services.code_compliance.domain.related_rules import Happening, check_triggers, read_happenings


@dataclass(frozen=True, slots=True)
class AwaitedEvent:
    """An event that an act must precede, and the milestones that tell when it comes."""

    words: str
    listed_by: frozenset[str]
    listed_after: str
    or_plea: frozenset[str]
    took_place: str


@dataclass(frozen=True, slots=True)
class NotToldReason:
    """A reason code for evidence entered by staff, and the outcome that it goes with."""

    code: str
    outcome: str
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    codes: tuple[Catalogue, ...]
    policy: Policy
    coverage: Coverage
    awaited: Mapping[str, AwaitedEvent]
    default_interval_days: int | None
    interval_starts: frozenset[str]
    interval_ends: frozenset[str]
    usable: Condition
    lawful: Condition
    reasons: tuple[NotToldReason, ...]
    pause_reasons: tuple[PauseReason, ...]
    override_reasons: tuple[OverrideReason, ...]
    happenings: Mapping[str, Happening]
    hints: tuple[Hint, ...]
    calendar: Calendar

    def code_at(self, instant: datetime) -> Catalogue | None:
        """The version of the Code under which a duty that arises at `instant` falls; None before the first one."""
        day = local_day(instant)
        for code in reversed(self.codes):
            if code.effective_from <= day and (code.effective_to is None or day <= code.effective_to):
                return code
        return None

    def code_named(self, version: str) -> Catalogue:
        return next(code for code in self.codes if code.version == version)

    def entitlement(self, entitlement_id: str) -> Entitlement | None:
        """An entitlement by its id, in the newest version that has it."""
        return next(
            (c.entitlements[entitlement_id] for c in reversed(self.codes) if entitlement_id in c.entitlements), None
        )

    def pause_words(self, code: str | None) -> str:
        """A reason for a pause in words; a code that no list has says itself."""
        return next((reason.words for reason in self.pause_reasons if reason.code == code), code or "")

    def override_words(self, code: str) -> str:
        """A reason for deciding about enhanced rights, in words; a code that no list has says itself."""
        return next((reason.words for reason in self.override_reasons if reason.code == code), code)

    def receivable(self, circumstances: Circumstances) -> bool:
        """Whether the hub has usable details under a lawful share."""
        return self.usable(circumstances) and self.lawful(circumstances)


def read_rulebook(documents: Mapping[str, Any], codes: Sequence[str], calendar: Calendar) -> Rulebook:
    """All rules from their files (name -> parsed YAML); `codes` names the catalogues, oldest first.

    Raises BadReference naming the file and the bad entry.
    """
    named = named_conditions(documents["conditions.yaml"], "conditions.yaml")
    catalogues = tuple(read(documents[name], named, name) for name in codes)
    known = {entitlement for code in catalogues for entitlement in code.entitlements}
    happenings = read_happenings(documents["happenings.yaml"], "happenings.yaml")
    for name, code in zip(codes, catalogues, strict=True):
        check_triggers(code.related, happenings.keys(), name)
    policy, intervals = documents["evidence_policy.yaml"], documents["agreed_intervals.yaml"]
    return Rulebook(
        codes=catalogues,
        policy=read_policy(policy, known, "evidence_policy.yaml"),
        coverage=read_coverage(documents["coverage.yaml"], known, "coverage.yaml"),
        awaited=_awaited(documents["before_events.yaml"], catalogues),
        default_interval_days=intervals["default_days"],
        interval_starts=frozenset(intervals["starts_from"]),
        interval_ends=frozenset(intervals["ends_with"]),
        usable=compile_condition(policy["usable_details"]["when"], "evidence_policy.yaml: usable_details", named),
        lawful=compile_condition(policy["lawful_share"]["when"], "evidence_policy.yaml: lawful_share", named),
        reasons=tuple(NotToldReason(r["code"], r["outcome"], r["words"]) for r in documents["reasons.yaml"]["reasons"]),
        pause_reasons=read_pause_reasons(documents["pause_reasons.yaml"], "pause_reasons.yaml"),
        override_reasons=read_override_reasons(documents["override_reasons.yaml"], "override_reasons.yaml"),
        happenings=happenings,
        hints=read_suggestions(documents["suggestions.yaml"], known, happenings.keys(), "suggestions.yaml"),
        calendar=calendar,
    )


def _awaited(document: Mapping[str, Any], codes: Sequence[Catalogue]) -> dict[str, AwaitedEvent]:
    events = {
        name: AwaitedEvent(
            words=entry["words"],
            listed_by=frozenset(entry["listed_by"]),
            listed_after=entry["listed_after"],
            or_plea=frozenset(entry["or_plea"]),
            took_place=entry["took_place"],
        )
        for name, entry in document["events"].items()
    }
    for code in codes:
        for entitlement in code.entitlements.values():
            if entitlement.clock.before_event not in (None, *events):
                raise BadReference(
                    f"before_events.yaml: {entitlement.clock.before_event} is missing ({entitlement.id})"
                )
    return events
