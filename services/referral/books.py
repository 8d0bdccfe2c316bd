"""Reads the files of the reference folder, once, at start."""

from pathlib import Path

import yaml

from kit.config import Settings
from services.referral.domain.books import RULE_FILES, Books, read_books

FOLDER = Path(__file__).parent / "reference"


def rules_text(version: str) -> str:
    """The file of the rules of this version, as it is written; nothing where none is."""
    own = Settings().reference
    for place in (own, FOLDER):
        for path in sorted(place.glob(f"{RULE_FILES}*.yaml")) if place is not None else ():
            text = path.read_text(encoding="utf-8")
            if str(yaml.safe_load(text).get("version")) == version:
                return text
    return ""


def load(folder: Path = FOLDER) -> Books:
    """Everything that is data with dates. A file in `HANDRAIL_REFERENCE` stands in place of the one of its name here.

    Raises BadRule, BadDirectory or BadTable, which say where and what.
    """
    own = Settings().reference
    files = {path.name: path for place in (folder, own) if place is not None for path in sorted(place.glob("*.yaml"))}
    return read_books({name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in files.items()})
