"""Enhanced rights: which categories a person is in, why, and since when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.code_compliance.domain.catalogue import Catalogue
from services.code_compliance.domain.circumstances import Circumstances


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is in an enhanced category.

    `since` is when the fact was true (None: since the report, or before); `heard_at` when it reached us; `late` when it
    was not in the first snapshot that we had.
    """

    id: str
    category: str
    since: datetime | None
    heard_at: datetime
    late: bool


def reasons(
    code: Catalogue,
    circumstances: Circumstances,
    heard_at: datetime,
    revised_at: datetime | None,
    before: Sequence[Reason] | None = None,
) -> tuple[Reason, ...]:
    """Reasons by a snapshot heard at `heard_at`; those known `before` keep their times
    (None: this is the first snapshot that we have).

    `revised_at` is None for the first revision: what it shows was true at the report. In a later one a fact of the
    offence still counts from the report; a fact that can become true counts from the revision that first shows it.
    """
    if code.never_enhanced(circumstances):
        return ()
    known = {reason.id: reason for reason in before or ()}
    late = before is not None
    return tuple(
        known.get(rule.id) or Reason(rule.id, rule.category, None if rule.from_report else revised_at, heard_at, late)
        for rule in code.reasons
        if rule.when(circumstances)
    )


def at(reasons: Iterable[Reason], instant: datetime) -> tuple[Reason, ...]:
    """The reasons that held at an instant."""
    return tuple(r for r in reasons if r.since is None or r.since <= instant)


def late_recorded(held: Iterable[Reason], started_at: datetime) -> bool:
    """Whether the enhanced limit rests only on facts that were recorded after the clock had started."""
    known = list(held)
    return bool(known) and all(r.late and r.heard_at > started_at for r in known)
