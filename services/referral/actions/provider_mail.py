"""Messages to a provider's registered address: a one-time link, or a nudge. Nothing of the person is in them, and
they leave by the same carriers as every other message."""

from dataclasses import replace
from datetime import datetime

from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.listening import Context
from kit.sealing import CannotOpen, Sealer, unseal
from kit.service import Moment
from kit.web.guard import Signer
from services.referral.actions import books as stocked
from services.referral.actions import leg_links, sealing, trying
from services.referral.actions.capacity import path_of, week_of
from services.referral.actions.telling_providers import CAPACITY, CONTRACT, LATE, LINK, NUDGE
from services.referral.actions.trying import Kind
from services.referral.carrying import Carrier
from services.referral.desk_books import messages
from services.referral.domain.books import Books
from services.referral.domain.mailing import Message, words_on
from services.referral.store import directory, late, provider_mail
from services.referral.store.provider_mail import ToProvider

BY_LINK = "_link"
"""What ends the name of the words of a nudge or an alert with a link in it."""


async def send_due(tx: Tx, moment: Moment, context: Context, carrier: Carrier | None = None) -> int:
    """Tries every message to a provider whose time has come; returns how many."""
    return await trying.send_due(TO_PROVIDERS, tx, moment, context, carrier)


async def _claim(
    tx: Tx, held: ToProvider, now: datetime, context: Context, carrier: Carrier
) -> tuple[ToProvider, Message] | None:
    """The message to be carried now, its row marked; None when it is over, or cannot leave."""
    over = await _over(tx, held, now)
    if over is not None:
        await _stop(tx, held, "withheld", over)
        return None
    books = await stocked.current(tx, context.facts)
    message = await message_of(context, held, books, now)
    if message is None or "email" not in carrier.channels:
        await _stop(tx, held, "failed", "no_address" if message is None else "no_carrier")
        return None
    after = replace(held, state="sending", sending_since=now, tries=held.tries + 1, carrier=carrier.name)
    await provider_mail.save(tx, after)
    return after, message


async def _over(tx: Tx, held: ToProvider, now: datetime) -> str | None:
    """Why it need not leave any more."""
    if held.template == CAPACITY and held.contract_id in await directory.answers(tx, week_of(local_day(held.asked_at))):
        return "list_answered"
    if held.leg_id is None or held.template == CONTRACT:
        return "too_late" if now > held.not_after else None
    stands = await provider_mail.standing(tx, held, now)
    if stands is None or stands.state not in leg_links.OPEN or (held.template == NUDGE and stands.state != "sent"):
        return "answered"
    if held.template == LATE and not await late.stands(tx, held.leg_id, held.asked_at, local_day(now)):
        return "done_since"
    if held.link_id is not None and not stands.link_open:
        return "link_over"
    return "too_late" if now > held.not_after else None


async def message_of(context: Context, held: ToProvider, books: Books, now: datetime) -> Message | None:
    """The message to the address that the directory has now; None when there is none, or no link to put in it."""
    contract = books.directory.by_id.get(held.contract_id)
    ours = context.settings.public_url.rstrip("/")
    link = f"{ours}/portal"
    if held.link_id is not None:
        token = await _token(context.sealer, held)
        link = f"{link}/link/open/{token}" if token else ""
    if held.template == CAPACITY:
        link = ours + path_of(Signer(context.settings), held.contract_id, week_of(local_day(held.asked_at)))
    if contract is None or not contract.provider.email or not link:
        return None
    words = words_on(messages(), local_day(now))
    template = held.template + BY_LINK if held.template != LINK and held.link_id is not None else held.template
    return words.message(str(held.mail_id), template, "email", contract.provider.email, link)


async def _token(sealer: Sealer, held: ToProvider) -> str | None:
    key = (await sealer.data_keys([held.provider_id])).get(held.provider_id)
    if key is None or held.token is None:
        return None
    try:
        return unseal(key, held.token, sealing.place("provider_mail", "token", held.mail_id))
    except CannotOpen:
        return None


async def _left(tx: Tx, held: ToProvider, now: datetime) -> None:
    await provider_mail.save(tx, replace(held, state="sent", sent_at=now, sending_since=None, why=None, token=None))
    await _written(tx, held, "provider_mail.sent", held.carrier)


async def _wait(tx: Tx, held: ToProvider, tries: int, later: datetime, why: str | None) -> None:
    await provider_mail.save(
        tx, replace(held, state="waiting", tries=tries, sending_since=None, next_at=later, why=why)
    )


async def _fail(tx: Tx, held: ToProvider, why: str | None, now: datetime) -> None:
    await _stop(tx, held, "failed", why)


async def _stop(tx: Tx, held: ToProvider, state: str, why: str | None) -> None:
    await provider_mail.save(tx, replace(held, state=state, sending_since=None, why=why, token=None))
    await _written(tx, held, f"provider_mail.{state}", why)


async def _written(tx: Tx, held: ToProvider, action: str, reason: str | None) -> None:
    kind, about = ("case", held.case_id) if held.case_id else ("contract", held.contract_id)
    await audit.record(tx, [audit.Entry(None, "system", None, action, kind, about, ("email",), reason)])


TO_PROVIDERS = Kind("provider_mail_failed", provider_mail.due, provider_mail.load, _claim, _wait, _left, _fail)
