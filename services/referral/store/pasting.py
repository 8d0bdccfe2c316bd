"""What a provider's pasted outcomes belong to, and which of them were kept before."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read


@dataclass(frozen=True, slots=True)
class Own:
    """A leg of the viewer's provider in support or ended, and the line of its service."""

    reference: str
    leg_id: UUID
    case_id: UUID
    provider_id: UUID
    line: str


async def by_reference(tx: Tx, references: Sequence[str]) -> dict[str, list[Own]]:
    """The legs of each reference whose support the viewer's provider has begun, the last sent first."""
    rows = await tx.fetch(
        "select l.reference, l.leg_id, l.case_id, l.provider_id, l.line from leg l"
        " join referral r on r.referral_id = l.referral_id and r.leg_id = l.leg_id"
        " where l.reference = any($1::text[]) and l.state in ('accepted', 'ended') and r.started_at is not null"
        " order by l.reference, l.sent_at desc nulls last, l.leg_id",
        list(references),
    )
    found: dict[str, list[Own]] = {}
    for one in read(Own, rows):
        found.setdefault(one.reference, []).append(one)
    return found


async def kept(tx: Tx, line_ids: Sequence[str]) -> dict[str, tuple[UUID, str, str]]:
    """Leg, outcome and change of lines that were kept before, by the provider's own id of the line."""
    rows = await tx.fetch(
        "select line_id, leg_id, code, change from outcome where line_id = any($1::text[])", list(line_ids)
    )
    return {row["line_id"]: (row["leg_id"], row["code"], row["change"]) for row in rows}


async def answers(tx: Tx, legs: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    """The last change that was said of each outcome of these legs."""
    rows = await tx.fetch(
        "select distinct on (leg_id, code) leg_id, code, change from outcome where leg_id = any($1::uuid[])"
        " order by leg_id, code, at desc, outcome_id",
        list(legs),
    )
    return {(row["leg_id"], row["code"]): row["change"] for row in rows}
