"""`python -m bench.code`: every figure that the Victims' Code is held to, in one run with one verdict.

Due clocks fired a second and crimes into entitlements (`bench.timers`), the worker over its real path beside
referral's (`bench.keeping_up`), oversight and the forecast over many entitlements (`bench.oversight`). Beside each
goal stand the figure, the processor time in microseconds or milliseconds by program, and the load of the machine.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import keeping_up, oversight, timers
from bench.stand import Stand, run


def options(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.code", description=__doc__)
    parser.add_argument("--only", choices=("timers", "worker", "oversight"), help="one part alone")
    parser.add_argument("--due", type=int, default=400_000, help="clocks that are due")
    parser.add_argument("--events", type=int, default=6_000, help="events consumed in batches")
    parser.add_argument("--one-by-one", type=int, default=600, help="events consumed one by one")
    parser.add_argument("--entitlements", type=int, default=5_000_000, help="entitlements behind the pages")
    parser.add_argument("--requests", type=int, default=40, help="requests of each page")
    parser.add_argument("--json", type=Path, help="where the figures go as well")
    return parser.parse_args(words)


async def measure(stand: Stand, asked: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    if asked.only in (None, "worker"):
        found["worker"] = await keeping_up.keeping_up(stand, asked.events)
    if asked.only in (None, "timers"):
        found["timers"] = await timers.measure(stand, asked)
    if asked.only in (None, "oversight"):
        found["oversight"] = await oversight.measure(stand, asked.entitlements, asked.requests)
    return found | {"load_after": round(os.getloadavg()[0], 1), "goals": dict(goals(found))}


def goals(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each goal with what it came to."""
    if part := found.get("timers"):
        best = max(one["a_second"] for one in part["timers"])
        yield "due clocks a second, at least 50,000", f"{best:,}"
        by_processor = part["ratio_of_processor_time"]
        yield "crimes in batches against one by one, at least 10", f"{part['ratio']}; {by_processor} by processor time"
        yield "storage a crime", f"{part['batches']['bytes_a_crime']:,} bytes"
    if part := found.get("worker"):
        mine, theirs = part["code_compliance"]["published"], part["referral"]["published"]
        yield "events a second with all announcements out, at least referral's", f"{mine:,} against {theirs:,}"
    if part := found.get("oversight"):
        took = part["milliseconds"]
        yield "oversight, p95 of at most 400 ms", f"{took['oversight']['p95']} ms"
        yield "forecast, p95 of at most 200 ms", f"{took['forecast']['p95']} ms"


def main() -> None:
    asked = options()
    found = run(lambda stand: measure(stand, asked), kafka=asked.only in (None, "worker"))
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))
    held = [part["held"] for part in found.values() if isinstance(part, dict) and "held" in part]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
