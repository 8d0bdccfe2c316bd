"""What happens to a referral between its steps: rests of its limits, check-ins, and who is proposed next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, insert, read, values


@dataclass(frozen=True, slots=True)
class LimitRest:
    """A time in which a limit rested; `what`: accept or support."""

    referral_id: UUID
    case_id: UUID
    leg_id: UUID | None
    what: str
    reason: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Somebody who waits was spoken to, or tried."""

    check_in_id: UUID
    referral_id: UUID
    case_id: UUID
    leg_id: UUID
    outcome: str
    next_on: date
    at: datetime
    by_id: UUID
    by_role: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A provider to be tried next; a human sends. `because`: better_idea, declined, silent or relet."""

    referral_id: UUID
    case_id: UUID
    line: str
    contract_id: UUID
    because: str
    rank: int
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class SilenceStep:
    """A step that a provider's silence called for."""

    leg_id: UUID
    kind: str
    step: str
    case_id: UUID
    referral_id: UUID
    clock: str
    standards: str
    at: datetime


async def begin_rest(tx: Tx, rest: LimitRest) -> None:
    await tx.execute(insert("limit_rest", LimitRest), *values(rest))


async def end_rest(tx: Tx, referral_id: UUID, what: str, until: datetime) -> None:
    """Ends the rest that is open, where there is one."""
    await tx.execute(
        "update limit_rest set until = $3 where referral_id = $1 and what = $2 and until is null",
        referral_id,
        what,
        until,
    )


async def rests(tx: Tx, case_id: UUID) -> list[LimitRest]:
    """Every rest of every limit in a case, the first one first."""
    rows = await tx.fetch(f"select {columns(LimitRest)} from limit_rest where case_id = $1 order by since", case_id)
    return read(LimitRest, rows)


async def add_check_in(tx: Tx, made: CheckIn) -> None:
    """Keeps a check-in; one that is there already stays as it is."""
    await tx.execute(insert("check_in", CheckIn, "on conflict do nothing"), *values(made))


async def check_ins(tx: Tx, referral_id: UUID) -> list[CheckIn]:
    """The check-ins of a referral, newest first."""
    rows = await tx.fetch(
        f"select {columns(CheckIn)} from check_in where referral_id = $1 order by at desc, check_in_id", referral_id
    )
    return read(CheckIn, rows)


async def check_ins_of_case(tx: Tx, case_id: UUID) -> list[CheckIn]:
    """The check-ins of every referral of a case, newest first."""
    rows = await tx.fetch(
        f"select {columns(CheckIn)} from check_in where case_id = $1 order by at desc, check_in_id", case_id
    )
    return read(CheckIn, rows)


async def propose(tx: Tx, proposals: Sequence[Proposed]) -> None:
    """Keeps proposals; one of a contract that was proposed before stands again."""
    again = (
        "on conflict (referral_id, contract_id) do update set because = excluded.because, rank = excluded.rank,"
        " proposed_at = excluded.proposed_at, closed_at = null"
    )
    await tx.executemany(insert("proposed_leg", Proposed, again), [values(one) for one in proposals])


async def proposed(tx: Tx, case_id: UUID) -> list[Proposed]:
    """Who is proposed in a case, a better idea first."""
    rows = await tx.fetch(
        f"select {columns(Proposed)} from proposed_leg where case_id = $1 and closed_at is null"
        " order by referral_id, rank, contract_id",
        case_id,
    )
    return read(Proposed, rows)


async def close_proposals(tx: Tx, referral_id: UUID, now: datetime, *, keep: str | None = None) -> None:
    """The referral went on: nobody is proposed any more, but for the reason `keep`."""
    await tx.execute(
        "update proposed_leg set closed_at = $2 where referral_id = $1 and closed_at is null"
        " and because is distinct from $3",
        referral_id,
        now,
        keep,
    )


async def silence(tx: Tx, case_id: UUID) -> list[SilenceStep]:
    """What was done about silent providers in a case, the first step first."""
    rows = await tx.fetch(
        f"select {columns(SilenceStep)} from silence_step where case_id = $1 order by at, leg_id, kind, step", case_id
    )
    return read(SilenceStep, rows)


async def is_silent(tx: Tx, leg_id: UUID) -> bool:
    """Whether the next provider was proposed since this one did not open or answer in time."""
    found = await tx.fetchval(
        "select true from silence_step where leg_id = $1 and step = 'next_provider'"
        " and kind in ('not_opened', 'not_answered') limit 1",
        leg_id,
    )
    return bool(found)
