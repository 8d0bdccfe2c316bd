"""The hub makes and takes back one-time links of a leg whose provider has no accounts."""

from uuid import uuid4

from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import sent_id
from services.referral.actions import leg_links, telling_providers
from services.referral.domain.books import Books
from services.referral.provider_portal.room import one
from services.referral.store import links, referrals
from services.referral.store import provider_mail as mailed

REFUSALS = {
    "has_accounts": "This provider has accounts: it sees the referral in its own lists",
    "restricted": "A restricted person's referral is opened by the named worker alone, never by a link",
    "not_open": "The referral is no longer with this provider, so there is nothing to open",
}
ON_ITS_WAY = "A new link is on its way to the provider's address."
MAILED = {
    "waiting": "waits to be mailed",
    "sending": "is being mailed",
    "sent": "was mailed",
    "failed": "could not be mailed: ring the provider",
    "withheld": "was not mailed, since it was over before",
}


async def show_links(visit: Visit, books: Books, error: FieldError | None = None, token: str | None = None) -> Response:
    """The links of a leg. `token`: of the one made just now, shown this once."""
    async with visit.begin() as tx:
        leg = await referrals.leg(tx, visit.id("leg_id"))
        if leg is None:
            return visit.not_found()
        held = await links.of_leg(tx, leg.leg_id)
        mails = {mail.link_id: mail for mail in await mailed.of_leg(tx, leg.leg_id)}
        await audit.record(tx, [audit.seen(visit.signed_in, "link.list_seen", "case", leg.case_id)])
    contract = books.directory.by_id.get(leg.contract_id)
    origin = visit.settings.public_url.rstrip("/")
    return visit.render(
        "provider_portal/links.html",
        status=422 if error else 200,
        leg=leg,
        contract=contract,
        held=[(link, _state(visit, link), mails.get(link.link_id)) for link in held],
        states=MAILED,
        address=f"{origin}/portal/link/open/{token}" if token else None,
        may_make=contract is not None and not contract.provider.has_system and leg.state in leg_links.OPEN,
        link_id=uuid4(),
        errors=[error] if error else [],
    )


def _state(visit: Visit, link: links.Link) -> str:
    if link.revoked_at is not None:
        return "Taken back"
    if link.is_in_session(visit.now):
        return "Open now"
    if link.used_at is not None:
        return "Was opened, and is over"
    return "Waits to be opened" if visit.now < link.expires_at else "Ran out"


async def make_link(visit: Visit, books: Books) -> Response:
    made = sent_id(visit, "link_id")
    try:
        async with visit.begin() as tx:
            link_id, leg_id = made or uuid4(), visit.id("leg_id")
            token = await leg_links.mint(tx, visit.signed_in, link_id, leg_id, books, visit.now)
            leg = await referrals.leg(tx, leg_id) if one(visit, "send") == "mail" else None
            if leg is not None:
                await telling_providers.send_link(tx, visit.signed_in, visit.sealer, link_id, leg, token, visit.now)
    except Refused as refused:
        if refused.code == "not_found":
            return visit.not_found()
        if refused.code == "made_before":
            return _made_before(visit)
        return await show_links(visit, books, FieldError("", REFUSALS[refused.code]))
    if leg is not None:
        return visit.redirect(f"/referrals/links/{leg_id}", flash=ON_ITS_WAY)
    return await show_links(visit, books, token=token)


def _made_before(visit: Visit) -> Response:
    """The same press again: what was mailed is on its way, and what was shown is shown to nobody twice."""
    back = f"/referrals/links/{visit.id('leg_id')}"
    if one(visit, "send") == "mail":
        return visit.redirect(back, flash=ON_ITS_WAY)
    said = (
        "A link was made when you pressed this before, and it is shown once. If you could not copy it, make a new one."
    )
    return visit.conflict(said, back)


async def take_back(visit: Visit, books: Books) -> Response:
    try:
        async with visit.begin() as tx:
            await leg_links.take_back(tx, visit.signed_in, visit.id("leg_id"), visit.now)
    except Refused:
        return visit.not_found()
    return visit.redirect(f"/referrals/links/{visit.id('leg_id')}", flash="The links were taken back")
