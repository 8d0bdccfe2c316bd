"""Somebody told the hub that the person of a case died: written down once it was confirmed, with a referral or none."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import when
from services.referral.actions import alarming
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.store import audited, cases, workers
from services.referral.store.cases import Alert

WRITTEN = "It is written down that the person died. Every way to reach them is shut."


SAID_BY = "death_said_by"
BY_OTHERS = {"police": "The police said so.", "before": "It was said in another case of theirs."}


async def told_by(tx: Tx, desk: Desk, case_id: UUID, heard: Sequence[Alert]) -> str | None:
    """Who said last that the person of a case died, and who of the hub wrote it down; None where nobody did, or
    where it was taken back."""
    last = alarming.last_said(heard)
    if last is None or last.trigger != alarming.DEAD:
        return None
    source = last.about.removeprefix(f"{alarming.DEAD}/").partition("/")[0]
    if source != "hub":
        return BY_OTHERS.get(source, "A service that helps them said so, or the hub as it ended a referral.")
    written = await audited.last(tx, case_id, "death.said")
    if written is None:
        return "The hub wrote it down in another case of theirs."
    who = await workers.get(tx, written.actor_id) if written.actor_id else None
    said = desk.books.transitions.reasons[SAID_BY].words_of(written.reason or "not recorded")
    return f"Who said so: {said}. {who.name if who else 'The hub'} wrote it down {when(written.at)}."


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """What follows from it, before it is written down; nothing to press where it stands already."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        heard = await cases.alerts(tx, case.case_id)
        dead, said = alarming.is_dead(heard), await told_by(tx, desk, case.case_id, heard)
        top = await frame(tx, visit, case, "Contact")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("contact",))])
    listed, status = desk.books.transitions.reasons[SAID_BY], 422 if errors else 200
    who = {each.code: each.words for each in listed.reasons}
    top |= {"dead": dead, "said": said, "asked": listed.words}
    return visit.render("case_ui/death.html", status=status, **top, who=who, errors=list(errors))


async def write(visit: Visit, desk: Desk) -> Response:
    said_by = one(visit, "said_by")
    if said_by not in {each.code for each in desk.books.transitions.reasons[SAID_BY].reasons}:
        return await ask(visit, desk, [FieldError("said_by", "Choose who said that the person died")])
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        await alarming.died_by_the_hub(tx, visit.signed_in, case.case_id, said_by, visit.now)
    return visit.redirect(f"/cases/{case.case_id}/contact", flash=WRITTEN)
