"""A suspect, and whoever accuses them, count by every record of theirs and in every crime of theirs."""

from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from kit import clock
from services.referral.actions import linking, ruling_out
from services.referral.store import beside, cases
from tests.builders import a_crime, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case

pytestmark = pytest.mark.service
LEADER = a_viewer("leader")
SUSPECT = [{"suspect_ref": "S-1"}]


async def joined(hub: Hub, one: UUID, other: UUID, *, part: bool = False) -> None:
    """The records of these two cases are decided to be of one person (or `part`: of two)."""
    people = sorted([row["person_id"] for row in await hub.rows(
        "select person_id from case_file where case_id = any($1::uuid[])", [one, other])])  # fmt: skip
    await hub.worker.pool.execute(
        "insert into same_person (person_id, other_id, matched, proposed_at) values ($1, $2, '{}', now())"
        " on conflict do nothing",
        *people,
    )
    async with hub.looks(LEADER) as tx:
        if part:
            await linking.undo(tx, LEADER, people[0], people[1], BOOKS, clock.now())
        else:
            await linking.decide(tx, LEADER, people[0], people[1], BOOKS, clock.now(), same=True)


async def holds(hub: Hub, case: UUID) -> list[str]:
    found: list[str] = await hub.value("select holds from case_file where case_id = $1", case)
    return found


async def legs(hub: Hub, case: UUID) -> int:
    return int(await hub.value("select count(*) from leg where case_id = $1", case))


def the_share_refused(ref: str) -> dict[str, Any]:
    """A crime of whose person nothing is sent anywhere."""
    return a_crime(a_victim(ref, share="refused"))


@pytest.mark.parametrize("when", ["before", "later", "named later"])
async def test_who_is_a_suspect_by_another_record_of_theirs_is_one_by_each_of_them(hub: Hub, when: str) -> None:
    suspect = await a_case(hub, the_share_refused("S-1"))
    crime = a_crime(a_victim("V-1"), suspects=SUSPECT)
    if when != "named later":
        await hub.hears(recorded(crime, at=clock.now()))
    if when == "before":
        same = await a_case(hub, the_share_refused("S-2"))
        await joined(hub, suspect, same)
        case = await a_case(hub, a_crime(a_victim("S-2")))
        assert await legs(hub, case) == 0
    else:
        case = await a_case(hub, a_crime(a_victim("S-2")))
        assert "suspect_elsewhere" not in await holds(hub, case)
        await joined(hub, suspect, case)
    if when == "named later":
        await hub.hears(recorded(crime, at=clock.now()))
    assert "suspect_elsewhere" in await holds(hub, case)


async def test_who_is_a_suspect_by_another_record_in_their_own_crime_is_a_victim_who_is_also_a_suspect(
    hub: Hub,
) -> None:
    suspect = await a_case(hub, the_share_refused("S-1"))
    same = await a_case(hub, the_share_refused("V-1"))
    await joined(hub, suspect, same)
    first, second = a_crime(a_victim("V-1"), suspects=SUSPECT), a_crime(a_victim("V-1"))
    await hub.hears(recorded(second, at=clock.now()))
    await hub.hears(recorded(first, at=clock.now()))
    here = case_id(first["crime_id"], "V-1")
    assert "victim_is_suspect" in await holds(hub, here) and await legs(hub, here) == 0
    async with hub.looks(LEADER) as tx:
        assert await beside.also_with(tx, here) == set(), "nobody is their own other party"


@pytest.mark.parametrize("who", ["accuser", "accused"])
async def test_the_other_party_of_an_earlier_crime_is_kept_apart_in_a_later_one_that_does_not_name_them(
    hub: Hub, who: str
) -> None:
    """The crime that names them is closed; each has another one since."""
    named = a_crime(a_victim("V-1", share="refused"), suspects=SUSPECT)
    await hub.hears(recorded(named, at=clock.now()))
    await hub.worker.pool.execute("update case_file set state = 'closed', closed_at = now()")
    first, then = ("S-1", "V-1") if who == "accuser" else ("V-1", "S-1")
    helped = await a_case(hub, a_crime(a_victim(first)))
    later = await a_case(hub, a_crime(a_victim(then)))
    assert (await legs(hub, helped), await legs(hub, later)) == (1, 0)
    provider = await hub.value("select provider_id from leg where case_id = $1", helped)
    async with hub.looks(LEADER) as tx:
        assert await beside.also_with(tx, later) == {provider}


async def test_who_is_ruled_out_by_one_record_is_so_for_each_that_is_joined_with_it_and_in_their_next_case(
    hub: Hub,
) -> None:
    one, other = await a_case(hub, the_share_refused("V-1")), await a_case(hub, the_share_refused("V-2"))
    sent = await a_case(hub, a_crime(a_victim("V-3")))
    provider = await hub.value("select provider_id from leg where case_id = $1", sent)
    await joined(hub, one, other)
    async with hub.looks(LEADER) as tx:
        case = await cases.load(tx, other)
        assert case is not None
        await ruling_out.rule_out(tx, LEADER, case, provider, BOOKS, clock.now())
    for ref in ("V-1", "V-2"):
        assert await legs(hub, await a_case(hub, a_crime(a_victim(ref)))) == 0
    await joined(hub, one, sent)
    refused = "select facts -> 'case' -> 'refused_providers' from routing where case_id = $1 order by run desc limit 1"
    assert await hub.value(refused, sent) == [str(provider)]
    assert await hub.value("select count(*) from task where kind = 'provider_ruled_out' and case_id = $1", sent) == 1
