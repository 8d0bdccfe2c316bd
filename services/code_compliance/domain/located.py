"""Entries of reference files that know where they stand, so that what is wrong with one is named by file and line."""

from collections.abc import Mapping
from typing import Any


class BadReference(Exception):
    """A reference file cannot be used as it stands. The text names file, line and entry, and what is wrong with it."""


class Entry(dict[str, Any]):
    """A mapping of a file: `line` where it begins, `lines` of its keys. Asking for a key that it lacks is an error of
    the file."""

    file: str = ""
    line: int = 0
    lines: Mapping[str, int] = {}

    def __missing__(self, key: str) -> Any:
        raise BadReference(f"{self.file}:{self.line}: {key} is missing")


def spot(where: str, entry: Any, key: str | None = None) -> str:
    """ "file.yaml:12" of an entry, or of its key; `where` alone for a mapping that came from no file."""
    if not isinstance(entry, Entry) or not entry.line:
        return where
    return f"{entry.file}:{entry.lines.get(key, entry.line) if key else entry.line}"
