"""Rules and reasons are told to staff in the words of their books, never as codes."""

import json
from datetime import date
from typing import Any

import pytest

from contracts.vocabulary import SERVICE_LINES
from kit import clock
from services.referral.actions import filing, providing
from services.referral.case_ui import why
from services.referral.domain.books import InForce
from services.referral.domain.facts import NOTHING_KNOWN, CaseFacts
from services.referral.domain.routing import route
from services.referral.domain.transitions import ReasonList
from services.referral.provider_portal import words
from services.referral.store.cases import Routing
from tests.builders import NOON, a_viewer
from tests.referral import crimes
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import a_referral_sent

RULE = BOOKS.versions[0].rules.rule("line.idva")
STEPS = {(row.event.TYPE, row.reasons.name): row.reasons for row in BOOKS.transitions.rows if row.event and row.reasons}
STEPS["support.started.v1", "start_after_no"] = BOOKS.transitions.reasons["start_after_no"]


def as_kept(facts: CaseFacts) -> dict[str, Any]:
    """The facts of a decision as they are read from its row."""
    return {"case": json.loads(json.dumps(filing.said(facts), default=str))}


def test_a_rule_is_told_by_its_own_file_and_one_that_is_no_more_by_its_name() -> None:
    rules = ("line.idva@1", "switch.major_incident@1", "line.gone@2")
    run = Routing(1, NOON, "waiting", ("idva",), (), (), (), rules, {}, BOOKS.versions[0].rules.version)
    told = [(one.why, one.version) for one in why.fired(BOOKS, run)]
    assert told == [(RULE.why, "1"), ("A team leader switched a major incident on.", "1"), ("line.gone", "2")]
    assert why.recommended(BOOKS, run) == {"idva": RULE.why}
    assert why.fired(BOOKS, None) == [] and why.recommended(BOOKS, None) == {}


@pytest.mark.parametrize(
    ("kind", "listed"), [(kind, held) for (kind, _), held in STEPS.items()], ids=[name for _, name in STEPS]
)
def test_hub_and_provider_read_each_reason_in_the_words_of_the_step_that_was_taken(
    kind: str, listed: ReasonList
) -> None:
    for one in listed.on(date(2026, 11, 26)):
        for name in ("reason_code", "question_code"):
            assert words.reason(BOOKS, kind, {name: one.code}) == one.words
        assert why.reason_of_event(BOOKS, kind, one.code) == one.words


def test_every_line_that_a_rule_recommends_says_why() -> None:
    rules = BOOKS.versions[-1].rules
    fired, facts = tuple(f"{rule.id}@1" for rule in rules.rules), as_kept(crimes.a_case())
    run = Routing(1, NOON, "waiting", (), (), (), (), fired, facts, rules.version)
    assert set(SERVICE_LINES) >= set(why.recommended(BOOKS, run)) >= {"idva", "isva", "general", "witness"}


@pytest.mark.parametrize("book", BOOKS.versions, ids=lambda one: one.rules.version)
@pytest.mark.parametrize(
    ("risk", "known"),
    [
        ({}, False),
        ({"grade": "other"}, False),
        ({"grade": "standard"}, True),
        ({"grade": "medium"}, True),
        ({"dash_score": 6}, True),
    ],
)
def test_where_no_risk_is_known_no_case_is_told_that_nothing_says_it_is_high(
    risk: dict[str, Any], known: bool, book: InForce
) -> None:
    facts = crimes.a_case({"relationship_to_suspect": "partner", "risk": risk}, offence_code="8N")
    rules = tuple(f"{rule.id}@{rule.version}" for rule in route(facts, NOTHING_KNOWN, book.rules).rules)
    run = Routing(1, NOON, "waiting", ("domestic_abuse",), (), (), (), rules, as_kept(facts), book.rules.version)
    told = why.recommended(BOOKS, run)["domestic_abuse"]
    assert told == (book.rules.rule("line.domestic_abuse").why if known else why.NO_RISK)
    assert told in [one.why for one in why.fired(BOOKS, run)], "how it was decided says the same"


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("referral.declined.v1", "conflict", "We already work with the other party"),
        ("referral.declined.v1", "other_service", "Another service is already helping"),
        ("support.ended-early.v1", "unsafe", "It was no longer safe"),
        ("contact.withheld.v1", "no_such_code", "No such code"),
        ("referral.sent.v1", None, ""),
    ],
)
def test_the_same_code_is_told_by_the_list_of_what_happened(kind: str, code: str | None, said: str) -> None:
    assert why.reason_of_event(BOOKS, kind, code) == said


@pytest.mark.service
async def test_the_pages_of_a_case_say_why_in_words(hub: Hub, browse: AsPersona) -> None:
    sent, worker = await a_referral_sent(hub), a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        await providing.decline(tx, worker, sent.referral, "out_of_scope", clock.now())
    officer = await browse("officer")
    page = await officer.get(f"/cases/{sent.case}/referrals")
    assert "declined: “This is not what our service is for”" in page.text
    assert f"Recommended because: {RULE.why}" in page.text
    [tag] = [tag for tag in page.all("strong") if "govuk-tag" in (tag.get("class") or "")]
    assert "app-tag" in (tag.get("class") or ""), "what is long enough to wrap does not"
    page = await officer.get(f"/cases/{sent.case}")
    assert f"{RULE.why} (rule line.idva, version 1)" in page.texts("li")
    page = await officer.get(f"/cases/{sent.case}/timeline")
    assert "This is not what our service is for" in page.text and "Out of scope" not in page.text
