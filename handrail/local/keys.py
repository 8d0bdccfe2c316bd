"""The secrets of one machine: made once, readable by their owner alone."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

RAW_KEYS = ("ingest.key", "kek.key", "blind.key", "session.key")


def write_secret(path: Path, content: bytes) -> None:
    """Writes a file that nobody else could read at any moment; appears whole or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_secrets(folder: Path, roles: Iterable[str]) -> None:
    """Makes what is missing: a password for each role, 32 random bytes for each key, an Ed25519 key for signing."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for role in roles:
        if not (folder / role).exists():
            write_secret(folder / role, secrets.token_urlsafe(24).encode())
    for name in RAW_KEYS:
        if not (folder / name).exists():
            write_secret(folder / name, secrets.token_bytes(32))
    if not (folder / "signing.key").exists():
        write_secret(folder / "signing.key", signing_key())
