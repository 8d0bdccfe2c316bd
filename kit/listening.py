"""What a service listens to, and what its handlers are given."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contracts.envelope import Fact
from kit.config import Settings

if TYPE_CHECKING:
    from kit.database import Database, Tx
    from kit.received import Received
    from kit.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler, a timer or an action may need beside its transaction.

    `facts` is whatever the service loaded once at start (rules, catalogues, directories)."""

    settings: Settings
    service: str
    sealer: "Sealer"
    database: "Database"
    models: Mapping[str, type[Fact]] = field(default_factory=dict)
    facts: Any = None


Handler = Callable[["Tx", "Sequence[Received[Any]]", Context], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Listening:
    """The models of the types listened to, and who handles a batch of each; one handler may take several types, and
    then gets them together, in order."""

    models: Mapping[str, type[Fact]]
    handlers: Mapping[str, Handler]


def listening(handlers: Mapping[type[Fact], Handler]) -> Listening:
    """From `{CrimeRecorded: on_crime_recorded, ...}`."""
    return Listening(
        models={model.TYPE: model for model in handlers},
        handlers={model.TYPE: handler for model, handler in handlers.items()},
    )
