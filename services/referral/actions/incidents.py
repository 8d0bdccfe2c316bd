"""The switch for a major incident: every linked case is held for a human, and nothing leaves by itself."""

import re
from datetime import datetime
from uuid import UUID

from contracts.referral import CaseRouted, Rule
from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.announcing import announce
from services.referral.domain.routing import priority
from services.referral.store import cases, incidents
from services.referral.store.cases import Case
from services.referral.store.incidents import Switch

HOLD = "major_incident"
RULE = Rule(id="switch.major_incident", version="1")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{1,39}")


async def switch_on(tx: Tx, viewer: Viewer, switch_id: UUID, incident_id: str, now: datetime) -> Switch:
    """Holds every linked case; from now on no message asked for by any service leaves for them.

    Refused where the id is none, and where the incident is switched on already.
    """
    if not _ID.fullmatch(incident_id):
        raise Refused("incident_id", "not_an_incident_id")
    linked = await incidents.linked(tx, incident_id)
    made = Switch(switch_id, incident_id, now, viewer.user_id, len(linked))
    held = await incidents.get(tx, switch_id)
    if held is not None:
        return held
    if not await incidents.switch_on(tx, made):
        raise Refused("incident_id", "already_on")
    for case in linked:
        if HOLD not in case.holds:
            await _hold(tx, viewer, case, now)
    entries = [audit.seen(viewer, "incident.switched_on", "case", case.case_id) for case in linked]
    await audit.record(tx, [audit.seen(viewer, "incident.switched_on", "incident", switch_id), *entries])
    return made


async def _hold(tx: Tx, viewer: Viewer, case: Case, now: datetime) -> None:
    holds = sorted({*case.holds, HOLD})
    await incidents.hold(tx, case, holds, priority(holds), now)
    routings = await cases.routings(tx, case.case_id)
    told = CaseRouted(
        case_id=case.case_id,
        lines=case.lines,
        offers=case.offers,
        holds=tuple(holds),
        doors=case.doors,
        rules=(RULE,),
        decision=case.decision,
        restricted=case.restricted,
        run=case.runs + 1,
        rules_version=routings[0].rules_version if routings else None,
        happened_at=now,
        actor_role=viewer.role,
    )
    await announce(tx, [told], viewer.user_id)


async def switch_off(tx: Tx, viewer: Viewer, switch_id: UUID, now: datetime) -> None:
    """Messages may leave again; the holds stay until a human has looked at each case."""
    if not await incidents.switch_off(tx, switch_id, viewer.user_id, now):
        raise Refused("switch_id", "already_off")
    await audit.record(tx, [audit.seen(viewer, "incident.switched_off", "incident", switch_id)])
