"""Commands of the service beside those of every service: `python -m services.referral rehearse FILE --from --to`."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import uuid4

import yaml

from kit import clock
from kit.listening import Context
from services.referral.actions import rehearsing
from services.referral.domain.rules import BadRule


async def run(words: Sequence[str], context: Context) -> int:
    """2 for usage, 1 where the draft cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m services.referral")
    commands = parser.add_subparsers(dest="verb", required=True)
    rehearse = commands.add_parser("rehearse", help="replay a period against a draft file of routing rules")
    rehearse.add_argument("file", type=Path)
    rehearse.add_argument("--from", dest="since", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    rehearse.add_argument("--to", dest="until", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    asked = parser.parse_args(words)
    if asked.until < asked.since:
        parser.error("--to: is before --from")
    try:
        document = yaml.safe_load(asked.file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as wrong:
        return _failed(f"{asked.file.name}: cannot be read as YAML ({type(wrong).__name__})")
    if not isinstance(document, dict):
        return _failed(f"{asked.file.name}: is no file of rules")
    try:
        async with context.database.begin() as tx:
            about = (uuid4(), asked.file.name, document, asked.since, asked.until)
            made = await rehearsing.rehearse(tx, *about, context.facts, clock.now())
    except BadRule as bad:
        return _failed(str(bad))
    told = {"cases": made.cases, "changed": made.changed, "counts": made.counts, "version": made.rules_version}
    print(json.dumps(told))  # noqa: T201
    return 0


def _failed(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201
    return 1
