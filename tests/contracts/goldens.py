"""The golden examples, read from contracts/examples."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import envelope

FOLDER = Path(envelope.__file__).parent / "examples"


@dataclass(frozen=True)
class Golden:
    name: str
    headers: dict[str, str]
    key: str
    data: dict[str, Any]

    @property
    def type(self) -> str:
        return self.headers["ce_type"]

    def value(self) -> bytes:
        return json.dumps(self.data).encode()

    def raw_headers(self) -> list[tuple[str, bytes | None]]:
        return [(name, text.encode()) for name, text in self.headers.items()]


def golden(name: str) -> Golden:
    book = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Golden(name, book["headers"], book["key"], book["data"])


GOLDENS: tuple[Golden, ...] = tuple(golden(path.stem) for path in sorted(FOLDER.glob("*.json")))
NAMES = [example.name for example in GOLDENS]
