"""Who said no is asked before the same, or another, service rings them for the next crime."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kit import clock
from services.referral.actions import consenting, linking, providing, referring
from services.referral.actions.gating import UNDONE
from services.referral.store import batches, same_person
from services.referral.store.consent import Consent
from tests.builders import a_crime, a_victim, a_viewer, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages, referral_of, triaged
from tests.referral.portal import LATER, a_referral_sent_by_policy

pytestmark = pytest.mark.service
OFFICER, WORKER = a_viewer(), a_viewer("support.worker")
LEGS = "select count(*) from leg where case_id = $1"
Says = Callable[[Hub, str, datetime], Awaitable[UUID]]


async def declined(hub: Hub, ref: str, at: datetime) -> UUID:
    case = await a_case(hub, a_crime(a_victim(ref)), at=at)
    async with hub.looks(OFFICER) as tx:
        referral = await referral_of(hub, case, "general")
        await referring.step(tx, OFFICER, referral, "person_declined", at, reason_code="not_this_service")
    return case


async def took_back(hub: Hub, ref: str, at: datetime, reason: str = "afraid") -> UUID:
    case = await a_case(hub, a_crime(a_victim(ref)), at=at)
    [leg] = await hub.rows("select person_id, contract_id from leg where case_id = $1", case)
    async with hub.looks(OFFICER) as tx:
        given = Consent(uuid4(), leg["person_id"], case, "support", "self", at, contract_id=leg["contract_id"])
        await consenting.record(tx, OFFICER, given, at)
        await consenting.withdraw(tx, OFFICER, given.consent_id, reason, at)
    return case


async def undid(hub: Hub, ref: str, at: datetime) -> UUID:
    return await took_back(hub, ref, at, UNDONE)


async def refused(hub: Hub, ref: str, at: datetime) -> UUID:
    return await a_case(hub, a_crime(a_victim(ref, share="refused")), at=at)


@pytest.mark.parametrize(
    ("says", "days", "share", "sent", "told"),
    [
        (declined, 2, "agreed", 0, "The person said no to General support on"),
        (declined, 400, "agreed", 1, ""),
        (took_back, 2, "agreed", 0, "The person took back their agreement to General support on"),
        (undid, 2, "agreed", 1, ""),
        (refused, 2, "not_asked", 0, "The person said no to support on"),
        (refused, 2, "agreed", 1, ""),
    ],
)
async def test_a_no_in_another_case_holds_what_would_be_sent_by_itself_until_they_are_asked(
    hub: Hub, databases: Databases, says: Says, days: int, share: str, sent: int, told: str
) -> None:
    await says(hub, "V-1", clock.now() - timedelta(days=days))
    case = await a_case(hub, a_crime(a_victim("V-1", share=share)))
    assert await hub.value(LEGS, case) == sent
    [kept] = await hub.rows("select facts from routing where case_id = $1", case)
    assert bool(batches.remembered(kept["facts"]["history"]).no_elsewhere) is bool(told), "for ever, with the decision"
    if told:
        async with hub_pages(hub, databases) as browse:
            officer = await browse("officer")
            referral = await referral_of(hub, case, "general")
            for page in (f"/cases/{case}", f"/cases/{case}/referrals/{referral}/contracts"):
                text = (await officer.get(page)).text
                assert told in text and "in another case: ask them before anything is sent" in text
            assert "Offer first the one who helped before" not in text


@pytest.mark.parametrize(("accepted", "then", "offered"), [(True, None, 1), (True, "no", 0), (False, "no", 0)])
async def test_only_who_accepted_and_was_not_turned_down_is_offered_as_the_one_who_helped_before(
    hub: Hub, accepted: bool, then: str | None, offered: int
) -> None:
    sent = await a_referral_sent_by_policy(hub)
    if accepted:
        async with hub.looks(WORKER) as tx:
            await providing.accept(tx, WORKER, sent.referral, LATER)
    if then:
        who, step = (WORKER, providing.step) if accepted else (OFFICER, referring.step)
        async with hub.looks(who) as tx:
            await step(tx, who, sent.referral, "person_declined", LATER, reason_code="not_needed")
    async with hub.looks(OFFICER) as tx:
        assert len(await same_person.helped(tx, sent.person, uuid4())) == offered


ASKED = "select case_id, due_at from task where kind = 'said_no_elsewhere' and done_at is null"


@pytest.mark.parametrize(
    ("kind", "share", "hours", "asked", "sent"),
    [("person", "refused", 24, 1, 1), ("person", "agreed", 24, 0, 2), ("person", "refused", 72, 0, 2),
     ("business", "refused", 24, 0, 2)],
)  # fmt: skip
async def test_a_no_to_the_police_in_a_newer_case_is_asked_about_in_an_older_one_and_nothing_more_leaves_it(
    hub: Hub, databases: Databases, kind: str, share: str, hours: int, asked: int, sent: int
) -> None:
    now = clock.now()
    crime = a_crime(a_victim("V-1", kind=kind, named_contact=True))
    case = await a_case(hub, crime, at=now - timedelta(hours=48))
    newer = a_crime(a_victim("V-1", kind=kind, share=share, named_contact=True))
    await a_case(hub, newer, at=now - timedelta(hours=hours))
    found = await hub.rows(ASKED)
    assert [task["case_id"] for task in found] == [case] * asked
    await hub.hears([snapshot(updated(newer, 2, flags=["online"]), now)])
    assert await hub.rows(ASKED) == found, "once for each no"
    await hub.hears([snapshot(updated(crime, 2, flags=["anti_social_behaviour"]), now)])
    assert await hub.value(LEGS, case) == sent
    if asked:
        assert await hub.value("select lapsed_at is null from leg where case_id = $1", case), "what was sent stays"
        async with hub_pages(hub, databases) as browse:
            page = await (await browse("officer")).get(f"/cases/{case}")
            assert "The person said no to the police in another case since: ask them again" in page.text


async def test_a_no_to_the_police_counts_in_the_older_case_of_another_record_once_the_two_are_joined(hub: Hub) -> None:
    now = clock.now()
    case = await a_case(hub, a_crime(a_victim("V-1")), at=now - timedelta(hours=48))
    await a_case(hub, a_crime(a_victim("W-1", share="refused")), at=now - timedelta(hours=24))
    assert await hub.rows(ASKED) == []
    one, two = [row["person_id"] for row in await hub.rows("select person_id from person order by person_id")]
    proposed = "insert into same_person (person_id, other_id, matched, proposed_at) values ($1, $2, '{name}', $3)"
    await hub.worker.pool.execute(proposed, one, two, now)
    leader = a_viewer("leader")
    async with hub.looks(leader) as tx:
        assert await linking.decide(tx, leader, one, two, BOOKS, now, same=True)
    assert [task["case_id"] for task in await hub.rows(ASKED)] == [case]
    [kept] = await hub.rows("select facts from routing where case_id = $1 order by run desc limit 1", case)
    assert batches.remembered(kept["facts"]["history"]).no_elsewhere is not None


async def test_a_send_by_hand_in_the_older_case_needs_a_yes_that_was_told_since(hub: Hub, databases: Databases) -> None:
    now = clock.now()
    crime = a_crime(a_victim("V-1"))
    case = await a_case(hub, crime, at=now - timedelta(hours=48))
    await a_case(hub, a_crime(a_victim("V-1", share="refused")), at=now - timedelta(hours=24))
    await hub.hears([snapshot(updated(crime, 2, flags=["anti_social_behaviour"]), now)])
    referral = await triaged(hub, case, "anti_social_behaviour")
    [to] = [one for one in BOOKS.directory.contracts if one.line == "anti_social_behaviour"]
    person = await hub.value("select person_id from case_file where case_id = $1", case)
    before = now - timedelta(hours=30)
    async with hub.looks(OFFICER) as tx:
        given = Consent(uuid4(), person, case, "support", "self", before, contract_id=to.contract_id)
        await consenting.record(tx, OFFICER, given, before)
    said = {"unassessed": "provider_assesses"}
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts/{to.contract_id}")
        assert "only what the person agreed to themselves since then does" in page.text
        assert "Choose yes only if they told you so since they said no" in page.text
        page = await officer.submit("Send", 422, agreed="no", **said)
        assert page.errors == ["The person has to agree to this provider first: record their agreement"]
        assert await hub.value(LEGS, case) == 1
        await officer.submit("Send", agreed="yes", **said)
    [leg] = await hub.rows("select gate from leg where case_id = $1 and contract_id = $2", case, to.contract_id)
    assert leg["gate"] == "agreement"
    asked = "select count(*) from consent where contract_id = $1 and taken_at > $2"
    assert await hub.value(asked, to.contract_id, before) == 1, "what they agreed to before the no is not it"
