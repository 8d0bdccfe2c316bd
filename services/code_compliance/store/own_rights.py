"""Links by which people see their own rights. The neutral pages see only the one that their transaction names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx

_ASK = """
insert into own_rights_link (request_id, case_id, asked_at, asked_by, state, over_at, shows, complaint_id)
values ($1, $2, $3, $4, 'asked', $5, $6, $7) on conflict do nothing
"""
_SENT = """
update own_rights_link l set state = 'sent', token_sha256 = n.digest, reason = null,
       word_proof = coalesce(decode(n.proof, 'hex'), l.word_proof),
       other_proofs = case when n.proof is null then l.other_proofs else string_to_array(n.others, ' ') end
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as n(request_id, digest, proof, others)
 where l.request_id = n.request_id and l.state <> 'sent' and n.digest is not null
"""
_WORD_CHANGED = """
update own_rights_link l set word_proof = decode(n.proof, 'hex'), other_proofs = string_to_array(n.others, ' ')
  from (select distinct on (request_id) request_id, proof, others
          from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality as t(request_id, proof, others, place)
         order by request_id, place desc) n
 where l.request_id = n.request_id and l.word_proof is not null
"""
_WITHHELD = """
update own_rights_link l set state = 'withheld', reason = n.reason
  from unnest($1::uuid[], $2::text[]) as n(request_id, reason)
 where l.request_id = n.request_id
"""
_REVOKE = """
update own_rights_link set revoked_at = $2
 where case_id = any($1::uuid[]) and revoked_at is null and state <> 'withheld'
"""
_LINKS = """
select asked_at, state, reason, over_at, used_at, revoked_at, asked_by, shows,
       word_proof is not null as asks_word, shut_at
  from own_rights_link
"""
_OF_CASE = f"{_LINKS} where case_id = $1 and complaint_id is null order by asked_at desc, request_id"
_OF_COMPLAINT = f"{_LINKS} where complaint_id = $1 order by asked_at desc, request_id"
_FOUND = """
select request_id, case_id, over_at, used_at is not null as used, shows, complaint_id, word_proof, other_proofs,
       wrong_words, shut_at is not null as shut
  from own_rights_link
"""
_TOLD = """
select complaint_id, reference, received_at, answer_by, answered_at, answer from complaint where complaint_id = $1
"""
_LIMITS = """
select clock, code_version, due_at from related_clock
 where case_id = $1 and state = 'running' and due_at >= $2 order by due_at, clock, occurrence
"""
_OWED = """
select entitlement, code_version, state, due_at, settled_at from entitlement
 where case_id = $1 and state <> 'not_applicable' order by due_at nulls last, entitlement, occurrence
"""


@dataclass(frozen=True, slots=True)
class Link:
    """One link as staff see it."""

    asked_at: datetime
    state: str
    reason: str | None
    over_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    asked_by: UUID
    shows: str
    asks_word: bool
    shut_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A link as the neutral pages find it. `word_proof`: keyed digest of the code word that was agreed; `other_proofs`:
    of the further ones, in hexadecimal digits."""

    request_id: UUID
    case_id: UUID
    over_at: datetime
    used: bool
    shows: str
    complaint_id: UUID | None
    word_proof: bytes | None
    other_proofs: Sequence[str]
    wrong_words: int
    shut: bool

    @property
    def word_proofs(self) -> list[bytes]:
        """Of every word that lets the person in; none where no word is asked for."""
        return [self.word_proof, *map(bytes.fromhex, self.other_proofs)] if self.word_proof is not None else []


@dataclass(frozen=True, slots=True)
class TheirComplaint:
    """A complaint as the person who brought it is told of it; the answer is sealed."""

    complaint_id: UUID
    reference: str
    received_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit beside the Code that runs for the case."""

    clock: str
    code_version: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty of the case that the transaction may see."""

    entitlement: str
    code_version: str
    state: str
    due_at: datetime | None
    settled_at: datetime | None


async def ask(
    tx: Tx,
    request_id: UUID,
    case_id: UUID,
    user: UUID,
    now: datetime,
    over_at: datetime,
    shows: str = "rights",
    complaint_id: UUID | None = None,
) -> bool:
    """Notes that a link was asked for; False when this very form had asked before."""
    done: str = await tx.execute(_ASK, request_id, case_id, now, user, over_at, shows, complaint_id)
    return done.endswith(" 1")


