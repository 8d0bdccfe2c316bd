"""What the person said last of support counts on every page; a task stands once; danger is asked about once more."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from kit import clock
from services.referral.actions import first_contact, settling
from services.referral.desk_books import first_contact as lists
from services.referral.store.first_contact import HubAssessment
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import a_need, portal_of
from tests.referral.test_no_at_the_leg import OFFICER, accepted, shut_at_hub

pytestmark = pytest.mark.service
OPEN = "select kind from task where case_id = $1 and done_at is null order by 1"


async def asked(hub: Hub, case: UUID) -> list[str]:
    return [row["kind"] for row in await hub.rows(OPEN, case)]


async def test_a_yes_after_a_no_counts_everywhere_and_two_high_risks_are_one_task(
    hub: Hub, databases: Databases
) -> None:
    sent = await accepted(hub)
    before = await asked(hub, sent.case)
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        for agreed, tasks in (("no", ["review_risk", "said_no_to_support"]), ("yes", ["review_risk"])):
            await worker.get(f"{sent.page}/needs/start")
            said = {"agreed": agreed, "risk": "imminent", "safety_act": "police"}
            await worker.submit("Record it", 200, **said, **a_need())
            await hub.every(settling.settle, clock.now())
            found = [kind for kind in await asked(hub, sent.case) if kind not in before or kind == "review_risk"]
            assert [kind for kind in found if kind in ("review_risk", "said_no_to_support")] == tasks
        page = await worker.get(sent.page)
        assert "Nobody calls them" not in page.text
    assert await shut_at_hub(hub, sent.case) is None


async def test_a_yes_to_the_hub_ends_the_task_about_the_no_to_it(hub: Hub) -> None:
    sent = await accepted(hub)
    levels = dict.fromkeys(BOOKS.support.domains, 4)
    made = HubAssessment(
        *(uuid4(), sent.case, levels, (), None, "high", "no", lists().version, OFFICER.user_id, OFFICER.role),
        clock.now(),
    )
    for agreed in ("no", "yes"):
        async with hub.looks(OFFICER) as tx:
            again = replace(made, assessment_id=uuid4(), agreed=agreed, at=clock.now())
            await first_contact.record(tx, a_viewer(), again, BOOKS, clock.now())
        assert ("said_no_to_support" in await asked(hub, sent.case)) == (agreed == "no")
    assert (await asked(hub, sent.case)).count("review_risk") == 1


async def test_danger_now_a_no_and_nothing_done_is_asked_once_more_at_its_field(hub: Hub, databases: Databases) -> None:
    sent = await accepted(hub)
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        await worker.get(f"{sent.page}/needs/start")
        said = {"agreed": "no", "risk": "imminent", "safety_act": "none_needed"}
        page = await worker.submit("Record it", 422, **said, **a_need())
        assert "choose what was done at once" in page.text
        assert await hub.value("select count(*) from assessment") == 0
        await worker.submit("Record it")
    assert await hub.value("select safety_act from assessment") == "none_needed"
