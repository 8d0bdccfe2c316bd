"""`python -m bench.timers`: due clocks fired a second, none twice; crimes into entitlements against the one-by-one way.

Servers and data are its own. It ends non-zero when a count does not hold: each due clock called and announced once,
each crime raising the same entitlements both ways. Beside the rates stand the load of the machine and the processor
time for each clock or event in microseconds, by program: on a busy machine only these can be compared.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from bench import events, pipelines
from bench.stand import Stand, each, run
from kit import clock
from kit.database import Database, connect
from kit.inbox import Inbox
from kit.listening import Context, listening
from kit.migrate import HERE, migrate
from kit.service import Moment
from services.code_compliance.__main__ import SERVICE
from services.code_compliance.actions.deciding import mark_due

NAME = "code_compliance"
_CASES = """
insert into code_case (case_id, crime_id, facts, reasons, reported_at, recorded_at, first_heard_at, refused, revision,
                       removed)
select md5('case' || n)::uuid, md5('crime' || n)::uuid, '{}', '[]', $2, $2, $2, false, 1, false
  from generate_series(0, $1::int) as n
"""
_DUE = """
insert into entitlement (case_id, entitlement, occurrence, milestone_id, started_at, due_at, "limit", basis, enhanced,
                         late_recorded, covered, code_version, calendar_version, state)
select md5('case' || n / 4)::uuid, 'R6.suspect_arrested', n::text, n::text, $2::timestamptz - interval '9 days',
       $2::timestamptz - make_interval(secs => 1 + n % 86400), 5, 'trigger', false, false, n % 5 <> 0, 'vc-2020', $3,
       'running' from generate_series(1, $1::int) as n
"""
_COUNTS = """
select (select count(*) from entitlement where state in ('breached', 'not_evidenced')) as fired,
       (select count(*) from kit.outbox) as announced,
       (select count(distinct data::jsonb ->> 'clock_id') from kit.outbox) as clocks
"""
_SIZES = """
select sum(pg_total_relation_size(c.oid)) from pg_class c join pg_namespace s on s.oid = c.relnamespace
 where c.relkind = 'r' and s.nspname = 'public' and c.relname in ('crime', 'code_case', 'entitlement')
"""


async def fired(stand: Stand, due: int, workers: int) -> dict[str, Any]:
    """How many due clocks are called and announced a second by so many of the service's timers side by side."""
    name = await stand.fresh(NAME)
    rules = SERVICE.load()
    now = clock.now()
    superuser = await stand.superuser(name)
    await superuser.execute(_CASES, due // 4 + 1, now - timedelta(days=30), timeout=600)
    await superuser.execute(_DUE, due, now, rules.calendar.version, timeout=600)
    await superuser.execute("vacuum analyze entitlement", timeout=600)
    await superuser.execute("checkpoint")
    databases = [await connect(stand.settings, name, f"{NAME}_worker") for _ in range(workers)]
    began, before = monotonic(), stand.spent()
    done = await asyncio.gather(
        *(_fire(stand, database, now, part, workers) for part, database in enumerate(databases))
    )
    seconds, cost = monotonic() - began, each(before, stand.spent(), due)
    row = await superuser.fetchrow(_COUNTS, timeout=600)
    assert row is not None
    await superuser.close()
    for database in databases:
        await database.close()
    held = sum(done) == row["fired"] == row["announced"] == row["clocks"] == due
    return {
        "due": due,
        "workers": workers,
        "a_second": round(due / seconds),
        "microseconds": cost,
        **dict(row),
        "held": held,
    }


async def _fire(stand: Stand, database: Database, now: datetime, part: int, parts: int) -> int:
    context = Context(stand.settings, NAME, None, database, {}, SERVICE.load())  # type: ignore[arg-type]
    total = 0
    while True:
        async with database.begin() as tx:
            done = await mark_due(tx, Moment(now, now), context, part, parts)
        if not done:
            return total
        total += done


async def consumed(stand: Stand, told: events.Events, size: int) -> dict[str, Any]:
    """Crimes into entitlements in batches of `size`; what they raised, and what a crime takes on disk."""
    name = await stand.fresh(NAME)
    database = await connect(stand.settings, name, f"{NAME}_worker")
    heard = listening(SERVICE.listens)
    context = Context(stand.settings, NAME, None, database, heard.models, SERVICE.load())  # type: ignore[arg-type]
    inbox = Inbox(database, NAME, heard, context)
    records = events.records(told)
    began, before = monotonic(), stand.spent()
    for batch in pipelines.batches(records, size):
        await inbox.apply(batch)
    seconds, cost = monotonic() - began, each(before, stand.spent(), len(records))
    superuser = await stand.superuser(name)
    held = await superuser.fetchrow(
        "select count(*) as owed, (select count(*) from crime) as crimes,"
        " md5(string_agg(case_id || entitlement || occurrence || coalesce(due_at::text, '') || state, ','"
        " order by case_id, entitlement, occurrence)) as sum from entitlement",
        timeout=600,
    )
    assert held is not None
    size_on_disk = await superuser.fetchval(_SIZES)
    await superuser.close()
    await database.close()
    return {
        "batch": size,
        "events_a_second": round(len(records) / seconds),
        "microseconds": cost,
        "entitlements": held["owed"],
        "bytes_a_crime": round(int(size_on_disk) / max(1, held["crimes"])),
        "sum": held["sum"],
    }


async def measure(stand: Stand, asked: argparse.Namespace) -> dict[str, Any]:
    await migrate(stand.settings, NAME, [HERE / "service", SERVICE.migrations])
    found: dict[str, Any] = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    found["timers"] = [await fired(stand, asked.due, workers) for workers in (1, 2)]
    told = events.make(stand.settings, asked.events)
    few = events.make(stand.settings, asked.one_by_one)
    found["batches"] = await consumed(stand, told, 500)
    found["few_in_batches"] = await consumed(stand, few, 500)
    found["one_by_one"] = await consumed(stand, few, 1)
    found["ratio"] = round(found["batches"]["events_a_second"] / found["one_by_one"]["events_a_second"], 1)
    each_alone, together = (sum(found[way]["microseconds"].values()) for way in ("one_by_one", "batches"))
    found["ratio_of_processor_time"] = round(each_alone / together, 1)
    found["load_after"] = round(os.getloadavg()[0], 1)
    same = found["few_in_batches"]["sum"] == found["one_by_one"]["sum"]
    found["held"] = all(one["held"] for one in found["timers"]) and same
    return found


def options(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.timers", description=__doc__)
    parser.add_argument("--due", type=int, default=400_000, help="clocks that are due")
    parser.add_argument("--events", type=int, default=6_000, help="events consumed in batches")
    parser.add_argument("--one-by-one", type=int, default=600, help="events consumed one by one")
    return parser.parse_args(words)


def main() -> None:
    asked = options()
    found = run(lambda stand: measure(stand, asked), kafka=False)
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["held"] else 1)


if __name__ == "__main__":
    main()
