"""Bail, release and orders reach the provider and the hub although nobody has a page open; the person never."""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest

from contracts.justice import MilestoneReached
from handrail.feeds.tellings import SOURCE
from kit import clock
from kit.service import Moment
from services.referral.actions import alerting, noticing, provider_mail
from tests.browser import Browser
from tests.builders import a_viewer, an_event
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import NAMES, hub_pages
from tests.referral.portal import Sent, a_referral_sent, access_of, portal_app
from tests.referral.test_mailing import smtp

pytestmark = pytest.mark.service
WITHOUT_ACCOUNTS = "spectrum-west-idva"


async def heard(hub: Hub, sent: Sent, milestone: str = "m-1", days_ago: int = 0, source: str = "tests") -> None:
    """Bail with conditions is heard of, a moment ago or days ago."""
    at = clock.now() - timedelta(days=days_ago)
    crime = await hub.value("select crime_id from case_file where case_id = $1", sent.case)
    told = {"milestone_id": milestone, "crime_id": str(crime), "trigger": "police_bail_conditions_changed"}
    await hub.hears([an_event(MilestoneReached.TYPE, told | {"happened_at": at.isoformat()}, at=at, source=source)])


async def mails(hub: Hub) -> list[EmailMessage]:
    """What leaves for providers when alerts are told, and then told again."""
    now = clock.now()
    for _ in range(2):
        await hub.every(alerting.tell, now)
    async with smtp(hub.context.settings) as (inbox, carrier), hub.as_worker() as tx:
        await provider_mail.send_due(tx, Moment(now, now), hub.context, carrier)
    return list(inbox.kept.values())  # type: ignore[arg-type]


async def test_bail_is_mailed_once_to_each_provider_that_has_the_person_and_to_nobody_else(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    await hub.worker.pool.execute("delete from provider_mail")
    await heard(hub, sent)
    [message] = await mails(hub)
    reference = await hub.value("select reference from case_file where case_id = $1", sent.case)
    body = f"{message}{message.get_content()}"
    assert (message["To"], message["Subject"]) == ("referrals@harbour-lane.example.org", "Please look now")
    assert not any(told in body for told in (*NAMES, reference, "bail", "07700 900321"))
    assert await hub.value("select count(*) from mail") == 0
    await hub.worker.pool.execute("update leg set state = 'withdrawn' where leg_id = $1", sent.leg)
    await heard(hub, sent, "m-2")
    assert await mails(hub) == []


async def test_a_provider_without_accounts_hears_of_bail_by_a_link_that_opens_with_the_warning(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    await hub.worker.pool.execute("delete from provider_mail")
    await heard(hub, sent)
    [message] = await mails(hub)
    [link] = re.findall(r"/portal/link/open/\w+", message.get_content())
    settings = hub.context.settings
    async with Browser(portal_app(hub, settings, await access_of(databases)), settings, None) as holder:
        await holder.get(link)
        assert "Review the risk before any contact" in (await holder.submit("Go on")).text


async def test_the_hub_has_a_notice_of_bail_until_the_risk_is_reviewed_and_again_with_the_next(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub)
    async with hub_pages(hub, databases) as browse:
        officer, leader = await browse("officer"), await browse("leader")
        await heard(hub, sent)
        await mails(hub)
        for one in (officer, leader):
            assert "review the risk before any contact" in (await one.get("/cases/notices")).text
        page = await officer.submit("Mark all as read")
        assert "New" not in page.texts("span", "moj-badge")
        await heard(hub, sent, "m-2")
        await mails(hub)
        assert "New" in (await officer.get("/cases/notices")).texts("span", "moj-badge")
        await officer.get(f"/cases/{sent.case}")
        await officer.submit("Write the review down", found="same")
        await hub.every(noticing.notice, clock.now())
        assert "Nothing waits" in (await leader.get("/cases/notices")).text


async def test_bail_of_a_past_month_that_is_fed_now_is_mailed_to_nobody(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    await hub.worker.pool.execute("delete from provider_mail")
    await heard(hub, sent, days_ago=30, source=SOURCE)
    assert await mails(hub) == [] and await hub.value("select count(*) from notice") == 0
    assert await hub.value("select count(*) from alert where told_at is null") == 0
    async with hub.looks(a_viewer()) as tx:
        assert await tx.fetchval("select review_since is not null from case_file where case_id = $1", sent.case)
