"""What a call tells beside its case: whether a liaison officer is with a bereaved family, and who did it, by name."""

from datetime import datetime
from uuid import uuid5

from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import beside, filing, named
from services.referral.actions.beside import Told
from services.referral.domain.safe_contact import THROUGH_OFFICER
from services.referral.store import beside as stored
from services.referral.store import cases, details, liaison, must_not_know, tasks
from services.referral.store.cases import Case
from services.referral.store.intakes import Origin
from services.referral.store.liaison import Liaison
from services.referral.store.tasks import Task, task_id

ASK = "name_liaison_officer"
_CLOSE = frozenset({"partner", "ex_partner", "family"})


async def liaison_officer(tx: Tx, viewer: Viewer, case: Case, said: str, now: datetime) -> None:
    """While one is with the family, nobody reaches them past the officer; who that is, or whether there is one, is
    asked the same day where it was not said."""
    named = "family_liaison_officer" in await details.case(tx, case.case_id)
    if said == "yes":
        word = Liaison(case.case_id, True, THROUGH_OFFICER, viewer.user_id, viewer.role, now)
        await liaison.say(tx, word)
        await audit.record(
            tx, [audit.seen(viewer, "liaison.said", "case", case.case_id, ("contact",), THROUGH_OFFICER)]
        )
    if said != "no" and not (said == "yes" and named):
        await tasks.add(tx, [Task(task_id(ASK, case.case_id), ASK, filing.end_of_day(now), now, case_id=case.case_id)])


async def suspect(
    tx: Tx, viewer: Viewer, sealer: Sealer, case: Case, name: str, relationship: str, now: datetime
) -> None:
    """They must not know, and their name is sealed with the case, and indexed: whoever of that name has an open case
    here, or comes later, is looked at."""
    who = relationship if relationship in _CLOSE else "other"
    told = Told(uuid5(case.case_id, "suspect"), "must_not_know", who, name)
    await beside.add(tx, viewer, sealer, case, told, now)
    digest = sealer.blind("name", name)
    await must_not_know.index_name(tx, told.entry_id, digest)
    await named.look(tx, await details.find(tx, [("name", digest)]), now)


async def of_the_home(tx: Tx, viewer: Viewer, sealer: Sealer, case: Case, origin: Origin, now: datetime) -> None:
    """Whom the person of the home must not be known to, whoever lives with them must not be either."""
    home = await cases.get(tx, origin.case_id) if origin.case_id is not None and origin.same_home else None
    if home is None:
        return
    held = [entry for entry in await stored.of_case(tx, home.case_id) if entry.kind == "must_not_know"]
    held += [entry for entry, _ in await must_not_know.elsewhere(tx, home.person_id, home.case_id)]
    texts = await beside.texts(sealer, held)
    for entry in held:
        if entry.closed_at is None and entry.entry_id in texts:
            told = Told(uuid5(case.case_id, str(entry.entry_id)), entry.kind, entry.code, texts[entry.entry_id])
            await beside.add(tx, viewer, sealer, case, told, now)
