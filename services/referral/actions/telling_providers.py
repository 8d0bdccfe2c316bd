"""What a provider is told by mail: a one-time link, or that the hub waits for an answer; `provider_mail` sends it."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import leg_links, sealing
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.store import links, provider_mail
from services.referral.store.alerts import OpenLeg
from services.referral.store.late import Late
from services.referral.store.provider_mail import ToProvider
from services.referral.store.referrals import Leg
from services.referral.store.silence import Silent

NUDGE_LASTS = timedelta(days=2)
ALERT_LASTS = timedelta(days=3)
LINK, NUDGE, ALERT = "provider_link", "provider_nudge", "provider_alert"
LATE = "provider_late"
"""The message that something of a referral that the provider has taken is late."""
CONTRACT = "provider_contract"
"""The message that the last day of a contract was entered or changed: of no single referral."""
CAPACITY = "provider_capacity"
"""The weekly question how a list stands: of no case."""


async def send_link(
    tx: Tx, viewer: Viewer | None, sealer: Sealer, link_id: UUID, leg: Leg, token: str, now: datetime
) -> None:
    """Asks for a new link to be mailed to the provider; its token is kept, sealed, until it left."""
    closed = await sealing.close_text(sealer, leg.provider_id, token, sealing.place("provider_mail", "token", link_id))
    about = (link_id, leg.provider_id, leg.contract_id, leg.case_id, leg.leg_id, link_id)
    asked = ToProvider(
        *about, LINK, closed, viewer.user_id if viewer else None, now, now + leg_links.EXPIRES, next_at=now
    )
    await provider_mail.add(tx, [asked])
    await audit.record(tx, [leg_links.written(viewer, "link.mail_asked", leg.case_id)])


async def link_of_send(tx: Tx, sealer: Sealer, leg: Leg, books: Books, now: datetime) -> None:
    """Once a referral has left for a provider without accounts, its link is made and mailed by itself, in the name of
    whoever sent it. Of a restricted person there is no link."""
    contract = books.directory.by_id[leg.contract_id]
    if contract.provider.has_system or leg.restricted or leg.sent_by is None:
        return
    sender = Viewer(leg.sent_by, "System", "system", frozenset(), None, leg.leg_id)
    link_id = uuid5(leg.leg_id, "first link")
    token = await leg_links.mint(tx, sender, link_id, leg.leg_id, books, now)
    await send_link(tx, sender, sealer, link_id, leg, token, now)


async def nudge(tx: Tx, sealer: Sealer, legs: list[Silent], books: Books, now: datetime) -> None:
    """Asks providers who are silent to look, once a leg and kind of silence; those without accounts by a new link."""
    rows = []
    for leg in legs:
        contract = books.directory.by_id.get(leg.contract_id)
        if contract is not None:
            kind = "answer" if leg.viewed_at else "open"
            mail_id = uuid5(leg.leg_id, kind)
            token = await _new_token(tx, sealer, mail_id, leg.leg_id, contract, books, now)
            about = (
                contract.provider.provider_id,
                leg.contract_id,
                leg.case_id,
                leg.leg_id,
                mail_id if token else None,
            )
            rows.append(ToProvider(mail_id, *about, NUDGE, token, None, now, now + NUDGE_LASTS, next_at=now))
    await provider_mail.add(tx, rows)


async def ask_after_answer(tx: Tx, sealer: Sealer, legs: list[Late], books: Books, now: datetime) -> None:
    """Asks providers to look who have answered and then let a limit pass, once for each limit; those
    without accounts by a new link."""
    rows: dict[UUID, ToProvider] = {}
    for leg in legs:
        contract = books.directory.by_id.get(leg.contract_id)
        if contract is None:
            continue
        mail_id = uuid5(leg.leg_id, f"late/{leg.since.isoformat()}/{leg.kind}")
        token = await _new_token(tx, sealer, mail_id, leg.leg_id, contract, books, now)
        about = (contract.provider.provider_id, leg.contract_id, leg.case_id, leg.leg_id, mail_id if token else None)
        rows[mail_id] = ToProvider(mail_id, *about, LATE, token, None, now, now + NUDGE_LASTS, next_at=now)
    await provider_mail.add(tx, list(rows.values()))


async def alert(tx: Tx, sealer: Sealer, alerted: list[tuple[OpenLeg, str]], books: Books, now: datetime) -> None:
    """Asks providers to look before any contact, once for each leg and milestone: something was heard of the suspect.
    What it was is told on the page alone; those without accounts get there by a new link."""
    rows = []
    for leg, milestone_id in alerted:
        contract = books.directory.by_id.get(leg.contract_id)
        if contract is None:
            continue
        mail_id = uuid5(leg.leg_id, f"alert/{milestone_id}")
        token = await _new_token(tx, sealer, mail_id, leg.leg_id, contract, books, now)
        about = (contract.provider.provider_id, leg.contract_id, leg.case_id, leg.leg_id, mail_id if token else None)
        rows.append(ToProvider(mail_id, *about, ALERT, token, None, now, now + ALERT_LASTS, next_at=now))
    await provider_mail.add(tx, rows)


async def _new_token(
    tx: Tx, sealer: Sealer, mail_id: UUID, leg_id: UUID, contract: Contract, books: Books, now: datetime
) -> bytes | None:
    """The token of a new link, sealed; None for a provider with accounts, and while somebody has the referral open."""
    if contract.provider.has_system or any(one.is_in_session(now) for one in await links.of_leg(tx, leg_id)):
        return None
    try:
        token = await leg_links.mint(tx, None, mail_id, leg_id, books, now)
    except Refused:
        return None
    place = sealing.place("provider_mail", "token", mail_id)
    return await sealing.close_text(sealer, contract.provider.provider_id, token, place)
