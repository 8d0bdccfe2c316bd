"""Somebody who may be somebody we know: until a human has said so, what is shut in one record is shut in the other, and
what cannot wait is asked the same day."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, told_channels
from services.referral.actions.lapsing import WITH_PROVIDER
from services.referral.domain.announcing import SYSTEM
from services.referral.store import locks, tasks, undecided
from services.referral.store.tasks import Task, task_id
from services.referral.store.undecided import Face

WHY = TASK = "may_be_known"


async def shut(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """Locks and shuts in each record, by its number, what the other one of an open proposal knows not to be safe."""
    if people:
        await locks.follow(tx, await undecided.share_locks(tx, people), now)
        await told_channels.tell(tx, await undecided.shut(tx, people, now), now, WHY, SYSTEM)


async def ask(tx: Tx, pairs: Sequence[tuple[UUID, UUID]], now: datetime, *, again: bool = False) -> None:
    """Asks whether two records are of one person on the newest case of the two: within the hour where life may be at
    risk in one of them, the same day where one is domestic or with a provider. Of somebody hidden until that is said
    is asked already. `again`: an answer was taken back, so the task that it closed does not stand for this one."""
    people = {person for pair in pairs for person in pair}
    faces = await undecided.faces(tx, people, WITH_PROVIDER) if people else []
    await tasks.add(tx, [task for pair in pairs for task in _of_pair(pair, faces, now, again=again)])


def _of_pair(pair: tuple[UUID, UUID], faces: Sequence[Face], now: datetime, *, again: bool) -> list[Task]:
    found = [face for face in faces if face.person_id in pair]
    if any(face.restricted for face in found) or not any(face.grave or face.waits for face in found):
        return []
    due = filing.today_or_at_once(now, at_once=any(face.grave for face in found))
    about = (*sorted(pair), now.isoformat()) if again else pair
    return [Task(task_id(TASK, found[0].case_id, *about), TASK, due, now, case_id=found[0].case_id)]
