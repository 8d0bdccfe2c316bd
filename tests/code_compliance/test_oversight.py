"""Oversight: figures by right, agency and month; what they are split by; and that they add up."""

import re
from datetime import date

import pytest

from contracts.identity import case_id, reference
from contracts.police import CrimeRecorded
from contracts.referral import CaseOpened
from contracts.working_time import calendar
from kit.service import Moment
from services.code_compliance.actions.overseeing import count_months
from services.code_compliance.case_ui.oversight import points
from services.code_compliance.case_ui.oversight_room import percent
from services.code_compliance.domain.oversight import Figures, rounded, spread, working_days
from services.code_compliance.domain.periods import bounds, month_of, read_period
from services.code_compliance.domain.profiles import profiles_of
from services.code_compliance.store import oversight
from tests.code_compliance.builders import CRIME, RULES, at, crime, given, reached, victim
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub

PAGE = "/rights/oversight?period=2025-Q2"


async def count(hub: Hub, text: str = "2025-08-01 09:00") -> int:
    async with hub.database.begin() as tx:
        return await count_months(tx, Moment(at(text), at(text)), hub.context)


async def a_quarter(hub: Hub) -> None:
    """Six arrests in June 2025 in Dudley: three told in time, one late, two never."""
    person = victim(sex="female", ethnicity="A2", disability="sensory", home_local_authority="E08000027")
    await hub.hear(
        crime(victims=[person]),
        *(reached("suspect_arrested", f"2025-06-0{n + 2} 09:00", f"m{n}") for n in range(1, 7)),
        given("R6.suspect_arrested", "2025-06-04 12:00", "n1", milestone_id="m1"),
        given("R6.suspect_arrested", "2025-06-06 12:00", "n2", milestone_id="m2"),
        given("R6.suspect_arrested", "2025-06-09 12:00", "n3", milestone_id="m3"),
        given("R6.suspect_arrested", "2025-06-20 12:00", "n4", milestone_id="m4"),
    )
    await hub.now_is("2025-08-01 09:00")
    while await count(hub):
        pass


def test_a_period_is_a_quarter_or_a_month_in_london() -> None:
    quarter = read_period("2025-Q2")
    assert quarter is not None
    assert (quarter.words, quarter.before.name) == ("April to June 2025", "2025-Q1")
    assert bounds(date(2025, 6, 1)) == (at("2025-06-01 00:00"), at("2025-07-01 00:00"))
    month = read_period("2025-01")
    assert month is not None
    assert (month.words, month.before.name) == ("January 2025", "2024-12")
    assert [read_period(name) for name in ("2025-Q5", "2025-13", "x", "")] == [None] * 4


def test_only_met_met_late_and_breached_count_in_a_rate() -> None:
    figures = Figures({"met": 6, "met_late": 1, "breached": 1, "not_evidenced": 90, "declined_by_victim": 2})
    assert (figures.rate, figures.due) == (0.75, 100)
    assert Figures({"not_evidenced": 5}).rate is None


def test_without_the_right_small_numbers_are_hidden_and_the_others_rounded_each_by_itself() -> None:
    assert [rounded(n) for n in (0, 1, 4, 5, 7, 8, 12, 13)] == [0, None, None, 5, 5, 10, 10, 15]
    hidden = Figures({"met": 98, "breached": 2}, exact=False)
    assert (hidden.shown("due"), hidden.shown("met"), hidden.shown("breached"), hidden.rate) == (100, 100, None, None)


def test_a_point_of_the_trend_is_as_exact_as_the_rate_beside_it() -> None:
    states = {"met": 842, "breached": 158}
    assert [points(Figures(states, exact=exact)) for exact in (True, False)] == [84.2, 84]
    assert [percent(Figures(states, exact=exact)) for exact in (True, False)] == ["84.2%", "84%"]


def test_half_and_nine_in_ten_are_found_by_nearest_rank() -> None:
    found = spread([{0: 3, 1: 4}, {5: 2, 30: 1}])
    assert found is not None
    assert (found.median, found.ninetieth, found.number) == (1, 5, 10)
    assert spread([{1: 9}], least=10) is None
    assert spread([]) is None


