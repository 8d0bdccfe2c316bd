"""Tasks about words that our lists do not know end by themselves once it is known what was meant."""

from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions.filing import UNKNOWN_WORD
from services.referral.domain.facts import CaseFacts
from services.referral.store import tasks
from services.referral.store.tasks import task_id


async def follow(tx: Tx, case_id: UUID, before: CaseFacts | None, facts: CaseFacts, now: datetime) -> None:
    """Closes the tasks of a case about other words than those that are still not known."""
    if before is None or not before.unfamiliar or before.unfamiliar == facts.unfamiliar:
        return
    stands = task_id(UNKNOWN_WORD, case_id, *facts.unfamiliar) if facts.unfamiliar else None
    held = await tasks.of_case(tx, case_id)
    over = [one.task_id for one in held if one.kind == UNKNOWN_WORD and one.task_id != stands]
    await tasks.over_by_themselves(tx, over, "came", now)
