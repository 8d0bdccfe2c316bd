"""Two records that are two again: where each may be sent, and how high its risk is by what is its own."""

from typing import Any
from uuid import UUID

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import recounting, ruling_out
from services.referral.store import cases
from tests.builders import a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.test_actions import agrees
from tests.referral.test_joined_records import a_record, facts_of, joined
from tests.referral.test_parted import parted
from tests.referral.test_recounting import a_prior

OFFICER = a_viewer()
HARBOUR = BOOKS.directory.by_id[contract_id("harbour-lane-idva")].provider.provider_id
RIVERBANK = BOOKS.directory.by_id[contract_id("riverbank-isva")].provider.provider_id


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
    raised = "update case_file set domestic = true, holds = array['high_risk'] where case_id = $1 returning 1"
    await hub.rows(raised, two)
    asked = "select case_id from task where kind = 'review_risk' and done_at is null"
    before = await hub.rows(asked)
    await parted(hub, one, two)
    assert [row["case_id"] for row in await hub.rows(asked) if row not in before] == [two]
