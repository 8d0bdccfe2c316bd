"""Pages of agreements and overrides in a real browser: axe, two widths, without JavaScript."""

from uuid import uuid4

import pytest

from kit import clock
from services.referral.actions import consenting
from tests.builders import a_viewer
from tests.referral.conftest import Hub
from tests.referral.portal import a_referral_sent
from tests.referral.test_agreements import consent_of
from tests.referral.test_case_gate import Site, passes, site

__all__ = ["site"]
pytestmark = [pytest.mark.service, pytest.mark.browser]


async def test_pages_of_agreements_and_overrides_pass_the_gate(site: Site, hub: Hub) -> None:
    await passes(site, "/cases/overrides")
    sent = await a_referral_sent(hub)
    held = await consent_of(hub, sent)
    base = f"/cases/{sent.case}"
    await passes(site, f"{base}/agreements")
    await passes(site, f"{base}/agreements/new", "Record the agreement")
    await passes(site, f"{base}/agreements/{held.consent_id}/withdraw", "Withdraw it and end all of this")
    await passes(site, f"{base}/override", "Ask a second person")
    officer = a_viewer()
    async with hub.looks(officer) as tx:
        await consenting.ask_override(tx, officer, uuid4(), sent.case, "idva", "marac", clock.now())
    await passes(site, "/cases/overrides")
