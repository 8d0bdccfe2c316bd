"""A provider's worker sees a higher risk than anybody knew: the hub hears of it at once, and decides again."""

from uuid import uuid4

import pytest

from kit import clock
from services.referral.actions import opening, settling, supporting
from services.referral.domain.support import Answer
from services.referral.store.support import Assessment
from tests.builders import a_detail, a_domestic_crime, a_victim, a_viewer, recorded
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service


async def assessed(hub: Hub, risk: str) -> None:
    """A worker of the provider that has the case records what they see."""
    [leg] = await hub.rows("select leg_id, case_id, provider_id from leg")
    worker, now = a_viewer("idva.worker"), clock.now()
    about = (uuid4(), leg["leg_id"], leg["case_id"], leg["provider_id"])
    made = Assessment(*about, "start", risk, "hub_told", (), "yes", now, worker.user_id)
    async with hub.looks(worker) as tx:
        await supporting.assess(tx, worker, made, [Answer("money", 2)])
    for _ in range(2):
        await hub.every(settling.settle, now)


async def test_a_risk_that_the_providers_worker_sees_as_high_is_before_the_hub_at_once_and_once(hub: Hub) -> None:
    known = a_victim(relationship_to_suspect="partner", risk={"grade": "standard"}, share="agreed")
    crime = a_domestic_crime(known)
    known["sealed"] = hub.sealed(a_detail(), crime["crime_id"], known["victim_ref"])
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    await hub.every(settling.settle)
    stands = "select lines, holds, doors, state, priority from case_file"
    [before] = await hub.rows(stands)
    assert (before["lines"], before["state"]) == (["domestic_abuse"], "active")
    await assessed(hub, "medium")
    assert await hub.rows(stands) == [before] and await hub.value("select count(*) from task") == 0
    await assessed(hub, "imminent")
    [after] = await hub.rows(stands)
    assert after["lines"] == ["domestic_abuse", "idva"] and {"marac", "emergency"} <= set(after["doors"])
    assert "high_risk" in after["holds"] and (after["state"], after["priority"]) == ("waiting", 0)
    assert await hub.value("select count(*) from task where kind = 'review_risk' and done_at is null") == 1
    assert await hub.rows("select line, state from leg") == [{"line": "domestic_abuse", "state": "sent"}]
