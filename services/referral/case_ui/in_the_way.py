"""What of a contract stands in the way of sending a person there, in words, and what would open it."""

from uuid import UUID

from services.referral.actions.specialist import NEEDED
from services.referral.case_ui.room import REFUSALS
from services.referral.domain.matching import ASKS_THE_PERSON, EXCEPTABLE, RULED_OUT, Checked, Explained

NOTHING_KNOWN = "Nothing was decided on this case yet, so nobody knows whom the contract would take."
CHANGED = "This has changed since you opened the page: {} Nothing was sent."
NOT_SENT = "The contract does not take this person as it stands: {} Nothing was sent."


def failed(each: Explained) -> list[Checked]:
    """The rules in the way, but for a word on the provider, which the gate asks for itself."""
    return [check for check in each.checks if not check.passed and check.rule != RULED_OUT]


def said(each: Explained | None, *, specialist: bool) -> str:
    """Each rule in the way, and the change where one alone is; empty where the contract takes the person. `specialist`:
    one has to agree first."""
    if specialist:
        return f"{REFUSALS[NEEDED]}."
    if each is None:
        return NOTHING_KNOWN
    words = [check.words for check in failed(each)]
    return " ".join([*words, each.change or ""]).strip() if words else ""


def opens(each: Explained | None, base: str, referral_id: UUID, *, specialist: bool) -> tuple[str, str] | None:
    """Where what would open it is written down, with what the link says; None where nothing does but another choice."""
    if specialist:
        return f"{base}/safeguards", "Write down that a specialist agreed"
    if each is None:
        return None
    rules = {check.rule for check in failed(each)}
    if each.change in ASKS_THE_PERSON:
        return f"{base}/told", "Write down what they say"
    if rules == {"offer"}:
        return f"{base}/choices", "Write down what they choose"
    if rules and EXCEPTABLE.issuperset(rules):
        there = f"{base}/referrals/{referral_id}/contracts/{each.contract.contract_id}/exception"
        return there, "Write down that an exception was granted"
    return None
