"""Referrals and their legs."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from kit.database import Tx
from services.referral.domain.referral import ReferralState as Referral
from services.referral.store.rows import columns, insert, read, read_one, values

OVER = frozenset({"declined", "withdrawn", "ended"})
"""States of a leg that is over for its provider."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One provider tried for a referral. `state`: leaving (may still be undone), sent, accepted, waitlisted, declined,
    withdrawn or ended. `sent_at` is when it was decided, of an automatic one the event's own time; `out_at` since when
    the provider can see it, by the clock on the wall."""

    leg_id: UUID
    referral_id: UUID
    case_id: UUID
    person_id: UUID
    number: int
    reference: str
    line: str
    provider_id: UUID
    contract_id: UUID
    state: str
    automatic: bool
    restricted: bool = False
    gate: str | None = None
    release_at: datetime | None = None
    sent_at: datetime | None = None
    sent_by: UUID | None = None
    viewed_at: datetime | None = None
    answered_at: datetime | None = None
    decline_reason: str | None = None
    better_line: str | None = None
    assigned_to: UUID | None = None
    pack_fields: tuple[str, ...] | None = None
    pack_sha256: str | None = None
    out_at: datetime | None = None
    ended_at: datetime | None = None
    pack_closed_at: datetime | None = None

    def moved(self, state: str, now: datetime) -> "Leg":
        """The leg in this state; the first time that it is over is kept."""
        return replace(self, state=state, ended_at=self.ended_at or now if state in OVER else None)


_REFERRAL = f"select {columns(Referral)} from referral"
_LEG = f"select {columns(Leg)} from leg"
_CHANGING = [f.name for f in fields(Referral) if f.name not in ("referral_id", "case_id", "line", "source", "follows")]
_SAVE = "update referral set {} where referral_id = $1".format(
    ", ".join(f"{name} = ${number}" for number, name in enumerate(_CHANGING, 2))
)
_RIPE = "select referral_id from leg where state = 'leaving' and release_at <= $1 order by release_at, leg_id limit $2"
_OF_PROVIDER = ("state", "viewed_at", "answered_at", "decline_reason", "better_line", "assigned_to", "ended_at")
_OF_HUB = (*_OF_PROVIDER, "release_at", "sent_at", "sent_by", "gate", "pack_fields", "pack_sha256", "out_at")


async def load(tx: Tx, referral_id: UUID) -> Referral | None:
    """The referral, its row locked; None when there is none for this viewer."""
    return read_one(Referral, await tx.fetchrow(f"{_REFERRAL} where referral_id = $1 for update", referral_id))


async def review_by(tx: Tx, referral_id: UUID, day: date) -> None:
    """A hold is looked at again no later than on this day."""
    await tx.execute("update referral set review_on = $2 where referral_id = $1 and review_on > $2", referral_id, day)


async def get(tx: Tx, referral_id: UUID) -> Referral | None:
    return read_one(Referral, await tx.fetchrow(f"{_REFERRAL} where referral_id = $1", referral_id))


async def of_case(tx: Tx, case_id: UUID) -> list[Referral]:
    """The referrals of a case, the first one first."""
    return read(Referral, await tx.fetch(f"{_REFERRAL} where case_id = $1 order by received_at, referral_id", case_id))


async def open_of_case(tx: Tx, case_id: UUID) -> list[Referral]:
    """The referrals of a case that have not ended, their rows locked in order."""
    rows = await tx.fetch(
        f"{_REFERRAL} where case_id = $1 and ended_at is null order by referral_id for update", case_id
    )
    return read(Referral, rows)


async def legs_of_case(tx: Tx, case_id: UUID) -> list[Leg]:
    """Every leg of every referral of a case, in order of trying."""
    return read(Leg, await tx.fetch(f"{_LEG} where case_id = $1 order by referral_id, number", case_id))


async def legs(tx: Tx, referral_id: UUID) -> list[Leg]:
    return read(Leg, await tx.fetch(f"{_LEG} where referral_id = $1 order by number", referral_id))


async def leg(tx: Tx, leg_id: UUID) -> Leg | None:
    return read_one(Leg, await tx.fetchrow(f"{_LEG} where leg_id = $1", leg_id))


async def add(tx: Tx, referral: Referral) -> None:
    await tx.execute(insert("referral", Referral), *values(referral))


async def save(tx: Tx, referral: Referral) -> None:
    """Writes a referral that was loaded and took a step; its version goes up."""
    saved = replace(referral, version=referral.version + 1)
    await tx.execute(_SAVE, saved.referral_id, *(getattr(saved, name) for name in _CHANGING))


async def chosen(tx: Tx, leg_id: UUID, at: datetime) -> None:
    """Somebody of the hub chose at this moment to send a leg, knowing what had been heard until then."""
    await tx.execute("update leg set chosen_at = $2 where leg_id = $1", leg_id, at)


async def add_leg(tx: Tx, leg: Leg) -> None:
    await tx.execute(insert("leg", Leg), *values(leg))


async def save_leg(tx: Tx, leg: Leg, *, by_provider: bool = False) -> None:
    """Writes a leg; a provider may change only what is its own to say."""
    names = _OF_PROVIDER if by_provider else _OF_HUB
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 2))
    await tx.execute(
        f"update leg set {sets} where leg_id = $1",
        leg.leg_id,
        *(getattr(leg, name) for name in names),
    )


async def remove_leaving_leg(tx: Tx, leg_id: UUID) -> bool:
    """Undoes a send that has not left; False when it is too late."""
    gone = await tx.fetchval("delete from leg where leg_id = $1 and state = 'leaving' returning leg_id", leg_id)
    return gone is not None


async def leaving(tx: Tx, now: datetime, limit: int = 200) -> list[tuple[Leg, Referral]]:
    """Legs whose time to be undone has lapsed, with their referrals, locked, in the order of their cases; what somebody
    else is writing is left for the next time."""
    wanted = [row["referral_id"] for row in await tx.fetch(_RIPE, now, limit)]
    rows = await tx.fetch(f"{_REFERRAL} where referral_id = any($1::uuid[]) for update skip locked", wanted)
    free = {referral.referral_id: referral for referral in read(Referral, rows)}
    legs = await tx.fetch(
        f"{_LEG} where state = 'leaving' and release_at <= $1 and referral_id = any($2::uuid[])"
        " order by case_id, leg_id for update skip locked",
        now,
        list(free),
    )
    return [(leg, free[leg.referral_id]) for leg in read(Leg, legs)]


async def unsettled(tx: Tx, limit: int = 200) -> list[Referral]:
    """Referrals whose case has not followed their last transition, locked, in the order of their cases."""
    rows = await tx.fetch(
        f"{_REFERRAL} where not settled order by updated_at, referral_id limit $1 for update skip locked", limit
    )
    return sorted(read(Referral, rows), key=attrgetter("case_id", "updated_at", "referral_id"))


async def states_of(tx: Tx, case_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The states of the referrals of each of these cases."""
    found: dict[UUID, list[str]] = {}
    asked = "select case_id, state from referral where case_id = any($1::uuid[])"
    for row in await tx.fetch(asked, list(case_ids)) if case_ids else ():
        found.setdefault(row["case_id"], []).append(row["state"])
    return found


async def settled(tx: Tx, referral_id: UUID) -> None:
    """The case has followed the referral's last transition."""
    await tx.execute("update referral set settled = true where referral_id = $1", referral_id)
