"""Does it add up: crimes held, clocks recounted from what was told, legal states."""

from kit.database import Tx
from kit.service import Check
from services.code_compliance.domain.covered import with_lines
from services.code_compliance.domain.entitlements import decide
from services.code_compliance.domain.related_held import decide_related
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.reference import load
from services.code_compliance.store import clocks as stored_clocks
from services.code_compliance.store import coverage, ledger, oversight, recount, related, told


async def checks(tx: Tx) -> list[Check]:
    """The checks of this service: crimes received against held, I5 states that fit their times, I12 every clock as the
    catalogue and the stored facts give it, whatever came in which order."""
    sums = await recount.sums(tx)
    expected, found, *limits = await _clocks(tx, with_lines(load(), await coverage.lines(tx)))
    return [
        Check("I1.crimes_received_are_held", sums["crime_events"], sums["crimes"] + sums["stale"] + sums["revised"]),
        Check("I1.cases_held", sums["cases_of_crimes"], sums["cases"]),
        Check("I5.states_fit_their_times", 0, sums["misfits"]),
        Check("I12.clocks_as_recounted", expected, found),
        Check("I12.related_clocks_as_recounted", *limits),
        Check("I7.oversight_as_recounted", *await _oversight(tx)),
        Check("count.crimes", sums["crimes"], sums["crimes"]),  # read by the checks between services
        # Kin who are suspects are known here, owed nothing, and have no case at the hub.
        Check("count.cases_of_crimes", sums["cases_of_the_hub"], sums["cases_of_the_hub"]),
        *(Check(f"count.clocks.{state}", n, n) for state, n in (await recount.clock_states(tx)).items()),
    ]


async def _clocks(tx: Tx, rules: Rulebook) -> tuple[int, int, int, int]:
    """How many clocks there should be, and how many of those stand as they should; the same of related clocks."""
    expected = found = limits = kept = 0
    async for cases in recount.in_portions(tx):
        case_ids = [case.case_id for case in cases]
        crime_ids = [case.crime_id for case in cases if case.crime_id]
        held = await stored_clocks.load(tx, case_ids)
        milestones = await told.milestones(tx, [case.life for case in cases])
        evidence = await told.evidence(tx, crime_ids, case_ids)
        pauses = await ledger.pauses(tx, case_ids)
        beside = await related.load(tx, case_ids)
        for case in cases:
            said = [*evidence.get(case.case_id, []), *(evidence.get(case.crime_id, []) if case.crime_id else [])]
            heard = milestones.get(case.life, [])
            before = held.get(case.case_id, {})
            after = decide(case, heard, said, rules, before, pauses.get(case.case_id, ()))
            expected += len(after)
            found += sum(before.get(key) == clock for key, clock in after.items())
            stood = beside.get(case.case_id, {})
            stand = decide_related(case, heard, said, rules, stood)
            limits += len(stand)
            kept += sum(stood.get(key) == held for key, held in stand.items())
    return expected, found, limits, kept


async def _oversight(tx: Tx) -> tuple[int, int]:
    """How many lines the counts kept for oversight should have, and how many of them are so; months in which
    something has changed since are counted by the timer first."""
    expected = found = 0
    for month in await oversight.counted_months(tx):
        lines, same = await oversight.compared(tx, month)
        expected += lines
        found += same
    return expected, found
