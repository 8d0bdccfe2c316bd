"""Databases and roles from deploy/postgres/databases.yaml, as statements that may be run again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import yaml

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "deploy" / "postgres" / "databases.yaml"


@dataclass(frozen=True, slots=True)
class Roles:
    databases: Mapping[str, Sequence[str]]
    jobs: Mapping[str, Mapping[str, str]]

    @property
    def logins(self) -> tuple[str, ...]:
        return tuple(f"{name}_{job}" for name, jobs in self.databases.items() for job in jobs)


def read_roles(source: Path = SOURCE) -> Roles:
    book = yaml.safe_load(source.read_text())
    return Roles(book["databases"], book["jobs"])


def _make(role: str, what: str) -> str:
    return (
        f"do $$ begin if not exists (select from pg_roles where rolname = '{role}')"
        f" then create role {role} {what}; end if; end $$"
    )


def cluster_statements(roles: Roles) -> Iterator[str]:
    """Everything but databases and passwords, from any database of the cluster."""
    for name, jobs in roles.databases.items():
        yield _make(f"{name}_owner", "nologin")
        for job in jobs:
            role = f"{name}_{job}"
            yield _make(role, "login")
            for setting, value in roles.jobs[job].items():
                yield f"alter role {role} set {setting} = '{value}'"
        yield f"grant {name}_owner to {name}_migrate"
    for name in ("postgres", "template1"):
        yield f"revoke all on database {name} from public"


def grants_on_database(name: str, jobs: Sequence[str]) -> Iterator[str]:
    yield f"revoke all on database {name} from public"
    yield f"grant connect on database {name} to {', '.join(f'{name}_{job}' for job in jobs)}"


def inside_database(name: str) -> Iterator[str]:
    """From within the database: its schema belongs to its owner alone."""
    yield f"alter schema public owner to {name}_owner"
    yield "revoke create on schema public from public"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


async def make_roles(dsn: str, roles: Roles, secrets: Path) -> None:
    """Makes what is missing and sets every password to the one in `secrets`, as superuser."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(";\n".join(cluster_statements(roles)))
        passwords = {role: (secrets / role).read_text().strip() for role in roles.logins}
        await connection.execute(
            ";\n".join(f"alter role {role} password {literal(word)}" for role, word in passwords.items())
        )
        there = {row["datname"] for row in await connection.fetch("select datname from pg_database")}
        for name, jobs in roles.databases.items():
            if name not in there:
                await connection.execute(f"create database {name} owner {name}_owner")
                await connection.execute(";\n".join(grants_on_database(name, jobs)))
                await _run_inside(dsn, name)
    finally:
        await connection.close()


async def _run_inside(dsn: str, name: str) -> None:
    connection = await asyncpg.connect(dsn, database=name)
    try:
        await connection.execute(";\n".join(inside_database(name)))
    finally:
        await connection.close()


def as_script(roles: Roles) -> str:
    """The same for psql; passwords are set afterwards by deploy/postgres/provision.sh."""
    lines = ["-- Made from databases.yaml by `make generated`; may be run again.", "\\set ON_ERROR_STOP on"]
    lines += [f"{statement};" for statement in cluster_statements(roles)]
    for name, jobs in roles.databases.items():
        lines.append(
            f"select 'create database {name} owner {name}_owner'"  # noqa: S608 - names of our own file
            f" where not exists (select from pg_database where datname = '{name}') \\gexec"
        )
        lines += [f"{statement};" for statement in grants_on_database(name, jobs)]
    for name in roles.databases:
        lines.append(f"\\connect {name}")
        lines += [f"{statement};" for statement in inside_database(name)]
    return "\n".join(lines) + "\n"
