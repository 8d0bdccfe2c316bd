"""What became of the crime, in words: the outcome that the police gave it, and what it means for the case."""

from collections.abc import Sequence
from typing import Any

from contracts.reference import outcome
from kit.web.words import date_words, when
from services.referral.desk_books import outcome_words
from services.referral.store.crime_outcomes import NOT_YET, CrimeOutcome


def said(told: Sequence[CrimeOutcome]) -> dict[str, Any]:
    """Of the outcomes of a crime, the last one first: that one, what it means, and those before; empty for none."""
    if not told:
        return {}
    always, effects = outcome_words()
    known = outcome(told[0].code)
    means = effects.get(known.victim_effect, "") if known else ""
    return {
        "now": _of(told[0]),
        "means": " ".join(part for part in (means, always) if part),
        "before": [_of(one) for one in told[1:]],
    }


def _of(one: CrimeOutcome) -> str:
    if one.code == NOT_YET:
        return f"None: the police took back what they had told, {when(one.heard_at)}"
    known = outcome(one.code)
    name = f"{known.title} (outcome {one.code})" if known else f"Outcome {one.code}, which our list does not name"
    decided = f"decided {date_words(one.decided_at)}, " if one.decided_at else ""
    return f"{name}: {decided}told us {when(one.heard_at)}"
