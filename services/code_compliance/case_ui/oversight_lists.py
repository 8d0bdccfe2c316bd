"""Behind a number of oversight: the list of its clocks, and the numbers of a page as CSV."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import reference
from kit import audit
from kit.web.app import Visit
from kit.web.downloads import csv_file
from kit.web.forms import whole
from services.code_compliance.case_ui.oversight_room import (
    HEADS,
    Wanted,
    percent,
    states_of,
    wanted,
)
from services.code_compliance.case_ui.room import may_see_small
from services.code_compliance.domain.category_words import SPLIT_WORDS, category_in_words
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.domain.oversight import Figures
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import STATES, agency_in_words
from services.code_compliance.reference.oversight import five_areas
from services.code_compliance.store import oversight, replies
from services.code_compliance.store.oversight import Asked

PAGE = 25
LAST_PAGE = 400
ASKED_ABOUT = ("breached", "met_late")
"""How the clocks stand of which an agency is asked for a reply before figures are published."""
DECIDED = {None: "waits for compliance", "accepted": "accepted", "not_accepted": "not accepted"}
Replied = Mapping[tuple[UUID, str, str], tuple[str, str | None]]


async def show_list(visit: Visit, rules: Rulebook) -> Response:
    """The clocks behind one number; restricted people are absent."""
    page, state = visit.query.get("page", "1"), visit.query.get("state", "")
    if state not in HEADS or not 1 <= (whole(page) or 0) <= LAST_PAGE:
        raise HTTPException(404)
    async with visit.begin() as tx:
        asked = await wanted(tx, visit, rules)
        behind = _behind(visit, asked, rules, state)
        lines = await oversight.listed(tx, behind, PAGE + 1, PAGE * (int(page) - 1))
        total = await oversight.how_many(tx, behind)
        replied = await replies.of_cases(tx, [line.case_id for line in lines]) if state in ASKED_ABOUT else {}
        await audit.record(tx, [audit.seen(visit.signed_in, "clocks_listed", "list", None, (), f"oversight/{state}")])
    more = {"state": state, "undated": visit.query.get("undated"), "area": visit.query.get("area")}
    if behind.split != "total":
        more |= {"split": behind.split, "category": behind.category}
    return visit.render(
        "oversight/list.html",
        asked=asked,
        state=state,
        about=_about(asked, behind, visit, rules),
        state_words="Due" if state == "due" else STATES[state],
        lines=[_line(line, rules, replied) for line in lines[:PAGE]],
        asked_about=state in ASKED_ABOUT,
        total=total,
        at_most=oversight.LISTED_AT_MOST,
        page=int(page),
        further=len(lines) > PAGE and int(page) < LAST_PAGE,
        address=f"/rights/oversight/list?{asked.query(**more)}&page=",
    )


def _behind(visit: Visit, asked: Wanted, rules: Rulebook, state: str) -> Asked:
    split, category = visit.query.get("split", "total"), visit.query.get("category", "all")
    if split != "total" and split not in SPLIT_WORDS:
        raise HTTPException(404)
    ids = asked.entitlements(rules)
    if area := visit.query.get("area"):
        ids = next((list(each.entitlements) for each in five_areas() if each.id == area), None)
        if ids is None:
            raise HTTPException(404)
    if ids is None:
        ids = sorted({name for code in rules.codes for name in code.entitlements})
    dated = visit.query.get("undated") != "yes"
    return Asked(tuple(ids), states_of(state), asked.period.months, dated, split, category)


def _about(asked: Wanted, behind: Asked, visit: Visit, rules: Rulebook) -> str:
    parts = [asked.period.words]
    if asked.right:
        parts.append(f"right {asked.right}")
    if asked.agency:
        parts.append(agency_in_words(asked.agency))
    if asked.entitlement and (entitlement := rules.entitlement(asked.entitlement)):
        parts.append(entitlement.title)
    if area := visit.query.get("area"):
        parts.append(next(each.title for each in five_areas() if each.id == area))
    if behind.split != "total":
        parts.append(f"{SPLIT_WORDS[behind.split]}: {category_in_words(behind.split, behind.category)}")
    return ", ".join(parts)


def _line(line: oversight.Line, rules: Rulebook, replied: Replied) -> dict[str, Any]:
    entitlement = rules.entitlement(line.entitlement)
    agency, decision = replied.get((line.case_id, line.entitlement, line.occurrence), (None, None))
    return {
        "case_id": line.case_id,
        "clock_id": clock_id(line.case_id, line.entitlement, line.occurrence),
        "reference": reference(line.case_id),
        "title": entitlement.title if entitlement else line.entitlement,
        "holder": agency_in_words(entitlement.agency) if entitlement else "",
        "state": STATES[line.state],
        "started_at": line.started_at,
        "due_at": line.due_at,
        "reply": f"{agency_in_words(agency)}: {DECIDED[decision]}" if agency else "none yet",
    }


async def download(visit: Visit, rules: Rulebook) -> Response:
    """The numbers of a period as CSV, a line for each duty and part of the split, as this viewer may see them."""
    split, exact = visit.query.get("split", "total"), may_see_small(visit)
    if split != "total" and split not in SPLIT_WORDS:
        raise HTTPException(404)
    async with visit.begin() as tx:
        asked = await wanted(tx, visit, rules)
        found = await oversight.table(tx, asked.period, split, asked.entitlements(rules))
        await audit.record(tx, [audit.seen(visit.signed_in, "oversight_exported", "list", None, (), split)])
    rows: list[list[object]] = [["period", "right", "agency", "entitlement", "split", "category", *HEADS, "rate"]]
    for name, category in sorted(found):
        entitlement, figures = rules.entitlement(name), Figures(found[name, category], exact)
        who: list[object] = [entitlement.right, entitlement.agency] if entitlement else ["", ""]
        numbers = [figures.shown(column) for column in HEADS]
        shown = ["fewer than 5" if number is None else number for number in numbers]
        rows.append([asked.period.name, *who, name, split, category, *shown, percent(figures)])
    return csv_file(f"victims_code_{asked.period.name}_{split}.csv", rows)
