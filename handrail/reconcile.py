"""`handrail reconcile`: recounts what was received against what it did, in every service and between them."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.table import Table

from contracts.topics import TOPICS
from handrail import service_process
from handrail.local.processes import SERVICES
from handrail.local.state import System, data_folder, running
from handrail.options import DataOption, JsonOption

app = typer.Typer()
TRIES, PAUSE = 20, 1.5
WORDS = ("reconcile", "--json")
Told = Mapping[str, dict[str, Any]]
Ends = Mapping[str, int]


def line(name: str, service: str, expected: int, found: int) -> dict[str, Any]:
    return {"id": name, "service": service, "expected": expected, "found": found}


def between(told: Told, ends: Ends) -> Iterable[dict[str, Any]]:
    """The checks across services: each topic read to its end by everybody, everything announced archived, the same
    cases everywhere. `told` is what each service answered; `ends` is how many records each topic holds."""
    numbers = {name: counts(each) for name, each in told.items()}
    archived = numbers.get("returns", {})
    for topic in TOPICS:
        end = ends.get(topic.name, 0)
        for service, each in told.items():
            read = [mark[2] for mark in each["marks"] if mark[0] == topic.name]
            if read or (end and service == "returns"):
                yield line(f"I1.{topic.name}.read_to_its_end", service, end, sum(read))
        if not topic.inbound and topic.owner in told:
            sent = told[topic.owner]["announced"] - told[topic.owner]["unsent"]
            yield line(
                f"I2.{topic.name}.announced_is_archived", topic.owner, sent, archived.get(f"archived.{topic.name}", 0)
            )
    for name in ("crimes", "cases", "cases_of_crimes", "referrals"):
        for service, known in numbers.items():
            if name in known and service != "returns":
                yield line(f"I2.{name}_everywhere_the_same", service, known[name], archived.get(name, 0))


def counts(told: Mapping[str, Any]) -> dict[str, int]:
    """What a service says of itself in its lines `count.<name>`."""
    prefix = "count."
    return {each["id"].removeprefix(prefix): each["found"] for each in told["checks"] if each["id"].startswith(prefix)}


def report(told: Told, ends: Ends) -> dict[str, Any]:
    """One object: every check, whether all hold, and the three numbers everybody asks for."""
    checks = [each for one in told.values() for each in one["checks"] if not each["id"].startswith("count.")]
    checks += between(told, ends)
    known = counts(told["returns"])
    return {
        "ok": all(each["expected"] == each["found"] for each in checks),
        "checks": checks,
        "crimes": known.get("crimes", 0),
        "cases": known.get("cases", 0),
        "referrals": known.get("referrals", 0),
        "set_aside": sum(one["set_aside"] for one in told.values()),
    }


def gather(system: System) -> dict[str, dict[str, Any]]:
    """What each service answers, all asked at once."""
    started = {name: service_process.start(system, name, WORDS) for name in SERVICES}
    return {name: service_process.answer(process, name, WORDS) for name, process in started.items()}


async def topic_ends(bootstrap: str) -> Counter[str]:
    """How many records each topic holds, over all its partitions."""
    places = [TopicPartition(topic.name, n) for topic in TOPICS for n in range(topic.partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    found: Counter[str] = Counter()
    for place, offset in ends.items():
        found[place.topic] += offset
    return found


def reconciled(system: System, tries: int = TRIES) -> dict[str, Any]:
    """The report, asked again while something is still on its way: a difference that stays is a difference."""
    found = report(gather(system), asyncio.run(topic_ends(system.kafka)))
    for _ in range(tries - 1):
        if found["ok"]:
            break
        time.sleep(PAUSE)
        found = report(gather(system), asyncio.run(topic_ends(system.kafka)))
    return found


def picture(found: Mapping[str, Any]) -> Table:
    title = f"{found['crimes']:,} crimes, {found['cases']:,} cases, {found['referrals']:,} referrals: "
    table = Table(title=title + ("all adds up" if found["ok"] else "something does not add up"), title_justify="left")
    for heading in ("check", "service", "expected", "found"):
        table.add_column(heading, justify="right" if heading in ("expected", "found") else "left")
    for each in found["checks"]:
        style = None if each["expected"] == each["found"] else "bold red"
        table.add_row(each["id"], each["service"], f"{each['expected']:,}", f"{each['found']:,}", style=style)
    return table


@app.command()
def reconcile(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Recount received against effects in every service; ends with 1 on any difference."""
    found = reconciled(running(data_folder(data)))
    if as_json:
        print(json.dumps(found))
    else:
        Console().print(picture(found))
    raise typer.Exit(0 if found["ok"] else 1)
