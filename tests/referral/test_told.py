"""What stands in the way of help is opened by the one change that the panel names: an age, or an exception."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.working_time import local_day
from kit import clock
from services.referral.actions import alerting, opening, restricting
from services.referral.domain.facts import History
from services.referral.domain.matching import explain
from services.referral.domain.told import age_then, by_birth, contradict, with_told, years
from services.referral.domain.update import Standing, decide_again, keeping
from tests.builders import a_crime, a_detail, a_victim, snapshot, updated
from tests.conftest import Databases
from tests.referral import crimes
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, referral_of, triaged
from tests.referral.test_case_gate import Site, passes, site

__all__ = ["site"]
service = pytest.mark.service
NOT_KNOWN: dict[str, Any] = {"age_at_report": "not_known", "age_at_offence": "not_known"}
EXPLOITED = "71"


def test_ages_are_counted_in_whole_years_at_the_report() -> None:
    assert [years(date(2010, 3, 27), day) for day in (date(2026, 3, 26), date(2026, 3, 27))] == [15, 16]
    assert age_then(16, date(2026, 3, 27), date(2025, 3, 1)) == 15
    assert age_then(16, date(2026, 3, 27), date(2026, 3, 1)) == 16
    assert age_then(0, date(2026, 3, 27), date(2020, 3, 1)) == 0


@pytest.mark.parametrize(
    ("age", "hold", "line"),
    [(12, {"child_under_13"}, "child_isva"), (15, {"child_13_15"}, "child_isva"), (30, set(), "isva")],
)
def test_an_age_told_ends_the_hold_of_the_unknown_and_adds_what_follows_and_no_later_record_takes_it_back(
    age: int, hold: set[str], line: str
) -> None:
    before = crimes.a_case(NOT_KNOWN, offence_code="19D", flags=["child_sexual_abuse"])
    first = crimes.decided(before)
    assert "age_unknown" in first.routing.holds and line not in first.routing.lines
    had, said = first.routing, (first.decision, 1)
    stands = Standing(first.reference, had.lines, had.offers, had.holds, had.doors, *said, history=History())
    told = with_told(before, age, "female")
    after = decide_again(told, History(), replace(stands, before=replace(told, age=None)), crimes.books(), crimes.NOW)
    assert "age_unknown" not in after.routing.holds
    assert hold <= set(after.routing.holds) and line in after.routing.lines
    assert set(first.routing.lines) <= set(after.routing.lines)
    again = keeping(told, replace(before, age=50, age_said=50))
    assert (again.age, again.sex) == (age, "female")


def test_an_exception_opens_the_one_rule_it_was_granted_from_and_no_other() -> None:
    facts = crimes.a_case({"age_at_report": 40}, offence_code=EXPLOITED)
    for each in explain(facts, "exploitation", BOOKS.directory, crimes.NOW.date()):
        failed = [check.rule for check in each.checks if not check.passed]
        granted = {each.contract.contract_id: {"age": "An exception was granted."}}
        found = explain(facts, "exploitation", BOOKS.directory, crimes.NOW.date(), granted)
        after = next(one for one in found if one.contract.contract_id == each.contract.contract_id)
        assert [check.rule for check in after.checks if not check.passed] == [rule for rule in failed if rule != "age"]
        assert after.fits is (set(failed) <= {"age"})


async def exploited(hub: Hub, **victim: Any) -> tuple[UUID, UUID]:
    """The case of somebody in an offence of code 71, with its referral to exploitation triaged."""
    case = await a_case(hub, a_crime(a_victim(**victim), offence_code=EXPLOITED), date_of_birth=None)
    return case, await triaged(hub, case, "exploitation")


@service
async def test_record_the_age_leads_to_where_it_is_recorded_and_then_somebody_can_take_the_person(
    hub: Hub, browse: AsPersona
) -> None:
    case, referral = await exploited(hub, **NOT_KNOWN)
    officer = await browse("officer")
    panel = f"/cases/{case}/referrals/{referral}/contracts"
    page = await officer.get(panel)
    assert "Nobody can take this person" in page.text and "Record the age." in page.text
    link = next(a for a in page.texts("a") if a.startswith("Write down what they say"))
    page = await officer.follow(link)
    assert page.heading == "Age, sex and language, as the person told us"
    page = await officer.submit("Write it down", 422)
    assert page.errors == ["Enter the day of birth or the age, or choose the sex or the language"]
    page = await officer.submit("Write it down", 422, age="150")
    assert page.errors == ["Enter the age in years, like 15"]
    page = await officer.submit("Write it down", age="15")
    assert "What could help was decided again" in page.text and "Child of 13 to 15" in page.text
    assert "Nobody can take this person" not in (await officer.get(panel)).text
    holds = await hub.value("select holds from case_file where case_id = $1", case)
    assert "child_13_15" in holds and "age_unknown" not in holds
    page = await officer.post(f"/cases/{case}/told", {"age": "15"})
    assert "does not go with this age" not in page.text
    await officer.post(f"/cases/{case}/told", {"age": "30", "shown": "an older page"}, status=409)
    seen = await hub.rows("select fields from kit.audit where action = 'person.told'")
    assert [row["fields"] for row in seen] == [["age"]]
    await (await browse("compliance")).get(f"/cases/{case}/told", 403)


@service
async def test_an_adult_age_that_is_told_later_says_which_hold_for_a_child_stands_and_is_still_to_be_ended(
    hub: Hub, browse: AsPersona
) -> None:
    case, officer = await a_case(hub, a_crime(a_victim(age_at_report=14))), await browse("officer")
    await officer.get(f"/cases/{case}/told")
    page = await officer.submit("Write it down", age="22")
    assert "“Child of 13 to 15” does not go with this age, and holds until two people end it" in page.text
    assert page.link("End this hold: Child of 13 to 15") == f"/cases/{case}/holds/child_13_15"


@service
async def test_a_day_of_birth_is_kept_sealed_and_the_police_do_not_take_it_back(hub: Hub, browse: AsPersona) -> None:
    crime = a_crime(a_victim(**NOT_KNOWN), offence_code=EXPLOITED)
    case, officer = await a_case(hub, crime, date_of_birth=None), await browse("officer")
    year = str(local_day(clock.now()).year - 11)
    born = {"born-day": "27", "born-month": "3", "born-year": year}
    await officer.get(f"/cases/{case}/told")
    page = await officer.submit("Write it down", 422, **born | {"born-year": "2090"})
    assert page.errors == ["Enter a real day of birth, like 27 3 2009"]
    await officer.get(f"/cases/{case}/told")
    await officer.submit("Write it down", **born)
    page = await officer.submit("Show name and details")
    assert f"27 March {year}" in page.text
    assert await hub.value("select count(*) from person_index where kind = 'name_and_birth'") == 1
    await hub.hears([snapshot(updated(crime, 2))])
    assert await hub.value("select age_band from case_file where case_id = $1", case) == "10-12"


@service
async def test_who_has_the_name_and_by_a_day_told_later_the_birth_of_somebody_restricted_is_hidden_and_asked_about(
    hub: Hub, browse: AsPersona
) -> None:
    await a_case(hub, a_crime(a_victim("V-x", works_for="hub")))
    case, officer = (
        await a_case(hub, a_crime(a_victim("V-y")), date_of_birth=None, channels=[]),
        await browse("officer"),
    )
    await officer.get(f"/cases/{case}/told")
    await officer.submit("Write it down", **{"born-day": "29", "born-month": "2", "born-year": "1988"})
    assert await hub.value("select count(*) from same_person where same is null") == 1
    await hub.every(restricting.spread, clock.now())
    await officer.get(f"/cases/{case}", 404)
    assert await hub.value("select kind from task where kind = 'decide_same_person' and case_id = $1", case)


@pytest.mark.parametrize(
    ("age", "born", "counts"),
    [(None, 40, True), (34, 11, True), (14, 12, True), (17, 15, True), (34, 33, False), (11, 34, False), (9, 8, False)],
)
def test_the_day_of_birth_counts_where_no_age_is_known_or_it_says_a_younger_child(
    age: int | None, born: int, counts: bool
) -> None:
    assert by_birth(age, born) is counts


@pytest.mark.parametrize(
    ("age", "born", "unlike"),
    [(None, 40, False), (34, 11, True), (11, 34, True), (34, 33, False), (34, 22, False), (18, 17, True)],
)
def test_a_human_is_asked_where_the_age_and_the_day_of_birth_do_not_fit(
    age: int | None, born: int, unlike: bool
) -> None:
    assert contradict(age, born) is unlike


@service
async def test_a_provider_that_has_a_child_as_grown_is_told_and_a_human_records_the_age(
    hub: Hub, databases: Databases, browse: AsPersona
) -> None:
    today = local_day(clock.now())
    crime = a_crime(a_victim(age_at_report=34, age_at_offence=34, share="agreed", channels_safe=["mobile"]))
    case = await a_case(hub, crime, date_of_birth=f"{today.year - 34}-01-01")
    assert await hub.value("select decision from case_file where case_id = $1", case) == "sent"
    victim = crime["victims"][0]
    born = a_detail(date_of_birth=f"{today.year - 11}-01-01")
    victim["sealed"] = hub.sealed(born, crime["crime_id"], victim["victim_ref"])
    await hub.hears([snapshot(updated(crime, 2), at=clock.now())])
    await hub.every(opening.open_arrivals, clock.now())
    leg = await hub.value("select leg_id from leg where case_id = $1 and state = 'sent'", case)
    await hub.every(alerting.tell, clock.now())
    mailed = "select count(*) from provider_mail where template = 'provider_alert' and leg_id = $1"
    about = "select count(distinct trigger) from alert where case_id = $1 and trigger = 'age_by_birth'"
    assert await hub.value(mailed, leg) >= 1 == await hub.value(about, case)
    assert await hub.value("select state from case_file where case_id = $1", case) == "waiting"
    tasks = "select kind from task where case_id = $1 and done_at is null"
    assert "age_to_check" in [row["kind"] for row in await hub.rows(tasks, case)]
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/told")
    await officer.submit("Write it down", age="34")
    assert "age_to_check" not in [row["kind"] for row in await hub.rows(tasks, case)]


@service
@pytest.mark.parametrize(("age", "held"), [("not_recorded", True), (34, True), (10, False)])
async def test_a_child_by_the_day_of_birth_is_held_as_a_child_whatever_age_the_police_gave(
    hub: Hub, age: int | str, held: bool
) -> None:
    today = local_day(clock.now())
    crime = a_crime(a_victim(age_at_report=age, age_at_offence=age))
    case = await a_case(hub, crime, date_of_birth=f"{today.year - 11}-01-01")
    assert "child_under_13" in await hub.value("select holds from case_file where case_id = $1", case)
    assert await hub.value("select age_band from case_file where case_id = $1", case) == "10-12"
    assert await hub.value("select count(*) from kit.audit where action = 'case.age_by_birth'") == int(held)
    await hub.hears([snapshot(updated(crime, 2))])
    assert await hub.value("select age_band from case_file where case_id = $1", case) == "10-12"


@service
async def test_an_exception_is_written_down_with_who_granted_it_and_then_it_can_be_sent(
    hub: Hub, browse: AsPersona
) -> None:
    case, referral = await exploited(hub, age_at_report=40, age_at_offence=40)
    officer = await browse("officer")
    panel = f"/cases/{case}/referrals/{referral}/contracts"
    page = await officer.get(panel)
    link = next(a for a in page.texts("a") if a.startswith("Write down that an exception was granted"))
    page = await officer.follow(link)
    assert (await officer.submit("Write it down", 422)).errors == ["Choose who granted the exception"]
    page = await officer.submit("Write it down", granted_by="provider_manager")
    assert "The exception is written down" in page.text and "the provider's manager" in page.text
    page = await officer.submit("Send", agreed="yes", unassessed="urgent")
    assert await hub.value("select count(*) from leg where case_id = $1", case) == 1
    [seen] = await hub.rows("select fields, reason from kit.audit where action = 'exception.granted'")
    assert seen["fields"][0] == "age" and seen["reason"] == "provider_manager"
    await officer.get(f"{panel}/{uuid4()}/exception", 409)


@pytest.mark.browser
@service
async def test_the_pages_of_an_age_told_and_of_an_exception_pass_the_gate(site: Site, hub: Hub) -> None:
    case = await a_case(hub, a_crime(a_victim(age_at_report=40), offence_code=EXPLOITED), date_of_birth=None)
    referral = await referral_of(hub, case, "exploitation")
    await passes(site, f"/cases/{case}/told")
    await passes(site, f"/cases/{case}/referrals/{referral}/contracts")
    facts, day = crimes.a_case({"age_at_report": 40}, offence_code=EXPLOITED), local_day(clock.now())
    found = explain(facts, "exploitation", BOOKS.directory, day)
    near = next(e for e in found if [c.rule for c in e.checks if not c.passed] == ["age"])
    await passes(site, f"/cases/{case}/referrals/{referral}/contracts/{near.contract.contract_id}/exception")


@service
async def test_the_language_that_the_person_told_is_matched_shown_and_not_taken_back_by_the_police(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_crime(a_victim("V-1", language="not_recorded"), offence_code=EXPLOITED)
    case, officer = await a_case(hub, crime), await browse("officer")
    await officer.get(f"/cases/{case}/told")
    page = await officer.submit("Write it down", 422, language="klingon")
    assert page.errors == ["Choose from the list"]
    page = await officer.submit("Write it down", language="so")
    assert page.summary["Language"] == "Somali"
    await hub.hears([snapshot(updated(crime, victims=[crime["victims"][0] | {"language": "pl"}]), clock.now())])
    assert (await officer.get(f"/cases/{case}")).summary["Language"] == "Somali"
    seen = await hub.rows("select fields from kit.audit where action = 'person.told'")
    assert [row["fields"] for row in seen] == [["language"]]
