"""The service on real PostgreSQL: facts go in through its inbox, as Kafka would hand them over."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from contracts.envelope import Fact, to_headers
from contracts.identity import case_id
from contracts.topics import FEEDBACK_EVENTS, JUSTICE_MILESTONES, POLICE_CRIMES, REFERRAL_EVENTS
from kit.database import Database
from kit.inbox import Inbox
from kit.listening import Context, listening
from kit.service import Check, Moment
from services.code_compliance import consumer, reconcile
from services.code_compliance.__main__ import SERVICE
from services.code_compliance.domain.entitlements import Clock
from services.code_compliance.store import clocks as stored
from tests.code_compliance.builders import CRIME, RULES, at


@dataclass(frozen=True)
class Sent:
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    offset: int
    topic: str
    partition: int = 0


@dataclass
class Hub:
    """The worker's side of code_compliance; `offsets` numbers the records of each topic."""

    database: Database
    context: Context
    inbox: Inbox
    offsets: Counter[str] = field(default_factory=Counter)

    async def hear(self, *facts: Fact, when: str | datetime | None = None) -> Any:
        """Applies facts as one batch; `when` is the time of the events (by default each fact's own)."""
        return await self.inbox.apply([self._record(fact, when) for fact in facts])

    def _record(self, fact: Fact, when: str | datetime | None) -> Sent:
        kind, key, own = _about(fact)
        time = at(when) if isinstance(when, str) else when or own
        topic = POLICE_CRIMES if kind.startswith("police") else REFERRAL_EVENTS
        topic = JUSTICE_MILESTONES if kind.startswith("justice") else topic
        topic = FEEDBACK_EVENTS if kind.startswith("feedback") else topic
        offset = self.offsets[topic]
        self.offsets[topic] += 1
        value = fact.model_dump_json().encode()
        headers = to_headers(kind, f"{topic}/{offset}", "tests", time)
        return Sent(str(key).encode(), value, headers, offset, topic)

    async def now_is(self, text: str, applied_until: str | None = None) -> int:
        """Runs the timer at an instant at which everything had been applied (up to `applied_until`, when given)."""
        moment = Moment(at(text), at(applied_until or text))
        async with self.database.begin() as tx:
            return await consumer.fall_due(tx, moment, self.context)

    async def clocks(self, ref: str = "V1", crime: UUID = CRIME) -> dict[str, Clock]:
        """The clocks of a case by entitlement (and occurrence, for a duty that repeats)."""
        case = case_id(crime, ref)
        async with self.database.begin() as tx:
            found = (await stored.load(tx, [case])).get(case, {})
        return {"/".join(filter(None, key)): clock for key, clock in found.items()}

    async def announced(self, entitlement: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """(type, data) of everything in the outbox, in order; of one entitlement when named."""
        rows: Iterable[asyncpg.Record] = await self.database.pool.fetch(
            "select type, data::jsonb as data from kit.outbox order by seq"
        )
        return [(r["type"], r["data"]) for r in rows if entitlement in (None, r["data"].get("entitlement"))]

    async def checks(self) -> list[Check]:
        async with self.database.begin() as tx:
            return await reconcile.checks(tx)

    async def waiting(self) -> int:
        found: int = await self.database.pool.fetchval("select count(*) from kit.waiting")
        return found


def _about(fact: Any) -> tuple[str, UUID, datetime]:
    if fact.TYPE.startswith("police"):
        return fact.TYPE, fact.crime_id, getattr(fact, "revised_at", fact.recorded_at)
    if fact.TYPE.startswith("justice"):
        return fact.TYPE, fact.crime_id, getattr(fact, "happened_at", None) or fact.given_at
    return fact.TYPE, fact.subject_id, fact.happened_at


def a_hub(database: Database, settings: Any) -> Hub:
    heard = listening(SERVICE.listens)
    context = Context(settings, "code_compliance", None, database, heard.models, RULES)  # type: ignore[arg-type]
    return Hub(database, context, Inbox(database, "code_compliance", heard, context))
