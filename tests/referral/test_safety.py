"""What could hurt somebody: access after an agreement, holds of an incident, overrides, pace, alerts, and silence."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id, reference
from contracts.justice import MilestoneReached
from contracts.refused import Refused
from kit import clock
from services.referral.__main__ import SERVICE
from services.referral.actions import (
    consenting,
    contacting,
    falling_due,
    incidents,
    lapsing,
    packing,
    providing,
    referring,
    settling,
)
from services.referral.case_ui import whynot
from services.referral.domain.attempting import too_soon
from services.referral.domain.matching import explain
from services.referral.domain.safe_contact import ChannelState, Profile
from services.referral.store import consent
from tests.builders import (
    COVENTRY,
    NOON,
    RAPE,
    a_crime,
    a_domestic_crime,
    a_victim,
    a_viewer,
    an_event,
    recorded,
    snapshot,
    updated,
)
from tests.conftest import Databases
from tests.referral import crimes
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, hub_pages, triaged
from tests.referral.portal import LATER, Sent, a_referral_sent, a_referral_sent_by_policy, portal_of
from tests.referral.test_actions import agrees

pytestmark = pytest.mark.service
OFFICER, LEADER, WORKER = a_viewer(), a_viewer("leader"), a_viewer("idva.worker")
IDVA = contract_id("harbour-lane-idva")
PACES = BOOKS.standards_on(NOON.date()).attempts
SAFE = (Profile({"mobile": ChannelState("mobile", "safe")}), "mobile")


async def state_of(hub: Hub, referral: UUID) -> str:
    return str(await hub.value("select state from referral where referral_id = $1", referral))


async def sees(hub: Hub, sent: Sent) -> bool:
    """Whether the provider's worker sees anything of the case, asked of the tables themselves."""
    async with hub.looks(WORKER) as tx:
        found = [
            await tx.fetchval(f"select count(*) from {table} where case_id = $1", sent.case)
            for table in ("leg", "referral", "case_file")
        ]
        pack = await packing.read(tx, hub.sealer, WORKER, sent.leg, LATER)
    assert len({bool(each) for each in (*found, pack)}) == 1, "all of it, or nothing"
    return bool(found[0])


async def test_access_ends_with_the_agreement_and_comes_back_with_another(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
    until = NOON + timedelta(days=30)
    await hub.worker.pool.execute("update consent set expires_at = $1", until)
    assert await hub.every(lapsing.close, until - timedelta(seconds=1)) == 0 and await sees(hub, sent)
    assert await hub.every(lapsing.close, until) == 1
    assert not await sees(hub, sent)
    assert await state_of(hub, sent.referral) == "accepted", "what becomes of it is for a human to decide"
    task = "select count(*) from task where kind = 'agreement_ended' and done_at is null"
    assert await hub.value(task) == 1
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        page = await worker.get("/portal")
        reference = await hub.value("select reference from case_file where case_id = $1", sent.case)
        assert "The person's agreement has run out, or they said no" in page.text and reference in page.text
        await worker.get(sent.page, 404)
        other = await browse("hate.worker")
        assert "agreement has run out" not in (await other.get("/portal")).text
    async with hub_pages(hub, databases) as hubs:
        page = await (await hubs("officer")).get(f"/cases/{sent.case}/referrals")
        assert "Closed to them" in page.texts("strong", "govuk-tag")
    assert await hub.every(lapsing.close, until + timedelta(days=1)) == 0
    await agrees(hub, sent.case)
    assert await sees(hub, sent) and await hub.value(task) == 0


async def test_an_agreement_that_was_renewed_in_time_closes_nothing(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    await hub.worker.pool.execute("update consent set expires_at = $1", LATER)
    await agrees(hub, sent.case)
    assert await hub.every(lapsing.close, LATER) == 1
    assert await sees(hub, sent)


async def test_what_another_confirmed_override_carries_stays_when_one_is_refused(hub: Hub, browse: AsPersona) -> None:
    victim = a_victim(relationship_to_suspect="partner", risk={"dash_score": 20, "grade": "imminent"})
    case = await a_case(hub, a_domestic_crime(victim), at=NOON)
    referral = await triaged(hub, case)
    first, second, third = uuid4(), uuid4(), uuid4()
    async with hub.looks(OFFICER) as tx:
        for asked, reason in ((first, "life_at_risk"), (second, "marac")):
            await consenting.ask_override(tx, OFFICER, asked, case, "idva", reason, NOON)
        await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, NOON)
    await hub.every(referring.release, LATER)
    async with hub.looks(LEADER) as tx:
        await consenting.confirm_override(tx, LEADER, first, LATER)
        await consenting.refuse_override(tx, LEADER, second, LATER)
    assert await state_of(hub, referral) == "sent", "the first one carries it"
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, third, case, "idva", "marac", LATER)
        held = await consent.load(tx, first)
        assert held is not None
        assert [one.referral_id for one in (await consenting.what_ends(tx, held, LATER)).referrals] == [referral]


