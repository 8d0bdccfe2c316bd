"""Two records that are two again: where each may be sent, and how high its risk is by what is its own."""

from typing import Any
from uuid import UUID

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import recounting, ruling_out, tasking
from services.referral.store import cases, tasks
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.test_actions import agrees
from tests.referral.test_joined_records import a_record, facts_of, joined
from tests.referral.test_parted import parted
from tests.referral.test_recounting import a_prior

OFFICER = a_viewer()
HARBOUR = BOOKS.directory.by_id[contract_id("harbour-lane-idva")].provider.provider_id
RIVERBANK = BOOKS.directory.by_id[contract_id("riverbank-isva")].provider.provider_id


RAISED = """
update case_file set domestic = true, holds = array['high_risk'], doors = array['marac'] where case_id = $1 returning 1
"""


async def rules_out(hub: Hub, case: UUID, provider: UUID, why: str = "person") -> None:
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        await ruling_out.rule_out(tx, OFFICER, held, provider, BOOKS, clock.now(), why)


async def refused(hub: Hub, case: UUID) -> set[str]:
    return set((await facts_of(hub, case))["case"].get("refused_providers", ()))


@pytest.mark.service
async def test_a_provider_is_ruled_out_for_nobody_who_never_said_so_once_they_are_two_again(hub: Hub) -> None:
    one, two, three = [await a_record(hub, ref, days) for ref, days in (("V-a", 4), ("V-b", 3), ("V-c", 2))]
    await rules_out(hub, one, RIVERBANK)
    await rules_out(hub, two, HARBOUR, "conflict")
    await joined(hub, one, two)
    await joined(hub, two, three)
    both = {str(RIVERBANK), str(HARBOUR)}
    assert [await refused(hub, case) for case in (one, two, three)] == [both] * 3
    await parted(hub, one, two)
    assert [await refused(hub, case) for case in (one, two, three)] == [{str(RIVERBANK)}, *[{str(HARBOUR)}] * 2]
    await parted(hub, two, three)
    assert [await refused(hub, case) for case in (one, two, three)] == [{str(RIVERBANK)}, {str(HARBOUR)}, set()]


@pytest.mark.service
@pytest.mark.parametrize("own", [False, True])
async def test_what_a_record_ruled_out_itself_stands_again_unless_its_own_agreement_ended_it(
    hub: Hub, own: bool
) -> None:
    one, two = [await a_record(hub, ref, days) for ref, days in (("V-a", 4), ("V-b", 3))]
    await rules_out(hub, one, HARBOUR)
    await joined(hub, one, two)
    said_by = one if own else two
    await agrees(hub, said_by, contract_id("harbour-lane-idva"), at=clock.now())
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, said_by)
        assert held is not None
        await ruling_out.wanted_again(tx, OFFICER, held, HARBOUR, BOOKS, clock.now())
    assert [await refused(hub, case) for case in (one, two)] == [set(), set()]
    await parted(hub, one, two)
    assert [await refused(hub, case) for case in (one, two)] == [set() if own else {str(HARBOUR)}, set()]


@pytest.mark.parametrize(
    ("reports", "look"),
    [
        ([{"held_high": True}], {1}),
        ([{"held_high": True}, {}, {}], set()),
        ([{"held_high": True}, {}, {"domestic": False}], {1}),
        ([{"held_high": True, "state": "closed"}], set()),
        ([{"held_high": True, "domestic": False}], set()),
        ([{}], set()),
    ],
)
def test_a_case_that_others_reports_may_have_raised_is_looked_at_once_they_do_not_count(
    reports: list[dict[str, Any]], look: set[int]
) -> None:
    priors = [a_prior(number, number - 1, **said) for number, said in enumerate(reports, 1)]
    assert {case.int for case in recounting.too_few(priors)} == look


@pytest.mark.service
async def test_whose_risk_was_counted_from_another_persons_reports_is_looked_at_the_day_they_are_two_again(
    hub: Hub,
) -> None:
    one, two = [await a_record(hub, ref, days) for ref, days in (("V-a", 4), ("V-b", 3))]
    await joined(hub, one, two)
    await hub.rows(RAISED, two)
    asked = "select case_id from task where kind = 'risk_parted' and done_at is null"
    assert await hub.rows(asked) == []
    await parted(hub, one, two)
    assert [row["case_id"] for row in await hub.rows(asked)] == [two]


@pytest.mark.service
async def test_the_review_says_that_another_persons_reports_were_counted_and_asks_about_the_marac_they_opened(
    hub: Hub, databases: Databases
) -> None:
    one, two = [await a_record(hub, ref, days) for ref, days in (("V-a", 4), ("V-b", 3))]
    await joined(hub, one, two)
    await hub.rows(RAISED, two)
    await parted(hub, one, two)
    counted = "by a count of reports that were another person's"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "counted as high from the reports of another person" in (await officer.get(f"/cases/{two}")).text
        page = await officer.get(f"/cases/{two}/safeguards")
        assert counted in page.text and "MARAC: what was done?" in page.text, "it is asked, and not closed"
        async with hub.looks(OFFICER) as tx:
            [task] = [one.task_id for one in await tasks.of_case(tx, two) if one.kind == tasks.PARTED]
            await tasking.close(tx, OFFICER, hub.sealer, task, "done", "", clock.now())
        assert counted not in (await officer.get(f"/cases/{two}/safeguards")).text


@pytest.mark.service
async def test_what_is_with_a_provider_that_is_ruled_out_again_is_asked_about_once_more(hub: Hub) -> None:
    one, two = [await a_record(hub, ref, days) for ref, days in (("V-a", 4), ("V-b", 3))]
    [leg] = await hub.rows("select provider_id, contract_id from leg where case_id = $1", one)
    await rules_out(hub, one, leg["provider_id"])
    asked = "select count(*) from task where kind = 'provider_ruled_out' and case_id = $1 and done_at is null"
    assert await hub.value(asked, one) == 1
    await joined(hub, one, two)
    await agrees(hub, two, leg["contract_id"], at=clock.now())
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, two)
        assert held is not None
        await ruling_out.wanted_again(tx, OFFICER, held, leg["provider_id"], BOOKS, clock.now())
    assert await hub.value(asked, one) == 0
    await parted(hub, one, two)
    assert (await hub.value(asked, one), await hub.value(asked, two)) == (1, 0)
