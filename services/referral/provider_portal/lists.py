"""A provider's referrals in five lists, of all its contracts or of one; and who works on a referral."""

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, whole
from services.referral.actions import providing, supporting
from services.referral.actions.contract_ends import SOON
from services.referral.domain.books import Books
from services.referral.provider_portal import words
from services.referral.provider_portal.one import show_referral
from services.referral.provider_portal.organisations import others
from services.referral.provider_portal.room import base, frame, limits, moved, one, own, workers
from services.referral.store import appointments, drafts, duty, lapsing, portal

NAMED_BY_HUB = "This person is restricted, so the hub names who works with them. Ask the hub."
SORTS = {"due": "By what is due first", "newest": "Newest first"}


async def show_list(visit: Visit, books: Books) -> Response:
    slug, number, contract = visit.query.get("list", "open"), visit.query.get("page", "1"), _contract(visit)
    sort = visit.query.get("sort", "due")
    if sort not in SORTS:
        return visit.not_found()
    asked = whole(number) or 1
    names = await workers(visit)
    async with visit.begin() as tx:
        await portal.here(tx, names)
        page = await portal.offered(
            tx, slug, limits(visit, books), asked, contract_id=contract, newest=sort == "newest"
        )
        if page is None:
            return visit.not_found()
        counts = await portal.counts(tx, contract)
        coming = await appointments.to_come_of(tx, [row.leg_id for row in page.rows], visit.now)
        unsafe = await supporting.not_safe(tx, coming, books.support, visit.now)
        half = len(await drafts.mine(tx, visit.now))
        lapsed = await lapsing.shown(tx)
        alerts = await portal.alerts(tx)
        hub_rings = await duty.telephone(tx, visit.now)
        shown = (*(row.reference for row in page.rows), *(one.reference for one in lapsed))
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.list_seen", "list", None, (slug, *shown))])
    today = local_day(visit.now)
    mine = [c for c in books.directory.contracts if c.provider.provider_id == visit.signed_in.organisation_id]
    return visit.render(
        "provider_portal/list.html",
        page=page,
        lists=[(chosen, counted(counts[chosen.slug])) for chosen in portal.LISTS.values()],
        held=counted(counts[slug]),
        rows=[frame(visit, books, row, names) for row in page.rows],
        to_move={row.referral_id for row in coming if row.appointment_id in unsafe},
        lapsed=[(one.reference, words.line(one.line), one.since) for one in lapsed],
        contracts=[{"value": "", "text": "All our contracts"}]
        + [{"value": str(c.contract_id), "text": f"{words.line(c.line)}: {c.title}"} for c in mine],
        contract=str(contract or ""),
        ending=[c for c in mine if c.starts <= today <= c.ends + SOON and c.ends <= today + SOON],
        today=today,
        others=await others(visit, books),
        hub_rings=hub_rings,
        alerts=alerts,
        seconds=books.standards_on(local_day(visit.now)).alert_poll_seconds,
        sort=sort,
        half=half,
        sorts=[{"value": code, "text": text} for code, text in SORTS.items()],
    )


async def show_alerts(visit: Visit, books: Books) -> Response:
    """Asked again and again by an open page: whether more alerts came than it knows of. One that was opened for another
    organisation is told that it hears nothing of that one any more."""
    known, own = whole(visit.query.get("known", "")) or 0, str(visit.organisation)
    switched = visit.query.get("of", own) != own
    async with visit.begin() as tx:
        number = await portal.alerts(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.alerts_asked", "list", None)])
    told = switched or number > known
    return visit.render("provider_portal/alerts.html", switched=switched) if told else Response(status_code=204)


def counted(number: int) -> str:
    """A count as a tab shows it: "24"; "1,000+" where counting stopped."""
    return f"{number:,}" if number <= portal.COUNTED_AT_MOST else f"{portal.COUNTED_AT_MOST:,}+"


def _contract(visit: Visit) -> UUID | None:
    given = visit.query.get("contract")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise HTTPException(404) from None


async def assign(visit: Visit, books: Books) -> Response:
    """Gives a referral to oneself, to a colleague or back. A restricted person's stays with whom the hub named."""
    chosen, names = one(visit, "worker"), await workers(visit)
    choices = {str(user_id): user_id for user_id in names} | {"me": visit.signed_in.user_id, "nobody": None}
    if chosen not in choices:
        return await show_referral(visit, books, [FieldError("worker", "Choose who works on it")])
    worker = choices[chosen]
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        if offered.restricted:
            return visit.conflict(NAMED_BY_HUB, base(visit, offered), stale=False)
        if offered.leg_state not in ("sent", "accepted", "waitlisted"):
            return await moved(tx, visit, books, offered)
        if offered.assigned_to != worker:
            await providing.assign(tx, visit.signed_in, offered.leg_id, worker)
    return visit.redirect(base(visit, offered), flash=_said(visit, worker, names))


def _said(visit: Visit, worker: UUID | None, names: dict[UUID, str]) -> str:
    if worker == visit.signed_in.user_id:
        return "The referral is yours"
    return "The referral was given to a colleague" if worker in names else "The referral waits for a worker"
