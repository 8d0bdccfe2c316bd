"""Another service asks for a message to a person: when it leaves and by which channel, or why nothing does."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from contracts.contact import ContactRequested
from contracts.identity import typed_code
from contracts.referral import ContactSent, ContactWithheld
from contracts.refused import Refused
from contracts.working_time import local_day
from kit.database import Tx
from kit.listening import Context
from kit.sealing import Sealer
from services.referral.actions import books, sealing, word_links
from services.referral.actions.contacting import SHUT, mail_shuts, profile_for_mail
from services.referral.desk_books import leaving_versions
from services.referral.domain import leaving, mailing, safe_contact
from services.referral.domain.leaving import Leaving
from services.referral.domain.safe_contact import Profile
from services.referral.store import cases, contact, incidents, mail_refused
from services.referral.store.cases import Case
from services.referral.store.contact import Mail
from services.referral.store.mail_refused import Refusal

MAIL = ("email", "text", "letter")
"""Channels by which a message can leave, in the order in which they are tried; those with an address come first."""


def leaving_on(now: datetime) -> Leaving:
    """The hours at which messages leave by themselves, and how long they rest first, as they count on that day."""
    day = local_day(now)
    return leaving.leaving_on(leaving_versions(), books.standards(day).attempts, day)


async def answer_request(
    tx: Tx, request: ContactRequested, context: Context, now: datetime
) -> ContactSent | ContactWithheld:
    """Answers another service's request: mail on the first channel that is safe once the message has rested, or on the
    one that will be so soonest, or the reason why nothing leaves. It waits out the night, and the check is made again
    when it leaves."""
    case = await cases.get(tx, request.case_id)
    if case is None:
        raise Refused("case_id", "not_found")
    profile = await profile_for_mail(tx, case.person_id)
    held = await contact.values(tx, case.person_id)
    chosen, why = _choose(profile, sorted(MAIL, key=lambda kind: kind not in held), list(held), request, now)
    if (against := await _against(tx, case, request, now)) is not None:
        chosen, why = None, against
    if chosen is None:
        ids = (request.request_id, request.case_id, request.purpose, request.template)
        await mail_refused.add(tx, Refusal(*ids, now, request.not_after, why))
        return _withheld(request, SHUT.get(why) or mailing.told(why), now)
    kind, at = chosen
    digest = await _keep(tx, context.sealer, request, case, kind, at, why, now)
    proofs = await _word_proofs(tx, context.sealer, case, request)
    return ContactSent(
        case_id=case.case_id,
        request_id=request.request_id,
        channel=kind,
        token_sha256=digest,
        word_proof=next(iter(proofs), None),
        other_proofs=tuple(proofs[1:]),
        purpose=request.purpose,
        template=request.template,
        waits_until=at if at > now else None,
        happened_at=now,
        actor_role="system",
    )


async def _against(tx: Tx, case: Case, request: ContactRequested, now: datetime) -> str | None:
    """Why no message may leave by any channel, as a code."""
    if (shut := await mail_shuts(tx, case, request.purpose, now)) is not None:
        return shut
    if await incidents.is_on(tx, case.major_incident_id):
        return "major_incident"
    return "too_late" if now > request.not_after else None


def _choose(
    profile: Profile, order: Sequence[str], held: Sequence[str], request: ContactRequested, now: datetime
) -> tuple[tuple[str, datetime] | None, str]:
    """By which channel and when it leaves, else None; with the code of why it waits or does not leave."""
    hours = leaving_on(now)
    rested = hours.rested(request.purpose, now)
    kind, verdict = safe_contact.choose(profile, order, request.purpose, rested)
    found = [
        (at, one)
        for one in ([kind] if kind else [one for one in order if one in held])
        if (at := leaving.leaves_at(hours, profile, one, request.purpose, rested, request.not_after)) is not None
    ]
    if not found:
        return None, "no_safe_time" if verdict.allowed or verdict.why in safe_contact.ANOTHER_TIME else verdict.why
    at, kind = min(found, key=lambda one: one[0])
    return (kind, at), leaving.why_later(profile, kind, request.purpose, rested, at)


async def _keep(
    tx: Tx, sealer: Sealer, request: ContactRequested, case: Case, kind: str, at: datetime, why: str, now: datetime
) -> str:
    """Keeps the message, with the token of its link sealed; returns the digest of the token."""
    token = typed_code(secrets.randbits(64)) if kind == "letter" else secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    where = sealing.place("mail", "token", request.request_id)
    sealed = await sealing.close_text(sealer, case.person_id, token, where)
    mail = Mail(
        request_id=request.request_id,
        case_id=case.case_id,
        person_id=case.person_id,
        purpose=request.purpose,
        template=request.template,
        path=request.path,
        channel=kind,
        token=sealed,
        token_sha256=digest,
        asked_at=now,
        not_after=request.not_after,
    )
    await contact.add_mail(tx, mail, until=at, why=why if at > now else None)
    return digest


async def _word_proofs(tx: Tx, sealer: Sealer, case: Case, request: ContactRequested) -> list[str]:
    """By which the page behind a link knows the person's code words without holding them; none where none was agreed.
    Feedback asks for none: its pages show nothing of a case."""
    if request.purpose == "feedback":
        return []
    return await word_links.proofs_of(tx, sealer, case.person_id, request.request_id)


def _withheld(request: ContactRequested, reason: str, now: datetime) -> ContactWithheld:
    return ContactWithheld(
        case_id=request.case_id,
        request_id=request.request_id,
        reason=reason,
        purpose=request.purpose,
        template=request.template,
        happened_at=now,
        actor_role="system",
    )
