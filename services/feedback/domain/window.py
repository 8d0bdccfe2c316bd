"""A window in which somebody may be asked: opened by the end of support, decided, asked, invited, answered."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID, uuid5

from contracts.identity import NS
from contracts.working_time import LONDON
from services.feedback.domain.quiet import Quiet

State = Literal["open", "requested", "invited", "answered", "withheld", "stopped"]
Ended = Literal["completed", "ended_early", "declined"]
SAFE_AGAIN = frozenset({"no_safe_channel", "unsafe", "died"})
"""Reasons that a channel becoming safe takes away: of somebody said to have died too, where somebody spoke to them."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The dated setting of how people are asked; numbers are days. `questionnaires` by how the referral ended."""

    version: str
    effective_from: date
    opens_after: dict[str, int]
    stays_open: int
    send_within: int
    answer_within: int
    questionnaires: dict[str, str]
    least_shown: int


@dataclass(frozen=True, slots=True)
class Window:
    """One referral that ended, and whether its person is asked. `window_id` is announced as invitation_id.

    `decide_at` is when it is looked at next, None when nothing is to be decided; `told` counts our announcements.
    """

    window_id: UUID
    case_id: UUID
    referral_id: UUID
    line: str
    ended: str
    ended_at: datetime
    questionnaire: str
    decide_at: datetime | None
    closes_at: datetime
    wanted: bool = True
    provider_id: UUID | None = None
    contract_id: UUID | None = None
    state: str = "open"
    reason: str | None = None
    attempt: int = 0
    channel: str | None = None
    told: int = 0

    @property
    def request_id(self) -> UUID:
        """The id of the present request for contact."""
        return uuid5(NS, f"feedback-request/{self.window_id}/{self.attempt}")


def window_id(referral_id: UUID) -> UUID:
    return uuid5(NS, f"feedback-window/{referral_id}")


def opened(
    case_id: UUID,
    referral_id: UUID,
    line: str,
    ended: str,
    ended_at: datetime,
    asking: Asking,
    *,
    wanted: bool = True,
    provider_id: UUID | None = None,
    contract_id: UUID | None = None,
) -> Window:
    """The window that the end of a referral opens."""
    looked_at = ended_at + timedelta(days=asking.opens_after[ended])
    return Window(
        window_id(referral_id),
        case_id,
        referral_id,
        line,
        ended,
        ended_at,
        asking.questionnaires[ended],
        looked_at,
        looked_at + timedelta(days=asking.stays_open),
        wanted,
        provider_id,
        contract_id,
    )


def decided(window: Window, why_quiet: Quiet | None, now: datetime) -> Window:
    """Asked now, or withheld with its reason; what passes by itself is looked at again while the window is open."""
    if now > window.closes_at:
        return replace(window, state="withheld", reason="too_late", decide_at=None, told=window.told + 1)
    if why_quiet is None:
        return replace(
            window,
            state="requested",
            reason=None,
            decide_at=None,
            attempt=window.attempt + 1,
            told=window.told + 1,
        )
    again = _start_of(why_quiet.again_on) if why_quiet.again_on else None
    if again is not None and again > window.closes_at:
        again = None
    news = (window.state, window.reason) != ("withheld", why_quiet.reason)
    told = window.told + int(news)
    return replace(window, state="withheld", reason=why_quiet.reason, decide_at=again, told=told)


def announces(before: Window, after: Window) -> bool:
    """Whether a decision is news: looking again and finding the same is not."""
    return after.told > before.told


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(9), LONDON)


def sent(window: Window, channel: str) -> Window:
    """The invitation left."""
    return replace(window, state="invited", channel=channel, reason=None, told=window.told + 1)


def withheld(window: Window, reason: str) -> Window:
    """Nothing left: no channel was safe, or it was too late, or what was to leave was stopped on its way."""
    return replace(window, state="withheld", reason=reason, decide_at=None, channel=None, told=window.told + 1)


def takes(window: Window, request_id: UUID, before: str | None, what: str, *, used: bool) -> bool:
    """Whether an answer to a request changes the window. A message that was said to be sent may be stopped before it
    leaves, and may be tried again after that; a link that was opened has arrived, whatever is said of it later."""
    if window.request_id != request_id or used:
        return False
    asked = {None: "requested", "sent": "invited", "withheld": "withheld"}.get(before, "")
    return window.state == asked and before != what


def looked_at_again(window: Window, now: datetime) -> Window:
    """A new fact took the reason away: decided afresh by the timer, while the window is open."""
    return replace(window, decide_at=now) if now <= window.closes_at else window
