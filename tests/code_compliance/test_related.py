"""Related clocks: each has prose and predicate, starts and ends with what was told, and is in no rate of the Code."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.code_compliance import reference
from services.code_compliance.domain.facts import Case, Evidence, Milestone
from services.code_compliance.domain.language import BadReference
from services.code_compliance.domain.related import RelatedClock, related_clocks
from services.code_compliance.domain.related_rules import read_related
from tests.code_compliance.builders import RULES, a_case, at, crime, given, milestone, notice, reached, victim
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_pauses import PAGE, parts

RAW = yaml.safe_load((Path(reference.__file__).parent / "victims_code_2020.yaml").read_text())
NOW = at("2026-10-01 12:00")


def found(case: Case, *told: Milestone | Evidence) -> dict[str, RelatedClock]:
    milestones = [t for t in told if isinstance(t, Milestone)]
    evidence = [t for t in told if isinstance(t, Evidence)]
    return {clock.rule.id: clock for clock in related_clocks(case, milestones, evidence, RULES, NOW)}


def test_there_are_seventeen_and_each_has_prose_and_predicate() -> None:
    assert len(RAW["related_clocks"]) == 17
    for entry in RAW["related_clocks"]:
        assert entry["limit"] and entry["trigger"] and entry["applies"]["when"] and entry["runs"], entry["id"]
        assert entry["applies"]["encoded_by"] == "us" and isinstance(entry["applies"]["unverified"], bool), entry["id"]
    assert not set(RULES.codes[0].related) & set(RULES.codes[0].entitlements)


THEFT: dict[str, Any] = {}
ROBBERY: dict[str, Any] = {"offence_code": "34A"}
ASKED = milestone("police_review_requested", "2026-05-05 10:00", "a")
CPS_ASKED = milestone("cps_review_requested", "2026-05-05 10:00", "a")
CAUTION = milestone("suspect_interviewed_under_caution", "2025-06-04 12:00", "i")
SENTENCED = milestone("sentence_passed", "2026-06-29 15:00", "s", sentence_months=20)
EARLIER = milestone("sentence_passed", "2026-06-28 15:00", "s", sentence_months=20)
HOSPITAL = milestone("sentence_passed", "2026-02-02 15:00", "s", sentence_kind="hospital_order")

# Worked by hand from the prose: facts of the crime, what was told, the clock, its last day (None: it has none).
STARTED: list[tuple[dict[str, Any], tuple[Milestone | Evidence, ...], str, str | None]] = [
    (THEFT, (CAUTION, notice("R6.police_no_prosecution", "2025-11-30 10:00")), "RC.vrr_police_request", "2026-02-28"),
    (THEFT, (CAUTION, notice("R6.police_no_prosecution", "2025-08-15 10:00")), "RC.vrr_police_request", "2025-11-15"),
    (THEFT, (ASKED,), "RC.vrr_police_ack", "2026-05-19"),  # 6-8, 11-15, 18, 19 May
    (THEFT, (ASKED,), "RC.vrr_police_result", "2026-06-17"),  # thirty, without 25 May
    (THEFT, (notice("R6.cps_no_prosecution", "2026-05-05 10:00"),), "RC.vrr_cps_request", "2026-05-19"),
    (THEFT, (notice("R6.cps_stop_or_alter", "2026-05-05 10:00"),), "RC.vrr_cps_request", "2026-05-19"),
    (THEFT, (CPS_ASKED,), "RC.vrr_cps_local", "2026-05-19"),
    (
        THEFT,
        (milestone("cps_referred_for_independent_review", "2026-05-05 10:00"),),
        "RC.vrr_cps_independent",
        "2026-06-17",
    ),
    (ROBBERY, (SENTENCED,), "RC.uls_28", "2026-07-27"),
    (ROBBERY, (SENTENCED,), "RC.uls_six_months", "2026-12-29"),
    (ROBBERY, (), "RC.cica_application", "2027-06-02"),
    (THEFT, (milestone("cica_decided", "2026-05-05 10:00"),), "RC.cica_review_appeal", "2026-06-30"),
    (THEFT, (milestone("cica_review_decided", "2026-05-05 10:00"),), "RC.cica_review_appeal", "2026-08-03"),
    (THEFT, (milestone("court_bail_decision", "2026-05-05 10:00"),), "RC.court_to_wcu", "2026-05-12"),
    (
        THEFT,
        (EARLIER, milestone("parole_decision", "2026-07-01 10:00", "p")),
        "RC.parole_reconsideration",
        "2026-07-22",
    ),
    (
        THEFT,
        (HOSPITAL, milestone("tribunal_application_made", "2026-05-05 10:00", "t")),
        "RC.mh_tribunal_statement",
        None,
    ),
    (
        THEFT,
        (milestone("victim_information_requested", "2026-05-05 10:00"),),
        "RC.victim_information_request",
        "2026-05-05",
    ),
    (THEFT, (EARLIER, milestone("transcript_requested", "2026-07-01 10:00", "t")), "RC.sentencing_transcript", None),
]


@pytest.mark.parametrize(("facts", "told", "name", "day"), STARTED)
def test_a_related_clock_starts_and_counts(
    facts: dict[str, Any], told: tuple[Milestone | Evidence, ...], name: str, day: str | None
) -> None:
    clock = found(a_case(**facts), *told)[name]
    assert clock.due_at == (at(f"{day} 23:59:59") if day else None)


def test_those_that_hang_on_an_event_are_due_before_it() -> None:
    listed = milestone("conviction", "2026-05-05 10:00", hearing_at="2026-06-10T10:00:00+01:00")
    assert found(a_case(), listed)["RC.vps_before_sentence"].due_at == at("2026-06-10 10:00")
    bailed = milestone("suspect_released_on_police_bail", "2025-06-05 10:00")
    asked = milestone("bail_views_sought", "2025-06-05 09:00", "v")
    assert found(a_case(), bailed)["RC.bail_views"].state == "over"
    assert found(a_case(), bailed, asked)["RC.bail_views"].state == "done"


NOT_STARTED: list[tuple[dict[str, Any], tuple[Milestone | Evidence, ...], str]] = [
    (THEFT, (notice("R6.police_no_prosecution", "2025-11-30 10:00"),), "RC.vrr_police_request"),  # nobody interviewed
    (THEFT, (CAUTION,), "RC.vrr_police_request"),  # nobody told yet
    (THEFT, (SENTENCED,), "RC.uls_28"),  # theft is not in the scheme
    (ROBBERY, (EARLIER,), "RC.uls_six_months"),  # sentenced a day too early
    ({**ROBBERY, "victims": [victim(kind="business")]}, (SENTENCED,), "RC.uls_six_months"),
    (THEFT, (), "RC.cica_application"),
    (THEFT, (milestone("tribunal_application_made", "2025-06-24 10:00"),), "RC.mh_tribunal_statement"),
    (THEFT, (milestone("victim_information_requested", "2026-01-11 10:00"),), "RC.victim_information_request"),
]


@pytest.mark.parametrize(("facts", "told", "name"), NOT_STARTED)
def test_a_related_clock_is_for_those_whom_its_predicate_names(
    facts: dict[str, Any], told: tuple[Milestone | Evidence, ...], name: str
) -> None:
    assert name not in found(a_case(**facts), *told)


def test_it_ends_with_the_act_in_time_or_late_and_receipt_ends_the_court_s() -> None:
    acked = milestone("police_review_acknowledged", "2026-05-19 16:00", "b")
    late = milestone("police_review_acknowledged", "2026-05-20 09:00", "b")
    assert found(a_case(), ASKED, acked)["RC.vrr_police_ack"].state == "done"
    assert found(a_case(), ASKED, late)["RC.vrr_police_ack"].state == "done_late"
    heard = milestone("court_bail_decision", "2026-05-05 10:00", received="2026-05-06 09:00")
    assert found(a_case(), heard)["RC.court_to_wcu"].done_at == at("2026-05-06 09:00")


def test_a_child_has_another_limit_for_compensation_and_no_day_is_invented() -> None:
    clock = found(a_case(**ROBBERY, victims=[victim(age_at_offence=12)]))["RC.cica_application"]
    assert (clock.due_at, clock.state) == (None, "no_day")
    assert "the person was under 18" in clock.sum


def test_a_bad_related_clock_is_named() -> None:
    entry = dict(RAW["related_clocks"][0])
    for broken, words in (
        ({"limit": ""}, "limit is missing"),
        ({"runs": [{"from": {"told_of": ["R6.nothing"]}, "ended_by": ["x"]}]}, "'R6.nothing'"),
        ({"runs": [{"from": {"reported": True}, "limit": 3, "ended_by": ["x"]}]}, "limit with its unit"),
        ({"runs": [{"from": {"reported": True}}]}, "ended_by is missing"),
        ({"runs": [{"from": {"reported": True}, "until": 3}]}, "'until'"),
    ):
        with pytest.raises(BadReference, match=f"code.yaml: RC.vrr_police_request.*{words}"):
            read_related({"related_clocks": [entry | broken]}, {}, set(), "code.yaml")


@pytest.mark.service
async def test_a_worker_enters_a_review_and_its_clocks_stand_apart_from_the_code(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_interviewed_under_caution", "2025-06-03 12:00"))
    await hub.hear(given("R6.police_no_prosecution", "2025-06-10 12:00"))
    before = await hub.clocks()
    browser = await sign_in("compliance")
    page = await browser.get(PAGE)
    assert "Three months end Wednesday 10 September 2025." in page.text
    page = await browser.follow("Add something that happened")
    page = await browser.submit("Add it", 422)
    assert page.errors == [
        "Enter the date",
        "Enter the time, like 14:30",
        "Choose what happened",
        "Choose who says so",
    ]
    told = {"what": "police_review_requested", "source": "person"}
    page = await browser.submit("Add it", 422, **told, **parts("2025-06-01", "10:00"))
    assert page.errors == ["The date must be on or after the day of the report, or of first contact"]
    page = await browser.submit("Add it", **told, **parts("2025-06-16", "10:00"))
    assert (page.path, "It was added" in page.text) == (PAGE, True)
    assert "Ten working days end Monday 30 June 2025." in page.text
    assert await hub.clocks() == before  # nothing of it is a duty of the Code
    row = await hub.database.pool.fetchrow(
        "select source, entered_by is not null as who from milestone where source is not null"
    )
    assert row is not None and dict(row) == {"source": "person", "who": True}
    assert all(check.ok for check in await hub.checks())


TOLD: list[tuple[tuple[Milestone | Evidence, ...], list[str]]] = [
    # told by phone and by letter of the decision in our record: one limit, from the first telling
    ((milestone("cps_decision_not_to_prosecute", "2026-04-30 10:00", "d1"),
      notice("R6.cps_no_prosecution", "2026-05-07 10:00", "n2"), notice("R6.cps_no_prosecution", "2026-05-05 10:00")),
     ["2026-05-19"]),
    ((milestone("cps_decision_not_to_prosecute", "2026-04-30 10:00", "d1"),
      notice("R6.cps_no_prosecution", "2026-05-05 10:00", milestone_id="d1"),
      notice("R6.cps_no_prosecution", "2026-05-07 10:00", "n2")),
     ["2026-05-19"]),
    # told twice of a decision that nobody sent us
    ((notice("R6.cps_no_prosecution", "2026-05-05 10:00"), notice("R6.cps_no_prosecution", "2026-05-07 10:00", "n2")),
     ["2026-05-19"]),
    # a second decision gives the right anew
    ((milestone("cps_decision_not_to_prosecute", "2026-04-30 10:00", "d1"),
      milestone("cps_decision_not_to_prosecute", "2026-05-06 10:00", "d2"),
      notice("R6.cps_no_prosecution", "2026-05-05 10:00"), notice("R6.cps_no_prosecution", "2026-05-07 10:00", "n2")),
     ["2026-05-19", "2026-05-21"]),
    ((notice("R6.cps_no_prosecution", "2026-05-05 10:00"), notice("R6.cps_stop_or_alter", "2026-05-07 10:00", "n2")),
     ["2026-05-19", "2026-05-21"]),
]  # fmt: skip


@pytest.mark.parametrize(("told", "days"), TOLD)
def test_one_decision_starts_one_limit_however_often_the_person_is_told_of_it(
    told: tuple[Milestone | Evidence, ...], days: list[str]
) -> None:
    for order in (told, told[::-1]):
        milestones = [t for t in order if isinstance(t, Milestone)]
        evidence = [t for t in order if isinstance(t, Evidence)]
        clocks = related_clocks(a_case(), milestones, evidence, RULES, NOW)
        due = sorted(clock.due_at for clock in clocks if clock.rule.id == "RC.vrr_cps_request" and clock.due_at)
        assert due == [at(f"{day} 23:59:59") for day in days]
