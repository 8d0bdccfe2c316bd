"""`python -m bench.oversight --entitlements N`: how long oversight and the forecast take over many entitlements.

The entitlements are generated in the database, spread over 24 months, eight to a case; their months are counted by the
service's own timer; then each page is asked for one request after the other, with the database's caches as the run
left them. It ends non-zero when the counts do not equal a recount. `--data FOLDER` keeps the entitlements for another
run, which then begins with the pages.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from bench.pages import people_of
from bench.stand import Stand, each, percentile, run
from contracts.reference import AREAS, offence_groups
from contracts.vocabulary import AGE_BANDS
from kit import clock
from kit.access import open_session
from kit.database import Database, connect
from kit.listening import Context, listening
from kit.migrate import HERE, migrate
from kit.service import Moment
from kit.web.app import make_app
from services.code_compliance.__main__ import SERVICE
from services.code_compliance.actions.overseeing import count_months
from services.code_compliance.store import oversight

NAME = "code_compliance"
CHUNK = 500_000
PAGES = {
    "oversight": "/rights/oversight",
    "right": "/rights/oversight/right?right=6&agency=police",
    "split": "/rights/oversight/split/ethnicity?right=6&agency=police",
    "areas": "/rights/oversight/areas",
    "list": "/rights/oversight/list?right=6&agency=police&state=breached&split=sex&category=female",
    "csv": "/rights/oversight/csv?split=area",
    "forecast": "/rights/forecast",
}
_PEOPLE = """
insert into case_profile (case_id, reference, area, offence_group, age_band, sex, ethnicity, disability)
select md5('case' || n)::uuid, left(md5('ref' || n), 11), ($3::text[])[1 + n % $4], ($5::text[])[1 + n % $6],
       ($7::text[])[1 + n % $8], (array['female', 'male', 'not_recorded'])[1 + n % 3],
       (array['white', 'mixed', 'asian', 'black', 'other', 'not_stated', 'not_recorded'])[1 + n % 7],
       (array['yes', 'no', 'not_asked', 'not_recorded'])[1 + n % 4]
  from generate_series($1::int, $2::int) as n
"""
_OWED = """
with made as (
    select n, md5('case' || n / 8)::uuid as case_id, ($4::text[])[1 + n % $5] as entitlement,
           ($6::int[])[1 + n % $5] as days,
           $7::timestamptz - interval '24 months' + (interval '24 months' + interval '1 day') * (n::float8 / $3)
               as started_at,
           ('x' || substr(md5(n::text), 1, 4))::bit(16)::int % 100 as dice
      from generate_series($1::int, $2::int) as n
), dated as (
    select *, case when days > 0 then started_at + make_interval(days => days) end as due_at,
           started_at + make_interval(days => dice % 12, hours => dice % 9) as acted_at from made
), told as (
    select *, case when acted_at > $7 then 'running' when dice < 6 then 'declined_by_victim'
                   when dice < 8 then 'excepted_with_reason' when dice < 10 then 'unable_to_contact'
                   when dice < 14 then case when due_at is null or due_at > $7 then 'running'
                                            when n % 3 = 0 then 'not_evidenced' else 'breached' end
                   when due_at < acted_at then 'met_late' else 'met' end as state from dated
)
insert into entitlement (case_id, entitlement, occurrence, started_at, due_at, "limit", basis, enhanced, late_recorded,
                         covered, code_version, calendar_version, state, settled_at)
select case_id, entitlement, n::text, started_at, due_at, days, 'trigger', n % 4 = 0, false, state <> 'not_evidenced',
       '2020', '2026', state, case when state in ('running', 'breached', 'not_evidenced') then null else acted_at end
  from told
"""


async def generate(stand: Stand, name: str, count: int) -> float:
    """Makes `count` entitlements; returns the seconds that it took."""
    superuser, began = await stand.superuser(name), monotonic()
    duties = [(e.id, e.clock.standard or 0) for e in SERVICE.load().codes[-1].entitlements.values()]
    parts = [[area.code for area in AREAS], list(offence_groups()), list(AGE_BANDS)]
    sized = [each for part in parts for each in (part, len(part))]
    now = clock.now()
    await superuser.execute(_PEOPLE, 0, count // 8, *sized, timeout=3600)
    await superuser.execute(
        "insert into restricted_case (case_id) select case_id from case_profile where left(reference, 2) = '00'"
    )
    for first in range(0, count, CHUNK):
        last = min(first + CHUNK, count) - 1
        names, days = [name for name, _ in duties], [days for _, days in duties]
        await superuser.execute(_OWED, first, last, float(count), names, len(names), days, now, timeout=3600)
    await superuser.execute("vacuum analyze entitlement", timeout=3600)
    await superuser.execute("analyze case_profile")
    await superuser.close()
    return monotonic() - began


async def counted(database: Database, context: Context) -> tuple[int, list[float]]:
    """Counts every month with the service's own timer: how many, and the seconds of each."""
    months, seconds = 0, list[float]()
    while True:
        began = monotonic()
        async with database.begin() as tx:
            done = await count_months(tx, Moment(clock.now(), None), context)
        if not done:
            return months, seconds
        months += done
        seconds += [(monotonic() - began) / done] * done


