"""A fresh returns database, and an inbox that hears events."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from kit.database import Database
from kit.inbox import Inbox
from kit.listening import Context, listening
from services.returns.consumer import LISTENS
from tests.conftest import Databases
from tests.returns.events import Sent, sequences

Hear = Callable[..., Awaitable[None]]


@pytest.fixture
async def name(databases: Databases) -> str:
    return await databases.copy_of("returns")


@pytest.fixture
async def database(databases: Databases, name: str) -> AsyncIterator[Database]:
    yield await databases.open(name, "returns_worker")


@pytest.fixture
def context(databases: Databases, database: Database) -> Context:
    return Context(databases.settings, "returns", None, database, listening(LISTENS).models)  # type: ignore[arg-type]


@pytest.fixture
def hear(database: Database, context: Context) -> Hear:
    """`await hear(a_crime(...), ...)`: through the inbox, as from Kafka; all of them must be applied."""
    sequences.clear()
    inbox = Inbox(database, "returns", listening(LISTENS), context)

    async def applied(*records: Sent) -> None:
        counts = await inbox.apply(records)
        assert counts.total("applied") == len(records), counts.by

    return applied
