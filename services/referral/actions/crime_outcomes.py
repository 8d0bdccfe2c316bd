"""What outcome the police gave a crime is kept for whoever helps the person: it ends no help, and may change later."""

from collections.abc import Sequence
from uuid import UUID

from kit.database import Tx
from services.referral.actions.hearing import Heard
from services.referral.store import crime_outcomes
from services.referral.store.crime_outcomes import NOT_YET, CrimeOutcome


async def hear(tx: Tx, heard: Sequence[Heard]) -> None:
    """Keeps the outcome that the last of these snapshots of each crime tells; one that tells none takes it back."""
    last: dict[UUID, CrimeOutcome] = {}
    for event, _ in heard:
        told, before = event.data, last.get(event.data.crime_id)
        if (told.outcome is None and told.revision == 1) or (before is not None and before.revision > told.revision):
            continue
        code, at = (told.outcome.code, told.outcome.at) if told.outcome else (NOT_YET, None)
        last[told.crime_id] = CrimeOutcome(told.crime_id, told.revision, code, at, event.time)
    await crime_outcomes.tell(tx, list(last.values()))
