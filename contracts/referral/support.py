"""Support by a provider: started, paused, resumed, completed or ended early."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts import vocabulary as v
from contracts.police import Part
from contracts.referral.cases import Count
from contracts.referral.referrals import ReferralFact
from contracts.tolerant import Bool, Code, Day, Many

Score = Annotated[int, Field(ge=0, le=10)]


class OutcomeMeasured(Part):
    """One outcome of the Victims Funding Strategy, before and after where both were asked."""

    outcome: v.VfsOutcome
    change: v.Change = "not_recorded"
    before: Score | None = None
    after: Score | None = None
    why_not: Code | None = None
    """Why it was not asked: `unsafe` where asking was not safe."""


Level = Annotated[int, Field(ge=1, le=5)]


class NeedMeasured(Part):
    """One area of life at the start and at the end of support, 5 is best; `why_not` where one is not scored."""

    domain: Code
    start: Level | None = None
    end: Level | None = None
    why_not: Code | None = None


class SupportStarted(ReferralFact):
    """State `in_support`. `reported`: whether the police knew of the crime when support began; `reason_code`: why it
    begins although the person had said no."""

    TYPE: ClassVar[str] = "support.started.v1"
    reported: bool | None = None
    reason_code: Code | None = None


class SupportPaused(ReferralFact):
    """State `on_hold`."""

    TYPE: ClassVar[str] = "support.paused.v1"
    reason_code: Code | None = None
    until: Day | None = None


class SupportResumed(ReferralFact):
    TYPE: ClassVar[str] = "support.resumed.v1"


class SupportEnded(ReferralFact):
    outcomes: Many[OutcomeMeasured] = ()
    contacts: Count | None = None
    needs_met: Many[v.Need] = ()
    needs: Many[NeedMeasured] = ()
    end_reason: Code | None = None
    next_step: Code | None = None
    next_line: v.ServiceLine | None = None
    feedback_wanted: Bool = True
    appointments_cancelled: Count | None = None


class SupportCompleted(SupportEnded):
    TYPE: ClassVar[str] = "support.completed.v1"


class SupportEndedEarly(SupportEnded):
    TYPE: ClassVar[str] = "support.ended-early.v1"
    reason_code: Code | None = None
