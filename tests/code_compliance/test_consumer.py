"""What the service does with what it hears, on real PostgreSQL."""

import asyncio
from uuid import uuid4

import pytest

from contracts.identity import case_id
from contracts.referral import CaseOpened, ReferralSent
from tests.code_compliance.builders import CRIME, at, crime, given, reached, victim
from tests.code_compliance.hub import Hub

pytestmark = pytest.mark.service


async def test_a_crime_raises_what_its_victim_is_owed(hub: Hub) -> None:
    await hub.hear(crime())
    clocks = await hub.clocks()
    assert set(clocks) == {
        "R1.clear_communication",
        "R2.record_crime",
        "R3.written_confirmation",
        "R3.process_info",
        "R3.rj_info_adult",
        "R4.needs_assessment",
        "R4.refer_support",
        "R4.self_access",
        "R5.court_compensation_info",
        "R7.vps_info",
    }
    assert clocks["R4.refer_support"].due_at == at("2025-06-04 23:59:59")
    assert clocks["R4.refer_support"].state == "met"


async def test_each_duty_that_arises_is_announced_with_its_day_or_with_none(hub: Hub) -> None:
    await hub.hear(crime())
    due = [data for kind, data in await hub.announced() if kind == "entitlement.due.v1"]
    assert {data["entitlement"] for data in due} == set(await hub.clocks())
    days = {data["entitlement"]: data.get("due_at") for data in due}
    assert days.pop("R4.refer_support") == "2025-06-04T22:59:59Z"
    assert set(days.values()) == {None}


async def test_a_crime_without_a_victim_raises_nothing_but_is_known(hub: Hub) -> None:
    await hub.hear(crime(victims=[]))
    await hub.hear(reached("suspect_arrested", "2025-06-03 09:00"))
    assert await hub.announced() == []
    assert await hub.waiting() == 0


async def test_a_milestone_before_its_crime_waits_and_then_counts(hub: Hub) -> None:
    await hub.hear(reached("suspect_arrested", "2025-06-03 09:00"), given("R6.suspect_arrested", "2025-06-05 12:00"))
    assert await hub.waiting() == 2
    await hub.hear(crime())
    assert await hub.waiting() == 0
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "met"


async def test_an_older_revision_is_counted_and_ignored(hub: Hub) -> None:
    await hub.hear(crime(3, "2025-06-03 09:00", victims=[victim(share="refused", channels_safe=[])]))
    await hub.hear(crime(2, "2025-06-02 12:00"))
    assert (await hub.clocks())["R4.refer_support"].state == "declined_by_victim"
    assert await hub.database.pool.fetchval("select stale from crime") == 1
    assert all(check.ok for check in await hub.checks())


async def test_a_flag_that_comes_late_shortens_a_running_clock_and_says_so(hub: Hub) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    assert (await hub.clocks())["R6.suspect_arrested/m1"].due_at == at("2025-06-10 23:59:59")
    await hub.hear(crime(2, "2025-06-04 09:00", flags=["domestic_abuse"]))
    clock = (await hub.clocks())["R6.suspect_arrested/m1"]
    assert (clock.due_at, clock.late_recorded) == (at("2025-06-04 23:59:59"), True)
    kind, data = (await hub.announced("R6.suspect_arrested"))[-1]
    assert (kind, data["reason_code"], data["late_recorded"]) == ("clock.replanned.v1", "late_recorded", True)
    assert data["previous_due_at"] == "2025-06-10T22:59:59Z"


async def test_a_second_victim_in_a_later_snapshot_is_owed_what_has_happened_since(hub: Hub) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    await hub.hear(crime(2, "2025-06-04 09:00", victims=[victim(), victim("V2")]))
    assert "R6.suspect_arrested/m1" in await hub.clocks("V2")


async def test_a_victim_missing_from_a_later_snapshot_keeps_every_clock(hub: Hub) -> None:
    await hub.hear(crime(victims=[victim(), victim("V2")]))
    before = await hub.clocks("V2")
    await hub.hear(crime(2, "2025-06-04 09:00", victims=[victim()]))
    assert await hub.clocks("V2") == before
    assert await hub.database.pool.fetchval("select removed from code_case where case_id = $1", case_id(CRIME, "V2"))


async def test_nothing_is_breached_before_the_service_has_applied_what_it_was_told(hub: Hub) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    assert await hub.now_is("2025-06-12 08:00", applied_until="2025-06-10 12:00") == 0
    assert await hub.now_is("2025-06-12 08:00") == 1
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "breached"
    assert [kind for kind, _ in await hub.announced("R6.suspect_arrested")][-1] == "entitlement.breached.v1"
    assert await hub.now_is("2025-06-13 08:00") == 0


async def test_late_news_of_a_timely_act_turns_a_breach_into_met(hub: Hub) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    await hub.now_is("2025-06-12 08:00")
    await hub.hear(given("R6.suspect_arrested", "2025-06-10 23:59"), when="2025-06-20 09:00")
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "met"
    kind, data = (await hub.announced("R6.suspect_arrested"))[-1]
    assert kind == "entitlement.met.v1"
    assert (data["in_time"], data["was_breached"], data["evidence_entered_late"]) == (True, True, True)


