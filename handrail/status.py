"""`handrail status`: what runs, how large it is, how often it had to be started again."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import typer
from rich.console import Console
from rich.table import Table

from handrail.local.state import data_folder, is_supervised, read_state
from handrail.options import DataOption, JsonOption

app = typer.Typer()


def resident_mb(pid: int | None) -> float:
    """Memory of a process and its children in MB; memory that several share counts once."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)] if pid else []:
            total += _share(process)
    return round(total / 1e6, 1)


def _share(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.AccessDenied, AttributeError):
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def told(data: Path) -> dict[str, Any]:
    """The status of `data`; of a system that is not up: nothing ready, no process."""
    system = read_state(data) if is_supervised(data) else None
    if system is None:
        return {"ready": False, "kafka": None, "http": None, "neutral": None, "data": str(data), "processes": []}
    return {
        "ready": system.ready,
        "kafka": system.kafka,
        "http": system.http,
        "neutral": system.neutral,
        "data": system.data,
        "processes": [
            {
                "name": process.name,
                "pid": process.pid,
                "state": process.state,
                "rss_mb": resident_mb(process.pid),
                "restarts": process.restarts,
            }
            for process in system.processes
        ],
        "supervisor": system.supervisor,
        "step": system.step,
        "issuer": system.issuer,
        "postgres": f"{system.postgres_host}:{system.postgres_port}",
    }


def picture(found: dict[str, Any]) -> Table:
    table = Table(title=f"{'ready' if found['ready'] else found['step']}: {found['http']}", title_justify="left")
    for heading in ("process", "pid", "state", "MB", "restarts"):
        table.add_column(heading, justify="right" if heading in ("pid", "MB", "restarts") else "left")
    for p in found["processes"]:
        table.add_row(p["name"], str(p["pid"] or ""), p["state"], f"{p['rss_mb']:.0f}", str(p["restarts"]))
    table.add_section()
    table.add_row("together", "", "", f"{sum(p['rss_mb'] for p in found['processes']):.0f}", "")
    return table


@app.command()
def status(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show every process: ready or not, memory, restarts."""
    folder = data_folder(data)
    found = told(folder)
    if as_json:
        print(json.dumps(found))
    elif not found["processes"]:
        print(f"Nothing is running in {folder}. Start it with `handrail up`.")
    else:
        Console().print(picture(found))
