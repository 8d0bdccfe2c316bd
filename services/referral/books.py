"""Reads the files of the reference folder, once, at start."""

from pathlib import Path

import yaml

from services.referral.domain.books import Books, read_books

FOLDER = Path(__file__).parent / "reference"


def load(folder: Path = FOLDER) -> Books:
    """Everything that is data with dates. Raises BadRule, BadDirectory or BadTable, which say where and what."""
    documents = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))}
    return read_books(documents)
