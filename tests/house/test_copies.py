"""A test finds a database as it was migrated, whatever the test before it did with the same copy."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from kit.database import Database
from tests.conftest import Databases
from tests.walking import State

pytestmark = pytest.mark.service

SAID = "select kit.announce(array[$1::uuid], array['x'], array[$1::uuid], array[now()], array['{}'], null, null, null)"
MANY = "insert into restricted_case select gen_random_uuid(), true, n from generate_series(1, 300) n"


async def opened(databases: Databases, role: str = "returns_worker") -> tuple[str, Database]:
    name = await databases.copy_of("returns")
    return name, await databases.open(name, role)


async def everything(owner: Database) -> tuple[dict[str, int], Sequence[object]]:
    counted = await owner.pool.fetch("select sequencename, last_value from pg_sequences order by sequencename")
    return await State(owner).now(), [tuple(row) for row in counted]


async def test_rows_that_came_or_changed_and_numbers_that_were_given_are_taken_back(databases: Databases) -> None:
    name, owner = await opened(databases, "returns_migrate")
    worker = await databases.open(name, "returns_worker")
    before = await everything(owner)
    for statement in (SAID, "insert into restricted_case values ($1, true, 1)"):
        await worker.pool.execute(statement, uuid4())
    await worker.pool.execute("update archive_head set position = 7, at = now()")
    after = await everything(owner)
    assert after[0]["archive_head"] != before[0]["archive_head"] and after[1] != before[1]
    await databases.close()
    again, owner = await opened(databases, "returns_migrate")
    assert again == name and await everything(owner) == before


async def test_a_row_lies_where_it_would_in_a_new_table(databases: Databases) -> None:
    for _ in range(2):
        _, database = await opened(databases)
        places = await database.pool.fetch(f"{MANY} returning ctid::text")
        assert places[0][0] == "(0,1)"
        await databases.close()


async def test_the_planner_guesses_how_much_is_in_a_table_as_of_a_new_one(databases: Databases) -> None:
    guesses = []
    for _ in range(2):
        name, database = await opened(databases)
        asked = "select relname, relpages, reltuples from pg_class where oid >= 16384 order by oid"
        guesses.append((name, await database.pool.fetch(asked)))
        await database.pool.execute(MANY)
        await databases.close()
    assert guesses[0] == guesses[1]


async def test_a_copy_whose_tables_were_made_otherwise_is_not_used_again(databases: Databases) -> None:
    name, _ = await opened(databases)
    owner = await databases.open(name, "returns_migrate")
    async with owner.begin() as tx:
        await tx.execute("set local role returns_owner")
        await tx.execute("alter table restricted_case alter position drop not null")
    await databases.close()
    assert (await opened(databases))[0] != name


async def test_a_copy_with_a_connection_that_a_test_closed_is_not_used_again(databases: Databases) -> None:
    name, database = await opened(databases)
    await database.close()
    await databases.close()
    assert (await opened(databases))[0] != name


async def test_what_a_test_left_behind_reaches_no_other_test(databases: Databases) -> None:
    _, left = await opened(databases)
    await databases.close()
    with pytest.raises(AttributeError):
        await everything(left)
