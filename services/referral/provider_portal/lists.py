"""A provider's referrals in five lists, of all its contracts or of one; and who works on a referral."""

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral.actions import providing
from services.referral.domain.books import Books
from services.referral.provider_portal import words
from services.referral.provider_portal.room import frame, one, own
from services.referral.store import portal


async def show_list(visit: Visit, books: Books) -> Response:
    slug, number, contract = visit.query.get("list", "open"), visit.query.get("page", "1"), _contract(visit)
    async with visit.begin() as tx:
        page = await portal.offered(tx, slug, int(number) if number.isdecimal() else 1, contract_id=contract)
        if page is None:
            return visit.not_found()
        counts = await portal.counts(tx, contract)
        shown = tuple(row.reference for row in page.rows)
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.list_seen", "list", None, (slug, *shown))])
    mine = [c for c in books.directory.contracts if c.provider.provider_id == visit.signed_in.organisation_id]
    return visit.render(
        "provider_portal/list.html",
        page=page,
        lists=[(chosen, counts[chosen.slug]) for chosen in portal.LISTS.values()],
        rows=[frame(visit, books, row) for row in page.rows],
        contracts=[{"value": "", "text": "All our contracts"}]
        + [{"value": str(c.contract_id), "text": f"{words.line(c.line)}: {c.title}"} for c in mine],
        contract=str(contract or ""),
    )


def _contract(visit: Visit) -> UUID | None:
    given = visit.query.get("contract")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise HTTPException(404) from None


async def assign(visit: Visit, books: Books) -> Response:
    """Takes a referral on oneself, or gives it back. A restricted person's stays with whom the hub named."""
    take = one(visit, "worker") == "me"
    async with visit.begin() as tx:
        offered = await own(tx, visit.id("referral_id"))
        if offered.leg_state not in ("sent", "accepted", "waitlisted") or offered.restricted:
            return visit.conflict()
        await providing.assign(tx, visit.signed_in, offered.leg_id, visit.signed_in.user_id if take else None)
    flash = "The referral is yours" if take else "The referral waits for a worker"
    return visit.redirect(f"/portal/referrals/{offered.referral_id}", flash=flash)
