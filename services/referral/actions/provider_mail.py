"""Messages to a provider's registered address: a one-time link, or a nudge. Nothing of the person is in them, and
they leave by the same carriers as every other message."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from contracts.working_time import local_day
from kit import audit
from kit.database import TRANSIENT, Tx
from kit.listening import Context
from kit.sealing import CannotOpen, Sealer, unseal
from kit.service import Moment
from services.referral.actions import books as stocked
from services.referral.actions import leg_links, mailing, sealing
from services.referral.actions.telling_providers import LINK, NUDGE
from services.referral.carrying import Carrier, carrier_of
from services.referral.desk_books import messages
from services.referral.domain.books import Books
from services.referral.domain.mailing import Message, pause, words_on
from services.referral.store import provider_mail
from services.referral.store.provider_mail import ToProvider

AT_ONCE = 20
LEASE = timedelta(minutes=15)
log = structlog.get_logger(__name__)


async def send_due(tx: Tx, moment: Moment, context: Context, carrier: Carrier | None = None) -> int:
    """Tries every message to a provider whose time has come; returns how many. Each is claimed and settled in
    transactions of its own, so that nothing is held open while a carrier thinks."""
    ids = await provider_mail.due(tx, moment.now, moment.now - LEASE, AT_ONCE)
    chosen = carrier or carrier_of(context.settings)
    for mail_id in ids:
        await _try(mail_id, moment.now, context, chosen)
    return len(ids)


async def _try(mail_id: UUID, now: datetime, context: Context, carrier: Carrier) -> None:
    """One message; what fails by our own fault waits too, so that it is not in the way of the others."""
    try:
        await _carry(mail_id, now, context, carrier)
    except TRANSIENT:
        raise
    except Exception as error:
        log.warning("provider_mail_failed", error=type(error).__name__)
        async with context.database.begin() as tx:
            held = await provider_mail.load(tx, mail_id)
            if held is not None and held.state == "waiting":
                later = now + pause(held.tries + 1)
                await provider_mail.save(tx, replace(held, tries=held.tries + 1, next_at=later, why="defect"))


async def _carry(mail_id: UUID, now: datetime, context: Context, carrier: Carrier) -> None:
    async with context.database.begin() as tx:
        held = await provider_mail.load(tx, mail_id)
        claimed = (
            await _claim(tx, held, now, context, carrier) if held and held.state in ("waiting", "sending") else None
        )
    if held is None or claimed is None:
        return
    after, message = claimed
    in_doubt = held.state == "sending" or held.why == "no_answer"
    outcome, why = await mailing.carried(carrier, message, in_doubt=in_doubt)
    async with context.database.begin() as tx:
        settled = await provider_mail.load(tx, mail_id)
        if settled is not None and settled.sending_since == after.sending_since:
            await _settle(tx, settled, outcome, why, now)


async def _claim(
    tx: Tx, held: ToProvider, now: datetime, context: Context, carrier: Carrier
) -> tuple[ToProvider, Message] | None:
    """The message to be carried now, its row marked; None when it is over, or cannot leave."""
    over = await _over(tx, held, now)
    if over is not None:
        await _stop(tx, held, "withheld", over)
        return None
    books = await stocked.current(tx, context.facts)
    message = await message_of(context.sealer, held, books, context.settings.public_url, now)
    if message is None or "email" not in carrier.channels:
        await _stop(tx, held, "failed", "no_address" if message is None else "no_carrier")
        return None
    after = replace(held, state="sending", sending_since=now, tries=held.tries + 1, carrier=carrier.name)
    await provider_mail.save(tx, after)
    return after, message


async def _over(tx: Tx, held: ToProvider, now: datetime) -> str | None:
    """Why it need not leave any more."""
    stands = await provider_mail.standing(tx, held, now)
    if stands is None or stands.state not in leg_links.OPEN or (held.template == NUDGE and stands.state != "sent"):
        return "answered"
    if held.template == LINK and not stands.link_open:
        return "link_over"
    return "too_late" if now > held.not_after else None


async def message_of(sealer: Sealer, held: ToProvider, books: Books, public_url: str, now: datetime) -> Message | None:
    """The message to the address that the directory has now; None when there is none, or no link to put in it."""
    contract = books.directory.by_id.get(held.contract_id)
    link = f"{public_url.rstrip('/')}/portal"
    if held.template == LINK:
        token = await _token(sealer, held)
        link = f"{link}/link/open/{token}" if token else ""
    if contract is None or not contract.provider.email or not link:
        return None
    words = words_on(messages(), local_day(now))
    return words.message(str(held.mail_id), held.template, "email", contract.provider.email, link)


async def _token(sealer: Sealer, held: ToProvider) -> str | None:
    key = (await sealer.data_keys([held.provider_id])).get(held.provider_id)
    if key is None or held.token is None:
        return None
    try:
        return unseal(key, held.token, sealing.place("provider_mail", "token", held.mail_id))
    except CannotOpen:
        return None


async def _settle(tx: Tx, held: ToProvider, outcome: str, why: str | None, now: datetime) -> None:
    if outcome == "sent":
        await provider_mail.save(tx, replace(held, state="sent", sent_at=now, sending_since=None, why=None, token=None))
        await _written(tx, held, "provider_mail.sent", held.carrier)
    elif outcome == "failed":
        await _stop(tx, held, "failed", why)
    else:
        later = now + pause(held.tries)
        await provider_mail.save(tx, replace(held, state="waiting", sending_since=None, next_at=later, why=why))


async def _stop(tx: Tx, held: ToProvider, state: str, why: str | None) -> None:
    await provider_mail.save(tx, replace(held, state=state, sending_since=None, why=why, token=None))
    await _written(tx, held, f"provider_mail.{state}", why)


async def _written(tx: Tx, held: ToProvider, action: str, reason: str | None) -> None:
    await audit.record(tx, [audit.Entry(None, "system", None, action, "case", held.case_id, ("email",), reason)])
