"""What a send by hand lets its provider be told goes by what the person agreed to, not by what was known just then."""

import pytest

from kit import clock
from services.referral.__main__ import HERE
from services.referral.actions import alarming, referring
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import a_referral_sent, portal_of
from tests.referral.test_stale_sends import YES, a_send

pytestmark = pytest.mark.service
RAISED = "The risk was found to be higher"
MIGRATION = HERE / "migrations" / "0156_told_by_scope.sql"


async def test_a_risk_that_rises_after_a_send_by_hand_is_told_though_none_was_known_when_it_left(
    hub: Hub, databases: Databases
) -> None:
    case, where = await a_send(hub)
    await hub.rows("update routing set facts = jsonb_set(facts, '{case,risk_grade}', 'null') returning 1")
    await hub.rows("update case_file set risk_grade = null returning 1")
    async with hub_pages(hub, databases) as desk, portal_of(hub, databases) as browse:
        officer = await desk("officer")
        assert "as they stand or once they are known: " in (await officer.get(where)).text
        await officer.submit("Send", **YES)
        await hub.rows("update leg set release_at = now() - interval '1 second' returning 1")
        await hub.every(referring.release, clock.now())
        async with hub.as_worker() as tx:
            await alarming.if_raised(tx, case, ("medium", "high"), clock.now())
        await hub.rows("update case_file set risk_grade = 'high' returning 1")
        referral = await hub.value("select referral_id from leg")
        page = await (await browse("idva.worker")).get(f"/portal/referrals/{referral}")
    assert page.summary["Risk now"] == "High" and RAISED in page.text and "has not agreed" not in page.text


async def test_a_leg_from_before_the_bound_was_kept_is_bound_by_the_scope_of_its_agreement(
    hub: Hub, databases: Databases
) -> None:
    migrate = await databases.open(await hub.value("select current_database()"), "referral_migrate", size=1)
    sent = await a_referral_sent(hub, scope=("given_names", "needs"))
    for scope, bound in ((["given_names", "needs"], {"given_names", "needs", "reference", "share"}), ([], set())):
        await hub.rows("update consent set scope = $1 returning 1", scope)
        await hub.rows("update leg set told_within = null returning 1")
        async with migrate.begin() as tx:
            await tx.execute("set local role referral_owner")
            await tx.execute(MIGRATION.read_text())
        assert set(await hub.value("select told_within from leg where leg_id = $1", sent.leg)) == bound
