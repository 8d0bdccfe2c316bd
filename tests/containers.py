"""The same servers as containers of the official images that docker-compose.yml names: HANDRAIL_SERVERS=containers."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import yaml
from testcontainers.core.container import DockerContainer

from contracts.topics import TOPICS
from handrail.local import Servers, ports
from handrail.local.kafka import Kafka, make_topics
from handrail.local.keys import make_secrets
from handrail.local.postgres import HASTY
from handrail.local.roles import make_roles, read_roles
from handrail.local.servers import in_own_loop, until

COMPOSE = Path(__file__).parents[1] / "docker-compose.yml"


@dataclass(frozen=True, slots=True)
class Contained(Servers):
    containers: tuple[DockerContainer, ...] = field(default=(), repr=False)

    def stop(self) -> None:
        for container in self.containers:
            container.stop()


def start_containers(data: Path, *, kafka: bool = True) -> Servers:
    """As `start_servers`, where Docker answers; says so and stops where it does not."""
    roles = read_roles()
    make_secrets(data / "secrets", ["postgres", *roles.logins])
    picked = ports.pick(data, ["postgres", "kafka"])
    images = yaml.safe_load(COMPOSE.read_text())["services"]
    word = secrets.token_urlsafe(24)
    started = [_postgres(images["postgres"], picked["postgres"], word)]
    if kafka:
        started.append(_kafka(images["kafka"], picked["kafka"]))
    dsn = f"postgresql://postgres:{word}@127.0.0.1:{picked['postgres']}/postgres"
    bootstrap = f"127.0.0.1:{picked['kafka']}"

    async def answers() -> bool:
        try:
            await (await asyncpg.connect(dsn, timeout=3)).close()
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        return True

    async def complete() -> None:
        await until(answers)
        await make_roles(dsn, roles, data / "secrets")
        if kafka:
            await until(Kafka(data, picked["kafka"], 0).ready)
            await make_topics(bootstrap, TOPICS)

    in_own_loop(complete())
    found = (data, bootstrap, "127.0.0.1", picked["postgres"], data / "secrets", dsn, ())
    return Contained(*found, containers=tuple(started))


def _postgres(image: Mapping[str, Any], port: int, word: str) -> DockerContainer:
    hasty = [f"-c{name}={value}" for name, value in HASTY.items()]
    asked = {"POSTGRES_INITDB_ARGS": image["environment"]["POSTGRES_INITDB_ARGS"], "POSTGRES_PASSWORD": word}
    return _run(image, asked, port, 5432, [*image["command"], *hasty])


def _kafka(image: Mapping[str, Any], port: int) -> DockerContainer:
    here = {
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
    }
    return _run(image, image["environment"] | here, port, 9092)


def _run(
    image: Mapping[str, Any], environment: Mapping[str, str], port: int, inside: int, command: list[str] | None = None
) -> DockerContainer:
    container = DockerContainer(image["image"], env=dict(environment), ports=None)
    container = container.with_bind_ports(f"{inside}/tcp", port)
    return (container.with_command(command) if command else container).start()