async def test_an_override_that_nobody_confirmed_in_time_is_overdue_for_the_hub_and_the_leader(
    hub: Hub, browse: AsPersona
) -> None:
    victim = a_victim(relationship_to_suspect="partner", risk={"dash_score": 20, "grade": "imminent"})
    case = await a_case(hub, a_domestic_crime(victim))
    referral = await triaged(hub, case)
    asked = clock.now() - timedelta(hours=3)
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, uuid4(), case, "idva", "life_at_risk", asked)
        await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, clock.now())
    await hub.every(referring.release, clock.now() + timedelta(seconds=11))
    leader = await browse("leader")
    page = await leader.get("/cases/overrides")
    assert "Shared already" in page.text and "Overdue" not in page.text
    await hub.worker.pool.execute("update consent set taken_at = taken_at - interval '2 hours'")
    page = await leader.get("/cases/overrides")
    assert "Overdue" in page.text and "IDVA still has what was shared" in page.text
    page = await leader.get("/cases/team")
    assert "Overdue" in page.text and "imminent risk" in page.text
    await hub.worker.pool.execute("update consent set confirmed_at = now()")
    assert "Every override has been looked at by a second person." in (await leader.get("/cases/team")).text


async def test_the_hold_of_an_incident_that_is_off_is_lifted_by_the_leader_alone_and_sends_nothing(
    hub: Hub, browse: AsPersona
) -> None:
    crimes = [a_crime(major_incident_id="MI-9") for _ in range(2)]
    await hub.hears(recorded(*crimes))
    one, two = [UUID(crime["crime_id"]) for crime in crimes]
    async with hub.looks(LEADER) as tx:
        made = await incidents.switch_on(tx, LEADER, uuid4(), "MI-9", NOON)
    leader = await browse("leader")
    page = await leader.get("/operations/incidents/held")
    assert "No case is held by an incident that is switched off." in page.text
    held = [row["case_id"] for row in await hub.rows("select case_id from case_file")]
    async with hub.looks(LEADER) as tx:
        left = await incidents.lift(tx, LEADER, held, "over", NOON)
        assert left.lifted == 0 and {why for _, why in left.stayed} == {"switched_on"}, (
            "nothing is lifted while it is on"
        )
        await incidents.switch_off(tx, LEADER, made.switch_id, NOON)
    await (await browse("officer")).get("/operations/incidents/held", 403)
    assert "2 cases are held" in (await leader.get("/operations/incidents")).text
    await leader.get("/operations/incidents/held")
    page = await leader.submit("Lift the hold from those ticked", 422)
    assert page.errors == ["Tick the cases from which the hold is lifted", "Choose why the hold may be lifted"]
    case = await hub.value("select case_id from case_file where crime_id = $1", one)
    other = await hub.value("select case_id from case_file where crime_id = $1", two)
    async with hub.looks(LEADER) as tx:
        again = await incidents.switch_on(tx, LEADER, uuid4(), "mi-9", NOON)
    page = await leader.submit("Lift the hold from those ticked", case=[str(case), str(other)], reason="over")
    stays = "whose incident is switched on again"
    first, second = (reference(each) for each in sorted((case, other)))
    assert f"No hold was lifted. 2 stayed: {first}, {stays}; {second}, {stays}." in page.text
    async with hub.looks(LEADER) as tx:
        await incidents.switch_off(tx, LEADER, again.switch_id, NOON)
    await leader.get("/operations/incidents/held")
    page = await leader.submit("Lift the hold from those ticked", case=str(case), reason="over")
    assert "Lifted from 1 case. Nothing was sent" in page.text
    holds = "select holds from case_file where crime_id = $1"
    assert "major_incident" not in await hub.value(holds, one) and "major_incident" in await hub.value(holds, two)
    assert await hub.value("select count(*) from leg") == 0, "nothing is sent by it"
    rules = await hub.value("select rules from routing where case_id = $1 order by run desc limit 1", case)
    assert rules[-1] == "lift.major_incident@1" and (await hub.told(case))[-1] == "case.routed"
    reason = await hub.rows("select reason from kit.audit where action = 'incident.hold_lifted'")
    assert [row["reason"] for row in reason] == ["over"]
    page = await leader.submit("Lift it from all 1 listed", reason="not_affected")
    assert "No case is held by an incident that is switched off." in page.text


