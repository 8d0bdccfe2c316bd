"""The whole decision on a case: routed, matched, sent where everything allows it, announced."""

from dataclasses import dataclass
from uuid import UUID

from contracts.envelope import Announcement
from services.referral.domain.directory import Contract
from services.referral.domain.routing import Routing


@dataclass(frozen=True, slots=True)
class Leg:
    """One provider tried for a referral."""

    referral_id: UUID
    leg_id: UUID
    line: str
    contract: Contract
    automatic: bool
    number: int = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """`waiting`: lines with a referral received that a human has to send; `nobody_available`: lines nobody can take.

    `referrals`: (referral_id, line) of every referral received now, sent ones included.
    """

    case_id: UUID
    reference: str
    routing: Routing
    decision: str
    legs: tuple[Leg, ...]
    waiting: tuple[str, ...]
    nobody_available: tuple[str, ...]
    referrals: tuple[tuple[UUID, str], ...]
    events: tuple[Announcement, ...]


# def decide(facts, history, books: Books, now: datetime) -> Decision     (books.rules, books.policy, books.directory)
# def referral_id(case_id: UUID, line: str, number: int = 1) -> UUID
# def leg_id(referral_id: UUID, number: int) -> UUID
