"""Which gender of the worker a person asked for: a choice among their own, told on to whoever helps them."""

from collections.abc import Collection

OFFER = "worker_gender"
WHICH = {"worker_woman": "a woman", "worker_man": "a man"}
"""The choice that says which, in words. No contract says who works for it, so none is shut by it: it is asked for."""


def asked(choices: Collection[str]) -> str | None:
    """Which was asked for, as a code; None where the person did not mind, or it is not known which."""
    return next((code for code in WHICH if code in choices), None)


def is_whole(wanted: Collection[str]) -> bool:
    """Whether what was chosen says which, where it says that it matters, and no more than one."""
    said = [code for code in WHICH if code in wanted]
    return len(said) == (1 if OFFER in wanted else 0)
