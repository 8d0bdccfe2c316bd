"""Makes the hub of five years: a real month through the service itself, then its cases again and again over time."""

import asyncio
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench import events
from bench.million import rows
from bench.million.people import COLUMNS, PACK_FIELDS, People, Rows
from bench.pipelines import batches, opened_once
from bench.stand import Hub, Stand, Superuser, written_columns
from contracts.identity import contract_id, provider_id
from contracts.reference import ROLES, personas
from handrail.local.users import seed
from kit import clock
from kit.database import connect
from kit.inbox import Inbox
from kit.listening import Context, listening
from kit.sealing import Sealer
from services.referral.books import load
from services.referral.consumer import LISTENS
from services.referral.domain.books import Books

CHUNK, PROVIDERS, MONTH_EVENTS = 20_000, 60, 6_000
BYTES_A_CASE = 16_000
"""Measured, with the write-ahead log and room to sort; what is not free is not begun."""
_INDEXES = """
select schemaname || '.' || indexname as name, indexdef from pg_indexes i
 where schemaname in ('public', 'kit') and tablename = any($1::text[])
   and not exists (select 1 from pg_constraint c where c.conname = i.indexname)
"""
_FILLED = (
    *("crime", "person_index", "channel", "case_file", "routing", "referral", "leg", "case_event", "task", "consent"),
    *("contact_attempt", "appointment", "audit", "same_person", "leg_steps"),
)


class TooLittleRoom(Exception):
    """The disk of the data folder has too little room for so many cases."""


@dataclass(frozen=True, slots=True)
class Made:
    """What there is: the providers by how much they have, the largest first, and the counts of rows by table."""

    providers: list[UUID]
    counts: dict[str, int]
    seconds: float
    bytes: int


def contracts(books: Books) -> list[tuple[str, UUID, UUID]]:
    """Line, contract and provider: general support first, then the directory's others, then of providers whose
    contracts have ended, until there are 60 providers."""
    held = sorted(books.directory.contracts, key=lambda one: (one.line != "general", one.slug))
    found = [(one.line, one.contract_id, one.provider.provider_id) for one in held]
    known = {provider for _, _, provider in found}
    for number in range(PROVIDERS - len(known)):
        slug = f"earlier-{number}"
        found.append((held[number % len(held)].line, contract_id(slug), provider_id(slug)))
    return found


def shares(count: int) -> list[float]:
    """Until where each contract's share of all referrals reaches: a few have many, most have some."""
    weights = [1 / (number + 1) ** 0.8 for number in range(count)]
    return [reached / sum(weights) for reached in accumulate(weights)]


async def prototypes(stand: Stand, superuser: Superuser) -> int:
    """A real month, told with invented people, as the service decides on it; how many cases it opened."""
    hub = await hub_of(stand)
    told = events.records(events.make(stand.settings, MONTH_EVENTS))
    for batch in batches(told, stand.settings.batch):
        await hub.inbox.apply(batch)
    await opened_once(hub)
    await superuser.execute(rows.PROTOTYPES, timeout=600)
    await hub.keys.pool.execute("delete from data_key")
    await hub.close()
    await superuser.execute(f"truncate {rows.EMPTIED} cascade")
    return int(await superuser.fetchval("select count(*) from proto.case_file"))


async def hub_of(stand: Stand) -> Hub:
    """The referral worker's parts over the databases that the web process will use."""
    database = await connect(stand.settings, "referral", "referral_worker", size=4)
    keys = await connect(stand.settings, "keys", "keys_worker", size=2)
    heard = listening(LISTENS)
    context = Context(stand.settings, "referral", Sealer(stand.settings, keys), database, heard.models, load())
    return Hub("referral", database, keys, context, Inbox(database, "referral", heard, context))


