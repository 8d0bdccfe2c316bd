"""Referrals walked through: triage, send, undo, accept, decline, support, withdrawal; refusals with their reasons."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id, contract_id, provider_id
from contracts.refused import Refused
from services.referral.actions import (
    consenting,
    contacting,
    opening,
    packing,
    providing,
    referring,
    sealing,
    settling,
    taking_in,
)
from services.referral.actions.taking_in import SelfReferral
from services.referral.domain.facts import CaseFacts
from services.referral.store.consent import Consent
from tests.builders import BIRMINGHAM, NOON, a_crime, a_detail, a_domestic_crime, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import excepted

pytestmark = pytest.mark.service

IDVA = contract_id("harbour-lane-idva")
LATER = NOON + timedelta(seconds=11)


async def a_waiting_case(hub: Hub) -> tuple[UUID, UUID]:
    """A case at high risk, its details open, and its referral to the idva line, triaged."""
    crime = a_domestic_crime()
    victim = crime["victims"][0]
    victim["sealed"] = hub.sealed(a_detail(), crime["crime_id"], victim["victim_ref"])
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    case = case_id(crime["crime_id"], victim["victim_ref"])
    referral = await hub.value("select referral_id from referral where case_id = $1 and line = 'idva'", case)
    async with hub.looks(a_viewer()) as tx:
        await referring.triage(tx, a_viewer(), referral, NOON)
    return case, referral


async def agrees(hub: Hub, case: UUID, contract: UUID = IDVA, at: datetime = NOON, **changes: Any) -> UUID:
    person = await hub.value("select person_id from case_file where case_id = $1", case)
    given = Consent(uuid4(), person, case, "support", "self", at, contract_id=contract, how="mobile", **changes)
    async with hub.looks(a_viewer()) as tx:
        await consenting.record(tx, a_viewer(), given, at)
    return given.consent_id


async def send(hub: Hub, referral: UUID, contract: UUID = IDVA) -> UUID:
    async with hub.looks(a_viewer()) as tx:
        leg = await referring.send(tx, a_viewer(), referral, contract, BOOKS, hub.sealer, NOON)
    return leg.leg_id


async def a_sent_referral(hub: Hub) -> tuple[UUID, UUID]:
    case, referral = await a_waiting_case(hub)
    await agrees(hub, case)
    await send(hub, referral)
    await hub.every(referring.release, LATER)
    return case, referral


async def test_a_send_leaves_only_when_the_time_to_undo_has_lapsed(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    await agrees(hub, case)
    await send(hub, referral)
    assert await hub.every(referring.release, NOON + timedelta(seconds=9)) == 0
    assert "referral.sent" not in await hub.told(case)
    assert await hub.every(referring.release, LATER) == 1
    assert "referral.sent" in await hub.told(case)
    by = await hub.value("select (data ->> 'accept_by')::timestamptz from case_event where type = 'referral.sent.v1'")
    hours = BOOKS.directory.by_id[IDVA].standards.urgent_hours
    assert by == LATER + timedelta(hours=hours), "what is urgent is answered by the clock"
    assert await hub.value("select state from referral where referral_id = $1", referral) == "sent"


async def test_a_send_whose_agreement_ends_before_it_leaves_stays_and_somebody_is_told(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    await agrees(hub, case)
    await send(hub, referral)
    await hub.worker.pool.execute("update consent set expires_at = $1 where case_id = $2", NOON, case)
    assert await hub.every(referring.release, LATER) == 1
    assert "referral.sent" not in await hub.told(case) and await hub.value("select count(*) from leg") == 0
    [task] = await hub.rows("select kind, referral_id, due_at from task where case_id = $1 and done_at is null", case)
    assert (task["kind"], task["referral_id"]) == ("send_stopped", referral) and task["due_at"] > LATER


async def test_an_undone_send_never_happened(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    await agrees(hub, case)
    leg = await send(hub, referral)
    async with hub.looks(a_viewer()) as tx:
        await referring.undo(tx, a_viewer(), leg, NOON)
    assert await hub.every(referring.release, LATER) == 0
    assert "referral.sent" not in await hub.told(case)
    assert await hub.value("select state from referral where referral_id = $1", referral) == "triaged"


async def test_a_send_cannot_be_undone_once_it_left(hub: Hub) -> None:
    _, referral = await a_sent_referral(hub)
    leg = await hub.value("select leg_id from leg where referral_id = $1", referral)
    with pytest.raises(Refused, match="too_late"):
        async with hub.looks(a_viewer()) as tx:
            await referring.undo(tx, a_viewer(), leg, LATER)


async def test_nothing_is_sent_by_a_person_without_the_persons_agreement(hub: Hub) -> None:
    _, referral = await a_waiting_case(hub)
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        await send(hub, referral)


async def test_agreement_to_one_provider_does_not_open_another(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    await agrees(hub, case, contract=contract_id("willow-court-outreach"))
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        await send(hub, referral)


async def test_an_override_needs_a_second_person(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    override = uuid4()
    async with hub.looks(a_viewer()) as tx:
        await consenting.ask_override(tx, a_viewer(), override, case, "idva", "life_at_risk", NOON)
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        await send(hub, referral)
    with pytest.raises(Refused, match="second_person_needed"):
        async with hub.looks(a_viewer()) as tx:
            await consenting.confirm_override(tx, a_viewer(), override, NOON)
    async with hub.looks(a_viewer("leader")) as tx:
        await consenting.confirm_override(tx, a_viewer("leader"), override, NOON)
    await send(hub, referral)
    assert await hub.value("select gate from leg where referral_id = $1", referral) == "override"


async def test_the_provider_gets_the_least_it_declared_with_safe_channels_alone(hub: Hub) -> None:
    _, referral = await a_sent_referral(hub)
    worker = a_viewer("idva.worker")
    leg = await hub.value("select leg_id from leg where referral_id = $1", referral)
    async with hub.looks(worker) as tx:
        pack = await packing.read(tx, hub.sealer, worker, leg, LATER)
    assert pack is not None
    assert pack["family_name"] == "Testperson"
    assert [channel["kind"] for channel in pack["channels"]] == ["mobile"]
    assert set(pack) <= set(BOOKS.directory.by_id[IDVA].pack)
    assert packing.digest(pack) == await hub.value("select pack_sha256 from leg where leg_id = $1", leg)


async def test_a_provider_accepts_starts_and_completes(hub: Hub) -> None:
    case, referral = await a_sent_referral(hub)
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        await providing.view(tx, worker, referral, LATER)
        await providing.accept(tx, worker, referral, LATER)
        await providing.start(tx, worker, referral, LATER)
        await providing.pause(tx, worker, referral, "person_asked", LATER.date() + timedelta(days=1), LATER)
        await providing.resume(tx, worker, referral, LATER)
        await providing.complete(tx, worker, referral, LATER)
    told = await hub.told(case)
    assert told[-6:] == [
        "referral.viewed",
        "referral.accepted",
        "support.started",
        "support.paused",
        "support.resumed",
        "support.completed",
    ]
    await hub.every(settling.settle, LATER)
    assert await hub.value("select state from leg where referral_id = $1", referral) == "ended"


async def test_a_decline_brings_the_case_back_with_the_same_day_task_of_the_next_provider(hub: Hub) -> None:
    case, referral = await a_sent_referral(hub)
    assert await hub.value("select state from case_file where case_id = $1", case) == "active"
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        await providing.decline(tx, worker, referral, "capacity", LATER)
    await hub.every(settling.settle, LATER)
    assert await hub.value("select state from case_file where case_id = $1", case) == "waiting"
    assert await hub.value("select kind from task where referral_id = $1", referral) == "offer_next_provider"


async def test_the_next_leg_after_a_decline_goes_to_another_provider(hub: Hub) -> None:
    case, referral = await a_sent_referral(hub)
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        await providing.decline(tx, worker, referral, "capacity", LATER)
    await hub.every(settling.settle, LATER)
    other = contract_id("lantern-house-idva")
    await agrees(hub, case, contract=other)
    await excepted(hub, case, other)
    await send(hub, referral, other)
    await hub.every(referring.release, LATER)
    legs = await hub.rows("select number, state from leg where referral_id = $1 order by number", referral)
    assert [(leg["number"], leg["state"]) for leg in legs] == [(1, "declined"), (2, "sent")]
    async with hub.looks(worker) as tx:
        assert await tx.fetchval("select count(*) from referral where referral_id = $1", referral) == 0
        assert await tx.fetchval("select count(*) from leg where provider_id = $1", provider_id("lantern-house")) == 0


async def test_withdrawn_agreement_withdraws_every_open_leg(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    consent = await agrees(hub, case)
    await send(hub, referral)
    await hub.every(referring.release, LATER)
    async with hub.looks(a_viewer()) as tx:
        assert await consenting.withdraw(tx, a_viewer(), consent, "person_asked", LATER) == 1
    assert await hub.value("select state from referral where referral_id = $1", referral) == "withdrawn"
    assert await hub.value("select state from leg where referral_id = $1", referral) == "withdrawn"
    worker = a_viewer("idva.worker")
    leg = await hub.value("select leg_id from leg where referral_id = $1", referral)
    async with hub.looks(worker) as tx:
        assert await packing.read(tx, hub.sealer, worker, leg, LATER) is None


async def test_a_refused_step_changes_and_announces_nothing(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    before = await hub.told(case)
    with pytest.raises(Refused, match="not_from_here"):
        async with hub.looks(a_viewer()) as tx:
            await referring.triage(tx, a_viewer(), referral, NOON)
    assert await hub.told(case) == before


async def test_someone_else_answering_locks_the_channel_everywhere(hub: Hub) -> None:
    case, _ = await a_waiting_case(hub)
    async with hub.looks(a_viewer()) as tx:
        await contacting.record_attempt(tx, a_viewer(), uuid4(), case, "mobile", "someone_else_answered", NOON)
    [channel] = await hub.rows("select safety, locked_at from channel where kind = 'mobile'")
    assert (channel["safety"], channel["locked_at"]) == ("unsafe", NOON)
    assert (await hub.told(case))[-2:] == ["contact.attempted", "contact-safety.changed"]
    with pytest.raises(Refused, match="locked"):
        async with hub.looks(a_viewer()) as tx:
            await contacting.record_attempt(tx, a_viewer(), uuid4(), case, "mobile", "no_answer", NOON)


async def test_a_locked_channel_keeps_the_next_crime_waiting(hub: Hub) -> None:
    person = a_victim("V-lock")
    crime = a_crime(person)
    await hub.hears(recorded(crime))
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(
            tx, a_viewer(), case_id(crime["crime_id"], "V-lock"), "mobile", "said_unsafe", NOON
        )
    later = a_crime(person)
    await hub.hears(recorded(later))
    [case] = await hub.rows("select state, holds from case_file where crime_id = $1", UUID(later["crime_id"]))
    assert case["state"] == "waiting"
    assert "no_safe_channel" in case["holds"]


async def test_a_lock_is_lifted_only_by_somebody_who_spoke_to_the_person(hub: Hub) -> None:
    case, _ = await a_waiting_case(hub)
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), case, "mobile", "said_unsafe", NOON)
    with pytest.raises(Refused, match="only_after_speaking"):
        async with hub.looks(a_viewer()) as tx:
            await contacting.set_safety(tx, a_viewer(), case, "mobile", "safe", NOON, spoke=False)
    async with hub.looks(a_viewer()) as tx:
        await contacting.set_safety(tx, a_viewer(), case, "mobile", "safe", NOON, spoke=True)
    assert await hub.value("select safety from channel where kind = 'mobile'") == "safe"


async def test_a_line_that_ended_is_followed_by_a_new_referral(hub: Hub) -> None:
    case, referral = await a_waiting_case(hub)
    async with hub.looks(a_viewer()) as tx:
        await referring.withdraw(tx, a_viewer(), referral, "wrong_service", NOON)
        again = await referring.offer_line(tx, a_viewer(), case, "idva", NOON)
    assert again.follows == referral
    with pytest.raises(Refused, match="already_open"):
        async with hub.looks(a_viewer()) as tx:
            await referring.offer_line(tx, a_viewer(), case, "idva", NOON)


def a_self_referral(**changes: Any) -> SelfReferral:
    facts = CaseFacts(
        case_id=uuid4(),
        reported=False,
        source="self",
        share="agreed",
        reported_at=NOON,
        reported_on=NOON.date(),
        area=BIRMINGHAM,
        home_area=BIRMINGHAM,
        channels_safe=("mobile",),
        language="en",
        age=40,
        age_said=40,
    )
    return SelfReferral(replace(facts, **changes), sealing.Details.model_validate(a_detail()), agrees=True)


async def test_a_person_who_comes_by_themselves_has_a_case_with_sealed_details(hub: Hub) -> None:
    given, person = a_self_referral(), uuid4()
    async with hub.looks(a_viewer()) as tx:
        await taking_in.self_referral(tx, a_viewer(), given, person, BOOKS, hub.sealer, NOON)
    [case] = await hub.rows("select case_id, crime_id, reported, source, details, lines from case_file")
    assert (case["crime_id"], case["reported"], case["source"], case["details"]) == (None, False, "self", "open")
    assert case["lines"] == ["general"]
    assert (await hub.told(given.facts.case_id))[:2] == ["case.opened", "case.routed"]
    assert await hub.value("select count(*) from person_sealed where person_id = $1", person) == 1


async def test_nothing_is_kept_of_a_person_who_does_not_agree(hub: Hub) -> None:
    given = replace(a_self_referral(), agrees=False)
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        async with hub.looks(a_viewer()) as tx:
            await taking_in.self_referral(tx, a_viewer(), given, uuid4(), BOOKS, hub.sealer, NOON)
    assert await hub.value("select count(*) from person") == 0
