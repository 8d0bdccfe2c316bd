"""Addresses of the pages about people: who comes, who may be the same, who helped before."""

from kit.web.app import Page
from services.referral.case_ui import agencies, intake, same_person
from services.referral.case_ui.room import Room, View

_SAME = "/cases/{case_id}/same-person/{other_id}"
PAGES: tuple[tuple[str, View, str, str], ...] = (
    ("/cases/new", intake.begin, "case.write", "GET"),
    ("/cases/new", intake.take_in, "case.write", "POST"),
    ("/cases/new/look", intake.look, "case.write", "POST"),
    ("/cases/new/form", intake.form, "case.write", "POST"),
    ("/cases/agencies", agencies.show, "directory.write", "GET"),
    ("/cases/agencies", agencies.make, "directory.write", "POST"),
    ("/cases/agencies/{agency_id}/end", agencies.end, "directory.write", "POST"),
    ("/cases/same-people", same_person.show_open, "case.read", "GET"),
    (_SAME, same_person.show, "case.read", "GET"),
    (_SAME, same_person.decide, "case.write", "POST"),
    (f"{_SAME}/reveal", same_person.reveal, "case.reveal", "POST"),
    (f"{_SAME}/undo", same_person.undo, "case.write", "POST"),
    ("/cases/{case_id}/carry", same_person.carry, "case.write", "POST"),
)


def machines(room: Room) -> tuple[Page, ...]:
    """Addresses for other systems, which bring a credential of their own."""
    return (Page("/cases/intake", room(agencies.intake), public=True, methods=("POST",), machine=True),)
