"""What the hub told of danger in a case, and the marks that its head shows for it."""

from dataclasses import dataclass
from datetime import datetime

from contracts import marks
from contracts.vocabulary import HOLD_KINDS

HIGH = frozenset({"high", "imminent"})
REFUSED = "refused"
HELPS = frozenset({"support", "restorative_justice"})
"""Purposes of an agreement by which the person may be reached although they had said no."""
BY_DEATH = "died"
"""Why a channel of somebody is locked of whom it was said that they died."""
WAS_HIGH = "Was of high risk: the overview says how it stands"
AGREED_SINCE = "They agreed since: see Agreements"


@dataclass(frozen=True, slots=True)
class Marked:
    """Columns of case_mark (migration 0040), and `died_at`, since when the hub has made sure of a death."""

    share: str | None = None
    refused_at: datetime | None = None
    agreed_at: datetime | None = None
    risk_grade: str | None = None
    holds: tuple[str, ...] = ()
    was_high: bool = False
    death_said_at: datetime | None = None
    alive_said_at: datetime | None = None
    died_at: datetime | None = None

    @property
    def died(self) -> bool:
        """Whether it stands that the person died, also where nobody has made sure of it yet."""
        said, alive = self.death_said_at, self.alive_said_at
        return self.died_at is not None or (said is not None and (alive is None or alive < said))

    @property
    def said_no(self) -> bool:
        return self.share == REFUSED or "share_refused" in self.holds

    @property
    def agreed_since(self) -> bool:
        return self.agreed_at is not None and self.refused_at is not None and self.agreed_at > self.refused_at


def marks_of(told: Marked) -> list[tuple[str, str]]:
    """The marks as (colour, words), worst first, as the hub's own head has them."""
    high = marks.HIGH_RISK in told.holds or told.risk_grade in HIGH
    urgent = high or not set(HOLD_KINDS["life_safety"]).isdisjoint(told.holds)
    dead = [("red", marks.DIED)] if told.died else []
    was_high = [("orange", WAS_HIGH)] if told.was_high and not high else []
    said = marks.dangers(told.holds, high=high, urgent=urgent)
    shown = marks.marks_of(said, told.holds, refused=told.share == REFUSED)
    agreed = [("orange", AGREED_SINCE)] if told.said_no and told.agreed_since else []
    return [*dead, *was_high, *shown, *agreed]
