"""The same events in any order that Kafka may deliver across topics leave the same clocks; replay moves none."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

import pytest

from contracts.envelope import Fact
from contracts.identity import NS, case_id
from contracts.referral import ReferralSent
from services.code_compliance.store import related
from tests.code_compliance.builders import at, crime, given, reached, victim
from tests.code_compliance.hub import Hub

pytestmark = pytest.mark.service
ORDERS = 12
HEARD_LATE = {
    "early-word": "2025-06-24 09:00",
    "first-update": "2025-06-25 09:00",
    "first-telling": "2025-06-26 09:00",
    "first-charge": "2025-06-27 09:00",
    "referral.sent.v1": "2025-06-28 09:00",
}
"""Facts whose word was sent long after the act, and after the word of a later act: what was done first counts."""


def story(of: UUID) -> list[list[Fact]]:
    """What each topic holds of one crime, in its own order."""
    who = {"crime_id": str(of), "offence_code": "8N"}
    people = [victim(), victim("V2", vulnerabilities=["intimidated"])]
    police: list[Fact] = [
        crime(**who, victims=people),
        crime(2, "2025-06-04 09:00", **who, victims=people, flags=["domestic_abuse"]),
        crime(3, "2025-06-09 09:00", **who, victims=people[:1], flags=["domestic_abuse"]),
    ]
    justice: list[Fact] = [
        reached("suspect_arrested", "2025-06-03 09:00", "m1", of),
        reached("suspect_arrested", "2025-06-03 15:00", "m5", of),
        given("R6.suspect_arrested", "2025-06-05 12:00", "n1", of),
        given("R6.suspect_arrested", "2025-06-04 10:00", "early-word", of),
        given("R4.specialist_referral", "2025-06-05 15:00", "n4", of),
        reached("court_bail_decision", "2025-06-10 09:00", "m2", of),
        reached("agreed_update_date", "2025-06-03 10:00", "m3", of, details={"agreed_interval_days": 7}),
        given("R6.scheduled_update", "2025-06-16 12:00", "n2", of),
        given("R6.scheduled_update", "2025-06-09 12:00", "first-update", of),
        reached("court_bail_decision", "2025-06-10 09:00", "m2", of, received_by_wcu_at="2025-06-12T09:00:00+01:00"),
        given("R8.bail_hearing_outcome", "2025-06-13 12:00", "n3", of, outcome="unable", reason_code="no_answer"),
        reached("suspect_charged", "2025-06-11 09:00", "m4", of, victim_ref="V2"),
        given("R6.charge", "2025-06-11 17:00", "n5", of, victim_ref="V2", milestone_id="m4"),
        given("R6.charge", "2025-06-11 15:00", "first-charge", of, victim_ref="V2", milestone_id="m4"),
        given("R6.cps_no_prosecution", "2025-06-20 12:00", "n6", of),
        given("R6.cps_no_prosecution", "2025-06-18 12:00", "first-telling", of),
    ]
    referral: list[Fact] = [
        ReferralSent(
            case_id=case_id(of, "V1"),
            referral_id=uuid5(of, "referral"),
            leg_id=uuid5(of, "leg"),
            provider_id=uuid5(NS, "provider"),
            contract_id=uuid5(NS, "contract"),
            line="idva",
            happened_at=at("2025-06-05 11:00"),
            actor_role="officer",
        )
    ]
    return [police, justice, referral]


def interleaved(topics: Sequence[Sequence[Fact]], chance: random.Random) -> list[list[Fact]]:
    """One order that keeps that of each topic, cut into batches of one topic each."""
    left = [list(topic) for topic in topics]
    batches: list[list[Fact]] = []
    while any(left):
        topic = chance.choice([each for each in left if each])
        size = chance.randint(1, 3)
        batches.append(topic[:size])
        del topic[:size]
    return batches


async def hear(hub: Hub, batch: Sequence[Fact]) -> None:
    """A batch as it comes, each fact with the time at which its word was sent."""
    for when, facts in groupby(batch, lambda fact: HEARD_LATE.get(getattr(fact, "notice_id", fact.TYPE))):
        await hub.hear(*facts, when=when)


async def standing(hub: Hub, of: UUID) -> dict[tuple[str, str], Any]:
    """How the clocks of both people stand, those beside the Code too, without those that no longer apply and without
    names of evidence."""
    found: dict[tuple[str, str], Any] = {}
    async with hub.database.begin() as tx:
        beside = await related.load(tx, [case_id(of, ref) for ref in ("V1", "V2")])
    for ref in ("V1", "V2"):
        mine = beside.get(case_id(of, ref), {}).items()
        found |= {(ref, "/".join(key)): held for key, held in mine if held.state != "not_applicable"}
        for key, clock in (await hub.clocks(ref, of)).items():
            if clock.state != "not_applicable":
                ours = clock.evidence_id == str(uuid5(of, "leg"))
                found[(ref, key)] = replace(clock, evidence_id="leg") if ours else clock
    return found


async def test_any_order_across_topics_leaves_the_same_clocks_and_replay_moves_none(hub: Hub) -> None:
    expected: dict[Any, Any] = {}
    for number in range(ORDERS):
        of = uuid5(NS, f"order/{number}")
        chance = random.Random(number)
        for batch in interleaved(story(of), chance):
            await hear(hub, batch)
        await hub.now_is("2025-06-02 12:00")  # what began to wait is heard
        found = await standing(hub, of)
        expected = expected or found
        assert found == expected, f"order {number}"
        if number % 4 == 0:  # everything again, in another order, as records of their own
            for batch in interleaved(story(of), chance):
                await hear(hub, batch)
            await hub.now_is("2025-06-02 12:00")
            assert await standing(hub, of) == expected, f"replay of order {number}"
    # told of both arrests, of the second in five days, but the flag that came late allowed one
    first, second = (expected[("V1", f"R6.suspect_arrested/{m}")] for m in ("m1", "m5"))
    assert (first.state, first.evidence_id) == ("met", "early-word")
    assert (second.state, second.evidence_id, second.late_recorded) == ("met_late", "n1", True)
    assert expected[("V1", "R4.specialist_referral")].evidence_id == "leg"
    assert expected[("V1", "R6.scheduled_update/m3")].evidence_id == "first-update"
    assert expected[("V1", "R6.scheduled_update/m3/2")].evidence_id == "n2"
    assert expected[("V2", "R6.charge/m4")].evidence_id == "first-charge"
    (review,) = [held for (_, key), held in expected.items() if key.startswith("RC.vrr_cps_request")][:1]
    assert review.started_at == at("2025-06-18 12:00")
    assert expected[("V1", "R8.bail_hearing_outcome/m2")].basis == "receipt"
    assert expected[("V1", "RC.court_to_wcu/m2")].done_at == at("2025-06-12 09:00")  # receipt was told later
    assert await hub.waiting() == 0
