"""The service's rules as files, each with its sources; read once at start."""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from contracts.working_time import calendar
from services.code_compliance.domain.located import BadReference, Entry
from services.code_compliance.domain.rulebook import Rulebook, read_rulebook

HERE = Path(__file__).parent
CODES = ("victims_code_2020.yaml",)
"""The versions of the Code, oldest first."""


@cache
def load() -> Rulebook:
    """All rules, checked; raises BadReference naming the file, the line and the bad entry."""
    return read_rulebook(documents(), CODES, calendar())


def documents() -> dict[str, Any]:
    """Every reference file by its name."""
    return {path.name: parse(path.read_text(encoding="utf-8"), path.name) for path in sorted(HERE.glob("*.yaml"))}


def parse(text: str, file: str) -> Any:
    """A reference file whose mappings know their lines."""
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("Lines", (base,), {})
    loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, partial(_entry, file))
    try:
        return yaml.load(text, loader)  # noqa: S506 - both bases are safe loaders
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadReference(f"{file}:{line}: {error.problem}") from None


def _entry(file: str, loader: Any, node: Any) -> Iterator[Entry]:
    entry = Entry()
    yield entry
    entry.update(loader.construct_mapping(node))
    entry.file, entry.line = file, node.start_mark.line + 1
    entry.lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
