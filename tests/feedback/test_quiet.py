"""Every quiet rule with dates: the first and last day of quiet, the days beside them, and when to look again."""

from dataclasses import replace
from datetime import date

import pytest

from services.feedback.domain.quiet import Known, Quiet, anniversary, in_force, may_be_child, quiet
from services.feedback.reference import load

RULES = load()
TIMES = RULES.quiet_versions[0]


def day(text: str) -> date:
    return date.fromisoformat(text)


DEATH = Known(deaths=(day("2025-03-10"),))
HEARING = Known(hearings=(day("2026-09-14"),))
SAFEGUARDING = Known(safeguarding=(day("2026-06-01"),))
MARAC = Known(maracs=(day("2026-06-15"),))
SENT_TO_MARAC = Known(marac_referrals=(day("2026-06-01"),))
INCIDENT = Known(incidents=(day("2026-06-01"),))
ASKED = Known(asked=(day("2026-06-01"),))

DATED = [
    ("the day of the death", DEATH, "2025-03-10", "bereaved", "2025-04-08"),
    ("28 days after a death", DEATH, "2025-04-07", "bereaved", "2025-04-08"),
    ("29 days after a death", DEATH, "2025-04-08", None, None),
    ("29 days before the anniversary", DEATH, "2026-02-09", None, None),
    ("28 days before the anniversary", DEATH, "2026-02-10", "bereaved", "2026-04-08"),
    ("the anniversary", DEATH, "2026-03-10", "bereaved", "2026-04-08"),
    ("28 days after the anniversary", DEATH, "2026-04-07", "bereaved", "2026-04-08"),
    ("29 days after the anniversary", DEATH, "2026-04-08", None, None),
    ("the tenth anniversary", DEATH, "2035-03-01", "bereaved", "2035-04-08"),
    (
        "before an anniversary in the next year",
        Known(deaths=(day("2025-01-05"),)),
        "2026-12-20",
        "bereaved",
        "2027-02-03",
    ),
    (
        "after an anniversary of the year before",
        Known(deaths=(day("2024-12-28"),)),
        "2026-01-10",
        "bereaved",
        "2026-01-26",
    ),
    ("28 days before a hearing less one", HEARING, "2026-08-16", None, None),
    ("28 days before a hearing", HEARING, "2026-08-17", "court_near", "2026-09-29"),
    ("the day of the hearing", HEARING, "2026-09-14", "court_near", "2026-09-29"),
    ("14 days after a hearing", HEARING, "2026-09-28", "court_near", "2026-09-29"),
    ("15 days after a hearing", HEARING, "2026-09-29", None, None),
    ("safeguarding began", SAFEGUARDING, "2026-06-01", "safeguarding", "2026-08-31"),
    ("safeguarding still counts as open", SAFEGUARDING, "2026-08-30", "safeguarding", "2026-08-31"),
    ("safeguarding counts as open no longer", SAFEGUARDING, "2026-08-31", None, None),
    ("15 days before a MARAC", MARAC, "2026-05-31", None, None),
    ("14 days before a MARAC", MARAC, "2026-06-01", "marac", "2026-06-30"),
    ("14 days after a MARAC", MARAC, "2026-06-29", "marac", "2026-06-30"),
    ("15 days after a MARAC", MARAC, "2026-06-30", None, None),
    ("sent to a MARAC whose day is not known", SENT_TO_MARAC, "2026-07-13", "marac", "2026-07-14"),
    ("a MARAC has taken place whenever it was", SENT_TO_MARAC, "2026-07-14", None, None),
    ("before another incident", INCIDENT, "2026-05-31", None, None),
    ("28 days after another incident", INCIDENT, "2026-06-29", "new_incident", "2026-06-30"),
    ("29 days after another incident", INCIDENT, "2026-06-30", None, None),
    ("28 days after being asked", ASKED, "2026-06-29", "recent_contact", "2026-06-30"),
    ("29 days after being asked", ASKED, "2026-06-30", None, None),
]


@pytest.mark.parametrize(
    ("known", "today", "reason", "again"), [row[1:] for row in DATED], ids=[row[0] for row in DATED]
)
def test_a_time_of_quiet_has_a_first_and_a_last_day(
    known: Known, today: str, reason: str | None, again: str | None
) -> None:
    found = quiet(known, TIMES, day(today))
    assert found == (Quiet(reason, day(again)) if reason and again else None)


LASTING = [
    ("who said no is never asked", Known(said_no=True), "opted_out"),
    ("who said no to being asked is never asked", Known(agreed=False), "opted_out"),
    ("who refused to share is not asked", Known(share_refused=True), "share_refused"),
    ("a child is not asked without agreement", Known(child=True), "child"),
    ("a child who said no is not asked", Known(child=True, agreed=False), "opted_out"),
    ("a child with agreement is asked", Known(child=True, agreed=True), None),
    ("a linked major incident", Known(major_incident=True), "major_incident"),
    ("nothing known against it", Known(), None),
]


@pytest.mark.parametrize(("known", "reason"), [row[1:] for row in LASTING], ids=[row[0] for row in LASTING])
def test_what_holds_for_ever_is_never_looked_at_again_by_itself(known: Known, reason: str | None) -> None:
    assert quiet(known, TIMES, day("2026-06-01")) == (Quiet(reason) if reason else None)


def test_of_several_times_of_quiet_the_gravest_is_the_reason_and_the_last_one_says_when_to_look_again() -> None:
    known = Known(hearings=(day("2026-06-20"),), safeguarding=(day("2026-03-05"),), incidents=(day("2026-05-25"),))
    assert quiet(known, TIMES, day("2026-06-01")) == Quiet("safeguarding", day("2026-07-05"))


def test_what_holds_for_ever_comes_before_what_passes() -> None:
    assert quiet(replace(HEARING, said_no=True), TIMES, day("2026-09-14")) == Quiet("opted_out")


@pytest.mark.parametrize(
    ("year", "kept_on"), [(2025, "2025-02-28"), (2028, "2028-02-29"), (2100, "2100-02-28"), (2400, "2400-02-29")]
)
def test_the_anniversary_of_a_leap_day_is_kept_in_every_year(year: int, kept_on: str) -> None:
    assert anniversary(day("2024-02-29"), year) == day(kept_on)


@pytest.mark.parametrize(
    ("band", "line", "held", "child"),
    [
        ("16-17", "general", False, True),
        ("10-12", "idva", False, True),
        ("18-24", "general", False, False),
        ("not_known", "child_isva", False, True),
        ("not_known", "general", True, True),
        ("not_known", "general", False, False),
    ],
)
def test_the_rules_for_children_hold_wherever_somebody_may_be_one(
    band: str, line: str, held: bool, child: bool
) -> None:
    assert may_be_child(band, line, held) is child


def test_settings_are_dated_and_the_latest_that_has_begun_is_in_force() -> None:
    later = replace(TIMES, version="2027-01", effective_from=day("2027-01-01"), before_hearing=42)
    versions = (TIMES, later)
    assert in_force(versions, day("2026-12-31")) is TIMES
    assert in_force(versions, day("2027-01-01")) is later
    assert in_force(versions, day("2020-01-01")) is TIMES
