"""Transfers to another contract, alone or all those of a hand-over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from kit.database import Tx
from services.referral.store.consent import Consent
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class Transfer:
    """A referral that goes over to another contract. `gate` None: the person is asked first; `goes_at`: until when it
    can be undone; `assigned_to`: the worker of a restricted person there; `against`: the rules of the contract that
    stood against the person at the moment of going."""

    transfer_id: UUID
    handover_id: UUID | None
    referral_id: UUID
    case_id: UUID
    contract_id: UUID
    reason: str
    gate: str | None
    by_id: UUID
    by_role: str
    at: datetime
    goes_at: datetime
    undone_at: datetime | None = None
    done_at: datetime | None = None
    refused: str | None = None
    new_referral_id: UUID | None = None
    assigned_to: UUID | None = None
    against: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A contract let again: who goes over and who is asked first, as counted when it was decided."""

    handover_id: UUID
    from_contract: UUID
    to_contract: UUID
    to_go: int
    to_ask: int
    by_id: UUID
    by_role: str
    at: datetime
    goes_at: datetime
    undone_at: datetime | None = None
    undone_by: UUID | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An open referral of a contract."""

    referral_id: UUID
    case_id: UUID
    reference: str
    state: str
    holds: tuple[str, ...]
    transferring: bool
    restricted: bool = False


async def add(tx: Tx, transfers: Sequence[Transfer]) -> None:
    """Keeps transfers; one of a referral that is on its way already is left out."""
    await tx.executemany(insert("transfer", Transfer, "on conflict do nothing"), [values(one) for one in transfers])


async def of_case(tx: Tx, case_id: UUID) -> list[Transfer]:
    """The transfers of a case, the first one first."""
    rows = await tx.fetch(f"select {columns(Transfer)} from transfer where case_id = $1 order by at", case_id)
    return read(Transfer, rows)


async def undo(tx: Tx, transfer_id: UUID, case_id: UUID, now: datetime) -> bool:
    """Takes a transfer back before it is carried out; False when it is too late."""
    undone = await tx.fetchval(
        "update transfer set undone_at = $3 where transfer_id = $1 and case_id = $2 and undone_at is null"
        " and done_at is null returning transfer_id",
        transfer_id,
        case_id,
        now,
    )
    return undone is not None


async def due(tx: Tx, now: datetime, limit: int) -> list[Transfer]:
    """The oldest transfers whose time to be undone has lapsed, locked, in the order of their cases."""
    rows = await tx.fetch(
        f"select {columns(Transfer)} from transfer where done_at is null and undone_at is null and goes_at <= $1"
        " order by goes_at, transfer_id limit $2 for update skip locked",
        now,
        limit,
    )
    return sorted(read(Transfer, rows), key=attrgetter("case_id", "goes_at", "transfer_id"))


async def done(
    tx: Tx, transfer_id: UUID, now: datetime, new: UUID | None, refused: str | None, against: Sequence[str] = ()
) -> None:
    """It was carried out, or found to be impossible for the reason `refused`, by the rules `against` it."""
    await tx.execute(
        "update transfer set done_at = $2, new_referral_id = $3, refused = $4, against = $5 where transfer_id = $1",
        *(transfer_id, now, new, refused, list(against) or None),
    )


async def handed_over(tx: Tx, contract_id: UUID) -> bool:
    """Whether a contract was handed over to another, and that was not undone."""
    asked = "select exists (select 1 from handover where from_contract = $1 and undone_at is null)"
    return bool(await tx.fetchval(asked, contract_id))


async def standing(tx: Tx, contract_id: UUID) -> list[Standing]:
    """The open referrals of a contract, by reference of their case."""
    rows = await tx.fetch(
        "select r.referral_id, r.case_id, c.reference, r.state, c.holds,"
        " exists (select 1 from transfer t where t.referral_id = r.referral_id and t.done_at is null"
        " and t.undone_at is null) as transferring, c.restricted"
        "  from leg l join referral r on r.referral_id = l.referral_id and r.leg_id = l.leg_id"
        " join case_file c on c.case_id = r.case_id"
        " where l.contract_id = $1 and l.state in ('sent', 'accepted', 'waitlisted') and r.ended_at is null"
        " order by c.reference, r.referral_id",
        contract_id,
    )
    return read(Standing, rows)


async def agreements(tx: Tx, cases: Sequence[UUID]) -> dict[UUID, list[Consent]]:
    """What was agreed to, by case."""
    found: dict[UUID, list[Consent]] = {}
    rows = await tx.fetch(f"select {columns(Consent)} from consent where case_id = any($1::uuid[])", list(cases))
    for one in read(Consent, rows):
        found.setdefault(one.case_id, []).append(one)
    return found


async def add_handover(tx: Tx, handover: Handover) -> bool:
    """Keeps a hand-over; False where it is there already."""
    asked = insert("handover", Handover, "on conflict do nothing returning handover_id")
    return await tx.fetchval(asked, *values(handover)) is not None


async def handover(tx: Tx, handover_id: UUID) -> Handover | None:
    row = await tx.fetchrow(f"select {columns(Handover)} from handover where handover_id = $1", handover_id)
    return read_one(Handover, row)


async def handovers(tx: Tx, limit: int = 50) -> list[Handover]:
    """Hand-overs, newest first."""
    return read(
        Handover,
        await tx.fetch(f"select {columns(Handover)} from handover order by at desc, handover_id limit $1", limit),
    )


async def undo_handover(tx: Tx, handover_id: UUID, by: UUID, now: datetime) -> bool:
    """Takes a hand-over back as a whole; False when it has begun to be carried out."""
    undone = await tx.fetchval(
        "update handover set undone_at = $3, undone_by = $2 where handover_id = $1 and undone_at is null"
        " and goes_at > $3 returning handover_id",
        handover_id,
        by,
        now,
    )
    if undone is None:
        return False
    await tx.execute(
        "update transfer set undone_at = $2 where handover_id = $1 and done_at is null and undone_at is null",
        handover_id,
        now,
    )
    return True


async def finish_handovers(tx: Tx, now: datetime) -> None:
    """Marks the hand-overs all of whose referrals have gone or are to be asked."""
    await tx.execute(
        "update handover h set done_at = $1 where done_at is null and undone_at is null and goes_at <= $1"
        " and not exists (select 1 from transfer t where t.handover_id = h.handover_id and t.done_at is null"
        " and t.undone_at is null)",
        now,
    )


async def of_handover(tx: Tx, handover_id: UUID) -> list[tuple[str, bool, Transfer]]:
    """Each transfer of a hand-over with the reference of its case, and whether that is restricted."""
    rows = await tx.fetch(
        f"select c.reference, c.restricted, {columns(Transfer, 't')} from transfer t"
        " join case_file c on c.case_id = t.case_id where t.handover_id = $1 order by c.reference, t.transfer_id",
        handover_id,
    )
    found = []
    for row in rows:
        values = dict(row)
        reference, restricted = values.pop("reference"), values.pop("restricted")
        found.append((reference, restricted, Transfer(**values)))
    return found
