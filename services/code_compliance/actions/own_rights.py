"""People see their own rights: staff ask for a link, referral sends it where that is safe, the link becomes a code."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts import identity
from contracts.code_compliance import ContactWishStated, OwnRightsWordGuessed
from contracts.contact import ContactRequested
from contracts.referral import ContactSafetyChanged, ContactSent, ContactWithheld, ContactWordChanged
from contracts.refused import Refused
from kit import audit, outbox
from kit.access import Viewer
from kit.database import Tx
from kit.inbox import Received
from kit.listening import Context
from kit.sealing import Sealer
from services.code_compliance.actions import marking
from services.code_compliance.actions.complaining import opened
from services.code_compliance.reference.oversight import document
from services.code_compliance.store import own_rights
from services.code_compliance.store.complaints import Sealed
from services.code_compliance.store.own_rights import Found

FILE = "own_rights.yaml"
PATH = "yours"
SENT_AS: dict[str, tuple[Literal["notice", "acknowledgement", "complaint"], str]] = {
    "rights": ("notice", "own_rights"),
    "acknowledgement": ("acknowledgement", "complaint_acknowledged"),
    "answer": ("complaint", "complaint_answered"),
}
"""What a link shows -> for which purpose it is sent, and in which words."""
CODE = "own-rights-code"
REFERENCE = "reference"
WRONG_AT_MOST = 3
"""So many wrong words behind one link, then it is shut: as for who calls. Ours."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """A link was exchanged, or a code entered; the code is shown once and kept nowhere."""

    request_id: UUID
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands before what a link shows: `word`, `reference` (of their complaint, or the word), or `none`, where
    nothing was agreed by which we could know them; and how many tries are left."""

    by: Literal["word", "reference", "none"]
    left: int


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind a link: duties and limits of a case, or what the person is told of their complaint."""

    owed: Sequence[own_rights.Owed] = ()
    limits: Sequence[own_rights.Limit] = ()
    complaint: own_rights.TheirComplaint | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """How, when and whether the person wants to be reached."""

    wish_id: UUID
    not_by: tuple[str, ...]
    not_at_all: bool
    best_time: str
    call_back: bool


async def wish(tx: Tx, request_id: UUID, told: Wish, now: datetime, *, proved: str | None = None) -> None:
    """Tells the one that reaches people what was said behind a link, and whether it was `proved` to be the person, by
    what `prove` gave. Refused when it ran out or was switched off."""
    found = await own_rights.by_request(tx, request_id)
    _usable(found, now)
    assert found is not None
    stated = ContactWishStated(
        case_id=found.case_id,
        happened_at=now,
        actor_role="person",
        wish_id=told.wish_id,
        not_by=told.not_by,
        not_at_all=told.not_at_all,
        best_time=told.best_time,
        call_back=told.call_back,
        request_id=request_id,
        proved=_is_still_proof(found, proved),
    )
    await outbox.add(tx, [stated])
    await _noted(tx, "own_rights.wish_stated", found)


async def ask(
    tx: Tx,
    viewer: Viewer,
    request_id: UUID,
    case_id: UUID,
    now: datetime,
    shows: str = "rights",
    complaint_id: UUID | None = None,
) -> None:
    """Asks the one that holds contact details for a link to be sent; it decides whether a channel is safe. The link
    `shows` rights, or the acknowledgement of or answer to a complaint."""
    told = document(FILE)
    over_at = now + timedelta(days=told["works_for_days"])
    if not await own_rights.ask(tx, request_id, case_id, viewer.user_id, now, over_at, shows, complaint_id):
        return
    purpose, template = SENT_AS[shows]
    request = ContactRequested(
        case_id=case_id,
        happened_at=now,
        actor_role=viewer.role,
        request_id=request_id,
        purpose=purpose,
        template=template,
        not_after=now + timedelta(days=told["send_within_days"]),
        path=PATH,
    )
    await outbox.add(tx, [request])
    await audit.record(tx, [audit.seen(viewer, "own_rights_asked", "case", case_id, (shows,))])


async def on_contact(
    tx: Tx, events: Sequence[Received[ContactSent | ContactWithheld | ContactSafetyChanged]], context: Context
) -> None:
    """What became of requests, and channels that are no longer safe: then every link of the case is switched off."""
    told = [event.data for event in events]
    sent = [one for one in told if isinstance(one, ContactSent)]
    left = [(one.request_id, one.token_sha256, one.word_proof, one.other_proofs) for one in sent]
    await own_rights.sent(tx, left)
    await own_rights.withheld(tx, [(d.request_id, d.reason) for d in told if isinstance(d, ContactWithheld)])
    await marking.of_safety(tx, [one for one in told if isinstance(one, ContactSafetyChanged)])
    unsafe = [e for e in events if isinstance(d := e.data, ContactSafetyChanged) and (d.locked or d.safety != "safe")]
    for event in unsafe:
        await own_rights.revoke(tx, [event.data.case_id], event.time)


async def on_word_changed(tx: Tx, events: Sequence[Received[ContactWordChanged]], context: Context) -> None:
    """The code words are others: what asked for those before asks for these. Tries that were wrong stay counted."""
    told = [event.data for event in events]
    await own_rights.word_changed(tx, [(one.request_id, one.word_proof, one.other_proofs) for one in told])


async def exchange(tx: Tx, sealer: Sealer, token: str, chance: UUID, now: datetime) -> LetIn:
    """Exchanges a link's token for a code, once. Refused: `not_known`, `used` or `over`."""
    found = await own_rights.by_token(tx, hashlib.sha256(token.encode()).hexdigest())
    _usable(found, now)
    assert found is not None
    if found.used:
        raise Refused("token", "used")
    code = identity.reference(chance)
    await own_rights.use(tx, found.request_id, sealer.blind(CODE, code), now)
    await _noted(tx, "own_rights.opened", found)
    return LetIn(found.request_id, code)


