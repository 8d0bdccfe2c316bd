"""Somebody told of under another reference: asked before anything leaves, and shut with the record that is known."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from services.referral.actions import contacting, filing, locking, maybe_known, opening, rerouting
from services.referral.store import contact
from tests.builders import NOON, a_crime, a_detail, a_domestic_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service
SOON = NOON + timedelta(minutes=5)


def told(hub: Hub, ref: str, make: Any = a_crime) -> tuple[dict[str, Any], UUID]:
    """A crime of which details are sealed, a theft unless said: the crime, and the id of its case."""
    found = make(a_victim(ref))
    found["victims"][0]["sealed"] = hub.sealed(a_detail(), found["crime_id"], ref)
    return found, case_id(found["crime_id"], ref)


async def stands(hub: Hub, case: UUID) -> tuple[str, bool]:
    """The decision on a case, and whether it is held since it may be of somebody known."""
    row = (await hub.rows("select decision, holds from case_file where case_id = $1", case))[0]
    return row["decision"], "possible_duplicate" in row["holds"]


async def test_whoever_may_be_known_under_another_reference_is_not_sent_by_themselves(hub: Hub) -> None:
    known, one = told(hub, "V-a")
    await hub.hears(recorded(known))
    assert await stands(hub, one) == ("sent", False)
    again, two = told(hub, "V-b")
    await hub.hears(recorded(again, at=SOON))  # the details of the first are not even opened yet
    assert await stands(hub, two) == ("waiting", True)
    assert await hub.value("select count(*) from leg where case_id = $1", two) == 0
    await hub.every(opening.open_arrivals, SOON)
    await hub.every(rerouting.notice_proposals, SOON)
    assert await stands(hub, two) == ("waiting", True)
    assert await hub.value("select count(*) from same_person") == 1


async def test_two_records_of_one_batch_are_held_against_each_other(hub: Hub) -> None:
    (first, one), (second, two) = told(hub, "V-a"), told(hub, "V-b")
    await hub.hears([*recorded(first), *recorded(second)])
    assert await stands(hub, one) == await stands(hub, two) == ("waiting", True)


async def mobile(hub: Hub, case: UUID) -> tuple[str, bool]:
    """How safe the mobile of a case's person is, and whether it is locked."""
    async with hub.looks(a_viewer()) as tx:
        person = await tx.fetchval("select person_id from case_file where case_id = $1", case)
        found = {channel.kind: channel for channel in await contact.channels(tx, person)}["mobile"]
    return found.safety, found.locked


async def comes(hub: Hub, ref: str, make: Any = a_crime, at: datetime = SOON) -> UUID:
    """A crime heard, its details opened and whoever it may be of looked at; its case."""
    crime, case = told(hub, ref, make)
    await hub.hears(recorded(crime, at=at))
    await settle(hub)
    return case


async def settle(hub: Hub) -> None:
    for each in (opening.open_arrivals, rerouting.notice_proposals, locking.carry_on, locking.carry_on):
        await hub.every(each, SOON)


async def test_a_number_that_is_locked_in_one_record_is_locked_in_the_other_whichever_was_there_first(hub: Hub) -> None:
    one = await comes(hub, "V-a")
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), one, "mobile", "someone_else_answered", SOON)
    await settle(hub)
    two = await comes(hub, "V-b")
    assert await mobile(hub, two) == ("unsafe", True)
    assert "contact-safety.changed" in await hub.told(two)


async def test_a_lock_that_comes_later_is_carried_to_who_may_be_the_same(hub: Hub) -> None:
    one, two = await comes(hub, "V-a"), await comes(hub, "V-b")
    assert await mobile(hub, two) == ("safe", False)
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), one, "mobile", "someone_else_answered", SOON)
    await settle(hub)
    assert await mobile(hub, two) == ("unsafe", True)


async def test_a_lock_that_somebody_lifted_after_speaking_does_not_come_back_from_the_other_record(hub: Hub) -> None:
    one, two = await comes(hub, "V-a"), await comes(hub, "V-b")
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), one, "mobile", "someone_else_answered", SOON)
    await settle(hub)
    async with hub.looks(a_viewer()) as tx:
        await contacting.set_safety(tx, a_viewer(), one, "mobile", "safe", SOON, spoke=True)
    await comes(hub, "V-b")
    await rerouted(hub, one)
    assert await mobile(hub, one) == ("safe", False)
    assert await mobile(hub, two) == ("unsafe", True), "there nobody spoke to anybody"


@pytest.mark.parametrize("safety", ["unsafe", "unknown"])
async def test_what_a_service_or_the_person_called_unsafe_is_not_safe_in_the_other_record(
    hub: Hub, safety: str
) -> None:
    one = await comes(hub, "V-a")
    await hub.worker.pool.execute(
        "update channel set safety = $2, set_by_role = 'provider' where person_id = (select person_id from case_file"
        " where case_id = $1)",
        *(one, safety),
    )
    two = await comes(hub, "V-b")
    assert await mobile(hub, two) == (safety, False)


async def test_who_is_not_the_same_keeps_their_own_channels(hub: Hub) -> None:
    one, two = await comes(hub, "V-a"), await comes(hub, "V-b")
    await hub.worker.pool.execute("update same_person set same = false")
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), one, "mobile", "someone_else_answered", SOON)
    await settle(hub)
    assert await mobile(hub, two) == ("safe", False)


