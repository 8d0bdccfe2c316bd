"""What is personal, closed and opened: the shape of details, where each field is sealed, and what finds a person."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kit.sealing import CannotOpen, Sealer, seal, unseal
from services.referral.actions.given_twice import as_code, one_of_each, set_aside
from services.referral.domain import alike, safe_times
from services.referral.domain.mailbox import one_address
from services.referral.domain.plain_text import readable
from services.referral.domain.telephone import one_number
from services.referral.store import details
from services.referral.store.told_channels import SealedChannel

PHONES = ("mobile", "landline", "text")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def _names(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list) else value


Shown = Annotated[str, AfterValidator(readable)]
Name = Annotated[str, BeforeValidator(_names), AfterValidator(readable), Field(max_length=200)]


class Address(_Part):
    lines: tuple[Shown, ...] = ()
    postcode: Shown | None = None


def _readable(read: Callable[[str], object]) -> BeforeValidator:
    """Free text may say anything of anybody, and the column is plain: what cannot be read is kept as exactly that."""
    return BeforeValidator(lambda text: text if not text or read(str(text)) is not None else safe_times.UNREADABLE)


class GivenChannel(_Part):
    kind: Annotated[str, BeforeValidator(as_code)]
    value: Shown = Field(max_length=400)
    safety: Annotated[str, BeforeValidator(as_code)] = "unknown"
    days: Annotated[str | None, _readable(safe_times.days_of)] = None
    hours: Annotated[str | None, _readable(safe_times.hours_of)] = None
    voicemail: bool | None = None
    say_who: bool | None = None


class _Reached(_Part):
    """Somebody with ways to reach them: as they came, of each kind one, and what of them is set aside."""

    channels: tuple[GivenChannel, ...] = ()
    others: Annotated[tuple[Any, ...], BeforeValidator(lambda _: ())] = ()
    """Further rows by the same reference (see `two_rows`), never as they came: of somebody else, or with another
    address or code word."""

    @property
    def ways(self) -> tuple[GivenChannel, ...]:
        return one_of_each(self.channels)

    @property
    def other_channels(self) -> str | None:
        return "; ".join(filter(None, (set_aside(self.channels), *map(_in_words, self.others)))) or None


def _in_words(row: Any) -> str:
    """A further row in one line, as it came, so that nothing of it is lost."""
    address = getattr(row, "address", None)
    born, word = getattr(row, "date_of_birth", None), getattr(row, "code_word", None)
    said = [
        " ".join(filter(None, (row.given_names, row.family_name))) or "no name",
        f"born {born}" if born else "",
        ", ".join(filter(None, (*address.lines, address.postcode))) if address else "",
        f"code word {word}" if word else "",
        *(f"{one.kind}: {one.value} ({one.safety})" for one in row.channels),
    ]
    return f"The same reference a second time: {', '.join(filter(None, said))}"


class Relative(_Reached):
    kin_ref: str
    relationship: str | None = None
    given_names: Name | None = None
    family_name: Shown | None = None


class Officer(_Part):
    name: Shown | None = None
    email: Shown | None = None
    phone: Shown | None = None


class Details(_Reached):
    """Personal details of one person, as the police seal them or a worker types them (design 3, section 3)."""

    given_names: Name | None = None
    family_name: Shown | None = None
    date_of_birth: Shown | None = None
    address: Address | None = None
    code_word: Shown | None = None
    next_of_kin: tuple[Relative, ...] = ()
    officer_in_case: Officer | None = None
    family_liaison_officer: Officer | None = None


def opened(sealer: Sealer, jwe: str, crime_id: UUID, victim_ref: str) -> Details | None:
    """What the police sealed of a victim, under the ingest key; None where it does not open, or is not as agreed."""
    try:
        return Details.model_validate(sealer.open_jwe(jwe, {"crime_id": str(crime_id), "victim_ref": victim_ref}))
    except (CannotOpen, ValidationError):
        return None


def place(table: str, column: str, row: object) -> str:
    """Where a sealed field lives: it opens nowhere else."""
    return f"{table}|{column}|{row}"


def close_person(key: bytes, person_id: UUID, given: Details | Relative) -> dict[str, bytes]:
    """The fields of a person that are there, each sealed."""
    closed = {}
    for name in details.PERSON_FIELDS:
        value = getattr(given, name, None)
        if value:
            text = value.model_dump_json() if isinstance(value, BaseModel) else value
            closed[name] = seal(key, text, place("person_sealed", name, person_id))
    return closed


def close_case(key: bytes, case_id: UUID, given: Details) -> dict[str, bytes]:
    """The officers of a case that are there, each sealed."""
    return {
        name: seal(key, value.model_dump_json(), place("case_sealed", name, case_id))
        for name in details.CASE_FIELDS
        if (value := getattr(given, name)) is not None
    }


def close_channel(sealer: Sealer, key: bytes, person_id: UUID, given: GivenChannel) -> SealedChannel:
    safety = given.safety if given.safety in ("safe", "unsafe") else "unknown"
    if not usable(given.kind, given.value):
        safety = "unsafe"
    return SealedChannel(
        person_id=person_id,
        kind=given.kind,
        safety=safety,
        value=seal(key, given.value, place("channel", given.kind, person_id)),
        value_index=value_index(sealer, given.kind, given.value),
        days=given.days,
        hours=given.hours,
        voicemail=given.voicemail,
        say_who=given.say_who,
    )


def digests(sealer: Sealer, given: Details | Relative) -> list[tuple[str, bytes]]:
    """Blind indexes (kind, digest) by which the person is found again."""
    found = [(kind, sealer.blind(kind, text)) for kind, text in _by_name(given)]
    if isinstance(given, Details) and given.address and given.address.postcode:
        found.append(("postcode", sealer.blind("postcode", postcode(given.address.postcode))))
    for channel in given.channels:
        if channel.kind in PHONES and (number := phone(channel.value)):
            found.append(("phone", sealer.blind("phone", number)))
        elif channel.kind == "email" and usable(channel.kind, channel.value):
            found.append(("email", sealer.blind("email", channel.value)))
    found += [entry for other in given.others for entry in digests(sealer, other)]
    return list(dict.fromkeys(found))


def _by_name(given: Details | Relative) -> Iterator[tuple[str, str]]:
    """Of a name what is looked for (kind, text): with the day of birth also without further given names, and at the
    same postcode under another family name, or one that only sounds so."""
    if not given.given_names or not given.family_name:
        return
    name = f"{given.given_names} {given.family_name}"
    yield "name", name
    if not isinstance(given, Details) or not given.date_of_birth:
        return
    first, born = alike.first(given.given_names), given.date_of_birth
    yield "name_and_birth", f"{name} {born}"
    yield "first_name_and_birth", f"{first} {given.family_name} {born}"
    if given.address and given.address.postcode:
        home = f"{born} {postcode(given.address.postcode)}"
        yield "first_name_at_home", f"{first} {home}"
        yield "alike_at_home", f"{alike.sound(first)} {alike.sound(given.family_name)} {home}"


def usable(kind: str, value: str) -> bool:
    """Whether this is a number or address that a lock can follow: one telephone number wholly understood, one e-mail
    address and nothing beside it."""
    if kind == "email":
        return one_address(value) is not None
    return kind not in PHONES or one_number(value) is not None


def only_usable(written: Mapping[str, str]) -> dict[str, str]:
    """Of what was written of channels, by kind, what a lock can follow: nothing else is given to anybody."""
    return {kind: value for kind, value in written.items() if usable(kind, value)}


def value_index(sealer: Sealer, kind: str, value: str) -> bytes:
    """What a channel's number or address is told from another by: a number however it is written."""
    return sealer.blind("value", (_as_written(phone(value)) or value) if kind in PHONES else value)


