"""A later snapshot adds; it never silently withdraws. And who is the same person, how often harmed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.referral import CaseRouted, CaseUpdated, ReferralReceived, ReferralSent
from services.referral.actions.asked import DANGER
from services.referral.desk_books import first_contact
from services.referral.domain.access import TO_COMMUNICATE
from services.referral.domain.assessed import with_assessment
from services.referral.domain.deciding import Decision
from services.referral.domain.facts import NOTHING_KNOWN, CaseFacts
from services.referral.domain.persons import Report, person_id, repeats
from services.referral.domain.reading import cases_of
from services.referral.domain.routing import route
from services.referral.domain.update import Standing, decide_again, is_stale, keeping, removed
from tests.referral.crimes import COVENTRY, ELSEWHERE, NOW, a_case, a_snapshot, a_victim, books, decided, of

PARTNER = {"relationship_to_suspect": "partner", "risk": {"grade": "standard"}}


def standing(facts: CaseFacts, decision: Decision, **changed: Any) -> Standing:
    found = decision.routing
    plain = Standing(
        decision.reference,
        found.lines,
        found.offers,
        found.holds,
        found.doors,
        decision.decision,
        decision.run,
        frozenset(line for _, line in decision.referrals),
        facts,
    )
    return replace(plain, **changed)


def again(before: CaseFacts, victim: dict[str, Any] | None = None, **crime: Any) -> Decision:
    [facts] = cases_of(a_snapshot(a_victim(**(victim or {})), **crime))
    return decide_again(facts, NOTHING_KNOWN, standing(before, decided(before)), books(), NOW, revision=2)


def types(decision: Decision) -> list[str]:
    return [type(event).__name__ for event in decision.events]


def test_a_late_flag_adds_its_line_its_hold_and_a_referral() -> None:
    found = again(a_case(), flags=["stalking"])
    assert found.routing.lines == ("general", "stalking")
    assert {"stalking", "risk_unknown"} <= set(found.routing.holds)
    assert types(found) == ["CaseUpdated", "CaseRouted", "ReferralReceived"]
    [received] = [event for event in found.events if isinstance(event, ReferralReceived)]
    assert (received.line, received.urgent) == ("stalking", True)
    assert found.run == 2


def test_a_line_that_the_new_facts_would_not_give_stays() -> None:
    found = again(a_case(hate_strands=["race"]))
    assert found.routing.lines == ("general", "hate_crime")
    assert "by_and_for" in found.routing.offers


def test_a_hold_for_danger_is_never_lifted_by_a_later_snapshot() -> None:
    before = a_case({"risk": {"grade": "high"}})
    assert "high_risk" in again(before, {"risk": {"grade": "standard"}}).routing.holds


def test_a_risk_that_was_not_known_holds_until_the_hub_has_recorded_it_and_no_word_of_the_police_lifts_it() -> None:
    before = a_case(PARTNER, offence_code="8N")
    unknown = replace(before, risk_grade=None, dash_score=None)
    assert "risk_unknown" in decided(unknown).routing.holds
    stands = standing(unknown, decided(unknown))
    for told, held in (
        (before, True),
        (replace(before, hub_dash=3), False),
        (replace(before, hub_risk="medium"), False),
    ):
        found = decide_again(told, NOTHING_KNOWN, replace(stands, before=told), books(), NOW, revision=2)
        assert ("risk_unknown" in found.routing.holds) is held
    risen = replace(before, hub_risk="high")
    found = decide_again(risen, NOTHING_KNOWN, replace(stands, before=risen), books(), NOW, revision=2)
    assert "high_risk" in found.routing.holds and "risk_unknown" not in found.routing.holds


def test_a_door_stays_open() -> None:
    before = a_case({"home_local_authority": ELSEWHERE})
    assert "other_force_hub" in again(before, {"home_local_authority": COVENTRY}).routing.doors


def test_danger_that_became_known_brings_a_sent_case_back_to_a_human() -> None:
    before = a_case(PARTNER, offence_code="8N")
    assert decided(before).decision == "sent"
    found = again(before, PARTNER | {"risk": {"grade": "high"}}, offence_code="8N")
    assert (found.decision, found.routing.lines) == ("waiting", ("domestic_abuse", "idva"))


def test_a_sent_case_stays_sent_when_nothing_dangerous_became_known() -> None:
    found = again(a_case(), {"vulnerabilities": ["protected_address"]})
    assert (found.decision, found.legs) == ("sent", ())


@pytest.mark.parametrize("share", ["refused", "not_asked"])
def test_agreement_that_came_later_opens_the_way(share: str) -> None:
    before = a_case(PARTNER | {"share": share}, offence_code="8N")
    assert decided(before).referrals == ()
    found = again(before, PARTNER | {"share": "agreed"}, offence_code="8N")
    assert found.routing.holds == ()
    assert [leg.line for leg in found.legs] == ["domestic_abuse"]
    assert found.decision == "sent"
    assert any(isinstance(event, ReferralSent) for event in found.events)


def test_a_refusal_that_came_later_is_a_hold_and_sends_nothing_more() -> None:
    found = again(a_case({"vulnerabilities": ["protected_address"]}), {"share": "refused"}, flags=["stalking"])
    assert "share_refused" in found.routing.holds
    assert found.referrals == ()


def test_a_snapshot_that_changes_nothing_announces_nothing() -> None:
    found = again(a_case())
    assert (found.events, found.run) == ((), 1)


def test_an_update_names_the_fields_that_changed() -> None:
    found = again(a_case(), {"vulnerabilities": ["older_person"]}, local_authority=COVENTRY)
    [told] = found.events
    assert isinstance(told, CaseUpdated)
    assert (told.changed, told.revision, told.removed) == (("local_authority", "vulnerabilities"), 2, False)


def test_what_only_the_hub_knows_is_kept() -> None:
    before = replace(a_case(), needs=("employment",), choices=("interpreter",), must_give_evidence=True)
    found = again(before, flags=["online"])
    assert found.routing.lines == ("employment", "general", "witness")


@pytest.mark.parametrize(
    ("police", "told", "vulnerabilities", "disability", "disability_said"),
    [
        ({}, (), (), "not_recorded", "not_recorded"),
        ({}, ("pregnant", "no_recourse"), ("no_recourse", "pregnant"), "not_recorded", "not_recorded"),
        ({"vulnerabilities": ["pregnant"]}, ("pregnant",), ("pregnant",), "not_recorded", "not_recorded"),
        (
            *({"vulnerabilities": ["older_person"], "disability": "no"}, ("disabled", "communication_needs")),
            *(("older_person", "communication_needs"), "yes", "no"),
        ),
        ({"disability": "sensory"}, ("disabled",), (), "sensory", "sensory"),
    ],
)
def test_what_a_person_said_of_themselves_stays_beside_what_the_police_tell_later(
    police: dict[str, Any],
    told: tuple[str, ...],
    vulnerabilities: tuple[str, ...],
    disability: str,
    disability_said: str,
) -> None:
    before = with_assessment(a_case(), dash_score=None, risk="not_asked", of_themselves=told)
    [later] = cases_of(a_snapshot(a_victim(**police)))
    found = keeping(before, later)
    assert (found.vulnerabilities, found.disability) == (vulnerabilities, disability)
    assert (found.told_of_themselves, found.disability_said) == (tuple(sorted(told)), disability_said)


@pytest.mark.parametrize(
    ("told", "fact"),
    [
        ("threat_to_kill", ("threat_to_kill", True)),
        ("same_household", ("same_household", True)),
        *((one, ("vulnerabilities", (one,))) for one in DANGER if one not in ("threat_to_kill", "nothing")),
    ],
)
def test_a_danger_that_the_hub_was_told_of_is_a_fact_whatever_the_police_tell_later(
    told: str, fact: tuple[str, Any]
) -> None:
    name, value = fact
    found = with_assessment(a_case(), dash_score=None, risk="not_asked", danger=[told])
    kept = keeping(found, a_case())
    assert getattr(found, name) == getattr(kept, name) == value
    rules = books().on(date(2026, 11, 26)).rules
    assert route(kept, NOTHING_KNOWN, rules).holds == ((told,) if told != "children_in_household" else ())
    assert with_assessment(kept, dash_score=None, risk="not_asked") == kept, "what is not ticked changes nothing"


@pytest.mark.parametrize(
    ("danger", "relationship", "share"),
    [
        (["same_household"], "stranger", "not_asked"),
        (["child_at_risk"], "not_known", "not_asked"),
        (["child_at_risk"], "stranger", "agreed"),
        (["suicide_risk"], "not_known", "agreed"),
    ],
)
def test_a_parents_word_counts_no_more_once_the_hub_learns_that_the_household_may_have_done_it(
    danger: list[str], relationship: str, share: str
) -> None:
    child = {"age_at_report": 12, "share_by": "parent", "relationship_to_suspect": relationship}
    before = a_case(child)
    assert before.share == "agreed"
    assert with_assessment(before, dash_score=None, risk="not_asked", danger=danger).share == share


def test_each_answer_of_how_somebody_communicates_or_comes_is_an_access_need_but_the_choice_of_an_interpreter() -> None:
    answers = first_contact().communication
    facts = with_assessment(a_case(), dash_score=None, risk="not_asked", communication=answers)
    assert set(TO_COMMUNICATE) == set(answers) - {"interpreter"}
    assert (facts.access_needs, facts.choices) == (tuple(sorted(TO_COMMUNICATE.values())), ("interpreter",))
    assert keeping(facts, a_case()).access_needs == facts.access_needs


@pytest.mark.parametrize("one", [{"told_age": 0}, {"hub_dash": 0}, {"told_sex": "male"}, {"hub_language": "pl"}])
def test_each_thing_that_the_hub_alone_knows_is_kept_though_nothing_else_is(one: dict[str, Any]) -> None:
    [(name, value)] = one.items()
    assert getattr(keeping(replace(a_case(), **one), a_case()), name) == value


def test_a_line_that_had_a_referral_gets_no_second_one() -> None:
    before = a_case({"channels_safe": []})
    found = again(before, {"channels_safe": ["mobile"]})
    assert found.referrals == ()
    assert found.routing.holds == ()
    [told] = found.events
    assert isinstance(told, CaseRouted) and told.run == 2


def test_a_person_who_is_missing_from_a_snapshot_is_marked_and_not_closed() -> None:
    told = removed(a_case(), NOTHING_KNOWN, "AAAAA-AAAAA", NOW, 3)
    assert (told.removed, told.changed, told.revision) == (True, ("removed",), 3)


def test_a_person_who_is_named_again_is_announced() -> None:
    facts = a_case()
    found = decide_again(facts, NOTHING_KNOWN, standing(facts, decided(facts), removed=True), books(), NOW)
    assert types(found) == ["CaseUpdated"]


@pytest.mark.parametrize(("held", "revision", "stale"), [(3, 2, True), (2, 2, False), (1, 2, False), (0, 1, False)])
def test_a_lower_revision_is_stale(held: int, revision: int, stale: bool) -> None:
    assert is_stale(held, revision) is stale


def test_one_police_reference_is_one_person_within_its_force() -> None:
    assert person_id("20", "P1") == person_id("20", "P1")
    assert len({person_id("20", "P1"), person_id("20", "P2"), person_id("22", "P1")}) == 3


def test_reports_are_counted_in_the_twelve_months_up_to_the_day() -> None:
    on = date(2026, 9, 2)
    reports = [
        Report(of(1), date(2025, 9, 1), domestic=True),
        Report(of(2), date(2025, 9, 2), domestic=True),
        Report(of(3), date(2026, 1, 1)),
        Report(of(3), date(2026, 1, 1)),
        Report(None, date(2026, 2, 1)),
        Report(of(4), on, domestic=True),
        Report(of(5), date(2026, 9, 3), domestic=True),
    ]
    found = repeats(reports, on)
    assert (found.count, found.domestic) == (4, 2)
