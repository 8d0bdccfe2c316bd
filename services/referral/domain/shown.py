"""What a page showed, as an opaque mark that its form brings back: another mark now means that it changed meanwhile."""

from datetime import datetime, timedelta
from hashlib import sha256

JUST_NOW = timedelta(minutes=2)
"""How long the same form of the same viewer counts as pressed again."""


def mark(at: datetime | None, *parts: object) -> str:
    """`<when it was set, in microseconds, or 0>.<12 hex digits over all of it>`; parts may be times, codes or None."""
    whole = "|".join("" if part is None else str(part) for part in (at, *parts))
    return f"{_micros(at)}.{sha256(whole.encode()).hexdigest()[:12]}"


def same_moment(shown: str, at: datetime | None) -> bool:
    """Whether nobody set it since the mark was made, as far as its time tells."""
    return shown.partition(".")[0] == str(_micros(at))


def _micros(at: datetime | None) -> int:
    return round(at.timestamp() * 1_000_000) if at else 0


def written(marks: dict[str, str]) -> str:
    """Marks by name as one text for a hidden field."""
    return " ".join(f"{name}:{mark}" for name, mark in marks.items())


def read(text: str) -> dict[str, str]:
    """Marks by name; nothing for what is no such text."""
    pairs = (pair.partition(":") for pair in text.split(" ")[:50])
    return {name: mark for name, colon, mark in pairs if colon}
