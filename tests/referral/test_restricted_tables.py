"""A restricted person in every table of the service: whoever has not the right reads none of it, whatever is asked."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.justice import MilestoneReached
from kit import clock
from services.referral.actions import alerting, beside, contacting, falling_due, noticing, noting, providing
from services.referral.actions.beside import Told
from services.referral.actions.noting import Written
from services.referral.store import cases, tasks
from services.referral.store.tasks import Task, task_id
from tests.builders import NOON, a_viewer, an_event
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import LATER, Sent, a_referral_sent
from tests.referral.test_hostile_provider import found_by, support_of

pytestmark = pytest.mark.service
FILLED = {
    "alert", "appointment", "assessment", "case_entry", "case_event", "case_file", "case_sealed", "channel", "consent",
    "contact_attempt", "end_report", "leg", "need_score", "note", "notice", "offer_step", "outcome", "person",
    "person_index", "person_sealed", "provider_mail", "referral", "routing", "task",
}  # fmt: skip
INNER = {"kit.audit", "kit.outbox", "kit.sequence"}
"""What every act writes to and no page of lists reads; who has looked at a case is shown with the case alone."""
OPEN_TO_ALL = """
select p.tablename from pg_policies p
  join information_schema.columns c on c.table_schema = 'public' and c.table_name = p.tablename
   and c.column_name in ('case_id', 'person_id', 'leg_id', 'referral_id')
 where p.roles::text ~ 'hub|portal' and p.permissive = 'PERMISSIVE' and p.qual = 'true'
"""


async def with_everything(hub: Hub) -> Sent:
    """A person who is with a provider, of whom the hub and the provider have written all sorts of things."""
    sent, now = await a_referral_sent(hub), clock.now()
    worker, leader = a_viewer("idva.worker"), a_viewer("leader")
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, sent.referral, LATER)
        tried = (uuid4(), sent.case, "mobile", "no_answer", NOON)
        await contacting.record_attempt(tx, worker, *tried, referral_id=sent.referral)
    await support_of(hub, sent, worker)
    crime = await hub.value("select crime_id from case_file where case_id = $1", sent.case)
    order = {"milestone_id": "m-1", "crime_id": str(crime), "trigger": "order_made", "happened_at": now.isoformat()}
    await hub.hears([an_event(MilestoneReached.TYPE, order, at=now)])
    async with hub.looks(leader) as tx:
        case = await cases.get(tx, sent.case)
        assert case is not None
        for kind, code in (("must_not_know", "partner"), ("disclosure", "police"), ("call_back", "person")):
            told = Told(uuid4(), kind, code, "Ulric", now + timedelta(days=1))
            await beside.add(tx, leader, hub.sealer, case, told, now)
        await noting.add(tx, leader, hub.sealer, case, uuid4(), Written("A note"), now)
        await beside.take_step(tx, leader, case, uuid4(), "mental_health", "asked", None, BOOKS, now)
    async with hub.as_worker() as tx:
        about = task_id("review_risk", sent.case)
        await tasks.add(tx, [Task(about, "review_risk", now + timedelta(hours=2), now, case_id=sent.case)])
    for due in (alerting.tell, noticing.notice, falling_due.remind):
        await hub.every(due, now)
    return sent


async def test_no_table_gives_a_row_of_a_restricted_person_to_whoever_has_not_the_right(hub: Hub) -> None:
    sent = await with_everything(hub)
    reference = await hub.value("select reference from case_file")
    sought = {str(sent.case), str(sent.person), str(sent.referral), str(sent.leg), reference}
    async with hub.looks(a_viewer()) as tx:
        before = await found_by(tx, sought)
    assert {f"public.{name}" for name in FILLED} <= {name for name, texts in before.items() if texts & sought}
    for table in ("case_file", "person", "leg"):
        await hub.worker.pool.execute(f"update {table} set restricted = true")
    for persona in ("officer", "compliance", "provider.manager"):
        async with hub.looks(a_viewer(persona)) as tx:
            found = await found_by(tx, sought)
        shown = {name for name, texts in found.items() if texts & sought}
        assert shown <= INNER and (persona != "provider.manager" or not shown), persona
    async with hub.looks(a_viewer("leader")) as tx:
        found = await found_by(tx, sought)
    assert {f"public.{name}" for name in FILLED} <= {name for name, texts in found.items() if texts & sought}


async def test_a_table_that_names_a_case_or_a_person_is_open_to_nobody_without_a_condition(hub: Hub) -> None:
    assert {row["tablename"] for row in await hub.rows(OPEN_TO_ALL)} == set()


async def test_how_many_are_hidden_is_one_number_for_the_team_leader(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    async with hub_pages(hub, databases) as browse:
        leader, officer = await browse("leader"), await browse("officer")
        await officer.get("/cases")
        assert "Nobody is hidden from anybody." in (await leader.get("/cases/team")).text
        for table in ("case_file", "person", "leg"):
            await hub.worker.pool.execute(f"update {table} set restricted = true where person_id = $1", sent.person)
        assert "1 open case is hidden from everybody without the right" in (await leader.get("/cases/team")).text
        await officer.get("/cases/team", 403)
