"""`handrail down`: stops the system of a data folder."""

import os
import signal
import time
from pathlib import Path

import typer

from handrail.failing import Failed
from handrail.local.state import System, data_folder, is_supervised, read_state
from handrail.options import DataOption

app = typer.Typer()
PATIENCE = 90.0


def stop(data: Path) -> System | None:
    """Stops the system of `data` and waits for its end; None when none was running."""
    system = read_state(data)
    if not is_supervised(data) or system is None:
        return None
    os.kill(system.supervisor, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while is_supervised(data):
        if time.monotonic() > end:
            raise Failed(f"The supervisor (pid {system.supervisor}) has not stopped after {PATIENCE:.0f} s.")
        time.sleep(0.1)
    return system


@app.command()
def down(data: DataOption = None) -> None:
    """Stop everything, in order; what is stored stays."""
    folder = data_folder(data)
    print(f"Stopped. The data stays in {folder}" if stop(folder) else f"Nothing is running in {folder}")
