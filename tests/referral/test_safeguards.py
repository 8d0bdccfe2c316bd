"""Beside a case: callers, call-backs, who must not know, orders, disclosure, offers with their gates, samples."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.refused import Refused
from contracts.working_time import calendar, local_day
from kit import clock
from services.referral.beside_books import offers
from services.referral.domain.tracked import check, next_steps
from services.referral.store import tasks
from services.referral.store.tasks import Task
from tests.builders import a_crime, a_victim, an_event
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.test_case_gate import Site, site  # noqa: F401

JUSTICE = offers()["restorative_justice"]


@pytest.mark.parametrize(
    ("taken", "step", "said_by", "careful", "code"),
    [
        ((), "offered", None, False, "not_from_here"),
        (("information_given",), "offered", None, True, "needs_the_specialist"),
        (("information_given",), "offered", None, False, None),
        (("information_given", "specialist_agreed"), "offered", None, True, None),
        (("information_given", "offered"), "opted_in", "other", False, "only_the_person"),
        (("information_given", "offered"), "opted_in", "person", False, None),
        (("information_given", "offered"), "took_place", None, False, "not_from_here"),
        (("information_given", "declined"), "offered", None, False, "not_from_here"),
        ((), "nothing", None, False, "missing"),
    ],
)
def test_a_step_of_restorative_justice_waits_for_what_comes_before_it(
    taken: tuple[str, ...], step: str, said_by: str | None, careful: bool, code: str | None
) -> None:
    if code is None:
        assert check(JUSTICE, taken, step, said_by, careful=careful).code == step
        return
    with pytest.raises(Refused) as refused:
        check(JUSTICE, taken, step, said_by, careful=careful)
    assert refused.value.code == code


def test_no_step_but_information_is_open_in_a_domestic_case_before_a_specialist_agreed() -> None:
    found = {step.code for step in next_steps(JUSTICE, ["information_given"], careful=True)}
    assert found == {"specialist_agreed", "declined"}


@pytest.mark.service
async def test_a_caller_is_checked_against_a_word_that_is_never_shown(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, code_word="Kittiwake")
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/safeguards")
    assert "Kittiwake" not in page.html
    assert "A code word is known, and is not shown on this page. It stands with the name and details" in page.text
    assert (await officer.submit("Check the word", 422)).errors == ["Enter the word that the caller said"]
    page = await officer.submit("Check the word", **{"caller-word": "gull"})
    assert "The word is wrong." in page.text and "There is a problem" in page.text and "Success" not in page.text
    page = await officer.submit("Check the word", **{"caller-word": "  KITTIWAKE "})
    assert (
        "Success" in page.text
        and "The word is right." in page.text
        and "The caller gave a wrong code word" in page.text
    )
    kept = await hub.rows("select code, body from case_entry order by at")
    assert [(row["code"], row["body"]) for row in kept] == [("wrong_word", None), ("right_word", None)]
    assert (await officer.submit("Write the check down", 422)).errors == ["Choose from the list"]
    await (await browse("compliance")).get(f"/cases/{case}/safeguards", 403)


@pytest.mark.service
async def test_a_call_is_booked_waits_in_its_queue_and_ends(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    assert "No call is promised." in (await officer.get("/cases/call-backs")).text
    await officer.get(f"/cases/{case}/safeguards")
    past = {"call_back-code": "person", "call_back-day": "2020-01-01"}
    assert "still to come" in (await officer.submit("Book the call", 422, **past)).errors[0]
    ahead = next(n for n in range(2, 9) if local_day(clock.now() + timedelta(days=n)) not in calendar().holidays)
    day = local_day(clock.now() + timedelta(days=ahead)).isoformat()
    far = await officer.submit("Book the call", 422, **past | {"call_back-day": "9999-12-31"})
    assert far.errors[0].startswith("The day must be within two years, like ")
    assert f"Like {(local_day(clock.now()) + timedelta(days=14)).isoformat()}" in far.text, "the example lies ahead"
    zoned = past | {"call_back-day": day, "call_back-time": "10:00+14:00"}
    assert "still to come" in (await officer.submit("Book the call", 422, **zoned)).errors[0]
    booked = past | {"call_back-day": day, "call_back-time": "14:30", "call_back-text": "About the court date"}
    page = await officer.submit("Book the call", **booked)
    assert "at 2:30pm: About the court date" in page.text
    assert b"court" not in await hub.value("select body from case_entry")
    rows = (await officer.get("/cases/call-backs")).rows
    assert len(rows) == 2
    weekday = f"{date.fromisoformat(day):%A}"
    assert "No way is known to be safe" not in rows[1][1]
    async with hub.as_worker() as tx:
        await tx.execute("update channel set safety = 'unsafe', locked_at = now(), locked_why = 'somebody_else'")
        for number in (1, 2):
            about = (uuid4(), "review_risk", clock.now() + timedelta(hours=number), clock.now())
            await tasks.add(tx, [Task(*about, case_id=case)])
    said = (await officer.get("/cases/call-backs")).rows[1][1]
    assert said.endswith("No way is known to be safe now: find out in another way first")
    assert "No way is known to be safe now" in (await officer.get(f"/cases/{case}/safeguards")).text
    page = await officer.get(f"/cases/{case}")
    assert "Locked: " in page.text and "Mobile (somebody else" in page.text
    assert page.texts("a").count("Review the risk") == 1, "one look ends each of them"
    assert rows[1][-1].startswith((f"Due {weekday}", "Due tomorrow")), "a day keeps its capital"
    await officer.get(f"/cases/{case}/safeguards")
    assert "Spoke to them" in (await officer.submit("Save how it ended", how="reached")).text
    ended = f"/cases/{case}/safeguards/entries/{await hub.value('select entry_id from case_entry')}/end"
    assert "Spoke to them" in (await officer.post(ended, {"how": "reached"})).text, "a second press"
    assert "It was ended by you on" in (await officer.post(ended, {"how": "not_reached"}, 409)).text
    assert "No call is promised." in (await officer.get("/cases/call-backs")).text


@pytest.mark.service
async def test_who_must_not_know_and_who_asked_for_what_are_kept_sealed_and_once(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/safeguards")
    assert (await officer.submit("Add this person", 422, **{"must_not_know-code": "family"})).errors == [
        "Enter who it is"
    ]
    page = await officer.submit("Add this person", **{"must_not_know-code": "family", "must_not_know-text": "An uncle"})
    assert "Somebody in the family: An uncle" in page.text
    entry = {"entry_id": str(uuid4()), "disclosure-code": "defence", "disclosure-text": "Counselling notes"}
    for _ in range(2):
        page = await officer.post(f"/cases/{case}/safeguards/entries/disclosure", entry)
    assert "The defence asks" in page.text
    assert await hub.value("select count(*) from case_entry where kind = 'disclosure'") == 1
    await officer.post(f"/cases/{case}/safeguards/entries/nothing", entry, 404)


@pytest.mark.service
async def test_orders_bail_and_officer_stand_on_the_case_and_the_risk_is_to_be_reviewed(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    crime = await hub.value("select crime_id from case_file where case_id = $1", case)
    at = clock.now()
    told = {
        "milestone_id": "m1",
        "crime_id": str(crime),
        "trigger": "order_made",
        "happened_at": at.isoformat(),
        "details": {"order_kind": "non_molestation", "conditions": ["no_contact"], "bail_ends_on": "2026-12-24"},
    }
    await hub.hears([an_event("justice.milestone.reached.v1", told, at)])
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/safeguards")
    assert "Order made" in page.text and "Non molestation, No contact, bail ends 24 December 2026" in page.text
    assert "Review the risk" in page.text
    heard = await hub.value("select received_at from alert where case_id = $1", case)
    assert abs(heard - at) < timedelta(seconds=60)
    assert len((await officer.get("/cases?queue=review")).rows) == 2
    await officer.get(f"/cases/{case}")
    page = await officer.submit("Write the review down", 422)
    assert page.errors == ["Choose what the review found"]
    page = await officer.submit("Write the review down", found="higher")
    assert "The review is written down." in page.text and "What did the review find?" not in page.text
    assert "No bail, release or order waits for a review." in (await officer.get("/cases?queue=review")).text
    assert "The review is written down." in (await officer.post(f"/cases/{case}/reviewed", {"found": "higher"})).text
    page = await officer.post(f"/cases/{case}/reviewed", {"found": "lower"}, 409)
    assert "The risk was reviewed by you on" in page.text
    assert await hub.value("select reason from kit.audit where action = 'risk.reviewed'") == "higher"
    await (await browse("compliance")).post(f"/cases/{case}/reviewed", {"found": "same"}, 403)


@pytest.mark.service
async def test_restorative_justice_is_shut_in_a_domestic_case_until_a_specialist_agreed(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/safeguards")
    path, name = f"/cases/{case}/safeguards/offers/restorative_justice", "restorative_justice-step"
    await officer.post(path, {name: "information_given", "step_id": str(uuid4())})
    refused = await officer.post(path, {name: "offered", "step_id": str(uuid4())}, 422)
    assert refused.errors == ["In a case like this a specialist has to agree first"]
    for step in ("specialist_agreed", "offered"):
        await officer.post(path, {name: step, "step_id": str(uuid4())})
    more = {name: "opted_in", "step_id": str(uuid4())}
    refused = await officer.post(path, more, 422)
    assert refused.errors == ["Only the person's own word counts here"]
    page = await officer.post(path, more | {"restorative_justice-said_by": "person"})
    page = await officer.post(path, more | {"restorative_justice-said_by": "person"})
    assert "The person asked for it" in page.text
    assert await hub.value("select count(*) from offer_step where step = 'opted_in'") == 1
    health = {"mental_health-step": "asked", "step_id": str(uuid4())}
    await officer.post(f"/cases/{case}/safeguards/offers/mental_health", health)
    told = "select data ->> 'offer' as offer, data ->> 'step' as step from case_event where type = $1 order by id"
    steps = ("information_given", "specialist_agreed", "offered", "opted_in")
    justice = [{"offer": "restorative_justice", "step": step} for step in steps]
    assert await hub.rows(told, "offer-step.taken.v1") == justice, "what no right asks for is told to nobody"
    assert "Restorative justice, Information was given" in (await officer.get(f"/cases/{case}/timeline")).text


@pytest.mark.service
async def test_a_provider_that_helps_the_suspect_is_warned_of(hub: Hub, browse: AsPersona) -> None:
    at = clock.now() - timedelta(days=1)
    first = a_crime(a_victim("V-other"), reported_at=at.isoformat(), recorded_at=at.isoformat())
    await a_case(hub, first, at=at)
    assert await hub.value("select count(*) from leg") > 0
    case = await a_case(hub, a_crime(a_victim("V-mine"), suspects=[{"suspect_ref": "V-other"}]))
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}")
    assert "A suspect here, or somebody who named this person as one, is being helped by" in page.text
    page = await officer.get(f"/cases/{case}/safeguards")
    assert "Somebody named as a suspect here, or who named this person as one, is being" in page.text


@pytest.mark.service
async def test_a_leader_draws_cases_by_chance_and_scores_each_once(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    leader = await browse("leader")
    assert "No case has been drawn yet." in (await leader.get("/cases/sample")).text
    page = await leader.submit("Draw five cases")
    button = next(text for text in page.texts("button") if text.startswith("Save the scores"))
    assert "from 1 to 4" in (await leader.submit(button, 422)).errors[0]
    scores: dict[str, Any] = {"safe_contact": "4", "timely": "3", "right_help": "4", "record": "2"}
    assert "Scored." in (await leader.submit(button, **scores)).text
    [row] = await hub.rows("select sample_id, case_id, scores from dip_sample")
    assert row["case_id"] == case and row["scores"]["record"] == 2
    await leader.post(f"/cases/sample/{row['sample_id']}/{case}", scores, 409)
    await leader.post(f"/cases/sample/{UUID(int=1)}/{case}", scores, 404)
    await (await browse("officer")).get("/cases/sample", 403)


@pytest.mark.service
async def test_the_commission_reads_figures_and_no_names(browse: AsPersona) -> None:
    reader = await browse("commission")
    for path in ("/cases", "/cases/call-backs", "/cases/sample", "/operations", "/portal"):
        await reader.get(path, 403 if path != "/portal" else 404)
    assert "/rights" not in (await reader.get("/")).html, "docs/adr/0017"


@pytest.mark.service
@pytest.mark.browser
async def test_pages_beside_a_case_pass_the_gate(site: Site, hub: Hub) -> None:  # noqa: F811
    gate, url, signed_in = site
    case = await a_case(hub, code_word="Kittiwake")

    async def press(tab: Any) -> None:
        await tab.get_by_text("Book a call").click()
        await tab.get_by_role("button", name="Book the call").click()

    looks = ((1280, True), (320, False))
    for path, act in (
        (f"/cases/{case}/safeguards", press),
        ("/cases/call-backs", None),
        ("/cases/sample", None),
    ):
        assert await gate.problems(url + path, signed_in=signed_in, act=act, looks=looks) == [], path


async def test_after_three_wrong_words_in_a_day_no_word_is_taken_and_a_human_looks(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, code_word="zebrafish")
    officer = await browse("officer")
    for word in ("lion", "tiger", "bear"):
        await officer.get(f"/cases/{case}/safeguards")
        page = await officer.submit("Check the word", **{"caller-word": word})
        assert "The word is wrong." in page.text
    await officer.get(f"/cases/{case}/safeguards")
    page = await officer.submit("Check the word", 422, **{"caller-word": "zebrafish"})
    assert "Three wrong words were said within a day" in page.errors[0]
    assert "Three wrong code words were said within a day" in (await officer.get(f"/cases/{case}")).text
    await hub.worker.pool.execute("update case_entry set at = at - interval '25 hours'")
    await officer.get(f"/cases/{case}/safeguards")
    assert "The word is right." in (await officer.submit("Check the word", **{"caller-word": "zebrafish"})).text


def test_an_impact_statement_is_offered_to_a_business_alone_and_a_personal_statement_to_everybody_else() -> None:
    statement, personal = offers()["business_statement"], offers()["personal_statement"]
    kinds = ("person", "bereaved", "witness", "business")
    assert [one for one in kinds if statement.is_for(one)] == ["business"]
    assert [one for one in kinds if personal.is_for(one)] == ["person", "bereaved", "witness"]
    assert [step.code for step in next_steps(statement, (), careful=False)] == ["offered"]
    assert check(statement, ("offered",), "made", None, careful=False).words == "Made by the named contact"
