"""Sealed fields: one data key per owner, wrapped by a key kept elsewhere; JWE for what arrives; blind indexes."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kit.config import Settings
from kit.database import Database

VERSION = b"\x01"  # AES-256-GCM, 96-bit nonce, data key of the owner


class CannotOpen(Exception):
    """What is sealed cannot be opened: another key, another place, or it was changed."""


class KeyProvider(Protocol):
    """Wraps data keys; a file in development, a key service elsewhere."""

    name: str

    def wrap(self, key: bytes, owner: UUID) -> bytes: ...
    def unwrap(self, wrapped: bytes, owner: UUID) -> bytes: ...


class FileKeyProvider:
    """The key-encryption key is 32 bytes in a secrets file."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self.name = "file-" + hashlib.sha256(key).hexdigest()[:12]

    def wrap(self, key: bytes, owner: UUID) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, key, owner.bytes)

    def unwrap(self, wrapped: bytes, owner: UUID) -> bytes:
        return self._cipher.decrypt(wrapped[:12], wrapped[12:], owner.bytes)


def seal(key: bytes, text: str, place: str) -> bytes:
    """Seals `text` for one place (`table|column|row`); opening it anywhere else fails."""
    nonce = os.urandom(12)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())


def unseal(key: bytes, blob: bytes, place: str) -> str:
    """Opens what `seal` closed; raises CannotOpen."""
    if blob[:1] != VERSION:
        raise CannotOpen("version")
    try:
        return AESGCM(key).decrypt(blob[1:13], blob[13:], place.encode()).decode()
    except InvalidTag:
        raise CannotOpen("tag") from None


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(b64: str) -> bytes:
    return base64.b64decode(b64 + "=" * (-len(b64) % 4), altchars=b"-_", validate=True)


_AS_AGREED = {"alg": "dir", "enc": "A256GCM", "zip": None}


def seal_jwe(payload: Mapping[str, Any], key: bytes, kid: str, protected: Mapping[str, str]) -> str:
    """A compact JWE (dir, A256GCM) of `payload`; `protected` goes into its protected header."""
    header = _b64(orjson.dumps({"alg": "dir", "enc": "A256GCM", "kid": kid, **protected}))
    nonce = os.urandom(12)
    closed = AESGCM(key).encrypt(nonce, orjson.dumps(payload), header.encode())
    return f"{header}..{_b64(nonce)}.{_b64(closed[:-16])}.{_b64(closed[-16:])}"


class Sealer:
    """Opens and closes personal fields for one process. Data keys live in a database of their own."""

    def __init__(self, settings: Settings, keys: Database) -> None:
        self._keys = keys
        self._provider: KeyProvider = FileKeyProvider(settings.secret("kek.key"))
        self._blind = settings.secret("blind.key")
        self._ingest = AESGCM(settings.secret("ingest.key"))

    async def data_keys(self, owners: Iterable[UUID], *, make: bool = False) -> dict[UUID, bytes]:
        """The data keys of `owners`; missing ones are made, and committed first, when `make`."""
        wanted = list(dict.fromkeys(owners))
        found = {
            r["owner_id"]: self._provider.unwrap(r["wrapped"], r["owner_id"])
            for r in await self._keys.pool.fetch(
                "select owner_id, wrapped from data_key where owner_id = any($1::uuid[])", wanted
            )
        }
        missing = [owner for owner in wanted if owner not in found]
        if not make or not missing:
            return found
        fresh = {owner: secrets.token_bytes(32) for owner in missing}
        await self._keys.pool.execute(
            "insert into data_key (owner_id, wrapped, wrapped_by) select o, w, $3 from unnest($1::uuid[], $2::bytea[])"
            " as k(o, w) on conflict do nothing",
            missing,
            [self._provider.wrap(fresh[owner], owner) for owner in missing],
            self._provider.name,
        )
        return found | await self.data_keys(missing)

    def blind(self, kind: str, text: str) -> bytes:
        """A blind index: equal texts of one kind give equal 16 bytes, and nothing else can be told from them."""
        folded = " ".join(text.casefold().split())
        return hmac.digest(self._blind, f"{kind}|{folded}".encode(), "sha256")[:16]

    def open_jwe(self, token: str, expected: Mapping[str, str]) -> dict[str, Any]:
        """The contents of a JWE whose protected header says what `expected` says; raises CannotOpen."""
        try:
            header, nothing, nonce, closed, tag = token.split(".")
            protected = orjson.loads(_raw(header))
            wanted = {**_AS_AGREED, **expected}
            if nothing or "crit" in protected or any(protected.get(name) != value for name, value in wanted.items()):
                raise CannotOpen("header")
            opened = orjson.loads(self._ingest.decrypt(_raw(nonce), _raw(closed) + _raw(tag), header.encode()))
        except (ValueError, TypeError, AttributeError, InvalidTag) as failure:
            raise CannotOpen(type(failure).__name__) from None
        if not isinstance(opened, dict):
            raise CannotOpen("shape")
        return opened
