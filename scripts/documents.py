"""Writes docs/event-map.md, data-dictionary.md and entitlements.md: `python -m scripts.documents write`."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from contracts.registry import FACTS, topics_of

ROOT = Path(__file__).parents[1]
SERVICES = ("referral", "code_compliance", "feedback", "returns")
COMMENT = re.compile(r"comment on column ([\w.\"]+)\.(\"?\w+\"?) is\s+'(personal|plain): ((?:[^']|'')*)'", re.I)


def event_map() -> str:
    """Every event, the topics it is in, and who listens."""
    listens = {name: importlib.import_module(f"services.{name}.__main__").SERVICE.listens for name in SERVICES}
    lines = ["# Events: who announces, who listens", "", "Generated: `make generated`.", ""]
    lines += ["| event | topic | listened to by |", "|---|---|---|"]
    for kind, model in sorted(FACTS.items()):
        heard = [name for name, models in listens.items() if model in models]
        lines.append(f"| `{kind}` | {', '.join(topics_of(kind))} | {', '.join(heard) or 'nobody yet'} |")
    return "\n".join(lines) + "\n"


def columns() -> Iterator[tuple[str, str, str, str, str]]:
    """(database, table, column, classification, meaning) as the migrations say."""
    folders = [(name, ROOT / "services" / name / "migrations") for name in SERVICES]
    folders += [("every service", ROOT / "kit/migrations/service")]
    folders += [(name, ROOT / "kit/migrations" / name) for name in ("access", "keys")]
    for database, folder in folders:
        for path in sorted(folder.glob("*.sql")):
            for table, column, kind, meaning in COMMENT.findall(path.read_text()):
                yield database, table, column.strip('"'), kind, meaning.replace("''", "'")


def data_dictionary() -> str:
    """Every column with what it means and whether it is personal."""
    lines = ["# Every column: what it means, and whether it is personal", "", "Generated: `make generated`."]
    database = ""
    for where, table, column, kind, meaning in columns():
        if where != database:
            database = where
            lines += ["", f"## {database}", "", "| column | | meaning |", "|---|---|---|"]
        lines.append(f"| `{table}.{column}` | {kind} | {meaning.replace('|', '/')} |")
    return "\n".join(lines) + "\n"


def entitlements() -> str:
    """Every entitlement of the Code with its sources and the test event that raises it."""
    raising = importlib.import_module("tests.code_compliance.raising")
    raised = raising.raised_by()
    lines = ["# Entitlements of the Victims' Code: source, and the test that raises each", ""]
    lines += [
        "Generated: `make generated`. The test is `tests/code_compliance/test_raised.py`, with the event named here."
    ]
    lines += ["Marked (unverified): something about it was recalled, not read at its source.", ""]
    lines += ["| entitlement | what is owed | source | raised in the test by |", "|---|---|---|---|"]
    for e in raising.CODE.entitlements.values():
        sources = "<br>".join(text.replace("|", "/").replace("sourced: ", "") for text in e.sources)
        title = e.title.replace("|", "/") + (" (unverified)" if e.unverified else "")
        lines.append(f"| `{e.id}` | {title} | {sources} | {raised[e.id]} |")
    return "\n".join(lines) + "\n"


DOCUMENTS = {
    "docs/event-map.md": event_map,
    "docs/data-dictionary.md": data_dictionary,
    "docs/entitlements.md": entitlements,
}


def main() -> None:
    for name, text in DOCUMENTS.items():
        (ROOT / name).write_text(text())


if __name__ == "__main__" and sys.argv[1:] == ["write"]:
    main()
