"""What is known of the channels of the people of a batch: which no new report makes safe, and which are safe now."""

from collections.abc import Mapping
from uuid import UUID

from kit.database import Tx

_CHANNELS = """
select person_id, kind, safety = 'safe' and locked_at is null as safe, heard_at is not null as heard,
       safety = 'unsafe' or locked_at is not null or safety = 'unknown' and set_by_role = 'provider' as barred
  from channel where person_id = any($1::uuid[])
"""


async def known(tx: Tx, records: Mapping[UUID, set[UUID]]) -> tuple[dict[UUID, set[str]], dict[UUID, dict[str, bool]]]:
    """Of each person (`records`: whose each record is) the kinds that no new report makes safe; and the kinds that
    every record calls safe, with whether each of them was heard from the person."""
    barred: dict[UUID, set[str]] = {}
    safe: dict[UUID, dict[str, bool]] = {}
    shut = set()
    for row in await tx.fetch(_CHANNELS, list(records)):
        for person in records[row["person_id"]]:
            if row["barred"]:
                barred.setdefault(person, set()).add(row["kind"])
            if row["safe"]:
                kinds = safe.setdefault(person, {})
                kinds[row["kind"]] = kinds.get(row["kind"], True) and row["heard"]
            else:
                shut.add((person, row["kind"]))
    for person, kind in shut:
        safe.get(person, {}).pop(kind, None)
    return barred, safe
