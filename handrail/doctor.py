"""`handrail doctor`: is this machine fit, is the system well, and what to do."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psutil
import typer
from rich.console import Console
from rich.table import Table

from handrail.failing import Failed
from handrail.local import child, kafka, ports, postgres
from handrail.local.processes import DEFAULT_PORT
from handrail.local.state import data_folder, is_supervised, read_state
from handrail.options import DataOption, JsonOption

app = typer.Typer()
Verdict = Literal["well", "note", "missing"]
COLOURS: dict[Verdict, str] = {"well": "green", "note": "yellow", "missing": "red"}
GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`note`: works, but look; `missing`: something cannot work until `advice` is followed."""

    what: str
    verdict: Verdict
    found: str
    advice: str = ""


def _first(good: bool, otherwise: Verdict = "missing") -> Verdict:
    return "well" if good else otherwise


def java_version(words: str) -> int | None:
    """The feature version in what `java -version` prints: 17 of '17.0.15', 8 of '1.8.0_412'."""
    found = re.search(r'version "(?:1\.)?(\d+)', words)
    return int(found.group(1)) if found else None


def tools() -> Iterator[Finding]:
    """What has to be on the machine before anything can start."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", _first(sys.version_info >= (3, 11)), version, "Install Python 3.11 or later.")
    yield _java()
    fetched = kafka.libraries_folder().exists()
    maven = shutil.which("mvn")
    found = "its libraries are here" if fetched else (f"to be fetched with {maven}" if maven else "no Maven")
    yield Finding(
        "Kafka", _first(fetched or bool(maven)), found, "Install Maven (package maven): it fetches Kafka once."
    )
    yield _postgres()
    if os.geteuid() == 0:
        way = {"namespace": "in a user namespace", "nobody": "as nobody", "self": "as root"}[child.instead_of_root()]
        yield Finding("root", _first("root" not in way), f"PostgreSQL runs {way}", "Run as an ordinary user.")
    linux = sys.platform == "linux"
    advice = "Elsewhere than on Linux a supervisor that is killed leaves its processes behind: use `handrail down`."
    yield Finding("operating system", _first(linux, "note"), sys.platform, "" if linux else advice)
    chromium = next((n for n in ("chromium", "chromium-browser", "google-chrome") if shutil.which(n)), None)
    yield Finding("Chromium", _first(bool(chromium), "note"), chromium or "not here", "Only page tests need it.")


def _java() -> Finding:
    java = shutil.which("java")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr if java else ""
    version = java_version(said)
    advice = "Install Java 17 or later (package openjdk-17-jre-headless or newer)."
    return Finding("Java", _first(version is not None and version >= 17), str(version or "not here"), advice)


def _postgres() -> Finding:
    try:
        program = postgres.binaries() / "postgres"
        said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout.strip()
    except Failed as missing:
        return Finding("PostgreSQL", "missing", "not here", str(missing))
    return Finding("PostgreSQL", _first(said != ""), said or "does not run", "See that the wheel fits this machine.")


def machine(data: Path) -> Iterator[Finding]:
    """Memory, disk and clock."""
    memory = psutil.virtual_memory()
    yield Finding(
        "memory",
        _first(memory.available > 2 * GB, "note"),
        f"{memory.available / GB:.1f} of {memory.total / GB:.1f} GB free, {os.cpu_count()} cores",
        "The whole system takes about 1.5 GB.",
    )
    place = next(folder for folder in (data, *data.parents) if folder.exists())
    disk = shutil.disk_usage(place)
    few = "PostgreSQL and Kafka stop when the disk is full: free some, or name another folder with --data."
    yield Finding("disk", _first(disk.free > 3 * GB), f"{disk.free / GB:.1f} GB free at {place}", few)
    yield Finding("folder", _first(os.access(place, os.W_OK)), str(data), f"{place} cannot be written to.")
    try:
        local = datetime.now(ZoneInfo("Europe/London"))
        found = f"{local:%Y-%m-%d %H:%M:%S} in London, {datetime.now(UTC):%H:%M:%S} UTC"
        sane = local.year >= 2026
    except ZoneInfoNotFoundError:
        found, sane = "no time zones", False
    yield Finding("clock", _first(sane), found, "Deadlines need the right date and the package tzdata.")


def system(data: Path) -> Iterator[Finding]:
    """The system of this folder: its addresses, its processes, its secrets."""
    state = read_state(data)
    if state is None or not is_supervised(data):
        free = ports.is_free(DEFAULT_PORT) and ports.is_free(DEFAULT_PORT + 1)
        found = f"{DEFAULT_PORT} and {DEFAULT_PORT + 1} are {'free' if free else 'in use'}"
        yield Finding("ports", _first(free, "note"), found, "`handrail up` takes the next free pair.")
        yield Finding("system", "note", f"nothing is running in {data}", "Start it with `handrail up`.")
    else:
        yield Finding("ports", "well", f"{state.http} and {state.neutral}")
        for process in state.processes:
            if process.state != "ready" or process.restarts:
                told = f"{process.state}, started again {process.restarts} times"
                ok = process.state == "ready"
                yield Finding(process.name, "note" if ok else "missing", told, f"Read {data}/log/{process.name}.log")
        yield Finding("system", _first(state.ready), state.step, "See `handrail status`.")
    open_to_all = [f.name for f in (data / "secrets").glob("*") if f.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if (data / "secrets").exists():
        found = ", ".join(open_to_all) or "readable by their owner alone"
        yield Finding("secrets", _first(not open_to_all), found, f"chmod 600 {data}/secrets/*")


def look(data: Path) -> list[Finding]:
    return [*tools(), *machine(data), *system(data)]


def picture(findings: list[Finding]) -> Table:
    table = Table(show_lines=False)
    for heading in ("", "found", "what to do"):
        table.add_column(heading)
    for finding in findings:
        advice = "" if finding.verdict == "well" else finding.advice
        table.add_row(f"[{COLOURS[finding.verdict]}]{finding.what}[/]", finding.found, advice)
    return table


@app.command()
def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Look at the machine and the system; say what to do. Ends with 1 when something needed is missing."""
    findings = look(data_folder(data))
    ok = all(finding.verdict != "missing" for finding in findings)
    if as_json:
        print(json.dumps({"ok": ok, "findings": [asdict(finding) for finding in findings]}))
    else:
        Console().print(picture(findings))
    raise typer.Exit(0 if ok else 1)
