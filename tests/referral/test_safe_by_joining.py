"""Two records of one person: what was found safe of a number stays so where the other record only does not know."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from kit import clock
from services.referral.actions import contacting, linking, locking, opening
from services.referral.domain.linking import strictest
from services.referral.store import contact, past_channels, unsure
from services.referral.store.contact import Channel
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.test_same_person import person_of

OFFICER = a_viewer()
BEFORE, SINCE = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
MINE, OTHER = b"07700 900321", b"07700 900654"
SAFE = Channel(UUID(int=1), "mobile", "safe", set_at=SINCE, value_index=MINE)
HEARD = replace(SAFE, set_by_role="officer", heard_at=SINCE)
FORGOT = Channel(UUID(int=2), "mobile", "unknown", set_by_role="new_incident", set_at=NOON, value_index=MINE)
LEFT_OPEN = replace(FORGOT, set_by_role="police")


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        (SAFE, FORGOT, "safe"),
        (replace(SAFE, set_at=NOON), FORGOT, "safe"),
        (FORGOT, SAFE, "safe"),
        (SAFE, replace(FORGOT, value_index=OTHER), "safe"),
        (SAFE, replace(FORGOT, value_index=None), "safe"),
        (replace(FORGOT, value_index=OTHER), SAFE, "unknown"),
        (replace(FORGOT, value_index=None), replace(SAFE, value_index=None), "unknown"),
        (replace(SAFE, set_at=BEFORE), FORGOT, "unknown"),
        (SAFE, LEFT_OPEN, "unknown"),
        (HEARD, LEFT_OPEN, "safe"),
        (LEFT_OPEN, HEARD, "safe"),
        (replace(LEFT_OPEN, value_index=OTHER), HEARD, "unknown"),
        (replace(HEARD, heard_at=BEFORE), LEFT_OPEN, "unknown"),
        *((HEARD, replace(LEFT_OPEN, set_by_role=by), "unknown") for by in ("provider", "person", "officer", "system")),
        (HEARD, replace(FORGOT, safety="unsafe"), "unsafe"),
        (HEARD, replace(FORGOT, safety="unsafe", value_index=OTHER), "unsafe"),
        (FORGOT, FORGOT, "unknown"),
    ],
)
def test_what_is_safe_in_one_record_answers_only_what_another_does_not_know(
    mine: Channel, other: Channel, expected: str
) -> None:
    assert strictest([mine, other])["safety"] == expected


def test_joining_makes_no_channel_safer_than_what_either_record_says_of_the_number() -> None:
    ways = product(
        *(("safe", "unknown", "unsafe"), ("police", "new_incident", "provider", "officer"), (BEFORE, SINCE)),
        *((None, BEFORE, SINCE), (MINE, OTHER, None)),
    )
    said = [
        Channel(UUID(int=1), "mobile", s, set_by_role=by, set_at=at, heard_at=h, value_index=v)
        for s, by, at, h, v in ways
    ]
    for mine, other in product(said, said):
        found = strictest([mine, other])
        if found["safety"] != "safe":
            continue
        both = [mine, other]
        assert "unsafe" not in {one.safety for one in both}
        assert mine.safety == "safe" or (other.safety == "safe" and other.value_index == mine.value_index is not None)
        for one in both:
            if one.safety == "unknown":
                said_safe = [each for each in both if each.safety == "safe"]
                last = max(at for each in said_safe for at in (each.heard_at, each.set_at) if at)
                assert one.set_by_role in ("police", "new_incident") and one.set_at is not None and one.set_at <= last


async def a_record(hub: Hub, ref: str, days: int, safety: str = "safe") -> UUID:
    """The case of a record that was opened so many days ago, with the one mobile, which the police call so."""
    at = clock.now() - timedelta(days=days)
    victim = a_victim(ref, channels_safe=["mobile"] if safety == "safe" else [])
    crime = a_crime(victim, reported_at=at.isoformat(), recorded_at=at.isoformat())
    details = a_detail(channels=[{"kind": "mobile", "value": "07700 900321", "safety": safety}])
    victim["sealed"] = hub.sealed(details, crime["crime_id"], ref)
    await hub.hears(recorded(crime, at=at))
    await hub.every(opening.open_arrivals, at)
    return case_id(crime["crime_id"], ref)


async def says_safe(hub: Hub, case: UUID, days: int) -> None:
    """So many days ago somebody spoke to the person of a case, and the mobile is safe."""
    async with hub.looks(OFFICER) as tx:
        at = clock.now() - timedelta(days=days)
        await contacting.set_safety(tx, OFFICER, case, "mobile", "safe", at, spoke=True)


async def joined(hub: Hub, one: UUID, two: UUID) -> None:
    async with hub.looks(OFFICER) as tx:
        people = await person_of(hub, one), await person_of(hub, two)
        assert await linking.decide(tx, OFFICER, *people, BOOKS, clock.now(), same=True)


async def mobiles(hub: Hub, *cases: UUID) -> list[str]:
    """How safe the mobile of each case's person is, as their pages, a batch and what is announced tell it."""
    found = []
    for case in cases:
        person = await person_of(hub, case)
        async with hub.as_worker() as tx:
            [held] = [one for one in await contact.channels(tx, person) if one.kind == "mobile"]
            linked = await tx.fetch("select other_id from linked_person where person_id = $1", person)
            records = {record: {person} for record in (person, *(row["other_id"] for row in linked))}
            told = await unsure.safe_now(tx, [person]), (await past_channels.known(tx, records))[1]
        assert [("mobile" in each.get(person, ())) for each in told] == [held.is_safe] * 2
        found.append("locked" if held.locked else held.safety)
    return found


