"""`python -m bench`: prints the figures of one run and writes them as JSON. Servers, data and ports are its own."""

import argparse
import gc
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import events, latency, pages, pipelines, stages
from bench.stand import Stand, median, run
from kit import clock

LATEST = Path(__file__).parent / "results" / "latest.json"


def options() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--events", type=int, default=6000, help="events of each run")
    words.add_argument("--runs", type=int, default=3, help="runs of each fast way; the median counts")
    words.add_argument("--cases", type=int, default=200_000, help="cases behind the pages; 0 leaves the pages out")
    words.add_argument("--seconds", type=int, default=15, help="length of each open loop; 0 leaves them out")
    words.add_argument("--only", default="", help="one of plain, ours, bare, copy, stages")
    words.add_argument("--json", type=Path, default=LATEST, help="where the figures go")
    return words.parse_args()


async def measure(stand: Stand, asked: argparse.Namespace) -> dict[str, Any]:
    await stand.prepare()
    told = events.make(stand.settings, asked.events)
    await events.send(stand.settings, told)
    print(f"{len(told.sent):,} events about {told.crimes:,} crimes, {told.cases:,} cases")
    found: dict[str, Any] = {"at": clock.now().isoformat(), "cores": os.cpu_count(), "events": len(told.sent)}
    found["ways"] = await ways(stand, told, asked)
    found["ratios"] = ratios(found["ways"])
    if asked.only in ("", "stages"):
        found["stages"] = await stages.stages(stand, told)
        print("microseconds of processor an event:", _words(found["stages"]))
    if asked.seconds and not asked.only:
        found["latency"] = await latency.latency(stand, asked.seconds, after=asked.events)
        print("milliseconds at 200 events a second:", _words(found["latency"]))
    if asked.cases and asked.seconds and not asked.only:
        found["pages"] = await pages.pages(stand, told, asked.cases, asked.seconds)
        print(f"milliseconds a page, {asked.cases:,} cases, 10 requests a second:", _words(found["pages"]))
    return found


async def ways(stand: Stand, told: events.Events, asked: argparse.Namespace) -> dict[str, Any]:
    kept = await pipelines.record(stand, told)
    runs: dict[str, Callable[[], Awaitable[pipelines.Measured]]] = {
        "plain": lambda: pipelines.run(stand, "plain", pipelines.plain, told),
        "ours": lambda: pipelines.run(stand, "ours", pipelines.ours, told),
        "bare": lambda: pipelines.run(stand, "bare", pipelines.bare(kept.said, len(told.sent)), told, opens=False),
        "copy": lambda: pipelines.copied(stand, kept, told),
    }
    found: dict[str, Any] = {}
    for name, way in runs.items():
        if asked.only not in ("", name):
            continue
        measured = []
        for _ in range(1 if name == "plain" else asked.runs):
            gc.collect()
            measured.append(await way())
        found[name] = summed(measured)
        print(f"{name:6}", _words(found[name]))
    return found


def summed(runs: list[pipelines.Measured]) -> dict[str, Any]:
    """The median rate of several runs; a run whose checks fail counts for nothing."""
    good = [run for run in runs if run.checked is None or run.checked.good]
    checked = [asdict(run.checked) for run in runs if run.checked]
    if not good:
        return {"per_second": 0.0, "checks": "FAILED", "checked": checked}
    return {
        "per_second": round(median([run.per_second for run in good]), 1),
        "applied_per_second": round(median([run.applied_per_second for run in good]), 1),
        "cpu": {name: round(median([run.cpu[name] for run in good])) for name in good[0].cpu},
        "checks": "good" if len(good) == len(runs) else f"{len(runs) - len(good)} FAILED",
        "checked": checked,
    }


def ratios(found: dict[str, Any]) -> dict[str, float]:
    """Ours against each other way, by rate until everything is published and sealed."""
    if "ours" not in found:
        return {}
    mine = found["ours"]["per_second"]
    against = {n: round(mine / w["per_second"], 2) for n, w in found.items() if n != "ours" and w["per_second"]}
    print("ours against", _words(against))
    return against


def _words(figures: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items() if name != "checked")


def main() -> None:
    asked = options()
    found = run(lambda stand: measure(stand, asked))
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(found, indent=1))
    print("written to", asked.json)


if __name__ == "__main__":
    main()