async def test_of_two_incidents_that_are_off_the_holds_of_one_are_lifted_alone(hub: Hub, browse: AsPersona) -> None:
    await hub.hears(recorded(*(a_crime(major_incident_id=name) for name in ("MI-A", "MI-A", "MI-B"))))
    made = {}
    async with hub.looks(LEADER) as tx:
        for name in ("MI-A", "MI-B"):
            made[name] = (await incidents.switch_on(tx, LEADER, uuid4(), name, NOON)).switch_id
            await incidents.switch_off(tx, LEADER, made[name], NOON)
    leader = await browse("leader")
    assert len((await leader.get("/operations/incidents/held")).all("input", "govuk-checkboxes__input")) == 3
    await leader.get("/operations/incidents")
    page = await leader.get(f"/operations/incidents/held?switch={made['MI-A']}")
    assert page.heading == "Still held by incident MI-A" and "MI-B" not in page.text
    page = await leader.submit("Lift it from all 2 listed", 422)
    assert page.errors == ["Choose why the hold may be lifted"] and "MI-B" not in page.text
    page = await leader.submit("Lift it from all 2 listed", reason="over")
    assert "No case is held by this incident any more" in page.text
    left = await hub.rows("select major_incident_id from case_file where 'major_incident' = any(holds)")
    assert [row["major_incident_id"] for row in left] == ["MI-B"]
    await leader.get(f"/operations/incidents/held?switch={uuid4()}", 404)


async def test_a_lifted_hold_stays_lifted_until_the_incident_is_switched_on_again(hub: Hub) -> None:
    crime = a_crime(major_incident_id="MI-10")
    await hub.hears(recorded(crime))
    case = await hub.value("select case_id from case_file")
    async with hub.looks(LEADER) as tx:
        assert (await incidents.lift(tx, LEADER, [case, uuid4()], "over", NOON)).lifted == 1
        again = await incidents.lift(tx, LEADER, [case], "over", NOON)
        assert again == incidents.Lifting(0, [(reference(case), "not_held")])
        with pytest.raises(Refused, match="missing"):
            await incidents.lift(tx, LEADER, [case], "because", NOON)
    await hub.hears([snapshot(updated(crime, flags=["stalking"]))])
    held = "select holds from case_file"
    assert "major_incident" not in await hub.value(held) and "stalking" in await hub.value(
        "select lines from case_file"
    )
    async with hub.looks(LEADER) as tx:
        await incidents.switch_on(tx, LEADER, uuid4(), "MI-10", NOON)
        assert (await incidents.lift(tx, LEADER, [case], "over", NOON)).lifted == 0, "it is on"
    await hub.hears([snapshot(updated(crime, 3, flags=["stalking", "county_lines"]))])
    assert "major_incident" in await hub.value(held)


