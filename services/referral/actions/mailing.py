"""Messages to people leave: the one safe-contact check again at that moment, and whoever asked is told."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.referral import ContactSent, ContactWithheld
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.config import Settings
from kit.database import Tx
from kit.listening import Context
from kit.sealing import CannotOpen, Sealer, unseal
from kit.service import Moment
from services.referral.actions import gating, requesting, trying
from services.referral.actions.announcing import announce
from services.referral.actions.contacting import SHUT, mail_shuts, profile_for_mail
from services.referral.actions.sealing import open_channels, open_person, place
from services.referral.actions.trying import Kind
from services.referral.carrying import Carrier
from services.referral.desk_books import messages
from services.referral.domain import leaving, mailing, safe_contact
from services.referral.domain.mailing import Message
from services.referral.domain.safe_contact import Profile
from services.referral.store import appointments, cases, consent, contact, details, incidents, mail, referrals
from services.referral.store.mail import Held

STOPPED, QUIET = "stopped_by_hand", "quiet_now"
TYPED_AT = frozenset({"yours"})
"""Pages at which a code from a letter is typed; every other is typed at the first page of the neutral origin."""
CUT = "(the rest of the link is the person's own and is not shown)"


async def send_due(tx: Tx, moment: Moment, context: Context, carrier: Carrier | None = None) -> int:
    """Tries every message whose time has come; returns how many."""
    return await trying.send_due(TO_PEOPLE, tx, moment, context, carrier)


async def _claim(tx: Tx, held: Held, now: datetime, context: Context, carrier: Carrier) -> tuple[Held, Message] | None:
    """The message to be carried now, its row marked; None when it may not leave, or not yet."""
    profile = await profile_for_mail(tx, held.person_id)
    verdict = mailing.may_leave(safe_contact.may_use(profile, held.channel, held.purpose, now), held.not_after, now)
    if await incidents.is_on_for(tx, held.case_id):
        await _stop(tx, held, "withheld", "major_incident", "major_incident", now)
        return None
    shut = await mail_shuts(tx, await cases.get(tx, held.case_id), held.purpose, now)
    if shut is not None:
        await _stop(tx, held, "withheld", shut, SHUT[shut], now)
        return None
    if (over := await _over(tx, held, now)) is not None:
        await _stop(tx, held, "withheld", over, over, now)
        return None
    if verdict.what == "withhold":
        await _stop(tx, held, "withheld", verdict.why, mailing.told(verdict.why), now)
        return None
    if not await _at_this_hour(tx, held, profile, now):
        return None
    message = await message_of(tx, context.sealer, held, context.settings.neutral_url, now)
    if message is None or held.channel not in carrier.channels:
        await _stop(tx, held, "failed", "no_address" if message is None else "no_carrier", "not_delivered", now)
        return None
    after = replace(held, state="sending", sending_since=now, tries=held.tries + 1, carrier=carrier.name)
    await mail.save(tx, after)
    await _written(tx, held, "mail.tried", carrier.name)
    return after, message


async def _at_this_hour(tx: Tx, held: Held, profile: Profile, now: datetime) -> bool:
    """Whether it leaves now. Else it waits for the next moment at which its channel is safe and nobody is disturbed;
    where none comes in time it is withheld and told."""
    hours = requesting.leaving_on(now)
    at = leaving.leaves_at(hours, profile, held.channel, held.purpose, now, held.not_after)
    if at is None:
        await _stop(tx, held, "withheld", "no_safe_time", "no_safe_channel", now)
    elif at > now:
        why = leaving.why_later(profile, held.channel, held.purpose, now, at)
        await mail.save(tx, replace(held, state="waiting", sending_since=None, next_at=at, why=why))
    return at == now


async def _over(tx: Tx, held: Held, now: datetime) -> str | None:
    """Why a message about help, or about an appointment, has nothing to say any more; None where it has."""
    if held.purpose in safe_contact.OF_HELP and await consent.taken_back_since(
        tx, held.case_id, held.asked_at, gating.UNDONE
    ):
        return "opted_out"
    if held.purpose == "appointment":
        legs = [leg.leg_id for leg in await referrals.legs_of_case(tx, held.case_id)]
        return None if await appointments.to_come(tx, legs, now) else "too_late"
    return None


async def shown(tx: Tx, sealer: Sealer, held: Held, settings: Settings, now: datetime) -> Message | None:
    """The message as a worker may read it: its link ends before the token, which opens the person's own page. Where no
    message leaves at all it is whole, since nobody else could follow it."""
    return await message_of(tx, sealer, held, settings.neutral_url, now, cut=not settings.nothing_leaves)


async def message_of(
    tx: Tx, sealer: Sealer, held: Held, neutral_url: str, now: datetime, *, cut: bool = False
) -> Message | None:
    """The message in clear; None when its address or its key is gone."""
    to = (await open_channels(sealer, held.person_id, await contact.values(tx, held.person_id))).get(held.channel)
    key = (await sealer.data_keys([held.person_id])).get(held.person_id)
    try:
        token = unseal(key, held.token, place("mail", "token", held.request_id)) if key else None
    except CannotOpen:
        token = None
    if not to or not token:
        return None
    to, link = await _addressed(tx, sealer, held, to), _way(held, neutral_url.rstrip("/"), CUT if cut else token)
    words = mailing.words_on(messages(), local_day(now))
    return words.message(str(held.request_id), held.template, held.channel, to, link)


async def _addressed(tx: Tx, sealer: Sealer, held: Held, to: str) -> str:
    """Where it goes; a letter to the person by name, so that nobody else of the house opens it as their own."""
    if held.channel != "letter":
        return to
    names = await open_person(sealer, held.person_id, await details.person(tx, held.person_id))
    name = " ".join(str(names[part]) for part in ("given_names", "family_name") if names.get(part))
    return f"{name}, {to}" if name else to


def _way(held: Held, neutral_url: str, token: str) -> str:
    """The link as it is followed; in a letter a page to open and a code to type there."""
    if held.channel != "letter":
        return "/".join(part for part in (neutral_url, held.path, token) if part)
    page = f"{neutral_url}/{held.path}" if held.path in TYPED_AT else neutral_url
    return f"{page} and enter this code there: {token}"


async def _left(tx: Tx, held: Held, now: datetime) -> None:
    await mail.save(tx, replace(held, state="sent", sent_at=now, sending_since=None, why=None))
    await _written(tx, held, "mail.sent", held.carrier)


async def _wait(tx: Tx, held: Held, tries: int, later: datetime, why: str | None) -> None:
    await mail.save(tx, replace(held, state="waiting", tries=tries, sending_since=None, next_at=later, why=why))


async def _fail(tx: Tx, held: Held, why: str | None, now: datetime) -> None:
    await _stop(tx, held, "failed", why, "not_delivered", now)


async def _stop(tx: Tx, held: Held, state: str, why: str | None, told: str, now: datetime) -> None:
    """It does not leave: whoever asked for it is told why."""
    await mail.save(tx, replace(held, state=state, sending_since=None, why=why))
    withheld = ContactWithheld(
        case_id=held.case_id,
        request_id=held.request_id,
        reason=told,
        purpose=held.purpose,
        template=held.template,
        happened_at=now,
        actor_role="system",
    )
    await announce(tx, [withheld])
    await _written(tx, held, f"mail.{state}", why)


async def _written(tx: Tx, held: Held, action: str, reason: str | None) -> None:
    await audit.record(tx, [audit.Entry(None, "system", None, action, "case", held.case_id, (held.channel,), reason)])


TO_PEOPLE = Kind("mail_failed", mail.due, mail.load, _claim, _wait, _left, _fail)


async def stop(tx: Tx, viewer: Viewer, request_id: UUID, now: datetime) -> None:
    """A worker takes back a message that waits: it never leaves, and whoever asked for it is told. Refused: not_found,
    or not_waiting."""
    held = await mail.load(tx, request_id)
    if held is None:
        raise Refused("request_id", "not_found")
    if held.state != "waiting":
        raise Refused("request_id", "not_waiting")
    await _stop(tx, held, "withheld", STOPPED, "hold", now)
    await audit.record(tx, [audit.seen(viewer, "mail.stopped", "case", held.case_id, (held.channel,))])


async def take_back(tx: Tx, request_id: UUID, reason: str, now: datetime) -> None:
    """Whoever asked for a message takes it back before it left; one that is on its way is not stopped."""
    held = await mail.load(tx, request_id)
    if held is not None and held.state == "waiting":
        await _stop(tx, held, "withheld", QUIET, reason, now)


async def again(tx: Tx, viewer: Viewer, request_id: UUID, now: datetime) -> None:
    """A failed message is tried once more, under the same key, and whoever asked for it hears that it is on its way
    again. Refused: not_found, not_failed or too_late."""
    held = await mail.load(tx, request_id)
    if held is None:
        raise Refused("request_id", "not_found")
    if held.state != "failed":
        raise Refused("request_id", "not_failed")
    if now > held.not_after:
        raise Refused("request_id", "too_late")
    await mail.save(tx, replace(held, state="waiting", next_at=now, why="no_answer"))
    on_its_way = ContactSent(
        case_id=held.case_id,
        request_id=held.request_id,
        channel=held.channel,
        token_sha256=await mail.digest(tx, request_id),
        purpose=held.purpose,
        template=held.template,
        happened_at=now,
        actor_role=viewer.role,
    )
    await announce(tx, [on_its_way], viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "mail.again", "case", held.case_id, (held.channel,))])
