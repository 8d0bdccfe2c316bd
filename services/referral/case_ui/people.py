"""Addresses of the pages about people: who may be the same, who helped before."""

from services.referral.case_ui import same_person
from services.referral.case_ui.room import View

_SAME = "/cases/{case_id}/same-person/{other_id}"
PAGES: tuple[tuple[str, View, str, str], ...] = (
    ("/cases/same-people", same_person.show_open, "case.read", "GET"),
    (_SAME, same_person.show, "case.read", "GET"),
    (_SAME, same_person.decide, "case.write", "POST"),
    (f"{_SAME}/reveal", same_person.reveal, "case.reveal", "POST"),
    (f"{_SAME}/undo", same_person.undo, "case.write", "POST"),
    ("/cases/{case_id}/carry", same_person.carry, "case.write", "POST"),
)
