"""What a service's `__main__` declares."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from contracts.envelope import Fact
from kit.database import Tx
from kit.listening import Context, Handler


@dataclass(frozen=True, slots=True)
class Moment:
    """The present for a timer. `applied_until`: everything that the topics listened to held at that instant has been
    applied; None until that is known."""

    now: datetime
    applied_until: datetime | None


@dataclass(frozen=True, slots=True)
class Every:
    """Something that falls due: `run` is called each `seconds` by one worker at a time; it returns how many it did.

    It must be safe to repeat, and is called again at once while it returns `full` or more. `after_batch`: also as soon
    as a batch of events was applied.
    """

    name: str
    seconds: float
    run: Callable[[Tx, Moment, Context], Awaitable[int]]
    full: int = 1_000_000_000
    after_batch: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a reconciliation: it is well when what was found is what was expected."""

    id: str
    expected: int
    found: int

    @property
    def ok(self) -> bool:
        return self.expected == self.found


@dataclass(frozen=True)
class Service:
    """One service: what it owns, hears, does in time and shows.

    `load` reads rules and lists once at start, into `Context.facts`. `pages` makes the kit.web pages. `database` is
    named like the service unless told otherwise. `command` takes what `main` does not know
    (`python -m services.<name> <anything>`).
    """

    name: str
    owns: str
    listens: Mapping[type[Fact], Handler]
    topics: Sequence[str]
    migrations: Path
    templates: Path | None = None
    every: Sequence[Every] = ()
    pages: Callable[[Context], Sequence[Any]] = lambda _: ()
    navigation: Sequence[Any] = ()
    portal: bool = False
    load: Callable[[], Any] = lambda: None
    after_migrate: Callable[[Tx], Awaitable[None]] | None = None
    reconcile: Callable[[Tx], Awaitable[list[Check]]] | None = None
    command: Callable[[Sequence[str], Context], Awaitable[int]] | None = None
    batch: int = 1000
    database: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "database", self.database or self.name)
