"""Coverage entered by staff, as part of the rules."""

from kit.database import Tx
from services.code_compliance.domain.covered import with_lines
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.store import coverage


async def in_force(tx: Tx, rules: Rulebook) -> Rulebook:
    """The rules with the coverage that stands now; the same object while nothing changed."""
    return with_lines(rules, await coverage.lines(tx))
