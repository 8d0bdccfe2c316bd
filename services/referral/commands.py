"""Commands of the service beside those of every service: `python -m services.referral rehearse FILE --from --to`, and
`member list | join | end`."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import uuid4

import yaml

from contracts.refused import Refused
from kit import clock
from kit.database import connect
from kit.listening import Context
from kit.web.organisations import who_belongs
from services.referral.actions import belonging, leaving, rehearsing
from services.referral.actions.books import current
from services.referral.domain.rules import BadRule


async def run(words: Sequence[str], context: Context) -> int:
    """2 for usage, 1 where the draft cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m services.referral")
    commands = parser.add_subparsers(dest="verb", required=True)
    rehearse = commands.add_parser("rehearse", help="replay a period against a draft file of routing rules")
    rehearse.add_argument("file", type=Path)
    rehearse.add_argument("--from", dest="since", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    rehearse.add_argument("--to", dest="until", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    _add_member(commands.add_parser("member", help="who belongs to which provider"))
    asked = parser.parse_args(words)
    if asked.verb == "member":
        return await _member(asked, context)
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


def _add_member(parser: argparse.ArgumentParser) -> None:
    whats = parser.add_subparsers(dest="what", required=True)
    whats.add_parser("list")
    for what, reasons in (("join", belonging.JOINS), ("end", belonging.ENDS)):
        one = whats.add_parser(what)
        one.add_argument("who", help="what the identity provider calls them")
        one.add_argument("provider", help="its name, as the directory says it")
        one.add_argument("--reason", choices=reasons, required=True)
        if what == "join":
            one.add_argument("--role", required=True)


async def _member(asked: argparse.Namespace, context: Context) -> int:
    """Who belongs to which provider: told as JSON, or changed."""
    access = await connect(context.settings, leaving.USERS, "access_migrate", size=1)
    try:
        async with access.begin() as users, context.database.begin() as tx:
            books = await current(tx, context.facts)
            if asked.what == "list":
                names = books.directory.names()
                rows = [(who, names.get(where, str(where)), role) for who, where, role in await who_belongs(users)]
                print(json.dumps([dict(zip(("who", "provider", "role"), row, strict=True)) for row in rows]))  # noqa: T201
                return 0
            provider = belonging.provider_named(books.directory, asked.provider)
            if asked.what == "join":
                await belonging.join(tx, users, asked.who, provider, asked.role, asked.reason)
            else:
                await belonging.end(tx, users, asked.who, provider, asked.reason)
    except Refused as refused:
        return _failed(f"not done: {refused}")
    finally:
        await access.close()
    print(json.dumps({"done": asked.what, "who": asked.who}))  # noqa: T201
    return 0


def _failed(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201
    return 1
