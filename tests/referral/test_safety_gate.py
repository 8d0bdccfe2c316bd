"""Pages that keep people safe in a real browser: holds lifted, two numbers, overrides that are overdue."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kit import clock
from services.referral.actions import consenting, new_incident
from services.referral.store import same_person
from tests.builders import NOON, a_crime, a_viewer, recorded
from tests.referral.conftest import Hub
from tests.referral.test_case_gate import Site, passes, site
from tests.referral.test_new_incident import another_number
from tests.referral.test_same_person import person_of, two_records

__all__ = ["site"]
pytestmark = [pytest.mark.service, pytest.mark.browser]


async def test_holds_that_are_lifted_and_overdue_overrides_pass_the_gate(site: Site, hub: Hub) -> None:
    await passes(site, "/operations/incidents/held")
    await hub.hears(recorded(*(a_crime(major_incident_id="MI-9") for _ in range(2))))
    await passes(site, "/operations/incidents/held", "Lift the hold from those ticked")
    case = await hub.value("select case_id from case_file limit 1")
    async with hub.looks(a_viewer()) as tx:
        await consenting.ask_override(tx, a_viewer(), uuid4(), case, "general", "life_at_risk", NOON)
    await passes(site, "/cases/overrides")
    await hub.worker.pool.execute("update case_file set review_since = $1 where case_id = $2", NOON, case)
    await passes(site, f"/cases/{case}", "Write the review down")
    await passes(site, "/cases/team")


async def test_two_numbers_of_one_person_pass_the_gate(site: Site, hub: Hub) -> None:
    one, two = await two_records(hub)
    people = sorted([await person_of(hub, one), await person_of(hub, two)])
    await hub.worker.pool.execute("update same_person set same = true")
    async with hub.looks(a_viewer()) as tx:
        await same_person.relink(tx, people)
        await new_incident.of_linked(tx, a_viewer(), people, clock.now() + timedelta(days=1))
    await another_number(hub, one)
    await passes(site, f"/cases/{two}/contact")
    await passes(site, f"/cases/{two}/contact/numbers/mobile", "Decide")