def test_working_days_leave_out_weekends_and_bank_holidays() -> None:
    days = [(date(2023, 12, 22), date(2023, 12, 28), 2), (date(2025, 6, 6), date(2025, 6, 9), 1)]
    assert [working_days(began, done, calendar()) for began, done, _ in days] == [n for _, _, n in days]
    assert working_days(date(2025, 6, 9), date(2025, 6, 6), calendar()) == 0


def test_the_facts_of_the_dead_say_nothing_of_the_bereaved() -> None:
    dead = victim("D", kind="deceased", sex="male", ethnicity="W1", bereaved=[{"kin_ref": "K1", "age_at_report": 60}])
    told = crime(offence_code="4.4", local_authority="E08000025", victims=[dead])
    assert isinstance(told, CrimeRecorded)
    (kin,) = profiles_of(told)
    assert (kin.case_id, kin.area, kin.age_band, kin.sex, kin.ethnicity) == (
        case_id(CRIME, "K1"), "E08000025", "55-64", "not_recorded", "not_recorded",
    )  # fmt: skip


@pytest.mark.service
async def test_the_table_counts_by_right_and_agency_and_each_number_opens_its_list(hub: Hub, sign_in: SignIn) -> None:
    await a_quarter(hub)
    browser = await sign_in("compliance")
    page = await browser.get(PAGE)
    assert re.findall(r"R\d+\.[a-z_]+|20\d\d-Q\d", page.text) == [], "duties and quarters are told in words"
    assert f"all, but not {RULES.codes[0].entitlements['R10.expenses_payment'].title} (right 10)" in page.text
    row = next(row for row in page.rows if row[0].startswith("Police, right 6"))
    assert [cell.split()[0] for cell in row[1:]] == ["50.0%", "6", "3", "1", "2", "0", "0", "0", "0", "0", "0"]
    page = await browser.follow("2 breached, Police: open the list")
    assert (page.heading, len(page.rows)) == ("Breached: the clocks behind the number", 3)
    assert "2 clocks." in page.text
    page = await browser.get("/rights/oversight/right?period=2025-06&right=6&agency=police")
    assert "Half of what was done took 2 working days or fewer, nine in ten 10 working days or fewer" in page.text
    page = await browser.get("/rights/oversight/right?period=2025-06&right=4")
    assert "Duties without a number of days, by when they arose" in page.text
    page = await browser.get("/rights/oversight/areas?period=2025-Q2")
    assert next(row for row in page.rows if row[0].startswith("CC3"))[2].startswith("6")


@pytest.mark.service
async def test_numbers_are_split_by_who_the_people_are(hub: Hub, sign_in: SignIn) -> None:
    await a_quarter(hub)
    browser = await sign_in("compliance")
    parts = {
        "area": "Dudley", "sex": "Female", "ethnicity": "Asian", "disability": "Disabled", "age_band": "25-34",
        "offence_group": "Theft offences", "enhanced": "Standard rights",
    }  # fmt: skip
    for split, words in parts.items():
        await browser.get(f"/rights/oversight/split/{split}?period=2025-Q2&right=6&agency=police")
        page = await browser.follow(f"3 met, {words}: open the list")
        assert len(page.rows) == 4, split
        csv = await browser.download(f"/rights/oversight/csv?period=2025-Q2&split={split}")
        (line,) = [each for each in csv.text.splitlines() if "R6.suspect_arrested" in each]
        assert line.startswith(f"2025-Q2,6,police,R6.suspect_arrested,{split},")
        assert line.endswith(",6,3,1,2,0,0,0,0,0,0,50.0%")


@pytest.mark.service
async def test_who_may_not_open_cases_sees_no_small_number_and_no_list(hub: Hub, sign_in: SignIn) -> None:
    await a_quarter(hub)
    analyst = await sign_in("analyst")
    page = await analyst.get(PAGE)
    row = next(row for row in page.rows if row[0].startswith("Police, right 6"))
    assert row[1:6] == ["no rate", "5", "fewer than 5", "fewer than 5", "fewer than 5"]
    assert "open the list" not in page.text
    assert "fewer than 5" in (await analyst.download("/rights/oversight/csv?period=2025-Q2")).text
    await analyst.get("/rights/oversight/list?period=2025-Q2&right=6&agency=police&state=met", status=403)


