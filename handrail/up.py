"""`handrail up`: starts the whole system and shows how it comes up."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from handrail.failing import Failed
from handrail.local.state import ProcessState, System, data_folder, is_supervised, read_state, running
from handrail.options import DataOption

app = typer.Typer()
console = Console(stderr=True)
ROOT = Path(__file__).parents[1]
COLOURS = {"ready": "green", "starting": "yellow", "waiting": "dim", "restarting": "red", "unready": "red"}


class Coming:
    """A supervisor that we started and its way up. It ends when we do, until it is told to stay."""

    def __init__(self, data: Path, port: int | None) -> None:
        try:
            (data / "log").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failed(f"{data} cannot be made or written to ({error.strerror}). Name another with --data.") from None
        self.data = data
        self.began = time.time()
        reading, self._writing = os.pipe()
        words = ["--data", str(data), "--keep", str(reading), *(["--port", str(port)] if port else [])]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "handrail.local.supervisor", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[reading],
                start_new_session=True,
                cwd=ROOT,
            )
        os.close(reading)

    @property
    def log(self) -> Path:
        return self.data / "log" / "supervisor.log"

    def state(self) -> System | None:
        system = read_state(self.data)
        return system if system and system.supervisor == self.process.pid else None

    def stay(self) -> None:
        os.write(self._writing, b"+")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def failed(self) -> Failed:
        """Why the supervisor ended, in its own words."""
        system = self.state()
        why = (system.error if system else None) or _last_line(self.log)
        return Failed(f"{why}\nThe supervisor's log: {self.log}")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "The supervisor ended without a word."


def picture(system: System | None, seconds: float) -> Table:
    """One line a process."""
    table = Table(title=f"{system.step if system else 'getting ready'} ({seconds:.0f} s)", title_justify="left")
    for heading in ("process", "pid", "state", "restarts"):
        table.add_column(heading)
    for process in system.processes if system else []:
        table.add_row(process.name, str(process.pid or ""), _coloured(process), str(process.restarts or ""))
    return table


def _coloured(process: ProcessState) -> str:
    colour = COLOURS.get(process.state, "")
    return f"[{colour}]{process.state}[/]" if colour else process.state


def wait_until_ready(coming: Coming) -> System:
    """Shows the way up; returns the ready system; Failed with the log's name when it does not come up."""
    said: set[str] = set()
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while coming.process.poll() is None:
            system = coming.state()
            if system and system.ready:
                return system
            if console.is_terminal:
                live.update(picture(system, time.time() - coming.began), refresh=True)
            elif system:
                _say_once(system, said)
            time.sleep(0.1)
    raise coming.failed()


def _say_once(system: System, said: set[str]) -> None:
    news = [system.step, *(f"{p.name} is ready" for p in system.processes if p.state == "ready")]
    for line in news:
        if line not in said and line != "ready":
            said.add(line)
            console.print(line, highlight=False)


def start(data: Path, port: int | None) -> tuple[Coming | None, System]:
    """The ready system of `data` and its supervisor; no supervisor when it was up before."""
    if is_supervised(data):
        return None, running(data)
    coming = Coming(data, port)
    try:
        return coming, wait_until_ready(coming)
    except KeyboardInterrupt:
        console.print("Stopping.")
        coming.stop()
        raise typer.Exit(1) from None


@app.command()
def up(
    data: DataOption = None,
    port: Annotated[
        int | None, typer.Option(min=1024, max=65534, help="Port of the pages; the next is neutral.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything is ready; stays up.")] = False,
) -> None:
    """Start PostgreSQL, Kafka and every process of every service on this machine."""
    began = time.monotonic()
    coming, system = start(data_folder(data), port)
    if coming is None:
        print(f"Already up at {system.http}" if system.ready else f"Already coming up at {system.http}: {system.step}")
        return
    print(f"Ready after {time.monotonic() - began:.1f} s: {system.http}  victim pages: {system.neutral}", flush=True)
    if detach:
        coming.stay()
        return
    console.print("Stop with Ctrl-C.")
    try:
        coming.process.wait()
    except KeyboardInterrupt:
        console.print("Stopping.")
        coming.stop()
        return
    raise coming.failed()
