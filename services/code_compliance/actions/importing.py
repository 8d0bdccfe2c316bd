"""What agencies without a feed tell: their acts by CSV, all of a file or nothing; and coverage that changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.code_compliance.actions.covering import in_force
from services.code_compliance.actions.deciding import Because, decide_afresh
from services.code_compliance.domain.covered import segments
from services.code_compliance.domain.importing import Line, LineError, evidence_of
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.store import cases as stored_cases
from services.code_compliance.store import complaints as stored_complaints
from services.code_compliance.store import coverage, imports
from services.code_compliance.store import told as stored_told

COVER_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """A file against what is held: new lines with their cases, how many are here already, and what is wrong."""

    fresh: tuple[tuple[Line, UUID], ...]
    known: int
    errors: tuple[LineError, ...]


async def check(tx: Tx, agency: str, lines: Sequence[Line]) -> Checked:
    """Finds each line's case, and which lines came before; a line id that came with other words is an error."""
    found = await stored_complaints.cases_by_reference(tx, sorted({line.case for line in lines}))
    held = await imports.held(tx, agency, [line.line_id for line in lines])
    fresh, errors, known = [], [], 0
    for line in lines:
        cases = found.get(line.case, [])
        if len(cases) != 1:
            words = "two cases share this reference" if cases else "no case has this reference"
            errors.append(LineError(line.number, "case", f"{words}; check it against the list of open duties"))
        elif line.line_id not in held:
            fresh.append((line, cases[0]))
        elif held[line.line_id] == line.sha256:
            known += 1
        else:
            words = "this line_id was imported before with other words; give a correction a line_id of its own"
            errors.append(LineError(line.number, "line_id", words))
    return Checked(tuple(fresh), known, tuple(errors))


async def bring_in(
    tx: Tx, viewer: Viewer, import_id: UUID, agency: str, lines: Sequence[Line], rules: Rulebook, now: datetime
) -> Checked:
    """Imports a whole file as evidence, named with who imported it. Refused when any line is wrong; a file sent twice
    adds nothing."""
    if not await imports.open_batch(tx, import_id, agency, viewer.user_id, len(lines), now):
        return Checked((), len(lines), ())
    checked = await check(tx, agency, lines)
    if checked.errors:
        raise Refused("text", "wrong_lines")
    case_ids = sorted({case_id for _, case_id in checked.fresh})
    cases = await stored_cases.load(tx, cases=case_ids, lock=True)
    await imports.keep_lines(tx, import_id, agency, [(line.line_id, line.sha256) for line, _ in checked.fresh])
    evidence = [evidence_of(line, case_id, agency, viewer.user_id, rules, now) for line, case_id in checked.fresh]
    await stored_told.keep_evidence(tx, [(None, piece) for piece in evidence])
    why = Because(now, actor_role=viewer.role)
    await decide_afresh(tx, cases, dict.fromkeys(case_ids, why), rules)
    await imports.close_batch(tx, import_id, len(evidence))
    entries = [audit.seen(viewer, "evidence_imported", "case", case_id, ("evidence",), agency) for case_id in case_ids]
    await audit.record(tx, entries)
    return checked


async def cover_again(tx: Tx, moment: Moment, context: Context) -> int:
    """Decides clocks afresh that stand otherwise than the coverage entered since: breached where the agency's acts
    reach us, not evidenced where they do not. Each case is decided once in a pass, so that a pass ends."""
    agencies, after = await coverage.not_applied(tx)
    if not agencies:
        return 0
    rules = await in_force(tx, context.facts)
    case_ids = await coverage.standing_otherwise(tx, list(segments(rules, agencies)), COVER_AT_ONCE, after)
    if not case_ids:
        await coverage.applied(tx, agencies, moment.now)
        return 0
    cases = await stored_cases.load(tx, cases=case_ids, lock=True)
    await decide_afresh(tx, cases, {case.case_id: Because(moment.now) for case in cases}, context.facts)
    await coverage.applied_until(tx, agencies, case_ids[-1])
    return len(case_ids)
