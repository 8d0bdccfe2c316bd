"""The verb itself: up, feed, wait, walk, draw, sign, seal, recount, tell."""

import asyncio
import json
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from contracts.reference import personas
from contracts.working_time import local_day
from handrail import down, up
from handrail.demo import summing, walking
from handrail.demo.pages import Unexpected
from handrail.demo.returning import seal_both
from handrail.failing import Failed
from handrail.feed import Options
from handrail.feed import run as feed
from handrail.feeds.places import DATA, WEST_MIDLANDS_MONTH
from handrail.local.state import System, data_folder
from handrail.options import DataOption, JsonOption
from handrail.reconcile import gather, reconciled, topic_ends
from kit import clock

app = typer.Typer()
FILES = (DATA / WEST_MIDLANDS_MONTH, DATA / "west-midlands" / "2018-collisions.csv.gz")
QUIET_SECONDS, PATIENCE = 8.0, 3600.0


def month_and_quarter(today: date) -> tuple[str, str]:
    """The last month of the last complete quarter, and that quarter: ("2026-09", "2026-Q3") on 24 November 2026."""
    quarter = (today.month - 1) // 3 or 4
    year = today.year - (today.month <= 3)
    return f"{year}-{quarter * 3:02d}", f"{year}-Q{quarter}"


def wait_until_quiet(system: System, console: Console) -> None:
    """Returns when no topic has grown for some seconds; Failed when that takes longer than an hour."""
    begun = still = time.monotonic()
    before: Counter[str] = Counter()
    with console.status("Everything is being heard, routed, clocked and archived") as status:
        while time.monotonic() - still < QUIET_SECONDS:
            if time.monotonic() - begun > PATIENCE:
                raise Failed("The services have not caught up within an hour; `handrail status` shows them.")
            time.sleep(1.0)
            now = asyncio.run(topic_ends(system.kafka))
            if now != before:
                before, still = now, time.monotonic()
                status.update(f"{sum(now.values()):,} events so far")


def story(system: System, data: Path, console: Console, seed: int, limit: int | None) -> dict[str, Any]:
    """The whole demo on a running system; what it found, as one object."""
    month, quarter = month_and_quarter(local_day(clock.now()))
    alone = not asyncio.run(topic_ends(system.kafka))["police.crimes"]
    say = console.print
    say(f"Feeding the real West Midlands month and a year's collisions, stamped as {month}")
    fed = asyncio.run(feed(FILES, Options(seed=seed, limit=limit, as_month=month), system.settings(), console))
    say(fed.in_words())
    wait_until_quiet(system, console)
    say("Walking sample cases through the hub and its providers")
    try:
        walked = walking.walk(system, data)
    except Unexpected as failure:
        raise Failed(f"A page did not do what it should: {failure}") from None
    wait_until_quiet(system, console)
    say(f"Drawing, signing and sealing the returns of {quarter}")
    returns = seal_both(system, quarter, data / "returns")
    say("Recounting")
    recount = reconciled(system)
    held = summing.sums(fed, recount, returns, alone=alone)
    return summing.as_json(fed, gather(system), recount, walked, returns, held)


def addresses(system: System) -> str:
    names = ", ".join(one.name for one in personas())
    return (
        f"Pages: {system.http}   victim pages: {system.neutral}\n"
        f"Sign in as one of: {names}\n"
        "Stop it with `handrail down`; the data stays."
    )


@app.command()
def demo(
    data: DataOption = None,
    port: Annotated[int | None, typer.Option(min=1024, max=65534, help="Port of the pages.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the system at the end.")] = False,
    seed: Annotated[int, typer.Option(help="Invents other people.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Read this many rows at most.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the whole job on this machine; ends non-zero if anything does not add up."""
    folder, console = data_folder(data), Console(stderr=True, highlight=False)
    coming, system = up.start(folder, port)
    if coming is not None:
        coming.stay()
    try:
        found = story(system, folder, console, seed, limit)
    finally:
        if stop:
            down.stop(folder)
    if as_json:
        print(json.dumps(found))
    else:
        summing.show(Console(highlight=False, width=None if console.is_terminal else 140), found)
        print("Everything adds up." if found["ok"] else "Something does not add up: see the sums above.")
    if not stop:
        print(addresses(system), flush=True)
    raise typer.Exit(0 if found["ok"] else 1)
