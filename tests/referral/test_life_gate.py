"""Pages of a referral's whole life in a real browser: axe, two widths, without JavaScript."""

import pytest

from services.referral.actions import falling_due, providing, settling
from tests.referral.conftest import Hub
from tests.referral.portal import LATER
from tests.referral.test_case_gate import Site, passes, site
from tests.referral.test_life import RIVERBANK, SILENT_AFTER, WORKER, a_rape_sent
from tests.referral.test_transfers import STILLWATER

__all__ = ["site"]
pytestmark = [pytest.mark.service, pytest.mark.browser]


async def test_pages_of_a_silent_provider_a_transfer_and_a_hand_over_pass_the_gate(site: Site, hub: Hub) -> None:
    sent = await a_rape_sent(hub)
    await hub.every(falling_due.watch_silence, SILENT_AFTER)
    base = f"/cases/{sent.case}/referrals"
    await passes(site, base)
    await passes(site, f"{base}/{sent.referral}/contracts/{RIVERBANK}")
    await passes(site, f"{base}/{sent.referral}/transfer", "Transfer")
    await passes(site, "/referrals/handover", "Show who would go over")
    chosen = f"?from_contract={STILLWATER}&to_contract={RIVERBANK}"
    await passes(site, f"/referrals/handover/check{chosen}")
    await passes(site, f"/referrals/handover/check?from_contract={RIVERBANK}&to_contract={STILLWATER}")
    await passes(site, f"/referrals/handover/check{chosen}", "Hand over")
    await passes(site, "/referrals/handover")


async def test_a_decline_with_a_better_idea_passes_the_gate(site: Site, hub: Hub) -> None:
    sent = await a_rape_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.decline(tx, WORKER, sent.referral, "capacity", LATER, better_line="mental_health")
    await hub.every(settling.settle, LATER)
    await passes(site, f"/cases/{sent.case}/referrals")