ASKED = "select count(*) from task where kind = 'joined_not_safe'"


@pytest.mark.service
async def test_a_number_that_the_newest_report_calls_safe_stays_so_beside_an_older_record_and_alone(hub: Hub) -> None:
    one, two = await a_record(hub, "V-a", 40), await a_record(hub, "V-b", 2)
    await joined(hub, one, two)
    assert await mobiles(hub, one, two) == ["safe", "safe"]
    assert await hub.value(ASKED) == 0, "nothing changed for a provider"
    async with hub.looks(OFFICER) as tx:
        await linking.undo(tx, OFFICER, await person_of(hub, one), await person_of(hub, two), BOOKS, clock.now())
    assert await mobiles(hub, one, two) == ["unknown", "safe"], "of the older one nobody has said so since"


@pytest.mark.service
@pytest.mark.parametrize(
    ("heard", "expected"), [(1, "safe"), (10, "unknown")], ids=["after the newest incident", "before it"]
)
async def test_what_somebody_heard_from_the_person_counts_for_every_record_of_them_since_the_newest_incident(
    hub: Hub, heard: int, expected: str
) -> None:
    one, two = await a_record(hub, "V-a", 40), await a_record(hub, "V-b", 2, "unknown")
    await says_safe(hub, one, heard)
    await joined(hub, one, two)
    assert await mobiles(hub, one, two) == [expected, expected]


@pytest.mark.service
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"safety": "unsafe"}, "unsafe"),
        ({"safety": "unsafe", "set_by_role": "person"}, "unsafe"),
        ({"safety": "unknown", "set_by_role": "provider"}, "unknown"),
        ({"safety": "unknown", "set_by_role": "system"}, "unknown"),
        ({"safety": "unknown", "set_by_role": "person"}, "unknown"),
    ],
)
async def test_what_anybody_said_against_a_number_in_one_record_stands_in_the_other(
    hub: Hub, said: dict[str, Any], expected: str
) -> None:
    one, two = await a_record(hub, "V-a", 40), await a_record(hub, "V-b", 2)
    fields = ", ".join(f"{name} = '{value}'" for name, value in said.items())
    await hub.worker.pool.execute(f"update channel set {fields} where person_id = $1", await person_of(hub, one))
    await joined(hub, one, two)
    assert await mobiles(hub, one, two) == [expected, expected]


@pytest.mark.service
async def test_a_lock_in_one_record_stands_whoever_heard_what_in_the_other(hub: Hub) -> None:
    one, two = await a_record(hub, "V-a", 40), await a_record(hub, "V-b", 2)
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, one, "mobile", "someone_else_answered", clock.now())
    await says_safe(hub, two, 0)
    await joined(hub, one, two)
    await hub.every(locking.carry_on, clock.now())
    assert await mobiles(hub, one, two) == ["locked", "locked"]


@pytest.mark.service
async def test_a_later_report_that_calls_a_number_safe_opens_it_for_every_record_and_one_that_does_not_shuts_it(
    hub: Hub,
) -> None:
    one, two = await a_record(hub, "V-a", 40), await a_record(hub, "V-b", 20)
    await joined(hub, one, two)
    await a_record(hub, "V-b", 2)
    assert await mobiles(hub, one, two) == ["safe", "safe"]
    await a_record(hub, "V-a", 1, "unknown")
    assert await mobiles(hub, one, two) == ["unknown", "unknown"]
