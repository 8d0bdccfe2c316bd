"""The whole decision: what leaves by itself, what waits, whom nobody can take, and what is announced."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid5

import pytest

from contracts.identity import contract_id, reference
from contracts.referral import CaseOpened, CaseRouted, NobodyAvailable, ReferralReceived, ReferralSent, ReferralTriaged
from contracts.vocabulary import SERVICE_LINES
from services.referral.domain.announcing import LEAD, built, case_values
from services.referral.domain.deciding import decide
from services.referral.domain.directory import ListSaid
from services.referral.domain.facts import NOTHING_KNOWN, History
from services.referral.domain.reading import cases_of
from tests.referral.crimes import COVENTRY, ELSEWHERE, NOW, a_case, a_crime, a_victim, books, decided, of

PARTNER = {"relationship_to_suspect": "partner", "risk": {"grade": "standard"}}


def test_a_case_with_nothing_in_the_way_is_sent_at_once_to_the_contract_that_the_policy_names() -> None:
    found = decided(a_case())
    [leg] = found.legs
    assert (leg.line, leg.contract.slug, leg.automatic) == ("general", "open-door-birmingham-solihull", True)
    assert [type(event) for event in found.events] == [
        CaseOpened,
        CaseRouted,
        ReferralReceived,
        ReferralTriaged,
        ReferralSent,
    ]
    sent = found.events[-1]
    assert isinstance(sent, ReferralSent)
    assert (sent.gate, sent.contract_id, sent.automatic) == ("police_share", leg.contract.contract_id, True)
    assert sent.accept_by == datetime(2026, 9, 7, 22, 59, 59, tzinfo=UTC)
    shut = replace(books(), closed={leg.contract.contract_id: frozenset({date(2026, 9, 7)})})
    [later] = decide(a_case(), NOTHING_KNOWN, shut, NOW).legs
    assert later.accept_by == datetime(2026, 9, 8, 22, 59, 59, tzinfo=UTC), "no limit runs in a planned closure"


def test_the_same_case_has_the_same_ids_every_time() -> None:
    facts = a_case()
    [leg] = decided(facts).legs
    assert leg.referral_id == uuid5(facts.case_id, "general/1")
    assert leg.leg_id == uuid5(leg.referral_id, "leg/1")
    assert decided(facts) == decided(facts)


def test_everything_announced_happened_at_the_time_of_the_event_and_is_of_the_case() -> None:
    facts = a_case(PARTNER, offence_code="8N")
    for event in decided(facts).events:
        assert (event.happened_at, event.subject_id, event.case_id) == (NOW, facts.case_id, facts.case_id)
        assert (event.subject_kind, event.actor_role) == ("case", "system")


@pytest.mark.parametrize(
    "crime", [{}, {"offence_code": "20A", "committed_to": "2020-01-01"}, {"hate_strands": ["race"]}]
)
@pytest.mark.parametrize("victim", [{}, PARTNER, {"age_at_report": 12}, {"kind": "business"}])
def test_what_is_announced_unchecked_would_pass_every_check(victim: dict[str, Any], crime: dict[str, Any]) -> None:
    for event in decided(a_case(victim, **crime), History(of(1), repeat_count=2)).events:
        again = type(event).model_validate_json(event.model_dump_json())
        assert again.model_dump() == event.model_dump()


def test_building_unchecked_gives_what_the_model_itself_would() -> None:
    facts = a_case(PARTNER, offence_code="8N")
    values = case_values(facts, NOTHING_KNOWN, "2222-2222")
    checked = CaseOpened(case_id=facts.case_id, happened_at=NOW, actor_role="system", **values)
    assert built(CaseOpened, facts.case_id, NOW, "system", values) == checked


def test_an_opened_case_carries_bands_and_never_an_age() -> None:
    opened = decided(a_case({"age_at_report": 34, "age_at_offence": 17})).events[0]
    assert isinstance(opened, CaseOpened)
    assert (opened.age_band, opened.age_band_at_offence) == ("25-34", "16-17")
    assert opened.reference == reference(opened.case_id)


@pytest.mark.parametrize(
    ("count", "said", "repeat"), [(3, None, True), (2, None, None), (1, True, True), (2, False, False)]
)
def test_the_third_crime_in_twelve_months_makes_a_repeat_victim(
    count: int, said: bool | None, repeat: bool | None
) -> None:
    opened = decided(a_case({"repeat_victim": said}), History(repeat_count=count)).events[0]
    assert isinstance(opened, CaseOpened)
    assert (opened.repeat_victim, opened.repeat_count) == (repeat, count)


def test_a_restricted_person_is_marked_in_every_event_that_says_so() -> None:
    opened, routed, *_ = decided(a_case(), History(restricted=True)).events
    assert isinstance(opened, CaseOpened) and opened.restricted
    assert isinstance(routed, CaseRouted) and routed.restricted


@pytest.mark.parametrize(
    ("victim", "crime"),
    [
        ({"share": "refused"}, {}),
        ({"share": "refused", "risk": {"grade": "high"}}, {}),
        ({"share": "not_asked"}, {"offence_code": "20A"}),
        ({"home_local_authority": ELSEWHERE}, {}),
    ],
)
def test_no_referral_is_received_where_sharing_is_refused_or_not_asked_or_another_hub_commissions(
    victim: dict[str, Any], crime: dict[str, Any]
) -> None:
    found = decided(a_case(victim, **crime))
    assert found.routing.lines
    assert found.referrals == ()
    assert [type(event) for event in found.events] == [CaseOpened, CaseRouted]


def test_a_held_case_has_one_referral_received_for_each_line() -> None:
    found = decided(a_case({"vulnerabilities": ["protected_address"]}, offence_code="53D", hate_strands=["age"]))
    assert found.waiting == ("fraud", "hate_crime")
    assert [event.line for event in found.events if isinstance(event, ReferralReceived)] == ["fraud", "hate_crime"]
    assert not any(isinstance(event, ReferralSent) for event in found.events)


def test_danger_makes_a_referral_urgent() -> None:
    [received] = [e for e in decided(a_case({"risk": {"grade": "high"}})).events if isinstance(e, ReferralReceived)]
    assert received.urgent


def test_a_line_without_a_named_contract_waits_beside_one_that_is_sent() -> None:
    facts = replace(a_case(), needs=("employment",))
    found = decided(facts)
    assert ([leg.line for leg in found.legs], found.waiting) == (["general"], ("employment",))
    assert found.decision == "sent"


def test_share_that_is_neither_agreed_nor_unasked_sends_nothing() -> None:
    found = decided(a_case({"share": "words of next year"}))
    assert (found.legs, found.decision) == ((), "waiting")


@pytest.mark.parametrize("said", ["agreed", "refused", "not_asked"])
@pytest.mark.parametrize(
    "crime",
    [
        {"suspects": [{"suspect_ref": "S1", "same_household": True}]},
        {"offence_code": "8N", "family": True},
        {"offence_code": "20A", "unknown": True},
    ],
)
def test_a_parents_word_never_counts_where_the_household_may_have_done_it(said: str, crime: dict[str, Any]) -> None:
    crime = dict(crime)
    relationship = (
        "family" if crime.pop("family", False) else "not_known" if crime.pop("unknown", False) else "stranger"
    )
    victim = {"age_at_report": 17, "share": said, "share_by": "parent", "relationship_to_suspect": relationship}
    facts = a_case(victim, **crime)
    found = decided(facts)
    assert (facts.share_counts, facts.share_said) == (False, said)
    assert "share_refused" not in found.routing.holds
    assert found.legs == ()


def test_a_parents_word_counts_where_a_stranger_did_it() -> None:
    victim = {"age_at_report": 17, "share": "refused", "share_by": "parent", "relationship_to_suspect": "stranger"}
    assert decided(a_case(victim)).decision == "refused"


def test_the_named_contract_is_not_used_when_its_list_is_closed_and_a_human_chooses_another() -> None:
    closed = books().with_states({contract_id("open-door-coventry"): ListSaid("closed")})
    found = decide(a_case(local_authority=COVENTRY), NOTHING_KNOWN, closed, NOW)
    assert (found.legs, found.waiting, found.nobody_available) == ((), ("general",), ("general",))
    [told] = [event for event in found.events if isinstance(event, NobodyAvailable)]
    assert (told.line, told.local_authority) == ("general", COVENTRY)
    assert {"list", "area"} <= set(told.reasons)


def test_nobody_available_is_not_said_where_a_waiting_list_is_open() -> None:
    waiting = books().with_states({contract_id("open-door-coventry"): ListSaid("waiting_list")})
    found = decide(a_case(local_authority=COVENTRY), NOTHING_KNOWN, waiting, NOW)
    assert (found.legs, found.waiting, found.nobody_available) == ((), ("general",), ())


def test_a_case_that_cannot_be_placed_is_never_sent_by_itself() -> None:
    found = decided(a_case(local_authority=None))
    assert (found.legs, found.decision) == ((), "waiting")


def test_a_witness_is_never_sent_by_itself() -> None:
    assert decided(a_case({"kind": "witness"})).legs == ()


@pytest.mark.parametrize("crime", [{}, {"offence_code": "20A", "committed_to": "2001-01-01"}])
def test_who_came_by_themselves_was_asked_by_nobody_and_is_never_sent_without_a_human(crime: dict[str, Any]) -> None:
    facts = replace(a_case({"share": "not_asked"}, **crime), source="self", reported=False)
    found = decided(facts)
    assert found.routing.holds == ()
    assert (found.legs, found.decision) == ((), "waiting")
    assert found.waiting == found.routing.lines


def test_the_lead_line_is_the_one_nearest_to_danger() -> None:
    facts = a_case(PARTNER | {"risk": {"grade": "high"}}, offence_code="8N", hate_strands=["race"])
    routed = decided(facts).events[1]
    assert isinstance(routed, CaseRouted)
    assert routed.lead_line == "idva"


def test_every_line_has_a_place_in_the_order_of_leads() -> None:
    assert set(LEAD) == set(SERVICE_LINES) - {"other", "homicide", "restorative_justice"}


def test_every_person_of_a_crime_has_a_case_of_their_own() -> None:
    cases = cases_of(a_crime(a_victim(), a_victim(victim_ref="P2", age_at_report=9)))
    assert [decided(facts).decision for facts in cases] == ["sent", "waiting"]
