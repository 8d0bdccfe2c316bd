"""What an operator asks of one service: does it add up, what is stuck, and any command of its own."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from kit import audit
from kit.config import Settings
from kit.database import Database, Tx, connect
from kit.inbox import Inbox, discard, replay
from kit.inbox import parked as list_parked
from kit.listening import listening
from kit.service.declared import Check, Service
from kit.service.equipping import context_of

_SUMS = """
select coalesce(sum(received), 0)::bigint as received,
       coalesce(sum(applied + duplicates + ignored + parked + held), 0)::bigint as accounted,
       coalesce(sum(next_offset), 0)::bigint as offsets,
       coalesce(sum(parked + held), 0)::bigint as set_aside
  from kit.watermark
"""
_INBOX = "select count(*) from kit.inbox"
_APPLIED = """
select (select coalesce(sum(applied), 0)::bigint from kit.watermark)
     + (select count(*) from kit.parked where state = 'replayed')
"""
_DENSE = """
select (select coalesce(sum(last), 0)::bigint from kit.sequence) as numbered
"""
_PLACES = "select topic, partition, next_offset from kit.watermark order by 1, 2"


async def checks(service: Service, tx: Tx, settings: Settings) -> list[Check]:
    """The checks every service has (I1, I6, I8) and those of its own."""
    sums = await tx.fetchrow(_SUMS)
    assert sums is not None
    heads = settings.data / "audit-heads" / f"{service.name}.log"
    parked_rows = await tx.fetchval("select count(*) from kit.parked")
    common = [
        Check("I6.every_record_is_accounted_for", sums["received"], sums["accounted"]),
        Check("I6.every_record_set_aside_is_kept", sums["set_aside"], parked_rows),
        Check("I8.audit_chain_unbroken", 0, await audit.broken_links(tx, heads)),
    ]
    return common + (await service.reconcile(tx) if service.reconcile else [])


async def reconcile(service: Service, settings: Settings) -> int:
    """Prints one JSON object: checks, numbers for the checks across services, and whether all is well."""
    database = await connect(settings, service.database, f"{service.name}_worker", size=1)
    async with database.begin() as tx:
        found = await checks(service, tx, settings)
        marks = [list(row.values()) for row in await tx.fetch(_PLACES)]
        numbered = await tx.fetchval("select coalesce(sum(last), 0)::bigint from kit.sequence")
        unsent = await tx.fetchval("select count(*) from kit.outbox")
        set_aside = await tx.fetchval("select count(*) from kit.parked where state in ('parked', 'held')")
    lines = [{"id": c.id, "service": service.name, "expected": c.expected, "found": c.found} for c in found]
    told = {"service": service.name, "ok": all(c.ok for c in found), "checks": lines, "marks": marks}
    told |= {"announced": numbered, "unsent": unsent, "set_aside": set_aside}
    print(json.dumps(told))  # noqa: T201
    return 0 if told["ok"] else 1


async def _with_inbox(service: Service, settings: Settings) -> tuple[Database, Inbox]:
    database = await connect(settings, service.database, f"{service.name}_worker", size=2)
    context = await context_of(service, settings, database)
    return database, Inbox(database, service.name, listening(service.listens), context)


async def parked(service: Service, settings: Settings, words: Sequence[str]) -> int:
    """`list`, `show ID`, `replay ID`, `discard ID --reason WORDS`; prints JSON."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.name} parked")
    parser.add_argument("verb", choices=["list", "show", "replay", "discard"])
    parser.add_argument("id", nargs="?", type=int)
    parser.add_argument("--reason")
    asked = parser.parse_args(words)
    if asked.verb != "list" and asked.id is None:
        parser.error("say which one: its number is in `parked list`")
    if asked.verb == "discard" and not asked.reason:
        parser.error("say why: --reason WORDS")
    database, inbox = await _with_inbox(service, settings)
    print(json.dumps(await _told(database, inbox, service, asked), default=_plain))  # noqa: T201
    return 0


async def _told(database: Database, inbox: Inbox, service: Service, asked: argparse.Namespace) -> Any:
    if asked.verb == "replay":
        applied, still = await replay(database, inbox, asked.id)
        return {"service": service.name, "applied": applied, "parked": still}
    async with database.begin() as tx:
        rows = await list_parked(tx)
        if asked.verb == "discard":
            done = await discard(tx, asked.id, asked.reason)
            entry = audit.Entry(None, "operator", None, "parked.discard", "parked", None, (), asked.reason)
            await audit.record(tx, [entry])
    if asked.verb == "discard":
        applied, still = await replay(database, inbox, asked.id) if done else (0, 0)
        return {"service": service.name, "discarded": done, "applied": applied, "parked": still}
    return [{"service": service.name, **row} for row in rows if asked.verb == "list" or row["id"] == asked.id]


def _plain(value: Any) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


async def command(service: Service, settings: Settings, words: Sequence[str]) -> int:
    """A command of the service's own."""
    assert service.command is not None
    database = await connect(settings, service.database, f"{service.name}_worker", size=2)
    context = await context_of(service, settings, database)
    try:
        return await service.command(words, context)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
