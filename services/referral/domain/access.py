"""What somebody needs so that they can use a service, and what of a contract meets it."""

from collections.abc import Iterable

from services.referral.domain.directory import Contract

TO_COMMUNICATE = {
    "bsl": "bsl",
    "text_relay": "text_relay",
    "easy_read": "easy_read",
    "step_free": "step_free",
    "hearing": "hearing_loss",
    "sight": "sight_loss_or_large_print",
    "more_time": "more_time",
    "reading": "help_with_reading",
    "advocate": "somebody_to_be_with_them",
}
"""The access need that an answer at first contact, or of who is taken in, stands for. An interpreter is a choice."""
BY_DIRECTORY = frozenset({"bsl", "text_relay", "easy_read", "step_free"})
"""Needs that the directory knows of each contract. Any other closes none: the provider is told of it in the pack."""
NAMED = {"bsl": "British Sign Language"}
_BSL = "bfi"


def of_communication(answers: Iterable[str]) -> list[str]:
    """The access needs that these answers stand for, in the order of the list."""
    given = set(answers)
    return [need for answer, need in TO_COMMUNICATE.items() if answer in given]


def unmet(needs: tuple[str, ...], contract: Contract) -> list[str]:
    """The needs that a contract is known not to meet, sorted. Who works with interpreters works with those of British
    Sign Language too."""
    missing = BY_DIRECTORY.intersection(needs) - contract.access
    if "bsl" in missing and (contract.interpreters or _BSL in contract.languages):
        missing -= {"bsl"}
    return sorted(missing)
