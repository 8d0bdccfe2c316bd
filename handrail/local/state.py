"""What runs in a data folder: written by its supervisor, read by every command."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from handrail.failing import Failed
from kit.config import Settings

State = Literal["waiting", "starting", "ready", "unready", "restarting", "stopped"]


class NotUp(Failed):
    """No system runs in this data folder."""

    def __init__(self, data: Path) -> None:
        super().__init__(f"No system is running in {data}. Start it with `handrail up`, or name another with --data.")


@dataclass(slots=True)
class ProcessState:
    """One process as last seen. `restarts`: how often it was started again after a crash."""

    name: str
    pid: int | None = None
    state: State = "waiting"
    restarts: int = 0


@dataclass(slots=True)
class System:
    """A running system. `step`: what is being done until it is ready; `error`: why it is not coming up."""

    data: str
    supervisor: int
    kafka: str
    http: str
    neutral: str
    issuer: str
    postgres_host: str
    postgres_port: int
    step: str = "getting ready"
    ready: bool = False
    error: str | None = None
    processes: list[ProcessState] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """The settings of every process of this system, as its environment."""
        return {
            "HANDRAIL_ENVIRONMENT": os.environ.get("HANDRAIL_ENVIRONMENT", "development"),
            "HANDRAIL_DATA": self.data,
            "HANDRAIL_SECRETS": str(Path(self.data) / "secrets"),
            "HANDRAIL_KAFKA": self.kafka,
            "HANDRAIL_POSTGRES_HOST": self.postgres_host,
            "HANDRAIL_POSTGRES_PORT": str(self.postgres_port),
            "HANDRAIL_PUBLIC_URL": self.http,
            "HANDRAIL_NEUTRAL_URL": self.neutral,
            "HANDRAIL_ISSUER": self.issuer,
        }

    def settings(self) -> Settings:
        words = {name.removeprefix("HANDRAIL_").lower(): value for name, value in self.environment().items()}
        return Settings.model_validate(words)


def data_folder(told: Path | None) -> Path:
    """`--data`, else HANDRAIL_DATA, else `.handrail` here; as an absolute path."""
    return (told or Path(os.environ.get("HANDRAIL_DATA") or ".handrail")).expanduser().resolve()


def write_state(system: System) -> None:
    path = Path(system.data) / "status.json"
    half = path.with_suffix(".half")
    half.write_text(json.dumps(asdict(system), indent=1))
    half.replace(path)


def read_state(data: Path) -> System | None:
    """The system as its supervisor last wrote it, alive or not."""
    try:
        book: dict[str, Any] = json.loads((data / "status.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    processes = [ProcessState(**entry) for entry in book.pop("processes")]
    return System(**book, processes=processes)


def is_supervised(data: Path) -> bool:
    """Whether a supervisor lives: it alone holds the lock, and the kernel lets go of it when it ends."""
    try:
        with (data / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextlib.contextmanager
def holding_lock(data: Path) -> Iterator[bool]:
    """True while we are the one supervisor of `data`; False when there is one already."""
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def running(data: Path) -> System:
    """The system that runs in `data`; NotUp when none does."""
    system = read_state(data) if is_supervised(data) else None
    if system is None:
        raise NotUp(data)
    return system
