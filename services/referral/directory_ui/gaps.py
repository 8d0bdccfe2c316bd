"""Where nobody could help: a map and tables by area, kind of help and need; each number opens its cases, no names."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from starlette.responses import Response

from contracts.vocabulary import NEEDS
from kit import audit
from kit.listening import Context
from kit.web.app import Page, Visit
from kit.web.words import plural, rounded
from services.referral.directory_ui.picture import WIDTH, shaded, shapes
from services.referral.directory_ui.room import AREA_NAMES, LINE_NAMES, Room
from services.referral.domain.books import Books
from services.referral.store import gaps
from services.referral.store.gaps import Counted

SMALLEST, FEW = 5, "fewer than 5"
PERIODS = {"30": "30 days", "90": "90 days", "365": "12 months"}
NEED_NAMES = {need: need.replace("_", " ").capitalize() for need in NEEDS} | {"not_stated": "Not stated"}
RULES = {
    "age": "the age",
    "list": "the list was closed or full",
    "area": "the area",
    "language": "the language",
    "access": "the access needs",
    "offer": "only for those who choose it",
    "dates": "the contract had not begun or was over",
    "kind": "the kind of case",
    "sex": "a single-sex service",
    "reported": "whether it was reported",
    "refused": "the person did not want the provider",
    "line": "no contract for this kind of help",
    "declined": "every provider that could have been asked declined",
}


def _period(visit: Visit) -> str:
    asked = visit.query.get("days", "90")
    return asked if asked in PERIODS else "90"


def _since(visit: Visit) -> datetime:
    return visit.now - timedelta(days=int(_period(visit)))


def _exact(visit: Visit) -> bool:
    """Whoever works on cases, the directory or the returns sees each number with its cases; others see it rounded."""
    return any(visit.may(permission) for permission in ("case.read", "directory.write", "returns.draw"))


async def show(visit: Visit, books: Books) -> Response:
    """The map, what it shows in one sentence, and the same as tables."""
    async with visit.begin() as tx:
        lines = await gaps.by_line(tx, _since(visit))
        needs = await gaps.by_need(tx, _since(visit))
        reasons = await gaps.by_reason(tx, _since(visit))
        everybody = await gaps.cases(tx, _since(visit), "", "", "", 10_000)
        await audit.record(tx, [audit.seen(visit.signed_in, "gaps_seen", "directory", None)])
    areas: dict[str, int] = {}
    for one in everybody:
        areas[one.area or "none"] = areas.get(one.area or "none", 0) + 1
    exact, total = _exact(visit), len(everybody)

    def told(number: int) -> int | str:
        return number if exact else about(number)

    shades = areas if exact else {code: rounded(number) if number >= SMALLEST else 1 for code, number in areas.items()}
    return visit.render(
        "directory_ui/gaps.html",
        period=_period(visit),
        periods=PERIODS,
        exact=exact,
        total=told(total),
        takeaway=takeaway(total, areas) if exact or not total else _takeaway_of_about(total),
        few=not exact and 0 < total < SMALLEST,
        shown=shaded(shades, {code: told(number) for code, number in areas.items()}),
        width=WIDTH,
        height=round(shapes()[1], 1),
        columns=[*AREA_NAMES.items(), *([("none", "Not known")] if "none" in areas else [])],
        areas={code: told(number) for code, number in areas.items()},
        lines=_table(lines, LINE_NAMES, told),
        needs=_table(needs, NEED_NAMES, told),
        reasons=[(RULES.get(one.line, one.line), _cases(told(one.number))) for one in reasons],
    )


def about(number: int) -> int | str:
    """A number for whoever opens no cases (docs/adr/0015): one that is small is said to be so, and is not none."""
    return FEW if 0 < number < SMALLEST else rounded(number)


def _cases(number: int | str) -> str:
    return plural(number, "case") if isinstance(number, int) else f"{number} cases"


Table = list[tuple[str, str, dict[str, int | str]]]


def _table(counted: Sequence[Counted], names: dict[str, str], told: Callable[[int], int | str]) -> Table:
    """Rows by code and name, with a number for each area that has one."""
    rows: dict[str, dict[str, int | str]] = {}
    for one in counted:
        rows.setdefault(one.line, {})[one.area or "none"] = told(one.number)
    return sorted(((code, names.get(code, code), found) for code, found in rows.items()), key=lambda row: row[1])


def takeaway(total: int, areas: dict[str, int]) -> str:
    """What the map shows, in one sentence."""
    if not total:
        return "Somebody could help everybody in this time."
    known = {code: number for code, number in areas.items() if code != "none"}
    said = f"For {plural(total, 'case')} nobody could help"
    if not known:
        return f"{said}; no area is known."
    most = max(known.values())
    names = sorted(AREA_NAMES.get(code, code) for code, number in known.items() if number == most)
    if 2 * most > total:
        return f"{said}, most in {names[0]} ({most})."
    return f"{said}, more in {' and '.join(names)} than anywhere else ({most}{' each' if len(names) > 1 else ''})."


def _takeaway_of_about(total: int) -> str:
    said = about(total)
    return f"For {said if said == FEW else f'about {said}'} cases nobody could help."


async def show_cases(visit: Visit, books: Books) -> Response:
    """The cases behind one number, without names."""
    area, line, need = (visit.query.get(name, "") for name in ("area", "line", "need"))
    if (
        (area and area not in {*AREA_NAMES, "none"})
        or (line and line not in LINE_NAMES)
        or need not in {"", *NEED_NAMES}
    ):
        return visit.not_found()
    if not _exact(visit):
        return visit.forbidden()
    async with visit.begin() as tx:
        found = await gaps.cases(tx, _since(visit), area, line, need)
        await audit.record(tx, [audit.seen(visit.signed_in, "gap_cases_seen", "directory", None)])
    said = [LINE_NAMES.get(line), NEED_NAMES.get(need), {"none": "Area not known"}.get(area) or AREA_NAMES.get(area)]
    return visit.render(
        "directory_ui/gap_cases.html",
        found=found,
        narrowed=", ".join(text for text in said if text) or "All areas and kinds of help",
        period=_period(visit),
        periods=PERIODS,
        lines=LINE_NAMES,
        areas=AREA_NAMES,
    )


def pages(context: Context) -> Sequence[Page]:
    """The picture and the cases behind it; who keeps the directory may read returns too: one permission is enough."""
    room = Room(context)
    return (
        Page("/directory/gaps", room(show), "returns.read"),
        Page("/directory/gaps/cases", room(show_cases), "returns.read"),
    )
