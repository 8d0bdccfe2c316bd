"""Drawing on real PostgreSQL: what each line counts, and that a return once drawn never changes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from contracts.identity import case_id, persona_id, reference
from contracts.refused import Refused
from contracts.topics import REFERRAL_EVENTS
from kit import clock
from kit.database import Database
from kit.listening import Context
from services.returns import actions, reconcile
from services.returns.actions import OPERATOR, Actor
from services.returns.domain import canonical
from services.returns.domain.period import parse_period
from services.returns.store import draws
from services.returns.store.draws import Drawn
from tests.returns.conftest import Hear
from tests.returns.events import (
    BIRMINGHAM,
    COVENTRY,
    DUDLEY,
    Sent,
    a_case,
    a_clock,
    a_crime,
    a_notice,
    a_referral,
    a_victim,
    announced,
    crime_id,
)

pytestmark = pytest.mark.service
Q3 = parse_period("2026-Q3")
CUT_OFF = datetime(2026, 10, 20, 9, tzinfo=UTC)
NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
ANALYST = Actor(persona_id("analyst"), "analyst")
LEADER = Actor(persona_id("leader"), "leader")
Figures = dict[tuple[str, str, str], str]


async def drawn(database: Database, kind: str = "grant", cut_off: datetime = CUT_OFF) -> tuple[Drawn, bytes]:
    found = await actions.draw(database, kind, Q3, cut_off, ANALYST, clock.now())
    async with database.begin() as tx:
        return found, await draws.file_of(tx, found.return_id)


async def figures(database: Database, kind: str = "grant", cut_off: datetime = CUT_OFF) -> Figures:
    _, file = await drawn(database, kind, cut_off)
    return {cell.key: cell.value for cell in canonical.read(file)[1]}


def total(found: Figures, measure: str) -> str:
    return found[measure, "total", "all"]


async def test_crimes_incidents_and_people_count_once_and_apart(database: Database, hear: Hear) -> None:
    kin = {"kin_ref": "K1", "age_at_report": 40, "share": "not_asked"}
    await hear(
        a_crime("a", a_victim("P1")),
        a_crime("b", a_victim("P1", home_local_authority=COVENTRY), at="2026-08-09T10:00:00Z"),
        a_crime("c", a_victim("P2", kind="witness"), a_victim("B1", kind="business")),
        a_crime("d", a_victim("D1", kind="deceased", bereaved=[kin]), offence_code="1", local_authority=DUDLEY),
        a_crime("e", a_victim("P3"), offence_code=None, incident_kind="hate"),
        a_crime("f", local_authority=None),
        a_crime("old", a_victim("P9"), at="2026-06-30T22:59:59Z"),
        a_crime("new", a_victim("P9"), at="2026-09-30T23:00:00Z"),
    )
    found = await figures(database)
    assert total(found, "crimes_recorded") == "5" and total(found, "incidents_recorded") == "1"
    assert total(found, "victims_recorded") == "4"  # P1 once, the witness, the bereaved, the person of the incident
    assert total(found, "witnesses_recorded") == "1" and total(found, "bereaved_recorded") == "1"
    assert total(found, "businesses_recorded") == "1" and total(found, "deceased_recorded") == "1"
    assert found["crimes_recorded", "local_authority", "unplaced"] == "1"
    assert found["victims_recorded", "local_authority", BIRMINGHAM] == "3"
    assert ("victims_recorded", "local_authority", COVENTRY) not in found  # P1 counts under the first crime
    assert found["victims_recorded", "offence_group", "incident"] == "1"
    assert found["victims_recorded", "local_authority", DUDLEY] == "1"  # kin without a home: the place of the crime


async def test_the_last_snapshot_counts_and_an_older_one_that_comes_late_does_not(
    database: Database, hear: Hear
) -> None:
    await hear(
        a_crime("a", a_victim("P1"), a_victim("P2")),
        a_crime("a", a_victim("P1"), revision=3, revised_at="2026-08-20T10:00:00Z", offence_code="19C"),
        a_crime("a", a_victim("P1"), a_victim("P2"), revision=2, revised_at="2026-08-10T10:00:00Z"),
    )
    found = await figures(database)
    assert total(found, "victims_recorded") == "1" and total(found, "crimes_recorded_rape") == "1"


async def test_support_counts_within_ninety_days_and_without_a_report_apart(database: Database, hear: Hear) -> None:
    alone = UUID(int=99)
    await hear(
        a_crime("a", a_victim("P1", home_local_authority=DUDLEY)),
        a_case("a", "P1"),
        a_referral("referral.received.v1", "a", "P1", "2026-08-03T10:00:01Z"),
        a_referral("referral.sent.v1", "a", "P1", "2026-08-03T10:00:02Z"),
        a_referral("referral.accepted.v1", "a", "P1", "2026-08-04T10:00:00Z"),
        a_referral("support.started.v1", "a", "P1", "2026-08-05T10:00:00Z"),
        a_crime("b", a_victim("P2"), at="2026-07-01T10:00:00Z"),
        a_case("b", "P2", at="2026-07-01T10:00:00Z"),
        a_referral("support.started.v1", "b", "P2", "2026-09-29T10:00:01Z"),  # 90 days and a second
        announced("referral.events", "case.opened.v1", alone, "2026-08-01T10:00:00Z", reference="X", reported=False,
                  source="self", age_band="25-34", home_local_authority=COVENTRY),
        announced("referral.events", "support.started.v1", alone, "2026-08-02T10:00:00Z", referral_id=UUID(int=1),
                  line="general"),
    )  # fmt: skip
    found = await figures(database)
    assert total(found, "victims_supported") == "1"
    assert found["victims_supported_rate", "total", "all"] == "0.5000"
    assert total(found, "people_supported") == "3" and total(found, "supported_unreported") == "1"
    assert found["supported_unreported", "local_authority", COVENTRY] == "1"
    assert total(found, "cases_opened") == "3" and total(found, "referrals_sent") == "1"
    assert found["referrals_accepted", "local_authority", DUDLEY] == "1"


async def test_those_waiting_at_the_end_are_those_whom_nobody_reached(database: Database, hear: Hear) -> None:
    for ref, then in (
        ("P1", ()),
        ("P2", ("referral.accepted.v1",)),
        ("P3", ("referral.accepted.v1", "support.started.v1")),
        ("P4", ("referral.declined.v1",)),
        ("P5", ("referral.withdrawn.v1",)),
    ):
        await hear(a_crime(ref, a_victim(ref)), a_case(ref, ref))
        await hear(a_referral("referral.sent.v1", ref, ref, "2026-08-04T10:00:00Z"))
        for day, kind in enumerate(then, 5):
            await hear(a_referral(kind, ref, ref, f"2026-08-0{day}T10:00:00Z"))
    await hear(a_referral("support.started.v1", "P1", "P1", "2026-10-01T10:00:00Z"))  # after the end
    found = await figures(database)
    assert total(found, "waiting_at_end") == "3"
    stages = {category: value for (measure, split, category), value in found.items() if split == "stage"}
    assert stages == {"sent": "1", "accepted": "1", "declined_by_provider": "1"}


async def test_a_second_crime_in_twelve_months_makes_a_repeat_victim(database: Database, hear: Hear) -> None:
    days = {
        "P1": ("2025-09-01", "2026-08-01"),  # within twelve months
        "P2": ("2025-07-01", "2026-08-01"),  # more than twelve months ago
        "P3": ("2026-01-01", "2026-03-01", "2026-08-01"),  # the third
        "P4": ("2026-05-01", "2026-06-01"),  # not in the period
    }
    for ref, dates in days.items():
        for day in dates:
            await hear(a_crime(f"{ref}{day}", a_victim(ref), at=f"{day}T10:00:00Z", flags=["domestic_abuse"]))
    found = await figures(database)
    assert total(found, "repeat_victims") == "2" and total(found, "repeat_victims_3") == "1"
    assert total(found, "repeat_victims_domestic") == "2"


async def test_records_that_are_of_one_person_make_one_repeat_victim_until_that_is_taken_back(
    database: Database, hear: Hear
) -> None:
    one, at = UUID(int=7), "2026-08-20T10:00:00Z"
    for ref, day in (("P1", "2026-01-05"), ("P2", "2026-08-01"), ("P3", "2026-08-02")):
        await hear(a_crime(ref, a_victim(ref), at=f"{day}T10:00:00Z"), a_case(ref, ref, f"{day}T10:00:00Z"))
    assert total(await figures(database), "repeat_victims") == "0"

    def said(ref: str, same_as: UUID, at: str) -> Sent:
        case = case_id(crime_id(ref), ref)
        data = {
            "crime_id": str(crime_id(ref)),
            "victim_ref": ref,
            "reference": reference(case),
            "same_as": str(same_as),
        }
        return announced(REFERRAL_EVENTS, "case.updated.v1", case, at, **data)

    await hear(*(said(ref, one, at) for ref in ("P1", "P2")))
    assert total(await figures(database, cut_off=CUT_OFF + timedelta(1)), "repeat_victims") == "1"
    await hear(said("P1", UUID(int=8), "2026-09-01T10:00:00Z"), said("P2", UUID(int=9), "2026-09-01T10:00:00Z"))
    assert total(await figures(database, cut_off=CUT_OFF + timedelta(2)), "repeat_victims") == "0"


async def test_outcomes_count_when_they_were_given_with_their_reasons(database: Database, hear: Hear) -> None:
    def outcome(code: str, at: str, *reasons: str) -> dict[str, object]:
        return {"code": code, "at": at, "reasons": list(reasons)}

    await hear(
        a_crime("a", a_victim("P1"), outcome=outcome("16", "2026-08-20T10:00:00Z", "fear", "time_taken")),
        a_crime("b", a_victim("P2"), outcome=outcome("16", "2026-10-01T10:00:00Z")),
        a_crime("old", a_victim("P3"), at="2026-02-01T10:00:00Z", outcome=outcome("15", "2026-08-01T10:00:00Z")),
        a_crime("r1", a_victim("P4"), offence_code="19C", outcome=outcome("1A", "2026-08-20T10:00:00Z")),
        a_crime("r2", a_victim("P5"), offence_code="19C", outcome=outcome("0", "2026-08-20T10:00:00Z")),
        a_crime("r3", a_victim("P6"), offence_code="19E", outcome=outcome("18", "2026-08-20T10:00:00Z")),
    )
    found = await figures(database)
    assert [total(found, f"outcome_{code}") for code in (14, 15, 16)] == ["0", "1", "1"]
    assert found["outcome_16", "reason", "fear"] == found["outcome_16", "reason", "time_taken"] == "1"
    assert found["outcome_15", "reason", "not_recorded"] == "1"
    assert total(found, "positive_outcome_rate_rape") == "0.3333" and total(found, "open_rape") == "1"
    assert total(found, "positive_outcome_rate_domestic_abuse") == ""


async def test_the_code_return_counts_clocks_by_the_day_they_fall_due(database: Database, hear: Hear) -> None:
    due = {"due_at": "2026-08-06T22:59:59Z"}
    at = "2026-08-04T10:00:00Z"
    met = {"met_at": "2026-08-05T10:00:00Z", "source": "hub"}
    await hear(a_crime("a", *(a_victim(f"P{n}") for n in range(9))))
    await hear(
        *(a_clock("entitlement.due.v1", "a", f"P{n}", at, **due, enhanced=n == 0, covered=n == 1) for n in range(9))
    )
    await hear(
        a_clock("entitlement.met.v1", "a", "P0", at, **met, in_time=True),
        a_clock("entitlement.met.v1", "a", "P1", at, **met, in_time=False),
        a_clock("entitlement.breached.v1", "a", "P2", at, **due),
        a_clock("entitlement.breached.v1", "a", "P3", at, **due),
        a_clock("entitlement.met.v1", "a", "P3", at, **met, in_time=True, evidence_entered_late=True),
        a_clock("entitlement.excepted.v1", "a", "P4", at, state="not_evidenced"),
        a_clock("entitlement.declined.v1", "a", "P5", at),
        a_clock("entitlement.excepted.v1", "a", "P6", at, state="not_applicable"),
        a_clock("clock.replanned.v1", "a", "P7", at, due_at="2026-10-02T22:59:59Z", reason_code="calendar"),
        a_notice("a", "P0", at),
    )
    found = await figures(database, "code")
    states = ("due", "met", "met_late", "breached", "not_evidenced", "declined", "not_applicable", "running")
    assert [int(total(found, f"R4.refer_support.{state}")) for state in states] == [8, 2, 1, 1, 1, 1, 1, 1]
    assert total(found, "R4.refer_support.rate") == "0.5000" == total(found, "CC2.rate")
    assert total(found, "R4.refer_support.met_on_late_evidence") == "1"
    assert total(found, "R4.refer_support.covered") == "1"
    assert found["R4.refer_support.met", "enhanced", "enhanced"] == "1"
    assert total(found, "feed_events") == "1"


async def test_the_same_cut_off_gives_the_same_bytes_after_more_has_arrived(database: Database, hear: Hear) -> None:
    await hear(a_crime("a", a_victim("P1")))
    first, file = await drawn(database)
    await hear(a_crime("b", a_victim("P2")), a_crime("a", revision=2, revised_at="2026-08-05T10:00:00Z"))
    again, same = await drawn(database)
    assert (again, same) == (first, file)
    later, other = await drawn(database, cut_off=CUT_OFF + timedelta(seconds=1))
    assert later.return_id != first.return_id and later.position == 3 and other != file
    found = await figures(database, cut_off=CUT_OFF + timedelta(seconds=1))
    assert (total(found, "crimes_recorded"), total(found, "victims_recorded")) == ("2", "1")


async def test_an_event_that_happened_after_the_cut_off_is_not_in_it(database: Database, hear: Hear) -> None:
    await hear(a_crime("a", a_victim("P1")), a_crime("b", a_victim("P2"), at="2026-09-20T10:00:00Z"))
    found = await figures(database, cut_off=datetime(2026, 9, 1, tzinfo=UTC))
    assert total(found, "crimes_recorded") == "1"


async def test_a_cut_off_in_the_future_and_a_quarter_not_begun_are_refused(database: Database) -> None:
    now = clock.now()
    for cut_off, code in (
        (now + timedelta(minutes=1), "in_the_future"),
        (datetime(2026, 6, 1, tzinfo=UTC), "not_begun"),
    ):
        with pytest.raises(Refused) as refused:
            await actions.draw(database, "grant", Q3, cut_off, OPERATOR, now)
        assert refused.value.code == code


async def test_another_person_signs_and_only_what_is_signed_is_sealed(
    database: Database, hear: Hear, context: Context
) -> None:
    await hear(a_crime("a", a_victim("P1")))
    found, file = await drawn(database)
    name = found.return_id
    for step, code in (("seal", "not_signed"), ("sign", "drew_it")):
        with pytest.raises(Refused) as refused:
            async with database.begin() as tx:
                if step == "seal":
                    await actions.seal(tx, name, LEADER, NOW)
                else:
                    await actions.sign(tx, name, ANALYST, context.settings, NOW)
        assert refused.value.code == code
    async with database.begin() as tx:
        await actions.sign(tx, name, LEADER, context.settings, NOW)
        await actions.seal(tx, name, LEADER, NOW)
        sealed = await draws.load(tx, name)
        assert sealed is not None and sealed.state == "sealed"
        assert actions.signature_holds(sealed, file, context.settings)
        assert not actions.signature_holds(sealed, file + b" ", context.settings)
    told = await database.pool.fetch("select type from kit.outbox order by seq")
    assert [row["type"] for row in told] == ["return.drawn.v1", "return.signed.v1", "return.sealed.v1"]


async def test_a_new_return_of_a_sealed_quarter_says_what_it_restates(
    database: Database, hear: Hear, context: Context
) -> None:
    await hear(a_crime("a", a_victim("P1")))
    names = []
    for cut_off in (CUT_OFF, CUT_OFF + timedelta(days=1)):
        found, _ = await drawn(database, cut_off=cut_off)
        async with database.begin() as tx:
            await actions.sign(tx, found.return_id, LEADER, context.settings, NOW)
            await actions.seal(tx, found.return_id, LEADER, NOW)
        names.append(found)
    assert [each.restates for each in names] == [None, names[0].return_id]
    assert await database.pool.fetchval("select count(*) from kit.outbox where type = 'return.restated.v1'") == 1


@pytest.mark.parametrize(
    "change",
    [
        "file = '\\x00'",
        "sha256 = ''",
        "position = 0",
        "state = 'sealed', sealed_at = now()",
        "cut_off = cut_off - '1s'::interval",
    ],
)
async def test_no_statement_changes_a_drawn_return(database: Database, hear: Hear, change: str) -> None:
    await hear(a_crime("a", a_victim("P1")))
    await drawn(database)
    with pytest.raises(asyncpg.PostgresError):
        await database.pool.execute(f"update drawn_return set {change}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.pool.execute("delete from drawn_return")


async def test_the_archive_is_only_ever_added_to_and_holds_nothing_sealed(database: Database, hear: Hear) -> None:
    await hear(a_crime("a", a_victim("P1")))
    for statement in ("delete from archive", "update archive set key = ''"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.pool.execute(statement)
    text = await database.pool.fetchval("select data::text from archive")
    assert "P1" in text and "sealed" not in text and "never.kept" not in text


async def test_facts_can_be_made_again_from_the_archive_alone(database: Database, hear: Hear, context: Context) -> None:
    await hear(a_crime("a", a_victim("P1")), a_case("a", "P1"))
    await hear(a_referral("referral.sent.v1", "a", "P1", "2026-08-04T10:00:00Z"))
    facts, rows = "select * from fact order by position", "select * from person_fact order by position, ordinal"
    before = [await database.pool.fetch(query) for query in (facts, rows)]
    async with database.begin() as tx:
        assert await actions.rebuild(tx, context.models) == 3
    assert [await database.pool.fetch(query) for query in (facts, rows)] == before and before[0] and before[1]


async def test_what_was_heard_and_what_was_drawn_add_up(database: Database, hear: Hear) -> None:
    await hear(a_crime("a", a_victim("P1"), a_victim("P2")), a_crime("b", offence_code=None, incident_kind="hate"))
    await hear(a_case("a", "P1"), a_referral("referral.sent.v1", "a", "P1", "2026-08-04T10:00:00Z"))
    await hear(a_clock("entitlement.due.v1", "a", "P1", "2026-08-04T10:00:00Z", due_at="2026-08-06T22:59:59Z"))
    for kind in ("grant", "code"):
        await drawn(database, kind)
    async with database.begin() as tx:
        checks = await reconcile.checks(tx)
    assert [check for check in checks if not check.ok] == []
    found = {check.id: check.found for check in checks}
    assert found["I7.grant.2026-Q3.crimes_recorded"] == 1 and found["I7.code.2026-Q3.due"] == 1
    await database.pool.execute("delete from fact where type = 'case.opened.v1'")
    async with database.begin() as tx:
        assert {check.id for check in await reconcile.checks(tx) if not check.ok} == {"I1.one_fact_per_event"}


async def test_duties_without_a_day_are_counted_by_when_they_arose(database: Database, hear: Hear) -> None:
    at, duty = "2026-08-04T10:00:00Z", "R3.written_confirmation"
    met = {"met_at": "2026-08-05T10:00:00Z", "in_time": True, "source": "notice"}
    await hear(a_crime("a", *(a_victim(f"P{n}") for n in range(6))))
    await hear(*(a_clock("entitlement.due.v1", "a", f"P{n}", at, duty, covered=n < 3) for n in range(5)))
    await hear(
        a_clock("entitlement.due.v1", "a", "P5", "2026-06-30T10:00:00Z", duty, covered=True),
        a_clock("entitlement.met.v1", "a", "P0", at, duty, **met),
        a_clock("entitlement.met.v1", "a", "P3", at, duty, **met),
        a_clock("entitlement.declined.v1", "a", "P1", at, duty),
    )
    _, file = await drawn(database, "code")
    cells = {cell.key: cell for cell in canonical.read(file)[1]}
    names = ("undated", "undated_met", "undated_open", "undated_not_evidenced", "undated_ended")
    for measure in (duty, "CC1"):
        assert [cells[f"{measure}.{name}", "total", "all"].value for name in names] == ["5", "2", "1", "1", "1"]
        assert cells[f"{measure}.undated_share", "total", "all"].value == "0.6667"
    nothing = cells["CC1.due", "total", "all"]
    assert nothing.value == "0" and "counted by when it arose" in nothing.note
