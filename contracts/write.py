"""Writes contracts/schemas from the models: `python -m contracts.write`. Refuses a change that would break somebody."""

import json
import sys
from pathlib import Path
from typing import Any

from contracts.compatibility import breaking
from contracts.envelope import Announcement, schema_uri
from contracts.registry import FACTS, TYPES_OF
from contracts.topics import TOPICS, Topic

SCHEMAS = Path(__file__).parent / "schemas"
_DAY_IN_MS = 24 * 60 * 60 * 1000
_ALWAYS_ANNOUNCED = ("subject_kind", "subject_id", "sequence", "happened_at", "actor_role")


def schema(event_type: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the data of one event type."""
    model = FACTS[event_type]
    made = model.model_json_schema()
    if issubclass(model, Announcement):
        made["required"] = list(dict.fromkeys((*_ALWAYS_ANNOUNCED, *made.get("required", ()))))
    made["title"] = event_type
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": schema_uri(event_type)} | made


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "title": f"{topic.name}, owned by {topic.owner}",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in TYPES_OF[topic.name]},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"retention.ms": topic.retention_days * _DAY_IN_MS},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(event_type: str) -> dict[str, Any]:
    summary = (FACTS[event_type].__doc__ or "").strip().split("\n\n")[0]
    return {
        "name": event_type,
        "title": event_type,
        **({"summary": " ".join(summary.split())} if summary else {}),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./{event_type}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": "0.5.0"}},
    }


def _headers() -> dict[str, Any]:
    required = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time")
    optional = ("ce_subject", "ce_dataschema", "ce_correlationid", "ce_causationid", "traceparent", "content-type")
    return {
        "type": "object",
        "description": "CloudEvents 1.0 in Kafka binary mode: every value is UTF-8 text.",
        "required": list(required),
        "properties": {name: {"type": "string"} for name in (*required, *optional)}
        | {"ce_specversion": {"type": "string", "const": "1.0"}, "ce_time": {"type": "string", "format": "date-time"}},
    }


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document over all topics, seen from Handrail: it receives what is inbound and sends the rest."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Handrail",
            "version": "1.0.0",
            "description": "Every topic and event between the police, the services for victims, the Victims' Code and"
            " the returns. Changes are fully and transitively compatible.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{'receive' if topic.inbound else 'send'}_{topic.name}": {
                "action": "receive" if topic.inbound else "send",
                "channel": {"$ref": f"#/channels/{topic.name}"},
            }
            for topic in TOPICS
        },
        "components": {
            "schemas": {"headers": _headers()},
            "messages": {event_type: _message(event_type) for event_type in sorted(FACTS)},
        },
    }


def as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def documents() -> dict[str, str]:
    """File name and text of everything in contracts/schemas, as the models say it should be."""
    written = {f"{event_type}.json": as_text(schema(event_type)) for event_type in sorted(FACTS)}
    return written | {"asyncapi.json": as_text(asyncapi())}


def faults(folder: Path, made: dict[str, str]) -> list[str]:
    """Every breaking change against the schemas frozen in `folder`."""
    found: list[str] = []
    for frozen in sorted(folder.glob("*.v*.json")):
        if frozen.name not in made:
            found.append(f"{frozen.name}: the event type was removed")
            continue
        old, new = json.loads(frozen.read_text(encoding="utf-8")), json.loads(made[frozen.name])
        found += [f"{frozen.name}: {fault}" for fault in breaking(old, new)]
    return found


def main(folder: Path = SCHEMAS) -> int:
    made = documents()
    if found := faults(folder, made):
        sys.stderr.write("".join(f"{fault}\n" for fault in found))
        sys.stderr.write("Nothing written. A breaking change is a new event type published beside the old one.\n")
        return 1
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
