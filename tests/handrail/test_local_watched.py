"""One watched process: a crash is noticed, answered with growing pauses, counted, and forgiven after a while."""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from handrail.local import child, watched
from handrail.local.state import ProcessState
from handrail.local.watched import Watched

SLEEPS = "import time; time.sleep(600)"
CRASHES = "raise SystemExit('out of luck')"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(600)"
)


async def says_yes() -> bool:
    return True


async def says_no() -> bool:
    return False


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], child.Program]:
    return lambda code: child.Program("it", (sys.executable, "-c", code), tmp_path / "it.log")


def until(thing: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not thing():
        assert time.monotonic() < end, "waited for 30 s"
        time.sleep(0.01)


def test_a_crash_is_noticed_and_answered_by_a_new_start(program: Callable[[str], child.Program]) -> None:
    it = Watched(program(SLEEPS), says_yes, ProcessState("it"))
    it.start()
    first = it.seen.pid
    assert it.process is not None
    it.process.send_signal(signal.SIGKILL)
    until(lambda: not it.is_running())
    assert "ended with -9" in (it.look_after() or "")
    assert (it.seen.state, it.seen.pid) == ("restarting", None)
    until(lambda: it.look_after() is not None)
    assert (it.seen.restarts, it.seen.state) == (1, "starting")
    assert it.seen.pid not in (None, first)
    it.stop(5)


def test_pauses_grow_with_every_crash_in_a_row_up_to_a_limit(program: Callable[[str], child.Program]) -> None:
    it = Watched(program(CRASHES), says_yes, ProcessState("it"))
    pauses = []
    for _ in range(10):
        it.start()
        until(lambda: not it.is_running())
        it.look_after()
        pauses.append(it.pause)
    assert pauses == sorted(pauses)
    assert len(set(pauses)) > 5
    assert pauses[-1] == watched.LONGEST_PAUSE


def test_a_process_that_ran_long_enough_is_forgiven(program: Callable[[str], child.Program]) -> None:
    it = Watched(program(CRASHES), says_yes, ProcessState("it"), failures=7)
    it.start()
    until(lambda: not it.is_running())
    it.started_at -= watched.FORGIVEN_AFTER + 1
    it.look_after()
    assert it.pause < 1


async def test_the_state_is_what_the_process_itself_says(program: Callable[[str], child.Program]) -> None:
    it = Watched(program(SLEEPS), says_no, ProcessState("it"))
    it.start()
    states = []
    for it.ready in (says_no, says_yes, says_no):
        it.next_question = 0
        await it.ask()
        states.append(it.seen.state)
    it.stop(5)
    assert [*states, it.seen.state] == ["starting", "ready", "unready", "stopped"]
    assert it.seen.pid is None


def test_who_does_not_listen_is_ended(program: Callable[[str], child.Program]) -> None:
    it = Watched(program(STUBBORN), says_yes, ProcessState("it"))
    it.start()
    until(lambda: it.program.log.read_text() == "on\n")
    process = it.process
    it.stop(0.2)
    assert process is not None
    assert process.returncode == -signal.SIGKILL


def test_a_failure_names_the_log_and_quotes_its_end(program: Callable[[str], child.Program]) -> None:
    with pytest.raises(child.ProgramFailed) as failed:
        child.run(program(CRASHES))
    assert "out of luck" in str(failed.value)
    assert "it.log" in str(failed.value)


def test_a_log_that_grew_too_long_makes_room_at_the_next_start(
    program: Callable[[str], child.Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "LONGEST_LOG", 5)
    it = program("print('something longer')")
    child.run(it)
    child.run(it)
    assert it.log.read_text() == it.log.with_suffix(".log.1").read_text() == "something longer\n"


def test_a_child_sees_our_settings_and_nothing_else_of_the_shell(
    program: Callable[[str], child.Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDRAIL_OTLP", "http://here")
    monkeypatch.setenv("SOMEBODYS_TOKEN", "hush")
    it = program("import os; print(sorted(os.environ))")
    child.run(it)
    assert "HANDRAIL_OTLP" in it.log.read_text()
    assert "SOMEBODYS_TOKEN" not in it.log.read_text()
