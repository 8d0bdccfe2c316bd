"""A provider's referrals in five lists."""

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral.domain.books import Books
from services.referral.provider_portal.room import area_words, line_words, state_of, state_words
from services.referral.store import portal


async def show_list(visit: Visit, books: Books) -> Response:
    slug = visit.query.get("list", "open")
    number = visit.query.get("page", "1")
    async with visit.begin() as tx:
        page = await portal.offered(tx, slug, int(number) if number.isdecimal() else 1)
        if page is None:
            return visit.not_found()
        counts = await portal.counts(tx)
        shown = tuple(row.reference for row in page.rows)
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.list_seen", "list", None, (slug, *shown))])
    return visit.render(
        "provider_portal/list.html",
        page=page,
        lists=[(one, counts[one.slug]) for one in portal.LISTS.values()],
        rows=[
            {
                "row": row,
                "line": line_words(row.line),
                "state": state_words(books, state_of(row)),
                "area": area_words(row.local_authority),
            }
            for row in page.rows
        ],
    )
