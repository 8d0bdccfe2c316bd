"""Every service: documents are fresh, columns are commented, pages have permissions, examples are handled."""

import importlib
import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts.addresses import OPERATIONS, service_of
from contracts.registry import topics_of
from kit.config import Settings
from kit.inbox import Inbox
from kit.listening import Context, listening
from kit.sealing import Sealer
from kit.service import Service
from kit.service.consuming import Lane
from scripts.documents import DOCUMENTS, SERVICES
from tests.conftest import Databases
from tests.faults.ledger.records import Sent

ROOT = Path(__file__).parents[2]
COLUMNS = """
select n.nspname || '.' || c.relname || '.' || a.attname as name, col_description(c.oid, a.attnum) as comment
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
 where c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
   and n.nspname in ('public', 'kit') and c.relname <> 'migration' order by 1
"""


def declared(name: str) -> Service:
    service: Service = importlib.import_module(f"services.{name}.__main__").SERVICE
    return service


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_generated_document_is_fresh(document: str) -> None:
    assert (ROOT / document).read_text() == DOCUMENTS[document](), "make generated"


@pytest.mark.service
@pytest.mark.parametrize("name", [*SERVICES, "access", "keys"])
async def test_every_column_says_what_it_means_and_whether_it_is_personal(databases: Databases, name: str) -> None:
    role = "access_web" if name == "access" else f"{name}_worker"
    database = await databases.open(await databases.copy_of(name), role)
    for row in await database.pool.fetch(COLUMNS):
        assert (row["comment"] or "").startswith(("personal: ", "plain: ")), row["name"]


@pytest.mark.service
@pytest.mark.parametrize("name", SERVICES)
async def test_every_page_has_a_permission_or_is_public_on_purpose(databases: Databases, name: str) -> None:
    service = declared(name)
    context = Context(databases.settings, name, None, None, {}, service.load())  # type: ignore[arg-type]
    pages = service.pages(context)
    assert pages
    known = {p for role in json.loads(_roles()) for p in role}
    for page in pages:
        assert page.public or page.permission in known, page.path


def _roles() -> str:
    from contracts.reference import ROLES

    return json.dumps([sorted(role.permissions) for role in ROLES.values()])


def examples() -> list[dict[str, Any]]:
    found = [orjson.loads(path.read_bytes()) for path in sorted((ROOT / "contracts/examples").glob("*.json"))]
    return [one for one in found if "headers" in one]


@pytest.mark.service
@pytest.mark.parametrize("name", SERVICES)
async def test_every_golden_example_that_a_service_listens_to_is_applied(databases: Databases, name: str) -> None:
    service = declared(name)
    database = await databases.open(await databases.copy_of(name), f"{name}_worker")
    keys = await databases.open(await databases.copy_of("keys"), "keys_worker")
    heard = listening(service.listens)
    sealer = Sealer(databases.settings, keys)
    context = Context(databases.settings, name, sealer, database, heard.models, service.load())
    inbox = Inbox(database, name, heard, context)
    offset = 0
    for example in examples():
        kind = example["headers"]["ce_type"]
        if kind not in heard.models:
            continue
        topic = next(t for t in topics_of(kind) if t in service.topics)
        headers = [(key, value.encode()) for key, value in example["headers"].items()]
        record = Sent(example["key"].encode(), orjson.dumps(example["data"]), headers, offset, 0, topic)
        offset += 1
        counts = await inbox.apply([record])
        stuck = await database.pool.fetch("select type, reason, detail from kit.parked")
        assert counts.total("parked") == counts.total("held") == 0, (kind, [dict(row) for row in stuck])
    assert offset > 0


def test_no_subscriber_lets_faststream_acknowledge() -> None:
    from faststream import AckPolicy
    from faststream.kafka import KafkaBroker

    broker = KafkaBroker("127.0.0.1:1", logger=None)
    lane = Lane("police.crimes", "tests", None, None, lambda: None)  # type: ignore[arg-type]
    lane.subscribe(broker, 100, 10)
    subscriber: Any = broker.subscribers[0]
    assert subscriber.ack_policy is AckPolicy.MANUAL
    settings = subscriber._connection_args
    assert settings["auto_offset_reset"] == "earliest"
    assert settings["isolation_level"] == "read_committed"
    assert subscriber.max_records == 100


@pytest.mark.service
def test_every_service_shows_how_it_stands_at_the_address_of_the_table(settings: Settings) -> None:
    assert [service_of(path) for _, path in OPERATIONS] == list(SERVICES)
    for _, path in OPERATIONS:
        service = declared(service_of(path))
        context = Context(settings, service.name, None, None, {}, service.load())  # type: ignore[arg-type]
        assert path in {page.path for page in service.pages(context)}
