"""How long the case queue and a case page take behind many cases, at a steady rate that does not wait for answers."""

import asyncio
from collections.abc import Iterator
from itertools import cycle
from time import monotonic

import httpx

from bench import pipelines
from bench.events import Events, records
from bench.stand import Hub, Stand, Superuser, percentile, written_columns
from contracts.reference import ROLES, personas
from handrail.local.users import seed
from kit.access import open_session
from kit.database import Database, connect
from kit.web.app import make_app

RATE = 10
COPIED = ("person", "crime", "case_file", "routing", "referral", "leg", "case_event", "channel")
MADE_ANEW = frozenset({"person_id", "crime_id", "case_id", "referral_id", "leg_id", "follows"})


async def pages(stand: Stand, told: Events, cases: int, seconds: int) -> dict[str, float]:
    """Milliseconds from when a request was due to its whole answer, p50 and p95, of the queue and of case pages."""
    hub = await stand.hub()
    for batch in pipelines.batches(records(told), stand.settings.batch):
        await hub.inbox.apply(batch)
    superuser = await stand.superuser(hub.name)
    await _multiply(superuser, max(0, cases // told.cases - 1))
    rows = await superuser.fetch(
        "select case_id from case_file where not restricted order by md5(case_id::text) limit 500"
    )
    held = int(await superuser.fetchval("select count(*) from case_file"))
    await superuser.close()
    access = await connect(stand.settings, await people_of(stand), "access_web")
    looks = await connect(stand.settings, hub.name, "referral_hub", size=8)
    took: dict[str, list[float]] = {"queue": [], "case": []}
    wrong = 0
    async with _client(stand, hub, looks, access, await open_session(access, "officer") or "") as client:
        wrong = await _ask(client, [f"/cases/{row['case_id']}" for row in rows], RATE * seconds, took)
    for database in (access, looks):
        await database.close()
    await hub.close()
    return {"cases": float(held), "wrong": float(wrong), **dict(_spread(took))}


async def _multiply(superuser: Superuser, times: int) -> None:
    """Every case `times` more, with ids of their own."""
    for table in COPIED:
        names = [name for name, _ in await written_columns(superuser, table)]
        values = ", ".join(_copied(name) for name in names)
        await superuser.execute(
            f"insert into {table} ({', '.join(names)})"
            f" select {values} from {table}, generate_series(1, $1::int) as copy",
            times,
            timeout=600,
        )
        await superuser.execute(f"analyze {table}")


def _copied(name: str) -> str:
    if name in MADE_ANEW:
        return f"md5({name}::text || copy)::uuid"
    return "police_ref || '/' || copy" if name == "police_ref" else name


async def people_of(stand: Stand) -> str:
    name = await stand.fresh("access")
    users = [
        {"id": p.user_id, "subject": p.name, "name": p.title, "role": p.role, "organisation_id": p.organisation_id}
        for p in personas()
    ]
    database = await connect(stand.settings, name, "access_migrate", size=1)
    await seed(database, users, {role: sorted(ROLES[role].permissions) for role in ROLES})
    await database.close()
    return name


def _client(stand: Stand, hub: Hub, looks: Database, access: Database, cookie: str) -> httpx.AsyncClient:
    from services.referral.__main__ import HERE, SERVICE

    app = make_app(
        SERVICE.name,
        stand.settings,
        SERVICE.pages(hub.context),
        databases={"hub": looks, "portal": looks},
        templates=HERE / "templates",
        access=access,
        sealer=hub.context.sealer,
        navigation=SERVICE.navigation,
    )
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=stand.settings.public_url,
        cookies={stand.settings.cookie_name: cookie},
        timeout=60,
    )


async def _ask(client: httpx.AsyncClient, addresses: list[str], count: int, took: dict[str, list[float]]) -> int:
    """Asks for the queue and for a case in turn; how many answers were not pages. The first four only warm up."""

    async def one(number: int, address: str) -> bool:
        at = began + number / RATE
        await asyncio.sleep(max(0.0, at - monotonic()))
        answer = await client.get(address)
        if number >= 4:
            took["queue" if address == "/cases" else "case"].append(monotonic() - at)
        return answer.status_code == 200

    case = cycle(addresses)
    began = monotonic()
    asked = [one(number, "/cases" if number % 2 else next(case)) for number in range(count)]
    return (await asyncio.gather(*asked)).count(False)


def _spread(took: dict[str, list[float]]) -> Iterator[tuple[str, float]]:
    for name, found in took.items():
        for share in (50, 95):
            yield f"{name}_p{share}", round(1000 * percentile(found, share), 1)
