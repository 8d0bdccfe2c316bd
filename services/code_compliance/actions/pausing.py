"""Pauses whose expected end comes: those that the rule lets end by themselves do, of the others a role is told once."""

from datetime import timedelta

from kit import audit, outbox
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.code_compliance.actions.deciding import Because, decide_afresh
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.warned import pause_ends
from services.code_compliance.reference.oversight import document
from services.code_compliance.store import cases, ledger

FILE = "pause_reasons.yaml"
AT_ONCE = 500


async def end_pauses(tx: Tx, moment: Moment, context: Context) -> int:
    """Ends pauses on the day that was said, and tells a role of days that are near."""
    rules: Rulebook = context.facts
    over = await ledger.over(tx, moment.now, AT_ONCE)
    held = await cases.load(tx, cases=sorted({case_id for _, case_id, _ in over}), lock=True) if over else []
    ended = set()
    for pause_id, case_id, end in over:
        if await ledger.end_pause(tx, pause_id, end, None, moment.now):
            ended.add(case_id)
    again = [case for case in held if case.case_id in ended]
    await decide_afresh(tx, again, {case.case_id: Because(moment.now) for case in again}, rules)
    await audit.record(
        tx, [audit.Entry(None, "system", None, "clock_resumed", "case", case.case_id, ("pause",)) for case in again]
    )
    until = moment.now + timedelta(days=document(FILE)["told_before_days"])
    near = await ledger.tell_near(tx, moment.now, until, AT_ONCE)
    await outbox.add(tx, [pause_ends(clock, document(FILE)["told_to"], rules, moment.now) for clock in near])
    return len(over) + len(near)
