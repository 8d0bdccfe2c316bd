"""`handrail feed`: real open data in, events with invented people out, on both inbound topics."""

import asyncio
import fcntl
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from contracts.topics import POLICE_CRIMES
from handrail.failing import Failed
from handrail.feeds.outcomes import last_outcomes
from handrail.feeds.sources import NotReadable, Source, open_source
from handrail.feeds.stories import Feed
from handrail.feeds.tellings import SOURCE, Tally, stories, tellings
from handrail.local.state import data_folder
from handrail.options import DataOption, JsonOption
from handrail.publishing import Outgoing, producer, publish, published, settings_of
from kit import clock
from kit.config import Settings

app = typer.Typer()
_MONTH = re.compile(r"^(19|20)\d\d-(0[1-9]|1[0-2])$")


class Areas(StrEnum):
    """How rows are placed."""

    as_is = "as-is"
    spread = "spread"


@dataclass(frozen=True, slots=True)
class Options:
    """What a feed is asked to do; the defaults of the command."""

    seed: int = 1
    limit: int | None = None
    rate: float | None = None
    as_month: str | None = None
    areas: str | None = None


@dataclass(frozen=True, slots=True)
class Fed:
    """What a feed did. `known`: events that the topics held already, so that they were not sent again."""

    tally: Tally
    events_published: int
    known: int

    def as_json(self) -> dict[str, Any]:
        t = self.tally
        return {
            "rows_read": t.rows_read,
            "crimes": t.crimes,
            "without_victim": t.without_victim,
            "victims": t.victims,
            "events_published": self.events_published,
            "already_published": self.known,
            "skipped": dict(sorted(t.skipped.items())),
            "unplaced": t.unplaced,
            "out_of_area": t.out_of_area,
            "before_the_code": t.before_the_code,
            "bad_lines": t.bad_lines,
        }

    def in_words(self) -> str:
        t = self.tally
        skipped = sum(t.skipped.values())
        lines = [
            f"{t.rows_read:,} rows read: {t.crimes:,} crimes and incidents, {skipped:,} skipped",
            f"{t.victims:,} people and businesses, all invented; {t.without_victim:,} crimes without a victim",
            f"{self.events_published:,} events published, {self.known:,} were there already",
            f"{t.unplaced:,} not placed, {t.out_of_area:,} outside our areas",
        ]
        lines += [f"  skipped, {reason.replace('_', ' ')}: {count:,}" for reason, count in sorted(t.skipped.items())]
        lines += [f"  {line}" for line in t.bad_lines]
        if skipped > len(t.bad_lines):
            lines.append(f"  and {skipped - len(t.bad_lines):,} more")
        if t.spread:
            lines.append(
                f"{t.spread:,} rows of another force were placed over our areas, as often as our real month has them."
            )
        if t.before_the_code:
            lines.append(
                f"{t.before_the_code:,} are older than the Code's catalogue (April 2021): they raise cases but no"
                " clocks. --as-month stamps them as a later month."
            )
        return "\n".join(lines)


def open_files(files: Sequence[Path]) -> list[tuple[Source, dict[str, str]]]:
    """Every file looked at before anything is published; a street file comes with the outcomes beside it."""
    sources = [open_source(file) for file in files]
    streets = {_outcomes_name(source.path) for source in sources if source.kind == "street"}
    for source in sources:
        if source.kind == "outcomes" and source.path.resolve() not in streets:
            raise NotReadable(f"{source.path}: outcomes are read beside their street file; give the street file")
    return [(source, _outcomes_beside(source)) for source in sources if source.kind != "outcomes"]


def _outcomes_name(street: Path) -> Path:
    return street.with_name(street.name.replace("street", "outcomes")).resolve()


def _outcomes_beside(source: Source) -> dict[str, str]:
    beside = _outcomes_name(source.path)
    if source.kind != "street" or beside == source.path.resolve() or not beside.exists():
        return {}
    return last_outcomes(open_source(beside))


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One feed at a time in a data folder: two at once would not see each other's events."""
    if not data.is_dir():
        yield
        return
    with (data / "feed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[events]:,} events"), TimeElapsedColumn(), console=console,
        disable=not console.is_terminal,
    )  # fmt: skip


async def run(files: Sequence[Path], options: Options, settings: Settings, console: Console) -> Fed:
    """Feeds these files. Raises Failed before anything is published when a file cannot be fed."""
    sources = open_files(files)
    tally = Tally()
    now = clock.now()
    told = stories(sources, Feed(options.seed, now, options.as_month, options.areas), options.limit, tally)
    known = await published(settings.kafka, SOURCE)
    met = crimes = 0
    with progress(console) as bar:
        task = bar.add_task("Crimes published", total=len(told), events=0)

        def new() -> Iterator[Outgoing]:
            nonlocal met, crimes
            for event in tellings(told, settings.secret("ingest.key"), tally):
                crimes += event.topic == POLICE_CRIMES and event.type == "police.crime.recorded.v1"
                if event.id in known:
                    met += 1
                else:
                    yield event

        sent = 0

        def acknowledged(count: int) -> None:
            nonlocal sent
            sent += count
            bar.update(task, completed=crimes, events=sent)

        try:
            async with producer(settings.kafka) as client:
                await publish(client, new(), rate=options.rate, acknowledged=acknowledged)
        except KafkaError as failure:
            raise Failed(
                f"Kafka stopped answering after {sent:,} events ({type(failure).__name__})."
                " Feed the same again: what is there is not sent twice."
            ) from None
        bar.update(task, completed=len(told))
    return Fed(tally, sent, met)


@app.command()
def feed(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Street or collision CSVs, plain or .gz.")],
    seed: Annotated[int, typer.Option(help="Invents other people.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Read this many rows at most.")] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Events a second, at most.")] = None,
    as_month: Annotated[str | None, typer.Option(metavar="2026-09", help="Stamp rows as this month.")] = None,
    areas: Annotated[Areas | None, typer.Option(help="Where rows lie; another force's are spread by default.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn real crime data into events: what a row says is real, who it happened to is invented."""
    _check_month(as_month)
    folder = data_folder(data)
    console = Console(stderr=True)
    options = Options(seed, limit, rate, as_month, areas.value if areas else None)
    open_files(files)
    with _alone(folder):
        fed = asyncio.run(run(files, options, settings_of(folder), console))
    print(json.dumps(fed.as_json()) if as_json else fed.in_words())


def _check_month(month: str | None) -> None:
    if month is None:
        return
    if not _MONTH.match(month):
        raise typer.BadParameter(f"{month} is no month; write it as 2026-09", param_hint="--as-month")
    if month > f"{clock.now():%Y-%m}":
        raise typer.BadParameter(f"{month} has not begun; choose a month that has", param_hint="--as-month")
