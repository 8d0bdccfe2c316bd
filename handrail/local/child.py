"""A program started as our own child: with a log, a small environment, and an end when we end."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from handrail.failing import Failed

Whom = Literal["self", "namespace", "nobody"]
WRAPPER = Path(__file__).with_name("with_parent.py")
ROOT = Path(__file__).parents[2]
PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "JAVA_HOME", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "TMPDIR")
GIVES_BACK = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_ARENA_MAX": "2"}
"""For the C library: what a large batch took goes back to the machine when the batch is over."""
LONGEST_LOG = 20_000_000
"""Bytes; at the next start a longer log makes room and its predecessor is forgotten."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `ends_with` asks it to stop; `dies_with` is what it gets when its parent is gone."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    ends_with: signal.Signals = signal.SIGTERM
    dies_with: signal.Signals = signal.SIGKILL
    not_as_root: bool = False


def wrapped(program: Program, as_whom: Whom | None = None) -> list[str]:
    whom = as_whom or (instead_of_root() if program.not_as_root else "self")
    words = (str(os.getpid()), str(int(program.dies_with)), whom, *program.command)
    return [sys.executable, "-I", "-S", str(WRAPPER), *words]


@cache
def instead_of_root() -> Whom:
    """As whom a program runs that refuses root: ourselves, unless we are root."""
    if os.geteuid() != 0 or sys.platform != "linux":
        return "self"
    probe = Program("probe", ("true",), Path(os.devnull))
    tried = subprocess.run(wrapped(probe, "namespace"), capture_output=True, check=False)
    return "namespace" if tried.returncode == 0 else "nobody"


def environment_of(program: Program) -> dict[str, str]:
    """What the operator set for us, and nothing else of the shell: other people's secrets stay there."""
    passed = {k: v for k, v in os.environ.items() if k in PASSED_ON or k.startswith(("HANDRAIL_", "OTEL_"))}
    return passed | {"PYTHONUNBUFFERED": "1"} | dict(program.environment)


def start(program: Program) -> "subprocess.Popen[bytes]":
    """Starts `program` from this thread, which must live as long as the program should."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    if program.log.exists() and program.log.stat().st_size > LONGEST_LOG:
        program.log.replace(program.log.with_suffix(".log.1"))
    with program.log.open("ab") as log:
        return subprocess.Popen(
            wrapped(program),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment_of(program),
            start_new_session=True,
            cwd=ROOT,
        )


def run(program: Program) -> None:
    """Runs `program` to its end; ProgramFailed names its log."""
    if start(program).wait() != 0:
        raise ProgramFailed(program.name, program.log)


def stop(process: "subprocess.Popen[bytes]", ends_with: signal.Signals, patience: float = 15) -> None:
    """Asks, waits, insists."""
    if process.poll() is None:
        process.send_signal(ends_with)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class ProgramFailed(Failed):
    """A program ended with an error or did not come up."""

    def __init__(self, name: str, log: Path) -> None:
        super().__init__(f"{name} did not come up. Its last words:\n{last_words(log)}\nThe whole log: {log}")


def last_words(log: Path, lines: int = 5) -> str:
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-lines:]) or "  (nothing was written)"
