"""How often something was tried: numbers by keyed digest, each with the instant at which it is forgotten."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from kit.database import Tx

_COUNT = "select counted, how_many, over_at from kit.count_attempts($1, $2, $3::bytea[], $4::interval[])"
_TAKE_BACK = "select kit.take_attempts_back($1, $2::bytea[])"
_SWEEP = "delete from kit.attempt where until < $1"


async def count(
    tx: Tx, what: str, within: Mapping[bytes, timedelta], now: datetime
) -> dict[bytes, tuple[int, datetime]]:
    """Counts one more of each key: how many there were in its span, and when the span ends."""
    rows = await tx.fetch(_COUNT, what, now, list(within), list(within.values()))
    return {row["counted"]: (row["how_many"], row["over_at"]) for row in rows}


async def take_back(tx: Tx, what: str, keys: Collection[bytes]) -> None:
    await tx.execute(_TAKE_BACK, what, list(keys))


class Timed(Protocol):
    @property
    def now(self) -> datetime: ...


async def forget(tx: Tx, moment: Timed, _: object) -> int:
    """Forgets what is over; returns how many."""
    done: str = await tx.execute(_SWEEP, moment.now)
    return int(done.split()[-1])
