"""Channels as the police gave them: one of each kind by the strictest word, and what is set aside to be asked."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from contracts.vocabulary import CHANNELS
from services.referral.domain.linking import DIFFERS
from services.referral.domain.telephone import one_number

STRICTEST = ("unsafe", "unknown", "safe")


class Given(Protocol):
    """`GivenChannel`, as far as this asks."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def safety(self) -> str: ...
    def model_copy(self, *, update: dict[str, Any] | None = None) -> Any: ...


T = TypeVar("T", bound=Given)


def as_code(text: Any) -> Any:
    """ "Mobile" and "SAFE" are what they say; "E-mail" is email."""
    return text.strip().lower().replace("-", "_").replace("e_mail", "email") if isinstance(text, str) else text


def one_of_each(given: Sequence[T]) -> tuple[T, ...]:
    """Each known kind once. Where several numbers were given for one it is unsafe unless all were said to be safe, by
    the number of which the worst was said."""
    kinds: dict[str, list[T]] = {}
    for one in given:
        if one.kind in CHANNELS:
            kinds.setdefault(one.kind, []).append(one)
    return tuple(held[0] if len(held) == 1 else _joined(held) for held in kinds.values())


def _joined(held: Sequence[T]) -> T:
    worst = min(held, key=lambda one: STRICTEST.index(_word(one)))
    update = {name: _alike([getattr(one, name) for one in held], DIFFERS) for name in ("days", "hours")}
    update |= {name: _alike([getattr(one, name) for one in held], False) for name in ("voicemail", "say_who")}
    shut = _differ(held) and _word(worst) != "safe"
    joined: T = worst.model_copy(update=update | {"safety": "unsafe" if shut else _word(worst)})
    return joined


def _word(one: Given) -> str:
    return one.safety if one.safety in STRICTEST else "unknown"


def _differ(held: Sequence[Given]) -> bool:
    return len({one_number(one.value) or one.value for one in held}) > 1


def _alike(said: Sequence[Any], otherwise: Any) -> Any:
    return said[0] if len(set(said)) == 1 else otherwise


def set_aside(given: Sequence[Given]) -> str | None:
    """What was given twice and differs, or of a kind that we do not know, in one line with what was said of each; None
    where there is nothing of it."""
    known = [one.kind for one in given if one.kind in CHANNELS]
    twice = {kind for kind in known if _differ([one for one in given if one.kind == kind])}
    said = [f"{one.kind}: {one.value} ({one.safety})" for one in given if one.kind in twice or one.kind not in CHANNELS]
    return "; ".join(said) or None
