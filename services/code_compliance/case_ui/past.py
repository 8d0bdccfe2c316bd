"""How a clock stood before, in sentences: what was said of it, until when, and what changed it."""

from collections.abc import Iterator, Sequence

from kit.web.words import deadline, when
from services.code_compliance.domain.words import SOURCES, STATES
from services.code_compliance.store.ledger import Former

WHY = {
    "evidence": "evidence came",
    "paused": "it was paused",
    "resumed": "it was resumed",
    "late_recorded": "enhanced rights were recorded late",
    "receipt_known": "the receipt by the Witness Care Unit became known",
    "event_moved": "the event that it must precede was listed or moved",
    "calendar_changed": "the bank holidays changed",
    "facts_changed": "what was told of the case changed",
    "applies_again": "the duty applied again",
    "applies_no_longer": "the duty applied no longer",
}

PASSED = ("breached", "not_evidenced")


def former(rows: Sequence[Former]) -> list[str]:
    """ "Breached, due by the end of Tuesday 10 June 2025, until Monday 7 July 2025 at 10am: evidence came." """
    return list(_lines(rows))


def _lines(rows: Sequence[Former]) -> Iterator[str]:
    for row in rows:
        parts = [STATES.get(row.state, row.state)]
        if row.settled_at is not None:
            parts.append(f"by an act of {when(row.settled_at)}")
            if row.source:
                parts.append(f"told by {SOURCES.get(row.source, row.source)}")
        if row.due_at is not None:
            parts.append(f"due by {deadline(row.due_at)}")
        yield f"{', '.join(parts)}, until {_changed(row)}: {WHY.get(row.why, row.why)}."


def _changed(row: Former) -> str:
    """When what was said of it changed. Word that is older than the day it missed reached us after that day: until
    then it was rightly said to have passed."""
    told = when(row.changed_at)
    late = row.state in PASSED and row.due_at is not None and row.changed_at <= row.due_at
    return f"word of {told} reached us late" if late else told