async def come_back(tx: Tx, sealer: Sealer, typed: str, now: datetime) -> LetIn:
    """Lets somebody in by their code. Refused: `not_a_code` or `not_known`."""
    code = identity.read_reference(typed)
    if code is None:
        raise Refused("code", "not_a_code")
    found = await own_rights.by_code(tx, sealer.blind(CODE, code))
    if found is None or found.over_at < now or found.shut:
        raise Refused("code", "not_known")
    await _noted(tx, "own_rights.came_back", found)
    return LetIn(found.request_id)


async def asks(tx: Tx, request_id: UUID, now: datetime) -> Proof:
    """The second proof that a link asks for before it shows anything that was reported. Refused as `behind`."""
    found = await own_rights.by_request(tx, request_id)
    _usable(found, now)
    assert found is not None
    await _noted(tx, "own_rights.proof_asked", found)
    by: Literal["word", "reference", "none"] = "word" if found.word_proofs else "none"
    return Proof("reference" if found.complaint_id else by, WRONG_AT_MOST - found.wrong_words)


async def prove(tx: Tx, sealer: Sealer, request_id: UUID, said: str, now: datetime) -> str | int:
    """Whether what was `said` is the second proof: by what it was, else how many tries are left. After the last the
    link and its code are shut, and the hub is told that somebody may be guessing. What was said is not kept. Refused
    as `behind`."""
    found = await own_rights.by_request(tx, request_id)
    _usable(found, now)
    assert found is not None
    if (proof := await _proof_in(tx, sealer, found, said)) is not None:
        await _noted(tx, "own_rights.proved", found)
        return proof
    left = WRONG_AT_MOST - found.wrong_words - 1
    await own_rights.wrong_word(tx, request_id, now if left <= 0 else None)
    await _noted(tx, "own_rights.wrong_word", found)
    if left <= 0:
        guessed = OwnRightsWordGuessed(
            case_id=found.case_id, happened_at=now, actor_role="person", request_id=request_id
        )
        await outbox.add(tx, [guessed])
    return left


async def _proof_in(tx: Tx, sealer: Sealer, found: Found, said: str) -> str | None:
    """By what it is the second proof: a word that is asked for now, or the reference of their complaint."""
    digest = sealer.blind(identity.word_proof_kind(found.request_id), said)
    for known in found.word_proofs:
        if hmac.compare_digest(digest, known):
            return _mark(known)
    if found.complaint_id is None:
        return None
    told = await own_rights.their_complaint(tx, found.complaint_id)
    return REFERENCE if told is not None and identity.read_reference(said) == told.reference else None


def _mark(word_proof: bytes) -> str:
    """What a visit keeps of the word by which it was let in, so that another word ends it."""
    return hashlib.sha256(word_proof).hexdigest()[:16]


def _is_still_proof(found: Found, proved: str | None) -> bool:
    if proved == REFERENCE:
        return found.complaint_id is not None
    return proved in [_mark(one) for one in found.word_proofs]


async def behind(tx: Tx, sealer: Sealer, request_id: UUID, proved: str, now: datetime) -> Behind:
    """What a link leads to, for who gave the second proof, by what `prove` gave. Refused when it ran out, was switched
    off or asks for another word meanwhile."""
    found = await own_rights.by_request(tx, request_id)
    _usable(found, now)
    assert found is not None
    if not _is_still_proof(found, proved):
        raise Refused("word", "asked_anew")
    await _noted(tx, f"own_rights.seen_{found.shows}", found)
    if found.complaint_id is None:
        owed, limits = await own_rights.owed(tx, found.case_id), await own_rights.limits(tx, found.case_id, now)
        return Behind(owed, limits)
    told = await own_rights.their_complaint(tx, found.complaint_id)
    answer = None
    if told is not None and told.answer is not None and found.shows == "answer":
        answer = (await opened(sealer, told.complaint_id, Sealed(None, None, told.answer))).get("answer")
    return Behind(complaint=told, answer=answer)


def _usable(found: Found | None, now: datetime) -> None:
    if found is None:
        raise Refused("token", "not_known")
    if found.shut:
        raise Refused("token", "shut")
    if found.over_at < now:
        raise Refused("token", "over")


async def _noted(tx: Tx, action: str, found: Found) -> None:
    await audit.record(tx, [audit.Entry(None, "person", None, action, "case", found.case_id, ("rights",))])
