"""A word that our lists do not know is not known, and never a no: a human asks before anything is sent."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.justice import MilestoneReached
from contracts.spelling import bare, spellings
from contracts.vocabulary import CRIME_FLAGS
from kit import clock
from services.referral.actions import alerting
from services.referral.domain import unfamiliar
from services.referral.domain.deciding import decide
from services.referral.domain.facts import NOTHING_KNOWN, CaseFacts, facts_of
from services.referral.domain.meant import NONE, key
from services.referral.domain.reading import cases_of
from services.referral.domain.routing import route
from services.referral.domain.told import with_told
from tests.builders import a_crime, a_victim, an_event, snapshot, updated
from tests.conftest import Databases
from tests.referral import crimes
from tests.referral.conftest import Hub
from tests.referral.crimes import a_case as facts_of_a_case
from tests.referral.crimes import books
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import portal_of
from tests.referral.test_police_again import with_its_provider

LATER = datetime(2027, 1, 5, 10, tzinfo=UTC)
WORD = "Sir Humphrey <b>"


def told(field: str, word: str) -> CaseFacts:
    """A theft that would be sent at once, but for one word."""
    of_crime: dict[str, Any] = {
        "flag": {"flags": [word]},
        "hate_strand": {"hate_strands": [word]},
        "incident_kind": {"incident_kind": word, "offence_code": None},
        "suspect_works_for": {"suspects": [{"suspect_ref": "S1", "works_for": word}]},
    }
    of_person: dict[str, Any] = {
        "kind": {"kind": word},
        "relationship": {"relationship_to_suspect": word},
        "vulnerability": {"vulnerabilities": ["older_person", word]},
        "works_for": {"works_for": word},
        "risk_grade": {"risk": {"grade": word}},
        "share_by": {"share_by": word},
        "age_at_report": {"age_at_report": word},
        "age_at_offence": {"age_at_offence": word},
        "sex": {"sex": word},
    }
    return facts_of_a_case(of_person.get(field), **of_crime.get(field, {}))


def sent(facts: CaseFacts, at: datetime = LATER) -> bool:
    return bool(decide(facts, NOTHING_KNOWN, books(), at).legs)


def holds(facts: CaseFacts) -> tuple[str, ...]:
    return route(facts, NOTHING_KNOWN, books().on(LATER.date()).rules).holds


def test_the_case_of_these_tests_would_be_sent_by_itself() -> None:
    assert sent(facts_of_a_case()) and sent(facts_of_a_case(), crimes.NOW)


@pytest.mark.parametrize("field", unfamiliar.FIELDS)
def test_an_unknown_word_in_a_field_that_safety_hangs_on_is_kept_as_told_holds_and_is_never_sent(field: str) -> None:
    facts = told(field, WORD)
    assert facts.unfamiliar == (f"{field}: {WORD}",)
    assert unfamiliar.said(facts.unfamiliar) == [f"“{WORD}” ({unfamiliar.FIELDS[field]})"]
    assert "unknown_word" in holds(facts)
    assert not sent(facts)
    assert not sent(facts, crimes.NOW), "also by rules from before the hold"
    assert facts_of(facts_kept(facts)).unfamiliar == facts.unfamiliar


def facts_kept(facts: CaseFacts) -> dict[str, Any]:
    return {"case_id": facts.case_id, "reported_at": facts.reported_at, "reported_on": facts.reported_on} | {
        "unfamiliar": list(facts.unfamiliar)
    }


def test_a_word_of_kin_is_kept_too() -> None:
    kin = crimes.a_kin(works_for=WORD)
    [facts] = cases_of(crimes.a_crime(crimes.a_victim(kind="deceased", bereaved=[kin]), offence_code="1"))
    assert facts.unfamiliar == (f"works_for: {WORD}",)


LIKE = [
    ("relationship", "ex-partner", "ex_partner"),
    ("relationship", " Ex Partner ", "ex_partner"),
    ("relationship", "Wife", "partner"),
    ("relationship", "husband", "partner"),
    ("vulnerability", "suicide risk", "suicide_risk"),
    ("vulnerability", "suicidal", "suicide_risk"),
    ("flag", "Domestic Abuse", "domestic_abuse"),
    ("flag", "DA", "domestic_abuse"),
    ("flag", "DOMESTIC_ABUSE", "domestic_abuse"),
    ("flag", "modern_slavery", "modern_slavery_nrm"),
    ("works_for", "police officer", "police"),
    ("risk_grade", "HIGH", "high"),
    ("risk_grade", "High risk", "high"),
    ("hate_strand", "Racist", "race"),
    ("incident_kind", "Domestic Incident", "domestic"),
    ("share_by", "Mother", "parent"),
    ("sex", "F", "female"),
]


@pytest.mark.parametrize(("field", "word", "meant"), LIKE)
def test_what_is_plainly_the_same_word_is_read_as_it(field: str, word: str, meant: str) -> None:
    assert told(field, word) == told(field, meant)
    assert told(field, meant).unfamiliar == ()


def test_somebody_dead_by_another_word_is_not_rung_up() -> None:
    assert cases_of(crimes.a_crime(crimes.a_victim(kind="Dead"))) == []


@pytest.mark.parametrize("word", ["", " ", "none", "not_known", "refused", "Unknown", "other"])
def test_a_word_that_says_nothing_asks_for_nothing(word: str) -> None:
    fields = ("flag", "vulnerability", "relationship", "age_at_report")
    assert not any(told(field, word).unfamiliar for field in fields)


def test_two_ways_of_writing_a_flag_are_one() -> None:
    assert facts_of_a_case(flags=["DA", "domestic_abuse"]).flags == ("domestic_abuse",)


def test_no_other_way_of_writing_hides_a_listed_word_or_is_written_otherwise_than_it_is_looked_up() -> None:
    for kind, words in spellings().items():
        assert all(other == bare(other) for other in words), kind
        assert not set(words) & set(words.values()), kind
    assert set(spellings()["flag"].values()) <= set(CRIME_FLAGS)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(unfamiliar.FIELDS)), st.text(min_size=1, max_size=80))
def test_no_word_at_all_that_is_read_as_another_is_sent_by_itself(field: str, word: str) -> None:
    facts = told(field, word)
    listed = told(field, bare(word))
    if facts.unfamiliar:
        assert not sent(facts) and not sent(facts, crimes.NOW)
    else:
        says_nothing = not any(one.isalnum() for one in word)
        assert says_nothing or replace(facts, unfamiliar=()) == replace(listed, unfamiliar=())


service = pytest.mark.service
OPEN = "select kind from task where case_id = $1 and done_at is null order by 1"


@service
async def test_the_case_waits_with_a_task_of_today_and_says_the_word_as_it_was_told(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(hub, a_crime(a_victim("V-1", relationship_to_suspect=WORD, vulnerabilities=["suicide  riskk"])))
    assert await hub.value("select count(*) from leg") == 0
    assert await hub.value("select holds from case_file") == ["unknown_word"]
    assert "unknown_word" in [row["kind"] for row in await hub.rows(OPEN, case)]
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{case}")
        assert f"“suicide riskk” (vulnerability), “{WORD}” (relationship to the suspect)" in page.text
        assert WORD not in page.response.text, "it is escaped"
        assert WORD in (await officer.get(f"/cases/{case}/holds/unknown_word")).text
        meant = dict.fromkeys(map(key, await hub.value("select facts -> 'case' -> 'unfamiliar' from routing")), NONE)
        said = {"reason": "officer_said", "text": "She is a neighbour, said DC Example."}
        await officer.submit("End the hold", **said, **meant)
    assert await hub.value("select holds from case_file") == []
    assert await hub.value("select count(*) from leg") == 0
    assert "unknown_word" not in [row["kind"] for row in await hub.rows(OPEN, case)], "nobody is asked any more"


@service
@pytest.mark.parametrize(
    ("word", "then", "ends"),
    [
        ({"relationship_to_suspect": WORD}, {"relationship_to_suspect": "stranger"}, True),
        ({"relationship_to_suspect": WORD}, {"relationship_to_suspect": "ex_partner"}, True),
        ({"relationship_to_suspect": WORD}, {"relationship_to_suspect": "not_recorded"}, False),
        ({"relationship_to_suspect": WORD}, {"relationship_to_suspect": "not_known"}, False),
        ({"vulnerabilities": [WORD]}, {"vulnerabilities": ["older_person"]}, True),
        ({"vulnerabilities": [WORD]}, {"vulnerabilities": []}, False),
        ({"vulnerabilities": [WORD, "x y"]}, {"vulnerabilities": ["older_person"]}, False),
        ({"works_for": WORD}, {"works_for": "none"}, True),
    ],
)
async def test_the_right_word_in_its_place_ends_the_hold_and_its_task_by_itself_and_silence_does_not(
    hub: Hub, word: dict[str, Any], then: dict[str, Any], ends: bool
) -> None:
    first = a_crime(a_victim("V-1", **word))
    case = await a_case(hub, first)
    for revision in (2, 3):
        again = updated(first, revision, victims=[a_victim("V-1", **then)])
        await hub.hears([snapshot(again, clock.now())])
    holds = await hub.value("select holds from case_file")
    assert ("unknown_word" not in holds) == ends
    asked = [row["kind"] for row in await hub.rows(OPEN, case)].count("unknown_word")
    assert asked == (0 if ends else 1)
    assert await hub.value("select count(*) from leg") == 0, "nothing is sent by it"


def test_the_persons_own_word_of_age_or_sex_answers_what_was_not_understood() -> None:
    for field, age, sex in (("age_at_report", 30, None), ("sex", None, "female")):
        assert told(field, WORD).unfamiliar and with_told(told(field, WORD), age, sex).unfamiliar == ()


def test_a_flag_kept_as_a_code_before_is_a_word_now() -> None:
    record = facts_kept(facts_of_a_case()) | {"unlisted_flags": ["hate_race"]}
    assert facts_of(record).unfamiliar == ("flag: hate_race",)
    assert facts_of(record | {"unfamiliar": ["flag: Hate Race"]}).unfamiliar == ("flag: Hate Race",)


@service
async def test_a_word_that_comes_later_holds_and_reaches_whoever_helps_already_and_a_second_one_asks_again(
    hub: Hub,
) -> None:
    first = a_crime(a_victim("V-1"))
    case = await a_case(hub, first)
    assert await hub.value("select count(*) from leg where state = 'sent'") == 1
    await hub.hears([snapshot(updated(first, flags=["Modern Slaverie"]), clock.now())])
    kinds = [row["kind"] for row in await hub.rows(OPEN, case)]
    assert {"unknown_word", "new_hold"} <= set(kinds)
    assert await hub.rows("select trigger from alert") == [{"trigger": "asks_for_care"}]
    again = updated(first, 3, flags=["Modern Slaverie"], victims=[a_victim("V-1", works_for="the force")])
    await hub.hears([snapshot(again, clock.now())])
    assert [row["kind"] for row in await hub.rows(OPEN, case)].count("unknown_word") == 1, "of all words"
    assert await hub.value("select count(*) from task where kind = 'unknown_word'") == 2, "asked again"


@service
async def test_a_step_of_justice_by_an_unknown_word_is_asked_about_the_same_day(hub: Hub, databases: Databases) -> None:
    crime = a_crime(a_victim("V-1"))
    case, now = await a_case(hub, crime), clock.now()
    about = {"milestone_id": "M-1", "crime_id": crime["crime_id"], "victim_ref": "V-1", "happened_at": now.isoformat()}
    for _ in range(2):
        await hub.hears([an_event(MilestoneReached, about | {"trigger": "let out <early>"}, now)])
    assert [row["kind"] for row in await hub.rows(OPEN, case)].count("unknown_milestone") == 1
    assert await hub.value("select review_since is not null from case_file")
    await hub.hears([an_event(MilestoneReached, about | {"milestone_id": "M-2", "trigger": "Escape notified"}, now)])
    assert await hub.rows("select trigger from alert where milestone_id = 'M-2'") == [{"trigger": "escape_notified"}]
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case}/timeline")
    assert "“let out <early>”, which our lists do not know" in page.text


@service
@pytest.mark.parametrize("ref", ["V-1", None, "V-nobody"])
async def test_a_step_of_justice_by_an_unknown_word_warns_who_helps_and_marks_the_risk(
    hub: Hub, databases: Databases, ref: str | None
) -> None:
    crime, now = a_crime(a_victim("V-1")), clock.now()
    case = await with_its_provider(hub, crime)
    about = {"milestone_id": "M-1", "crime_id": crime["crime_id"], "victim_ref": ref, "happened_at": now.isoformat()}
    for _ in range(2):
        await hub.hears([an_event(MilestoneReached, about | {"trigger": "tag_removed"}, now)])
    await hub.every(alerting.tell, now)
    assert await hub.value("select count(*) from provider_mail where case_id = $1", case) == 1
    assert await hub.value("select review_since is not null from case_file")
    words = "of a step by a word that our lists do not know"
    async with hub_pages(hub, databases) as browse:
        assert words in (await (await browse("officer")).get(f"/cases/{case}")).text
    async with portal_of(hub, databases) as browse:
        referral = await hub.value("select referral_id from leg where case_id = $1", case)
        assert words in (await (await browse("support.worker")).get(f"/portal/referrals/{referral}")).text
