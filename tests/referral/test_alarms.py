"""What a provider finds of danger or death shuts what must be shut, and reaches everybody who helps the person."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.contact import ContactRequested
from contracts.refused import Refused
from kit import clock
from services.referral.actions import (
    alerting,
    contacting,
    locking,
    making_sure,
    providing,
    referring,
    settling,
    supporting,
)
from services.referral.domain.ended import Ended, against
from services.referral.domain.support import Answer
from services.referral.store import cases
from services.referral.store.support import Assessment, EndReport
from tests.builders import a_crime, a_victim, a_viewer, an_event, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import (
    LATER,
    Sent,
    a_referral_sent,
    a_referral_sent_by_policy,
    an_end,
    portal_of,
    shown,
)

pytestmark = pytest.mark.service
OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")
SAFE = [{"kind": kind, "value": value, "safety": "safe"} for kind, value in
        (("mobile", "07700 900321"), ("email", "wil.testperson@example.org"))]  # fmt: skip
OPEN = "select kind from task where done_at is null order by 1"


async def in_support(hub: Hub, *, other: bool = True) -> Sent:
    """Support that began, and (`other`) another referral of the person that is with another provider."""
    sent = await a_referral_sent(hub, channels=SAFE)
    async with hub.looks(WORKER) as tx:
        for verb in ("accept", "start"):
            await providing.step(tx, WORKER, sent.referral, verb, LATER)
    if other:
        await hub.worker.pool.execute(
            "insert into referral select (jsonb_populate_record(r, jsonb_build_object('referral_id', $2::uuid,"
            " 'leg_id', $3::uuid, 'provider_id', $4::uuid, 'state', 'sent', 'line', 'domestic_abuse', 'urgent', false,"
            " 'started_at', null))).* from referral r where referral_id = $1",
            *(sent.referral, uuid4(), uuid4(), uuid4()),
        )
        await hub.worker.pool.execute(
            "insert into leg select (jsonb_populate_record(l, jsonb_build_object('leg_id', r.leg_id,"
            " 'referral_id', r.referral_id, 'provider_id', r.provider_id, 'state', 'sent', 'urgent', false,"
            " 'number', 1))).* from leg l join referral r on r.line = 'domestic_abuse' and r.case_id = l.case_id"
            " where l.leg_id = $1",
            sent.leg,
        )
    return sent


async def takes(hub: Hub, sent: Sent, verb: str, **answer: Any) -> None:
    async with hub.looks(WORKER) as tx:
        await providing.step(tx, WORKER, sent.referral, verb, clock.now(), **answer)
    await settled(hub)


async def settled(hub: Hub) -> None:
    await hub.worker.pool.execute("delete from provider_mail")
    for _ in range(2):
        for run in (settling.settle, locking.carry_on, alerting.tell):
            await hub.every(run, clock.now())


async def mailed(hub: Hub) -> list[UUID]:
    return [row["leg_id"] for row in await hub.rows("select leg_id from provider_mail")]


async def channels(hub: Hub, sent: Sent) -> dict[str, tuple[str, str | None]]:
    rows = await hub.rows("select kind, safety, locked_why from channel where person_id = $1", sent.person)
    return {row["kind"]: (row["safety"], row["locked_why"]) for row in rows}


async def asked_for(hub: Hub, sent: Sent) -> str:
    """What becomes of a message about the person's own rights."""
    now = clock.now()
    request = ContactRequested(
        case_id=sent.case,
        request_id=uuid4(),
        purpose="rights",
        template="default",
        not_after=now + timedelta(days=3),
        happened_at=now,
        actor_role="system",
    )
    await hub.hears([an_event(ContactRequested, request, now)])
    [type_] = await hub.rows("select distinct type from kit.outbox where type like 'contact.%'")
    return str(type_["type"])