async def test_silence_of_an_agency_without_a_feed_is_not_evidenced_and_nobody_is_blamed(hub: Hub) -> None:
    await hub.hear(crime(), reached("vcs_referral_received", "2025-06-03 09:00"))
    await hub.hear(crime(2, "2025-06-04 09:00", offence_code="8N"))
    await hub.now_is("2025-08-01 08:00")
    assert (await hub.clocks())["R11.vlo_contact"].state == "not_evidenced"
    kind, data = (await hub.announced("R11.vlo_contact"))[-1]
    assert (kind, data["state"]) == ("entitlement.excepted.v1", "not_evidenced")


async def test_receipt_by_the_witness_care_unit_told_later_re_plans_the_clock(hub: Hub) -> None:
    await hub.hear(crime(), reached("case_outcome", "2025-06-03 12:00"))
    assert (await hub.clocks())["R9.case_outcome"].due_at == at("2025-06-11 23:59:59")
    await hub.hear(reached("case_outcome", "2025-06-03 12:00", received_by_wcu_at="2025-06-05T09:00:00+01:00"))
    assert (await hub.clocks())["R9.case_outcome"].due_at == at("2025-06-06 23:59:59")
    assert (await hub.announced("R9.case_outcome"))[-1][1]["reason_code"] == "receipt_known"


async def test_a_notice_for_no_duty_of_the_code_parks_and_the_rest_goes_on(hub: Hub) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    counts = await hub.hear(given("R99.nothing", "2025-06-05 12:00"))
    assert counts.total("parked") == 1


async def test_somebody_who_came_without_a_report_is_owed_what_needs_no_report(hub: Hub) -> None:
    case = uuid4()
    opened = CaseOpened(
        case_id=case,
        reference="X",
        reported=False,
        happened_at=at("2025-06-02 10:00"),
        actor_role="officer",
    )
    await hub.hear(opened)
    found = {data["entitlement"] for _, data in await hub.announced()}
    assert found == {"R1.clear_communication", "R4.self_access"}


async def test_a_referral_to_a_specialist_line_is_evidence_for_the_specialist_referral(hub: Hub) -> None:
    case = case_id(CRIME, "V1")
    sent = ReferralSent(
        case_id=case,
        referral_id=uuid4(),
        leg_id=uuid4(),
        provider_id=uuid4(),
        contract_id=uuid4(),
        line="idva",
        happened_at=at("2025-06-02 11:00"),
        actor_role="officer",
    )
    await hub.hear(sent)
    assert await hub.waiting() == 1
    await hub.hear(crime(flags=["domestic_abuse"], offence_code="8N"))
    assert (await hub.clocks())["R4.specialist_referral"].state == "met"


async def test_what_is_stored_is_what_a_recount_gives(hub: Hub) -> None:
    await hub.hear(
        crime(),
        crime(2, "2025-06-04 09:00", flags=["domestic_abuse"]),
        reached("suspect_arrested", "2025-06-03 09:00"),
        reached("suspect_charged", "2025-06-04 09:00", "m2"),
        given("R6.suspect_arrested", "2025-06-05 12:00"),
    )
    await hub.now_is("2025-07-01 08:00")
    checks = await hub.checks()
    assert [check for check in checks if not check.ok] == []
    change = "update entitlement set started_at = started_at + interval '1 day' where entitlement = 'R6.charge'"
    await hub.database.pool.execute(change)
    assert [check.id for check in await hub.checks() if not check.ok] == ["I12.clocks_as_recounted"]


async def test_what_began_to_wait_while_its_crime_was_written_is_heard_before_anything_is_breached(hub: Hub) -> None:
    await hub.hear(reached("suspect_arrested", "2025-06-03 09:00"), given("R6.suspect_arrested", "2025-06-05 12:00"))
    async with hub.database.begin() as tx:
        kept = await tx.fetch("delete from kit.waiting returning *")
    await hub.hear(crime())
    async with hub.database.begin() as tx:
        await tx.executemany(
            'insert into kit.waiting (key, topic, partition, "offset", headers, value) values ($1, $2, $3, $4, $5, $6)',
            [(r["key"], r["topic"], r["partition"], r["offset"], r["headers"], r["value"]) for r in kept],
        )
    assert await hub.now_is("2025-07-01 09:00") == 2
    assert await hub.waiting() == 0
    assert (await hub.clocks())["R6.suspect_arrested/m1"].state == "met"


async def test_facts_for_the_same_people_told_on_every_topic_at_once_all_count(hub: Hub) -> None:
    case = case_id(CRIME, "V1")
    sent = ReferralSent(
        case_id=case,
        referral_id=uuid4(),
        leg_id=uuid4(),
        provider_id=uuid4(),
        contract_id=uuid4(),
        line="idva",
        happened_at=at("2025-06-02 11:00"),
        actor_role="officer",
    )
    await hub.hear(crime())
    await asyncio.gather(
        hub.hear(
            crime(2, "2025-06-04 09:00", flags=["domestic_abuse"], victims=[victim(), victim("V2")]),
            crime(3, "2025-06-04 10:00", flags=["domestic_abuse"], victims=[victim(), victim("V2"), victim("V3")]),
        ),
        hub.hear(reached("suspect_arrested", "2025-06-03 09:00"), given("R6.suspect_arrested", "2025-06-04 12:00")),
        hub.hear(sent),
        hub.now_is("2025-06-03 10:00"),
    )
    for ref in ("V1", "V2", "V3"):
        assert (await hub.clocks(ref))["R6.suspect_arrested/m1"].state == "met", ref
    assert (await hub.clocks())["R4.specialist_referral"].state == "met"
    assert [check.id for check in await hub.checks() if not check.ok] == []
