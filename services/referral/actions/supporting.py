"""What a provider records of its support beside the steps: needs, appointments, outcomes and the end report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import alarming, contacting, gating
from services.referral.domain import safe_contact
from services.referral.domain.appointed import FURTHEST
from services.referral.domain.assessed import HIGH
from services.referral.domain.safe_contact import Profile, Verdict
from services.referral.domain.support import Answer, SupportLists, distances
from services.referral.store import alarms, appointments, noes, support
from services.referral.store.appointments import Appointment, Upcoming
from services.referral.store.portal import Offered
from services.referral.store.support import Assessment, EndReport, Outcome

KEPT = frozenset({"attended", "late"})
"""What an appointment came to when the person was seen."""


async def assess(tx: Tx, viewer: Viewer, row: Assessment, answers: Sequence[Answer]) -> None:
    """Keeps an assessment of need; the same one again changes nothing, and is Refused when another came after it."""
    if await support.add_assessment(tx, row, answers):
        fields = tuple(sorted(answer.domain for answer in answers))
        await audit.record(tx, [audit.seen(viewer, f"need.assessed_at_{row.stage}", "case", row.case_id, fields)])
        if row.risk in HIGH or row.agreed in ("yes", "no"):
            await support.tell_hub(tx, row.leg_id)
    elif (await support.latest(tx, row.leg_id))[row.stage].assessment_id != row.assessment_id:
        raise Refused("assessment_id", "overtaken")


async def was_reached(tx: Tx, leg_id: UUID, referral_id: UUID) -> bool:
    """Whether the viewer's provider has reached the person for this referral: spoke to them, assessed them, or met."""
    return await support.was_reached(tx, leg_id, referral_id)


async def book(tx: Tx, viewer: Viewer, row: Appointment, lists: SupportLists, now: datetime) -> None:
    """Books an appointment. Refused where it is over already, by a channel not safe at that time, at the same moment as
    another with the person, and where the same form booked another before.

    Nothing is sent: the worker tells the person, in the way that is safe.
    """
    if row.starts_at <= now:
        raise Refused("time", "in_the_past")
    if row.starts_at > now + FURTHEST:
        raise Refused("time", "too_far")
    person_id = await contacting.person_of(tx, row.case_id)
    profile = await contacting.profile_for_provider(tx, row.case_id, person_id)
    verdict = may_meet(profile, lists.channels.get(row.way), row.starts_at)
    if not verdict.allowed:
        raise Refused("way", verdict.why)
    if await appointments.at_once(tx, row):
        raise Refused("time", "at_the_same_time")
    if not await appointments.add(tx, row):
        before = await appointments.load(tx, row.appointment_id, row.leg_id)
        if before is None or (before.starts_at, before.way) != (row.starts_at, row.way):
            raise Refused("appointment_id", "other_answers")
    else:
        await audit.record(tx, [audit.seen(viewer, "appointment.booked", "case", row.case_id, ("appointment",))])


async def not_safe(tx: Tx, rows: Sequence[Upcoming], lists: SupportLists, now: datetime) -> dict[UUID, Verdict]:
    """Of appointments to come, those whose way is not safe at their time any more, as it is known now, with why. They
    can be moved or cancelled, and nothing else. After a death no way is left."""
    ahead = [row for row in rows if row.starts_at > now]
    profiles = await contacting.profiles_of(tx, sorted({row.person_id for row in ahead}))
    shut = await noes.shut(tx, [row.referral_id for row in ahead])
    first = await alarms.ask_first(tx, [row.referral_id for row in ahead])
    found = {}
    for row in ahead:
        held = profiles[row.person_id]
        held = replace(held, shut=safe_contact.ASK_FIRST) if row.referral_id in first else held
        held = replace(held, shut=gating.SAID_NO) if row.referral_id in shut else held
        verdict = may_meet(held, lists.channels.get(row.way), row.starts_at)
        if not verdict.allowed:
            found[row.appointment_id] = verdict
    return found


def may_meet(profile: Profile, channel: str | None, at: datetime) -> Verdict:
    """Whether the person may be met at a moment: by a channel, or face to face."""
    return safe_contact.may_use(profile, channel, "support", at) if channel else safe_contact.may_meet(profile)


async def record_result(
    tx: Tx,
    viewer: Viewer,
    held: Appointment,
    state: str,
    now: datetime,
    *,
    whose: str | None = None,
    reason: str | None = None,
) -> None:
    """Writes what became of a booked appointment. Refused before its time, unless it is moved or cancelled; and it is
    moved nowhere where it was not safe to come, before it is known what is."""
    if held.state != "booked":
        raise Refused("state", "not_from_here")
    if state == "moved" and reason in alarming.NOT_SAFE:
        raise Refused("state", "not_safe_to_move")
    if state in KEPT | {"missed"} and now < held.starts_at:
        raise Refused("state", "not_yet")
    after = replace(held, state=state, whose=whose, reason=reason, recorded_at=now, recorded_by=viewer.user_id)
    await appointments.record(tx, after)
    if reason in alarming.NOT_SAFE:
        await support.tell_hub(tx, held.leg_id)
    await audit.record(tx, [audit.seen(viewer, f"appointment.{state}", "case", held.case_id, ("appointment",), reason)])


async def told_at_end(tx: Tx, lists: SupportLists, leg_id: UUID, report: EndReport) -> dict[str, Any]:
    """What the end of support announces beside its outcomes: reason, what next, and needs at start and end."""
    held = await support.latest(tx, leg_id)
    answers = {stage: await support.scores(tx, one.assessment_id) for stage, one in held.items()}
    needs = [
        {
            "domain": one.domain,
            "start": one.start.score if one.start else None,
            "end": one.end.score if one.end else None,
            "why_not": (one.end.why_not if one.end else None) or (one.start.why_not if one.start else None),
        }
        for one in distances(lists, answers.get("start", ()), answers.get("end", ()))
        if one.start or one.end
    ]
    told: dict[str, Any] = {"next_step": report.next_step, "next_line": report.next_line, "needs": tuple(needs)}
    return told | ({"end_reason": report.reason} if report.how == "completed" else {})


async def keep_end(tx: Tx, viewer: Viewer, report: EndReport, changes: Mapping[str, str]) -> None:
    """Keeps the end report and the outcomes said with it."""
    await support.add_end_report(tx, report)
    for code, change in changes.items():
        await support.add_outcome(tx, outcome_of(report, code, change))
    fields = ("end_report", *sorted(changes))
    await audit.record(tx, [audit.seen(viewer, "support.reported", "case", report.case_id, fields)])


def outcome_of(report: EndReport, code: str, change: str) -> Outcome:
    ids = (report.leg_id, report.case_id, report.provider_id)
    return Outcome(uuid5(report.leg_id, f"outcome/{code}"), *ids, code, change, None, report.at, report.by_id)


def measured(code: str, change: str) -> dict[str, Any]:
    """An outcome as it is announced: what could not be asked safely counts as not asked, and says why."""
    if change == "unsafe":
        return {"outcome": code, "change": "not_asked", "why_not": "unsafe"}
    return {"outcome": code, "change": change}


def ids_of(offered: Offered, viewer: Viewer) -> tuple[UUID, UUID, UUID]:
    """Leg, case and provider of what is recorded; Refused for a viewer of no organisation."""
    if viewer.organisation_id is None:
        raise Refused("provider_id", "not_found")
    return offered.leg_id, offered.case_id, viewer.organisation_id
