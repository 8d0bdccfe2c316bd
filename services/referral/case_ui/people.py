"""Addresses of the pages about people: who comes, who may be the same, who helped before."""

from kit.web.app import Page
from services.referral.case_ui import (
    agencies,
    asking_same,
    choosing,
    fraud_list,
    glass,
    intake,
    rights_shut,
    safeguards,
    same_person,
)
from services.referral.case_ui.room import Room, View
from services.referral.drafting import kept

_BESIDE = "/cases/{case_id}/safeguards"
_SAME = "/cases/{case_id}/same-person/{other_id}"
UPLOADS = {"/cases/fraud-list": "list", "/operations/rehearsal": "draft"}
PAGES: tuple[tuple[str, View, str, str], ...] = (
    ("/cases/new", intake.begin, "case.write", "GET"),
    ("/cases/new", kept("intake", intake.take_in, "/cases/new/form"), "case.write", "POST"),
    ("/cases/new/look", intake.look, "case.write", "POST"),
    ("/cases/new/form", kept("intake", intake.resume), "case.write", "GET"),
    ("/cases/new/form", intake.form, "case.write", "POST"),
    ("/cases/agencies", agencies.show, "directory.write", "GET"),
    ("/cases/agencies", agencies.make, "directory.write", "POST"),
    ("/cases/agencies/{agency_id}/end", agencies.ask_end, "directory.write", "GET"),
    ("/cases/agencies/{agency_id}/end", agencies.end, "directory.write", "POST"),
    ("/cases/break-glass", glass.ask, "case.reveal", "GET"),
    ("/cases/break-glass", glass.break_it, "case.reveal", "POST"),
    ("/cases/{case_id}/glass", glass.review, "team.write", "POST"),
    ("/cases/{case_id}/glass/allow", glass.allow, "team.write", "POST"),
    ("/cases/{case_id}/rights", rights_shut.show, "case.read", "GET"),
    ("/cases/call-backs", safeguards.call_backs, "case.read", "GET"),
    ("/cases/sample", safeguards.sample, "restricted.read", "GET"),
    ("/cases/sample", safeguards.draw, "restricted.read", "POST"),
    ("/cases/sample/{sample_id}/{case_id}", safeguards.score, "restricted.read", "POST"),
    (_BESIDE, kept("safeguard", safeguards.show), "case.reveal", "GET"),
    (f"{_BESIDE}/entries/{{kind}}", kept("safeguard", safeguards.add, _BESIDE), "case.write", "POST"),
    (f"{_BESIDE}/entries/{{entry_id}}/end", safeguards.close, "case.write", "POST"),
    (f"{_BESIDE}/caller-word", safeguards.check_caller, "case.write", "POST"),
    (f"{_BESIDE}/code-word", safeguards.agree_word, "case.write", "POST"),
    (f"{_BESIDE}/offers/{{offer}}", safeguards.take_step, "referral.write", "POST"),
    ("/cases/fraud-list", fraud_list.begin, "case.write", "GET"),
    ("/cases/fraud-list", fraud_list.preview, "case.write", "POST"),
    ("/cases/fraud-list/import", fraud_list.take, "case.write", "POST"),
    ("/cases/same-people", same_person.show_open, "case.read", "GET"),
    ("/cases/{case_id}/same-person", asking_same.ask, "case.write", "GET"),
    ("/cases/{case_id}/same-person", asking_same.take, "case.write", "POST"),
    (_SAME, same_person.show, "case.read", "GET"),
    (_SAME, same_person.decide, "case.write", "POST"),
    (f"{_SAME}/reveal", same_person.reveal, "case.reveal", "POST"),
    (f"{_SAME}/undo", same_person.undo, "case.write", "POST"),
    ("/cases/{case_id}/choices", choosing.ask, "case.write", "GET"),
    ("/cases/{case_id}/choices", choosing.take, "case.write", "POST"),
    ("/cases/{case_id}/carry", same_person.carry, "case.write", "POST"),
)


def machines(room: Room) -> tuple[Page, ...]:
    """Addresses for other systems, which bring a credential of their own."""
    return (
        Page("/cases/intake", room(agencies.intake), public=True, methods=("POST",), machine=True),
        Page("/cases/intake/status", room(agencies.status), public=True, machine=True),
    )
