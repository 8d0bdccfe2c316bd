"""What handlers, timers, pages and commands of one process are given."""

from kit.config import Settings
from kit.database import Database, connect
from kit.listening import Context, listening
from kit.sealing import Sealer
from kit.service.declared import Service


async def context_of(service: Service, settings: Settings, database: Database) -> Context:
    """The context of a process of `service`; opens the key database."""
    keys = await connect(settings, "keys", "keys_worker", size=2)
    heard = listening(service.listens)
    return Context(settings, service.name, Sealer(settings, keys), database, heard.models, service.load())
