"""The whole system by its own command: comes up, is watched, is asked, goes down, leaves nobody behind."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from handrail.local import ports
from handrail.local.processes import JOBS, SERVICES
from handrail.status import told

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
HANDRAIL = Path(__file__).parents[2] / ".venv" / "bin" / "handrail"
NAMES = {"postgres", "kafka", "identity", "front", *(f"{service}-{job}" for service in SERVICES for job in JOBS)}


class System:
    """`handrail` on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def run(self, *words: str, environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        command = [str(HANDRAIL), *words, "--data", str(self.data)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ | (environment or {})
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


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("up"))
    done = system.run("up", "--detach", "--port", str(system.port()))
    assert done.returncode == 0, done.stderr
    yield system
    system.run("down")


def test_up_returns_when_every_process_is_ready(system: System) -> None:
    status = json.loads(system.run("status", "--json").stdout)
    assert status["ready"] is True
    assert {process["name"] for process in status["processes"]} == NAMES
    assert {process["state"] for process in status["processes"]} == {"ready"}
    assert all(process["rss_mb"] > 5 and process["restarts"] == 0 for process in status["processes"])
    assert status["data"] == str(system.data)
    assert re.fullmatch(r"127\.0\.0\.1:\d+", status["kafka"])
    assert httpx.get(f"{status['http']}/livez").status_code == 200
    assert httpx.get(status["neutral"]).status_code < 500


def test_a_second_up_says_that_it_is_up_already(system: System) -> None:
    done = system.run("up", "--detach")
    assert (done.returncode, done.stdout.strip()) == (0, f"Already up at {system.status()['http']}")


def test_a_port_that_is_taken_is_refused_by_name(system: System, tmp_path: Path) -> None:
    taken = system.status()["http"].rsplit(":", 1)[1]
    done = System(tmp_path).run("up", "--detach", "--port", taken)
    assert done.returncode == 1
    assert f"Port {taken}" in done.stderr
    assert "--port" in done.stderr


def test_a_persona_signs_in_from_the_terminal_in_development_only(system: System) -> None:
    cookie = system.run("sign-in", "--as", "officer").stdout.strip()
    page = httpx.get(f"{system.status()['http']}/cases", headers={"Cookie": cookie})
    assert page.status_code == 200
    refused = system.run("sign-in", "--as", "officer", environment={"HANDRAIL_ENVIRONMENT": "production"})
    assert (refused.returncode, refused.stdout) == (1, "")
    unknown = system.run("sign-in", "--as", "nobody")
    assert unknown.returncode == 2
    assert "idva.worker" in unknown.stderr


def test_the_development_issuer_knows_the_personas(system: System) -> None:
    issuer = system.status()["issuer"]
    found = httpx.get(f"{issuer}/.well-known/openid-configuration").json()
    assert found["issuer"] == issuer
    asked = {"response_type": "code", "client_id": "handrail", "redirect_uri": "http://127.0.0.1/x", "scope": "openid"}
    form = httpx.get(found["authorization_endpoint"], params=asked | {"nonce": "n", "state": "s"}).text
    assert all(name in form for name in ("officer", "provider.manager", "admin"))
    assert httpx.get(f"{issuer}/console").status_code == 404


@pytest.mark.parametrize("name", ["returns-worker", "front", "kafka", "postgres"])
def test_a_process_that_is_killed_is_started_again_and_counted(system: System, name: str) -> None:
    before = system.process(name)
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: system.process(name)["restarts"] == before["restarts"] + 1)
    until(lambda: bool(system.status()["ready"]))
    assert system.process(name)["pid"] != before["pid"]
    assert f"{name} ended with -9" in (system.data / "log" / "supervisor.log").read_text()


def test_doctor_sees_the_running_system_and_what_was_started_again(system: System) -> None:
    done = system.run("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert findings["secrets"]["verdict"] == "well"
    assert system.status()["http"] in findings["ports"]["found"]
    assert "front" in findings


def test_a_supervisor_that_is_killed_leaves_nobody_and_up_starts_again(system: System) -> None:
    status = system.status()
    left = system.pids()
    os.kill(status["supervisor"], signal.SIGKILL)
    until(lambda: all(ended(pid) for pid in left))
    assert system.status()["ready"] is False
    again = system.run("up", "--detach", "--port", status["http"].rsplit(":", 1)[1])
    assert again.returncode == 0, again.stderr
    assert system.status()["kafka"] == status["kafka"]


def test_down_stops_everything_and_keeps_the_data(system: System) -> None:
    left = system.pids()
    done = system.run("down")
    assert done.returncode == 0, done.stderr
    assert all(ended(pid) for pid in left)
    assert (system.data / "postgres" / "PG_VERSION").exists()
    assert "database system is shut down" in (system.data / "log" / "postgres.log").read_text()[-500:]
    assert system.status()["processes"] == []
    assert "Nothing is running" in system.run("down").stdout
