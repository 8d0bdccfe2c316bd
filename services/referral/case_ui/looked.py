"""Who has looked at a case, and what they did there, in words."""

from collections.abc import Collection, Sequence
from uuid import UUID

from starlette.responses import Response

from kit import audit
from kit.access import colleagues, members
from kit.web.app import Visit
from services.referral.case_ui import words
from services.referral.case_ui.room import Desk, frame, opened
from services.referral.said import role
from services.referral.store import timeline, workers
from services.referral.store.timeline import Look

DONE = {
    "case_found": "Found the case while taking somebody in",
    "case_printed": "Printed the case",
    "case_seen": "Looked at the case",
    "contracts_seen": "Looked at who could help",
    "death.died": "Wrote down that it is sure that the person died",
    "death.mistaken": "Wrote down that it was a mistake that the person died",
    "death.said": "Wrote down that the person died",
    "decision_explained": "Looked at how it was decided",
    "details_revealed": "Opened the name and details",
    "downtime_sheet_made": "Took it along on a sheet for when the system is down",
    "found_seen": "Saw it among the cases that a search found",
    "handover_listed": "Saw it among those whom a hand-over would move",
    "handover_seen": "Saw it in a hand-over of a contract",
    "hold_ends_seen": "Saw it among the holds that a second person decides on",
    "incident_holds_seen": "Saw it among the holds of a major incident",
    "link.list_seen": "Looked at the one-time links",
    "liaison.said": "Wrote down what is known of the family liaison officer",
    "looks_seen": "Looked at who has looked",
    "mail_revealed": "Opened the address of a message",
    "numbers_compared": "Compared the numbers of two records",
    "overrides_seen": "Saw it among what waits for a second person",
    "own_rights_asked": "Asked for a link to their own rights",
    "own_rights_links_seen": "Looked at the links to their own rights",
    "person.compared": "Compared it with another record",
    "person.told": "Wrote down what the person told us of themselves",
    "portal.appointment_seen": "Looked at an appointment",
    "portal.appointments_seen": "Looked at the appointments",
    "portal.needs_asked": "Opened the form for the needs",
    "portal.step_asked": "Opened the form for a step",
    "receipt_seen": "Looked at the written acknowledgement",
    "rehearsal_seen": "Saw it in a rehearsal of rules",
    "rights_seen": "Looked at their rights",
    "withdrawal_previewed": "Looked at what taking back an agreement would end",
    "word.meant": "Wrote down what a word of the police means",
}
"""What somebody did, by its code in the audit; any other is told by the words of its code."""
TABS = {"consent": "Agreements", "referral": "Referrals", "print": "What to print", "draft": "A draft"}
"""Pages of a case that are called otherwise than their code."""


async def show(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        looks = await timeline.looks(tx, case.case_id)
        met = {worker.worker_id: worker.name for worker in await workers.everybody(tx)}
        top = await frame(tx, visit, case, "Who has looked")
        await audit.record(tx, [audit.seen(visit.signed_in, "looks_seen", "case", case.case_id)])
    names = met | await _names(visit, {look.organisation_id for look in looks})
    rows = [(look, who(look, names.get(look.actor_id) if look.actor_id else None), *what(look)) for look in looks]
    return visit.render("case_ui/looked.html", **top, looks=rows)


async def _names(visit: Visit, organisations: Collection[UUID | None]) -> dict[UUID, str]:
    """The users of every service who belong to no organisation, and those of these organisations."""
    found = await members(visit.access)
    for each in organisations:
        found += await colleagues(visit.access, each)
    return {one.user_id: one.name for one in found}


def who(look: Look, name: str | None) -> str:
    """ "Amina Farrow, hub officer"; the role alone where it was no person."""
    acted = role(look.actor_role)
    return f"{name}, {acted}" if name else acted[:1].upper() + acted[1:]


def what(look: Look) -> tuple[str, str]:
    """What was done, and with what of the case."""
    done = DONE.get(look.action) or words.words(look.action.replace(".", " "))
    return done, ", ".join(_fields(look.action, look.fields))


def _fields(action: str, fields: Sequence[str]) -> list[str]:
    return [TABS.get(name) or words.words(name) if action == "case_seen" else words.words(name) for name in fields]
