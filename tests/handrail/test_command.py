"""The operator's command where nothing runs: it says what to do and ends as it should."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from handrail.doctor import java_version
from handrail.local.state import ProcessState, data_folder, holding_lock, is_supervised, read_state, write_state
from handrail.local.state import System as State


def handrail(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "handrail", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


def a_state(data: Path) -> State:
    places = ("127.0.0.1:1", "http://127.0.0.1:2", "http://localhost:3", "http://127.0.0.1:4")
    return State(str(data), os.getpid(), *places, "127.0.0.1", 5, processes=[ProcessState("front", 7, "ready", 2)])


def test_help_names_every_verb() -> None:
    said = handrail("--help").stdout
    assert all(verb in said for verb in ("up", "down", "status", "doctor", "feed", "emit", "sign-in", "reconcile"))


def test_an_unknown_verb_is_a_mistake_of_usage() -> None:
    assert handrail("upp").returncode == 2


def test_status_of_nothing_is_not_ready_and_says_so(tmp_path: Path) -> None:
    told = json.loads(handrail("status", "--json", "--data", str(tmp_path)).stdout)
    assert (told["ready"], told["processes"], told["data"]) == (False, [], str(tmp_path))
    assert "handrail up" in handrail("status", HANDRAIL_DATA=str(tmp_path)).stdout


@pytest.mark.parametrize("words", [["sign-in", "--as", "officer"], ["down"]])
def test_what_needs_a_running_system_says_how_to_start_one(tmp_path: Path, words: list[str]) -> None:
    done = handrail(*words, "--data", str(tmp_path))
    assert done.returncode == (1 if words[0] == "sign-in" else 0)
    assert str(tmp_path) in done.stdout + done.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = handrail("up", "--detach", "--data", str(tmp_path / "file" / "data"))
    assert done.returncode == 1
    assert str(tmp_path / "file" / "data") in done.stderr
    assert "--data" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_finds_what_this_machine_has(tmp_path: Path) -> None:
    done = handrail("doctor", "--json", "--data", str(tmp_path))
    told = json.loads(done.stdout)
    verdicts = {finding["what"]: finding["verdict"] for finding in told["findings"]}
    assert {"Python", "Java", "Kafka", "PostgreSQL", "memory", "disk", "clock", "ports"} <= set(verdicts)
    assert told["ok"] is (done.returncode == 0) is ("missing" not in verdicts.values())


def test_doctor_ends_with_1_where_java_is_missing(tmp_path: Path) -> None:
    done = handrail("doctor", "--json", "--data", str(tmp_path), PATH=str(tmp_path))
    java = next(finding for finding in json.loads(done.stdout)["findings"] if finding["what"] == "Java")
    assert (done.returncode, java["verdict"]) == (1, "missing")
    assert "openjdk" in java["advice"]


@pytest.mark.parametrize(
    ("words", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('java version "1.8.0_412"', 8),
        ("no java", None),
    ],
)
def test_the_version_of_java_is_read_from_its_own_words(words: str, version: int | None) -> None:
    assert java_version(words) == version


def test_one_supervisor_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    assert not is_supervised(tmp_path)
    with holding_lock(tmp_path) as first, holding_lock(tmp_path) as second:
        assert (first, second) == (True, False)
        assert is_supervised(tmp_path)
    assert not is_supervised(tmp_path)


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_state(a_state(tmp_path))
    assert read_state(tmp_path) == a_state(tmp_path)


def test_a_half_written_state_is_no_state(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text('{"data": "')
    assert read_state(tmp_path) is None


def test_processes_get_the_settings_of_their_system(tmp_path: Path) -> None:
    settings = a_state(tmp_path).settings()
    assert (settings.kafka, settings.postgres_port, settings.data) == ("127.0.0.1:1", 5, tmp_path)
    assert settings.secrets == tmp_path / "secrets"
    assert settings.neutral_url == "http://localhost:3"


def test_the_folder_is_told_by_option_then_environment_then_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HANDRAIL_DATA", raising=False)
    assert data_folder(None) == tmp_path / ".handrail"
    monkeypatch.setenv("HANDRAIL_DATA", "elsewhere")
    assert data_folder(None) == tmp_path / "elsewhere"
    assert data_folder(Path("told")) == tmp_path / "told"
