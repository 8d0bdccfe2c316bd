"""Acknowledgements and answers on their way to the person: asked for here, sent by the hub only where it is safe."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from kit.database import Tx
from kit.web.app import Page, Visit
from kit.web.forms import parse
from services.code_compliance.actions import own_rights
from services.code_compliance.case_ui import meanwhile
from services.code_compliance.case_ui.room import Room
from services.code_compliance.domain.complaints import Complaint
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.store import complaints
from services.code_compliance.store import own_rights as links

ASK_AGAIN_AFTER = timedelta(days=1)
SHOWS = {"acknowledged": "acknowledgement", "answered": "answer"}
"""How a complaint stands -> what there is to be sent of it."""
ASKED = "It was asked for. It is sent only if a channel is safe at this moment"
STATES = {
    "asked": "asked for, not answered yet",
    "sent": "sent by a safe channel",
    "withheld": "not sent: tell the person another way",
}
WORDS = {"acknowledgement": "The acknowledgement", "answer": "The answer"}


class Send(BaseModel):
    request_id: UUID


async def send_if_wanted(tx: Tx, visit: Visit, held: Complaint, wanted: str | None) -> None:
    """Asks for what a step has just made of a complaint to be sent. Its id is made from the step, so that nothing is
    asked for twice."""
    found = await complaints.load(tx, held.complaint_id)
    if wanted and found is not None:
        complaint = found[0]
        await _send(tx, visit, complaint, uuid5(complaint.complaint_id, f"send/{complaint.version}"))


async def _send(tx: Tx, visit: Visit, complaint: Complaint, request_id: UUID) -> None:
    if complaint.case_id is None or complaint.state not in SHOWS:
        return
    shows = SHOWS[complaint.state]
    await own_rights.ask(tx, visit.signed_in, request_id, complaint.case_id, visit.now, shows, complaint.complaint_id)


async def send(visit: Visit, rules: Rulebook) -> Response:
    """Asks once more, when nothing left or the person has lost it."""
    given, _ = parse(Send, visit.form)
    if given is None:
        raise HTTPException(404)
    async with visit.begin() as tx:
        found = await complaints.load(tx, visit.id("complaint_id"), lock=True)
        if found is None:
            raise HTTPException(404)
        complaint = found[0]
        waits = await _waiting(tx, visit, complaint)
        if waits is None:
            await _send(tx, visit, complaint, given.request_id)
    here = f"/rights/complaints/{complaint.complaint_id}"
    if waits is not None and not meanwhile.is_again(visit, waits.asked_by, waits.asked_at):
        said = "It waits to be sent already: it was asked for"
        return await meanwhile.changed(visit, said, waits.asked_by, waits.asked_at, here)
    return visit.redirect(here, flash=ASKED)


async def sent_of(tx: Tx, visit: Visit, complaint: Complaint) -> dict[str, Any]:
    """What the page of a complaint shows of it."""
    found = await links.of_complaint(tx, complaint.complaint_id)
    return {
        "links": [
            {
                "words": f"{WORDS[link.shows]}: {STATES[link.state]}",
                "reason": (link.reason or "").replace("_", " "),
                "at": link.asked_at,
                "read_at": link.used_at,
                "off_at": link.revoked_at,
            }
            for link in found
        ],
        "can_send": complaint.case_id is not None
        and complaint.state in SHOWS
        and visit.may("rights.write")
        and await _waiting(tx, visit, complaint) is None,
        "request_id": uuid4(),
    }


async def _waiting(tx: Tx, visit: Visit, complaint: Complaint) -> links.Link | None:
    """What was asked for and has no answer yet."""
    asked = SHOWS.get(complaint.state)
    for last in (await links.of_complaint(tx, complaint.complaint_id))[:1]:
        if (last.state, last.shows) == ("asked", asked) and last.asked_at > visit.now - ASK_AGAIN_AFTER:
            return last
    return None


def sending_pages(room: Room) -> Sequence[Page]:
    return (Page("/rights/complaints/{complaint_id}/send", room(send), "rights.write", methods=("POST",)),)
