"""A ledger of events, on the real kit: what it holds and announces shows what was lost, doubled or out of order."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from contracts.envelope import Announcement, Fact
from contracts.refused import Refused
from contracts.topics import FEEDBACK_EVENTS, POLICE_CRIMES
from kit import outbox
from kit.database import Tx
from kit.inbox import Received
from kit.listening import Context
from kit.service import Service


class Noted(Fact):
    """One numbered event of a key."""

    TYPE: ClassVar[str] = "ledger.noted.v1"
    crime_id: UUID
    number: int
    refuse: bool = False
    fail: bool = False


class Entered(Announcement):
    """What the ledger announces of each."""

    TYPE: ClassVar[str] = "ledger.entered.v1"
    number: int


async def on_noted(tx: Tx, events: Sequence[Received[Any]], _: Context) -> None:
    for event in events:
        if event.data.refuse:
            raise Refused("number", "refused_on_purpose")
        if event.data.fail:
            raise ValueError("a defect, on purpose")
    await tx.execute(
        "insert into entry (crime_id, number) select * from unnest($1::uuid[], $2::int[])",
        [e.data.crime_id for e in events],
        [e.data.number for e in events],
    )
    announcements = [
        Entered(
            subject_kind="entry",
            subject_id=e.data.crime_id,
            happened_at=e.time,
            actor_role="system",
            number=e.data.number,
        )
        for e in events
    ]
    await outbox.add(tx, announcements, caused_by=list(events))


LEDGER = Service(
    name="feedback",  # the roles of a database that exists everywhere
    owns=FEEDBACK_EVENTS,
    listens={Noted: on_noted},
    topics=(POLICE_CRIMES,),
    migrations=Path(__file__).parent / "migrations",
    batch=500,
)
