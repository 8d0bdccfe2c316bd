"""What a queue says and shows: what to do there, what to say where nobody is in it, and its columns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

COLUMNS = {
    "left": "Time left",
    "limit": "What ends then",
    "since": "To review since",
    "came": "Came",
    "risk": "Risk",
    "why": "Why it waits",
    "services": "Services",
    "area": "Area",
}
"""Every column that a queue may show beside the case, with its heading."""


class BadQueues(Exception):
    """The file of queues cannot be used. Its text names the queue and the field."""


@dataclass(frozen=True, slots=True)
class QueueWords:
    title: str
    action: str
    empty: str
    columns: tuple[str, ...]


def read_queues(document: Mapping[str, Any], conditions: Collection[str]) -> dict[str, QueueWords]:
    """Each queue by its name, in the order of the file; `conditions`: the names of those that the hub can ask for, each
    of which needs its queue. Raises BadQueues."""
    found = {str(name): _read(str(name), told) for name, told in document["queues"].items()}
    if unknown := set(found) ^ set(conditions):
        raise BadQueues(f"{min(unknown)}: a queue and its condition go together, and here is only one of the two")
    return found


def _read(name: str, told: Mapping[str, Any]) -> QueueWords:
    if wrong := {field.name for field in fields(QueueWords)} ^ set(told):
        raise BadQueues(f"{name}: {min(wrong)}: is missing, or is no field of a queue")
    columns = tuple(told["columns"])
    if unknown := [one for one in columns if one not in COLUMNS]:
        raise BadQueues(f"{name}: columns: {unknown[0]!r} is not one of {', '.join(COLUMNS)}")
    for field in ("title", "action", "empty"):
        if not isinstance(told[field], str) or not told[field].strip():
            raise BadQueues(f"{name}: {field}: takes words")
    return QueueWords(told["title"], told["action"], told["empty"], columns)
