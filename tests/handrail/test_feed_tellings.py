"""The feed as a whole: in order, of the published language, and of a believable spread."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from contracts.envelope import Fact
from contracts.justice import MilestoneReached, NoticeGiven
from contracts.police import Crime, CrimeRecorded, CrimeUpdated, Victim
from contracts.reference import AREAS
from contracts.registry import FACTS
from handrail.feed import open_files
from handrail.feeds.casts import cast
from handrail.feeds.stories import Feed
from handrail.feeds.tellings import Tally, people_of, stories
from handrail.publishing import Outgoing
from tests.handrail.feeding import COLLISIONS, NOW, SHIPPED, told

OURS = {area.code for area in AREAS}
Told = list[tuple[Outgoing, Fact]]


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every third row of the real month."""
    heading, *rows = gzip.decompress((SHIPPED / "2011-02-street.csv.gz").read_bytes()).splitlines(keepends=True)
    path = tmp_path_factory.mktemp("part") / "street.csv"
    path.write_bytes(heading + b"".join(rows[::3]))
    return path


@pytest.fixture(scope="module")
def month(part: Path) -> Told:
    """A good part of the real month and of the year's collisions."""
    events, _ = told([part])
    collisions, _ = told([SHIPPED / "2018-collisions.csv.gz"], limit=150)
    return [(event, FACTS[event.type].model_validate_json(event.value)) for event in (*events, *collisions)]


@pytest.fixture(scope="module")
def crimes(month: Told) -> list[CrimeRecorded]:
    return [fact for _, fact in month if isinstance(fact, CrimeRecorded)]


@pytest.fixture(scope="module")
def victims(crimes: list[CrimeRecorded]) -> list[Victim]:
    return [victim for crime in crimes for victim in crime.victims]


def test_events_of_a_feed_come_in_the_order_of_time_and_none_from_the_future(part: Path) -> None:
    events, _ = told([COLLISIONS, part], limit=2000)
    times = [event.time for event in events]
    assert times == sorted(times)
    assert times[-1] < NOW
    assert len({event.id for event in events}) == len(events)


def test_every_event_is_keyed_by_its_crime(month: Told) -> None:
    assert all(event.key == str(getattr(fact, "crime_id", None)) for event, fact in month)


def test_an_update_is_a_full_snapshot_with_the_next_revision(month: Told) -> None:
    held: dict[str, CrimeRecorded | CrimeUpdated] = {}
    changed: Counter[str] = Counter()
    for event, fact in month:
        if isinstance(fact, CrimeUpdated):
            before = held[event.key]
            assert fact.revision == before.revision + 1
            assert fact.revised_at <= event.time
            same = {"recorded_at", "reported_at", "crime_type", "local_authority", "suspects", "hate_strands"}
            assert all(getattr(fact, name) == getattr(before, name) for name in same)
            changed.update(fact.changed)
        if isinstance(fact, CrimeRecorded | CrimeUpdated):
            held[event.key] = fact
    assert {"outcome", "flags", "offence_code", "victims.share", "victims.risk"} <= set(changed)


def test_the_parts_add_up() -> None:
    _, tally = told([COLLISIONS])
    people = Counter(
        people_of(fact)
        for event in told([COLLISIONS])[0]
        if isinstance(fact := FACTS[event.type].model_validate_json(event.value), CrimeRecorded)
    )
    assert tally.victims == sum(number * times for number, times in people.items())
    assert tally.without_victim == people[0]
    assert tally.crimes == people.total() == 40


def test_a_crime_told_late_lets_its_milestones_arrive_first(month: Told) -> None:
    recorded = {event.key: place for place, (event, fact) in enumerate(month) if isinstance(fact, CrimeRecorded)}
    early = sum(place < recorded[event.key] for place, (event, _) in enumerate(month))
    assert 0 < early < len(month) * 0.02


def test_the_dead_and_relatives_who_are_suspects_have_no_case() -> None:
    def kin(ref: str, **changes: object) -> dict[str, object]:
        return {"kin_ref": ref, **changes}

    bereaved = [kin("a"), kin("b", also_suspect=True), kin("c")]
    crime = Crime.model_validate_json(
        json.dumps(
            {
                "crime_id": str(UUID(int=1)),
                "force": "20",
                "recorded_at": "2026-09-01T10:00:00Z",
                "reported_at": "2026-09-01T09:00:00Z",
                "suspects": [{"suspect_ref": "c"}],
                "victims": [{"victim_ref": "d", "kind": "deceased", "bereaved": bereaved}, {"victim_ref": "e"}],
            }
        )
    )
    assert people_of(crime) == 2


def test_nothing_is_told_before_it_happened(month: Told) -> None:
    for event, fact in month:
        if isinstance(fact, MilestoneReached):
            assert fact.happened_at <= event.time
            assert fact.received_by_wcu_at is None or fact.received_by_wcu_at <= event.time
        if isinstance(fact, NoticeGiven):
            assert fact.given_at <= event.time