def test_an_attempt_that_comes_too_soon_is_told_when_it_may_be_made_but_for_what_locks_a_channel() -> None:
    pace = PACES["life_safety", "mobile"]
    assert too_soon(pace, [NOON], "no_answer", NOON + timedelta(hours=1), *SAFE) == NOON + timedelta(hours=2)
    assert too_soon(pace, [NOON], "no_answer", NOON + timedelta(hours=2), *SAFE) is None
    assert too_soon(pace, [NOON], "someone_else_answered", NOON, *SAFE) is None


async def test_an_attempt_sooner_than_the_pace_is_refused_at_the_form_and_recorded_for_a_reason(
    hub: Hub, browse: AsPersona, databases: Databases
) -> None:
    sent = await a_referral_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
    form: dict[str, Any] = {"channel": "mobile", "outcome": "no_answer"}
    count = "select count(*) from contact_attempt where sooner is not null"
    async with hub.looks(OFFICER) as tx:
        await contacting.record_attempt(tx, OFFICER, uuid4(), sent.case, "mobile", "no_answer", clock.now())
    officer = await browse("officer")
    await officer.get(f"/cases/{sent.case}/contact")
    page = await officer.submit("Record the attempt", 422, **form)
    assert page.errors[0].startswith("The next attempt may be made on ")
    page = await officer.submit("Record the attempt", **form, sooner="person_asked")
    assert "Sooner than the pace: the person asked to be tried now" in page.text and await hub.value(count) == 1
    async with hub.looks(WORKER) as tx:
        await contacting.record_attempt(tx, WORKER, uuid4(), sent.case, "mobile", "no_answer", clock.now())
    async with portal_of(hub, databases) as providers:
        worker = await providers("idva.worker")
        await worker.get(sent.page)
        await worker.submit("Record the attempt", 422, **form, sooner="nonsense")
        await worker.submit("Record the attempt", 422, **form)
        await worker.submit("Record the attempt", **form, sooner="danger")
    assert await hub.value(count) == 2


