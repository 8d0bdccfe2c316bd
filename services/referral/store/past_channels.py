"""What is known of the channels of the people of a batch: which no new report makes safe, and which are safe now."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kit.database import Tx
from services.referral.domain.linking import counted
from services.referral.domain.safe_contact import may_give

_CHANNELS = """
select person_id, kind, safety, set_by_role, set_at, heard_at, value_index, locked_at
  from channel where person_id = any($1::uuid[])
"""


class _Row(NamedTuple):
    person_id: UUID
    kind: str
    safety: str
    set_by_role: str
    set_at: datetime
    heard_at: datetime | None
    value_index: bytes | None
    locked_at: datetime | None

    @property
    def barred(self) -> bool:
        doubted = self.safety == "unknown" and self.set_by_role == "provider"
        return self.safety == "unsafe" or self.locked_at is not None or doubted

    @property
    def safe(self) -> bool:
        return may_give(self)


async def known(tx: Tx, records: Mapping[UUID, set[UUID]]) -> tuple[dict[UUID, set[str]], dict[UUID, dict[str, bool]]]:
    """Of each person (`records`: whose each record is) the kinds that no new report makes safe; and the kinds that
    are safe by all their records together, with whether each of them was heard from the person."""
    told: dict[tuple[UUID, str], list[_Row]] = {}
    for row in await tx.fetch(_CHANNELS, list(records)):
        for person in records[row["person_id"]]:
            told.setdefault((person, row["kind"]), []).append(_Row(*row))
    barred: dict[UUID, set[str]] = {}
    safe: dict[UUID, dict[str, bool]] = {}
    for (person, kind), rows in told.items():
        if any(row.barred for row in rows):
            barred.setdefault(person, set()).add(kind)
        count = counted(sorted(rows, key=lambda row: row.person_id != person))
        if all(row.safe for row in count):
            safe.setdefault(person, {})[kind] = all(row.heard_at is not None for row in count)
    return barred, safe
