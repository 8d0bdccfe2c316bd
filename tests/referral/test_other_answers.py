"""A form gone back to and sent again with other answers: nothing that was said is lost under a page that says it was
saved."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.working_time import local_day
from kit import clock
from services.referral.case_ui.first_contact import OVERTAKEN
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case

pytestmark = pytest.mark.service


async def test_somebody_else_answering_locks_the_channel_though_the_form_said_nobody_answered_before(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/contact")
    form = {"attempt_id": str(uuid4()), "channel": "mobile", "sooner": "danger"}
    for outcome in ("no_answer", "no_answer", "someone_else_answered", "someone_else_answered"):
        page = await officer.post(f"/cases/{case}/contact/attempts", form | {"outcome": outcome})
    assert page.texts("strong", "govuk-tag--red") == ["Locked"]
    kept = await hub.rows("select outcome from contact_attempt order by at")
    assert [row["outcome"] for row in kept] == ["no_answer", "someone_else_answered"]
    [mobile] = await hub.rows("select safety, locked_why from channel where kind = 'mobile'")
    assert tuple(mobile.values()) == ("unsafe", "someone_else_answered")


async def test_every_form_of_the_safeguards_page_keeps_what_it_says_though_all_were_made_with_one_id(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub, code_word="Kittiwake")
    officer = await browse("officer")
    path, made = f"/cases/{case}/safeguards", str(uuid4())
    await officer.get(path)
    forms = (
        ("entries/disclosure", {"disclosure-code": "defence", "disclosure-text": "Counselling notes"}),
        ("entries/must_not_know", {"must_not_know-code": "family", "must_not_know-text": "Karl"}),
        ("entries/must_not_know", {"must_not_know-code": "family", "must_not_know-text": "Karla"}),
        ("caller-word", {"caller-word": "gull"}),
        ("caller-word", {"caller-word": "Kittiwake"}),
        ("offers/restorative_justice", {"restorative_justice-step": "information_given"}),
        ("offers/mental_health", {"mental_health-step": "asked"}),
    )
    for _ in range(2):
        for n, (form, said) in enumerate(forms):
            page = await officer.post(
                f"{path}/{form}", {"entry_id": made, "step_id": made, "draft_version": str(n), **said}
            )
    assert page.text.count("Somebody in the family: Karl") == page.text.count("Karla") + 1 == 2
    kept = await hub.rows("select code from case_entry order by at")
    assert [row["code"] for row in kept] == ["defence", "family", "family", "wrong_word", "right_word"]
    assert await hub.rows("select offer from offer_step order by at") == [
        {"offer": "restorative_justice"},
        {"offer": "mental_health"},
    ]


async def test_an_assessment_said_again_otherwise_counts_and_one_that_was_overtaken_is_never_said_to_be_recorded(
    hub: Hub, browse: AsPersona
) -> None:
    case, other = await a_case(hub), await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/assessment")
    form = {"assessment_id": str(uuid4()), **{f"need-{code}": "3" for code in BOOKS.support.domains}}
    first, second = form | {"risk": "high", "agreed": "no"}, form | {"risk": "standard", "agreed": "yes"}
    for said, risk in ((first, "High"), (second, "Standard"), (second, "Standard")):
        page = await officer.post(f"/cases/{case}/assessment", said)
        assert "was recorded" in page.text and page.summary["Risk as the hub saw it"] == risk
    page = await officer.post(f"/cases/{other}/assessment", first)
    assert page.summary["Risk as the hub saw it"] == "High"
    page = await officer.post(f"/cases/{case}/assessment", first, 422)
    assert page.errors == [OVERTAKEN]
    assert (await officer.submit("Record it")).summary["Risk as the hub saw it"] == "High"
    assert await hub.value("select count(*) from hub_assessment where case_id = $1", case) == 3


async def test_an_agreement_said_again_otherwise_is_refused_with_what_stands_and_the_same_one_is_kept_once(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    path = f"/cases/{case}/agreements"
    await officer.get(f"{path}/new")
    contract = next(c for c in BOOKS.directory.contracts if c.slug == "harbour-lane-idva")
    end = local_day(clock.now()) + timedelta(days=30)
    day = {"expires-day": str(end.day), "expires-month": str(end.month), "expires-year": str(end.year)}
    form = {"consent_id": str(uuid4()), "purpose": "support", "contract": str(contract.contract_id), "how": "mobile"}
    form |= {"given_by": "self", **day}
    for _ in range(2):
        page = await officer.post(f"{path}/new", form | {"scope": ["who", "reach", "risk"]})
        assert "The agreement was recorded" in page.text
    page = await officer.post(f"{path}/new", form | {"scope": ["who"]}, 422)
    [error] = page.errors
    assert "what it said then was recorded" in error and "code word" in error and "Nothing of it was changed" in error
    page = await officer.post(f"/cases/{await a_case(hub)}/agreements/new", form | {"scope": ["who"]}, 422)
    assert "sent before" in page.errors[0] and "code word" not in page.errors[0]
    [kept] = await hub.rows("select case_id, scope from consent where gate = 'agreement' and case_id = $1", case)
    assert "code_word" in kept["scope"]


async def test_a_case_given_to_another_with_the_form_that_gave_it_is_refused(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    await (await browse("officer")).get(f"/cases/{case}/assign")
    leader, made = await browse("leader"), str(uuid4())
    page = await leader.get(f"/cases/{case}/assign")
    first, second = [e.get("value") or "" for e in page.all("input") if e.get("name") == "worker_id"][:2]
    form = {"assignment_id": made, "before": "", "reason": "knew_before"}
    for _ in range(2):
        await leader.post(f"/cases/{case}/assign", form | {"worker_id": first})
    await leader.post(f"/cases/{case}/assign", form | {"worker_id": second}, 409)
    assert await hub.value("select count(*) from assignment") == 1
    assert str(await hub.value("select assigned_to from case_file where case_id = $1", case)) == first