@pytest.mark.service
async def test_the_commission_reads_sealed_returns_and_not_figures_that_change_with_each_event(sign_in: SignIn) -> None:
    reader = await sign_in("commission")
    for path in (PAGE, "/rights/oversight/csv?period=2025-Q2", "/rights", "/rights/forecast", "/rights/clocks"):
        await reader.get(path, 403)


@pytest.mark.service
async def test_restricted_people_are_absent_from_numbers_for_those_without_the_right(hub: Hub, sign_in: SignIn) -> None:
    await a_quarter(hub)
    restricted = CaseOpened(
        case_id=case_id(CRIME, "V1"), crime_id=CRIME, reference=reference(case_id(CRIME, "V1")), restricted=True,
        happened_at=at("2025-06-02 10:31"), actor_role="system",
    )  # fmt: skip
    await hub.hear(restricted)
    while await count(hub):
        pass
    assert "Nothing was due in April to June 2025" in (await (await sign_in("officer")).get(PAGE)).text
    assert "Police, right 6" in (await (await sign_in("leader")).get(PAGE)).text
    assert all(check.ok for check in await hub.checks())


@pytest.mark.service
async def test_late_evidence_and_a_corrected_fact_are_counted_again_and_equal_a_recount(hub: Hub) -> None:
    await a_quarter(hub)
    later = victim(sex="male", home_local_authority="E08000026")
    await hub.hear(given("R6.suspect_arrested", "2025-06-09 15:00", "n5", milestone_id="m5"), when="2025-08-01 10:00")
    await hub.hear(crime(2, "2025-08-01 10:05", victims=[later]))
    async with hub.database.begin() as tx:
        assert (await oversight.freshness(tx)).stale > 0
    while await count(hub):
        pass
    async with hub.database.begin() as tx:
        counts = await oversight.counts(tx, [month_of(date(2025, 6, 1))], "sex", ["R6.suspect_arrested"])
        assert {(c.category, c.state): c.number for c in counts} == {
            ("male", "met"): 4, ("male", "met_late"): 1, ("male", "breached"): 1,
        }  # fmt: skip
    assert all(check.ok for check in await hub.checks())
    await hub.database.pool.execute("update oversight_count set number = number + 1 where state = 'breached'")
    assert [check.id for check in await hub.checks() if not check.ok] == ["I7.oversight_as_recounted"]


@pytest.mark.service
async def test_a_month_of_very_many_clocks_rests_after_it_was_counted(hub: Hub) -> None:
    await hub.hear(crime())
    while await count(hub):
        pass
    await hub.database.pool.execute("update oversight_count set number = 10000000 where split = 'total'")
    await hub.database.pool.execute("insert into oversight_stale (month) select month from oversight_month")
    assert await count(hub, "2025-08-01 09:08") == 0
    assert await count(hub, "2025-08-02 09:00") > 0


@pytest.mark.service
async def test_oversight_is_asked_for_by_known_words_only(sign_in: SignIn) -> None:
    browser = await sign_in("compliance")
    for path in ("?period=2025-Q9", "/split/name?period=2025-Q2", "/right?period=2025-Q2", "/list?state=sold",
                 "/list?state=met&right=99", "/csv?split=name", "/areas?agency=nobody"):  # fmt: skip
        await browser.get(f"/rights/oversight{path}", status=404)


@pytest.mark.service
async def test_a_year_by_month_shows_each_right_and_agency_and_opens_its_lists(hub: Hub, sign_in: SignIn) -> None:
    await a_quarter(hub)
    page = await (await sign_in("compliance")).get("/rights/oversight/months?period=2025-Q3")
    row = next(row for row in page.rows if row[0].startswith("6. ") and row[0].endswith(": Police"))
    assert (len(row), row[1], row[4][:12]) == (13, "0 due", "50.0%, 6 due")
    assert page.rows[0][1::11] == ["September 2025", "October 2024"]
    assert "state=due" in page.link("6 due, right 6, Police, June 2025: open the list")
    page = await (await sign_in("analyst")).get("/rights/oversight/months?period=2025-Q3")
    row = next(row for row in page.rows if row[0].startswith("6. ") and row[0].endswith(": Police"))
    assert row[4] == "no rate, 5 due" and "open the list" not in page.text
