"""Pages of returns: rehearsals, drawn returns with their figures, the lists behind them, drawing, signing, sealing."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.identity import reference
from contracts.reference import local_authority_name, offence_groups
from contracts.refused import Refused
from kit import audit
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse, whole
from services.returns import actions, render, words
from services.returns.actions import Actor
from services.returns.domain import canonical, suppression
from services.returns.domain.cells import Cell
from services.returns.domain.definition import Definition
from services.returns.domain.difference import difference
from services.returns.domain.figures import sections, splits_of
from services.returns.domain.period import parse_period, period_of
from services.returns.store import definitions, draws, measures
from services.returns.store.definitions import Loaded
from services.returns.store.draws import Asked, Drawn

PAGE = 50
KINDS = {"grant": "Services grant return", "code": "Victims' Code return"}
REFUSALS = {
    "drew_it": "You drew this return. Another person has to sign it.",
    "checks_fail": "A check does not hold, so it cannot be signed yet.",
    "not_signed": "It is not signed. Somebody other than the person who drew it signs first.",
    "is_signed": "It is already signed.",
    "is_sealed": "It is already sealed.",
}


class DrawReturn(BaseModel):
    """What is asked for in the draw form."""

    kind: Annotated[Literal["grant", "code"], Say("Choose which return to draw")]
    period: Annotated[str, Say("Choose a quarter")]


def sees_all(visit: Visit) -> bool:
    """Complete figures, and what is not sealed yet, are for those who draw and sign; everybody else sees what is
    sealed, with small numbers hidden (docs/adr/0015)."""
    return visit.may("returns.draw") or visit.may("returns.sign")


async def show_list(visit: Visit) -> Response:
    current = period_of(visit.now)
    async with visit.begin() as tx:
        everything = sees_all(visit)
        drawn = [each for each in await draws.list_drawn(tx) if everything or each.state == "sealed"]
        rehearsed = await draws.rehearsals(tx, [str(current), str(current.previous)]) if everything else []
        asked = await draws.open_requests(tx) if everything else []
    return visit.render(
        "return_ui/list.html",
        everything=everything,
        drawn=drawn,
        rehearsed=rehearsed,
        asked=asked,
        kinds=KINDS,
        period_words=_period_words,
    )


async def draw_form(visit: Visit) -> Response:
    current = period_of(visit.now)
    periods = [current]
    for _ in range(7):
        periods.append(periods[-1].previous)
    choices = [(str(each), f"{each.months} ({each.financial})") for each in periods]
    if visit.request.method == "GET":
        return visit.render("return_ui/draw.html", choices=choices, kinds=KINDS)
    form, errors = parse(DrawReturn, visit.form)
    if form is not None and form.period not in dict(choices):
        form, errors = None, [FieldError("period", "Choose a quarter")]
    if form is None:
        return visit.render("return_ui/draw.html", status=422, errors=errors, choices=choices, kinds=KINDS)
    viewer = visit.signed_in
    asked = Asked(uuid4(), form.kind, form.period, viewer.user_id, viewer.role, visit.now)
    async with visit.begin() as tx:
        await draws.ask(tx, asked)
        await audit.record(tx, [audit.seen(viewer, "return.draw_asked", "return", asked.request_id)])
    return visit.redirect("/returns", flash="The return is being drawn. It appears here when it is ready.")


async def _opened(visit: Visit, tx: Any) -> tuple[Drawn, Loaded, tuple[Cell, ...]]:
    """The return of this address, its definition, and its cells as this viewer may see them."""
    drawn = await draws.load(tx, visit.id("return_id"))
    loaded = definitions.version(drawn.kind, drawn.definition_version) if drawn else None
    if drawn is None or loaded is None or not (sees_all(visit) or drawn.state == "sealed"):
        raise HTTPException(404)
    return drawn, loaded, await _cells(visit, tx, drawn, loaded)


async def _cells(visit: Visit, tx: Any, drawn: Drawn, loaded: Loaded) -> tuple[Cell, ...]:
    if not sees_all(visit):
        return (await actions.seen_by_all(tx, drawn, loaded.definition))[1]
    return canonical.read(await draws.file_of(tx, drawn.return_id))[1]


async def show_return(visit: Visit, errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    async with visit.begin() as tx:
        drawn, loaded, cells = await _opened(visit, tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "return.viewed", "return", drawn.return_id)])
        broken = actions.broken_checks(loaded, canonical.read(await draws.file_of(tx, drawn.return_id))[1])
    return visit.render(
        "return_ui/show.html",
        status=status,
        drawn=drawn,
        sections=sections(loaded.definition, cells),
        broken=broken,
        errors=list(errors),
        complete=sees_all(visit),
        base=f"/returns/{drawn.return_id}",
        **_frame(loaded.definition, drawn.period),
    )


def _frame(definition: Definition, period: str) -> dict[str, Any]:
    return {
        "definition": definition,
        "heading": f"{definition.title}, {_period_words(period)}",
        "suppressed_words": suppression.STATEMENT,
        "category_words": category_words,
        "words": words,
    }


def _period_words(period: str) -> str:
    found = parse_period(period)
    return f"{found.months} ({found.financial})"


def category_words(split: str, category: str) -> str:
    """A category of a split, for people."""
    if split == "local_authority":
        return local_authority_name(None if category == "unplaced" else category)
    if split == "offence_group":
        return offence_groups().get(category, category.replace("_", " ").capitalize())
    return category.replace("_", " ").capitalize() if category[0].isalpha() else category


async def show_rehearsal(visit: Visit) -> Response:
    kind, period = visit.params["kind"], visit.params["period"]
    if not sees_all(visit):
        return visit.forbidden()
    async with visit.begin() as tx:
        found = next((each for each in await draws.rehearsals(tx, [period]) if each.kind == kind), None)
        if found is None:
            return visit.not_found()
        await audit.record(tx, [audit.seen(visit.signed_in, "rehearsal.viewed", "return", None)])
    loaded = definitions.current(kind, parse_period(period).first_day.isoformat())
    cells = canonical.read(found.file)[1]
    broken = actions.broken_checks(loaded, cells)
    return visit.render(
        "return_ui/rehearsal.html",
        rehearsed=found,
        broken=broken,
        sections=sections(loaded.definition, cells),
        complete=True,
        base=None,
        **_frame(loaded.definition, period),
    )


async def show_measure(visit: Visit) -> Response:
    async with visit.begin() as tx:
        drawn, loaded, cells = await _opened(visit, tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "return.viewed", "return", drawn.return_id)])
    measure = visit.params["measure"]
    splits = splits_of(cells, measure)
    if not splits:
        return visit.not_found()
    return visit.render(
        "return_ui/measure.html",
        drawn=drawn,
        measure=measure,
        splits=splits,
        has_list=bool(loaded.definition.measures_behind(measure)),
        complete=sees_all(visit),
        title=words.title(loaded.definition, measure),
        meaning=words.meaning(loaded.definition, measure),
        base=f"/returns/{drawn.return_id}",
        **_frame(loaded.definition, drawn.period),
    )


async def show_lines(visit: Visit) -> Response:
    """The list behind one figure; it adds up to it, less the people whom this viewer may not see."""
    measure, split, category = (
        visit.params["measure"],
        visit.query.get("split", "total"),
        visit.query.get("category", "all"),
    )
    page = whole(visit.query.get("page", "1"))
    if not page:
        return visit.not_found()
    if not sees_all(visit):
        return visit.forbidden()
    async with visit.begin() as tx:
        drawn, loaded, cells = await _opened(visit, tx)
        counted = loaded.definition.measures_behind(measure)
        cell = next((each for each in cells if each.key == (measure, split, category)), None)
        line = loaded.definition.line(counted[0]) if counted else None
        if cell is None or line is None:
            return visit.not_found()
        await measures.prepare(tx)
        found, shown = await measures.behind(
            tx,
            loaded.queries[line.query],
            parse_period(drawn.period),
            drawn.cut,
            loaded.definition.positive_outcomes,
            measures.Chosen(counted, split, category),
            limit=PAGE,
            offset=(page - 1) * PAGE,
        )
        await audit.record(tx, [audit.seen(visit.signed_in, "return.list_viewed", "return", drawn.return_id)])
    return visit.render(
        "return_ui/lines.html",
        drawn=drawn,
        measure=measure,
        title=words.title(loaded.definition, measure),
        meaning=words.meaning(loaded.definition, measure),
        unit=line.unit,
        split=split,
        category=category,
        figure=cell.value,
        shown=shown,
        rows=found,
        page=page,
        pages=-(-shown // PAGE) or 1,
        reference=reference,
        area=lambda code: local_authority_name(None if code == "unplaced" else code),
        base=f"/returns/{drawn.return_id}",
        **_frame(loaded.definition, drawn.period),
    )


async def sign(visit: Visit) -> Response:
    return await _step(visit, "sign")


async def seal(visit: Visit) -> Response:
    return await _step(visit, "seal")


async def _step(visit: Visit, step: str) -> Response:
    viewer, return_id = visit.signed_in, visit.id("return_id")
    by = Actor(viewer.user_id, viewer.role)
    try:
        async with visit.begin() as tx:
            if step == "sign":
                await actions.sign(tx, return_id, by, visit.settings, visit.now)
            else:
                await actions.seal(tx, return_id, by, visit.now)
    except Refused as refused:
        if refused.code == "unknown":
            return visit.not_found()
        return await show_return(visit, [FieldError("", REFUSALS.get(refused.code, refused.code))], status=409)
    return visit.redirect(f"/returns/{return_id}", flash=f"The return is {'signed' if step == 'sign' else 'sealed'}.")


async def download(visit: Visit) -> Response:
    form = visit.params["form"]
    if form not in render.TYPES:
        return visit.not_found()
    async with visit.begin() as tx:
        drawn, loaded, cells = await _opened(visit, tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "return.downloaded", "return", drawn.return_id)])
    heading = canonical.Heading(drawn.return_id, drawn.kind, drawn.period, loaded.definition.area)
    suffix = "" if sees_all(visit) else "_suppressed"
    name = f"{drawn.kind}_{drawn.period}_{drawn.return_id}{suffix}.{form}"
    return Response(
        render.render(form, heading, cells),
        media_type=render.TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def show_difference(visit: Visit) -> Response:
    async with visit.begin() as tx:
        drawn, loaded, cells = await _opened(visit, tx)
        other = await draws.load(tx, visit.id("other_id"))
        if other is None or other.kind != drawn.kind or not (sees_all(visit) or other.state == "sealed"):
            return visit.not_found()
        before = await _cells(visit, tx, other, loaded)
        await audit.record(tx, [audit.seen(visit.signed_in, "return.compared", "return", drawn.return_id)])
    return visit.render(
        "return_ui/difference.html",
        drawn=drawn,
        other=other,
        changes=difference(before, cells),
        base=f"/returns/{drawn.return_id}",
        **_frame(loaded.definition, drawn.period),
    )


PAGES = (
    Page("/returns", show_list, "returns.read"),
    Page("/returns/draw", draw_form, "returns.draw", methods=("GET", "POST")),
    Page("/returns/rehearsals/{kind}/{period}", show_rehearsal, "returns.read"),
    Page("/returns/{return_id}", show_return, "returns.read"),
    Page("/returns/{return_id}/figures/{measure}", show_measure, "returns.read"),
    Page("/returns/{return_id}/lines/{measure}", show_lines, "returns.read"),
    Page("/returns/{return_id}/sign", sign, "returns.sign", methods=("POST",)),
    Page("/returns/{return_id}/seal", seal, "returns.sign", methods=("POST",)),
    Page("/returns/{return_id}/since/{other_id}", show_difference, "returns.read"),
    Page("/returns/{return_id}/download/{form}", download, "returns.read"),
)
