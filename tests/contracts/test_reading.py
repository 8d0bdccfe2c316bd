"""What the force sends is read as long as it can be: unknown values, missing fields, loose forms."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.envelope import fault
from contracts.justice import MilestoneReached
from contracts.police import Crime, CrimeRecorded, CrimeUpdated, age_at_report
from contracts.referral import CaseOpened
from contracts.vocabulary import HOLD_KINDS, HOLDS, PARKING_REASONS, age_band
from tests.contracts.goldens import golden

BARE = golden("police.crime.recorded.v1.minimal").data


def crime(**changes: Any) -> Crime:
    return CrimeRecorded.model_validate_json(json.dumps(BARE | changes))


def victim(**fields: Any) -> Any:
    return crime(victims=[{"victim_ref": "P-1"} | fields]).victims[0]


def why_not(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        crime(**changes)
    found = fault(caught.value)
    assert found.reason == "schema"
    return found.detail


def test_a_crime_with_only_what_it_must_have_is_read() -> None:
    read = crime()
    assert (read.victims, read.flags, read.local_authority, read.reported_via) == ((), (), None, "not_recorded")


@pytest.mark.parametrize("field", ["sex", "gender", "ethnicity", "disability", "orientation", "religion", "language"])
def test_an_absent_or_null_characteristic_is_not_recorded(field: str) -> None:
    assert getattr(victim(), field) == "not_recorded"
    assert getattr(victim(**{field: None}), field) == "not_recorded"


@pytest.mark.parametrize(
    ("field", "sent", "read"),
    [
        ("sex", "female", "female"),
        ("sex", "a value of tomorrow", "other"),
        ("sex", "refused", "refused"),
        ("ethnicity", "NS", "NS"),
        ("ethnicity", "Z9", "other"),
        ("language", "pa-Guru", "pa-Guru"),
        ("language", "some words that are no tag", "not_known"),
        ("share", "agreed", "agreed"),
        ("share", "not_recorded", "not_asked"),
        ("share", "later perhaps", "other"),
        ("also_suspect", "not_known", False),
        ("also_suspect", True, True),
        ("repeat_victim", "not_known", None),
        ("repeat_victim", True, True),
        ("home_local_authority", "E08000027", "E08000027"),
        ("home_local_authority", "Dudley", None),
        ("channels_safe", ["mobile", "pigeon"], ("mobile", "other")),
        ("channels_safe", None, ()),
        ("vulnerabilities", ["suicide_risk", "a need of tomorrow"], ("suicide_risk", "other")),
    ],
)
def test_a_value_of_a_victim_is_read_as(field: str, sent: Any, read: Any) -> None:
    assert getattr(victim(**{field: sent}), field) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [(0, 0), (17, 17), ("34", 34), (999, "not_known"), (-1, "not_known"), ("not_asked", "not_asked"),
     ("about forty", "not_known"), (None, "not_recorded")],
)  # fmt: skip
def test_an_age_is_whole_years_or_an_unknown_value(sent: Any, read: Any) -> None:
    assert victim(age_at_report=sent).age_at_report == read


@pytest.mark.parametrize(
    ("sent", "dash", "grade"),
    [
        ({"dash_score": 14, "grade": "high"}, 14, "high"),
        ({"dash_score": "not_known", "grade": "not_recorded"}, None, None),
        ({"dash_score": None, "grade": None}, None, None),
        ({"grade": "a grade of tomorrow"}, None, "other"),
    ],
)
def test_a_risk_that_is_not_known_is_missing(sent: Any, dash: int | None, grade: str | None) -> None:
    risk = victim(risk=sent).risk
    assert (risk.dash_score, risk.grade) == (dash, grade)


@pytest.mark.parametrize(
    ("field", "sent", "read"),
    [
        ("offence_code", "4/4", "4.4"),
        ("offence_code", "8q", "8Q"),
        ("offence_code", None, None),
        ("crime_type", "Violence and sexual offences", "violence-and-sexual-offences"),
        ("crime_type", "", None),
        ("local_authority", "somewhere", None),
        ("incident_kind", "a kind of tomorrow", "other"),
        ("flags", None, ()),
        ("flags", ["stalking", "a flag of tomorrow"], ("stalking", "other")),
        ("hate_strands", ["race", "age", "a strand of tomorrow"], ("race", "age", "other")),
    ],
)
def test_a_value_of_a_crime_is_read_as(field: str, sent: Any, read: Any) -> None:
    assert getattr(crime(**{field: sent}), field) == read


@pytest.mark.parametrize(("sent", "read"), [(15, "15"), ("1A", "1A"), (None, "0")])
def test_an_outcome_code_is_text_and_none_is_not_yet_assigned(sent: Any, read: str) -> None:
    outcome = crime(outcome={"code": sent}).outcome
    assert outcome is not None
    assert outcome.code == read


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"crime_id": "no id"}, "crime_id: uuid_parsing"),
        ({"reported_at": "2026-09-10T07:30:00"}, "reported_at: timezone_aware"),
        ({"reported_at": 1757489400}, "reported_at: datetime_type"),
        ({"reported_at": "9999-12-31T23:59:59Z"}, "reported_at: less_than_equal"),
        ({"victims": [{}]}, "victims.[].victim_ref: missing"),
        ({"victims": [{"victim_ref": "a\u0000b"}]}, "victims.[].victim_ref: string_pattern_mismatch"),
        ({"victims": "nobody"}, "victims: tuple_type"),
        ({"offence_code": "no such thing as a code"}, "offence_code: string_pattern_mismatch"),
    ],
)
def test_what_cannot_be_read_is_named_by_field_and_rule_without_its_value(changes: Any, detail: str) -> None:
    assert why_not(**changes) == detail


@pytest.mark.parametrize("value", [b"", b"{", b"\xff\xfe", b'{"crime_id": "\\ud800"}'])
def test_what_is_no_json_is_bad_json(value: bytes) -> None:
    with pytest.raises(ValidationError) as caught:
        CrimeRecorded.model_validate_json(value)
    assert fault(caught.value).reason == "bad_json"


def test_an_error_never_shows_what_was_sent() -> None:
    with pytest.raises(ValidationError) as caught:
        crime(victims=[{"victim_ref": "Canary Person\n"}])
    assert "Canary" not in str(caught.value)


def test_a_victim_never_shows_what_is_sealed() -> None:
    assert "secret.token" not in repr(victim(sealed="secret.token"))


def test_an_update_has_a_revision_from_two() -> None:
    update = golden("police.crime.updated.v1").data
    assert CrimeUpdated.model_validate_json(json.dumps(update)).revision == 2
    with pytest.raises(ValidationError):
        CrimeUpdated.model_validate_json(json.dumps(update | {"revision": 1}))
    assert CrimeRecorded.revision == 1


def test_a_fact_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        crime().force = "21"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("at_report", "at_offence", "committed_to", "reported_at", "age"),
    [
        (30, 12, "2000-01-01", "2026-09-10T07:30:00Z", 30),
        (None, 12, "2000-09-10", "2026-09-10T07:30:00Z", 38),
        (None, 12, "2000-09-11", "2026-09-10T07:30:00Z", 37),
        (None, 12, None, "2026-09-10T07:30:00Z", 12),
        (None, 12, "2027-01-01", "2026-09-10T07:30:00Z", 12),
        (None, 17, "2024-02-29", "2025-02-28T12:00:00Z", 17),
        (None, 17, "2025-07-01", "2026-06-30T23:30:00Z", 18),
        ("refused", None, None, "2026-09-10T07:30:00Z", "refused"),
        (None, None, None, "2026-09-10T07:30:00Z", "not_recorded"),
    ],
)
def test_the_age_at_the_report_is_told_or_counted_from_the_offence(
    at_report: Any, at_offence: Any, committed_to: str | None, reported_at: str, age: Any
) -> None:
    told = crime(
        reported_at=reported_at,
        committed_to=committed_to,
        victims=[{"victim_ref": "P-1", "age_at_report": at_report, "age_at_offence": at_offence}],
    )
    assert age_at_report(told.victims[0], told) == age


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0-9"), (9, "0-9"), (10, "10-12"), (12, "10-12"), (13, "13-15"), (15, "13-15"), (16, "16-17"), (17, "16-17"),
     (18, "18-24"), (24, "18-24"), (25, "25-34"), (74, "65-74"), (75, "75+"), (104, "75+"), ("refused", "refused")],
)  # fmt: skip
def test_an_age_falls_into_one_band(age: int | str, band: str) -> None:
    assert age_band(age) == band


def test_the_holds_are_sorted_into_their_kinds_each_once() -> None:
    assert sorted(hold for kind in HOLD_KINDS.values() for hold in kind) == sorted(HOLDS[:-1])
    assert HOLD_KINDS["life_safety"][-1] == "suicide_risk"
    assert HOLD_KINDS["children"] == ("child_under_13", "child_13_15", "age_unknown")
    assert HOLD_KINDS["careful"][-2:] == ("major_incident", "unknown_word")
    assert HOLD_KINDS["conflict"][-1] == "conflict_of_interest"
    assert HOLD_KINDS["gates"][0] == "share_refused"


def test_the_reasons_for_parking_are_the_eight_of_the_design() -> None:
    assert (
        *("bad_header", "missing_header", "bad_key", "bad_json", "schema", "too_large", "refused", "defect"),
    ) == PARKING_REASONS


def test_the_details_of_a_milestone_are_a_closed_list_of_codes() -> None:
    milestone = golden("justice.milestone.reached.v1").data
    details = {"conditions": ["Not to contact her"], "free_text": "anything", "plea": "a plea of tomorrow"}
    read = MilestoneReached.model_validate_json(json.dumps(milestone | {"details": details}))
    assert read.details is not None
    assert (read.details.conditions, read.details.plea) == (("not-to-contact-her",), "other")
    assert "anything" not in read.model_dump_json()


def test_what_is_announced_about_a_case_has_the_case_as_its_subject() -> None:
    opened = CaseOpened.model_validate_json(golden("case.opened.v1").value())
    made = CaseOpened(
        case_id=opened.case_id, happened_at=datetime.now(UTC), actor_role="system", reference=opened.reference
    )
    assert (made.subject_kind, made.subject_id) == ("case", opened.case_id)
