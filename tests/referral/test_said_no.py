"""Somebody said no: nothing is sent on what the police once recorded; only a newer yes of their own opens it."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from contracts.refused import Refused
from kit import clock
from services.referral.actions import consenting, contacting, gating, referring, tasking
from services.referral.case_ui.contact import USES
from services.referral.store import cases
from services.referral.store.consent import Consent
from tests.builders import NOON, a_crime, a_domestic_crime, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, triaged
from tests.referral.test_agreements import GIVEN, IDVA
from tests.referral.test_later_news import a_sent_case, the_police_add
from tests.referral.test_stale_sends import YES

pytestmark = pytest.mark.service
OFFICER, LEADER = a_viewer(), a_viewer("leader")
HOUR = timedelta(hours=1)


async def agrees(hub: Hub, case: UUID, at: datetime, purpose: str = "support", contract: UUID | None = None) -> None:
    person = await hub.value("select person_id from case_file where case_id = $1", case)
    async with hub.looks(OFFICER) as tx:
        given = Consent(uuid4(), person, case, purpose, "self", at, contract_id=contract, how="mobile")
        await consenting.record(tx, OFFICER, given, at)


async def shuts(hub: Hub, case: UUID, at: datetime = NOON + HOUR, **about: str) -> str | None:
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        return await gating.share_shuts(tx, held, at, **about)  # type: ignore[arg-type]


async def test_a_yes_to_questions_lifts_a_no_to_sharing_for_questions_alone(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1", share="refused"))
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], "V-1")
    await agrees(hub, case, NOON + HOUR / 2, "feedback")
    assert await shuts(hub, case) == "share_refused"
    assert await shuts(hub, case, purpose="feedback") is None
    await agrees(hub, case, NOON + HOUR / 2)
    assert await shuts(hub, case) is None


@pytest.mark.parametrize("purpose", ["support", "feedback"])
async def test_an_agreement_older_than_the_refusal_of_which_the_police_tell_opens_nothing(
    hub: Hub, purpose: str
) -> None:
    case, crime = await a_sent_case(hub)
    contract = await hub.value("select contract_id from leg where case_id = $1", case)
    later = NOON + 5 * HOUR
    await agrees(hub, case, NOON + HOUR, purpose, contract if purpose == "support" else None)
    crime = await the_police_add(hub, crime, share="refused")
    await the_police_add(hub, crime, 3, share="refused", language="ur")
    assert await shuts(hub, case, later, purpose=purpose) == "share_refused"
    await agrees(hub, case, NOON + 2 * HOUR, purpose)
    assert await shuts(hub, case, later, purpose=purpose) == "share_refused", "told in the same moment"
    async with hub.looks(OFFICER) as tx:
        assert not await gating.has_agreed(tx, case, BOOKS.directory.by_id[contract], later)
    await agrees(hub, case, NOON + 2.5 * HOUR, purpose)
    assert await shuts(hub, case, later, purpose=purpose) is None
    await the_police_add(hub, crime, 4, share="agreed")
    await the_police_add(hub, crime, 5, share="refused")
    assert await shuts(hub, case, later + HOUR, purpose=purpose) == "share_refused", "and a newer no closes it again"


async def declined(hub: Hub, case: UUID, at: datetime) -> UUID:
    """The person did not want what was sent by itself; the same line is offered again."""
    referral = await hub.value("select referral_id from referral where case_id = $1", case)
    async with hub.looks(OFFICER) as tx:
        await referring.step(tx, OFFICER, referral, "person_declined", at, reason_code="not_now")
        again = await referring.offer_line(tx, OFFICER, case, "general", at)
        await referring.triage(tx, OFFICER, again.referral_id, at)
    return again.referral_id


async def test_after_a_no_only_a_newer_agreement_of_the_person_sends_anything(hub: Hub, browse: AsPersona) -> None:
    case, _ = await a_sent_case(hub)
    contract = await hub.value("select contract_id from leg where case_id = $1", case)
    await agrees(hub, case, NOON, contract=contract)
    referral = await declined(hub, case, NOON + HOUR)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts")
    assert "The person said no to this" in page.text and "The person has not ruled it out" not in page.text
    page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts/{contract}")
    assert "The person said no to this" in page.text
    page = await officer.submit("Send", 422, **YES | {"agreed": "no"})
    assert page.errors == ["The person has to agree to this provider first: record their agreement"]
    assert await hub.value("select count(*) from leg where referral_id = $1", referral) == 0
    assert (await officer.submit("Send", agreed="yes")).heading == "Leaving in 10 seconds"
    assert await hub.value("select gate from leg where referral_id = $1", referral) == "agreement"
    page = await officer.get(f"/cases/{case}/referrals/{referral}/contracts/{contract}")
    assert "The person said no to this" not in page.text, "they have agreed since"


async def test_who_asked_us_to_stop_is_not_sent_on_the_police_word_either(hub: Hub) -> None:
    case, _ = await a_sent_case(hub)
    contract = await hub.value("select contract_id from leg where case_id = $1", case)
    referral = await hub.value("select referral_id from referral where case_id = $1", case)
    async with hub.looks(OFFICER) as tx:
        await referring.withdraw(tx, OFFICER, referral, "person_asked", NOON + HOUR)
        again = await referring.offer_line(tx, OFFICER, case, "general", NOON + HOUR)
        await referring.triage(tx, OFFICER, again.referral_id, NOON + HOUR)
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        async with hub.looks(OFFICER) as tx:
            await referring.send(tx, OFFICER, again.referral_id, contract, BOOKS, hub.sealer, NOON + HOUR)


async def test_undoing_a_send_takes_back_the_agreement_that_it_recorded_and_none_from_before(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    where = f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}"
    officer = await browse("officer")
    counting = "select count(*) from consent where withdrawn_at is null"
    await officer.get(where)
    await officer.submit("Send", **YES)
    assert await hub.value(counting) == 1
    await officer.submit("Undo")
    assert await hub.value(counting) == 0
    assert (await hub.told(case))[-1] == "consent.withdrawn"
    page = await officer.get(f"/cases/{case}/agreements")
    assert "The send or the transfer that recorded it was undone" in page.text and "Counts" not in page.text
    await officer.get(where)
    page = await officer.submit("Send", 422, **YES | {"agreed": "no"})
    assert page.errors, "nothing that counts is left to send on"
    await agrees(hub, case, clock.now(), contract=IDVA)
    await officer.get(where)
    await officer.submit("Send", **YES)
    await officer.submit("Undo")
    assert await hub.value(counting) == 1, "it stood before"


async def test_an_override_is_neither_confirmed_nor_refused_where_nothing_was_chosen(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, asked := uuid4(), case, "idva", "marac", clock.now())
    leader = await browse("leader")
    await leader.get("/cases/overrides")
    page = await leader.post(f"/cases/overrides/{asked}", {}, 422)
    assert page.errors == ["Choose “Confirm” or “Do not confirm” for the override. Nothing was changed"]
    assert "Choose “Confirm”" in " ".join(page.texts("p", "govuk-error-message"))
    assert await hub.value("select withdrawn_at is null and confirmed_at is null from consent")


async def test_a_representative_of_a_child_counts_no_more_than_a_parent_where_home_may_not_be_safe(
    hub: Hub, browse: AsPersona
) -> None:
    officer = await browse("officer")
    for age, relation, status in ((12, "family", 422), (12, "stranger", 200), (40, "family", 200)):
        crime = a_domestic_crime(a_victim(relationship_to_suspect=relation, age_at_report=age))
        case = await a_case(hub, crime)
        await officer.get(f"/cases/{case}/agreements/new")
        page = await officer.submit("Record the agreement", status, **{**GIVEN, "given_by": "representative"})
        said = ["A representative's word does not count for a child here: the suspect may be a parent or live there"]
        assert page.errors == (said if status == 422 else [])


async def test_a_no_on_the_phone_asks_to_be_recorded_and_nobody_is_to_call_before(hub: Hub, browse: AsPersona) -> None:
    case, officer = await a_case(hub), await browse("officer")
    page = await officer.get(f"/cases/{case}/contact")
    assert USES["mobile"] in page.texts("button")
    async with hub.looks(OFFICER) as tx:
        await contacting.record_attempt(tx, OFFICER, uuid4(), case, "mobile", "declined", clock.now(), for_support=True)
    page = await officer.get(f"/cases/{case}/contact")
    assert USES["mobile"] not in page.texts("button") and "The person said no to support: first record" in page.text
    assert "Nobody is to try to reach the person now" in page.text and "Record the attempt" not in page.texts("button")
    assert "record it on each referral" in (await officer.get(f"/cases/{case}")).text
    assert await hub.value("select count(*) from referral where ended_at is not null") == 0, "only a human ends it"
    [task] = await hub.rows("select task_id from task where kind = 'said_no_to_support'")
    async with hub.looks(OFFICER) as tx:
        await tasking.close(tx, OFFICER, hub.sealer, task["task_id"], "done", "", clock.now())
    assert USES["mobile"] in (await officer.get(f"/cases/{case}/contact")).texts("button")
