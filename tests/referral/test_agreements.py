"""The two gates: agreements taken, expiring and taken back with all that stands on them; overrides by two people."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id, persona_id
from contracts.refused import Refused
from kit import clock
from services.referral.actions import consenting, contacting, falling_due, noticing, packing, referring, transferring
from services.referral.store import consent, notices
from services.referral.store.consent import Consent
from tests.browser import Seen
from tests.builders import NOON, a_domestic_crime, a_victim, a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, triaged
from tests.referral.portal import LATER, Sent, a_referral_sent
from tests.referral.test_actions import agrees, send

pytestmark = pytest.mark.service
IDVA, RIVERBANK = contract_id("harbour-lane-idva"), contract_id("riverbank-isva")
OFFICER, LEADER = a_viewer(), a_viewer("leader")
GIVEN = {"purpose": "support", "contract": str(IDVA), "how": "mobile", "given_by": "self", "scope": "who"}


async def state_of(hub: Hub, referral: UUID) -> str:
    return str(await hub.value("select state from referral where referral_id = $1", referral))


async def consent_of(hub: Hub, sent: Sent) -> Consent:
    async with hub.looks(OFFICER) as tx:
        return next(one for one in await consent.of_case(tx, sent.case) if one.gate == "agreement")


async def test_an_agreement_is_taken_with_what_may_be_shared_and_the_pack_keeps_to_it(
    hub: Hub, browse: AsPersona
) -> None:
    case, officer = await a_case(hub), await browse("officer")
    referral = await triaged(hub, case)
    assert "agreed to no provider yet" in (await officer.get(f"/cases/{case}/agreements")).text
    await officer.get(f"/cases/{case}/agreements/new")
    page = await officer.submit("Record the agreement", 422, **{"expires-year": "1999"})
    assert page.errors[0] == "Choose what the person agrees to"
    assert page.errors[-1].startswith("The agreement must end after today")
    page = await officer.submit("Record the agreement", 422, purpose="support", how="mobile", given_by="self")
    assert "Choose the provider that the person agrees to" in page.errors
    await officer.get(f"/cases/{case}/agreements/new")
    page = await officer.submit("Record the agreement", **{**GIVEN, "scope": ["who", "reach"]})
    assert "Counts" in page.texts("strong", "govuk-tag")
    assert "ways to reach the person" in page.text and "offence" not in page.text
    check = await officer.get(f"/cases/{case}/referrals/{referral}/contracts/{IDVA}")
    assert "Family name" in check.texts("li") and "Offence" not in check.texts("li")
    async with hub.looks(OFFICER) as tx:
        leg = await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, clock.now())
    await hub.every(referring.release, clock.now() + timedelta(seconds=11))
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        pack = await packing.read(tx, hub.sealer, worker, leg.leg_id, clock.now()) or {}
    assert "family_name" in pack and not {"offence", "risk", "officer_in_case"} & pack.keys()


async def test_an_agreement_sent_twice_is_one(hub: Hub, browse: AsPersona) -> None:
    case, officer = await a_case(hub), await browse("officer")
    one = str(uuid4())
    for _ in range(2):
        await officer.get(f"/cases/{case}/agreements/new")
        await officer.submit("Record the agreement", consent_id=one, **GIVEN)
    assert await hub.value("select count(*) from consent") == 1


async def test_a_parents_word_does_not_count_where_a_parent_may_be_the_suspect(hub: Hub, browse: AsPersona) -> None:
    crime = a_domestic_crime(a_victim(relationship_to_suspect="family", age_at_report=14))
    case, officer = await a_case(hub, crime), await browse("officer")
    await officer.get(f"/cases/{case}/agreements/new")
    page = await officer.submit("Record the agreement", 422, **{**GIVEN, "given_by": "parent"})
    assert page.errors == ["A parent's word does not count here: the suspect may be a parent or live there"]


async def test_a_child_under_13_does_not_agree_alone_and_at_13_to_15_somebody_judged_them_able(
    hub: Hub, browse: AsPersona
) -> None:
    officer = await browse("officer")

    async def says(age: int | str, given_by: str, status: int = 200) -> Seen:
        victim = a_victim(relationship_to_suspect="stranger", age_at_report=age, age_at_offence=age)
        case = await a_case(hub, a_domestic_crime(victim), date_of_birth=None)
        await officer.get(f"/cases/{case}/agreements/new")
        return await officer.submit("Record the agreement", status, **{**GIVEN, "given_by": given_by})

    for given_by in ("self", "able"):
        assert "under 13 does not agree alone" in (await says(12, given_by, 422)).errors[0]
    assert "judged able to decide this" in (await says(14, "self", 422)).errors[0]
    page = await says(14, "able")
    assert "judged able to decide this themselves" in page.text
    await says(12, "parent")
    await says(16, "self")
    assert "may be a child: find out the age first" in (await says("not_known", "self", 422)).errors[0]
    assert "At 16 and over people decide themselves" in (await says(16, "parent", 422)).errors[0]
    case = await a_case(hub, a_domestic_crime(a_victim(relationship_to_suspect="stranger", age_at_report=12)))
    with pytest.raises(Refused, match="too_young_to_agree_alone"):
        await agrees(hub, case)


async def test_the_officer_sees_all_that_a_provider_would_be_given_and_what_changed_since_is_not_sent_unseen(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub, date_of_birth="1991-03-41")
    referral, officer = await triaged(hub, case), await browse("officer")
    where = f"/cases/{case}/referrals/{referral}/contracts/{IDVA}"
    page = await officer.get(where)
    assert "07700 900321" not in page.text and "nothing more" not in page.text
    page = await officer.submit("Show everything it would be given")
    assert "Ways to reach the person: Mobile, 07700 900321, safe" in page.text and "Flags: Domestic abuse" in page.text
    assert "Date of birth: Not readable as a day: 1991-03-41" in page.text
    assert "Language: English" in page.text
    assert any(one.startswith("And, as they stand or once they are known:") for one in page.texts("li"))
    assert await hub.value("select count(*) from kit.audit where action = 'pack_revealed'") == 1
    async with hub.looks(OFFICER) as tx:
        await contacting.set_safety(tx, OFFICER, case, "email", "safe", clock.now(), spoke=True)
    answers = {"agreed": "yes", "unassessed": "urgent"}
    page = await officer.submit("Send", 409, **answers)
    assert "what stands in it is not what it was. Nothing was sent." in page.errors[0]
    assert await hub.value("select count(*) from leg") == await hub.value("select count(*) from consent") == 0
    shown = next(i.get("value") for i in page.all("input") if i.get("name") == "digest")
    await officer.submit("Send", **answers)
    assert await hub.value("select pack_sha256 from leg") == shown, "what was shown is what is frozen"


async def test_an_agreement_that_ends_soon_is_flagged_and_has_a_task_and_ends_its_power_at_once(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    now = clock.now()
    await agrees(hub, case, expires_at=now + timedelta(seconds=5))
    assert "An agreement ends" in (await (await browse("officer")).get(f"/cases/{case}")).text
    assert await hub.every(falling_due.remind, now) == 1
    assert await hub.every(falling_due.remind, now) == 0
    assert (
        await hub.value("select kind from task where case_id = $1 and kind like 'agree%'", case) == "agreement_ending"
    )
    async with hub.looks(OFFICER) as tx:
        await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, now)
    await hub.every(referring.release, now + timedelta(seconds=11))
    assert await state_of(hub, referral) == "triaged", "it ended while the send could still be undone"
    assert await hub.value("select count(*) from leg where case_id = $1", case) == 0
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        async with hub.looks(OFFICER) as tx:
            await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, now + timedelta(seconds=5))


OPEN_ASKS = "select count(*) from task where case_id = $1 and kind = 'agreement_ending' and done_at is null"


@pytest.mark.parametrize(("days", "left"), [(365, 0), (None, 0), (1, 1)])
async def test_a_new_agreement_that_lasts_longer_answers_the_task_to_ask_again_and_one_that_does_not_leaves_it(
    hub: Hub, days: int | None, left: int
) -> None:
    case, now = await a_case(hub), clock.now()
    await triaged(hub, case)
    await agrees(hub, case, expires_at=now + timedelta(days=5))
    await hub.every(falling_due.remind, now)
    assert await hub.value(OPEN_ASKS, case) == 1
    await agrees(hub, case, at=now, expires_at=now + timedelta(days=days) if days else None)
    assert await hub.value(OPEN_ASKS, case) == left
    other = await a_case(hub)
    await triaged(hub, other)
    for later in (timedelta(days=5), timedelta(days=days) if days else None):
        await agrees(hub, other, expires_at=now + later if later else None)
    await hub.every(falling_due.remind, now + timedelta(seconds=1))
    assert await hub.value(OPEN_ASKS, case) == left, "nobody is asked again for nothing"
    assert (await hub.value(OPEN_ASKS, other) > 0) == (left > 0)


async def test_a_withdrawal_shows_everything_that_ends_and_then_ends_exactly_that(hub: Hub, browse: AsPersona) -> None:
    sent = await a_referral_sent(hub)
    held = await consent_of(hub, sent)
    again = await agrees(hub, sent.case)
    other = await agrees(hub, sent.case, RIVERBANK)
    officer = await browse("officer")
    address = f"/cases/{sent.case}/agreements/{held.consent_id}/withdraw"
    await hub.worker.pool.execute(
        "insert into appointment (appointment_id, leg_id, case_id, provider_id, starts_at, way, state, booked_at,"
        " booked_by) select gen_random_uuid(), leg_id, case_id, provider_id, now() + interval '2 days', 'call',"
        " 'booked', now(), gen_random_uuid() from leg"
    )
    page = await officer.get(address)
    assert "will be cancelled The provider sees what is cancelled." in page.text
    assert "(sent to a provider): withdrawn at once" in page.text
    page = await officer.submit("Withdraw it and end all of this", 422)
    assert page.errors == ["Choose why it ends"]
    page = await officer.submit("Withdraw it and end all of this", reason_code="changed_mind")
    assert "The agreement is withdrawn, and 1 of its referrals with it." in page.text
    assert await state_of(hub, sent.referral) == "withdrawn"
    ended = {
        row["consent_id"] for row in await hub.rows("select consent_id from consent where withdrawn_at is not null")
    }
    assert ended == {held.consent_id, again} and other not in ended
    assert (await hub.told(sent.case)).count("consent.withdrawn") == 2
    await officer.get(address, 409)
    page = await officer.post(address, {"reason_code": "changed_mind"})
    assert "The agreement is withdrawn." in page.text and (await hub.told(sent.case)).count("consent.withdrawn") == 2
    leader = await browse("leader")
    await leader.get(f"/cases/{sent.case}/agreements/new")
    page = await leader.post(address, {"reason_code": "changed_mind"}, 409)
    assert "It was withdrawn already, on" in page.text and ", by a colleague." in page.text
    page = await officer.post(address, {"reason_code": "no_longer_needed"}, 409)
    assert "It was withdrawn already, on" in page.text and page.link("See how it stands now").endswith("/agreements")


async def test_a_withdrawal_of_another_list_than_the_one_shown_is_stale(hub: Hub, browse: AsPersona) -> None:
    sent = await a_referral_sent(hub)
    held = await consent_of(hub, sent)
    officer = await browse("officer")
    await officer.get(f"/cases/{sent.case}/agreements/{held.consent_id}/withdraw")
    async with hub.looks(OFFICER) as tx:
        await referring.withdraw(tx, OFFICER, sent.referral, "duplicate", LATER)
    page = await officer.submit("Withdraw it and end all of this", 409, reason_code="changed_mind")
    assert "What ends with it has changed since you opened the page" in page.errors[0]
    assert await hub.value("select count(*) from consent where withdrawn_at is not null") == 0


async def test_what_is_about_to_leave_on_it_does_not_leave(hub: Hub) -> None:
    case = await a_case(hub, at=NOON)
    referral = await triaged(hub, case)
    given = await agrees(hub, case)
    await send(hub, referral)
    async with hub.looks(OFFICER) as tx:
        await consenting.withdraw(tx, OFFICER, given, "changed_mind", NOON)
    assert await hub.every(referring.release, LATER) == 0
    assert await state_of(hub, referral) == "triaged"
    assert "referral.sent" not in await hub.told(case)


async def test_what_an_override_keeps_stays_and_a_transfer_on_the_agreement_does_not_go(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    await hub.worker.pool.execute("update referral set gate = 'override' where referral_id = $1", sent.referral)
    held = await consent_of(hub, sent)
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, asked := uuid4(), sent.case, "idva", "marac", NOON)
    async with hub.looks(LEADER) as tx:
        await consenting.confirm_override(tx, LEADER, asked, NOON)
    async with hub.looks(OFFICER) as tx:
        ends = await consenting.what_ends(tx, held, LATER)
        assert [one.referral_id for one in ends.stays] == [sent.referral] and not ends.referrals
        await consenting.withdraw(tx, OFFICER, held.consent_id, "afraid", LATER)
    assert await state_of(hub, sent.referral) == "sent"
    assert await hub.every(transferring.carry_out, LATER) == 0


async def test_taking_back_the_yes_to_questions_stops_them_for_good(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    given = Consent(uuid4(), sent.person, sent.case, "feedback", "self", NOON)
    async with hub.looks(OFFICER) as tx:
        await consenting.record(tx, OFFICER, given, NOON)
        await consenting.withdraw(tx, OFFICER, given.consent_id, "changed_mind", LATER)
    assert await hub.value("select no_feedback_since from person where person_id = $1", sent.person) == LATER
    assert await state_of(hub, sent.referral) == "sent", "support goes on"


async def test_a_no_to_questions_is_written_down_without_a_yes_before_it_and_ends_with_a_later_yes(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    since = "select no_feedback_since is not null from person p join case_file c using (person_id) where c.case_id = $1"
    no = "They want no questions about how it went"
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/agreements")
    page = await officer.submit(no)
    assert "Said no" in page.text and "agreed" not in page.texts("li")[-1] and no not in page.text
    await officer.post(f"/cases/{case}/agreements/no-questions", {})
    told = [one for one in await hub.told(case) if one.startswith("consent")]
    assert told == ["consent.withdrawn"] and await hub.value(since, case) is True
    person = await hub.value("select person_id from case_file where case_id = $1", case)
    async with hub.looks(OFFICER) as tx:
        await consenting.record(
            tx, OFFICER, Consent(uuid4(), person, case, "feedback", "self", clock.now()), clock.now()
        )
    assert await hub.value(since, case) is False
    assert no in (await officer.get(f"/cases/{case}/agreements")).text
    page = await officer.submit(no)
    assert page.texts("strong", "govuk-tag")[-3:] == ["Said no", "Withdrawn", "Said no"]
    assert await hub.value(since, case) is True


async def test_an_override_is_asked_by_one_and_confirmed_by_another_on_their_page(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get("/cases")
    await officer.get(f"/cases/{case}/override")
    page = await officer.submit("Ask a second person", 422)
    assert page.errors == ["Choose the service that has to know", "Choose the lawful reason"]
    page = await officer.submit("Ask a second person", line="idva", reason="life_at_risk")
    assert "Waits for a second person" in page.texts("strong", "govuk-tag")
    page = await officer.get("/cases/overrides")
    assert "You asked for this, so somebody else has to confirm it." in page.text and "Confirm" not in page.texts(
        "button"
    )
    asked = await hub.value("select consent_id from consent where gate = 'override'")
    page = await officer.post(f"/cases/overrides/{asked}", {"says": "yes"}, 422)
    assert page.errors == ["You asked for this, so somebody else has to confirm it"]
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        await send(hub, referral)
    page = await leader.get("/cases/overrides")
    assert "Asked by Amina Farrow" in page.text and "Sharing, as the police told it: " in page.text
    assert "whoever gives this service may be told, as far as their contract asks for it: " in page.text
    assert "nobody can confirm it" not in page.text
    by = "update consent set asked_by = $1 where gate = 'override'"
    async with hub.as_worker() as tx:
        await tx.execute("update case_file set restricted = true")
        await tx.execute(by, persona_id("leader"))
    assert "nobody but who asked may see them here" in (await leader.get("/cases/overrides")).text
    async with hub.as_worker() as tx:
        await tx.execute("update case_file set restricted = false")
        await tx.execute(by, persona_id("officer"))
    await leader.get("/cases/overrides")
    assert "Confirmed. It may be shared now." in (await leader.post(f"/cases/overrides/{asked}", {"says": "yes"})).text
    assert "Confirmed. It may be shared now." in (await leader.post(f"/cases/overrides/{asked}", {"says": "yes"})).text
    page = await leader.post(f"/cases/overrides/{asked}", {"says": "no"}, 409)
    assert "It was confirmed by you on" in page.text
    await send(hub, referral)
    assert await hub.value("select gate from leg where referral_id = $1", referral) == "override"


async def test_an_override_that_is_not_confirmed_shares_nothing(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    referral = await triaged(hub, case)
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, uuid4(), case, "idva", "marac", clock.now())
    leader = await browse("leader")
    asked = await hub.value("select consent_id from consent where gate = 'override'")
    await leader.get("/cases/overrides")
    page = await leader.post(f"/cases/overrides/{asked}", {"says": "no"})
    assert "Nobody waits for a second person." in page.text
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        await send(hub, referral)


async def test_where_the_risk_is_imminent_a_second_person_may_confirm_within_four_hours(hub: Hub) -> None:
    victim = a_victim(relationship_to_suspect="partner", risk={"dash_score": 20, "grade": "imminent"})
    case = await a_case(hub, a_domestic_crime(victim), at=NOON)
    referral = await triaged(hub, case)
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, uuid4(), case, "idva", "life_at_risk", NOON - timedelta(hours=3))
    await send(hub, referral)
    await hub.every(noticing.notice, NOON)
    waits = "select notice_id from notice where kind = 'override_waiting' and role = 'leader'"
    async with hub.looks(LEADER) as tx:
        await notices.mark_read(tx, LEADER.user_id, "leader", [await tx.fetchval(waits)], NOON)
    assert await hub.every(falling_due.remind, NOON) == 0
    assert await hub.every(falling_due.remind, NOON + timedelta(hours=2)) == 1
    later = NOON + timedelta(hours=2)
    assert await hub.value("select count(*) from notice_read") == 0, "it is new again, also to whoever had read it"
    assert await hub.rows(f"{waits} and at = $1", later)
    assert await hub.value("select state from leg") in ("leaving", "sent"), "only a human takes help back"
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        async with hub.looks(OFFICER) as tx:
            await hub.worker.pool.execute("delete from leg")
            await referring.send(tx, OFFICER, referral, IDVA, BOOKS, hub.sealer, later)
