"""Asking a service something by its own process: this command knows no service from within."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from handrail.failing import Failed
from handrail.local.state import System


class NoAnswer(Failed):
    """A service did not answer."""

    def __init__(self, service: str, words: Sequence[str]) -> None:
        super().__init__(f"{service} did not answer `{' '.join(words)}`. `handrail status` shows whether it runs.")


def command(service: str, words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", f"services.{service}", *words]


def environment(system: System) -> dict[str, str]:
    """Ours, with the settings of `system`; a short-lived process sends no telemetry and logs only what matters."""
    return os.environ | system.environment() | {"HANDRAIL_LOG_LEVEL": "WARNING"}


def run(system: System, service: str, words: Sequence[str]) -> int:
    """Runs a command of a service with our own output; returns its exit code."""
    return subprocess.run(command(service, words), env=environment(system), check=False).returncode


def start(system: System, service: str, words: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command(service, words), env=environment(system), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def answer(process: "subprocess.Popen[bytes]", service: str, words: Sequence[str]) -> Any:
    """What a started process printed last, read as JSON; NoAnswer when it printed none."""
    out, _ = process.communicate()
    lines = out.decode().strip().splitlines()
    try:
        return json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        raise NoAnswer(service, words) from None
