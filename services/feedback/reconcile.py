"""Does it add up: windows with the ends of support heard, requests with answers, announcements with windows."""

from kit.database import Tx
from kit.service import Check
from services.feedback.store import recount


async def checks(tx: Tx) -> list[Check]:
    """The checks of this service."""
    sums = await recount.sums(tx)
    return [
        Check(
            "I1.every_end_of_support_has_a_window_or_waits",
            sums["ends_heard"],
            sums["ends_opened"] + sums["ends_waiting"],
        ),
        Check("I1.every_attempt_is_one_request", sums["attempts"], sums["requests"]),
        Check("I1.every_request_is_answered_or_pending", sums["requested"], sums["pending"]),
        Check("I1.every_message_sent_is_an_invitation", sums["sent"], sums["invited"]),
        Check("I1.every_answered_window_has_its_answers", sums["answered"], sums["sent_responses"]),
        Check("I1.five_answers_of_each_response", sums["answers_of_responses"], sums["answers"]),
        Check("I3.every_announcement_speaks_of_a_window", sums["told"], sums["numbered"]),
    ]
