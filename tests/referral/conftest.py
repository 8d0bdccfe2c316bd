"""A hub for a test: its databases, its inbox as the worker runs it, and a way to look as somebody."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from kit.access import Viewer
from kit.database import Database, Tx
from kit.inbox import Counts, Inbox
from kit.listening import Context, listening
from kit.sealing import Sealer, seal_jwe
from kit.service import Every, Moment
from services.referral.books import load
from services.referral.consumer import LISTENS
from tests.builders import NOON, Record
from tests.conftest import Databases

if TYPE_CHECKING:
    from tests.referral.hub_pages import AsPersona

BOOKS = load()


@dataclass(frozen=True)
class Hub:
    """The referral service over fresh databases."""

    worker: Database
    hub: Database
    portal: Database
    inbox: Inbox
    context: Context

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("hub")  # its books are long, and a history that fails is shown with it

    @property
    def sealer(self) -> Sealer:
        return self.context.sealer

    async def hears(self, records: Sequence[Record]) -> Counts:
        """Applies records as the worker would: one after the other in each partition."""
        return await self.inbox.apply([replace(record, offset=n) for n, record in enumerate(records, self._next())])

    _offsets = count(0, 10_000)

    def _next(self) -> int:
        return next(self._offsets)

    def as_worker(self) -> AbstractAsyncContextManager[Tx]:
        return self.worker.begin()

    def looks(self, viewer: Viewer) -> AbstractAsyncContextManager[Tx]:
        """A transaction of this viewer, as a page of theirs would have."""
        return (self.portal if viewer.may("portal.read") else self.hub).begin(viewer)

    async def every(self, every: Every | Any, now: datetime = NOON) -> int:
        """Runs one thing that falls due."""
        async with self.worker.begin() as tx:
            run = every.run if isinstance(every, Every) else every
            return int(await run(tx, Moment(now, now), self.context))

    async def value(self, sql: str, *args: Any) -> Any:
        return await self.worker.pool.fetchval(sql, *args)

    async def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.worker.pool.fetch(sql, *args)]

    async def told(self, case_id: UUID) -> list[str]:
        """Types of what was announced about a case, in order, without version."""
        rows = await self.rows("select type from case_event where case_id = $1 and ours order by id", case_id)
        return [row["type"].removesuffix(".v1") for row in rows]

    def sealed(self, details: dict[str, Any], crime_id: object, victim_ref: str) -> str:
        """Details as the police seal them, for one person in one crime."""
        key = self.context.settings.secret("ingest.key")
        return seal_jwe(details, key, "ingest", {"crime_id": str(crime_id), "victim_ref": victim_ref})


@pytest.fixture
async def hub(databases: Databases) -> AsyncIterator[Hub]:
    name = await databases.copy_of("referral")
    keys = await databases.open(await databases.copy_of("keys"), "keys_worker")
    worker = await databases.open(name, "referral_worker")
    heard = listening(LISTENS)
    context = Context(databases.settings, "referral", Sealer(databases.settings, keys), worker, heard.models, BOOKS)
    yield Hub(
        worker=worker,
        hub=await databases.open(name, "referral_hub"),
        portal=await databases.open(name, "referral_portal"),
        inbox=Inbox(worker, "referral", heard, context),
        context=context,
    )


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> "AsyncIterator[AsPersona]":
    """The hub's pages as somebody signed in sees them: `page = await (await browse("officer")).get("/cases")`."""
    from tests.referral.hub_pages import hub_pages  # it needs the hub that is described here

    async with hub_pages(hub, databases) as opened:
        yield opened
