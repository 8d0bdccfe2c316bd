"""The end of a referral with a provider cancels what is booked to come under it, and says whose reason it was."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from contracts.contact import ContactRequested
from kit import clock
from kit.service import Moment
from services.referral.actions import consenting, mailing, providing, referring
from services.referral.actions.cancelling import reason_of
from services.referral.carrying import Nowhere
from services.referral.store import appointments, consent, referrals
from services.referral.store.appointments import Appointment
from tests.builders import a_viewer, an_event
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import LATER, Sent, a_referral_sent
from tests.referral.test_life import a_rape_sent
from tests.referral.test_mailing import AWAKE

pytestmark = pytest.mark.service
OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")


async def booked(hub: Hub, sent: Sent | None = None, *, support: bool = False, **detail: Any) -> Sent:
    """An accepted referral with an appointment in two days, and one that was yesterday of which nothing was said."""
    sent = sent or await a_referral_sent(hub, **detail)
    async with hub.as_worker() as tx:
        leg = await referrals.leg(tx, sent.leg)
        assert leg is not None
    worker = replace(WORKER, organisation_id=leg.provider_id)
    async with hub.looks(worker) as tx:
        for verb in ("accept", "start") if support else ("accept",):
            await providing.step(tx, worker, sent.referral, verb, LATER)
        for days in (2, -1):
            at = clock.now() + timedelta(days=days)
            ids = (uuid4(), sent.leg, sent.case, leg.provider_id)
            await appointments.add(tx, Appointment(*ids, at, "at_service", "booked", LATER, worker.user_id))
    return sent


async def stands(hub: Hub) -> list[tuple[str, str | None, str | None]]:
    """How the appointments stand, the one to come first."""
    rows = await hub.rows("select state, whose, reason from appointment order by starts_at desc")
    return [tuple(row.values()) for row in rows]


async def test_an_agreement_withdrawn_cancels_what_was_to_come_at_once_and_tells_it(hub: Hub) -> None:
    sent, now = await booked(hub), clock.now()
    async with hub.looks(WORKER) as tx:
        assert len((await appointments.upcoming(tx, None)).rows) == 2
    async with hub.looks(OFFICER) as tx:
        [held] = await consent.of_case(tx, sent.case)
        ends = await consenting.what_ends(tx, held, now)
        assert len(ends.booked) == 1 and ends.digest != replace(ends, booked=()).digest
        await consenting.withdraw(tx, OFFICER, held.consent_id, "changed_mind", now)
    assert await stands(hub) == [("cancelled", "person", "agreement_withdrawn"), ("booked", None, None)]
    asked = "select (data ->> 'appointments_cancelled')::int from case_event where type = 'referral.withdrawn.v1'"
    assert await hub.value(asked) == 1
    asked = "select count(*) from kit.audit where action = 'appointment.cancelled' and reason = 'agreement_withdrawn'"
    assert await hub.value(asked) == 1
    async with hub.looks(WORKER) as tx:
        assert (await appointments.upcoming(tx, None)).rows == []


@pytest.mark.parametrize(
    ("verb", "reason", "whose", "code"),
    [
        ("withdraw", "person_asked", "person", "person_asked"),
        ("withdraw", "duplicate", "hub", "referral_withdrawn"),
        ("transfer", "another_provider", "hub", "transferred"),
    ],
)
async def test_what_the_hub_ends_says_whose_reason_it_was(
    hub: Hub, verb: str, reason: str, whose: str, code: str
) -> None:
    sent = await booked(hub)
    async with hub.looks(OFFICER) as tx:
        await referring.step(tx, OFFICER, sent.referral, verb, clock.now(), reason_code=reason)
    assert (await stands(hub))[0] == ("cancelled", whose, code)


@pytest.mark.parametrize(
    ("verb", "reason", "whose", "code"),
    [
        ("decline", "capacity", "service", "provider_declined"),
        ("person_declined", "not_now", "person", "person_declined"),
        ("complete", None, "service", "support_ended"),
    ],
)
async def test_what_the_provider_ends_leaves_nothing_booked_either(
    hub: Hub, verb: str, reason: str | None, whose: str, code: str
) -> None:
    sent = await booked(hub, support=verb == "complete")
    answer = {"reason_code": reason} if reason else {}
    async with hub.looks(WORKER) as tx:
        await providing.step(tx, WORKER, sent.referral, verb, clock.now(), **answer)
    assert await stands(hub) == [("cancelled", whose, code), ("booked", None, None)]


async def test_the_end_of_what_was_shared_without_agreement_is_not_the_persons_reason(hub: Hub) -> None:
    sent = await booked(hub)
    async with hub.looks(OFFICER) as tx:
        held = await referrals.get(tx, sent.referral)
    assert held is not None
    assert reason_of(held, "withdraw", "agreement_withdrawn").whose == "person"
    assert reason_of(replace(held, gate="override"), "withdraw", "agreement_withdrawn").whose == "hub"


async def test_the_hub_may_write_nothing_else_of_an_appointment(hub: Hub) -> None:
    await booked(hub)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with hub.looks(OFFICER) as tx:
            await tx.execute("update appointment set state = 'attended'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with hub.looks(OFFICER) as tx:
            await tx.execute("update appointment set starts_at = now()")
    await hub.worker.pool.execute("update appointment set state = 'missed'")
    async with hub.looks(OFFICER) as tx:
        assert await tx.execute("update appointment set state = 'cancelled'") == "UPDATE 0"


async def test_the_pages_that_end_a_referral_say_what_will_be_cancelled(hub: Hub, databases: Databases) -> None:
    sent = await booked(hub, await a_rape_sent(hub))
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        for page in ("transfer", "withdraw"):
            at = "transfer" if page == "transfer" else f"steps/{page}"
            seen = await officer.get(f"/cases/{sent.case}/referrals/{sent.referral}/{at}")
            assert seen.text.count("will be cancelled") == 1, page
        await officer.submit("Withdraw", reason_code="duplicate")
        assert "1 appointment to come cancelled" in (await officer.get(f"/cases/{sent.case}/timeline")).text


@pytest.mark.parametrize("ends", ["agreement", "duplicate", None])
async def test_no_message_about_an_appointment_goes_out_once_it_is_off(hub: Hub, ends: str | None) -> None:
    safe = {"kind": "email", "value": "wil.testperson@example.org", "safety": "safe"}
    sent, now = await booked(hub, channels=[safe]), clock.now()
    asked = ContactRequested(
        case_id=sent.case,
        request_id=uuid4(),
        purpose="appointment",
        template="default",
        not_after=AWAKE + timedelta(days=1),
        happened_at=now,
        actor_role="system",
    )
    await hub.hears([an_event(ContactRequested, asked, now)])
    assert await hub.value("select state from mail") == "waiting"
    async with hub.looks(OFFICER) as tx:
        [held] = await consent.of_case(tx, sent.case)
        if ends == "agreement":
            await consenting.withdraw(tx, OFFICER, held.consent_id, "changed_mind", clock.now())
        elif ends:
            await referring.withdraw(tx, OFFICER, sent.referral, ends, clock.now())
    async with hub.as_worker() as tx:
        await mailing.send_due(tx, Moment(AWAKE, AWAKE), hub.context, Nowhere())
    stands = await hub.rows("select state, why from mail")
    expected = {"agreement": ("withheld", "opted_out"), "duplicate": ("withheld", "too_late"), None: ("sent", None)}
    assert [tuple(row.values()) for row in stands] == [expected[ends]]
