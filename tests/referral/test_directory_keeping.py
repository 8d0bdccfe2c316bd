"""The directory beside its contracts: providers from a day on, limits, closures, and who is sent to by itself."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id, provider_id
from contracts.working_time import local_day
from kit import clock
from services.referral.actions import books as stocked
from services.referral.actions import falling_due, rerouting
from services.referral.domain.answering import due_at
from services.referral.domain.directory import Standards
from services.referral.domain.entries import BadField, contract_of, entry_of, read_directory
from services.referral.domain.kept import Automatic, Closure, Kept, ProviderFrom
from services.referral.domain.performance import Tried, result, tally
from services.referral.domain.versions import providers_of
from services.referral.store import keeping
from services.referral.store.keeping import Change
from tests.browser import cookie_of
from tests.builders import NOON, a_crime, a_viewer, recorded
from tests.conftest import Databases, until_somebody_waits
from tests.gate import address_of, cookies, free_socket, open_gate, served
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, access_of, hub_app
from tests.referral.portal import LATER, a_referral_sent, a_referral_sent_by_policy

GENERAL = contract_id("open-door-birmingham-solihull")
HARBOUR = provider_id("harbour-lane")
BIRMINGHAM = "E08000025"
DAY = date(2026, 9, 3)


def today() -> date:
    return local_day(clock.now())


def on(day: date, name: str = "effective_from") -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def test_a_provider_changes_from_a_day_on_and_a_new_one_may_have_contracts_before() -> None:
    told = {"slug": "harbour-lane", "name": "Harbour Lane West", "email": "new@example.org", "phone": "0121 496 0199"}
    fresh = told | {"slug": "new-shore", "name": "New Shore", "by_and_for": "Deaf people"}
    kept = Kept(
        (ProviderFrom(UUID(int=1), HARBOUR, DAY, told), ProviderFrom(UUID(int=2), provider_id("new-shore"), DAY, fresh))
    )
    books = BOOKS.with_changes([], DAY, kept)
    idva = contract_id("harbour-lane-idva")
    names = [books.on(DAY + timedelta(days=n)).directory.by_id[idva].provider.name for n in (-1, 0)]
    assert names == ["Harbour Lane", "Harbour Lane West"]
    assert books.directory.by_id[idva].provider.email == "new@example.org"
    held = providers_of(books.on(DAY - timedelta(days=1)).directory)["new-shore"]
    assert held.by_and_for == "Deaf people"
    assert contract_of(entry_of(BOOKS.directory.by_id[GENERAL]) | {"provider": "new-shore"}, {"new-shore": held})


def test_what_is_sent_by_itself_changes_from_a_day_on_and_only_to_a_contract_of_the_area() -> None:
    line = BOOKS.directory.by_id[GENERAL].line
    changes = (
        Automatic(UUID(int=1), line, BIRMINGHAM, None, DAY),
        Automatic(UUID(int=2), line, "E08000029", contract_id("open-door-coventry"), DAY),
    )
    books = BOOKS.with_changes([], DAY, Kept((), changes))
    before, after = books.on(DAY - timedelta(days=1)).policy, books.on(DAY).policy
    assert before.named_contract(line, BIRMINGHAM) is not None and after.named_contract(line, BIRMINGHAM) is None
    assert after.named_contract(line, "E08000029") is None and after.version == f"{before.version}+2"
    coventry = after.named_contract(line, "E08000026")
    assert coventry is not None and coventry.slug == "open-door-coventry"


@pytest.mark.parametrize(
    ("urgent", "answered", "closed", "said"),
    [
        (False, 4, frozenset[date](), "missed"),
        (False, 4, Closure(UUID(int=1), GENERAL, date(2026, 9, 2), date(2026, 9, 3)).days, "met"),
        (True, 4, Closure(UUID(int=1), GENERAL, date(2026, 9, 2), date(2026, 9, 3)).days, "missed"),
    ],
)
def test_nobody_is_late_in_a_planned_closure_but_for_what_is_urgent(
    urgent: bool, answered: int, closed: frozenset[date], said: str
) -> None:
    sent = datetime(2026, 9, 1, 9, tzinfo=UTC)
    leg = Tried(
        UUID(int=1),
        UUID(int=2),
        "R",
        GENERAL,
        "accepted",
        urgent,
        sent,
        None,
        sent + timedelta(days=answered - 1),
        None,
        sent,
    )
    limits = Standards(accept_working_days=2)
    assert result(leg, "answer", limits, sent + timedelta(days=9), closed) == said
    assert tally([leg], "answer", limits, sent + timedelta(days=9), closed).summary.count(said) == 1
    assert due_at(limits, "answer", sent, urgent=False, closed=closed) >= due_at(limits, "answer", sent, urgent=False)


def test_a_contract_says_its_limit_and_its_dated_plan_and_reads_again_the_same() -> None:
    plan = {
        "action_plan": "Hate crime action plan",
        "action_plan_from": "2026-04-01",
        "action_plan_review": "2027-04-01",
    }
    entry = entry_of(BOOKS.directory.by_id[GENERAL]) | plan | {"most_open": 40}
    made = contract_of(entry, providers_of(BOOKS.directory))
    assert entry_of(made) == entry and made.action_plan_review == date(2027, 4, 1)
    with pytest.raises(BadField, match="action_plan_review"):
        contract_of(entry | {"action_plan_review": "2026-03-01"}, providers_of(BOOKS.directory))
    assert read_directory({"providers": [], "contracts": []}).contracts == ()


@pytest.mark.service
async def test_a_provider_is_changed_and_added_by_pages_and_taken_back_before_its_day(
    hub: Hub, browse: AsPersona
) -> None:
    leader, later = await browse("leader"), today() + timedelta(days=30)
    page = await leader.get("/directory/providers")
    await leader.follow("Harbour Lane")
    page = await leader.submit("Enter it", 422, email="nobody", **on(today() - timedelta(days=1)))
    assert page.errors == ["Enter one e-mail address and nothing else, like name@example.org"]
    page = await leader.submit("Enter it", 422, email="new@harbour-lane.example.org", **on(today() - timedelta(days=1)))
    assert page.errors == ["The day must be today or later: what is over is not rewritten"]
    page = await leader.submit("Enter it", by_and_for="women", **on(today()))
    assert "It counts from today" in page.text and "new@harbour-lane.example.org" in page.text
    assert "Led by and for women" in page.text
    page = await leader.get(f"/directory/providers/{HARBOUR}")
    assert "Monday to Friday: 9am to 5pm" in page.text
    assert page.link("Change opening hours").endswith("/change")
    page = await leader.submit("Enter it", 409, seen="", name="Harbour Lane South", **on(today()))
    assert "A change was entered by you on" in page.errors[0] and "Nothing was saved" in page.errors[0]
    assert any(each.get("value") == "Harbour Lane South" for each in page.all("input")), "what was typed is there"
    assert await hub.value("select count(*) from directory_change") == 1, "a form from before changes nothing"
    async with hub.as_worker() as tx:
        held = (await stocked.current(tx, BOOKS)).directory.by_id[contract_id("harbour-lane-idva")]
    assert held.provider.email == "new@harbour-lane.example.org"
    await leader.get("/directory/providers/new")
    fresh: Mapping[str, Any] = {"slug": "new-shore", "name": "New Shore", "email": "n@example.org"}
    page = await leader.submit("Enter it", phone="0121 496 0199", has_system="no", **fresh, **on(today()))
    assert "New Shore" in page.text and "by one-time links" in page.text
    page = await leader.get("/directory/contracts/new")
    assert "New Shore" in page.text, "a new provider can have contracts"
    await leader.get("/directory/providers")
    await leader.follow("Harbour Lane")
    await leader.submit("Enter it", name="Harbour Lane East", **on(later))
    page = await leader.submit("Take it back: Harbour Lane East, number 1")
    assert "It was taken back." in page.text and "Harbour Lane East" not in page.text
    change = await hub.value("select change_id from directory_change where cancelled_at is not null")
    assert "It was taken back." in (await leader.post(f"/directory/kept/{change}/cancel")).text, "a second press"
    done = await hub.rows("select action from kit.audit where action like 'directory.%' order by id")
    assert [row["action"].split("_")[-1] for row in done] == ["entered", "entered", "entered", "cancelled"]
    await (await browse("officer")).get("/directory/providers", 403)


@pytest.mark.service
async def test_a_planned_closure_pauses_the_list_and_stills_the_silence_of_its_provider(
    hub: Hub, browse: AsPersona
) -> None:
    leader = await browse("leader")
    await leader.get(f"/directory/contracts/{GENERAL}/closures")
    first = on(today() + timedelta(days=3), "first")
    page = await leader.submit("Enter the closure", 422, **first, **on(today(), "last"))
    assert page.errors == ["The last day must be the first day or later"]
    page = await leader.submit("Enter the closure", **on(today(), "first"), **on(today() + timedelta(days=5), "last"))
    assert "closed now" in page.text
    async with hub.as_worker() as tx:
        held = (await stocked.current(tx, BOOKS)).directory.by_id[GENERAL]
    assert (held.state_on(today()), held.until) == ("paused", today() + timedelta(days=5))
    page = await leader.get(f"/directory/service/{GENERAL}")
    assert "losed" in page.text or "aused" in page.text
    await leader.get("/directory/closures")
    page = await leader.submit("Open again: closure number 1")
    assert "No closure is planned." in page.text
    async with hub.as_worker() as tx:
        assert (await stocked.current(tx, BOOKS)).directory.by_id[GENERAL].state_on(today()) == "open"


@pytest.mark.service
async def test_silence_in_a_planned_closure_is_not_counted_where_nothing_is_urgent(hub: Hub) -> None:
    sent = await a_referral_sent_by_policy(hub)
    late = NOON + timedelta(days=7)
    closure = Change(uuid4(), "closure", GENERAL, NOON.date(), late.date(), {}, None, a_viewer().user_id, NOON)
    async with hub.as_worker() as tx:
        await keeping.add(tx, closure)
    assert await hub.every(falling_due.watch_silence, late) == 0
    await hub.worker.pool.execute("delete from directory_change")
    assert await hub.every(falling_due.watch_silence, late) == 1
    assert await hub.value("select count(*) from silence_step where leg_id = $1", sent.leg) > 0


async def holds_at_most(hub: Hub, most: int, contract: UUID = GENERAL) -> None:
    held = BOOKS.directory.by_id[contract]
    entry = entry_of(held) | {"most_open": most}
    await hub.worker.pool.execute("delete from contract_version")
    await hub.worker.pool.execute(
        "insert into contract_version (version_id, contract_id, provider_id, effective_from, kind, entry,"
        " made_at, made_by) values ($1, $2, $3, $4, 'changed', $5, $6, $1)",
        *(uuid4(), contract, held.provider.provider_id, DAY, entry, NOON),
    )


@pytest.mark.service
async def test_what_is_urgent_is_watched_day_and_night_also_in_a_planned_closure(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    days = (NOON.date(), NOON.date() + timedelta(days=7))
    closure = Change(uuid4(), "closure", contract_id("harbour-lane-idva"), *days, {}, None, a_viewer().user_id, NOON)
    async with hub.as_worker() as tx:
        await keeping.add(tx, closure)
    assert await hub.every(falling_due.watch_silence, LATER + timedelta(hours=2)) == 1
    assert await hub.value("select min(step) from silence_step where leg_id = $1", sent.leg) == "duty_line"


@pytest.mark.service
async def test_a_contract_that_holds_as_many_as_it_may_is_sent_nobody_more(hub: Hub) -> None:
    sent = await a_referral_sent_by_policy(hub)
    for most, places in ((2, None), (1, 0)):
        await holds_at_most(hub, most)
        async with hub.as_worker() as tx:
            held = (await stocked.current(tx, BOOKS)).directory.by_id[GENERAL]
        assert held.places_on(today()) == places
    await hub.worker.pool.execute("update leg set state = 'leaving'")  # sent by somebody, who may still undo it
    await hub.hears(recorded(a_crime()))
    legs = await hub.rows("select leg_id from leg where contract_id = $1", GENERAL)
    assert [row["leg_id"] for row in legs] == [sent.leg]


@pytest.mark.service
async def test_a_batch_sends_no_more_than_the_places_that_it_has_not_taken_itself(hub: Hub) -> None:
    await holds_at_most(hub, 3)
    await a_referral_sent_by_policy(hub)
    crimes = [a_crime() for _ in range(4)]
    await hub.hears(recorded(*crimes))
    sent = await hub.rows("select crime_id from leg join case_file using (case_id) where contract_id = $1", GENERAL)
    first = {UUID(crime["crime_id"]) for crime in crimes[:2]}
    assert len(sent) == 3 and first <= {row["crime_id"] for row in sent}, "in the order in which they were heard"
    waits = await hub.rows("select case_id, directory_version from routing where decision = 'waiting'")
    assert len(waits) == 2
    for row in waits:
        async with hub.as_worker() as tx:
            stood = await stocked.as_it_stood(tx, row["directory_version"])
        assert stood is not None and stood.by_id[GENERAL].places == 0, "and is explained as it was"
        assert "nobody-available" in await hub.told(row["case_id"])


@pytest.mark.service
@pytest.mark.parametrize("again", [False, True], ids=["a batch", "a case decided again"])
async def test_two_who_decide_at_one_moment_do_not_take_the_last_place_twice(hub: Hub, again: bool) -> None:
    sent = await a_referral_sent_by_policy(hub)
    await holds_at_most(hub, 1)
    await hub.worker.pool.execute("update leg set state = 'ended'")

    async def decides() -> None:
        if not again:
            await hub.hears(recorded(a_crime()))
            return
        async with hub.as_worker() as tx:
            await rerouting.rerun(tx, sent.case, await stocked.current(tx, BOOKS), LATER)

    async with hub.as_worker() as first:
        await stocked.to_send_by(first, await stocked.current(first, BOOKS))
        other = asyncio.create_task(decides())
        await until_somebody_waits(hub.worker)
        await first.execute("update leg set state = 'accepted'")
    await other
    assert await hub.value("select count(*) from leg") == 1
    assert again or await hub.value("select count(*) from case_event where type like 'nobody-available%'") == 1


def test_the_books_stay_the_same_until_the_last_place_is_taken() -> None:
    left, other = {GENERAL: 2}, contract_id("harbour-lane-idva")
    once = BOOKS.taken(left, [GENERAL, other])
    assert once is BOOKS and left == {GENERAL: 1}
    full = once.taken(left, [GENERAL])
    assert full.on(DAY).directory.by_id[GENERAL].places == 0 and full.on(DAY).directory.version
    assert full.on(DAY).policy.named_contract("general", BIRMINGHAM) is full.on(DAY).directory.by_id[GENERAL]
    assert full.taken(left, [other]) is full and BOOKS.directory.by_id[GENERAL].places is None


@pytest.mark.service
async def test_who_is_sent_to_by_itself_changes_with_a_reason_and_a_second_person(hub: Hub, browse: AsPersona) -> None:
    leader, admin = await browse("leader"), await browse("admin")
    await leader.get("/directory/automatic")
    line = BOOKS.directory.by_id[GENERAL].line
    page = await leader.submit("Ask a second person", 422, line=line, area=BIRMINGHAM, contract="nobody", **on(today()))
    assert page.errors == ["Choose the reason"]
    wrong = str(contract_id("open-door-coventry"))
    page = await leader.submit("Ask a second person", 422, contract=wrong, reason="quality")
    assert page.errors == ["Choose a contract of this kind of help that covers this area, or nobody"]
    page = await leader.submit("Ask a second person", contract="nobody")
    assert "somebody else has to agree" in page.text
    change = await hub.value("select change_id from directory_change")
    page = await leader.post(f"/directory/automatic/{change}", {"says": "yes"}, 422)
    assert "somebody else has to agree" in page.text
    await hub.hears(recorded(a_crime()))
    assert await hub.value("select count(*) from leg where contract_id = $1", GENERAL) == 1
    page = await admin.get("/directory/automatic")
    page = await admin.submit(next(text for text in page.texts("button") if text.startswith("Agree: ")))
    assert "Agreed. It counts from its day on." in page.text
    await admin.post(f"/directory/automatic/{change}", {"says": "no"}, 409)
    async with hub.as_worker() as tx:
        assert (await stocked.current(tx, BOOKS)).on(today()).policy.named_contract(line, BIRMINGHAM) is None
    with pytest.raises(Exception, match="check constraint"):
        await hub.worker.pool.execute("update directory_change set confirmed_by = made_by")


@pytest.mark.service
@pytest.mark.browser
async def test_the_pages_of_the_directory_beside_contracts_pass_the_gate(hub: Hub, databases: Databases) -> None:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    access = await access_of(databases)
    signed_in = cookies(settings, await cookie_of(access, "leader"))
    async with served(hub_app(hub, settings, access), sock), open_gate() as gate:
        for path in ("providers", f"providers/{HARBOUR}", "closures", f"contracts/{GENERAL}/closures", "automatic"):
            assert await gate.problems(f"{settings.public_url}/directory/{path}", signed_in=signed_in) == []
