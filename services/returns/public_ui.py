"""The public page: the last sealed return of each kind, in plain English, with small numbers hidden."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.reference import local_authority_name
from kit.web.app import Page, Visit
from services.returns import words
from services.returns.actions import seen_by_all
from services.returns.domain import canonical, suppression
from services.returns.domain.canonical import Heading
from services.returns.domain.cells import Cell
from services.returns.domain.definition import Definition
from services.returns.domain.figures import sections
from services.returns.domain.period import parse_period
from services.returns.domain.versions import AS_BEFORE
from services.returns.store import definitions, draws
from services.returns.store.draws import Drawn

CHARTED = {"grant": "victims_recorded", "code": "R4.refer_support.due"}


async def show_published(visit: Visit) -> Response:
    async with visit.begin() as tx:
        published = await draws.list_sealed(tx)
    titles = {kind: each[-1].definition.title for kind, each in definitions.load().items()}
    return visit.render("public_ui/list.html", published=published, titles=titles, months=_months)


async def show_return(visit: Visit) -> Response:
    drawn, definition, _, cells = await _opened(visit)
    chart = CHARTED[drawn.kind]
    return visit.render(
        "public_ui/return.html",
        drawn=drawn,
        definition=definition,
        heading=f"{definition.title}, {_months(drawn.period)}",
        sections=sections(definition, cells),
        suppressed_words=suppression.STATEMENT,
        as_before=any(cell.note == AS_BEFORE for cell in cells),
        words=words,
        chart_title=f"{definition.title_of(chart)} by local authority",
        points=_by_area(cells, chart),
    )


async def download(visit: Visit) -> Response:
    drawn, _, heading, cells = await _opened(visit)
    name = f"{drawn.kind}_{drawn.period}_published.csv"
    return Response(
        canonical.write(heading, cells),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _opened(visit: Visit) -> tuple[Drawn, Definition, Heading, tuple[Cell, ...]]:
    """The sealed return of this address as anybody may see it; nothing that is not sealed is there."""
    async with visit.begin() as tx:
        drawn = await draws.load(tx, visit.id("return_id"))
        loaded = definitions.version(drawn.kind, drawn.definition_version) if drawn else None
        if drawn is None or loaded is None or drawn.state != "sealed":
            raise HTTPException(404)
        heading, cells = await seen_by_all(tx, drawn, loaded.definition)
    return drawn, loaded.definition, heading, cells


def _by_area(cells: Sequence[Cell], measure: str) -> list[tuple[str, int | None]]:
    """Points of the chart, the largest first; a hidden number is a gap."""
    found = [
        (
            local_authority_name(None if cell.category == "unplaced" else cell.category),
            int(cell.value) if cell.value else None,
        )
        for cell in cells
        if cell.measure == measure and cell.split == "local_authority"
    ]
    return sorted(found, key=lambda point: (-(point[1] or 0), point[0]))[:12]


def _months(period: str) -> str:
    return parse_period(period).months


PAGES = (
    Page("/published", show_published, public=True),
    Page("/published/{return_id}", show_return, public=True),
    Page("/published/{return_id}/csv", download, public=True),
)
