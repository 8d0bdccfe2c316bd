"""Rights by agency, month by month for a year: the share met in time, and what was due, which opens its list."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.code_compliance.case_ui.oversight_room import HEADS, by_row, choices, percent, wanted
from services.code_compliance.case_ui.room import may_see_small
from services.code_compliance.domain.oversight import Figures
from services.code_compliance.domain.periods import month_of, plus
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import agency_in_words
from services.code_compliance.store import oversight

MONTHS = 12


async def show_months(visit: Visit, rules: Rulebook) -> Response:
    """Twelve months back from the last of the period that was asked for, newest first."""
    exact = may_see_small(visit)
    async with visit.begin() as tx:
        asked = await wanted(tx, visit, rules)
        months = [plus(asked.period.months[-1], -n) for n in range(MONTHS)]
        counts = await oversight.counts(tx, [month_of(month) for month in months])
        periods = await choices(tx, asked.period)
        await audit.record(tx, [audit.seen(visit.signed_in, "oversight_seen", "list", None, (), "by-month")])
    figures = by_row(counts, lambda count: (*_holder(count.entitlement, rules), count.month), exact)
    return visit.render(
        "oversight/months.html",
        asked=asked,
        periods=periods,
        exact=exact,
        columns=HEADS,
        months=[month_of(month).words for month in months],
        rows=_rows(figures, months, rules),
    )


def _holder(name: str, rules: Rulebook) -> tuple[int, str]:
    entitlement = rules.entitlement(name)
    return (entitlement.right, entitlement.agency) if entitlement else (0, "")


def _rows(
    figures: dict[tuple[int, str, date], Figures], months: Sequence[date], rules: Rulebook
) -> list[dict[str, Any]]:
    held = sorted({(right, agency) for right, agency, _ in figures if right})
    titles = rules.codes[-1].rights
    return [
        {
            "right": right,
            "title": titles[right],
            "words": agency_in_words(agency),
            "cells": [_cell(figures.get((right, agency, month)), right, agency, month) for month in months],
        }
        for right, agency in held
    ]


def _cell(figures: Figures | None, right: int, agency: str, month: date) -> dict[str, Any] | None:
    """The share met in time and how many were due; None where nothing was."""
    if figures is None or not figures.due:
        return None
    due = figures.shown("due")
    query = urlencode({"period": month_of(month).name, "right": right, "agency": agency, "state": "due"})
    href = f"/rights/oversight/list?{query}" if figures.exact else None
    return {"rate": percent(figures), "due": due, "href": href if due else None}
