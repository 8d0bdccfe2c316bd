"""The whole system by its own command: comes up, is watched, is asked, goes down, leaves nobody behind."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import NAMES, System, ended, until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


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


def test_a_process_that_is_killed_is_started_again_and_counted(system: System) -> None:
    """Of one; the journey kills them all."""
    before = system.process("front")
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: system.process("front")["restarts"] == before["restarts"] + 1)
    until(lambda: bool(system.status()["ready"]))
    assert system.process("front")["pid"] != before["pid"]
    assert "front ended with -9" in (system.data / "log" / "supervisor.log").read_text()


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
