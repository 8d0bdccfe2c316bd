"""Whether a step of a complaint that is sent again says what the last one said."""

from collections.abc import Mapping
from typing import Any

from contracts.working_time import local_day
from services.code_compliance.domain.complaints import Complaint
from services.code_compliance.store.complaints import Done


def is_same(last: Done, complaint: Complaint, step: str, given: Mapping[str, Any], answer: str | None) -> bool:
    """`last`: the step as it was written, with the complaint as it made it; `step`, `given`: the form in hand;
    `answer`: the words that were kept."""
    kind, day = last.kind, local_day(last.at)
    if step == "acknowledge":
        return kind == "acknowledged" and day == given["on"]
    if step == "extend":
        until = local_day(last.until) if last.until else None
        return kind == "extended" and (until, last.code) == (given["until"], given["reason"])
    if step == "redirect":
        return kind == "redirected" and last.code == given["agency"]
    if step == "answer":
        said = (day, last.code, complaint.learning, complaint.ombudsman_told, answer)
        now = (given["on"], given["outcome"], given["learning"], given["ombudsman"] == "yes", given["text"])
        return kind == "answered" and said == now
    return False
