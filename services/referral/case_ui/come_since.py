"""What stands against a person, as a page showed it from which they are sent: what came since is said before anything
leaves."""

from kit.database import Tx
from kit.web.app import Visit
from kit.web.words import when
from services.referral import said
from services.referral.case_ui import words
from services.referral.case_ui.room import one
from services.referral.store import cases
from services.referral.store.cases import Case

FIELD = "against"
"""The hidden field that brings back what the page showed."""
_ALERT, _RISK = "alert.", "risk."


async def stands(tx: Tx, case: Case) -> dict[str, str]:
    """The holds of a case, its risk where that is high or more, and what was heard of danger, by code in words."""
    held = {hold: words.HOLDS.get(hold, words.words(hold)).lower() for hold in case.holds}
    if case.risk_grade in ("high", "imminent"):
        held[_RISK + case.risk_grade] = f"the risk is {words.words(case.risk_grade).lower()} now"
    for heard in await cases.alerts(tx, case.case_id):
        told = said.FOUND.get(heard.trigger, "Something was heard {} of the suspect").format(when(heard.received_at))
        held[f"{_ALERT}{heard.trigger}.{round(heard.received_at.timestamp() * 1000)}"] = told.rstrip(".").lower()
    return held


def mark(held: dict[str, str]) -> str:
    """What stands, for the hidden field."""
    return ",".join(held)


def carried(visit: Visit, held: dict[str, str], *, anew: bool) -> str:
    """The field of a form that is shown again: as it was brought, or `anew`, where what came since is said above it."""
    return one(visit, FIELD) if visit.request.method == "POST" and not anew else mark(held)


def new(visit: Visit, held: dict[str, str]) -> list[str]:
    """What the page did not show, in words."""
    shown = set(one(visit, FIELD).split(","))
    return [text for code, text in held.items() if code not in shown]
