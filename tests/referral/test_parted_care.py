"""Two records that are two again: where each may be sent, and how high its risk is by what is its own."""

from uuid import UUID

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import ruling_out
from services.referral.store import cases
from tests.builders import a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.test_joined_records import a_record, facts_of, joined
from tests.referral.test_parted import parted

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
