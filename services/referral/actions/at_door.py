"""What follows from a step at a door of a case: what became of the national mechanism is told, a call that was made is
no task any more, and a MARAC counts in the person's other cases."""

from datetime import datetime

from contracts.referral import CaseUpdated
from contracts.vocabulary import NrmState, values
from contracts.working_time import local_day
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import books as stocked
from services.referral.actions import filing, recounting
from services.referral.actions.announcing import announce
from services.referral.domain.announcing import built, case_values
from services.referral.domain.books import Books
from services.referral.domain.facts import facts_of
from services.referral.store import batches, cases, tasks
from services.referral.store.cases import Case

EMERGENCY, CALL = "emergency", "call_emergency"
NRM = "nrm_first_responder"
MARAC, AT_MARAC = "marac", frozenset({"referred", "heard"})


async def taken(tx: Tx, viewer: Viewer, case: Case, door: str, step: str, books: Books, now: datetime) -> None:
    """A step was written down."""
    if door == EMERGENCY:
        await tasks.over_of_case(tx, case.case_id, CALL, viewer.user_id, now)
    if door in filing.SAFEGUARDING:
        await tasks.over_of_case(tx, case.case_id, filing.OPEN_DOOR, viewer.user_id, now)
    if door == NRM and step in values(NrmState):
        await _tell_nrm(tx, viewer, case, step, now)
    if door == MARAC and step in AT_MARAC:
        await cases.marac_by_hub(tx, case.case_id, local_day(now))
        await recounting.of_person(tx, viewer, case, await stocked.current(tx, books), now)


async def _tell_nrm(tx: Tx, viewer: Viewer, case: Case, state: str, now: datetime) -> None:
    """Announces what a first responder did; the hub never refers to the mechanism itself."""
    held = await cases.load(tx, case.case_id)  # before its events are numbered, as the consumers do
    routings = await cases.routings(tx, case.case_id)
    if held is None or not routings:
        return
    history = batches.remembered(routings[0].facts["history"])
    told = case_values(facts_of(routings[0].facts["case"]), history, held.reference)
    told |= {"nrm": state, "changed": ("nrm",), "removed": held.removed, "revision": held.revision}
    await announce(tx, [built(CaseUpdated, case.case_id, now, viewer.role, told)], viewer.user_id)
