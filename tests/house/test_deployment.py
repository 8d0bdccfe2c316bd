"""The deployment is the embedded system in other clothes: same topics, roles, processes, settings, addresses."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.addresses import Origin, service_of
from handrail.deployment import generated
from handrail.gateway import PORTS
from handrail.local import kafka, postgres
from handrail.local.processes import SERVICES, choose_addresses, migrations, processes
from handrail.local.state import System

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


@pytest.fixture
def system(tmp_path: Path) -> System:
    places = ("127.0.0.1:1", "http://127.0.0.1:2", "http://localhost:3", "http://127.0.0.1:4")
    return System(str(tmp_path), 1, *places, "127.0.0.1", 5)


def module_of(command: list[str]) -> list[str]:
    """Module and job of `python -m MODULE [JOB] [--option...]`."""
    words = command[command.index("-m") + 1 :]
    return [word for word in words[:2] if not word.startswith("--")]


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_a_generated_file_is_what_its_source_says(path: Path) -> None:
    assert path.read_text() == generated()[path], f"{path.name} is stale: make generated"


def test_the_compose_file_is_valid_by_its_schema() -> None:
    words = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml")]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_holds_every_process_of_the_embedded_system(
    compose: dict[str, Any], system: System, tmp_path: Path
) -> None:
    here = [*migrations(system), *processes(system, choose_addresses(tmp_path, None))]
    for program in here:
        name = program.name.replace("_", "-")
        assert name in compose["services"], f"{name} is missing in docker-compose.yml"
        if name != "front":
            assert module_of(compose["services"][name]["command"]) == module_of(list(program.command)), name
    names = {program.name.replace("_", "-") for program in here} | {"postgres", "kafka"}
    assert set(compose["services"]) - names == {"roles", "topics", "people", "telemetry"}


def test_no_process_starts_before_what_it_stands_on(compose: dict[str, Any]) -> None:
    for service in (name.replace("_", "-") for name in SERVICES):
        for job in ("web", "worker"):
            waits = compose["services"][f"{service}-{job}"]["depends_on"]
            assert {f"{service}-migrate", "keys-migrate", "people", "topics"} <= set(waits)
            assert {entry["condition"] for entry in waits.values()} == {"service_completed_successfully"}
        assert compose["services"][f"{service}-migrate"]["depends_on"] == {
            "roles": {"condition": "service_completed_successfully"}
        }


def test_topics_and_roles_come_from_the_lists_of_the_embedded_system(compose: dict[str, Any]) -> None:
    assert compose["services"]["topics"]["command"][:3] == ["python", "-m", "handrail.topics"]
    assert compose["services"]["roles"]["entrypoint"] == ["bash", "/deploy/provision.sh"]
    assert "roles.sql" in (ROOT / "deploy" / "postgres" / "provision.sh").read_text()
    assert compose["services"]["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_postgresql_and_kafka_are_set_and_versioned_alike(compose: dict[str, Any]) -> None:
    flags = dict(flag[2:].split("=", 1) for flag in compose["services"]["postgres"]["command"][1:])
    assert {name: postgres.SETTINGS[name] for name in flags} == flags
    assert {name for name in postgres.SETTINGS if name.startswith("log_") and "_min_error" in name} <= set(flags)
    said = subprocess.run([postgres.binaries() / "postgres", "--version"], capture_output=True, text=True, check=True)
    assert f" {compose['services']['postgres']['image'].split(':')[1]}." in said.stdout
    pinned = re.search(r"<artifactId>kafka_2.13</artifactId>\s*<version>([^<]+)<", kafka.POM.read_text())
    assert pinned is not None
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{pinned.group(1)}"
    told = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in compose["services"]["kafka"]["environment"].items()
    }
    ours = dict(line.split("=", 1) for line in kafka.PROPERTIES.strip().splitlines())
    same = set(told) & set(ours) - {"listeners", "advertised.listeners", "controller.quorum.voters"}
    assert len(same) >= 10
    assert {name: told[name] for name in same} == {name: ours[name] for name in same}


def test_nothing_but_the_doors_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    open_doors = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert set(open_doors) == {"front", "identity"}
    assert all(port.startswith("127.0.0.1:") for ports in open_doors.values() for port in ports)
    assert compose["networks"]["inside"] == {"internal": True}
    # so what the gateway says of a caller's address may be believed, and tries are counted by it
    webs = [s for name, s in compose["services"].items() if name.endswith("-web")]
    assert webs and all(service["environment"]["HANDRAIL_GATEWAY"] == "*" for service in webs)


def test_what_the_image_copies_is_there() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text()
    for source in re.findall(r"^COPY (\S+) ", text, re.M):
        assert (ROOT / source).exists(), source
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    for source in re.findall(r"^COPY (\S+) ", text, re.M):
        assert any(source == line[1:] or source.startswith(line[1:] + "/") for line in let_in if line.startswith("!"))


def nginx_target(text: str, origin: Origin, path: str) -> str:
    """The service that nginx would choose: an exact location, else the longest prefix."""
    block = text.split(f"# {origin}")[1].split("server {")[0]
    found = re.findall(r"location (= )?(\S+) \{ proxy_pass http://\$(\w+); \}", block)
    exact = [service for equals, place, service in found if equals and place == path]
    prefix = [(len(place), service) for equals, place, service in found if not equals and path.startswith(place)]
    return str(exact[0] if exact else max(prefix)[1])


@pytest.mark.parametrize("origin", PORTS)
@pytest.mark.parametrize(
    "path",
    [
        *("/", "/cases", "/cases/7Q", "/casesque", "/rights", "/rights/operations", "/rights/operations/x", "/returns"),
        *("/published/2026-Q3", "/assets/v/1/a.css", "/operations", "/portal/a/b", "/feedback", "/sign-in/return"),
    ],
)
def test_the_gateway_sends_an_address_where_the_path_table_says(origin: Origin, path: str) -> None:
    text = (ROOT / "deploy" / "gateway" / "nginx.conf").read_text()
    assert nginx_target(text, origin, path) == service_of(path, origin)


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/portal/link/open/5ec2e7", "/portal/link/open/-"),
        ("/directory/capacity/0b3c/2026-W48/5ec2e7", "/directory/capacity/-"),
        ("/yours/5ec2e7", "/yours/-"),
        ("/r/5ec2e7", "/r/-"),
        ("/returns/2026", "/returns/2026"),
        ("/directory/capacity", "/directory/capacity"),
    ],
)
def test_the_log_of_the_gateway_holds_no_secret_that_an_address_ends_with(path: str, logged: str) -> None:
    text = (ROOT / "deploy" / "gateway" / "nginx.conf").read_text()
    [(pattern, kept)] = re.findall(r'"~(.+)" (\S+);', text)
    found = re.search(pattern.replace("(?<", "(?P<"), path)
    assert " $logged " in text and (kept.replace("$kept", found["kept"]) if found else path) == logged


def test_the_gateway_gives_nobody_outside_what_a_process_tells_those_who_watch_it() -> None:
    staff, neutral = (ROOT / "deploy" / "gateway" / "nginx.conf").read_text().split("server {")[1:]
    assert all(f"location = {path} {{ return 404; }}" in staff for path in ("/metrics", "/readyz"))
    assert all(f"location = {path} {{ return 404; }}" in neutral for path in ("/livez", "/metrics", "/readyz"))
