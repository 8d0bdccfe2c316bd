"""Figures in plain words: what a definition and a canonical file, which never change, say shortly or by code."""

import re
from datetime import date

from kit.web.words import date_words
from services.returns.domain.figures import meaning, title

__all__ = ["column", "meaning", "note", "title"]

NOTES = {
    "no denominator loaded": "Not told: how many people live here is not known to this system.",
    "nothing to divide by": "there was nothing of this kind to take a share of",
}
_MATURING = re.compile(r"still maturing until (\d{4}-\d\d-\d\d)")
COLUMNS = {"rate": "In time", "undated": "Arose", "undated_share": "Share met"}


def note(text: str) -> str:
    """A note of a cell: "it may still change until 29 December 2026" for "still maturing until 2026-12-29"."""
    if found := _MATURING.fullmatch(text):
        return f"it may still change until {date_words(date.fromisoformat(found[1]), weekday=False)}"
    return NOTES.get(text, text)


def column(name: str) -> str:
    """The head of a column of figures by the state that it counts: "met_late" -> "Met late"."""
    return COLUMNS.get(name) or name.removeprefix("undated_").replace("_", " ").capitalize()
