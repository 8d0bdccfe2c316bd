"""Whoever works for two providers looks for one of them at a time, and goes from one to the other."""

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.reference import ROLES
from kit import audit
from kit.web.app import Visit
from kit.web.organisations import held, switch
from services.referral.actions.leg_links import ROLE
from services.referral.domain.books import Books
from services.referral.provider_portal.room import client_id, names_of

UNNAMED = "an organisation without a contract"


async def others(visit: Visit, books: Books) -> list[tuple[UUID, str]]:
    """The organisations that the viewer may go to, with their names; none for whoever belongs to one."""
    names, viewer = names_of(books), visit.signed_in
    roles = await held(visit.access, viewer) if viewer.organisation_id else {}
    return [(id, names.get(id, UNNAMED)) for id, role in roles.items() if id != viewer.organisation_id and _works(role)]


def _works(role: str) -> bool:
    """Whether a role is one of those that see the portal and nothing else."""
    return role in ROLES and role != ROLE and all(each.startswith("portal.") for each in ROLES[role].permissions)


async def choose_organisation(visit: Visit, books: Books) -> Response:
    """From now on, in this session, the viewer looks for another organisation of theirs."""
    chosen, viewer = client_id(visit, "organisation"), visit.signed_in
    if chosen is None or chosen not in dict(await others(visit, books)):
        return visit.not_found()
    async with visit.begin() as tx:
        await audit.record(tx, [audit.seen(viewer, "organisation.chosen", "organisation", chosen)])
        if not await switch(visit.access, viewer, chosen):
            raise HTTPException(404)
    return visit.redirect("/portal", flash=f"You look for {names_of(books).get(chosen, UNNAMED)} now.")


async def refuse_switched(visit: Visit, books: Books) -> Response:
    """A form that was opened for one organisation is not saved for another."""
    names, hub = names_of(books), "the hub"
    now, then = [names.get(id, UNNAMED) if id else hub for id in (visit.organisation, visit.opened_for)]
    return visit.switched(now, then, "/portal")
