"""Every event type, each with its model and the topics that carry it."""

from collections.abc import Iterator
from types import ModuleType

from contracts import code_compliance, contact, feedback, justice, police, referral, returns
from contracts.envelope import Fact
from contracts.topics import (
    CODE_EVENTS,
    FEEDBACK_EVENTS,
    JUSTICE_MILESTONES,
    POLICE_CRIMES,
    REFERRAL_EVENTS,
    RETURNS_EVENTS,
)

_CARRIED: tuple[tuple[str, tuple[ModuleType, ...]], ...] = (
    (POLICE_CRIMES, (police,)),
    (JUSTICE_MILESTONES, (justice,)),
    (REFERRAL_EVENTS, (referral,)),
    (CODE_EVENTS, (code_compliance, contact)),
    (FEEDBACK_EVENTS, (feedback, contact)),
    (RETURNS_EVENTS, (returns,)),
)


def _models(module: ModuleType) -> Iterator[type[Fact]]:
    for thing in vars(module).values():
        if isinstance(thing, type) and issubclass(thing, Fact) and "TYPE" in vars(thing):
            yield thing


TYPES_OF: dict[str, tuple[str, ...]] = {
    topic: tuple(sorted({model.TYPE for module in modules for model in _models(module)})) for topic, modules in _CARRIED
}
"""The event types of each topic."""

FACTS: dict[str, type[Fact]] = {
    model.TYPE: model for _, modules in _CARRIED for module in modules for model in _models(module)
}


def topics_of(event_type: str) -> tuple[str, ...]:
    """The topics that carry a type: one, or two for what two services announce."""
    return tuple(topic for topic, types in TYPES_OF.items() if event_type in types)