async def test_bail_is_seen_by_the_provider_the_next_time_a_page_is_asked_for(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    crime = await hub.value("select crime_id from case_file where case_id = $1", sent.case)
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        page = await worker.get("/portal")
        assert "Alert" not in page.text
        [poll] = [each for each in page.all("div") if each.get("data-poll")]
        assert int(poll.get("data-seconds") or 0) <= 60, "design 1: within 60 seconds"
        asked = poll.get("data-poll") or ""
        await worker.download(asked, 204)
        told = {"milestone_id": "m-1", "crime_id": str(crime), "trigger": "police_bail_conditions_changed"}
        await hub.hears([an_event(MilestoneReached.TYPE, told | {"happened_at": NOON.isoformat()})])
        assert "told us of bail, release or an order" in (await worker.download(asked)).text
        assert "Alert" in (await worker.get("/portal")).texts("span", "moj-badge")
        page = await worker.get(sent.page)
        assert "told us of bail, release or an order" in page.text
        [asked] = [e.get("data-poll") or "" for e in page.all("div") if e.get("data-poll")]
        assert asked.startswith("/portal/alerts?known=1&")
    assert await hub.value("select review_since is not null from case_file where case_id = $1", sent.case)
    assert await hub.value("select count(*) from mail") == 0, "the person is never written to because of it"
    assert MilestoneReached in SERVICE.listens, "heard with the batch, by no timer"


async def test_an_old_month_fed_today_is_silent_from_the_moment_it_could_be_seen(hub: Hub) -> None:
    await a_referral_sent_by_policy(hub)
    fed = NOON + timedelta(days=60)
    await hub.worker.pool.execute("update leg set pack = null, out_at = null")
    assert await hub.every(falling_due.watch_silence, fed) == 0, "without a pack there is nothing to see"
    assert await hub.every(packing.freeze_automatic, fed) == 1
    assert await hub.every(falling_due.watch_silence, fed + timedelta(hours=3)) == 0
    assert await hub.value("select sent_at from leg") == NOON, "what was decided keeps the time of its event"
    assert await hub.every(falling_due.watch_silence, fed + timedelta(days=3)) == 1


def test_whoever_helped_before_is_offered_first_and_whoever_helps_the_other_party_is_one_change_away() -> None:
    facts = crimes.a_case({"home_local_authority": COVENTRY}, offence_code=RAPE, local_authority=COVENTRY)
    found = explain(facts, "isva", BOOKS.directory, NOON.date())
    panel = whynot.panel(found, "isva")
    providers = [each.contract.provider.provider_id for each in panel.fits]
    assert len(set(providers)) > 1
    for provider in providers:
        first = whynot.panel(found, "isva", whynot.Beside({provider: "They helped"})).fits[0]
        other = whynot.panel(found, "isva", whynot.Beside({provider: "They helped"}, {provider}))
        assert first.contract.provider.provider_id == other.near[0].contract.provider.provider_id == provider
        assert other.near[0].checks[-1] == whynot.OTHER_PARTY and other.near[0].change == whynot.KEPT_APART
        assert provider not in {each.contract.provider.provider_id for each in other.fits}
    ruled_out = replace(facts, refused_providers=(providers[0],))
    found = explain(ruled_out, "isva", BOOKS.directory, NOON.date())
    both = whynot.panel(found, "isva", whynot.Beside({}, {providers[0]}))
    [twice] = [each for each in both.no if each.contract.provider.provider_id == providers[0]]
    assert twice.change is None and sum(not check.passed for check in twice.checks) == 2


async def test_the_matching_panel_says_who_helps_the_other_party_and_who_helped_before(
    hub: Hub, browse: AsPersona
) -> None:
    where = {"offence_code": RAPE, "local_authority": COVENTRY}
    before = a_victim("V-both", home_local_authority=COVENTRY)
    await a_referral_sent(hub, "riverbank-isva", a_crime(a_victim("V-other", home_local_authority=COVENTRY), **where))
    earlier = await a_referral_sent(hub, "stillwater-isva", a_crime(before, **where))
    async with hub.looks(a_viewer("isva.worker")) as tx:
        await providing.accept(tx, a_viewer("isva.worker"), earlier.referral, LATER)
    await hub.every(settling.settle, LATER)
    case = await a_case(hub, a_crime(before, suspects=[{"suspect_ref": "V-other"}], **where))
    referral = await triaged(hub, case, "isva")
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts")
    titles = {slug: BOOKS.directory.by_id[contract_id(slug)].title for slug in ("stillwater-isva", "riverbank-isva")}
    found = [text for text in (*page.texts("h2"), *page.texts("h3")) if text in titles.values()]
    assert found == [titles["stillwater-isva"], titles["riverbank-isva"]]
    text = page.text
    assert text.index(titles["stillwater-isva"]) < text.index("One change away") < text.index(titles["riverbank-isva"])
    assert whynot.KEPT_APART in text and f"No: {whynot.OTHER_PARTY.words}" in text
    assert page.texts("strong", "govuk-tag") == ["Helped before", "Other party"]
    await officer.follow(f"See what would be sent all the same to {titles['riverbank-isva']}")
    address = f"/cases/{case}/referrals/{referral}/contracts/{contract_id('riverbank-isva')}"
    assert "helping somebody named as a suspect" in (await officer.get(address)).text