async def make(stand: Stand, cases: int) -> Made:
    """Fills the databases `referral`, `keys` and `access`; raises TooLittleRoom before it begins."""
    if shutil.disk_usage(stand.settings.data).free < cases * BYTES_A_CASE + 4_000_000_000:
        raise TooLittleRoom(f"{cases:,} cases take about {cases * BYTES_A_CASE / 1e9:.0f} GB")
    began, now = clock.now(), clock.now()
    superuser, people = await stand.superuser("referral"), await stand.superuser("referral")
    protos = await prototypes(stand, superuser)
    given = contracts(load())
    await superuser.copy_records_to_table(
        "contract",
        schema_name="proto",
        records=[
            (number, *one, reach) for number, (one, reach) in enumerate(zip(given, shares(len(given)), strict=True))
        ],
    )
    for connection in (superuser, people):
        await connection.execute("set session_replication_role = replica; set synchronous_commit = off")
        await connection.execute("set maintenance_work_mem = '512MB'")
    taken = await without_indexes(superuser)
    await superuser.execute(rows.WORK)
    filling = Filling(stand, superuser, people, cases, protos, given, now)
    await filling.run()
    await with_indexes(superuser, taken)
    await superuser.execute("drop schema proto cascade")
    ranked = list(dict.fromkeys(provider for _, _, provider in given))
    await seed_people(stand, ranked)
    await seed_rest(superuser, given, now)
    await superuser.execute("vacuum (analyze)", timeout=1800)
    await superuser.execute("checkpoint", timeout=600)
    counts = {table: int(await superuser.fetchval(f"select count(*) from {table}")) for table in
              ("case_file", "referral", "leg", "person", "case_event", "kit.audit")}  # fmt: skip
    size = sum([int(await superuser.fetchval("select pg_database_size($1)", name)) for name in ("referral", "keys")])
    await superuser.close()
    await people.close()
    return Made(ranked, counts, (clock.now() - began).total_seconds(), size)


async def without_indexes(superuser: Superuser) -> list[Any]:
    """Takes away what is quicker made at the end."""
    found = await superuser.fetch(_INDEXES, list(_FILLED))
    for index in found:
        await superuser.execute(f"drop index {index['name']}")
    return found


async def with_indexes(superuser: Superuser, taken: Iterable[Any]) -> None:
    with bar() as progress:
        for index in progress.track(list(taken), description="indexes"):
            await superuser.execute(index["indexdef"], timeout=1800)


def bar() -> Progress:
    return Progress(TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                    TimeRemainingColumn())  # fmt: skip


