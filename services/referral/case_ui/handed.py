"""What became of each referral of a hand-over, and of a transfer alone, in words."""

from collections import Counter
from collections.abc import Sequence

from kit.web.words import plural, when
from services.referral.actions import fitting, staying
from services.referral.case_ui import words
from services.referral.store.transfers import Transfer

STAYS = {
    staying.TO_ASK: "To be asked again: the person has to agree to the new provider first",
    staying.TO_NAME: "Stays for now: a worker of the new provider has to be named first",
    fitting.NOT_TAKEN: "Stays: the new contract does not take this person",
    staying.NOT_ASKED: "Stays: the person may not be asked now",
    "not_from_here": "Did not go: it was with the old provider no more, or was answered another way meanwhile",
    "already_open": "Did not go: another referral to this service is open",
    "already_with_a_provider": "Did not go: another provider has it already",
}
OTHER = "Did not go: the referral had changed meanwhile"
ASKED_FIRST = "Is asked first, and goes only if they agree"
NUMBERS = {
    "gone": "gone over",
    "to_ask": "to be asked first",
    "not_taken": "to stay: the new contract does not take them",
    "stays": "still with the old provider, each with a task",
    "not": "could not go",
    "undone": "undone",
    "waits": "waiting to go",
}


def outcome(one: Transfer, restricted: bool = False) -> str:
    """How a referral of a hand-over stands."""
    if one.undone_at:
        return "Undone"
    if one.done_at and not one.refused:
        return "Gone over"
    if one.done_at:
        return STAYS.get(one.refused or "", OTHER) + _rules(one)
    if one.against:
        return STAYS[fitting.NOT_TAKEN] + _rules(one)
    if one.gate is None:
        return STAYS[staying.TO_NAME] if restricted else ASKED_FIRST
    return "Waits to go"


def numbers(listed: Sequence[Transfer]) -> list[str]:
    """How many went and how many did not, in words, each number that there is."""
    counted = Counter(_kind(one) for one in listed)
    return [f"{plural(counted[kind], 'referral')} {said}" for kind, said in NUMBERS.items() if counted[kind]]


def _kind(one: Transfer) -> str:
    if one.undone_at:
        return "undone"
    if one.done_at is None:
        return "not_taken" if one.against else "waits" if one.gate else "to_ask"
    if one.refused is None:
        return "gone"
    if one.refused == staying.TO_ASK:
        return "to_ask"
    return "stays" if one.refused in staying.TASK_OF else "not"


def going(one: Transfer, to: str) -> str:
    """What is going to become of a referral, on the page of its case."""
    if one.against:
        why = f"Unless that has changed by then, this one stays where it is, with a task{_rules(one)}."
        return f"The contract is handed over to {to}, {when(one.goes_at)}. {why}"
    if one.gate is None:
        return f"The contract is handed over to {to}, {when(one.goes_at)}. {STILL}"
    return f"Goes to {to}, {when(one.goes_at)}."


STILL = "This one stays where it is unless the person has agreed to the new provider by then, and it takes them."


def gone(one: Transfer, to: str) -> str:
    """What became of a transfer, on the page of its case."""
    if one.refused is None:
        return f"Transferred to {to}, {when(one.done_at)}."
    if one.refused == staying.TO_ASK:
        return f"Not handed over yet: the person has to agree to {to} first."
    why = STAYS.get(one.refused, OTHER) + _rules(one)
    return f"Not transferred to {to}, {when(one.done_at)}. {why}."


RULES = {
    "area": "where they live",
    "offer": "it is only for who chose it",
    "dates": "it is not running",
    "list": "its list is not open",
    "kind": "whom it is for",
    "reported": "whether it was reported",
    "refused": "the person asked not to be sent there",
}
"""A rule of matching within a sentence, where its name does not say it."""


def _rules(one: Transfer) -> str:
    """What of the new contract stood against the person: ", because of: age; its list is not open"."""
    said = [RULES.get(rule) or words.words(rule).lower() for rule in one.against or ()]
    return f", because of: {'; '.join(said)}" if said else ""
