"""Data of the oversight pages: the five areas of the quarterly return."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ReturnArea:
    """One area of the quarterly return, with the duties that it is counted by."""

    id: str
    title: str
    entitlements: tuple[str, ...]


@cache
def five_areas() -> tuple[ReturnArea, ...]:
    return tuple(
        ReturnArea(entry["id"], entry["title"], tuple(entry["entitlements"]))
        for entry in document("five_areas.yaml")["areas"]
    )


@cache
def document(name: str) -> Any:
    """A file of this folder, read once."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
