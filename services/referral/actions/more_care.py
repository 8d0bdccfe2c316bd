"""What the police tell later of a person's vulnerability asks for care though no rule holds by it: somebody looks the
same day, and whoever helps hears of it. Who takes their word back while they are frightened is looked at by a human."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, raising, unknown_words, who_it_is
from services.referral.actions.alarming import CARE
from services.referral.actions.hearing import Heard, Hearing
from services.referral.domain.facts import CaseFacts
from services.referral.said import AGAIN
from services.referral.store import beside, tasks
from services.referral.store.cases import Case
from services.referral.store.tasks import Task, task_id

ENHANCED = frozenset({"victim_vulnerable", "victim_intimidated", "persistently_targeted"})
"""Flags that say of the person what a vulnerability says. Source: enhanced rights of the Victims' Code 2020."""
NO_LONGER_SUPPORTS = "16"
"""The outcome of a crime of which the suspect is known, and the victim does not support it, or not any more."""
PRESSED = "word_taken_back"
OTHER_KIND = "other_kind"


async def follow(
    tx: Tx, before: Mapping[UUID, CaseFacts], batch: Hearing, heard: Sequence[Heard], now: datetime
) -> None:
    """`before`: the facts of the cases that were known before the batch."""
    for held, case in batch.later:
        await _taken_back(tx, held, case, now)
        if held.kind != case.kind and filing.has_provider(held, case, batch.past.helped):
            await raising.ask(
                tx, [case.case_id], filing.NEW_HOLD, filing.end_of_day(now), now, case.kind, case.revision
            )
            await raising.alert(tx, [case.case_id], OTHER_KIND, f"{case.revision}", now, now, review=False)
    last = {case.case_id: (held, case) for held, case in reversed(batch.later)}
    for case_id, (held, case) in sorted(last.items()):
        await unknown_words.follow(tx, case_id, before.get(case_id), batch.past.facts[case_id], now)
        new = sorted(_care(batch.past.facts[case_id]) - _care(before.get(case_id)) - set(case.holds))
        if new and filing.has_provider(held, case, batch.past.helped) and not filing.news_of(held, case):
            await raising.ask(tx, [case_id], filing.NEW_HOLD, filing.end_of_day(now), now, *new)
            await raising.alert(tx, [case_id], CARE, ",".join(new), now, now, review=False)
    await _pressed(tx, batch, heard, now)


async def _taken_back(tx: Tx, held: Case, case: Case, now: datetime) -> None:
    """What the police said, and take back, is said no more: the person is named again, or it is a crime again."""
    was, is_now = (bool(one.offence_code or one.incident_kind) for one in (held, case))
    back = [(AGAIN[who_it_is.REMOVED], who_it_is.REMOVED)] if held.removed and not case.removed else []
    back += [(AGAIN[filing.NO_CRIME], filing.NO_CRIME)] if is_now and not was else []
    for said, kind in back:
        await tasks.over_of_kind(tx, case.case_id, kind, "taken_back", now)
        await raising.alert(tx, [case.case_id], said, f"{case.revision}", now, now, review=False)


def _care(facts: CaseFacts | None) -> set[str]:
    return set() if facts is None else ({*facts.vulnerabilities} | ENHANCED.intersection(facts.flags)) - {"other"}


async def _pressed(tx: Tx, batch: Hearing, heard: Sequence[Heard], now: datetime) -> None:
    """Somebody who is intimidated does not support the prosecution any more: a human looks at the risk the same day, at
    once where it is high, and whoever helps hears of it. Once for each case."""
    for event, found in heard:
        outcome = event.data.outcome
        if outcome is None or outcome.code != NO_LONGER_SUPPORTS:
            continue
        why = any("intimidat" in reason or "fear" in reason for reason in outcome.reasons)
        for facts in found:
            case, task = batch.past.cases[facts.case_id], task_id("review_risk", facts.case_id, PRESSED)
            frightened = why or "intimidated" in facts.vulnerabilities or "victim_intimidated" in facts.flags
            if not frightened or case.state == "closed" or await tasks.get(tx, task) is not None:
                continue
            due = filing.today_or_at_once(now, at_once=filing.is_grave(case))
            await tasks.add(tx, [Task(task, "review_risk", due, now, case_id=case.case_id)])
            await beside.mark_for_review(tx, [case.case_id], now)
            await raising.alert(tx, [case.case_id], PRESSED, NO_LONGER_SUPPORTS, now, now)
