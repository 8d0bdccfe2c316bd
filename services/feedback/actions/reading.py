"""What a reader makes of words that came with answers: several things at once, and a complaint is told on."""

from collections.abc import Sequence
from datetime import datetime

from contracts.feedback import FeedbackComplaintFound
from contracts.refused import Refused
from kit import audit, outbox
from kit.access import Viewer
from kit.database import Tx
from services.feedback.store import figures
from services.feedback.store.figures import Words

COMPLAINT = "complaint"
ALONE = "no_action"


async def read(tx: Tx, viewer: Viewer, found: Words, outcomes: Sequence[str], now: datetime) -> bool:
    """Writes down what came of the words; a complaint starts its days from when they were written. False where somebody
    has read them before. Refused: `outcomes` alone, where nothing was to be done and something was."""
    if ALONE in outcomes and len(outcomes) > 1:
        raise Refused("outcomes", "alone")
    if not await figures.mark_read(tx, found.response_id, viewer.user_id, now, outcomes):
        return False
    if COMPLAINT in outcomes:
        complaint = FeedbackComplaintFound(
            case_id=found.case_id,
            happened_at=now,
            actor_role=viewer.role,
            invitation_id=found.window_id,
            response_id=found.response_id,
            written_at=found.sent_at,
        )
        await outbox.add(tx, [complaint])
    entry = audit.seen(viewer, "feedback.words_read", "case", found.case_id, ("words",), "+".join(outcomes))
    await audit.record(tx, [entry])
    return True