@pytest.mark.parametrize("by", ["provider", "hub"])
async def test_after_a_death_every_channel_is_shut_every_service_is_told_and_no_message_leaves(
    hub: Hub, databases: Databases, by: str
) -> None:
    sent = await in_support(hub)
    if by == "provider":
        await takes(hub, sent, "end_early", reason_code="died")
    else:
        async with hub.looks(OFFICER) as tx:
            await referring.withdraw(tx, OFFICER, sent.referral, "died", clock.now())
        await settled(hub)
    held = await channels(hub, sent)
    assert {"mobile", "email", "letter", "in_person", "somebody"} <= set(held)
    assert set(held.values()) == {("unsafe", "died")}
    assert await mailed(hub) == await hub.value("select array_agg(leg_id) from leg where state = 'sent'")
    assert [row["kind"] for row in await hub.rows(OPEN)].count("person_died") == 1
    notices = await hub.rows("select role, kind from notice where kind = 'person_died' order by role")
    assert [row["role"] for row in notices] == ["leader", "officer"]
    assert await asked_for(hub, sent) == "contact.withheld.v1"
    told = (
        "select count(*) from case_event where type = 'contact-safety.changed.v1' and data ->> 'reason_code' = 'died'"
    )
    assert await hub.value(told) == len(held)
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{sent.case}")
        assert "this person died" in page.text and "nothing is known to be safe" in page.text
    with pytest.raises(Refused, match="death_stands"):
        async with hub.looks(OFFICER) as tx:
            await contacting.set_safety(tx, OFFICER, sent.case, "mobile", "safe", clock.now(), spoke=True)
    async with hub.looks(OFFICER) as tx:  # a slip is taken back, then put right by who has spoken to the person
        case = await cases.load(tx, sent.case)
        assert case is not None
        await making_sure.take_back(tx, OFFICER, case, clock.now())
        await contacting.set_safety(tx, OFFICER, sent.case, "mobile", "safe", clock.now(), spoke=True)
    await settled(hub)
    assert (await channels(hub, sent))["mobile"] == ("safe", None)


async def test_the_hub_makes_sure_of_a_death_for_every_case_of_the_person_and_takes_a_mistake_back(
    hub: Hub, databases: Databases
) -> None:
    sent = await in_support(hub)
    await takes(hub, sent, "end_early", reason_code="died")
    task = await hub.value("select task_id from task where kind = 'person_died'")
    said = "select data ->> 'taken_back' as back from case_event where type = 'person-death.recorded.v1' order by id"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/tasks/{task}")
        assert "It was done" not in page.text and "It was recorded by mistake, the person is alive" in page.text
        await officer.submit("Close the task", answer="died")
        assert [row["back"] for row in await hub.rows(said)] == ["false"]
        page = await officer.get(f"/cases/{sent.case}")
        form = page.hidden(f"/cases/{sent.case}/alive")
        page = await officer.submit("Take it back")
        assert "this person is alive" in page.text and "that this person died. Nobody tries" not in page.text
        await officer.post(f"/cases/{sent.case}/alive", form, status=409)
        assert [row["back"] for row in await hub.rows(said)] == ["false", "true"]
        assert "recorded by mistake: they are alive" in (await officer.get(f"/cases/{sent.case}/timeline")).text
    assert set((await channels(hub, sent)).values()) == {("unsafe", "died")}  # until somebody has spoken to them