async def ask(stand: Stand, client: httpx.AsyncClient, address: str, times: int) -> dict[str, float]:
    """Milliseconds from request to answer, and milliseconds of processor, of ours and of PostgreSQL, a request."""
    took = []
    before = stand.spent()
    for number in range(times + 3):
        began = monotonic()
        answer = await client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        if number >= 3:
            took.append(1000 * (monotonic() - began))
    cpu = each(before, stand.spent(), times + 3)
    return {
        **{f"p{share}": round(percentile(took, share), 1) for share in (50, 95)},
        **{f"cpu_{name}": round(micros / 1000, 1) for name, micros in cpu.items()},
    }


async def prepared(stand: Stand, count: int) -> dict[str, Any]:
    """What was made of it: `count` entitlements with their months counted, by an earlier run over the same folder or
    now. `name` is the database."""
    note = stand.settings.data / "oversight.json"
    if note.exists() and (made := json.loads(note.read_text()))["entitlements"] == count:
        await migrate(stand.settings, NAME, [HERE / "service", SERVICE.migrations], into=made["name"])
        return dict(made)
    name = await stand.fresh(NAME)
    seconds = await generate(stand, name, count)
    worker, context = await _worker(stand, name)
    months, took = await counted(worker, context)
    await worker.close()
    spread = {"p50": percentile(took, 50), "most": max(took)}
    made: dict[str, Any] = {
        "name": name,
        "entitlements": count,
        "generated_seconds": seconds,
        "months": months,
        "month_seconds": spread,
    }
    note.write_text(json.dumps(made))
    return made


async def _worker(stand: Stand, name: str) -> tuple[Database, Context]:
    worker = await connect(stand.settings, name, f"{NAME}_worker")
    models = listening(SERVICE.listens).models
    return worker, Context(stand.settings, NAME, None, worker, models, SERVICE.load())  # type: ignore[arg-type]


async def measure(stand: Stand, count: int, times: int) -> dict[str, Any]:
    await migrate(stand.settings, NAME, [HERE / "service", SERVICE.migrations])
    await migrate(stand.settings, "access", [HERE / "access"])
    found = await prepared(stand, count)
    name = found["name"]
    worker, context = await _worker(stand, name)
    found["held"] = await _equal(worker)
    hub = await connect(stand.settings, name, f"{NAME}_hub")
    access = await connect(stand.settings, await people_of(stand), "access_web")
    app = make_app(
        NAME,
        stand.settings,
        SERVICE.pages(context),
        databases={"hub": hub},
        templates=SERVICE.templates or (),
        access=access,
        navigation=SERVICE.navigation,
    )
    cookie = await open_session(access, "compliance") or ""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=stand.settings.public_url,
        cookies={stand.settings.cookie_name: cookie},
        timeout=timedelta(minutes=2).total_seconds(),
    ) as client:
        found["milliseconds"] = {page: await ask(stand, client, address, times) for page, address in PAGES.items()}
    for database in (worker, hub, access):
        await database.close()
    return found


async def _equal(worker: Database) -> bool:
    async with worker.begin() as tx:
        pairs = [await oversight.compared(tx, month) for month in await oversight.counted_months(tx)]
    return all(expected == same for expected, same in pairs) and sum(expected for expected, _ in pairs) > 0


def options(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.oversight", description=__doc__)
    parser.add_argument("--entitlements", type=int, default=5_000_000)
    parser.add_argument("--requests", type=int, default=40, help="requests of each page")
    parser.add_argument("--data", type=Path, help="a folder that keeps what was made, used again when it is there")
    return parser.parse_args(words)


def main() -> None:
    asked = options()
    found = run(lambda stand: measure(stand, asked.entitlements, asked.requests), kafka=False, data=asked.data)
    print(json.dumps(found, indent=1))
    sys.exit(0 if found["held"] else 1)


if __name__ == "__main__":
    main()