class Filling:
    """Fills the tables part by part; while the database writes cases, the next people are being sealed."""

    def __init__(
        self, stand: Stand, cases_to: Superuser, people_to: Superuser, cases: int, protos: int,
        given: list[tuple[str, UUID, UUID]], now: datetime,
    ) -> None:  # fmt: skip
        self._stand, self._cases_to, self._people_to = stand, cases_to, people_to
        self._cases, self._now = cases, now
        up_to = ", ".join(f"{share:.9f}" for share in shares(len(given)))
        self._words = {"cases": cases, "protos": protos, "now": now.isoformat(), "reference": rows.REFERENCE}
        self._words |= {"up_to": f"array[{up_to}]::float8[]", "contracts": len(given)}
        self._words |= {"pack_fields": "{" + ",".join(PACK_FIELDS) + "}"}
        self._words |= rows.left(now.isoformat())

    async def run(self) -> None:
        keys = await connect(self._stand.settings, "keys", "keys_worker", size=1)
        self._people = People(self._stand.settings, Sealer(self._stand.settings, keys))
        copies = [await self._copied(*one) for one in (
            ("case_file", rows.CASE_VALUES, "proto.case_file p on p.place = n.place"),
            ("crime", rows.CRIME_VALUES, "proto.case_file f on f.place = n.place join proto.crime p using (crime_id)"),
            ("routing", rows.ROUTING_VALUES, "proto.routing p on p.case_id = n.was"),
        )]  # fmt: skip
        async with keys.pool.acquire() as keys_to:
            await keys_to.execute("set synchronous_commit = off")
            with bar() as progress:
                task = progress.add_task("cases", total=self._cases)
                for first in range(0, self._cases, CHUNK):
                    last = min(first + CHUNK, self._cases) - 1
                    await asyncio.gather(self._cases_of(first, last, copies), self._people_of(first, last, keys_to))
                    progress.update(task, completed=last + 1)
        await keys.close()

    async def _copied(self, table: str, values: dict[str, str], source: str) -> str:
        """SQL: the prototype's row, its times moved, with what differs."""
        columns = await written_columns(self._cases_to, table)
        given = ", ".join(values.get(name, _moved(name, kind)) for name, kind in columns)
        names = ", ".join(name for name, _ in columns)
        return f"insert into {table} ({names}) select {given} from new_case n join {source}"

    async def _cases_of(self, first: int, last: int, copies: list[str]) -> None:
        async with self._cases_to.transaction():
            tx, words = self._cases_to, self._words | {"first": first, "last": last}
            await tx.execute("truncate new_case, new_referral, new_pack")
            await tx.execute(rows.CASES.format(**words), timeout=600)
            for copy in copies:
                await tx.execute(copy, timeout=600)
            await tx.execute(rows.PEOPLE.format(**words), timeout=600)
            await tx.execute(rows.REFERRALS.format(**words), timeout=600)
            legs = [tuple(row) for row in await tx.fetch(rows.LEGS_TO_PACK, timeout=600)]
            packs = await asyncio.to_thread(self._people.packs, legs)
            await tx.copy_records_to_table("new_pack", records=packs, timeout=600)
            await tx.execute("analyze new_referral, new_pack")
            await tx.execute(rows.WRITE_REFERRALS.format(**words), timeout=600)

    async def _people_of(self, first: int, last: int, keys_to: Any) -> None:
        numbers = [n for n in range(first, last + 1) if n % 5 != 4 or n <= 9]
        found: Rows = await asyncio.to_thread(self._people.rows, numbers, self._now)
        for table, columns in COLUMNS.items():
            to = keys_to if table == "data_key" else self._people_to
            await to.copy_records_to_table(table, columns=columns, records=getattr(found, table), timeout=600)


def _moved(name: str, kind: str) -> str:
    return f"p.{name} + n.shift" if kind.startswith("timestamp") else f"p.{name}"


async def seed_people(stand: Stand, providers: list[UUID]) -> None:
    """The personas, twenty officers of the hub, and of each provider a manager and a worker."""
    from bench.million.people import id_of

    users: list[dict[str, Any]] = [
        {"id": p.user_id, "subject": p.name, "name": p.title, "role": p.role, "organisation_id": p.organisation_id}
        for p in personas()
    ]
    for number in range(20):
        name = f"officer.{number}"
        users.append({"id": id_of("officer", number), "subject": name, "name": f"Officer {number}", "role": "officer",
                      "organisation_id": None})  # fmt: skip
    for rank, provider in enumerate(providers):
        for number, (name, role) in enumerate((("worker", "idva.worker"), ("manager", "provider.manager"))):
            users.append({"id": id_of(f"{provider}/", number), "subject": f"{name}.{rank}", "name": f"{name} {rank}",
                          "role": role, "organisation_id": provider})  # fmt: skip
    database = await connect(stand.settings, "access", "access_migrate", size=1)
    await seed(database, users, {role: sorted(ROLES[role].permissions) for role in ROLES})
    await database.close()


async def seed_rest(superuser: Superuser, given: list[tuple[str, UUID, UUID]], now: datetime) -> None:
    """What officers looked at, filters they keep, and what providers say of their lists."""
    from bench.million.people import id_of

    officers = [id_of("officer", number) for number in range(20)]
    await superuser.execute(rows.OF_VIEWERS, officers, timeout=600)
    await superuser.executemany(
        "insert into worker (worker_id, name, role, met_at) values ($1, $2, 'officer', $3)",
        [(officer, f"Officer {number}", now) for number, officer in enumerate(officers)],
    )
    await superuser.executemany(
        "insert into contract_state (contract_id, provider_id, state, changed_at) values ($1, $2, 'open', $3)",
        [(contract, provider, now) for _, contract, provider in given],
    )
