"""Occasions: each time something raises duties for a case, and what was known of it then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.justice import NO_DETAILS, Details
from services.code_compliance.domain.catalogue import Catalogue
from services.code_compliance.domain.circumstances import CHILD_BANDS, Circumstances, of_offence
from services.code_compliance.domain.enhanced import Reason
from services.code_compliance.domain.facts import Case, Milestone
from services.code_compliance.domain.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Occasion:
    """A trigger that happened; `milestone_id` is None where the police's own snapshot shows it."""

    trigger: str
    happened_at: datetime
    milestone_id: str | None = None
    received_at: datetime | None = None
    details: Details = NO_DETAILS

    @property
    def order(self) -> tuple[datetime, str]:
        return self.happened_at, self.milestone_id or ""


def concerning(case: Case, milestones: Sequence[Milestone]) -> list[Milestone]:
    """The milestones of a crime that concern this case, in the order in which they happened."""
    mine = (None, case.case_id, case.stands_for) if case.stands_for else (None, case.case_id)
    return sorted((m for m in milestones if m.case_id in mine), key=lambda m: (m.happened_at, m.milestone_id))


def occasions(case: Case, milestones: Sequence[Milestone], rules: Rulebook) -> Iterator[tuple[Catalogue, Occasion]]:
    """Every occasion of the case that falls under a version of the Code, with that version."""
    for code in rules.codes:
        for derived in code.derived:
            at = case.reported_at if derived.at == "reported_at" else case.recorded_at
            if rules.code_at(at) is code and derived.when(case.circumstances):
                yield code, Occasion(derived.trigger, at)
    for m in milestones:
        in_force = rules.code_at(m.happened_at)
        if in_force is not None:
            yield in_force, Occasion(m.trigger, m.happened_at, m.milestone_id, m.received_by_wcu_at, m.details)


def known_at(
    case: Case, code: Catalogue, occasion: Occasion, held: Sequence[Reason], milestones: Sequence[Milestone]
) -> Circumstances:
    """The circumstances in which an occasion's duties arise: the case's, the stage reached, categories held then."""
    if not milestones:
        if not held:
            return case.circumstances
        return replace(case.circumstances, enhanced=frozenset(r.category for r in held))
    stages = frozenset(stage for m in milestones for stage in code.stages.get(m.trigger, ()))
    kind, months, offence_code = _sentence(occasion, milestones)
    base = case.circumstances if offence_code is None else of_offence(case.circumstances, offence_code)
    return replace(
        base,
        enhanced=frozenset(r.category for r in held),
        stages=stages,
        sentence_kind=kind,
        sentence_months=months,
        offender_under_18=True if "offender_under_18" in stages else _offender(base, milestones),
    )


def _sentence(occasion: Occasion, milestones: Sequence[Milestone]) -> tuple[str | None, float | None, str | None]:
    """Kind, months and offence of the sentence: by the occasion itself, else by the last one passed."""
    told = [m.details for m in milestones if m.trigger == "sentence_passed"]
    own = occasion.details
    if own.sentence_kind or own.sentence_months is not None:
        told = [own]
    if not told:
        return None, None, None
    return told[-1].sentence_kind, told[-1].sentence_months, told[-1].offence_code


def _offender(base: Circumstances, milestones: Sequence[Milestone]) -> bool | None:
    bands = [m.details.offender_age_band for m in milestones if m.details.offender_age_band]
    known = [band for band in bands if band[0].isdigit()]
    return known[-1] in CHILD_BANDS if known else base.offender_under_18
