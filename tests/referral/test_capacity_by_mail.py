"""The weekly question how a list stands leaves by mail; and which number the hub rings when nobody answers."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contracts.working_time import LONDON, local_day
from kit import clock
from kit.service import Moment
from services.referral.actions import asking_capacity, capacity, provider_mail, trying
from services.referral.domain.open_referral import published
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.test_mailing import smtp

TODAY = local_day(clock.now())
MONDAY = TODAY - timedelta(days=TODAY.weekday())
NINE = datetime.combine(MONDAY, asking_capacity.OPENS, LONDON)
ASKED = [one for one in published(BOOKS.directory.contracts, TODAY) if one.provider.email]


@pytest.mark.service
async def test_each_list_is_asked_once_a_week_by_a_link_that_answers_without_an_account(
    hub: Hub, databases: Databases
) -> None:
    assert await hub.every(asking_capacity.ask, clock.now()) == len(ASKED) > 20
    assert await hub.every(asking_capacity.ask, clock.now()) == 0, "not asked twice in a week"
    later = max(clock.now(), NINE)  # the test may run earlier on a Monday
    async with smtp(hub.context.settings, mail_seconds=30.0) as (inbox, carrier), hub.as_worker() as tx:
        left = await provider_mail.send_due(tx, Moment(later, later), hub.context, carrier)
    assert left == len(inbox.kept) == trying.AT_ONCE
    message = next(iter(inbox.kept.values()))
    assert message["Subject"] == "How does your list stand this week?"
    [path] = re.findall(r"/directory/capacity/\S+", message.get_content())  # type: ignore[attr-defined]
    async with hub_pages(hub, databases) as browse:
        stranger = await browse(None)
        assert (await stranger.get(path)).heading == "Can you take new people this week?"
        assert "This week's answer is in" in (await stranger.submit("Send the answer", state="limited")).text
        page = await (await browse("leader")).get("/operations/outbox")
    assert "The question of the week: how does its list stand?" in page.text and "about a referral" not in page.text


@pytest.mark.service
async def test_a_list_that_was_answered_meanwhile_is_not_asked_and_no_office_is_written_to_before_nine_on_a_monday(
    hub: Hub,
) -> None:
    monday = clock.now().replace(hour=2) - timedelta(days=clock.now().weekday())
    first = ASKED[0]
    week = capacity.week_of(local_day(monday))
    await hub.every(asking_capacity.ask, monday)
    assert (
        await hub.value("select min(extract(hour from next_at at time zone 'Europe/London'))::int from provider_mail")
        == 9
    )
    async with hub.as_worker() as tx:
        await capacity.answer(tx, first, week, "open", monday)
    at = monday + timedelta(hours=10)
    for _ in range(len(ASKED) // trying.AT_ONCE + 1):
        await hub.every(provider_mail.send_due, at)
    asked = await hub.rows("select contract_id, state, why from provider_mail where state <> 'sent'")
    assert asked == [{"contract_id": first.contract_id, "state": "withheld", "why": "list_answered"}]


def test_the_hub_rings_the_number_of_the_contract_before_that_of_its_provider() -> None:
    contract = ASKED[0]
    plain = replace(contract, on_call=None, provider=replace(contract.provider, duty_phone=None, phone="1"))
    by_night = replace(plain, provider=replace(plain.provider, duty_phone="2"))
    assert (plain.duty_line, by_night.duty_line, replace(by_night, on_call="3").duty_line) == ("1", "2", "3")
