"""The databases and roles, from the one file that the deployment uses too."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ROLE_FILE = Path(__file__).parents[2] / "deploy" / "postgres" / "databases.yaml"
KEYS = ("ingest.key", "kek.key", "blind.key", "session.key")


def described() -> dict[str, Any]:
    """Databases with the jobs that log in to them, and the settings of each job."""
    described: dict[str, Any] = yaml.safe_load(ROLE_FILE.read_text())
    return described


def logins() -> Iterator[tuple[str, str, str]]:
    """(database, job, login role) of each login role."""
    for database, jobs in described()["databases"].items():
        for job in jobs:
            yield database, job, f"{database}_{job}"


def statements() -> Iterator[str]:
    """SQL that makes the roles what the file says; safe to repeat. Databases and passwords are made elsewhere."""
    file = described()
    for database in file["databases"]:
        yield _role(f"{database}_owner", "nologin")
    for database, job, role in logins():
        yield _role(role, "login")
        if job == "migrate":
            yield f"grant {database}_owner to {role}"
        for name, value in file["settings"][job].items():
            yield f"alter role {role} set {name} = '{value}'"
    for database in file["databases"]:
        yield f"revoke connect on database {database} from public"
    for database, _, role in logins():
        yield f"grant connect on database {database} to {role}"


def _role(name: str, can: str) -> str:
    return (
        f"do $$ begin if not exists (select from pg_roles where rolname = '{name}') "
        f"then create role {name} {can} nosuperuser nobypassrls; end if; end $$"
    )


def write_secrets(folder: Path) -> None:
    """Makes what is missing: a password for each login role and the keys; never changes what is there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for _, _, role in logins():
        _write(folder / role, secrets.token_urlsafe(24).encode())
    _write(folder / "postgres", secrets.token_urlsafe(24).encode())
    for key in KEYS:
        _write(folder / key, secrets.token_bytes(32))
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(folder / "signing.key", pem)


def _write(path: Path, content: bytes) -> None:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(content)
