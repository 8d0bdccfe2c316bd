"""What the person agreed to, and lawful overrides of its absence, which need a second person."""

from datetime import datetime
from uuid import UUID

from contracts.referral import ConsentGiven, ConsentWithdrawn
from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import referring
from services.referral.actions.announcing import announce
from services.referral.actions.books import table
from services.referral.store import cases, consent, referrals
from services.referral.store.consent import Consent


async def record(tx: Tx, viewer: Viewer, agreement: Consent, now: datetime) -> None:
    """Records the person's agreement for one purpose and recipient."""
    await consent.add(tx, agreement)
    await _tell(tx, viewer, agreement, now)
    await audit.record(tx, [audit.seen(viewer, "consent.recorded", "case", agreement.case_id, ("consent",))])


async def ask_override(
    tx: Tx, viewer: Viewer, consent_id: UUID, case_id: UUID, line: str, reason: str, now: datetime
) -> None:
    """Asks to act without agreement, for a lawful reason; nothing leaves before a second person confirms."""
    case = await cases.load(tx, case_id)
    if case is None:
        raise Refused("case_id", "not_found")
    if reason not in {one.code for one in table().reasons["override"].on(now.date())}:
        raise Refused("reason", "not_a_lawful_reason")
    asked = Consent(
        consent_id=consent_id,
        person_id=case.person_id,
        case_id=case_id,
        purpose="safeguarding",
        given_by="other",
        taken_at=now,
        gate="override",
        line=line,
        taken_by=viewer.user_id,
        reason=reason,
        asked_by=viewer.user_id,
    )
    await consent.add(tx, asked)
    await audit.record(tx, [audit.seen(viewer, "override.asked", "case", case_id, ("consent",), reason)])


async def confirm_override(tx: Tx, viewer: Viewer, consent_id: UUID, now: datetime) -> None:
    """The second person confirms an override; who asked for it cannot."""
    held = await consent.load(tx, consent_id)
    if held is None or held.gate != "override" or held.withdrawn_at is not None:
        raise Refused("consent_id", "not_found")
    if held.asked_by == viewer.user_id:
        raise Refused("consent_id", "second_person_needed")
    if held.confirmed_at is not None:
        raise Refused("consent_id", "already_confirmed")
    await consent.confirm(tx, consent_id, viewer.user_id, now)
    await _tell(tx, viewer, held, now)
    await audit.record(tx, [audit.seen(viewer, "override.confirmed", "case", held.case_id, ("consent",), held.reason)])


async def withdraw(tx: Tx, viewer: Viewer, consent_id: UUID, reason: str, now: datetime) -> int:
    """The person takes their agreement back: every open leg that stands on it is withdrawn. Returns how many."""
    held = await consent.load(tx, consent_id)
    if held is None or held.withdrawn_at is not None:
        raise Refused("consent_id", "not_found")
    await consent.withdraw(tx, consent_id, now, reason)
    told = ConsentWithdrawn(
        case_id=held.case_id,
        consent_id=consent_id,
        purpose=held.purpose,
        provider_id=held.provider_id,
        reason_code=reason,
        happened_at=now,
        actor_role=viewer.role,
    )
    await announce(tx, [told], viewer.user_id)
    withdrawn = 0
    for referral in await referrals.open_of_case(tx, held.case_id):
        if held.purpose == "support" and held.contract_id in (None, referral.contract_id):
            await referring.step(tx, viewer, referral.referral_id, "withdraw", now, reason_code="agreement_withdrawn")
            withdrawn += 1
    await audit.record(tx, [audit.seen(viewer, "consent.withdrawn", "case", held.case_id, ("consent",), reason)])
    return withdrawn


async def _tell(tx: Tx, viewer: Viewer, held: Consent, now: datetime) -> None:
    told = ConsentGiven(
        case_id=held.case_id,
        consent_id=held.consent_id,
        purpose=held.purpose,
        gate=held.gate,
        line=held.line,
        provider_id=held.provider_id,
        contract_id=held.contract_id,
        scope=held.scope,
        how=held.how,
        given_by=held.given_by,
        expires_at=held.expires_at,
        reason_code=held.reason,
        happened_at=now,
        actor_role=viewer.role,
    )
    await announce(tx, [told], viewer.user_id)
