"""What is announced of a window: ids, scores and codes, never a word that somebody wrote."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.contact import ContactRequested
from contracts.feedback import FeedbackAnswered, FeedbackInvited, FeedbackWithdrawn, FeedbackWithheld
from services.feedback.domain.questionnaire import SKIPPED, Score
from services.feedback.domain.window import Asking, Window

TEMPLATE = "feedback_invitation"
PATH = "r"


def _about(window: Window, now: datetime, actor_role: str) -> dict[str, Any]:
    return {
        "case_id": window.case_id,
        "happened_at": now,
        "actor_role": actor_role,
        "invitation_id": window.window_id,
        "referral_id": window.referral_id,
        "line": window.line,
        "provider_id": window.provider_id,
        "contract_id": window.contract_id,
        "questionnaire": window.questionnaire,
    }


def requested(window: Window, now: datetime, asking: Asking) -> ContactRequested:
    return ContactRequested(
        case_id=window.case_id,
        happened_at=now,
        actor_role="system",
        request_id=window.request_id,
        purpose="feedback",
        template=TEMPLATE,
        not_after=now + timedelta(days=asking.send_within),
        path=PATH,
    )


def invited(window: Window, now: datetime) -> FeedbackInvited:
    return FeedbackInvited(
        **_about(window, now, "system"), channel=window.channel or "other", request_id=window.request_id
    )


def withheld(window: Window, now: datetime, actor_role: str = "system") -> FeedbackWithheld:
    asked = window.request_id if window.attempt else None
    return FeedbackWithheld(**_about(window, now, actor_role), reason=window.reason or "other", request_id=asked)


def answered(
    window: Window, response_id: UUID, scores: Mapping[str, Score], now: datetime, *, concern: bool = False
) -> FeedbackAnswered:
    return FeedbackAnswered(
        **_about(window, now, "person"),
        response_id=response_id,
        scores=dict(scores),
        channel=window.channel,
        complete=SKIPPED not in scores.values(),
        concern=concern,
    )


def withdrawn(window: Window, response_id: UUID, now: datetime, *, concern: bool) -> FeedbackWithdrawn:
    return FeedbackWithdrawn(**_about(window, now, "person"), response_id=response_id, concern=concern)
