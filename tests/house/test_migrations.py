"""Migrations: what one fills in reaches the rows that a running hub has."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
_BLOCK = re.compile(r"\$\$.*?\$\$", re.DOTALL)
_FORCED = re.compile(r"alter table (\w+) (no )?force row level security")
_WRITES = re.compile(r"\b(?:insert into|update|delete from) (\w+)")
HARMLESS = {("0013_mail_at_once.sql", "mail")}
"""A message whose first time lies before every other is tried at once all the same."""


def shut_off(text: str, forced: set[str]) -> Iterator[str]:
    """The tables that a migration writes while row-level security holds for their owner too, so that it writes nothing
    or fails where there are rows. `forced`: those of which that is so before it, and after it."""
    text = re.sub(r"--.*", "", text)
    for block in _BLOCK.findall(text):
        if "force row level security" in block and "no force" not in block:
            forced.update(re.findall(r"'(\w+)'", block))
    for said in _BLOCK.sub("", text).lower().split(";"):
        statement = " ".join(said.split())
        if found := _FORCED.match(statement):
            (forced.discard if found[2] else forced.add)(found[1])
        elif statement.startswith(("insert", "update", "delete", "with")):
            yield from (table for table in _WRITES.findall(statement) if table in forced)


@pytest.mark.parametrize("service", sorted(path.parent.name for path in SERVICES.glob("*/migrations")))
def test_no_migration_writes_a_table_whose_rows_its_owner_does_not_see(service: str) -> None:
    forced: set[str] = set()
    files = sorted((SERVICES / service / "migrations").glob("[0-9]*.sql"))
    wrong = {(path.name, table) for path in files for table in shut_off(path.read_text(), forced)}
    assert wrong - HARMLESS == set()


def test_a_write_behind_forced_row_level_security_is_found() -> None:
    shut = "create table a (b int);\nalter table a force row level security;\n"
    assert list(shut_off(shut + "insert into a values (1);", set())) == ["a"]
    assert list(shut_off(shut + "alter table a no force row level security;\nupdate a set b = 1;", set())) == []
    loop = "do $$ begin foreach name in array array['a'] loop execute format('force row level security'); end $$;"
    assert list(shut_off(loop + "\nupdate a set b = 2;", set())) == ["a"]
