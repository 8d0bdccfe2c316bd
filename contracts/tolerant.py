"""Types that read what others send without breaking on it: quick for the known, forgiving for the rest.

Each is a left-to-right union: the first branch is compiled, the fallback in Python only runs on a miss.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, WithJsonSchema

LEFT = Field(union_mode="left_to_right")

ANY_TEXT = WithJsonSchema({"type": "string"})
ANY_TEXT_OR_NULL = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})
NULL = WithJsonSchema({"type": "null"})


def _other(value: Any) -> Any:
    return "other" if isinstance(value, str) else value


def _other_or_not_recorded(value: Any) -> Any:
    return "not_recorded" if value is None else _other(value)


def instead_of_null(default: Any) -> Callable[[Any], Any]:
    """Reads null as `default`."""

    def read(value: Any) -> Any:
        return default if value is None else value

    return read


UNKNOWN = ("not_asked", "refused", "not_known", "not_recorded")


def instead_of_unknown(default: Any) -> Callable[[Any], Any]:
    """Reads null and the four unknown values as `default`."""

    def read(value: Any) -> Any:
        return default if value is None or value in UNKNOWN else value

    return read


def _none_for_text(value: Any) -> Any:
    return None if isinstance(value, str) else value


def _slug(value: Any) -> Any:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:80] or None if isinstance(value, str) else value


def _none_for_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _first_ten(value: Any) -> Any:
    return value[:10] if isinstance(value, str) else value


Other = Annotated[Literal["other"], BeforeValidator(_other), ANY_TEXT]
"""Any text outside the list is read as `other`."""

OtherOrNotRecorded = Annotated[
    Literal["other", "not_recorded"], BeforeValidator(_other_or_not_recorded), ANY_TEXT_OR_NULL
]
"""Any text outside the list is read as `other`, null as `not_recorded`."""

Bool = Annotated[bool | Annotated[Literal[False], BeforeValidator(instead_of_unknown(False)), ANY_TEXT_OR_NULL], LEFT]
"""True or false; null and the unknown values are false."""

BoolOrNull = Annotated[bool | Annotated[None, BeforeValidator(instead_of_unknown(None)), ANY_TEXT] | None, LEFT]
"""True, false or null; the unknown values are null."""

T = TypeVar("T")
Many = Annotated[tuple[T, ...] | Annotated[tuple[()], BeforeValidator(instead_of_null(())), NULL], LEFT]
"""A list; null is the empty one."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A short text on one line (PostgreSQL cannot hold a NUL, so it is no text)."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/+-]*$")]
"""A code of some list: no blanks, so that no sentence and no name can stand in it."""

TextOrNull = Annotated[Text | Annotated[None, BeforeValidator(_none_for_blank), ANY_TEXT] | None, LEFT]
"""A short text; an empty one is null."""

Slug = Annotated[Code | Annotated[Code, BeforeValidator(_slug), ANY_TEXT], LEFT]
"""A code as others may write it: "Violence and sexual offences" is read as "violence-and-sexual-offences"."""

SlugOrNull = Annotated[Code | Annotated[Code | None, BeforeValidator(_slug), ANY_TEXT] | None, LEFT]
"""The same; an empty text is null."""

AreaCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{8}$")]
"""ONS code of an area, such as E08000025."""

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

Timestamp = Annotated[AwareDatetime, Field(strict=True, ge=EARLIEST, le=LATEST)]
"""RFC 3339 text with an offset, between 1900 and 2200 (so that day arithmetic cannot overflow)."""

Day = Annotated[date, Field(ge=EARLIEST.date(), le=LATEST.date())]

LooseDay = Annotated[Day | Annotated[Day, BeforeValidator(_first_ten), ANY_TEXT], LEFT]
"""A day, perhaps with a time behind it, which is dropped."""

Place = Annotated[AreaCode | Annotated[None, BeforeValidator(_none_for_text), ANY_TEXT] | None, LEFT]
"""An ONS code or null; a text that is no such code counts as not placed."""


def values(tolerant: Any) -> tuple[str, ...]:
    """Every value that a field can have once read, in order, each once: values(Share) -> ("agreed", ..., "other")."""
    if get_origin(tolerant) is Literal:
        return tuple(str(value) for value in get_args(tolerant))
    found: dict[str, None] = {}
    for part in get_args(tolerant):
        if get_origin(part) is not None:
            found.update(dict.fromkeys(values(part)))
    return tuple(found)
