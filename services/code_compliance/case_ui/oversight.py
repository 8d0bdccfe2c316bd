"""Oversight: rights by agency and period, one right by duty, splits by who the people are, the five areas, trends."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.code_compliance.actions.covering import in_force
from services.code_compliance.case_ui.oversight_room import (
    HEADS,
    Wanted,
    by_row,
    cells,
    choices,
    percent,
    total,
    wanted,
)
from services.code_compliance.case_ui.room import may_see_small
from services.code_compliance.domain.category_words import SPLIT_WORDS, category_in_words, place_of
from services.code_compliance.domain.oversight import SMALLEST_FOR_DAYS, Figures, Spread, spread
from services.code_compliance.domain.periods import Period
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import agency_in_words
from services.code_compliance.reference.oversight import five_areas
from services.code_compliance.store import oversight

LEAST_TO_COMPARE = 10
"""A rate of fewer duties than this is not compared with the period before."""
PERIODS_BACK = 8


async def show_oversight(visit: Visit, rules: Rulebook) -> Response:
    """Rights by agency in one period, what changed since the one before, and the trend."""
    exact = may_see_small(visit)
    async with visit.begin() as tx:
        asked = await wanted(tx, visit, rules)
        past = _back(asked.period)
        counts = await oversight.counts(tx, [asked.period, asked.period.before])
        months = await oversight.by_month(tx, [month for each in past for month in each.months])
        covered = (await in_force(tx, rules)).coverage
        fresh, periods = await oversight.freshness(tx), await choices(tx, asked.period)
        await audit.record(tx, [audit.seen(visit.signed_in, "oversight_seen", "list", None, (), asked.period.name)])
    now, before = (_by_holder(counts, each, rules, exact) for each in (asked.period, asked.period.before))
    return visit.render(
        "oversight/overview.html",
        asked=asked,
        periods=periods,
        fresh=fresh,
        exact=exact,
        columns=HEADS,
        groups=_grouped(now, asked, rules),
        total=_row(total(list(now.values()), exact), asked, "Every right and agency"),
        changed=_changed(now, before, rules),
        trend=_trend(past, months, exact),
        coverage=covered.agencies,
        agency_in_words=agency_in_words,
        duties=lambda ids: ", ".join(sorted(_duty(each, rules) for each in ids)),
        splits=SPLIT_WORDS,
    )


async def show_right(visit: Visit, rules: Rulebook) -> Response:
    """One right: each duty with its figures, how long it took, and the trend."""
    exact = may_see_small(visit)
    async with visit.begin() as tx:
        asked = await wanted(tx, visit, rules)
        if asked.right is None:
            raise HTTPException(404)
        ids = asked.entitlements(rules)
        past = _back(asked.period)
        counts = await oversight.counts(tx, [asked.period], "total", ids)
        months = await oversight.by_month(tx, [month for each in past for month in each.months], ids)
        days = await oversight.days(tx, asked.period.months, ids)
        periods = await choices(tx, asked.period)
        await audit.record(
            tx, [audit.seen(visit.signed_in, "oversight_seen", "list", None, (), f"right-{asked.right}")]
        )
    least = 1 if exact else SMALLEST_FOR_DAYS
    return visit.render(
        "oversight/right.html",
        asked=asked,
        periods=periods,
        exact=exact,
        columns=HEADS,
        title=_title(asked, rules),
        words=rules.codes[-1].rights[asked.right],
        dated=_duties(counts, asked, rules, exact, dated=True, days={k: spread([d], least) for k, d in days.items()}),
        undated=_duties(
            counts, asked, rules, exact, dated=False, days={k: spread([d], least) for k, d in days.items()}
        ),
        together=spread(days.values(), least),
        trend=_trend(past, months, exact),
        splits=SPLIT_WORDS,
    )


async def show_split(visit: Visit, rules: Rulebook) -> Response:
    """One split of what was due: by area, offence group, enhanced rights, age, sex, ethnicity or disability."""
    split, exact = str(visit.params["split"]), may_see_small(visit)
    if split not in SPLIT_WORDS:
        raise HTTPException(404)
    async with visit.begin() as tx:
        asked = await wanted(tx, visit, rules)
        counts = await oversight.counts(tx, [asked.period], split, asked.entitlements(rules))
        periods = await choices(tx, asked.period)
        await audit.record(tx, [audit.seen(visit.signed_in, "oversight_seen", "list", None, (), split)])
    found = by_row(counts, lambda count: count.category, exact)
    order = sorted(found, key=lambda category: place_of(split, category))
    rows = [_row(found[c], asked, category_in_words(split, c), split=split, category=c) for c in order]
    return visit.render(
        "oversight/split.html",
        asked=asked,
        periods=periods,
        exact=exact,
        columns=HEADS,
        split=split,
        split_words=SPLIT_WORDS[split],
        about=_title(asked, rules),
        rows=rows,
        points=[[row["words"], points(found[c])] for c, row in zip(order, rows, strict=True)],
        splits=SPLIT_WORDS,
    )


async def show_areas(visit: Visit, rules: Rulebook) -> Response:
    """The five areas of the quarterly return, this period beside the one before."""
    exact = may_see_small(visit)
    async with visit.begin() as tx:
        asked = await wanted(tx, visit, rules)
        before = asked.period.before
        ids = [entitlement for area in five_areas() for entitlement in area.entitlements]
        counts = await oversight.counts(tx, [asked.period, before], "total", ids)
        days = await oversight.days(tx, asked.period.months, ids)
        periods = await choices(tx, asked.period)
        await audit.record(tx, [audit.seen(visit.signed_in, "oversight_seen", "list", None, (), "five-areas")])
    rows = []
    for area in five_areas():
        mine = [count for count in counts if count.entitlement in area.entitlements]
        now = _of(mine, asked.period, exact)
        rows.append(
            _row(now, asked, f"{area.id}: {area.title}", area=area.id)
            | {
                "before": percent(_of(mine, before, exact)),
                "undated": not now.due,
                "spread": spread([days[e] for e in area.entitlements if e in days], 1 if exact else SMALLEST_FOR_DAYS),
            }
        )
    return visit.render(
        "oversight/areas.html", asked=asked, periods=periods, exact=exact, columns=HEADS, rows=rows, before=before
    )


def _back(period: Period) -> list[Period]:
    """The period and those before it, oldest first."""
    found = [period]
    while len(found) < PERIODS_BACK:
        found.insert(0, found[0].before)
    return found


def _of(counts: Sequence[oversight.Count], period: Period, exact: bool) -> Figures:
    return by_row([c for c in counts if c.month == period.months[0]], lambda c: 0, exact).get(0, Figures(exact=exact))


def _by_holder(
    counts: Sequence[oversight.Count], period: Period, rules: Rulebook, exact: bool
) -> dict[tuple[int, str], Figures]:
    def row_of(count: oversight.Count) -> tuple[int, str]:
        entitlement = rules.entitlement(count.entitlement)
        return (entitlement.right, entitlement.agency) if entitlement else (0, "")

    found = by_row([count for count in counts if count.month == period.months[0]], row_of, exact)
    return {key: found[key] for key in sorted(found) if key != (0, "")}


def _row(figures: Figures, asked: Wanted, words: str, **more: object) -> dict[str, Any]:
    return {
        "words": words,
        "cells": cells(figures, lambda column: f"/rights/oversight/list?{asked.query(state=column, **more)}"),
        "rate": percent(figures),
    }


def _grouped(rows: dict[tuple[int, str], Figures], asked: Wanted, rules: Rulebook) -> list[dict[str, Any]]:
    groups: dict[int, list[dict[str, Any]]] = {}
    for (right, agency), figures in rows.items():
        row = _row(figures, asked, agency_in_words(agency), right=right, agency=agency)
        row["href"] = f"/rights/oversight/right?{asked.query(right=right, agency=agency)}"
        groups.setdefault(right, []).append(row)
    titles = rules.codes[-1].rights
    return [{"right": right, "title": titles[right], "rows": groups[right]} for right in groups]


def _duties(
    counts: Sequence[oversight.Count], asked: Wanted, rules: Rulebook, exact: bool, *, dated: bool,
    days: dict[str, Spread | None],
) -> list[dict[str, Any]]:  # fmt: skip
    found = by_row(counts, lambda count: count.entitlement, exact, dated)
    rows = []
    for name in sorted(found):
        entitlement = rules.entitlement(name)
        row = _row(
            found[name],
            asked,
            entitlement.title if entitlement else name,
            entitlement=name,
            undated=None if dated else "yes",
        )
        rows.append(row | {"spread": days.get(name), "unverified": entitlement is not None and entitlement.unverified})
    return rows


def _changed(
    now: dict[tuple[int, str], Figures], before: dict[tuple[int, str], Figures], rules: Rulebook
) -> list[dict[str, Any]]:
    """The rates that moved by a percentage point or more, the greatest change first; at most eight."""
    moved: list[dict[str, Any]] = []
    for key, figures in now.items():
        old = before.get(key)
        if old is None or min(_decided(figures), _decided(old)) < LEAST_TO_COMPARE:
            continue
        rate, was = figures.rate, old.rate
        if rate is not None and was is not None and abs(rate - was) >= 0.01:
            words = f"Right {key[0]}, {agency_in_words(key[1])}"
            moved.append({"words": words, "now": percent(figures), "was": percent(old), "by": rate - was})
    return sorted(moved, key=lambda each: -abs(each["by"]))[:8]


def _decided(figures: Figures) -> int:
    return sum(figures.by_state.get(state, 0) for state in ("met", "met_late", "breached"))


def _trend(past: Sequence[Period], months: Sequence[tuple[date, str, int]], exact: bool) -> list[list[Any]]:
    """The share met in time of each period, in percent."""
    found = {each.name: Figures(exact=exact) for each in past}
    names = {month: each.name for each in past for month in each.months}
    for month, state, number in months:
        found[names[month]].add(state, number)
    return [[each.words, points(found[each.name])] for each in past]


def points(figures: Figures) -> float | int | None:
    """A rate as a point of a chart, as exactly as `percent` says it; None where there is none."""
    if figures.rate is None:
        return None
    return round(100 * figures.rate, 1) if figures.exact else round(100 * figures.rate)


def _duty(id: str, rules: Rulebook) -> str:
    """ "R10.expenses_payment" -> "Expenses paid (right 10)"; one that is in no version is told by its id."""
    entitlement = rules.entitlement(id)
    return f"{entitlement.title} (right {entitlement.right})" if entitlement else id


def _title(asked: Wanted, rules: Rulebook) -> str:
    parts = [f"Right {asked.right}" if asked.right else "", agency_in_words(asked.agency) if asked.agency else ""]
    if asked.entitlement and (entitlement := rules.entitlement(asked.entitlement)):
        parts.append(entitlement.title)
    return ", ".join(part for part in parts if part) or "Every right and agency"
