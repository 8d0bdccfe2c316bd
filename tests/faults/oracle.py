"""What must be true after any fault: nothing lost, nothing twice, order per key kept, only poisoned keys waiting."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Announced:
    """One record of the ledger's own topic, in Kafka's order within its key."""

    event_id: str
    subject: UUID
    sequence: int
    number: int


def findings(
    expected: Mapping[UUID, Sequence[int]], entered: Sequence[tuple[UUID, int]], announced: Sequence[Announced]
) -> list[str]:
    """What is wrong, in words; empty when all is well. `entered` is in order of application."""
    ledger: dict[UUID, list[int]] = defaultdict(list)
    for key, number in entered:
        ledger[key].append(number)
    return _ledger(expected, ledger) + _topic(ledger, announced)


def _ledger(expected: Mapping[UUID, Sequence[int]], ledger: Mapping[UUID, Sequence[int]]) -> list[str]:
    wrong = []
    for key in expected.keys() | ledger.keys():
        want, have = list(expected.get(key, ())), list(ledger.get(key, ()))
        if missing := set(want) - set(have):
            wrong.append(f"lost: {len(missing)} of {key}")
        if doubled := [n for n, count in Counter(have).items() if count > 1]:
            wrong.append(f"twice: {len(doubled)} of {key}")
        if extra := set(have) - set(want):
            wrong.append(f"should wait behind poison: {len(extra)} of {key}")
        if have != sorted(have):
            wrong.append(f"out of order: {key}")
    return wrong


def _topic(ledger: Mapping[UUID, Sequence[int]], announced: Sequence[Announced]) -> list[str]:
    wrong = []
    known: set[str] = set()
    told: dict[UUID, list[Announced]] = defaultdict(list)
    for event in announced:
        if event.event_id not in known:
            known.add(event.event_id)
            told[event.subject].append(event)
    for key in ledger.keys() | told.keys():
        if [e.sequence for e in told[key]] != list(range(1, len(told[key]) + 1)):
            wrong.append(f"announced with a gap or out of order: {key}")
        if [e.number for e in told[key]] != list(ledger.get(key, ())):
            wrong.append(f"announced is not what was entered: {key}")
    return wrong
