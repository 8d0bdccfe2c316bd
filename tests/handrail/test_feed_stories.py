"""What a row becomes: the same crime however it is fed, in true proportions, in our month and areas."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.police import CrimeRecorded
from contracts.reference import AREAS, offence
from handrail.feed import open_files
from handrail.feeds.draws import seeded
from handrail.feeds.offences import offence_code, outcome_code
from handrail.feeds.sources import Row, open_source, rows_of
from handrail.feeds.stories import Feed, Story, month_of, tell
from handrail.feeds.tellings import Tally, stories
from tests.handrail.feeding import COLLISIONS, METROPOLITAN, NOW, SHIPPED, THAMES_VALLEY, WEST_MIDLANDS, told

OURS = {area.code for area in AREAS}
FEED = Feed(1, NOW, "2026-09")


def rows(path: object = WEST_MIDLANDS) -> list[Row]:
    return [row for row in rows_of(open_source(path)) if isinstance(row, Row)]  # type: ignore[arg-type]


def all_told(feed: Feed, *paths: object, limit: int | None = None) -> list[Story]:
    return stories(open_files(list(paths)), feed, limit, Tally())  # type: ignore[arg-type]


def test_a_crime_is_the_same_whatever_is_fed_before_it() -> None:
    alone = {str(event.id): (event.time, event.topic) for event in told([WEST_MIDLANDS])[0]}
    with_others = {str(event.id): (event.time, event.topic) for event in told([THAMES_VALLEY, WEST_MIDLANDS])[0]}
    limited = {str(event.id): (event.time, event.topic) for event in told([WEST_MIDLANDS], limit=20)[0]}
    assert limited.items() < alone.items() < with_others.items()


def test_equal_rows_are_different_crimes_and_a_repeated_id_is_another_crime() -> None:
    row = rows()[0]
    assert tell(row, 0, "", FEED).crime_id != tell(row, 1, "", FEED).crime_id


def test_seed_month_and_force_make_other_crimes() -> None:
    row = rows(THAMES_VALLEY)[0]
    feeds = [FEED, Feed(2, NOW, "2026-09"), Feed(1, NOW, "2026-08"), Feed(1, NOW)]
    assert len({tell(row, 0, "", feed).crime_id for feed in feeds}) == 4


def test_codes_come_in_true_proportion_within_the_type() -> None:
    drawn = Counter(offence_code(seeded(n), "Violence and sexual offences", "2022-01") for n in range(20_000))
    assert drawn["8N"] / 20_000 == pytest.approx(24_620 / 66_073, abs=0.02)
    groups = {offence(code).group for code in drawn if offence(code)}  # type: ignore[union-attr]
    assert groups == {"violence-against-the-person", "sexual-offences"}


def test_other_crime_held_far_more_before_september_2011() -> None:
    def drawn(month: str) -> set[str]:
        return {offence_code(seeded(month, n), "Other crime", month) for n in range(3000)}

    assert {"46", "58C", "92E", "9A"} <= drawn("2011-02")
    assert drawn("2018-01").isdisjoint({"46", "58C", "92E", "9A"})


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("Investigation complete; no suspect identified", {"18"}),
        ("Unable to prosecute suspect", {"14", "15", "16"}),
        ("Suspect charged", {"1"}),
        ("Offender sent to prison", {"1"}),
        ("Local resolution", {"8"}),
        ("Under investigation", {None}),
    ],
)
def test_what_the_file_says_of_the_outcome_is_kept(said: str, codes: set[str | None]) -> None:
    assert {outcome_code(seeded(n), said, "8N") for n in range(200)} == codes


def test_without_an_outcome_in_the_file_it_is_drawn_from_the_published_mix() -> None:
    drawn = Counter(outcome_code(seeded(n), "", "44") for n in range(5000))
    assert drawn["18"] / 5000 == pytest.approx(1546 / 2301, abs=0.03)


def test_rows_of_another_force_are_spread_over_our_areas_unless_told_otherwise() -> None:
    assert {story.place.authority for story in all_told(FEED, THAMES_VALLEY)} <= OURS
    as_they_are = all_told(replace(FEED, areas="as-is"), THAMES_VALLEY)
    assert {story.place.authority for story in as_they_are if story.place.authority}.isdisjoint(OURS)


def test_a_row_without_an_area_is_published_and_counted_unplaced() -> None:
    _, tally = told([THAMES_VALLEY, METROPOLITAN], replace(FEED, areas="as-is"))
    without = [row for row in rows(THAMES_VALLEY) if not row.cells["LSOA code"]]
    assert tally.unplaced == len(without) > 0
    assert tally.out_of_area == tally.crimes - tally.unplaced == 140 - len(without)


def test_our_own_rows_stay_where_they_are() -> None:
    placed = {story.place.lsoa for story in all_told(FEED, WEST_MIDLANDS)}
    assert placed == {row.cells["LSOA code"] for row in rows()}


@pytest.mark.parametrize("month", ["2026-09", "2026-10", "2026-11"])
def test_crimes_are_recorded_in_the_stamped_month_and_nothing_lies_ahead(month: str) -> None:
    for story in all_told(replace(FEED, as_month=month), WEST_MIDLANDS, COLLISIONS):
        assert f"{story.at.recorded_at + timedelta(hours=1):%Y-%m}" == month
        assert story.at.reported_at < story.at.recorded_at <= story.at.told_at <= NOW


def test_without_a_stamp_collisions_fall_in_a_month_of_their_own_year() -> None:
    months = {month_of(row, Feed(1, NOW)) for row in rows(COLLISIONS)}
    assert all(month.startswith("2018-") for month in months)
    assert len(months) > 6


def test_late_reports_exist_but_are_rare() -> None:
    path = SHIPPED / "2011-02-street.csv.gz"
    late = [story.at.told_at - story.at.reported_at for story in all_told(FEED, path, limit=3000)]
    assert 0 < sum(lag > timedelta(days=5) for lag in late) < 150


def test_the_summary_counts_what_is_older_than_the_catalogue() -> None:
    events, tally = told([WEST_MIDLANDS], Feed(1, NOW))
    assert tally.before_the_code == 60
    first = CrimeRecorded.model_validate_json(next(e.value for e in events if e.type == CrimeRecorded.TYPE))
    assert first.recorded_at < datetime(2011, 3, 1, tzinfo=UTC)
