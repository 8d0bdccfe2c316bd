"""The police tell of somebody who may be a restricted person: hidden until somebody with the right says who it is."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.identity import case_id
from services.referral.actions import linking, opening, restricting
from services.referral.store import persons, same_person
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub

pytestmark = pytest.mark.service
OFFICER, LEADER = a_viewer(), a_viewer("leader")
SOON = NOON + timedelta(hours=5)


async def told(hub: Hub, ref: str, hours: int, works_for: str = "none", **detail: object) -> UUID:
    """The police tell of a theft; the id of the case. Who it is stands in details that are alike unless said."""
    crime = a_crime(a_victim(ref, works_for=works_for))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(**detail), crime["crime_id"], ref)
    await hub.hears(recorded(crime, at=NOON + timedelta(hours=hours)))
    await hub.every(opening.open_arrivals, NOON + timedelta(hours=hours))
    return case_id(crime["crime_id"], ref)


async def seen(hub: Hub, case: UUID, viewer: object = OFFICER) -> bool:
    async with hub.looks(viewer) as tx:  # type: ignore[arg-type]
        return bool(await tx.fetchval("select exists (select 1 from case_file where case_id = $1)", case))


async def says(hub: Hub, one: UUID, other: UUID, *, same: bool) -> None:
    of = "select person_id from case_file where case_id = $1"
    first, second = await hub.value(of, one), await hub.value(of, other)
    async with hub.looks(LEADER) as tx:
        assert await linking.decide(tx, LEADER, first, second, BOOKS, SOON, same=same)


async def tasks(hub: Hub) -> int:
    asked = "select count(*) from task where kind = 'decide_same_person' and done_at is null"
    return int(await hub.value(asked))


async def last_said(hub: Hub, case: UUID) -> str:
    told = "case_event where case_id = $1 and data ->> 'restricted' <> '' order by id desc limit 1"
    return str(await hub.value(f"select data ->> 'restricted' from {told}", case))


async def test_it_is_hidden_until_it_is_decided_and_open_again_where_it_is_another_person(hub: Hub) -> None:
    known, new = await told(hub, "V1", 0, "provider"), await told(hub, "V2", 1)
    assert not await seen(hub, new) and await seen(hub, new, LEADER)
    assert await tasks(hub) == 1 and await last_said(hub, new) == "true"
    async with hub.looks(OFFICER) as tx:
        assert await persons.proposals(tx) == [] and await same_person.count_open(tx) == 0
    await says(hub, known, new, same=False)
    assert await seen(hub, new) and not await seen(hub, known)
    assert await tasks(hub) == 0 and await last_said(hub, new) == "false"
    await hub.every(restricting.spread, SOON)
    assert await seen(hub, new)


async def test_the_same_person_stays_restricted(hub: Hub) -> None:
    known, new = await told(hub, "V1", 0, "provider"), await told(hub, "V2", 1)
    await says(hub, known, new, same=True)
    assert not await seen(hub, new) and await tasks(hub) == 0
    assert await hub.value("select count(*) from person where restricted and until_decided is null") == 2


async def test_a_record_that_was_there_before_is_hidden_too_and_opens_only_when_nothing_is_left_to_decide(
    hub: Hub,
) -> None:
    before, other = await told(hub, "V1", 0), await told(hub, "V2", 1, given_names="Else", channels=[])
    assert await seen(hub, before)
    known, again = await told(hub, "V3", 2, "hub"), await told(hub, "V4", 3, "provider")
    assert not await seen(hub, before) and await seen(hub, other)
    await says(hub, before, known, same=False)
    assert not await seen(hub, before)
    await says(hub, before, again, same=False)
    assert await seen(hub, before)


async def test_who_turns_out_to_work_for_a_provider_stays_restricted_whoever_else_it_is_not(hub: Hub) -> None:
    known, new = await told(hub, "V1", 0, "provider"), await told(hub, "V2", 1)
    await told(hub, "V2", 2, "provider")
    await says(hub, known, new, same=False)
    assert not await seen(hub, new) and await tasks(hub) == 0


async def test_a_proposal_that_was_there_when_one_became_restricted_hides_the_other(hub: Hub) -> None:
    one, other = await told(hub, "V1", 0), await told(hub, "V2", 1)
    assert await seen(hub, one) and await seen(hub, other)
    await told(hub, "V1", 2, "provider")
    assert not await seen(hub, other)


async def undoes(hub: Hub, one: UUID, other: UUID) -> None:
    of = "select person_id from case_file where case_id = $1"
    first, second = await hub.value(of, one), await hub.value(of, other)
    async with hub.looks(LEADER) as tx:
        await linking.undo(tx, LEADER, first, second, BOOKS, SOON)


async def test_a_decision_that_is_undone_and_decided_otherwise_ends_what_it_had_restricted(hub: Hub) -> None:
    known, new = await told(hub, "V1", 0, "provider"), await told(hub, "V2", 1)
    await says(hub, known, new, same=True)
    await undoes(hub, known, new)
    assert not await seen(hub, new) and await tasks(hub) == 1, "until somebody says anew who it is"
    await says(hub, known, new, same=False)
    assert await seen(hub, new) and not await seen(hub, known)
    assert await tasks(hub) == 0 and await last_said(hub, new) == "false"
    await hub.every(restricting.spread, SOON)
    assert await seen(hub, new)


async def test_who_works_for_a_provider_stays_restricted_when_they_are_parted_from_a_colleague(hub: Hub) -> None:
    known, new = await told(hub, "V1", 0, "provider"), await told(hub, "V2", 1)
    await says(hub, known, new, same=True)
    await told(hub, "V2", 2, "provider")
    await undoes(hub, known, new)
    await says(hub, known, new, same=False)
    assert not await seen(hub, new) and not await seen(hub, known)


async def test_two_records_that_may_be_of_a_restricted_person_and_are_one_are_open_when_they_are_not_hers(
    hub: Hub,
) -> None:
    known = await told(hub, "V1", 0, "provider")
    one, other = await told(hub, "V2", 1), await told(hub, "V3", 2)
    await says(hub, one, other, same=True)
    assert not await seen(hub, one) and await tasks(hub) > 0
    await says(hub, known, one, same=False)
    await says(hub, known, other, same=False)
    assert await seen(hub, one) and await seen(hub, other) and not await seen(hub, known)


@pytest.mark.parametrize("works_for", ["provider", "hub"])
async def test_whoever_works_for_one_of_those_in_the_list_is_restricted_when_the_police_tell_of_them(
    hub: Hub, works_for: str
) -> None:
    case = await told(hub, "V1", 0, works_for)
    assert not await seen(hub, case) and await seen(hub, case, LEADER)
    assert await hub.value("select count(*) from leg") == 0


async def test_who_works_for_the_police_is_seen_by_officers_and_held_for_a_human(hub: Hub) -> None:
    case = await told(hub, "V1", 0, "police")
    assert await seen(hub, case) and await hub.value("select count(*) from leg") == 0
    assert "police_victim" in await hub.value("select holds from case_file where case_id = $1", case)
