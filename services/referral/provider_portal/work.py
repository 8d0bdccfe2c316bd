"""A worker's own half-done forms, and their referrals' list beside them."""

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral import drafting
from services.referral.domain.books import Books

WORK = "/portal/work"


async def show_work(visit: Visit, books: Books) -> Response:
    async with visit.begin() as tx:
        drafts = await drafting.listed(tx, visit.now)
        seen = ("my_work", *drafting.seen(drafts))
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.list_seen", "list", None, seen)])
    return visit.render("provider_portal/work.html", drafts=drafts)


async def throw_away(visit: Visit, books: Books) -> Response:
    return await drafting.throw_away(visit, WORK)
