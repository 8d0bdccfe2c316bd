"""A feedback service on a fresh database: events go in through its inbox, timers run at a stated moment."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from kit.database import Database
from kit.inbox import Inbox
from kit.inbox.applying import Counts
from kit.listening import Context, listening
from kit.sealing import Sealer
from kit.service import Moment
from services.feedback.__main__ import SERVICE
from services.feedback.actions import asking
from tests.conftest import Databases
from tests.faults.ledger.records import Sent
from tests.feedback.events import NOW, about_case, placed


@dataclass
class Running:
    """The service with its worker's, staff's and neutral pages' connections."""

    worker: Database
    hub: Database
    portal: Database
    context: Context
    inbox: Inbox
    offset: int = field(default=0)

    async def hear(self, *records: Sent) -> Counts:
        """Applies records in one batch."""
        sent = placed(records, self.offset)
        self.offset += len(sent)
        return await self.inbox.apply(sent)

    async def decide(self, now: datetime = NOW, applied_until: datetime | None = None) -> int:
        async with self.worker.begin() as tx:
            return await asking.decide(tx, Moment(now, applied_until or now), self.context)

    async def lapse(self, now: datetime) -> int:
        async with self.worker.begin() as tx:
            return await asking.lapse(tx, Moment(now, now), self.context)

    async def announced(self, event_type: str = "") -> list[dict[str, Any]]:
        """What is in the outbox, in order; with a type only those."""
        rows = await self.worker.pool.fetch("select type, data from kit.outbox order by seq")
        told = [{"type": row["type"], **orjson.loads(row["data"])} for row in rows]
        return [each for each in told if event_type in each["type"]]

    async def answer_requests(self, token_sha256: str | None = None, withheld: str = "", time: datetime = NOW) -> None:
        """Answers every pending request as referral would."""
        rows = await self.worker.pool.fetch(
            "select r.request_id, w.case_id from contact_request r join feedback_window w using (window_id)"
            " where r.answer is null"
        )
        for row in rows:
            request = {"request_id": str(row["request_id"]), "purpose": "feedback"}
            if withheld:
                answer = about_case("contact.withheld.v1", row["case_id"], time, **request, reason=withheld)
            else:
                sent = {"channel": "text", "token_sha256": token_sha256}
                answer = about_case("contact.sent.v1", row["case_id"], time, **request, **sent)
            await self.hear(answer)

    async def windows(self, case: UUID) -> list[tuple[str, str | None]]:
        rows = await self.worker.pool.fetch(
            "select state, reason from feedback_window where case_id = $1 order by ended_at, window_id", case
        )
        return [(row["state"], row["reason"]) for row in rows]


@pytest.fixture
async def feedback(databases: Databases) -> AsyncIterator[Running]:
    name = await databases.copy_of("feedback")
    keys = await databases.copy_of("keys")
    worker = await databases.open(name, "feedback_worker")
    heard = listening(SERVICE.listens)
    sealer = Sealer(databases.settings, await databases.open(keys, "keys_worker"))
    context = Context(databases.settings, "feedback", sealer, worker, heard.models, SERVICE.load())
    yield Running(
        worker,
        await databases.open(name, "feedback_hub"),
        await databases.open(name, "feedback_portal"),
        context,
        Inbox(worker, "feedback", heard, context),
    )
