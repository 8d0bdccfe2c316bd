"""The same events in any order that Kafka may deliver across topics leave the same clocks; replay moves none."""

import random
from collections.abc import Sequence
from dataclasses import replace
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
ORDERS = 14


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
        given("R6.suspect_arrested", "2025-06-05 12:00", "n1", of),
        reached("court_bail_decision", "2025-06-10 09:00", "m2", of),
        reached("agreed_update_date", "2025-06-03 10:00", "m3", of, details={"agreed_interval_days": 7}),
        given("R6.scheduled_update", "2025-06-09 12:00", "n2", of),
        reached("court_bail_decision", "2025-06-10 09:00", "m2", of, received_by_wcu_at="2025-06-12T09:00:00+01:00"),
        given("R8.bail_hearing_outcome", "2025-06-13 12:00", "n3", of, outcome="unable", reason_code="no_answer"),
        reached("suspect_charged", "2025-06-11 09:00", "m4", of, victim_ref="V2"),
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
            await hub.hear(*batch)
        await hub.now_is("2025-06-02 12:00")  # what began to wait is heard
        found = await standing(hub, of)
        expected = expected or found
        assert found == expected, f"order {number}"
        if number % 4 == 0:  # everything again, in another order, as records of their own
            for batch in interleaved(story(of), chance):
                await hub.hear(*batch)
            await hub.now_is("2025-06-02 12:00")
            assert await standing(hub, of) == expected, f"replay of order {number}"
    arrest = expected[("V1", "R6.suspect_arrested/m1")]  # told in five days, but the flag that came late allowed one
    assert (arrest.state, arrest.late_recorded) == ("met_late", True)
    assert expected[("V1", "R4.specialist_referral")].state == "met"
    assert expected[("V1", "R8.bail_hearing_outcome/m2")].basis == "receipt"
    assert expected[("V1", "RC.court_to_wcu/m2")].done_at == at("2025-06-12 09:00")  # receipt was told later
    assert await hub.waiting() == 0
