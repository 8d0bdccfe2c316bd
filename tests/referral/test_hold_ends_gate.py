"""The pages on which a hold ends, in a real browser: axe, two widths, without JavaScript."""

from uuid import uuid4

import pytest

from kit import clock
from services.referral.actions import ending_holds
from services.referral.actions.ending_holds import Asked
from tests.builders import a_crime, a_victim, a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case
from tests.referral.test_case_gate import Site, passes, site

__all__ = ["site"]
pytestmark = [pytest.mark.service, pytest.mark.browser]


async def test_pages_on_which_a_hold_ends_pass_the_gate(site: Site, hub: Hub) -> None:
    case, unreachable = await a_case(hub), await a_case(hub, a_crime(a_victim(channels_safe=[])), channels=[])
    await passes(site, "/cases/hold-ends")
    await passes(site, f"/cases/{case}/holds/high_risk", "Ask a second person")
    await passes(site, f"/cases/{unreachable}/holds/no_safe_channel")
    async with hub.looks(a_viewer()) as tx:
        asked = Asked(uuid4(), "high_risk", "acted_on", "Safe with her sister.")
        await ending_holds.ask(tx, a_viewer(), hub.sealer, case, asked, BOOKS, clock.now())
    await passes(site, "/cases/hold-ends")
    await passes(site, f"/cases/{case}/holds/high_risk", "Decide")
