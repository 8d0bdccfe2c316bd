"""The switch for a major incident: every linked case is held for a human, and nothing leaves by itself."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.referral import CaseRouted, Rule
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import filing, settling
from services.referral.actions.announcing import announce
from services.referral.actions.books import table
from services.referral.actions.rerouting import rerun
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.routing import priority
from services.referral.store import cases, incidents, persons
from services.referral.store.cases import Case
from services.referral.store.incidents import Lifted, Switch

HOLD = "major_incident"
RULE = Rule(id="switch.major_incident", version="1")
LIFTED = Rule(id="lift.major_incident", version="1")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{1,39}")


async def switch_on(tx: Tx, viewer: Viewer, switch_id: UUID, incident_id: str, now: datetime) -> Switch:
    """Holds every linked case, of restricted people too, whoever switches on; from now on no message asked for by any
    service leaves for them. `cases` of what is returned counts those that the viewer may see.

    Refused where the id is none, and where the incident is switched on already.
    """
    incident_id = "".join(incident_id.split())
    if not _ID.fullmatch(incident_id):
        raise Refused("incident_id", "not_an_incident_id")
    incident_id = as_sent(incident_id, await incidents.known(tx))
    async with persons.seen_whole(tx):
        linked = await incidents.linked(tx, incident_id)
    shown = sum(viewer.may_see_restricted or not case.restricted for case in linked)
    made = Switch(switch_id, incident_id, now, viewer.user_id, shown)
    held = await incidents.get(tx, switch_id)
    if held is not None:
        return held
    if not await incidents.switch_on(tx, made):
        raise Refused("incident_id", "already_on")
    async with persons.seen_whole(tx):
        for case in linked:
            if HOLD not in case.holds:
                await _hold(tx, viewer, case, now)
    entries = [audit.seen(viewer, "incident.switched_on", "case", case.case_id) for case in linked]
    await audit.record(tx, [audit.seen(viewer, "incident.switched_on", "incident", switch_id), *entries])
    return made


def as_sent(incident_id: str, known: Iterable[str]) -> str:
    """The id as the police write it, however it was typed: they link cases by it; as typed where they sent none like
    it. `known`: theirs, the one with most cases first."""
    alike = [one for one in known if _plain(one) == _plain(incident_id)]
    return incident_id if incident_id in alike or not alike else alike[0]


def _plain(incident_id: str) -> str:
    return "".join(incident_id.split()).casefold()


async def _hold(tx: Tx, viewer: Viewer, case: Case, now: datetime) -> None:
    holds = sorted({*case.holds, HOLD})
    place = _place(case, holds)
    await incidents.hold(tx, case, holds, place, now)
    await cases.set_turn(tx, case.case_id, "waiting", filing.by_hub("waiting", place, now, case.hub_due), now)
    await _tell(tx, viewer, case, holds, RULE, now)


def _place(case: Case, holds: Sequence[str]) -> int:
    """The place in the queue: what comes before any incident is kept, also where its hold was ended."""
    return case.priority if case.priority < priority([HOLD]) else priority(holds)


async def _tell(tx: Tx, viewer: Viewer, case: Case, holds: Sequence[str], rule: Rule, now: datetime) -> None:
    routings = await cases.routings(tx, case.case_id)
    told = CaseRouted(
        case_id=case.case_id,
        lines=case.lines,
        offers=case.offers,
        holds=tuple(holds),
        doors=case.doors,
        rules=(rule,),
        decision=case.decision,
        restricted=case.restricted,
        run=case.runs + 1,
        rules_version=routings[0].rules_version if routings else None,
        happened_at=now,
        actor_role=viewer.role,
    )
    await announce(tx, [told], viewer.user_id)


async def link(tx: Tx, viewer: Viewer, switch_id: UUID, reference: str, books: Books, now: datetime) -> Case:
    """Links a case of which the police name no incident to one that is on: it is held as those that they link, and
    nothing leaves for it by itself. Refused where there is no such case or incident, or the case is linked already."""
    switch = await incidents.get(tx, switch_id)
    if switch is None or switch.off_at is not None:
        raise Refused("switch", "not_on")
    case = await _case(tx, reference, "reference")
    if case.major_incident_id is not None:
        raise Refused("reference", "linked_already")
    await incidents.forget_lift(tx, case.case_id)
    await _set(tx, viewer, case, switch.incident_id, books, now)
    await audit.record(tx, [audit.seen(viewer, "incident.linked", "case", case.case_id, ("major_incident_id",))])
    return case


async def unlink(tx: Tx, viewer: Viewer, reference: str, reason: str, books: Books, now: datetime) -> Case:
    """Takes back what the hub linked, with its hold, for a coded reason; nothing is sent by it. What the police link
    stays: Refused."""
    case = await _case(tx, reference, "linked")
    routings = await cases.routings(tx, case.case_id)
    if not routings or not routings[0].facts["case"].get("hub_incident_id"):
        raise Refused("linked", "not_linked_here")
    if reason not in {one.code for one in table().reasons["incident_lifted"].on(local_day(now))}:
        raise Refused("reason", "missing")
    await _set(tx, viewer, case, None, books, now)
    await lift(tx, viewer, [case.case_id], reason, now)
    await incidents.forget_lift(tx, case.case_id)  # what the police may link later is held
    await audit.record(tx, [audit.seen(viewer, "incident.unlinked", "case", case.case_id, (), reason)])
    return case


async def _case(tx: Tx, reference: str, field: str) -> Case:
    found = await cases.by_reference(tx, "".join(reference.split()).upper())
    if len(found) != 1 or found[0].state == "closed":
        raise Refused(field, "no_such_case")
    return found[0]


async def _set(tx: Tx, viewer: Viewer, case: Case, incident_id: str | None, books: Books, now: datetime) -> None:
    def change(facts: CaseFacts) -> CaseFacts:
        return replace(facts, hub_incident_id=incident_id, major_incident_id=incident_id)

    await rerun(tx, case.case_id, books, now, change=change, by=viewer.user_id)


@dataclass(frozen=True, slots=True)
class Lifting:
    """From how many cases a hold was lifted, and those that stayed as they were: case and why, not_held, switched_on or
    gone (a reference only where the viewer sees it)."""

    lifted: int
    stayed: list[tuple[str, str]]


async def lift(tx: Tx, viewer: Viewer, case_ids: Sequence[UUID], reason: str, now: datetime) -> Lifting:
    """Lifts the hold of an incident from cases, for a coded reason. Nothing is sent by it: what a human does next is
    for a human to decide. Cases that are not held, and of an incident that is on, stay as they are."""
    if reason not in {one.code for one in table().reasons["incident_lifted"].on(local_day(now))}:
        raise Refused("reason", "missing")
    lifted, stayed = 0, []
    for case_id in sorted(set(case_ids)):
        case = await cases.load(tx, case_id)
        if case is None:
            stayed.append(("", "gone"))
            continue
        if HOLD not in case.holds or await incidents.is_on(tx, case.major_incident_id):
            stayed.append((case.reference, "switched_on" if HOLD in case.holds else "not_held"))
            continue
        holds = sorted(set(case.holds) - {HOLD})
        await incidents.lift(tx, Lifted(case_id, reason, viewer.user_id, now), holds, _place(case, holds))
        await _tell(tx, viewer, case, holds, LIFTED, now)
        await settling.follow_case(tx, case_id, now)
        await audit.record(tx, [audit.seen(viewer, "incident.hold_lifted", "case", case_id, ("holds",), reason)])
        lifted += 1
    return Lifting(lifted, stayed)


async def switch_off(tx: Tx, viewer: Viewer, switch_id: UUID, now: datetime) -> None:
    """Messages may leave again; the holds stay until a human has looked at each case."""
    if not await incidents.switch_off(tx, switch_id, viewer.user_id, now):
        raise Refused("switch_id", "already_off")
    await audit.record(tx, [audit.seen(viewer, "incident.switched_off", "incident", switch_id)])
