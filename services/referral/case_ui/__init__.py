"""Pages of the hub: queues, a case with its tabs, referring, contact, taking somebody in, and operations."""

from collections.abc import Sequence

from kit.listening import Context
from kit.web.app import Page
from services.referral.case_ui import (
    agreements,
    case,
    contact,
    handover,
    operations,
    overrides,
    people,
    queues,
    referring,
    start,
    steps,
    transfer,
    whynot,
    work_day,
)
from services.referral.case_ui.room import Room


def pages(context: Context) -> Sequence[Page]:
    """Every page with its permission."""
    room = Room(context)
    one = "/cases/{case_id}"
    shown = (
        *people.PAGES,
        *work_day.ROUTES,
        ("/cases", queues.show, "case.read", "GET"),
        ("/cases/search", queues.search, "case.read", "POST"),
        ("/cases/found/{search_id}", queues.found, "case.read", "GET"),
        ("/cases/overrides", overrides.waiting, "referral.write", "GET"),
        ("/cases/overrides/{consent_id}", overrides.decide, "referral.write", "POST"),
        (one, case.overview, "case.read", "GET"),
        (f"{one}/agreements", agreements.show, "case.read", "GET"),
        (f"{one}/agreements/new", agreements.ask, "referral.write", "GET"),
        (f"{one}/agreements/new", agreements.take, "referral.write", "POST"),
        (f"{one}/agreements/{{consent_id}}/withdraw", agreements.preview, "referral.write", "GET"),
        (f"{one}/agreements/{{consent_id}}/withdraw", agreements.withdraw, "referral.write", "POST"),
        (f"{one}/override", overrides.ask, "referral.write", "GET"),
        (f"{one}/override", overrides.take, "referral.write", "POST"),
        (f"{one}/reveal", case.reveal, "case.reveal", "POST"),
        (f"{one}/timeline", case.show_timeline, "case.read", "GET"),
        (f"{one}/looked", case.looked, "case.read", "GET"),
        (f"{one}/referrals", referring.show, "case.read", "GET"),
        (f"{one}/lines", referring.open_line, "referral.write", "POST"),
        (f"{one}/referrals/{{referral_id}}/steps/{{verb}}", steps.ask, "referral.write", "GET"),
        (f"{one}/referrals/{{referral_id}}/steps/{{verb}}", steps.take, "referral.write", "POST"),
        (f"{one}/referrals/{{referral_id}}/contracts", whynot.choose, "referral.write", "GET"),
        (f"{one}/decisions/{{run}}/{{line}}", whynot.then, "case.read", "GET"),
        (f"{one}/referrals/{{referral_id}}/contracts/{{contract_id}}", referring.check, "referral.write", "GET"),
        (f"{one}/referrals/{{referral_id}}/contracts/{{contract_id}}", referring.send, "referral.write", "POST"),
        (f"{one}/referrals/{{referral_id}}/better/{{contract_id}}", referring.better_idea, "referral.write", "POST"),
        (f"{one}/referrals/{{referral_id}}/transfer", transfer.ask, "referral.write", "GET"),
        (f"{one}/referrals/{{referral_id}}/transfer", transfer.take, "referral.write", "POST"),
        (f"{one}/transfers/{{transfer_id}}/undo", transfer.undo, "referral.write", "POST"),
        (f"{one}/legs/{{leg_id}}/sent", referring.sent, "referral.write", "GET"),
        (f"{one}/legs/{{leg_id}}/undo", referring.undo, "referral.write", "POST"),
        (f"{one}/contact", contact.show, "case.read", "GET"),
        (f"{one}/contact/lock", contact.lock, "case.write", "POST"),
        (f"{one}/contact/safety", contact.set_safety, "case.write", "POST"),
        (f"{one}/contact/attempts", contact.record_attempt, "case.write", "POST"),
        ("/referrals", referring.landing, "referral.write", "GET"),
        ("/referrals/handover", handover.show, "directory.write", "GET"),
        ("/referrals/handover/check", handover.check, "directory.write", "GET"),
        ("/referrals/handover/check", handover.carry_out, "directory.write", "POST"),
        ("/referrals/handover/{handover_id}", handover.one_handover, "directory.write", "GET"),
        ("/referrals/handover/{handover_id}/undo", handover.undo, "directory.write", "POST"),
    )
    return (
        Page("/", start.show, public=True),
        *people.machines(room),
        *operations.pages(),
        *(Page(path, room(view), permission, methods=(method,)) for path, view, permission, method in shown),
    )
