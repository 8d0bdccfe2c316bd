"""Every event type, each with its model."""

from collections.abc import Iterator
from types import ModuleType

from contracts import code_compliance, contact, feedback, justice, police, referral, returns
from contracts.envelope import Fact

MODULES: tuple[ModuleType, ...] = (police, justice, referral, code_compliance, contact, feedback, returns)


def _models() -> Iterator[type[Fact]]:
    for module in MODULES:
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Fact) and "TYPE" in vars(thing):
                yield thing


FACTS: dict[str, type[Fact]] = {model.TYPE: model for model in _models()}
