"""What must add up in returns: the archive with what was received, the facts with the archive, figures with input."""

from kit.database import Tx
from kit.service import Check
from services.returns.domain import canonical
from services.returns.domain.cells import TOTAL, Cell
from services.returns.domain.period import parse_period
from services.returns.store import draws, measures, recounts


async def checks(tx: Tx) -> list[Check]:
    """The checks of this service. Those called `count.*` always hold; the checks across services read them."""
    await measures.prepare(tx, minutes=15)
    size = await recounts.sizes(tx)
    found = [
        Check("I1.every_event_is_archived", size["applied"], size["archived"]),
        Check("I1.archive_positions_are_dense", size["head"], size["archived"]),
        Check("I1.one_fact_per_event", size["archived"], size["facts"]),
        Check("I1.one_row_per_person_of_a_crime", size["people_recounted"], size["people"]),
        Check("I4.sequences_are_dense", 0, size["gaps"]),
        Check("I7.drawn_returns_are_unchanged", 0, size["changed"]),
    ]
    for drawn in await draws.list_drawn(tx, limit=2):
        cells = canonical.read(await draws.file_of(tx, drawn.return_id))[1]
        recounted = await recounts.recount(tx, drawn.kind, parse_period(drawn.period), drawn.cut)
        figures = _figures(drawn.kind, cells)
        name = f"I7.{drawn.kind}.{drawn.period}"
        found += [Check(f"{name}.{measure}", value, figures.get(measure, 0)) for measure, value in recounted.items()]
    found += [Check(f"count.archived.{topic}", n, n) for topic, n in sorted((await recounts.archived(tx)).items())]
    return found + [Check(f"count.{name}", n, n) for name, n in (await recounts.totals(tx)).items()]


def _figures(kind: str, cells: tuple[Cell, ...]) -> dict[str, int]:
    totals = {
        cell.measure: int(cell.value) for cell in cells if (cell.split, cell.category) == TOTAL and cell.value.isdigit()
    }
    if kind == "code":
        return {
            "due": sum(value for measure, value in totals.items() if measure[0] == "R" and measure.endswith(".due"))
        }
    return totals
