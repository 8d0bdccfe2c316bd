"""What is owed to somebody ends with their death by the hub's record, and runs again where it was a mistake."""

import pytest

from contracts.identity import case_id
from contracts.referral import PersonDeathRecorded
from services.code_compliance.domain.entitlements import DIED
from tests.code_compliance.builders import CRIME, at, crime, reached, victim
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import Office
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer

pytestmark = pytest.mark.service
CASE = case_id(CRIME, "V1")


async def told(hub: Hub, said: str, heard: str, *, taken_back: bool = False) -> None:
    now = at(heard)
    await hub.hear(
        PersonDeathRecorded(
            case_id=CASE, happened_at=now, actor_role="officer", said_at=at(said), taken_back=taken_back
        ),
        when=now,
    )


async def test_what_runs_ends_with_the_death_what_was_missed_stays_missed_and_others_are_owed_as_before(
    hub: Hub, office: Office
) -> None:
    await hub.hear(crime(victims=[victim(), victim("V2")]), reached("suspect_arrested", "2025-06-03 09:00"))
    await hub.now_is("2025-06-12 09:00")
    before, others = await hub.clocks("V1"), await hub.clocks("V2")
    running = {name for name, c in before.items() if c.state == "running"}
    missed = {name for name, c in before.items() if c.state in ("breached", "not_evidenced")}
    assert running and missed
    await told(hub, "2025-06-12 10:00", "2025-06-12 15:00")
    await hub.hear(reached("suspect_charged", "2025-06-20 09:00", "m2"), when=at("2025-06-20 09:00"))
    after = await hub.clocks("V1")
    assert {after[name].state for name in running} == {"excepted_with_reason"}
    assert {(after[n].reason_code, after[n].settled_at) for n in running} == {(DIED, at("2025-06-12 10:00"))}
    assert {n: after[n].state for n in missed} == {n: before[n].state for n in missed}
    assert not [c for c in after.values() if c.started_at > at("2025-06-12 10:00") and c.state != "not_applicable"]
    still = await hub.clocks("V2")
    assert {name: still[name] for name in others} == others
    assert {d["reason_code"] for k, d in await hub.announced() if k == "entitlement.excepted.v1"} == {DIED}
    assert all(check.ok for check in await hub.checks())
    page = await (await office.sign_in()).get(f"/rights/cases/{CASE}")
    assert "The person died: it ended Thursday 12 June 2025 10:00, by the hub's record." in page.text
    await told(hub, "2025-06-12 10:00", "2025-06-13 09:00", taken_back=True)
    again = await hub.clocks("V1")
    assert {again[name].state for name in running} == {"running"}
    assert all(check.ok for check in await hub.checks())


async def test_limits_beside_the_code_end_with_the_person_and_come_back_where_it_was_a_mistake(
    hub: Hub, office: Office
) -> None:
    sentenced = reached("sentence_passed", "2025-06-10 15:00", "s")
    await hub.hear(crime(offence_code="34A", victims=[victim(), victim("V2")]), sentenced)
    before = await limits(hub)
    assert before["RC.uls_28"] == before["RC.cica_application"] == "running"
    await told(hub, "2025-06-12 10:00", "2025-06-12 15:00")
    await hub.hear(reached("sentence_passed", "2025-06-20 15:00", "s2"), when=at("2025-06-20 15:00"))
    assert set((await limits(hub)).values()) == {"not_applicable"}
    others = await hub.database.pool.fetchval(
        "select count(*) from related_clock where case_id <> $1 and state = 'running'", CASE
    )
    assert others, "what others may do goes on"
    ended = [d["outcome"] for k, d in await hub.announced() if k == "related-clock.ended.v1"]
    assert set(ended) == {"applies_no_longer"}
    page = await (await office.sign_in()).get(f"/rights/cases/{CASE}")
    assert "The person died: it ended Thursday 12 June 2025 10:00, by the hub's record." in page.text
    assert "until Tuesday 8 July 2025" not in page.text
    assert all(check.ok for check in await hub.checks())
    await told(hub, "2025-06-12 10:00", "2025-06-21 09:00", taken_back=True)
    assert {name: state for name, state in (await limits(hub)).items() if name in before} == before
    assert all(check.ok for check in await hub.checks())


async def limits(hub: Hub) -> dict[str, str]:
    """How the limits of the case stand; of one that started twice, the last."""
    rows = await hub.database.pool.fetch(
        "select clock, state from related_clock where case_id = $1 order by started_at", CASE
    )
    return {row["clock"]: row["state"] for row in rows}


async def test_a_death_that_is_told_before_its_case_waits_for_it(hub: Hub) -> None:
    await told(hub, "2025-06-01 10:00", "2025-06-01 12:00")
    await hub.hear(crime())
    await hub.now_is("2025-06-02 12:00")
    assert not [c for c in (await hub.clocks("V1")).values() if c.state == "running"]
