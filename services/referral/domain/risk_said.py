"""What made the risk high, in words: a grade alone may say less than what the rules went by."""

from services.referral.domain.facts import CaseFacts, History
from services.referral.domain.persons import window_start

DASH_HIGH, REPORTS_HIGH = 14, 3
"""As in the conditions of the routing rules. Source: SafeLives Dash practice; MARAC repeat definition."""


def why_high(facts: CaseFacts, history: History) -> list[str]:
    """What beside the grade makes the risk high, each in words; nothing where nothing does."""
    said = []
    if facts.dash_score is not None and facts.dash_score >= DASH_HIGH:
        said.append(f"Dash {facts.dash_score}")
    if facts.risk_judgement:
        said.append("professional judgement")
    if facts.marac_on is not None and facts.marac_on >= window_start(facts.reported_on):
        said.append(f"MARAC on {facts.marac_on.day} {facts.marac_on:%B %Y}")
    elif history.marac_recent:
        said.append("a MARAC in the twelve months before")
    if facts.domestic and history.domestic_reports_12m >= REPORTS_HIGH:
        said.append(f"{history.domestic_reports_12m} domestic reports in twelve months")
    return said


def risk(facts: CaseFacts, history: History) -> str | None:
    """The risk as routing took it: "High: Dash 17, MARAC on 5 January 2026 (graded standard)"; the grade alone where
    nothing else makes it high; None where nobody said anything."""
    why = why_high(facts, history)
    if not why:
        return facts.risk_grade
    if facts.risk_grade in ("high", "imminent"):
        return f"{facts.risk_grade.capitalize()}: {', '.join(why)}"
    graded = f" (graded {facts.risk_grade})" if facts.risk_grade else " (no grade given)"
    return f"High: {', '.join(why)}{graded}"


def not_known(facts: CaseFacts) -> bool:
    """Whether neither a grade that is one nor a Dash score was told, as in the definition of the routing rules."""
    return facts.risk_grade in (None, "other") and facts.dash_score is None