@pytest.mark.parametrize(("verb", "reason"), [("pause", "unsafe_now"), ("pause", "person_away"), ("decline", "unsafe")])
async def test_a_provider_that_says_it_is_not_safe_makes_every_channel_unknown_and_the_others_hear(
    hub: Hub, databases: Databases, verb: str, reason: str
) -> None:
    if verb == "pause":
        sent = await in_support(hub)
        await takes(hub, sent, verb, reason_code=reason, until=clock.now().date() + timedelta(days=1))
    else:
        sent = await a_referral_sent(hub, channels=SAFE)
        await takes(hub, sent, verb, reason_code=reason)
    danger = reason != "person_away"
    held = await channels(hub, sent)
    assert {held["mobile"][0], held["email"][0]} == {"unknown" if danger else "safe"}
    kinds = [row["kind"] for row in await hub.rows(OPEN)]
    assert kinds.count("review_risk") == danger
    others = await hub.rows("select leg_id from leg where state = 'sent'")
    assert await mailed(hub) == ([row["leg_id"] for row in others] if danger else [])
    warned = "that it is not safe to be in touch"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert (warned in (await officer.get(f"/cases/{sent.case}")).text) == danger
        if danger:
            await officer.submit("Write the review down", found="same")
            assert warned not in (await officer.get(f"/cases/{sent.case}")).text
    if verb == "pause":
        async with portal_of(hub, databases) as browse:
            page = await (await browse("idva.worker")).get(sent.page)
            assert (warned in page.text) == danger and ("07700 900321" in page.text) == (not danger)


@pytest.mark.parametrize("reason", ["not_safe", "risk_changed", "wrong_service"])
async def test_what_the_hub_takes_back_for_danger_is_looked_at_again_and_the_next_crime_waits(
    hub: Hub, reason: str
) -> None:
    crime = a_crime(a_victim("V-danger", channels_safe=["mobile"]))
    sent = await a_referral_sent_by_policy(hub, crime, channels=SAFE)
    async with hub.looks(OFFICER) as tx:
        await referring.withdraw(tx, OFFICER, sent.referral, reason, clock.now())
    await settled(hub)
    danger = reason != "wrong_service"
    assert (await channels(hub, sent))["mobile"][0] == ("unknown" if reason == "not_safe" else "safe")
    kinds = [row["kind"] for row in await hub.rows(OPEN)]
    assert (kinds.count("review_risk"), kinds.count("another_way")) == (danger, danger)
    later = a_crime(a_victim("V-danger", channels_safe=["mobile"]))
    await hub.hears(recorded(later, at=clock.now()))
    decision = "select decision from case_file where crime_id = $1"
    assert await hub.value(decision, UUID(later["crime_id"])) == ("waiting" if danger else "sent")


@pytest.mark.parametrize("verb", ["decline", "withdraw"])
async def test_what_came_back_after_it_was_sent_is_not_with_a_provider_again_by_a_later_decision(
    hub: Hub, databases: Databases, verb: str
) -> None:
    crime = a_crime(a_victim("V-back", channels_safe=["mobile"]))
    sent = await a_referral_sent_by_policy(hub, crime, channels=SAFE)
    if verb == "decline":
        provider = await hub.value("select provider_id from leg")
        worker = a_viewer("idva.worker", organisation_id=provider)
        async with hub.looks(worker) as tx:
            await providing.step(tx, worker, sent.referral, "decline", clock.now(), reason_code="conflict")
    else:
        async with hub.looks(OFFICER) as tx:
            await referring.withdraw(tx, OFFICER, sent.referral, "wrong_service", clock.now())
    await settled(hub)
    stands = {"decline": "waiting", "withdraw": "resting"}[verb]
    state = "select state from case_file where case_id = $1"
    assert await hub.value(state, sent.case) == stands
    await hub.hears([snapshot(updated(crime, 2), clock.now())])
    assert await hub.value(state, sent.case) == stands
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{sent.case}")
        assert "Sent automatically" not in page.texts("strong")
        assert ("Waiting for a human" if verb == "decline" else "Nothing of it is open") in page.text


