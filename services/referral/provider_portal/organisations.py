"""Whoever works for two providers looks for one of them at a time, and goes from one to the other."""

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from kit.web.organisations import held, switch
from services.referral.actions.belonging import of_portal
from services.referral.domain.books import Books
from services.referral.provider_portal.room import client_id

UNNAMED = "an organisation without a contract"


async def others(visit: Visit, books: Books) -> list[tuple[UUID, str]]:
    """The organisations that the viewer may go to, with their names; none for whoever belongs to one."""
    names, viewer = books.directory.names(), visit.signed_in
    roles = await held(visit.access, viewer) if viewer.organisation_id else {}
    return [
        (id, names.get(id, UNNAMED)) for id, role in roles.items() if id != viewer.organisation_id and of_portal(role)
    ]


async def choose_organisation(visit: Visit, books: Books) -> Response:
    """From now on, in this session, the viewer looks for another organisation of theirs."""
    chosen, viewer = client_id(visit, "organisation"), visit.signed_in
    if chosen is None or chosen not in dict(await others(visit, books)):
        return visit.not_found()
    async with visit.begin() as tx:
        await audit.record(tx, [audit.seen(viewer, "organisation.chosen", "organisation", chosen)])
        if not await switch(visit.access, viewer, chosen):
            raise HTTPException(404)
    return visit.redirect("/portal", flash=f"You look for {books.directory.names().get(chosen, UNNAMED)} now.")


async def refuse_switched(visit: Visit, books: Books) -> Response:
    """A form that was opened for one organisation is not saved for another."""
    names, hub = books.directory.names(), "the hub"
    now, then = [names.get(id, UNNAMED) if id else hub for id in (visit.organisation, visit.opened_for)]
    return visit.switched(now, then, "/portal")
