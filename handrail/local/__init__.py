"""The whole system on one machine: real PostgreSQL and real Kafka without containers, and our processes."""

from handrail.local.servers import CannotStart, Servers, start_servers

__all__ = ["CannotStart", "Servers", "start_servers"]
