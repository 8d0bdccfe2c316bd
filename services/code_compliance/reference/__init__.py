"""The service's rules as files, each with its sources; read once at start."""

from functools import cache
from pathlib import Path

import yaml

from contracts.working_time import calendar
from services.code_compliance.domain.rulebook import Rulebook, read_rulebook

HERE = Path(__file__).parent
CODES = ("victims_code_2020.yaml",)
"""The versions of the Code, oldest first."""


@cache
def load() -> Rulebook:
    """All rules, checked; raises BadReference naming the file and the bad entry."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = {path.name: yaml.load(path.read_text(encoding="utf-8"), loader) for path in sorted(HERE.glob("*.yaml"))}  # noqa: S506 - both are safe loaders
    return read_rulebook(documents, CODES, calendar())
