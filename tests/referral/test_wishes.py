"""What a person said on their own page about being reached: ways are shut at once, and a human looks the same day."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.code_compliance import ContactWishStated, OwnRightsWordGuessed
from contracts.contact import ContactRequested
from contracts.identity import read_typed_code, word_proof_kind
from kit import clock
from services.referral.actions import contacting, mailing, opening
from services.referral.domain.later_word import narrowed
from services.referral.domain.linking import DIFFERS
from services.referral.domain.safe_contact import ChannelState
from services.referral.store import mail
from tests.builders import a_crime, a_detail, a_viewer, an_event, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import a_referral_sent, portal_of

pytestmark = pytest.mark.service
MOBILE = {"kind": "mobile", "value": "07700 900321", "safety": "safe"}
EMAIL = {"kind": "email", "value": "w@example.org", "safety": "safe"}


async def says(hub: Hub, case: UUID, wish: UUID, **told: Any) -> None:
    now = clock.now()
    fact = ContactWishStated(case_id=case, wish_id=wish, happened_at=now, actor_role="person", **told)
    await hub.hears([an_event(ContactWishStated, fact, at=now)])


async def stands(hub: Hub) -> dict[str, str]:
    rows = await hub.rows("select kind, safety from channel")
    return {row["kind"]: row["safety"] for row in rows}


async def test_a_way_that_the_person_does_not_want_is_shut_once_and_somebody_looks_the_same_day(
    hub: Hub, databases: Databases
) -> None:
    case, wish = await a_case(hub, channels=[MOBILE, EMAIL]), uuid4()
    before = await stands(hub)
    for _ in range(2):
        await says(hub, case, wish, not_by=("mobile",), best_time="evening", call_back=True)
    assert await stands(hub) == before | {"mobile": "unsafe"} and before["email"] == "safe"
    told = await hub.told(case)
    assert told.count("contact-safety.changed") == 1
    assert await hub.value("select count(*) from task where kind = 'contact_wish' and case_id = $1", case) == 1
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "make sure in another safe way that it was them" in (await officer.get("/cases/tasks")).text
        page = await officer.get(f"/cases/{case}/timeline")
        assert "Said on their own page how to be reached" in page.text
        assert "not by mobile, best in the evening, asks to be asked how" in page.text


async def test_who_wants_nobody_to_get_in_touch_is_reached_by_nothing_and_a_lock_stays_a_lock(hub: Hub) -> None:
    case = await a_case(hub, channels=[MOBILE, EMAIL])
    viewer = a_viewer()
    async with hub.looks(viewer) as tx:
        await contacting.lock_channel(tx, viewer, case, "mobile", "someone_else_answered", clock.now())
    await says(hub, case, uuid4(), not_at_all=True)
    assert set((await stands(hub)).values()) == {"unsafe"}
    assert await hub.value("select locked_why from channel where kind = 'mobile'") == "someone_else_answered"


async def test_that_the_person_wants_nobody_is_the_reason_that_a_provider_reads_and_a_service_is_told(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub, channels=[MOBILE, EMAIL])
    await says(hub, sent.case, uuid4(), not_at_all=True)
    async with portal_of(hub, databases) as browse:
        page = await (await browse("idva.worker")).get(sent.page)
    assert "The person themselves wants nobody to get in touch" in page.text and "said so themselves" in page.text
    now = clock.now()
    about = {"case_id": sent.case, "request_id": uuid4(), "purpose": "rights", "template": "default"}
    asked = ContactRequested(**about, not_after=now + timedelta(days=3), happened_at=now, actor_role="system")
    await hub.hears([an_event(ContactRequested, asked, now)])
    [told] = await hub.rows("select data::text as data from kit.outbox where type = 'contact.withheld.v1'")
    assert '"opted_out"' in told["data"]


async def test_what_is_said_of_a_case_that_is_not_here_yet_waits_for_it(hub: Hub) -> None:
    await says(hub, uuid4(), uuid4(), not_at_all=True)
    assert await hub.value("select count(*) from kit.waiting") == 1
    assert await hub.value("select count(*) from task where kind = 'contact_wish'") == 0


async def asked_by_text(hub: Hub, case: UUID, request: UUID, text: str) -> None:
    """A link had left for the person by text."""
    now = clock.now()
    about = {"case_id": case, "request_id": request, "purpose": "notice", "template": "own_rights", "path": "yours"}
    asked = ContactRequested(**about, not_after=now + timedelta(days=3), happened_at=now, actor_role="officer")
    await hub.hears([an_event(ContactRequested, asked, now)])
    [told] = await hub.rows("select data::text as data from kit.outbox where type = 'contact.sent.v1'")
    assert f'"channel": "{text}"' in told["data"] or f'"channel":"{text}"' in told["data"]


async def test_who_stopped_everything_without_the_word_is_asked_by_another_way_that_was_safe_before(
    hub: Hub, databases: Databases
) -> None:
    text, land = {**MOBILE, "kind": "text"}, {"kind": "landline", "value": "0121 496 0321", "safety": "safe"}
    case, request = await a_case(hub, channels=[MOBILE, text, land]), uuid4()
    await asked_by_text(hub, case, request, "text")
    await says(hub, case, uuid4(), not_at_all=True, request_id=request)
    assert set((await stands(hub)).values()) == {"unsafe"}
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{case}")
        assert "without the code word: it may not have been them. The link had gone by text." in page.text
        assert "Safe before, and stopped by it: Landline, Mobile, Text. Ask by landline" in page.text
        page = await officer.get(f"/cases/{case}/contact")
        assert page.text.count("Only to ask whether it was them") == 1 and "0321" not in page.text
        use = page.hidden(f"/cases/{case}/contact/use")
        page = await officer.post(f"/cases/{case}/contact/use", {**use, "channel": "landline", "asking": "yes"})
        assert "Use now: 0121 496 0321" in page.text or "may be in danger: 0121 496 0321" in page.text, "by the hour"
        for kind, asking in (("mobile", "yes"), ("landline", "no")):
            page = await officer.post(f"/cases/{case}/contact/use", {**use, "channel": kind, "asking": asking}, 422)
            assert "0321" not in page.text, kind
        reason = "select reason from kit.audit where action = 'channel.opened'"
        assert [row["reason"] for row in await hub.rows(reason)] == ["was_it_them"]
        await hub.value("update task set done_at = now() where kind = 'contact_wish'")
        page = await officer.get(f"/cases/{case}/contact")
        assert "Only to ask" not in page.text and "it may not have been them" not in page.text


async def test_who_stopped_everything_with_their_word_is_not_asked_again(hub: Hub, databases: Databases) -> None:
    case = await a_case(hub, channels=[MOBILE, EMAIL])
    await says(hub, case, uuid4(), not_at_all=True, proved=True)
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case}/contact")
        assert "with the code word: it was the person." in page.text and "Only to ask" not in page.text


async def test_a_word_agreed_at_the_hub_is_bound_to_each_link_and_guessing_it_brings_a_human(
    hub: Hub, databases: Databases
) -> None:
    case, request = await a_case(hub, channels=[MOBILE, EMAIL], code_word=None), uuid4()
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{case}/safeguards")
        assert "No code word is known" in page.text
        page = await officer.submit("Keep the word", 422, **{"agreed-word": "Blue heron"})
        assert page.errors == ["Tick this once you have agreed it with the person themselves"]
        assert "Blue heron" not in page.text
        page = await officer.submit("Keep the word", 422, **{"agreed-word": "abc", "agreed-spoke": "yes"})
        assert page.errors == ["Enter a word of 4 to 100 letters"]
        page = await officer.submit("Keep the word", **{"agreed-word": "Blue heron", "agreed-spoke": "yes"})
        assert "The word is kept" in page.text and "heron" not in page.text and "A code word is known" in page.text
    await asked_by_text(hub, case, request, "email")
    [told] = await hub.rows("select data::text as data from kit.outbox where type = 'contact.sent.v1'")
    proof = hub.context.sealer.blind(word_proof_kind(request), "  blue HERON").hex()
    assert proof in told["data"] and "heron" not in told["data"].lower()
    now = clock.now()
    fact = OwnRightsWordGuessed(case_id=case, happened_at=now, actor_role="person", request_id=request)
    for _ in range(2):
        await hub.hears([an_event(OwnRightsWordGuessed, fact, now)])
    assert await hub.value("select count(*) from task where kind = 'code_word_guessed' and case_id = $1", case) == 1


async def test_another_word_of_the_hub_or_of_the_police_is_told_of_each_link_that_left_before(
    hub: Hub, databases: Databases
) -> None:
    crime = a_crime()
    case, request = await a_case(hub, crime, channels=[MOBILE, EMAIL], code_word="Blue heron"), uuid4()
    await asked_by_text(hub, case, request, "email")
    bare, feedback = uuid4(), uuid4()
    now = clock.now()
    for one, path, purpose in ((bare, None, "notice"), (feedback, "questions", "feedback")):
        fact = ContactRequested(
            case_id=case, happened_at=now, actor_role="system", request_id=one, purpose=purpose, template="feedback",
            not_after=now + timedelta(days=1), path=path,
        )  # fmt: skip
        await hub.hears([an_event(ContactRequested, fact, now)])

    async def proofs() -> list[tuple[str, str]]:
        rows = await hub.rows("select data from case_event where type = 'contact-word.changed.v1' order by id")
        return [(told["request_id"], told["word_proof"]) for told in map(as_told, rows)]

    def proof(word: str) -> tuple[str, str]:
        return str(request), hub.context.sealer.blind(word_proof_kind(request), word).hex()

    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{case}/safeguards")
        for _ in range(2):
            await officer.submit("Keep the word", **{"agreed-word": "Green otter", "agreed-spoke": "yes"})
    assert await proofs() == [proof("Green otter")], "the same word again is nothing new"
    victim = crime["victims"][0]
    for revision, word in ((2, "Green otter"), (3, "Red kite")):
        told = updated(crime, revision)
        sealed = hub.sealed(a_detail(channels=[MOBILE, EMAIL], code_word=word), crime["crime_id"], victim["victim_ref"])
        told["victims"] = [victim | {"sealed": sealed}]
        await hub.hears([snapshot(told, at=clock.now())])
        await hub.every(opening.open_arrivals, clock.now())
    assert await proofs() == [proof("Green otter"), proof("Red kite")]


def as_told(row: dict[str, Any]) -> dict[str, Any]:
    data = row["data"]
    return dict(json.loads(data)) if isinstance(data, str | bytes) else dict(data)


async def test_a_letter_is_for_the_person_by_name_and_carries_a_code_that_can_be_typed(hub: Hub) -> None:
    letter = {"kind": "letter", "value": "1 Example Row, ZZ99 9ZZ", "safety": "safe"}
    case, request = await a_case(hub, channels=[letter]), uuid4()
    await asked_by_text(hub, case, request, "letter")
    async with hub.looks(a_viewer()) as tx:
        held = await mail.get(tx, request)
        assert held is not None
        message = await mailing.message_of(tx, hub.context.sealer, held, "https://n.example", clock.now())
        cut = await mailing.message_of(tx, hub.context.sealer, held, "https://n.example", clock.now(), cut=True)
    assert message is not None and cut is not None
    assert message.to == "Wilhelmina Testperson, 1 Example Row, ZZ99 9ZZ"
    address, _, code = message.body.partition(" and enter this code there: ")
    assert address.endswith("https://n.example/yours") and "Testperson" not in message.body
    assert (token := read_typed_code(code.split()[0])) is not None
    digest = await hub.value("select token_sha256 from mail where request_id = $1", request)
    assert hashlib.sha256(token.encode()).hexdigest() == digest and token not in cut.body


async def test_when_and_that_they_want_to_be_asked_stands_where_it_is_read_how_to_reach_them_and_in_the_one_check(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub, channels=[MOBILE | {"hours": "09:00-17:00"}, EMAIL])
    await says(hub, sent.case, uuid4(), best_time="morning", call_back=True)
    rows = await hub.rows("select kind, hours, safety from channel order by kind")
    assert {row["kind"]: (row["hours"], row["safety"]) for row in rows} == {
        "email": ("08:00-12:00", "safe"),
        "mobile": ("09:00-12:00", "safe"),
    }
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{sent.case}/contact")
        assert "Best in the morning: no other hours are safe until you have asked." in page.text
        assert "They ask to be asked how they want to be reached." in page.text
        assert "Hours: 9am to 12pm" in page.text or "Hours: 9am to midday" in page.text
    async with portal_of(hub, databases) as browse:
        page = await (await browse("idva.worker")).get(sent.page)
        assert "they want to be asked how they are reached: ask that first" in page.text


@pytest.mark.parametrize(
    ("held", "best", "left"),
    [
        (None, "17:00-21:00", "17:00-21:00"),
        ("09:00-17:00", "12:00-17:00", "12:00-17:00"),
        ("09:00-17:00", "17:00-21:00", DIFFERS),
        ("when he is out", "08:00-12:00", DIFFERS),
    ],
)
def test_what_is_best_only_narrows_what_was_held(held: str | None, best: str, left: str) -> None:
    assert narrowed(ChannelState("mobile", "safe", hours=held), best) == left
