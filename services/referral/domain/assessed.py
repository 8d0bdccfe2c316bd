"""What the hub found at first contact, as facts of the case: a higher risk and a need that was stated add to it."""

from collections.abc import Collection
from dataclasses import replace

from services.referral.domain.access import of_communication
from services.referral.domain.facts import RISKS, CaseFacts
from services.referral.domain.told import as_told

HIGH = frozenset({"high", "imminent"})
"""Risks of which the hub hears at once when a provider's worker sees them: `settling` takes them up."""
INTERPRETER = "interpreter"


def with_assessment(
    facts: CaseFacts,
    *,
    dash_score: int | None,
    risk: str,
    needs: Collection[str] = (),
    of_themselves: Collection[str] = (),
    communication: Collection[str] = (),
    danger: Collection[str] = (),
) -> CaseFacts:
    """The facts with what was found. Of two risks the higher one counts; nothing that was known is taken away, and what
    the hub found of the risk is kept apart, so that no later word of the police lowers it."""
    wanted = {*facts.needs, *needs, *({INTERPRETER} & set(communication))}
    found = replace(
        facts,
        dash_score=max((one for one in (facts.dash_score, dash_score) if one is not None), default=None),
        risk_grade=_higher(facts.risk_grade, risk),
        hub_dash=max((one for one in (facts.hub_dash, dash_score) if one is not None), default=None),
        hub_risk=_higher(facts.hub_risk, risk),
        needs=_joined(facts.needs, wanted),
        told_of_themselves=_joined(facts.told_of_themselves, of_themselves),
        told_danger=_joined(facts.told_danger, danger),
        choices=_joined(facts.choices, {INTERPRETER} & wanted),
        access_needs=_joined(facts.access_needs, of_communication(communication)),
    )
    return as_told(found)


def _higher(held: str | None, found: str) -> str | None:
    if found not in RISKS:
        return held
    return found if held not in RISKS or RISKS.index(found) > RISKS.index(held) else held


def _joined(held: tuple[str, ...], found: Collection[str]) -> tuple[str, ...]:
    """What was there, in its order, then what is new."""
    return (*held, *sorted(set(found) - set(held)))