async def rerouted(hub: Hub, case: UUID) -> None:
    """The number of a case's person looked at again beside the other record's."""
    person = await hub.value("select person_id from case_file where case_id = $1", case)
    async with hub.as_worker() as tx:
        await maybe_known.shut(tx, [person], SOON)


def at_risk(victim: dict[str, Any]) -> dict[str, Any]:
    risk = {"dash_score": 17, "grade": "high"}
    return a_domestic_crime({**victim, "relationship_to_suspect": "partner", "risk": risk})


def ordinary(victim: dict[str, Any]) -> dict[str, Any]:
    return a_crime({**victim, "channels_safe": []})


@pytest.mark.parametrize(
    ("first", "due"),
    [(at_risk, SOON + timedelta(hours=1)), (a_crime, filing.end_of_day(SOON)), (ordinary, None)],
    ids=["life at risk in one", "with a provider", "nothing that cannot wait"],
)
async def test_whether_it_is_somebody_known_is_asked_at_once_or_the_same_day_where_it_cannot_wait(
    hub: Hub, first: Any, due: datetime | None
) -> None:
    await comes(hub, "V-a", first, NOON)
    two = await comes(hub, "V-b")
    asked = await hub.rows("select case_id, due_at from task where kind = 'may_be_known' and done_at is null")
    assert asked == ([{"case_id": two, "due_at": due}] if due else [])


async def test_whom_another_force_tells_of_stays_who_they_are_and_nothing_that_was_shut_opens(hub: Hub) -> None:
    crime, case = told(hub, "V-a")
    await hub.hears(recorded(crime))
    await settle(hub)
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), case, "mobile", "someone_else_answered", SOON)
    await hub.hears([snapshot(updated({**crime, "force": "22"}), SOON)])
    await hub.hears(recorded({**crime, "force": "43"}, at=SOON))
    await settle(hub)
    assert await mobile(hub, case) == ("unsafe", True)
    assert await hub.value("select count(*) from person") == 1
    assert await hub.value("select count(*) from same_person") == 0
    asked = await hub.rows("select case_id from task where kind = 'another_force' and done_at is null")
    assert asked == [{"case_id": case}] * 2


async def test_a_reference_that_is_new_in_a_crime_is_one_of_the_force_that_tells_it(hub: Hub) -> None:
    other, theirs = told(hub, "R-1")
    crime, case = told(hub, "V-a")
    await hub.hears([*recorded(other), *recorded(crime)])
    moved = updated({**crime, "force": "22"}, victims=[a_victim("R-1")])
    await hub.hears([snapshot(moved, SOON)])
    rows = await hub.rows("select case_id, person_id from case_file")
    whose = {row["case_id"]: row["person_id"] for row in rows}
    assert len({whose[theirs], whose[case], whose[case_id(crime["crime_id"], "R-1")]}) == 3


async def test_a_reference_that_comes_with_another_name_is_not_sent_by_itself(hub: Hub) -> None:
    first, one = told(hub, "V-a")
    await hub.hears(recorded(first))
    again = a_crime(a_victim("V-a"))
    details = a_detail(given_names="Rosalind", family_name="Other", date_of_birth="1971-03-04")
    again["victims"][0]["sealed"] = hub.sealed(details, again["crime_id"], "V-a")
    await hub.hears(recorded(again, at=SOON))
    assert await hub.value("select count(*) from leg where case_id = $1", case_id(again["crime_id"], "V-a")) == 0
    assert (await stands(hub, one))[0] == "sent"


def the_number(hub: Hub, ref: str) -> tuple[dict[str, Any], UUID]:
    """A theft of somebody of another name and day of birth who has the same mobile."""
    found = a_crime(a_victim(ref))
    details = a_detail(given_names="Rosalind", family_name="Other", date_of_birth="1971-03-04")
    found["victims"][0]["sealed"] = hub.sealed(details, found["crime_id"], ref)
    return found, case_id(found["crime_id"], ref)


async def test_a_locked_number_is_safe_for_nobody_by_the_word_of_the_police_whoever_is_named_beside_it(
    hub: Hub,
) -> None:
    one = await comes(hub, "V-a")
    before, theirs = the_number(hub, "V-before")
    await hub.hears(recorded(before, at=NOON))
    await settle(hub)
    assert await mobile(hub, theirs) == ("safe", False)
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), one, "mobile", "someone_else_answered", SOON)
    await settle(hub)
    assert await mobile(hub, theirs) == ("unknown", False), "what was called safe before is looked at again"
    after, two = the_number(hub, "V-after")
    await hub.hears(recorded(after, at=SOON))
    assert await hub.value("select count(*) from leg where case_id = $1", two) == 0
    await settle(hub)
    assert await mobile(hub, two) == ("unknown", False)
    async with hub.looks(a_viewer()) as tx:
        await contacting.set_safety(tx, a_viewer(), two, "mobile", "safe", SOON, spoke=True)
    await hub.hears([snapshot(updated(after), SOON)])
    await settle(hub)
    assert await mobile(hub, two) == ("safe", False), "whoever spoke to the person knows better"
