"""Messages to people: checked again as they leave, one key however often they are tried, and shown in the outbox."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.message import Message as Received
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contracts.addresses import service_of
from contracts.contact import ContactRequested
from contracts.working_time import LONDON
from kit import clock
from kit.config import Settings
from kit.service import Moment
from services.referral.actions import consenting, contacting, mailing
from services.referral.carrying import Carrier, Notify, Nowhere, Smtp
from services.referral.domain import safe_contact
from services.referral.store.consent import Consent
from tests.builders import Record, a_crime, a_victim, a_viewer, an_event
from tests.conftest import Databases
from tests.gate import address_of, free_socket, served
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages

pytestmark = pytest.mark.service
ADDRESS = "wil.testperson@example.org"
AWAKE = datetime.combine(clock.now().astimezone(LONDON).date() + timedelta(days=1), time(10), LONDON).astimezone(UTC)
"""A morning to come at which messages are asked for here: none of these tests is about the night."""
RESTED = timedelta(minutes=61)
_TEXT = {"kind": "text", "value": "07700 900321", "safety": "safe"}


@dataclass
class Inbox:
    """A receiving system: it answers as it is told, and knows a message by its Message-ID, as such systems do."""

    answers: list[str] = field(default_factory=list)
    deliveries: list[Received] = field(default_factory=list)

    @property
    def kept(self) -> dict[str, Received]:
        return {str(one["Message-ID"]): one for one in self.deliveries}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.answers and self.answers[0].startswith("550"):
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("451"):
            return answer
        assert isinstance(envelope.content, bytes)
        self.deliveries.append(message_from_bytes(envelope.content, policy=default))
        if answer == "slow":
            await asyncio.sleep(1)
        if answer == "cut":
            server.transport.abort()
        return "250 OK"


@asynccontextmanager
async def smtp(settings: Settings, **changes: Any) -> AsyncIterator[tuple[Inbox, Smtp]]:
    inbox, loop = Inbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop, hostname="mail.example.org"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    told = {"smtp_port": port, "smtp_tls": False, "mail_seconds": 0.4, "mail_answer_seconds": 30.0, **changes}
    yield inbox, Smtp(settings.model_copy(update=told))
    server.close()


async def asked(hub: Hub, hours: int = 24, **channel: Any) -> UUID:
    """A case whose person is safe by e-mail, and a request to write to them."""
    kind = channel.get("kind", "email")
    given = {"kind": kind, "value": ADDRESS, "safety": "safe", **channel}
    case = await a_case(hub, a_crime(a_victim(channels_safe=[kind])), channels=[given])
    await hub.hears([a_request(case, hours)])
    return case


def a_request(case: UUID, hours: int = 24) -> Record:
    request = ContactRequested(
        case_id=case,
        request_id=uuid4(),
        purpose="feedback",
        template="feedback_invitation",
        not_after=AWAKE + timedelta(hours=hours),
        path="r",
        happened_at=AWAKE,
        actor_role="system",
    )
    return an_event(ContactRequested, request, AWAKE)


async def send(hub: Hub, carrier: Carrier | None = None, minutes: int = 0) -> int:
    """Tries what is due so many minutes after an invitation of that morning has rested."""
    now = AWAKE + RESTED + timedelta(minutes=minutes)
    async with hub.as_worker() as tx:
        return await mailing.send_due(tx, Moment(now, now), hub.context, carrier)


async def state(hub: Hub) -> tuple[str, str | None, int]:
    [row] = await hub.rows("select state, why, tries from mail")
    return row["state"], row["why"], row["tries"]


async def test_a_message_leaves_by_smtp_neutral_and_with_its_link(hub: Hub) -> None:
    case = await asked(hub)
    async with smtp(hub.context.settings) as (inbox, carrier):
        assert await send(hub, carrier) == 1
        assert await send(hub, carrier, 60) == 0
    [message] = inbox.deliveries
    assert (message["To"], message["Subject"]) == (ADDRESS, "A few questions, if you like")
    assert message["From"] == "A message for you <no-reply@example.org>"
    body = message.get_content()  # type: ignore[attr-defined]
    [row] = await hub.rows("select request_id, token_sha256, state, sent_at, carrier from mail")
    link = next(line for line in body.splitlines() if line.startswith(hub.context.settings.neutral_url))
    assert hashlib.sha256(link.rpartition("/r/")[2].encode()).hexdigest() == row["token_sha256"]
    assert service_of(link.removeprefix(hub.context.settings.neutral_url), "neutral") == "feedback"
    assert str(row["request_id"]) in message["Message-ID"] and (row["state"], row["carrier"]) == ("sent", "smtp")
    actions = await hub.rows("select action from kit.audit where subject_id = $1 and action like 'mail%'", case)
    assert [one["action"] for one in actions] == ["mail.tried", "mail.sent"]
    kept = str(await hub.rows("select * from mail")) + str(await hub.rows("select * from kit.outbox"))
    assert ADDRESS not in kept and link.rpartition("/")[2] not in kept


async def test_a_server_that_refuses_for_now_gets_exactly_one_message_later(hub: Hub) -> None:
    await asked(hub)
    async with smtp(hub.context.settings) as (inbox, carrier):
        inbox.answers = ["451 later", "451 later"]
        await send(hub, carrier)
        assert await state(hub) == ("waiting", "not_taken", 1) and inbox.deliveries == []
        assert await send(hub, carrier) == 0
        await send(hub, carrier, 5)
        await send(hub, carrier, 30)
        assert await state(hub) == ("sent", None, 3) and len(inbox.deliveries) == 1


async def test_a_server_that_is_away_is_tried_again(hub: Hub) -> None:
    await asked(hub)
    async with smtp(hub.context.settings, smtp_port=free_socket().getsockname()[1]) as (_, nobody):
        await send(hub, nobody)
    assert await state(hub) == ("waiting", "not_taken", 1)
    async with smtp(hub.context.settings) as (inbox, carrier):
        await send(hub, carrier, 30)
    assert await state(hub) == ("sent", None, 2) and len(inbox.deliveries) == 1


async def test_a_slow_server_gets_exactly_one_message(hub: Hub) -> None:
    await asked(hub)
    async with smtp(hub.context.settings) as (inbox, carrier):
        inbox.answers = ["slow"]
        await send(hub, carrier)
        assert await state(hub) == ("sent", None, 1) and len(inbox.deliveries) == 1


@pytest.mark.parametrize(("answer", "waits"), [("slow", 0.2), ("cut", 30.0)])
async def test_a_message_whose_answer_never_came_is_sent_again_under_the_same_key(
    hub: Hub, answer: str, waits: float
) -> None:
    await asked(hub)
    async with smtp(hub.context.settings, mail_answer_seconds=waits) as (inbox, carrier):
        inbox.answers = [answer]
        await send(hub, carrier)
        assert await state(hub) == ("waiting", "no_answer", 1)
        await send(hub, carrier, 30)
        assert await state(hub) == ("sent", None, 2) and len(inbox.kept) == 1
        await asyncio.sleep(1.1 if answer == "slow" else 0)


async def test_an_address_refused_for_good_fails_and_is_told_and_tried_again_only_by_hand(hub: Hub) -> None:
    await asked(hub)
    async with smtp(hub.context.settings) as (inbox, carrier):
        inbox.answers = ["550 no such person"]
        await send(hub, carrier)
        assert await state(hub) == ("failed", "rejected", 1)
        told = await hub.value("select data from kit.outbox where type = 'contact.withheld.v1'")
        assert "not_delivered" in told
        assert await send(hub, carrier, 60) == 0
        async with hub.looks(a_viewer("leader")) as tx:
            [row] = await hub.rows("select request_id from mail")
            await mailing.again(tx, a_viewer("leader"), row["request_id"], clock.now())
        on_its_way = (
            "select data::json ->> 'request_id' as request from kit.outbox where type = 'contact.sent.v1' order by seq"
        )
        told = [row["request"] for row in await hub.rows(on_its_way)]
        assert told == [str(row["request_id"])] * 2, "whoever asked hears that it is on its way again"
        await send(hub, carrier)
        assert await state(hub) == ("sent", None, 2) and len(inbox.kept) == 1


async def test_a_channel_locked_meanwhile_withholds_the_message(hub: Hub) -> None:
    case = await asked(hub)
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), case, "email", "someone_else_answered", clock.now())
    await send(hub, Nowhere())
    assert await state(hub) == ("withheld", "locked", 0)
    assert "unsafe" in await hub.value("select data from kit.outbox where type = 'contact.withheld.v1'")


async def test_a_channel_with_an_address_is_taken_before_a_safe_one_without(hub: Hub) -> None:
    await asked(hub, kind="text", value="07700 900321")
    assert await hub.value("select channel from mail") == "text"
    await hub.worker.pool.execute("delete from mail")
    case = await a_case(hub, a_crime(a_victim(channels_safe=["email", "text"])), channels=[_TEXT])
    await hub.hears([a_request(case)])
    assert await hub.value("select channel from mail where case_id = $1", case) == "text"


async def test_a_message_waits_for_a_safe_hour_and_never_leaves_too_late(hub: Hub) -> None:
    await asked(hub)
    day = f"{AWAKE + timedelta(days=1):%a}".lower()
    await hub.worker.pool.execute("update channel set days = $1 where kind = 'email'", day)
    await send(hub, Nowhere())
    assert await state(hub) == ("waiting", "not_this_day", 0)
    await send(hub, Nowhere(), 25 * 60)
    assert await state(hub) == ("withheld", "too_late", 0)


async def test_a_worker_that_died_at_a_message_is_followed_by_another(hub: Hub) -> None:
    await asked(hub)
    long_ago = clock.now() - timedelta(minutes=30)
    await hub.worker.pool.execute("update mail set state = 'sending', tries = 1, sending_since = $1", long_ago)
    async with smtp(hub.context.settings) as (inbox, carrier):
        await send(hub, carrier)
    assert await state(hub) == ("sent", None, 2) and len(inbox.kept) == 1


@dataclass
class Provider:
    """GOV.UK Notify as far as its client asks it: it knows what it has by the reference."""

    answers: list[int] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        status = self.answers.pop(0) if self.answers else 201
        if status in (201, 504):
            self.taken.append(await request.json())
        if status == 504:
            await asyncio.sleep(1)
        return JSONResponse({"id": str(uuid4())}, status)

    async def find(self, request: Request) -> Response:
        asked = request.query_params["reference"]
        return JSONResponse({"notifications": [one for one in self.taken if one["reference"] == asked]})

    @property
    def app(self) -> Starlette:
        take = [Route(f"/v2/notifications/{kind}", self.take, methods=["POST"]) for kind in ("email", "sms")]
        return Starlette(routes=[*take, Route("/v2/notifications", self.find)])


@pytest.mark.parametrize("first", [201, 429, 503, 504])
async def test_notify_gets_exactly_one_message_whatever_it_answers_first(hub: Hub, tmp_path: Path, first: int) -> None:
    await asked(hub)
    provider, sock = Provider([first]), free_socket()
    (tmp_path / "notify.key").write_text(f"test-{uuid4()}-{uuid4()}")
    told = {"secrets": tmp_path, "notify_url": address_of(sock), "mail_seconds": 0.5, "notify_email_template": "t"}
    async with served(provider.app, sock):
        carrier = Notify(hub.context.settings.model_copy(update=told))
        await send(hub, carrier)
        await send(hub, carrier, 30)
        await asyncio.sleep(0.8 if first == 504 else 0)
    [message] = provider.taken
    assert message["email_address"] == ADDRESS and message["personalisation"]["subject"]
    assert (await state(hub))[0] == "sent"


async def _no_but_to_questions(hub: Hub, case: UUID) -> None:
    """The police tell of a no to sharing; since then the person agreed to questions about how it went."""
    await hub.worker.pool.execute("update case_file set share = 'refused' where case_id = $1", case)
    person = await hub.value("select person_id from case_file where case_id = $1", case)
    async with hub.looks(a_viewer()) as tx:
        given = Consent(uuid4(), person, case, "feedback", "self", clock.now(), how="mobile")
        await consenting.record(tx, a_viewer(), given, clock.now())


async def test_only_on_a_machine_from_which_nothing_leaves_is_a_persons_link_whole(
    hub: Hub, databases: Databases
) -> None:
    await asked(hub)
    await send(hub)
    for environment, whole in (("test", False), ("development", True)):
        settings = hub.context.settings.model_copy(update={"environment": environment})
        here = replace(hub, context=replace(hub.context, settings=settings))
        async with hub_pages(here, databases) as browse:
            officer = await browse("officer")
            page = await officer.get("/operations/outbox?state=sent")
            [button] = [words for words in page.texts("button") if words.startswith("Show the message")]
            page = await officer.submit(button)
            assert ("the rest of the link is the person's own" not in page.text) is whole
            assert ("On this machine nothing leaves" in page.text) is whole


async def test_the_outbox_shows_what_became_of_messages_and_an_address_only_on_demand(
    hub: Hub, databases: Databases
) -> None:
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "No service has asked for a message yet." in (await officer.get("/operations/outbox")).text
        case = await asked(hub)
        await send(hub)
        page = await officer.get("/operations/outbox")
        assert "sent to nowhere" in page.text and "Feedback invitation, by email" in page.rows[1]
        assert ADDRESS not in page.html
        assert "No message is failed." in (await officer.get("/operations/outbox?state=failed")).text
        await officer.get("/operations/outbox?state=sent")
        [button] = [words for words in page.texts("button") if words.startswith("Show the message")]
        page = await officer.submit(button)
        assert page.summary["To"] == ADDRESS
        assert f"{officer.origin[:-1]}1/r/(the rest of the link is the person's own" in page.text
        looks = await hub.rows("select fields from kit.audit where action = 'mail_revealed' and subject_id = $1", case)
        assert looks == [{"fields": ["email", "words"]}]
        await _no_but_to_questions(hub, case)
        await officer.get("/operations/outbox?state=sent")
        assert (await officer.submit(button)).summary["To"] == ADDRESS, "they agreed to be asked how it went"
        async with hub.looks(a_viewer()) as tx:
            await contacting.lock_channel(tx, a_viewer(), case, "email", "someone_else_answered", clock.now())
        await officer.get("/operations/outbox?state=sent")
        page = await officer.submit(button)
        assert ADDRESS not in page.html and page.summary["To"].startswith("Not shown: the channel may not be used now.")
        looks = await hub.rows("select fields from kit.audit where action = 'mail_revealed' order by id desc limit 1")
        assert looks == [{"fields": ["words"]}]
        admin = await browse("admin")
        page = await admin.get("/operations/outbox")
        assert not [words for words in page.texts("button") if words.startswith("Show")]
        [row] = await hub.rows("select request_id from mail")
        await admin.post(f"/operations/outbox/{row['request_id']}", status=403)
        page = await admin.post(f"/operations/outbox/{row['request_id']}/again")
        assert "Only a message that failed" in page.text


@pytest.mark.parametrize("hold", sorted(safe_contact.BY_HAND))
async def test_no_message_leaves_by_itself_where_somebody_else_may_read_it(hub: Hub, hold: str) -> None:
    given = {"kind": "email", "value": ADDRESS, "safety": "safe"}
    case = await a_case(hub, a_crime(a_victim(channels_safe=["email"])), channels=[given])
    await hub.worker.pool.execute("update case_file set holds = array[$2] where case_id = $1", case, hold)
    await hub.hears([a_request(case)])
    assert await hub.value("select count(*) from mail") == 0
    assert '"hold"' in await hub.value("select data from kit.outbox where type = 'contact.withheld.v1'")
