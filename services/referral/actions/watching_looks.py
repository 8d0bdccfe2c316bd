"""Looks at names that a team leader should know of: at somebody with the worker's own surname, and at very many people
in one day; and who decided on such a person as the second one. Nobody is stopped by it, since a name is shared by many
who are no relatives and a second person may be needed at once; what was looked at stays in the audit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid5

from contracts.identity import NS
from contracts.working_time import local_day
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import sealing
from services.referral.desk_books import looks
from services.referral.store import details, notices, timeline
from services.referral.store.cases import Case
from services.referral.store.notices import Notice


async def watch(tx: Tx, viewer: Viewer, case: Case, family_name: str | None, now: datetime) -> None:
    """Tells the team leader of a name just opened, where it is one to ask about; once a worker, case and day."""
    kinds = ["look_same_surname"] if _shares(viewer, family_name) else []
    if await timeline.names_opened(tx, viewer.user_id, now) == looks().many_a_day:
        kinds.append("look_many")
    await _tell(tx, viewer, case, kinds, now)


async def second(tx: Tx, sealer: Sealer, viewer: Viewer, case: Case, now: datetime) -> None:
    """Tells the team leader of a second person who has the surname of the one on whom they decided."""
    held = await sealing.open_person(sealer, case.person_id, await details.person(tx, case.person_id))
    if _shares(viewer, held.get("family_name")):
        await _tell(tx, viewer, case, ["second_same_surname"], now)


async def _tell(tx: Tx, viewer: Viewer, case: Case, kinds: Sequence[str], now: datetime) -> None:
    about = (str(viewer.user_id), str(case.case_id), str(local_day(now)))
    told = [Notice(uuid5(NS, f"notice/{kind}/{'/'.join(about)}"), "leader", kind, case.case_id, now) for kind in kinds]
    await notices.add(tx, told)


def _shares(viewer: Viewer, family_name: str | None) -> bool:
    return bool(family_name) and _surname(viewer.name) == (family_name or "").strip().casefold()


def _surname(name: str) -> str:
    return name.split()[-1].casefold() if name.split() else ""