async def test_a_risk_that_rises_makes_what_others_have_urgent_from_now_on(hub: Hub, databases: Databases) -> None:
    sent = await in_support(hub)
    await hub.worker.pool.execute("update case_file set risk_grade = 'standard'")
    today = "greatest(now() - interval '1 hour', date_trunc('day', now(), 'Europe/London'))"
    await hub.worker.pool.execute(f"update leg set out_at = {today} where state = 'sent'")
    provider = WORKER.organisation_id
    assert provider is not None
    about = (uuid4(), sent.leg, sent.case, provider)
    made = Assessment(*about, "start", "imminent", "hub_told", (), "yes", clock.now(), WORKER.user_id)
    async with hub.looks(WORKER) as tx:
        await supporting.assess(tx, WORKER, made, [Answer("money", 2)])
    await settled(hub)
    rows = await hub.rows("select state, urgent, urgent_since is not null as now from leg where state = 'sent'")
    assert rows == [{"state": "sent", "urgent": False, "now": True}], "what was before is measured as it was sent"
    assert await mailed(hub) == await hub.value("select array_agg(leg_id) from leg where state = 'sent'")
    await hub.worker.pool.execute("update leg set provider_id = $1 where state = 'sent'", provider)
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        other = await hub.value("select referral_id from leg where state = 'sent'")
        page = await worker.get(f"/portal/referrals/{other}")
        assert "Urgent" in page.text and "found to be higher" in page.text
        assert "by the clock" in page.text


@pytest.mark.parametrize(("line", "kind"), [("mental_health", "look_for_mental_health"), (None, "look_for_service")])
async def test_support_that_ends_with_the_hub_to_look_further_is_a_task_of_the_same_day(
    hub: Hub, line: str | None, kind: str
) -> None:
    sent = await in_support(hub, other=False)
    provider = WORKER.organisation_id
    assert provider is not None
    ids = (sent.leg, sent.case, provider)
    report = EndReport(*ids, "completed", "goals_met", "hub", line, clock.now(), WORKER.user_id)
    async with hub.looks(WORKER) as tx:
        await supporting.keep_end(tx, WORKER, report, {})
    await takes(hub, sent, "complete")
    assert [row["kind"] for row in await hub.rows(OPEN)].count(kind) == 1


BETTER = dict.fromkeys(("VFS1", "VFS2", "VFS3", "VFS4"), "better")
NOT_ASKED = dict.fromkeys(BETTER, "not_asked")


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (Ended("died", NOT_ASKED, "none_needed", "", False), []),
        (Ended("died", {**NOT_ASKED, "VFS2": "better"}, "none_needed", "", False), ["outcome-VFS2"]),
        (Ended("died", NOT_ASKED, "come_back", "idva", True), ["next_step", "next_line", "feedback_wanted"]),
        (Ended("unsafe", BETTER, "hub", "", True), ["feedback_wanted"]),
        (Ended("moved_on", BETTER, "none_needed", "", True), ["next_step"]),
        (Ended("needs_met", BETTER, "hub", "idva", True), ["next_step"]),
        (Ended("goals_met", BETTER, "none_needed", "idva", True), ["next_line"]),
        (Ended("goals_met", BETTER, "hub", "mental_health", True), []),
    ],
)
async def test_answers_to_the_end_that_contradict_each_other_are_told_at_their_fields(
    said: Ended, fields: list[str]
) -> None:
    assert [field for field, _ in against(BOOKS.support, said)] == fields


async def test_the_page_of_the_end_asks_again_where_the_person_died_and_keeps_nothing(
    hub: Hub, databases: Databases
) -> None:
    sent = await in_support(hub, other=False)
    async with portal_of(hub, databases) as browse:
        worker, address = await browse("idva.worker"), f"{sent.page}/steps/end_early"
        await worker.get(address)
        answers = an_end(reason_code="died", feedback_wanted="yes") | await shown(hub, sent.referral)
        page = await worker.post(address, answers, status=422)
        assert "nobody asks how it was" in page.text
        assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "in_support"
        page = await worker.get(address)
        assert "If the person died, say that above and leave the rest." in page.text
        await worker.post(address, {"reason_code": "died"} | await shown(hub, sent.referral))
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "ended_early"
    assert await hub.value("select array_agg(distinct change) from outcome") == ["not_asked"]
    assert await hub.value("select next_step from end_report") == "none_needed", "nobody has to answer six questions"
