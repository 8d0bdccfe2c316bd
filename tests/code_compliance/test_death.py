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


async def test_a_death_that_is_told_before_its_case_waits_for_it(hub: Hub) -> None:
    await told(hub, "2025-06-01 10:00", "2025-06-01 12:00")
    await hub.hear(crime())
    await hub.now_is("2025-06-02 12:00")
    assert not [c for c in (await hub.clocks("V1")).values() if c.state == "running"]
