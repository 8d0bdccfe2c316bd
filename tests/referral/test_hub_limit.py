"""The hub's own limit of a case stands while the case waits for the hub, and no longer."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kit.database import Database
from services.referral.__main__ import HERE
from services.referral.actions import incidents, providing, settling
from services.referral.actions.filing import CHILD, LIFE_SAFETY, by_hub, hub_due
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, a_referral_sent

EARLIER = NOON - timedelta(hours=3)
FRESH = hub_due(CHILD, NOON)
IDVA, LEADER = a_viewer("idva.worker"), a_viewer("leader")
MIGRATION = HERE / "migrations" / "0165_hub_limit_ends.sql"


async def turn(hub: Hub, case: UUID) -> tuple[object, ...]:
    [row] = await hub.rows("select state, hub_due, act_by from case_file where case_id = $1", case)
    return tuple(row.values())


@pytest.mark.parametrize(
    ("state", "urgency", "stands", "by"),
    [
        ("active", LIFE_SAFETY, EARLIER, None),
        ("resting", CHILD, EARLIER, None),
        ("closed", CHILD, EARLIER, None),
        ("waiting", CHILD, None, FRESH),
        ("waiting", CHILD, EARLIER, EARLIER),
        ("waiting", LIFE_SAFETY, FRESH, NOON + timedelta(hours=1)),
    ],
)
def test_the_hub_has_a_limit_only_while_a_case_waits_for_it(
    state: str, urgency: int, stands: datetime | None, by: datetime | None
) -> None:
    assert by_hub(state, urgency, NOON, stands) == by


@pytest.mark.service
async def test_a_case_that_a_human_sent_is_not_late_for_the_hub_and_has_a_new_limit_once_it_comes_back(
    hub: Hub,
) -> None:
    sent = await a_referral_sent(hub)
    assert await turn(hub, sent.case) == ("active", None, None)
    back = LATER + timedelta(hours=5)
    async with hub.looks(IDVA) as tx:
        await providing.step(tx, IDVA, sent.referral, "decline", back, reason_code="capacity")
    await hub.every(settling.settle, back)
    hour = back + timedelta(hours=1)
    assert await turn(hub, sent.case) == ("waiting", hour, hour)


@pytest.mark.service
async def test_what_can_still_be_undone_has_the_limit_that_it_had(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    was = "update case_file set state = 'waiting', hub_due = $1, act_by = $1 returning 1"
    leaves = "update leg set state = 'leaving'; update referral set state = 'triaged', leg_id = null"
    await hub.rows(was, EARLIER)
    await hub.worker.pool.execute(leaves)
    async with hub.as_worker() as tx:
        await settling.follow_case(tx, sent.case, LATER)
    assert await turn(hub, sent.case) == ("active", EARLIER, EARLIER)
    await hub.worker.pool.execute("delete from leg")
    async with hub.as_worker() as tx:
        await settling.follow_case(tx, sent.case, LATER)
    assert await turn(hub, sent.case) == ("waiting", EARLIER, EARLIER)


@pytest.mark.service
async def test_a_case_with_a_provider_that_a_major_incident_holds_has_a_limit(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    await hub.worker.pool.execute("update case_file set major_incident_id = 'MI-9'")
    async with hub.looks(LEADER) as tx:
        await incidents.switch_on(tx, LEADER, uuid4(), "MI-9", LATER)
    hour = LATER + timedelta(hours=1)
    assert await turn(hub, sent.case) == ("waiting", hour, hour)


@pytest.mark.service
async def test_rows_from_before_have_the_hub_s_limit_where_they_wait_for_it_alone(
    hub: Hub, databases: Databases
) -> None:
    migrate = await databases.open(await hub.value("select current_database()"), "referral_migrate", size=1)
    sent = await a_referral_sent(hub)
    clock = NOON + timedelta(days=3)
    for state, due, urgency, kept in (
        ("active", EARLIER, 0, (None, clock)),
        ("active", EARLIER, 2, (None, clock)),
        ("waiting", EARLIER, 0, (EARLIER, EARLIER)),
    ):
        changed = "update case_file set state = $1, hub_due = $2, act_by = $2, next_due = $3, priority = $4 returning 1"
        await hub.rows(changed, state, due, clock, urgency)
        await _run(migrate)
        assert (await turn(hub, sent.case))[1:] == kept, (state, urgency)
    soon = "select hub_due between now() and now() + $1::interval from case_file where act_by is not null"
    for urgency, within in ((0, timedelta(hours=1)), (2, timedelta(days=1))):
        await hub.rows("update case_file set hub_due = null, act_by = null, priority = $1 returning 1", urgency)
        await _run(migrate)
        assert await hub.value(soon, within) is True


async def _run(migrate: Database) -> None:
    async with migrate.begin() as tx:
        await tx.execute("set local role referral_owner")
        await tx.execute(MIGRATION.read_text())
