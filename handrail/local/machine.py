"""Ports, waiting, and children that die with whoever started them."""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """Something could not be started; the message says what, and where its log is."""


def free_port(wanted: int = 0) -> int:
    """`wanted` if nothing listens there, else any free port of the loopback."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise CannotStart("no free port on 127.0.0.1")


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", seconds: float, what: str) -> None:
    """Waits for `ready`; raises CannotStart when the process ends or time runs out."""
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise CannotStart(f"{what} ended with code {process.returncode} while starting")
        if time.monotonic() > end:
            raise CannotStart(f"{what} was not ready after {seconds:.0f} s")
        time.sleep(0.05)


def die_with_parent() -> None:
    """Runs in a child before it becomes the server: when its parent goes, however it goes, so does the child."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def spawn(
    command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> "subprocess.Popen[bytes]":
    """Starts a child in a session of its own (Ctrl-C is ours to pass on), its output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def end(process: "subprocess.Popen[bytes]", seconds: float = 15, how: int = signal.SIGTERM) -> None:
    """Asks a child to stop, waits, and ends it when it does not."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def not_root() -> list[str]:
    """What to put before a server that refuses to run as root: a user name space in which we are somebody else."""
    if os.geteuid() != 0:
        return []
    unshare = shutil.which("unshare")
    probe = [unshare or "unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if unshare is None or subprocess.run([*probe, "true"], capture_output=True, check=False).returncode != 0:
        raise CannotStart("PostgreSQL refuses to run as root and this machine has no user name spaces: run as a user")
    return probe
