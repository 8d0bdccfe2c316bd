"""Messages to providers: a one-time link and a nudge leave by the same carriers, for the address of the directory."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit import clock
from kit.service import Moment
from services.referral.actions import falling_due, provider_mail, trying
from services.referral.carrying import Carrier, Notify, address_of
from services.referral.case_ui import outbox
from services.referral.domain.mailing import Message
from tests.browser import Browser, cookie_of
from tests.builders import NOON
from tests.conftest import Databases
from tests.gate import address_of as origin_of
from tests.gate import free_socket, served
from tests.referral.conftest import Hub
from tests.referral.hub_pages import NAMES, access_of, hub_pages
from tests.referral.portal import LATER, a_referral_sent, portal_app
from tests.referral.test_mailing import smtp

pytestmark = pytest.mark.service
WITHOUT_ACCOUNTS = "spectrum-west-idva"
REGISTERED = "referrals@spectrum-west.example.org"


async def leaves(hub: Hub, carrier: Carrier | None = None, minutes: int = 0) -> int:
    now = LATER + timedelta(minutes=minutes)
    async with hub.as_worker() as tx:
        return await provider_mail.send_due(tx, Moment(now, now), hub.context, carrier)


async def states(hub: Hub) -> list[tuple[str, str | None]]:
    rows = await hub.rows("select state, why from provider_mail order by asked_at, mail_id")
    return [(row["state"], row["why"]) for row in rows]


async def test_what_is_sent_to_a_provider_without_accounts_mails_its_link_and_nothing_of_the_person(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    async with smtp(hub.context.settings) as (inbox, carrier):
        assert await leaves(hub, carrier) == 1
    [message] = inbox.kept.values()
    body = message.get_content()  # type: ignore[attr-defined]
    assert message["To"] == REGISTERED and message["Subject"] == "Something new is waiting for you"
    reference = await hub.value("select reference from case_file where case_id = $1", sent.case)
    assert not any(told in f"{body}{message}" for told in (*NAMES, "07700 900321", reference, "domestic", "victim"))
    assert await states(hub) == [("sent", None)]
    assert await hub.value("select count(*) from provider_mail where token is not null") == 0
    access = await access_of(databases)
    [link] = re.findall(r"(/portal/link/open/\w+)", body)
    async with Browser(portal_app(hub, hub.context.settings, access), hub.context.settings, None) as holder:
        await hub.worker.pool.execute("update leg_link set expires_at = now() + interval '1 day'")
        await holder.get(link)
        page = await holder.submit("Go on")
        assert reference in page.text


async def test_a_message_that_another_worker_has_just_begun_is_left_to_it(hub: Hub) -> None:
    await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    begun = "update provider_mail set state = 'sending', sending_since = $1 returning mail_id"
    [row] = await hub.rows(begun, LATER)
    async with smtp(hub.context.settings) as (inbox, carrier):
        await trying.carry(provider_mail.TO_PROVIDERS, row["mail_id"], LATER, hub.context, carrier)
        assert inbox.kept == {} and await states(hub) == [("sending", None)]
        gone = LATER + trying.LEASE + timedelta(seconds=1)
        await trying.carry(provider_mail.TO_PROVIDERS, row["mail_id"], gone, hub.context, carrier)
        assert len(inbox.kept) == 1 and await states(hub) == [("sent", None)]


async def test_a_provider_with_accounts_gets_no_link_and_a_restricted_persons_referral_none_either(hub: Hub) -> None:
    await a_referral_sent(hub)
    assert await hub.value("select count(*) from provider_mail") == 0 and await leaves(hub) == 0


async def test_the_officer_mails_a_new_link_and_the_one_before_does_not_leave_any_more(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    access, settings = await access_of(databases), hub.context.settings
    async with Browser(portal_app(hub, settings, access), settings, await cookie_of(access, "officer")) as officer:
        page = await officer.get(f"/referrals/links/{sent.leg}")
        assert REGISTERED in page.text and "it waits to be mailed" in page.text
        page = await officer.submit("Make a new link and mail it")
        assert "on its way to the provider" in page.text and not page.texts("code")
        now = clock.now()
        async with hub.as_worker() as tx:
            await provider_mail.send_due(tx, Moment(now, now), hub.context)
        assert sorted(await states(hub)) == [("sent", None), ("withheld", "link_over")]
        page = await officer.get(f"/referrals/links/{sent.leg}")
        assert "it was mailed" in page.text and "was not mailed, since it was over before" in page.text
    asked = "select fields from kit.audit where action = 'link.mail_asked' and actor_role = 'officer'"
    assert await hub.rows(asked) == [{"fields": ["leg"]}]


async def test_a_silent_provider_is_nudged_by_mail_once_and_the_hub_sees_it(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    later = NOON + timedelta(days=2)
    assert await hub.every(falling_due.watch_silence, later) == 1
    await hub.every(falling_due.watch_silence, later + timedelta(minutes=5))
    async with smtp(hub.context.settings) as (inbox, carrier), hub.as_worker() as tx:
        assert await provider_mail.send_due(tx, Moment(later, later), hub.context, carrier) == 1
    [message] = inbox.kept.values()
    assert message["To"] == "referrals@harbour-lane.example.org"
    assert message["Subject"] == "We are waiting for your answer"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "A nudge was mailed to the provider" in (await officer.get(f"/cases/{sent.case}/referrals")).text
        page = await officer.get("/operations/outbox")
        assert "Nudge: the hub waits for an answer, to Harbour Lane" in page.text
        assert "On this machine nothing leaves: a message here, e-mail, text or letter" in page.text


async def test_a_nudge_does_not_leave_once_the_provider_has_answered(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    later = NOON + timedelta(days=2)
    await hub.every(falling_due.watch_silence, later)
    await hub.worker.pool.execute("update leg set state = 'accepted' where leg_id = $1", sent.leg)
    await hub.every(provider_mail.send_due, later)
    assert await states(hub) == [("withheld", "answered")]


async def test_letters_leave_by_notify_where_it_has_a_template_and_the_page_says_what_leaves(
    hub: Hub, tmp_path: Path
) -> None:
    taken: list[dict[str, Any]] = []

    async def take(request: Request) -> Response:
        taken.append(await request.json())
        return JSONResponse({"id": str(uuid4())}, 201)

    (tmp_path / "notify.key").write_text(f"test-{uuid4()}-{uuid4()}")
    sock = free_socket()
    told = {"secrets": tmp_path, "notify_url": origin_of(sock), "notify_letter_template": "t", "mail": "notify"}
    settings = hub.context.settings.model_copy(update=told)
    app = Starlette(routes=[Route("/v2/notifications/letter", take, methods=["POST"])])
    async with served(app, sock):
        carrier = Notify(settings)
        assert "letter" in carrier.channels
        await carrier.carry(Message("k", "letter", "1 Example Row, Flat 2, Town, ZZ99 9ZZ", "Subject", "Body"))
    [letter] = taken
    assert letter["personalisation"]["address_line_4"] == "ZZ99 9ZZ" and letter["reference"] == "k"
    without = Notify(settings.model_copy(update={"notify_letter_template": ""}))
    assert "letter" not in without.channels
    assert "cannot leave from here" in outbox.LEAVE_BY["notify"] and "cannot leave" in outbox.LEAVE_BY["smtp"]


@pytest.mark.parametrize(
    ("written", "lines"),
    [("1 Row, ZZ99 9ZZ", 2), ("a, b, c, d, e, f, g, h, ZZ99 9ZZ", 7), (" , 1 Row , ZZ99 9ZZ,", 2)],
)
def test_an_address_has_at_most_seven_lines_and_its_postcode_last(written: str, lines: int) -> None:
    told = address_of(written)
    assert len(told) == lines and told[f"address_line_{lines}"] == "ZZ99 9ZZ"
