"""`handrail emit`: events of a file, sealed and published as they are; one bad line refuses the whole file."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
import typer
from aiokafka.errors import KafkaError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from contracts.registry import FACTS
from contracts.topics import JUSTICE_MILESTONES, MAX_VALUE_BYTES, POLICE_CRIMES
from contracts.vocabulary import UNKNOWN_VALUES
from handrail.failing import Failed
from handrail.local.state import data_folder
from handrail.options import DataOption, JsonOption
from handrail.publishing import KID, Outgoing, producer, publish, settings_of
from kit.sealing import seal_jwe

app = typer.Typer()
AGES = ("age_at_offence", "age_at_report")
_TOPIC_OF = {"police": POLICE_CRIMES, "justice": JUSTICE_MILESTONES}


class Envelope(BaseModel):
    """A CloudEvent in structured mode, on one line."""

    model_config = ConfigDict(hide_input_in_errors=True)

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=500)
    source: str = Field(min_length=1, max_length=500)
    type: str
    time: AwareDatetime
    data: dict[str, Any]


_ENVELOPE = TypeAdapter(Envelope)


class BadLine(Failed):
    """A line that cannot be published: nothing of its file was."""

    def __init__(self, file: Path, line: int, why: str) -> None:
        super().__init__(f"{file}, line {line}: {why}. Nothing of the file was published.")


def read_events(file: Path, key: bytes) -> list[Outgoing]:
    """Every event of the file, sealed and checked; BadLine names the first that cannot be published."""
    return [_event(file, number, line, key) for number, line in _lines(file)]


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with file.open("rb") as lines:
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    except OSError as failure:
        raise Failed(f"{file}: cannot be read ({failure.strerror})") from None


def _event(file: Path, number: int, line: bytes, key: bytes) -> Outgoing:
    try:
        told = _ENVELOPE.validate_json(line)
        model = FACTS.get(told.type)
        topic = _TOPIC_OF.get(told.type.partition(".")[0])
        if model is None or topic is None:
            raise BadLine(file, number, f"type {told.type!r} is none of {', '.join(inbound_types())}")
        _check_ages(told.data.get("victims"))
        data = _sealed(told.data, key)
        fact = model.model_validate_json(value := orjson.dumps(data))
    except ValidationError as failure:
        raise BadLine(file, number, _in_words(failure)) from None
    except _Unusable as failure:
        raise BadLine(file, number, str(failure)) from None
    if len(value) > MAX_VALUE_BYTES:
        raise BadLine(file, number, f"the data is {len(value):,} bytes, at most {MAX_VALUE_BYTES:,} are allowed")
    crime = str(getattr(fact, "crime_id"))  # noqa: B009 - every inbound fact speaks of a crime
    return Outgoing(topic, crime, told.type, told.id, told.source, told.time, value)


def inbound_types() -> list[str]:
    return sorted(name for name in FACTS if name.partition(".")[0] in _TOPIC_OF)


def _in_words(failure: ValidationError) -> str:
    """The first field that is wrong and how, without what was in it."""
    first = failure.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-"))
    return f"{field or 'the line'}: {first['msg']}"


class _Unusable(Exception):
    """Details that cannot be sealed, or an age that is none. Its text says why."""


def _check_ages(people: Any) -> None:
    """Refuses text for an age: services read what they cannot use as "not known", which here hides a mistake."""
    for person in people if isinstance(people, list) else ():
        if isinstance(person, dict):
            for name in AGES:
                if isinstance(said := person.get(name), str) and said not in UNKNOWN_VALUES:
                    raise _Unusable(f"victims.{name}: give whole years as a number, or {', '.join(UNKNOWN_VALUES)}")
            _check_ages(person.get("bereaved"))


def _sealed(data: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """The data with `details` of each victim under the ingest key instead of in clear."""
    victims = data.get("victims")
    if not isinstance(victims, list):
        return dict(data)
    return {**data, "victims": [_seal_one(victim, data.get("crime_id"), key) for victim in victims]}


def _seal_one(victim: Any, crime_id: Any, key: bytes) -> Any:
    if not isinstance(victim, dict) or "details" not in victim:
        return victim
    details, ref = victim["details"], victim.get("victim_ref")
    if details is None:
        return {name: value for name, value in victim.items() if name != "details"}
    crime = _uuid(crime_id)
    if not isinstance(details, dict) or not isinstance(ref, str) or crime is None:
        raise _Unusable("victims.details: needs an object, beside a crime_id and a victim_ref")
    if victim.get("sealed"):
        raise _Unusable("victims.details: there is `sealed` already; give one of the two")
    token = seal_jwe(details, key, KID, {"crime_id": crime, "victim_ref": ref})
    return {name: value for name, value in victim.items() if name != "details"} | {"sealed": token}


def _uuid(text: Any) -> str | None:
    try:
        return str(UUID(text)) if isinstance(text, str) else None
    except ValueError:
        return None


async def send(events: list[Outgoing], kafka: str) -> int:
    """Publishes all of them in order and returns how many were acknowledged."""
    try:
        async with producer(kafka) as client:
            return await publish(client, events)
    except KafkaError as failure:
        raise Failed(f"Kafka stopped answering ({type(failure).__name__}); emit the same again: ids are kept") from None


@app.command()
def emit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines of structured CloudEvents.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish events for the two inbound topics; `data.victims[].details` in clear is sealed on the way."""
    settings = settings_of(data_folder(data))
    events = read_events(file, settings.secret("ingest.key"))
    sent = asyncio.run(send(events, settings.kafka))
    print(json.dumps({"events_published": sent}) if as_json else f"{sent:,} events published")
