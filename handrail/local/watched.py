"""One supervised process: started, asked whether it is ready, started again after a crash with growing pauses."""

import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handrail.local import child
from handrail.local.state import ProcessState

LONGEST_PAUSE = 30.0
FORGIVEN_AFTER = 60.0
"""A process that ran this long in a row starts with the shortest pause again."""

ASKED_EVERY = 3.0
"""Seconds between two questions to a process that is ready; the end of a process is noticed at once."""


@dataclass(slots=True)
class Watched:
    """`ready` asks the process; `seen` is what the status shows."""

    program: child.Program
    ready: Callable[[], Awaitable[bool]]
    seen: ProcessState
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    next_start: float = 0.0
    next_question: float = 0.0
    failures: int = 0
    pause: float = 0.0

    def start(self) -> None:
        self.process = child.start(self.program)
        self.started_at = time.monotonic()
        self.seen.pid = self.process.pid
        self.seen.state = "starting"

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look_after(self) -> str | None:
        """Notices a crash and starts again when its pause is over; returns what happened, for the log."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            code, self.process = self.process.returncode, None
            self.failures = 0 if now - self.started_at > FORGIVEN_AFTER else self.failures
            self.pause = min(LONGEST_PAUSE, 0.25 * 2.0**self.failures)
            self.failures += 1
            self.next_start = now + self.pause
            self.seen.pid, self.seen.state = None, "restarting"
            return f"{self.program.name} ended with {code}; starts again in {self.pause:.2f} s; log: {self.program.log}"
        if self.process is None and self.seen.state == "restarting" and now >= self.next_start:
            self.seen.restarts += 1
            self.start()
            return f"{self.program.name} started again, for the {self.seen.restarts}. time"
        return None

    async def ask(self) -> None:
        """Updates the state of a running process with its own word."""
        now = time.monotonic()
        if not self.is_running() or now < self.next_question:
            return
        self.next_question = now + (ASKED_EVERY if self.seen.state == "ready" else 0)
        answered = await self.ready()
        if self.seen.state in ("starting", "ready", "unready"):
            fresh = self.seen.state == "starting"
            self.seen.state = "ready" if answered else ("starting" if fresh else "unready")

    def stop(self, patience: float) -> None:
        if self.process is not None:
            child.stop(self.process, self.program.ends_with, patience)
        self.process, self.seen.pid, self.seen.state = None, None, "stopped"