def test_notices_come_at_once_in_days_late_and_never(month: Told) -> None:
    begun = {f.milestone_id: f for _, f in month if isinstance(f, MilestoneReached)}
    notices = [fact for _, fact in month if isinstance(fact, NoticeGiven)]
    lags = [n.given_at - begun[n.milestone_id].happened_at for n in notices if n.milestone_id in begun]
    assert any(lag < timedelta(days=1) for lag in lags)
    assert any(timedelta(days=2) < lag < timedelta(days=5) for lag in lags)
    assert any(lag > timedelta(days=9) for lag in lags)
    assert {notice.outcome for notice in notices} == {"delivered", "declined", "excepted", "unable"}
    answered = {notice.milestone_id for notice in notices}
    charged = [m for m in begun.values() if m.trigger == "suspect_charged"]
    assert any(m.milestone_id not in answered for m in charged)


def test_courts_tell_the_witness_care_unit_later_and_the_same_milestone_is_told_again(month: Told) -> None:
    receipts: dict[str, list[bool]] = {}
    for _, fact in month:
        if isinstance(fact, MilestoneReached) and fact.trigger == "first_hearing_listed":
            receipts.setdefault(fact.milestone_id, []).append(fact.received_by_wcu_at is not None)
    assert [False, True] in receipts.values()
    assert [False] in receipts.values()


@pytest.mark.parametrize(
    "wanted",
    [
        lambda v: v.share == "refused",
        lambda v: v.share == "not_asked",
        lambda v: v.share_by == "parent",
        lambda v: v.channels_safe == (),
        lambda v: v.kind == "deceased",
        lambda v: v.kind == "witness",
        lambda v: v.kind == "business" and not v.named_contact,
        lambda v: v.kind == "business" and v.named_contact,
        lambda v: isinstance(v.age_at_report, int) and v.age_at_report < 13,
        lambda v: isinstance(v.age_at_report, int) and 13 <= v.age_at_report < 16,
        lambda v: v.age_at_report in ("not_known", "refused", "not_asked"),
        lambda v: v.also_suspect,
        lambda v: v.works_for == "police",
        lambda v: v.repeat_victim,
        lambda v: v.risk is not None and v.risk.grade == "high",
        lambda v: v.risk is not None and v.risk.marac_on is not None,
        lambda v: v.risk is not None and v.risk.judgement,
        lambda v: v.home_local_authority is None,
        lambda v: v.home_local_authority not in {*OURS, None},
        lambda v: v.language not in ("en", "not_known"),
        lambda v: {"child_at_risk", "suicide_risk", "protected_address", "capacity_in_doubt"} & set(v.vulnerabilities),
        lambda v: "children_in_household" in v.vulnerabilities,
    ],
)
def test_a_spread_of_people_that_every_rule_meets(victims: list[Victim], wanted: Callable[[Victim], bool]) -> None:
    found = sum(bool(wanted(victim)) for victim in victims)
    assert 0 < found < len(victims) * 0.8


@pytest.mark.parametrize(
    "wanted",
    [
        lambda c: "domestic_abuse" in c.flags,
        lambda c: c.hate_strands,
        lambda c: "child_sexual_abuse" in c.flags,
        lambda c: "alcohol" in c.flags,
        lambda c: c.incident_kind == "hate",
        lambda c: c.incident_kind == "domestic",
        lambda c: c.incident_kind == "road_collision",
        lambda c: c.offence_code in ("4.4", "4.8", "4.12"),
        lambda c: c.offence_code in ("19C", "19D", "20A"),
        lambda c: c.offence_code == "3B",
        lambda c: c.offence_code == "106",
        lambda c: c.offence_code == "8Q",
        lambda c: any(suspect.same_household for suspect in c.suspects),
        lambda c: not c.victims,
        lambda c: c.outcome is None,
        lambda c: c.local_authority not in OURS,
        lambda c: c.committed_to is None and c.offence_code,
    ],
)
def test_a_spread_of_crimes_that_every_rule_meets(
    crimes: list[CrimeRecorded], wanted: Callable[[CrimeRecorded], bool]
) -> None:
    found = sum(bool(wanted(crime)) for crime in crimes)
    assert 0 < found < len(crimes) * 0.8


def test_some_people_are_met_again_and_some_suspects_are_victims_elsewhere(
    crimes: list[CrimeRecorded], victims: list[Victim]
) -> None:
    met = Counter(victim.victim_ref for victim in victims)
    assert 0.002 < sum(times >= 3 for times in met.values()) / len(met) < 0.05
    suspected = {suspect.suspect_ref for crime in crimes for suspect in crime.suspects}
    assert suspected & set(met)


def test_a_person_known_twice_is_the_same_under_two_references(part: Path) -> None:
    found = stories(open_files([part]), Feed(1, NOW, "2026-09"), None, Tally())
    twice = [role for story in found for role in cast(story) if role.known_twice]
    assert twice
    assert all(role.ref != role.person.ref for role in twice)
