"""Looks at names that a team leader should know of: at somebody with the worker's own surname, and at very many people
in one day. Nobody is stopped by it, and what was looked at stays in the audit."""

from datetime import datetime
from uuid import uuid5

from contracts.identity import NS
from contracts.working_time import local_day
from kit.access import Viewer
from kit.database import Tx
from services.referral.desk_books import looks
from services.referral.store import notices, timeline
from services.referral.store.cases import Case
from services.referral.store.notices import Notice


async def watch(tx: Tx, viewer: Viewer, case: Case, family_name: str | None, now: datetime) -> None:
    """Tells the team leader of a name just opened, where it is one to ask about; once a worker, case and day."""
    kinds = ["look_same_surname"] if family_name and _surname(viewer.name) == family_name.strip().casefold() else []
    if await timeline.names_opened(tx, viewer.user_id, now) == looks().many_a_day:
        kinds.append("look_many")
    about = (str(viewer.user_id), str(case.case_id), str(local_day(now)))
    told = [Notice(uuid5(NS, f"notice/{kind}/{'/'.join(about)}"), "leader", kind, case.case_id, now) for kind in kinds]
    await notices.add(tx, told)


def _surname(name: str) -> str:
    return name.split()[-1].casefold() if name.split() else ""
