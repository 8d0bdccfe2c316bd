"""Suggested evidence: shown where another act makes one likely, evidence only by a worker's answer; reasons told."""

import pytest

from services.code_compliance.domain.hints import read_suggestions
from services.code_compliance.domain.located import BadReference
from services.code_compliance.domain.suggestions import suggestions
from tests.code_compliance.builders import RULES, a_case, at, clocks, crime, given, milestone, notice, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_pauses import PAGE, parts

DUTIES = RULES.codes[0].entitlements
ARREST = milestone("suspect_arrested", "2025-06-03 12:00")
BAILED = milestone("suspect_released_on_police_bail", "2025-06-03 18:00", "m2")
TOLD_OF_BAIL = notice("R6.suspect_bailed", "2025-06-05 12:00")
R6 = "R6.suspect_arrested"


def test_what_follows_an_act_makes_it_likely_for_an_open_clock_only() -> None:
    case = a_case()
    told = (ARREST, BAILED, TOLD_OF_BAIL)
    found = clocks(case, *told)
    (one,) = suggestions(case, list(found.values()), [ARREST, BAILED], [TOLD_OF_BAIL], RULES.hints, DUTIES)
    assert (one.entitlement, one.occurrence, one.at, one.source) == (R6, "m1", at("2025-06-05 12:00"), "police")
    again = suggestions(case, list(found.values()), [ARREST, BAILED], [TOLD_OF_BAIL], RULES.hints, DUTIES, {one.id})
    assert again == []
    met = clocks(case, *told, notice(R6, "2025-06-04 12:00", "n2"))
    assert suggestions(case, list(met.values()), [ARREST, BAILED], [TOLD_OF_BAIL], RULES.hints, DUTIES) == []
    assert found[(R6, "m1")].state == "running"  # a suggestion is no evidence


def test_an_act_before_the_duty_arose_or_one_not_done_suggests_nothing() -> None:
    case = a_case()
    early = notice("R6.suspect_bailed", "2025-06-03 09:00")
    unable = notice("R6.suspect_bailed", "2025-06-05 12:00", outcome="unable")
    found = list(clocks(case, ARREST, BAILED).values())
    assert suggestions(case, found, [ARREST, BAILED], [early, unable], RULES.hints, DUTIES) == []


def test_a_bad_hint_is_named() -> None:
    for entry, words in (
        ({"duty": "R6.nothing", "why": "x"}, "'R6.nothing'"),
        ({"duty": R6, "why": "x"}, "nothing makes"),
        ({"duty": R6, "trigger": ["sneezed"], "why": "x"}, "'sneezed'"),
    ):
        with pytest.raises(BadReference, match=f"hints.yaml: .*{words}"):
            read_suggestions({"suggestions": [entry]}, set(DUTIES), set(), "hints.yaml")


@pytest.mark.service
async def test_a_yes_becomes_evidence_and_a_no_is_kept(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(
        crime(),
        reached("suspect_arrested", "2025-06-03 12:00"),
        reached("suspect_interviewed_under_caution", "2025-06-03 15:00", "m3"),
        reached("suspect_released_on_police_bail", "2025-06-03 18:00", "m2"),
        given("R6.suspect_bailed", "2025-06-05 12:30"),
    )
    await hub.now_is("2025-07-01 09:00")
    browser = await sign_in("compliance")
    page = await browser.get(PAGE)
    assert "Perhaps done by Thursday 5 June 2025 at 12:30pm: notice given:" in page.text
    page = await browser.follow("Say whether it was done: Told, with reasons where applicable, that a suspect was arr")
    page = await browser.submit("Keep the answer", 422)
    assert page.errors == ["Choose whether it was done"]
    address = page.path
    page = await browser.submit("Keep the answer", answer="confirmed")
    assert (page.path, "The answer was kept" in page.text) == (PAGE, True)
    assert "Suggested by another act, and confirmed by staff: done on Thursday 5 June 2025" in page.text
    assert "Breached, due by the end of Tuesday 10 June 2025, until" in page.text
    assert (await hub.clocks())[f"{R6}/m1"].state == "met"
    page = await browser.post(address, {"answer": "rejected"})
    assert "That was answered already" in page.text
    await browser.follow("Say whether it was done: Told, with reasons where applicable, that a suspect was interviewed")
    await browser.submit("Keep the answer", answer="rejected")
    page = await browser.get(PAGE)
    assert "Perhaps done" not in page.text
    assert (await hub.clocks())["R6.suspect_interviewed/m3"].state == "breached"
    assert all(check.ok for check in await hub.checks())


@pytest.mark.service
async def test_an_exception_says_its_reason_and_whether_the_person_was_told_it(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    await browser.get(PAGE)
    await browser.follow("Add evidence for: Told, with reasons where applicable, that a suspect was arrested")
    chosen = {"outcome": "excepted", "reason": "would_risk_safety", "source": "police", "channel": "letter"}
    page = await browser.submit("Add the evidence", **chosen, **parts("2025-06-05", "14:30"))
    assert (
        "Why: Telling the person would have put somebody at risk. The person was told the reason: letter." in page.text
    )
    assert (await hub.clocks())[f"{R6}/m1"].state == "excepted_with_reason"
    await hub.hear(
        reached("suspect_charged", "2025-06-06 09:00", "m2"),
        given("R6.charge", "2025-06-07 09:00", outcome="excepted", reason_code="legal_restriction"),
    )
    page = await browser.get(PAGE)
    assert "Why: A court or the law forbade it. No record that the person was told the reason." in page.text
