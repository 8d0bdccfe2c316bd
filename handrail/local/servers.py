"""PostgreSQL and Kafka together, for tests and for the whole system."""

from dataclasses import dataclass
from pathlib import Path

from handrail.local import kafka as kafka_server
from handrail.local import postgres as postgres_server
from handrail.local.machine import CannotStart

__all__ = ["CannotStart", "Servers", "start_servers"]


@dataclass
class Servers:
    """Running servers and what a process needs to reach them."""

    postgres: postgres_server.Postgres
    broker: kafka_server.Kafka | None
    secrets: Path
    data: Path

    @property
    def postgres_host(self) -> str:
        return "127.0.0.1"

    @property
    def postgres_port(self) -> int:
        return self.postgres.port

    @property
    def superuser_dsn(self) -> str:
        return self.postgres.dsn

    @property
    def kafka(self) -> str:
        return self.broker.bootstrap if self.broker else "127.0.0.1:1"

    def stop(self) -> None:
        """Stops Kafka, then PostgreSQL."""
        if self.broker is not None:
            self.broker.stop()
        self.postgres.stop()


def start_servers(data: Path, *, kafka: bool = True) -> Servers:
    """Starts PostgreSQL, and Kafka unless told otherwise, on free ports with all their data under `data`."""
    secrets = data / "secrets"
    postgres = postgres_server.start(data, secrets)
    try:
        broker = kafka_server.start(data) if kafka else None
    except BaseException:
        postgres.stop()
        raise
    return Servers(postgres, broker, secrets, data)
