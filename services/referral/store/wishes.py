"""What was safe before something was said behind a person's link, while it is not known whether it was them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read


@dataclass(frozen=True, slots=True)
class Before:
    """`kinds`: the ways that were safe and that the wish shut; `by_channel`: the way by which its link had left;
    `best_time`: when they said it is best; `call_back`: they ask to be asked how."""

    task_id: UUID
    case_id: UUID
    at: datetime
    kinds: tuple[str, ...]
    by_channel: str | None
    proved: bool
    best_time: str | None = None
    call_back: bool = False


_OPEN = f"""
select {columns(Before, "w")} from wish_before w join task t using (task_id)
 where w.case_id = $1 and t.done_at is null order by w.at desc, w.task_id
"""


async def add(tx: Tx, before: Before) -> None:
    sql = f"insert into wish_before ({columns(Before)}) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing"
    told = (before.task_id, before.case_id, before.at, list(before.kinds), before.by_channel, before.proved)
    await tx.execute(sql, *told, before.best_time, before.call_back)


async def to_ask(tx: Tx, case_id: UUID) -> Sequence[Before]:
    """What was said of a case and is still to be asked about, newest first."""
    return read(Before, await tx.fetch(_OPEN, case_id))
