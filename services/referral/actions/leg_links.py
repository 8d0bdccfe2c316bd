"""One-time links: made and taken back by the hub, opened once by a provider without accounts."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from contracts.reference import ROLES
from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.domain.books import Books
from services.referral.store import links, portal, referrals
from services.referral.store.links import Link

ROLE = "provider.link"
EXPIRES = timedelta(days=3)
"""How long a link waits to be opened (ours: over a weekend)."""
SESSION = timedelta(hours=8)
REMEMBERED = timedelta(hours=32)
"""How long a browser remembers what it opened: a day longer than it sees anything, to lock a channel and to ask for
another link. Ours."""
OPEN = frozenset({"sent", "accepted", "waitlisted"})


async def mint(tx: Tx, viewer: Viewer | None, link_id: UUID, leg_id: UUID, books: Books, now: datetime) -> str:
    """A new link's token, known to nobody afterwards; earlier links of the leg are taken back, but what somebody has
    open goes on: they are in the middle of it. Without a viewer it is made by the system.

    Refused for a provider with accounts, a restricted person, a leg that is not open, and a link made before.
    """
    leg = await referrals.leg(tx, leg_id)
    contract = books.directory.by_id.get(leg.contract_id) if leg else None
    if leg is None or contract is None:
        raise Refused("leg_id", "not_found")
    if contract.provider.has_system:
        raise Refused("leg_id", "has_accounts")
    if leg.restricted:
        raise Refused("leg_id", "restricted")
    if leg.state not in OPEN:
        raise Refused("leg_id", "not_open")
    if any(one.link_id == link_id for one in await links.of_leg(tx, leg_id)):
        raise Refused("link_id", "made_before")
    by = viewer.user_id if viewer else None
    await links.revoke(tx, leg_id, by, now, opened=False)
    token = secrets.token_hex(32)
    ids = (link_id, leg_id, leg.referral_id, leg.case_id, leg.provider_id)
    await links.add(tx, Link(*ids, links.digest(token), now, by, now + EXPIRES))
    await audit.record(tx, [written(viewer, "link.made", leg.case_id)])
    return token


def written(viewer: Viewer | None, action: str, case_id: UUID) -> audit.Entry:
    """What the audit is told of a link, by somebody or by the system."""
    if viewer is None:
        return audit.Entry(None, "system", None, action, "case", case_id, ("leg",))
    return audit.seen(viewer, action, "case", case_id, ("leg",))


async def take_back(tx: Tx, viewer: Viewer, leg_id: UUID, now: datetime) -> None:
    """Takes back every link of a leg and whatever session it opened."""
    leg = await referrals.leg(tx, leg_id)
    if leg is None:
        raise Refused("leg_id", "not_found")
    if await links.revoke(tx, leg_id, viewer.user_id, now):
        await audit.record(tx, [audit.seen(viewer, "link.taken_back", "case", leg.case_id, ("leg",))])


async def open_once(tx: Tx, token: str, now: datetime) -> str | None:
    """The session for a link that was never opened; None for any other. Refused, and nothing is used up, while what it
    opens is hidden from its provider."""
    link = await links.by_secret(tx, token)
    if link is None or not link.may_open(now) or link.token_sha256 != links.digest(token):
        return None
    await links.narrow(tx, link)
    if await portal.is_hidden(tx, link.referral_id):
        raise Refused("token", "hidden")
    session = secrets.token_urlsafe(32)
    if not await links.exchange(tx, link, session, now + SESSION, now):
        return None
    await audit.record(tx, [audit.seen(viewer_of(link), "link.opened", "case", link.case_id, ("leg",))])
    return session


async def ask_again(tx: Tx, secret: str, now: datetime) -> None:
    """Whoever holds a token or a session, though it be over, asks for another link to the registered address. Nothing
    tells whether there was one."""
    link = await links.by_secret(tx, secret)
    if link is not None:
        await links.ask_again(tx, link, now)
        await audit.record(tx, [audit.seen(viewer_of(link), "link.asked_again", "case", link.case_id, ("leg",))])


async def session_of(tx: Tx, session: str, now: datetime) -> Link | None:
    """The link of a session that lasts."""
    link = await links.by_secret(tx, session)
    lasts = link is not None and link.is_in_session(now) and link.session_sha256 == links.digest(session)
    return link if lasts else None


def viewer_of(link: Link) -> Viewer:
    """Whoever holds the link, as actions and the audit know them: the link itself, for its provider."""
    may = frozenset(ROLES[ROLE].permissions)
    return Viewer(link.link_id, "One-time link", ROLE, may, link.provider_id, link.link_id)
