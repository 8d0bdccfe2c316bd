"""What one worker keeps for themselves: filters of queues (codes only) and settings of their pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read, read_one


@dataclass(frozen=True, slots=True)
class Filter:
    """A queue with what narrows it."""

    filter_id: UUID
    queue: str
    line: str | None
    hold: str | None
    area: str | None
    sort: str | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """How the pages behave for this worker."""

    shortcuts: bool = True
    blur_seconds: int = 60


async def filters(tx: Tx) -> list[Filter]:
    """The viewer's kept filters, oldest first."""
    return read(Filter, await tx.fetch(f"select {columns(Filter)} from saved_filter order by kept_at, filter_id"))


async def keep(tx: Tx, worker_id: UUID, kept: Filter, now: datetime) -> None:
    """Keeps a filter; one that is kept already stays as it is."""
    names = columns(Filter)
    await tx.execute(
        f"insert into saved_filter ({names}, worker_id, kept_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " on conflict do nothing",
        *(getattr(kept, name) for name in names.split(", ")),
        worker_id,
        now,
    )


async def drop(tx: Tx, filter_id: UUID) -> None:
    await tx.execute("delete from saved_filter where filter_id = $1", filter_id)


async def settings(tx: Tx) -> Settings:
    """The viewer's settings, or those that everybody begins with."""
    row = await tx.fetchrow(f"select {columns(Settings)} from worker_setting")
    return read_one(Settings, row) or Settings()


async def set_settings(tx: Tx, worker_id: UUID, chosen: Settings) -> None:
    await tx.execute(
        f"insert into worker_setting (worker_id, {columns(Settings)}) values ($1, $2, $3) on conflict (worker_id)"
        " do update set shortcuts = excluded.shortcuts, blur_seconds = excluded.blur_seconds",
        worker_id,
        chosen.shortcuts,
        chosen.blur_seconds,
    )
