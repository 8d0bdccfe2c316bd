"""Reads the files of the reference folder, once, at start."""

from pathlib import Path

import yaml

from kit.config import Settings
from services.referral.domain.books import Books, read_books

FOLDER = Path(__file__).parent / "reference"


def load(folder: Path = FOLDER) -> Books:
    """Everything that is data with dates. A file in `HANDRAIL_REFERENCE` stands in place of the one of its name here.

    Raises BadRule, BadDirectory or BadTable, which say where and what.
    """
    own = Settings().reference
    files = {path.name: path for place in (folder, own) if place is not None for path in sorted(place.glob("*.yaml"))}
    return read_books({name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in files.items()})
