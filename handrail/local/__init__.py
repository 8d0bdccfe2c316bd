"""The whole system on one machine: PostgreSQL, Kafka, the processes of every service, and who watches them."""

from handrail.local.servers import Servers, start_servers

__all__ = ["Servers", "start_servers"]
