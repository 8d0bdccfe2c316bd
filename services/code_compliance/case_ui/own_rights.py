"""Staff ask for a link by which the person sees their own rights."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from pydantic import BaseModel
from starlette.responses import Response

from kit import audit
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, parse
from services.code_compliance.actions import own_rights
from services.code_compliance.case_ui import meanwhile
from services.code_compliance.case_ui.people import named
from services.code_compliance.case_ui.room import Room, dangers, open_case
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.store import own_rights as stored

ASK_AGAIN_AFTER = timedelta(days=1)
DIED = "Nothing was asked for: it was recorded that this person died"
ASKED = "A link waits to be sent already: it was asked for"
STATES = {"asked": "Asked for, not answered yet", "sent": "On its way by a safe channel", "withheld": "Not sent"}
REASONS = {
    "no_safe_channel": "no channel is known to be safe",
    "unsafe": "the channel is not safe",
    "died": "it was recorded that the person died",
    "share_refused": "the person said no to sharing",
    "opted_out": "the person asked that nobody gets in touch: do not ask them again",
    "too_late": "it was too late",
    "hold": "it is for a worker to get in touch here, or somebody stopped it: the outbox says why",
    "not_delivered": "it could not be delivered",
    "major_incident": "a major incident is switched on",
}
"""Why nothing leaves, as contact.withheld says it, in words."""


class Ask(BaseModel):
    request_id: UUID


async def show(visit: Visit, rules: Rulebook) -> Response:
    return await _page(visit, [])


async def ask(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(Ask, visit.form)
    if given is None:
        return await _page(visit, errors)
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        if opened.marked.died:
            return visit.redirect(visit.request.url.path, flash=DIED, done=False)
        last = (await stored.of_case(tx, opened.case.case_id))[:1]
        waits = bool(last) and last[0].state == "asked" and last[0].asked_at > visit.now - ASK_AGAIN_AFTER
        if not waits:
            await own_rights.ask(tx, visit.signed_in, given.request_id, opened.case.case_id, visit.now)
    here = visit.request.url.path
    if waits and not meanwhile.is_again(visit, last[0].asked_by, last[0].asked_at):
        return await meanwhile.changed(visit, ASKED, last[0].asked_by, last[0].asked_at, here)
    return visit.redirect(here, flash="It was asked for. It leaves by a channel that is safe then, and not at night")


async def _page(visit: Visit, errors: Sequence[FieldError]) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        links = await stored.of_case(tx, opened.case.case_id)
        entry = audit.seen(visit.signed_in, "own_rights_links_seen", "case", opened.case.case_id)
        await audit.record(tx, [entry])
    return visit.render(
        "complaints/own_rights.html",
        status=422 if errors else 200,
        errors=errors,
        opened=opened,
        badges=dangers(opened),
        links=links,
        states=STATES,
        reasons=REASONS,
        request_id=uuid4(),
        named=await named(visit),
        waits=bool(links) and links[0].state == "asked" and links[0].asked_at > visit.now - ASK_AGAIN_AFTER,
    )


def own_rights_pages(room: Room) -> Sequence[Page]:
    base = "/rights/cases/{case_id}/own-rights"
    return (
        Page(base, room(show), "rights.write"),
        Page(base, room(ask), "rights.write", methods=("POST",)),
    )
