"""The embedded PostgreSQL and Kafka: by password only, each role in its own database, gone with who started them."""

import asyncio
import os
import pwd
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.topics import TOPICS, Topic
from handrail.local import Servers, child, kafka, ports, postgres, start_servers
from handrail.local.kafka import TopicsDiffer, make_topics
from handrail.local.postgres import binaries
from handrail.local.roles import read_roles


async def connect(
    servers: Servers, role: str, database: str, password: str | None = None
) -> "asyncpg.Connection[asyncpg.Record]":
    word = (servers.secrets / role).read_text() if password is None else password
    return await asyncpg.connect(
        host=servers.postgres_host, port=servers.postgres_port, user=role, database=database, password=word
    )


async def test_nobody_enters_without_the_right_password(servers: Servers) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connect(servers, "referral_worker", "referral", password="guessed")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connect(servers, "postgres", "postgres", password="")


@pytest.mark.parametrize("database", ["code_compliance", "feedback", "returns", "access", "keys", "postgres"])
async def test_a_service_cannot_even_connect_to_the_database_of_another(servers: Servers, database: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connect(servers, "referral_worker", database)


async def test_only_migrate_may_act_as_the_owner(servers: Servers) -> None:
    migrate = await connect(servers, "referral_migrate", "referral")
    await migrate.execute("set role referral_owner")
    await migrate.close()
    for role in ("referral_worker", "referral_hub", "referral_portal"):
        login = await connect(servers, role, "referral")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await login.execute("set role referral_owner")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await login.execute("create table mine (x int)")
        await login.close()


async def test_every_login_has_the_settings_of_its_job(servers: Servers) -> None:
    roles = read_roles()
    for database, jobs in roles.databases.items():
        for job in jobs:
            login = await connect(servers, f"{database}_{job}", database)
            for name, value in roles.jobs[job].items():
                assert await login.fetchval("select current_setting($1)", name) in (value, _minutes(value)), name
            await login.close()


def _minutes(value: str) -> str:
    return f"{int(value[:-1]) // 60}min" if re.fullmatch(r"\d+s", value) else value


async def test_the_server_keeps_what_is_committed_and_logs_nothing_that_people_told_us(tmp_path: Path) -> None:
    servers = start_servers(tmp_path, kafka=False)
    login = await asyncpg.connect(servers.superuser_dsn)
    shown = {row["name"]: row["setting"] for row in await login.fetch("select name, setting from pg_settings")}
    with pytest.raises(asyncpg.DataError):
        await login.execute("select 'Canary Nightingale'::int")
    await login.close()
    assert (shown["fsync"], shown["synchronous_commit"], shown["full_page_writes"]) == ("on", "on", "on")
    assert shown["listen_addresses"] == "127.0.0.1"
    assert shown["unix_socket_directories"] == ""
    servers.stop()
    log = (servers.data / "log" / "postgres.log").read_text()
    statements = [line for line in log.splitlines() if "STATEMENT" in line or "DETAIL" in line]
    assert statements == []


def test_secrets_are_for_their_owner_alone(servers: Servers) -> None:
    assert stat.S_IMODE(servers.secrets.stat().st_mode) == 0o700
    files = list(servers.secrets.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {len((servers.secrets / name).read_bytes()) for name in ("kek.key", "ingest.key", "blind.key")} == {32}
    assert (servers.secrets / "signing.key").read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert len({path.read_bytes() for path in files}) == len(files)


async def test_topics_are_what_the_table_says(servers_with_kafka: Servers) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers_with_kafka.kafka)
    await admin.start()
    names = [topic.name for topic in TOPICS]
    found = {entry["topic"]: len(entry["partitions"]) for entry in await admin.describe_topics(names)}
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    await admin.close()
    assert found == {topic.name: topic.partitions for topic in TOPICS}
    for answer in answers:
        for *_, name, entries in answer.resources:
            settings = {entry[0]: entry[1] for entry in entries}
            assert settings["message.timestamp.type"] == "LogAppendTime", name
            assert settings["retention.ms"] == kafka.settings_of(_topic(name))["retention.ms"], name


def _topic(name: str) -> Topic:
    return next(topic for topic in TOPICS if topic.name == name)


async def test_another_number_of_partitions_is_refused(servers_with_kafka: Servers) -> None:
    wanted = [replace(TOPICS[0], partitions=TOPICS[0].partitions + 1)]
    with pytest.raises(TopicsDiffer, match=rf"{TOPICS[0].name} has 12 partitions, wanted 13"):
        await make_topics(servers_with_kafka.kafka, wanted)


async def test_the_script_for_a_deployment_makes_the_same_roles_again_without_harm(
    servers: Servers, repository: Path
) -> None:
    environment = {
        "PATH": f"{binaries()}:{os.environ['PATH']}",
        "PGHOST": servers.postgres_host,
        "PGPORT": str(servers.postgres_port),
        "PGUSER": "postgres",
        "PGPASSWORD_FILE": str(servers.secrets / "postgres"),
        "SECRETS": str(servers.secrets),
    }
    script = repository / "deploy" / "postgres" / "provision.sh"
    before = await _rights(servers)
    done = await asyncio.create_subprocess_exec(
        "bash", str(script), env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await done.communicate()
    assert (done.returncode, said) == (0, b"")
    assert await _rights(servers) == before
    login = await connect(servers, "feedback_worker", "feedback")
    await login.close()


async def _rights(servers: Servers) -> list[tuple[object, ...]]:
    login = await asyncpg.connect(servers.superuser_dsn)
    rows = await login.fetch(
        "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolconfig::text, array(select r.rolname::text from"
        " pg_auth_members m join pg_roles r on r.oid = m.roleid where m.member = pg_roles.oid) from pg_roles"
        " where rolname !~ '^pg_' order by 1"
    )
    databases = await login.fetch("select datname, datacl::text from pg_database where datname !~ '_test_' order by 1")
    await login.close()
    return [tuple(row.values()) for row in (*rows, *databases)]


STARTS_POSTGRES = """
import sys, time
from pathlib import Path
from handrail.local import start_servers
servers = start_servers(Path(sys.argv[1]), kafka=False)
print(servers.running[0][1].pid, flush=True)
time.sleep(600)
"""


def _started(data: Path) -> tuple["subprocess.Popen[str]", int]:
    parent = subprocess.Popen([sys.executable, "-c", STARTS_POSTGRES, str(data)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


def gone(pid: int, seconds: float = 20) -> bool:
    """Whether a process ends; one that nobody collected has ended too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_postgresql_ends_with_whoever_started_it_and_starts_again_on_its_data(tmp_path: Path) -> None:
    parent, postgres = _started(tmp_path)
    assert parent.stdout is not None
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert gone(postgres)
    again, postgres = _started(tmp_path)
    assert again.stdout is not None
    again.kill()
    again.wait()
    again.stdout.close()
    assert gone(postgres)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
@pytest.mark.parametrize("first", ["namespace", "nobody"])
def test_root_runs_postgresql_with_and_without_user_namespaces_on_the_same_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: child.Whom
) -> None:
    data = tmp_path / "closed"
    data.mkdir(mode=0o700)
    second: child.Whom = "nobody" if first == "namespace" else "namespace"
    for whom in (first, second):
        monkeypatch.setattr(child, "instead_of_root", lambda whom=whom: whom)
        monkeypatch.setattr(postgres, "instead_of_root", lambda whom=whom: whom)
        servers = start_servers(data, kafka=False)
        owner = psutil.Process(servers.running[0][1].pid).uids().real
        servers.stop()
        assert owner == (pwd.getpwnam("nobody").pw_uid if whom == "nobody" else 0)


def test_pages_take_the_next_free_pair_of_ports() -> None:
    first = ports.free_pair(ports.FIRST)
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", first + 1))
        taker.listen()
        assert ports.free_pair(first) >= first + 2
    assert ports.free_pair(first) == first


def test_ports_stay_the_same_until_somebody_takes_one(tmp_path: Path) -> None:
    first = ports.pick(tmp_path, ["a", "b"])
    assert ports.pick(tmp_path, ["a", "b"]) == first
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", first["a"]))
        taker.listen()
        second = ports.pick(tmp_path, ["a", "b"])
    assert second["b"] == first["b"]
    assert second["a"] not in first.values()