async def sent(tx: Tx, told: Sequence[tuple[UUID, str | None, str | None, Sequence[str]]]) -> None:
    """Links that left, by request, digest of their token, proof of the code word and proofs of further ones; requests
    of others are none of ours."""
    others = [" ".join(one[3]) for one in told]
    await tx.execute(_SENT, *([one[part] for one in told] for part in range(3)), others)


async def word_changed(tx: Tx, told: Sequence[tuple[UUID, str, Sequence[str]]]) -> None:
    """Other code words, by request, for links that ask for one: what showed nothing of anybody goes on so."""
    others = [" ".join(one[2]) for one in told]
    await tx.execute(_WORD_CHANGED, *([one[part] for one in told] for part in range(2)), others)


async def withheld(tx: Tx, told: Sequence[tuple[UUID, str]]) -> None:
    await tx.execute(_WITHHELD, [request for request, _ in told], [reason for _, reason in told])


async def revoke(tx: Tx, case_ids: Sequence[UUID], now: datetime) -> None:
    """Switches off every link of these cases."""
    await tx.execute(_REVOKE, list(case_ids), now)


async def of_case(tx: Tx, case_id: UUID) -> list[Link]:
    """The links to a case's rights, newest first."""
    return [Link(*row.values()) for row in await tx.fetch(_OF_CASE, case_id)]


async def of_complaint(tx: Tx, complaint_id: UUID) -> list[Link]:
    """The links to what the person is told of a complaint, newest first."""
    return [Link(*row.values()) for row in await tx.fetch(_OF_COMPLAINT, complaint_id)]


async def by_token(tx: Tx, token_sha256: str) -> Found | None:
    """The link of a token, locked; None for one that never was or was switched off."""
    await _name(tx, "token_sha256", token_sha256)
    row = await tx.fetchrow(f"{_FOUND} where token_sha256 = $1 for update", token_sha256)
    return Found(*row.values()) if row else None


async def by_code(tx: Tx, code_blind: bytes) -> Found | None:
    await _name(tx, "code_blind", code_blind.hex())
    row = await tx.fetchrow(f"{_FOUND} where code_blind = $1", code_blind)
    return Found(*row.values()) if row else None


async def by_request(tx: Tx, request_id: UUID) -> Found | None:
    """The link of a visit that has been let in before."""
    await _name(tx, "request_id", str(request_id))
    row = await tx.fetchrow(f"{_FOUND} where request_id = $1 for update", request_id)
    return Found(*row.values()) if row else None


async def wrong_word(tx: Tx, request_id: UUID, shut_at: datetime | None) -> None:
    """One wrong word more behind a link that is held locked; from `shut_at` nobody is let in by it."""
    sql = "update own_rights_link set wrong_words = wrong_words + 1, shut_at = $2 where request_id = $1"
    await tx.execute(sql, request_id, shut_at)


async def use(tx: Tx, request_id: UUID, code_blind: bytes, now: datetime) -> None:
    """Exchanges a link for a code."""
    sql = "update own_rights_link set used_at = $2, code_blind = $3 where request_id = $1 and used_at is null"
    await tx.execute(sql, request_id, now, code_blind)


async def owed(tx: Tx, case_id: UUID) -> list[Owed]:
    """What is owed to the case of the link that the transaction named."""
    return [Owed(*row.values()) for row in await tx.fetch(_OWED, case_id)]


async def limits(tx: Tx, case_id: UUID, now: datetime) -> list[Limit]:
    """The limits beside the Code that run for the case of the link that the transaction named, soonest first."""
    return [Limit(*row.values()) for row in await tx.fetch(_LIMITS, case_id, now)]


async def their_complaint(tx: Tx, complaint_id: UUID) -> TheirComplaint | None:
    """The complaint of the link that the transaction named."""
    row = await tx.fetchrow(_TOLD, complaint_id)
    return TheirComplaint(*row.values()) if row else None


async def _name(tx: Tx, setting: str, value: str) -> None:
    await tx.execute("select set_config($1, $2, true)", f"app.{setting}", value)
