"""The whole system under its own command, on a data folder of its own."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from handrail.local import ports
from handrail.local.processes import JOBS, SERVICES
from handrail.status import told

HANDRAIL = Path(__file__).parents[1] / ".venv" / "bin" / "handrail"
NAMES = {"postgres", "kafka", "identity", "front", *(f"{service}-{job}" for service in SERVICES for job in JOBS)}


class System:
    """`handrail` on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def command(self, *words: str) -> list[str]:
        return [str(HANDRAIL), *words, "--data", str(self.data)]

    def run(self, *words: str, environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, check=False, env=os.environ | (environment or {})
        )

    def status(self) -> dict[str, Any]:
        return told(self.data)

    def process(self, name: str) -> dict[str, Any]:
        return next(entry for entry in self.status()["processes"] if entry["name"] == name)

    def pids(self) -> list[int]:
        return [entry["pid"] for entry in self.status()["processes"] if entry["pid"]]

    def port(self) -> int:
        """A port whose next is free too, away from those that other systems would take."""
        return ports.free_pair(ports.FIRST + os.getpid() % 5000 * 2)


def until(thing: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not thing():
        assert time.monotonic() < end, f"waited for {seconds} s"
        time.sleep(0.2)


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
