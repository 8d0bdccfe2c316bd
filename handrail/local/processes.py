"""The processes of the system on one machine: their commands, ports and settings."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.topics import TOPICS
from handrail.failing import Failed
from handrail.local import ports
from handrail.local.child import GIVES_BACK, Program
from handrail.local.state import System

SERVICES: tuple[str, ...] = tuple(topic.owner for topic in TOPICS if not topic.inbound)
JOBS = ("web", "worker")
INNER = ("postgres", "kafka", "kafka-controller", "identity", *(f"{s}-{job}" for s in SERVICES for job in JOBS))
DEFAULT_PORT = 8000


class PortTaken(Failed):
    """The port that was asked for, or the one after it (for the neutral pages), is in use."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} or {port + 1} is in use. Choose another with --port, or leave it out.")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything answers on this machine: `http` and the next port outside, `inner` for the rest."""

    http: int
    inner: Mapping[str, int]

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    @property
    def neutral_url(self) -> str:
        """By another name of this machine: cookies know no ports, and clearing those of one must keep the other's."""
        return f"http://localhost:{self.http + 1}"

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.inner['identity']}"

    def readiness(self, name: str) -> str | None:
        """What to ask whether the process is ready; None for the servers, which are asked in their own languages."""
        if name == "front":
            return f"{self.public_url}/livez"
        if name == "identity":
            return f"{self.issuer}/.well-known/openid-configuration"
        return f"http://127.0.0.1:{self.inner[name]}/readyz" if name in self.inner else None


def choose_addresses(data: Path, asked: int | None) -> Addresses:
    """The ports of `data`; PortTaken when `asked` is not free. Unasked, the usual ones or the next that are."""
    if asked is not None and not (ports.is_free(asked) and ports.is_free(asked + 1)):
        raise PortTaken(asked)
    inner = ports.pick(data, INNER)
    return Addresses(asked or ports.free_pair(DEFAULT_PORT), inner)


def service_program(system: System, service: str, job: str, port: int | None = None) -> Program:
    """`python -m services.<service> <job>` with the settings of `system`."""
    name = f"{service}-{job}"
    listens = {"HANDRAIL_PORT": str(port)} if port else {}
    return Program(
        name,
        (sys.executable, "-m", f"services.{service}", job),
        _log(system, name),
        environment=system.environment() | listens | GIVES_BACK,
    )


def migrations(system: System) -> list[Program]:
    """What brings every database to the shape that the processes expect."""
    own = [
        Program(
            f"{database}-migrate",
            (sys.executable, "-m", "kit.migrate", database),
            _log(system, f"{database}-migrate"),
            environment=system.environment(),
        )
        for database in ("access", "keys")
    ]
    return own + [service_program(system, service, "migrate") for service in SERVICES]


def processes(system: System, addresses: Addresses) -> list[Program]:
    """Everything but the two servers, in the order of start."""
    identity = ("handrail.identity", "--port", str(addresses.inner["identity"]))
    places = (f"{service}=127.0.0.1:{addresses.inner[f'{service}-web']}" for service in SERVICES)
    front = ("handrail.front", "--staff", addresses.public_url, "--neutral", addresses.neutral_url, *places)
    return [
        Program("identity", (sys.executable, "-m", *identity), _log(system, "identity")),
        Program("front", (sys.executable, "-m", *front), _log(system, "front")),
        *(
            service_program(system, service, job, addresses.inner[f"{service}-{job}"])
            for service in SERVICES
            for job in JOBS
        ),
    ]


def _log(system: System, name: str) -> Path:
    return Path(system.data) / "log" / f"{name}.log"