def _as_written(digits: str) -> str:
    """A mobile number in its usual groups, by which most numbers were kept from the first."""
    return f"{digits[:5]} {digits[5:]}" if digits.startswith("07") else digits


def phone(text: str) -> str:
    """A number written one way; of a text that is no one number, the digits in it."""
    return one_number(text) or re.sub(r"[^0-9+]", "", text)


def postcode(text: str) -> str:
    return re.sub(r"\s+", "", text).upper()


async def open_person(sealer: Sealer, person_id: UUID, closed: dict[str, bytes]) -> dict[str, Any]:
    """The fields of a person in clear; a field that does not open is left out."""
    return await _open(sealer, person_id, "person_sealed", person_id, closed)


async def open_case(sealer: Sealer, person_id: UUID, case_id: UUID, closed: dict[str, bytes]) -> dict[str, Any]:
    """The officers of a case in clear."""
    return await _open(sealer, person_id, "case_sealed", case_id, closed)


async def open_channels(sealer: Sealer, person_id: UUID, closed: dict[str, bytes]) -> dict[str, str]:
    """The numbers and addresses of a person's channels in clear, by kind: those that a lock can follow."""
    every = await open_every_channel(sealer, person_id, closed)
    return only_usable(every)


async def open_every_channel(sealer: Sealer, person_id: UUID, closed: dict[str, bytes]) -> dict[str, str]:
    """What was written of a person's channels, by kind, to be told from another and never to be used."""
    return await _open(sealer, person_id, "channel", person_id, closed, plain=True)


async def _open(
    sealer: Sealer, owner: UUID, table: str, row: UUID, closed: dict[str, bytes], *, plain: bool = False
) -> dict[str, Any]:
    key = (await sealer.data_keys([owner])).get(owner) if closed else None
    return in_clear(key, table, row, closed, plain=plain)


def in_clear(
    key: bytes | None, table: str, row: UUID, closed: Mapping[str, bytes], *, plain: bool = False
) -> dict[str, Any]:
    """Sealed fields of one row, opened; a field that does not open is left out. `plain`: no field holds JSON."""
    opened: dict[str, Any] = {}
    if key is None:
        return opened
    for name, blob in closed.items():
        try:
            text = unseal(key, blob, place(table, name, row))
        except CannotOpen:
            continue
        opened[name] = orjson.loads(text) if not plain and text.startswith("{") else readable(text)
    return opened


async def close_text(sealer: Sealer, owner: UUID, text: str, where: str) -> bytes:
    """Any text, sealed under the key of `owner` for one place."""
    keys = await sealer.data_keys([owner], make=True)
    return seal(keys[owner], text, where)
