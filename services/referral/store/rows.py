"""Rows as frozen dataclasses: a query's columns carry the names of the fields."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

RECORDS = "any(array(select $1::uuid union all select other_id from linked_person where person_id = $1))"
"""Every record of the person $1: an array that an index is asked for once, where `or` and `in` read a whole table."""


def read(kind: type[T], rows: Iterable[asyncpg.Record]) -> list[T]:
    """Each row as a `kind`."""
    return [kind(**{key: _plain(value) for key, value in row.items()}) for row in rows]


def read_one(kind: type[T], row: asyncpg.Record | None) -> T | None:
    """The row as a `kind`; None when there is none."""
    return read(kind, [row])[0] if row is not None else None


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@cache
def _values_of(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)


def changed(row: T, **values: Any) -> T:
    """As dataclasses.replace, and several times as fast for rows of many fields."""
    kind: Any = type(row)
    names, read_all = _values_of(kind)
    return type(row)(**{**dict(zip(names, read_all(row), strict=True)), **values})


def insert(table: str, kind: type[Any], then: str = "", more: Sequence[str] = ()) -> str:
    """An insert of every field of a `kind`, in their order, and of `more` columns after them; `then`: what follows."""
    names = [*(field.name for field in fields(kind)), *more]
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    return f"insert into {table} ({', '.join(names)}) values ({places}) {then}"


def values(row: Any) -> tuple[Any, ...]:
    """What `insert` of the row's kind takes."""
    kind: Any = type(row)
    return _values_of(kind)[1](row)


def columns(kind: type[Any], alias: str = "") -> str:
    """The names of a dataclass's fields as a select list, each with `alias` before it where given."""
    before = f"{alias}." if alias else ""
    return ", ".join(before + field.name for field in fields(kind))
