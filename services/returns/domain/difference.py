"""What changed between two drawings of a return, cell by cell."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.returns.domain.cells import Cell, Key


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs; None where a return does not have it."""

    measure: str
    split: str
    category: str
    before: str | None
    after: str | None

    @property
    def by(self) -> str:
        """The difference with its sign; empty for rates and for what only one of them has as no number."""
        one, other = self.before or "0", self.after or "0"
        return f"{int(other) - int(one):+d}" if one.isdigit() and other.isdigit() else ""


def difference(before: Iterable[Cell], after: Iterable[Cell]) -> tuple[Change, ...]:
    """The cells whose value or shorthand differs, sorted."""
    one: dict[Key, Cell] = {cell.key: cell for cell in before}
    other: dict[Key, Cell] = {cell.key: cell for cell in after}
    return tuple(
        Change(*key, _shown(one.get(key)), _shown(other.get(key)))
        for key in sorted(one.keys() | other.keys())
        if _shown(one.get(key)) != _shown(other.get(key))
    )


def _shown(cell: Cell | None) -> str | None:
    if cell is None:
        return None
    return cell.value or f"[{cell.shorthand}]"
