"""The definition files and query files that come with the service, and the register of those drawn with."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from contracts.refused import Refused
from kit.database import Tx
from services.returns.domain.definition import Definition, read_definition

ROOT = Path(__file__).parent.parent
_REGISTER = "insert into definition (kind, version, sha256, text) values ($1, $2, $3, $4) on conflict do nothing"
_KNOWN = "select sha256 from definition where kind = $1 and version = $2"


@dataclass(frozen=True)
class Loaded:
    """A definition with the text it came from, and one digest over that text and all its queries."""

    definition: Definition
    text: str
    queries: dict[str, str]
    sha256: str


@cache
def load() -> dict[str, tuple[Loaded, ...]]:
    """All definitions by kind, oldest first."""
    found: dict[str, list[Loaded]] = {}
    for path in sorted((ROOT / "definitions").glob("*.toml")):
        text, table = _read(path)
        definition = read_definition(table)
        queries = {name: (ROOT / "queries" / name).read_text() for name in definition.queries}
        digest = hashlib.sha256("\n".join([text, *queries.values()]).encode()).hexdigest()
        found.setdefault(definition.kind, []).append(Loaded(definition, text, queries, digest))
    return {kind: tuple(sorted(each, key=lambda one: one.definition.effective_from)) for kind, each in found.items()}


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    """The text and the tables of a file; one that extends another has the other's behind its own."""
    text = path.read_text()
    table = tomllib.loads(text)
    base = table.pop("extends", None)
    if base is None:
        return text, table
    base_text, base_table = _read(path.parent / base)
    return f"{text}\n# extends {base}\n{base_text}", _merged(base_table, table)


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(base[key], over[key]) for key in base.keys() & over if isinstance(base[key], dict)}
    return base | over | both


def current(kind: str, day: str) -> Loaded:
    """The definition of `kind` in force on `day` (ISO); the first one before any. Refused for an unknown kind."""
    known = load().get(kind)
    if known is None:
        raise Refused("kind", "unknown_kind")
    return next((each for each in reversed(known) if each.definition.effective_from <= day), known[0])


def version(kind: str, name: str) -> Loaded | None:
    """The definition of `kind` whose version is `name`, while it still comes with the service."""
    return next((each for each in load().get(kind, ()) if each.definition.version == name), None)


async def register(tx: Tx, loaded: Loaded) -> None:
    """Notes that a definition is drawn with. Refused when another text was drawn with under the same version."""
    definition = loaded.definition
    await tx.execute(_REGISTER, definition.kind, definition.version, loaded.sha256, loaded.text)
    if await tx.fetchval(_KNOWN, definition.kind, definition.version) != loaded.sha256:
        raise Refused("definition", "changed_without_a_new_version")
