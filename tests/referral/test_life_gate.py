"""Pages of a referral's whole life in a real browser: axe, two widths, without JavaScript."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.referral import commands
from services.referral.actions import falling_due, incidents, providing, settling
from tests.builders import NOON, a_crime, a_viewer, recorded
from tests.referral.conftest import Hub
from tests.referral.portal import LATER
from tests.referral.test_case_gate import Site, passes, site
from tests.referral.test_life import RIVERBANK, SILENT_AFTER, WORKER, a_rape_sent
from tests.referral.test_steering import a_draft
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


async def test_what_is_late_after_an_answer_passes_the_gate_where_the_leader_and_the_case_show_it(
    site: Site, hub: Hub
) -> None:
    sent = await a_rape_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
    await hub.every(falling_due.watch_silence, LATER + timedelta(days=3))
    assert await hub.value("select count(*) from silence_step where kind = 'not_reached'")
    await passes(site, "/cases/team")
    await passes(site, f"/cases/{sent.case}/referrals")


async def test_a_decline_with_a_better_idea_passes_the_gate(site: Site, hub: Hub) -> None:
    sent = await a_rape_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.decline(tx, WORKER, sent.referral, "capacity", LATER, better_line="mental_health")
    await hub.every(settling.settle, LATER)
    await passes(site, f"/cases/{sent.case}/referrals")


async def test_pages_of_what_the_leader_steers_pass_the_gate(site: Site, hub: Hub, tmp_path: Path) -> None:
    await passes(site, "/operations/rehearsal")
    await passes(site, "/operations/incidents", "Switch on")
    await hub.hears(recorded(a_crime()))
    draft = a_draft(tmp_path, without="line.general")
    period = ["--from", "2026-07-01", "--to", "2026-09-30"]
    assert await commands.run(["rehearse", str(draft), *period], hub.context) == 0
    await passes(site, "/operations/rehearsal")
    async with hub.looks(a_viewer("leader")) as tx:
        await incidents.switch_on(tx, a_viewer("leader"), uuid4(), "MI-9", NOON)
    await passes(site, "/operations/incidents")
