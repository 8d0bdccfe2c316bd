"""Invented people by number: the same number is always the same person, with keys, sealed fields and blind indexes."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from handrail.feeds.people import DISTRICTS, FAMILY_HEADS, FAMILY_TAILS, GIVEN, STREETS
from kit.config import Settings
from kit.sealing import FileKeyProvider, Sealer, seal
from services.referral.actions.sealing import (
    Address,
    Details,
    GivenChannel,
    close_channel,
    close_person,
    digests,
    place,
)

_GIVEN = [*GIVEN["female"], *GIVEN["male"]]
_FAMILY = [head + tail for head in FAMILY_HEADS for tail in FAMILY_TAILS]
_FIRST_BIRTHDAY = date(1934, 1, 1)


def id_of(kind: str, number: object) -> UUID:
    """The id that the database makes of the same words: md5(kind || number)::uuid."""
    return UUID(hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())


def data_key(number: int) -> bytes:
    return hashlib.blake2b(b"key/%d" % number, digest_size=32).digest()


def invent(number: int) -> Details:
    """Name, birth, address and channels. Seven in ten have a second name, so that few share all of it; a number of
    Ofcom's range for drama with more behind it is nobody's, and one person's alone."""
    draw = hashlib.blake2b(b"person/%d" % number, digest_size=16).digest()
    pick = [int.from_bytes(draw[start : start + 2]) for start in range(0, 16, 2)]
    given = _GIVEN[pick[0] % len(_GIVEN)]
    if pick[1] % 10 < 7:
        given += " " + _GIVEN[pick[2] % len(_GIVEN)]
    family = _FAMILY[pick[3] % len(_FAMILY)]
    safety = "safe" if pick[4] % 5 < 3 else "unknown" if pick[4] % 5 < 4 else "unsafe"
    channels = [_channel("mobile", f"07700 900{number % 1000:03d} {number // 1000}", safety)]
    if pick[5] % 2:
        channels.append(_channel("email", f"{family}.{number}@example.org".lower(), "unknown"))
    return Details.model_construct(
        given_names=given,
        family_name=family,
        date_of_birth=str(_FIRST_BIRTHDAY + timedelta(days=pick[6] % 29_000)),
        address=Address.model_construct(
            lines=(f"{1 + pick[7] % 180} {STREETS[pick[2] % len(STREETS)]}",),
            postcode=f"{DISTRICTS[pick[7] % len(DISTRICTS)]} {1 + pick[0] % 9}CI",
        ),
        code_word=None,
        channels=tuple(channels),
    )


def _channel(kind: str, value: str, safety: str) -> GivenChannel:
    return GivenChannel.model_construct(
        kind=kind, value=value, safety=safety, days=None, hours=None, voicemail=None, say_who=None
    )


@dataclass(slots=True)
class Rows:
    """Rows of people, by table, as COPY takes them."""

    data_key: list[tuple[Any, ...]] = field(default_factory=list)
    person_sealed: list[tuple[Any, ...]] = field(default_factory=list)
    person_index: list[tuple[Any, ...]] = field(default_factory=list)
    channel: list[tuple[Any, ...]] = field(default_factory=list)


COLUMNS = {
    "data_key": ("owner_id", "wrapped", "wrapped_by"),
    "person_sealed": ("person_id", "given_names", "family_name", "date_of_birth", "address", "updated_at"),
    "person_index": ("kind", "digest", "person_id"),
    "channel": ("person_id", "kind", "safety", "value", "value_index", "set_by_role", "set_at"),
}


class People:
    """Seals invented people as the service does."""

    def __init__(self, settings: Settings, sealer: Sealer) -> None:
        self._sealer = sealer
        self._provider = FileKeyProvider(settings.secret("kek.key"))

    def rows(self, numbers: Iterable[int], now: datetime) -> Rows:
        found = Rows()
        for number in numbers:
            person_id, key, given = id_of("person", number), data_key(number), invent(number)
            found.data_key.append((person_id, self._provider.wrap(key, person_id), self._provider.name))
            closed = close_person(key, person_id, given)
            found.person_sealed.append((person_id, *(closed.get(n) for n in COLUMNS["person_sealed"][1:5]), now))
            found.person_index += [(kind, digest, person_id) for kind, digest in digests(self._sealer, given)]
            for channel in given.channels:
                one = close_channel(self._sealer, key, person_id, channel)
                row = (person_id, one.kind, one.safety, one.value, one.value_index, "police", now)
                found.channel.append(row)
        return found

    def packs(self, legs: Sequence[Any]) -> list[tuple[UUID, bytes, str]]:
        """The pack of each leg (leg_id, person_n, reference, age_band, local_authority), sealed, with its digest."""
        found = []
        for leg_id, number, reference, age_band, area in legs:
            given = invent(number)
            held = {
                "reference": reference,
                "age_band": age_band,
                "area": area,
                "given_names": given.given_names,
                "family_name": given.family_name,
                "date_of_birth": given.date_of_birth,
                "needs": ["safety", "information"],
                "channels": [{"kind": "mobile", "value": given.channels[0].value, "voicemail": None, "say_who": None,
                              "days": None, "hours": None}],
            }  # fmt: skip
            text = json.dumps(held, sort_keys=True, separators=(",", ":"))
            sealed = seal(data_key(number), text, place("leg", "pack", leg_id))
            found.append((leg_id, sealed, hashlib.sha256(text.encode()).hexdigest()))
        return found


PACK_FIELDS = sorted(
    ("reference", "age_band", "area", "given_names", "family_name", "date_of_birth", "needs", "channels")
)
