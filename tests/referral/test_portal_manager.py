"""A provider's manager: performance with the list behind each number, and the quarterly monitoring return."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id, provider_id
from contracts.working_time import local_day
from services.referral.actions import contacting, providing, supporting
from services.referral.domain.answering import Rest
from services.referral.domain.directory import Standards
from services.referral.domain.monitoring import Line, harmless, last_suppressed, read, suppress, write
from services.referral.domain.performance import (
    Tried,
    percentile,
    quarter,
    quarter_of,
    quarters_until,
    result,
    tally,
)
from services.referral.provider_portal.returning import number
from services.referral.store.support import EndReport
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, AsPersona, a_referral_sent, portal_of

JANUARY = datetime(2027, 1, 1, tzinfo=UTC)
STANDARDS = Standards(accept_working_days=1, first_contact_working_days=2, urgent_hours=24)


def a_leg(state: str = "accepted", urgent: bool = False, **hours: float) -> Tried:
    """A leg sent on Tuesday at noon; hours after it for `viewed`, `answered` and `contacted`."""
    at = {name: NOON + timedelta(hours=after) for name, after in hours.items()}
    viewed, answered, contacted = (at.get(name) for name in ("viewed", "answered", "contacted"))
    return Tried(uuid4(), uuid4(), "REF", uuid4(), state, urgent, NOON, viewed, answered, contacted, NOON)


@pytest.mark.parametrize(
    ("name", "begins", "ends", "words"),
    [
        ("2026-Q1", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 31, 23, tzinfo=UTC), "January to March 2026"),
        (
            "2026-Q4",
            datetime(2026, 9, 30, 23, tzinfo=UTC),
            datetime(2027, 1, 1, tzinfo=UTC),
            "October to December 2026",
        ),
    ],
)
def test_a_quarter_begins_and_ends_at_midnight_in_london(
    name: str, begins: datetime, ends: datetime, words: str
) -> None:
    found = quarter(name)
    assert found is not None and (found.begins, found.ends, found.words) == (begins, ends, words)
    assert quarter_of(begins.date() + timedelta(days=1)) == name


def test_what_is_no_quarter_is_none_and_the_last_ones_come_in_order() -> None:
    assert [quarter(name) for name in ("2026-Q5", "2026", "26-Q1", "x-Q1", "2026-Q")] == [None] * 5
    assert [q.name for q in quarters_until(NOON.date(), 4)] == ["2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4"]


@pytest.mark.parametrize(
    ("leg", "measure", "said"),
    [
        (a_leg(answered=30), "answer", "met"),
        (a_leg(answered=37), "answer", "missed"),
        (a_leg(answered=30, urgent=True), "answer", "missed"),
        (a_leg(answered=23, urgent=True), "answer", "met"),
        (a_leg("sent"), "answer", "running"),
        (a_leg("withdrawn"), "answer", None),
        (a_leg("sent"), "contact", None),
        (a_leg(answered=1), "contact", "running"),
        (a_leg(answered=1, contacted=60), "contact", "missed"),
        (a_leg("ended", answered=1, contacted=50), "contact", "met"),
        (a_leg("ended", answered=1), "contact", None),
    ],
)  # fmt: skip
def test_an_act_meets_or_misses_its_limit_or_none_applies(leg: Tried, measure: str, said: str | None) -> None:
    assert result(leg, measure, STANDARDS, NOON + timedelta(hours=20)) == said


def test_what_is_not_done_when_its_limit_is_over_is_missed_and_times_are_given_by_rank() -> None:
    assert result(a_leg("sent"), "answer", STANDARDS, NOON + timedelta(days=3)) == "missed"
    legs = [a_leg(answered=1), a_leg(answered=2), a_leg(answered=100), a_leg("sent")]
    found = tally(legs, "answer", STANDARDS, NOON + timedelta(hours=5)).summary
    assert (found.met, found.missed, found.running, found.median, found.ninetieth) == (2, 1, 1, 120, 1740)
    assert percentile(range(1, 11), 90) == 9 and percentile([], 50) is None


def test_a_question_to_the_hub_is_taken_off_and_a_month_that_is_fed_later_is_not_late_at_once() -> None:
    asked = (Rest(NOON + timedelta(hours=2), NOON + timedelta(hours=50)),)
    for urgent, hours in ((False, 60), (True, 71)):
        late = a_leg(answered=hours, urgent=urgent)
        assert result(late, "answer", STANDARDS, NOON + timedelta(days=9)) == "missed"
        assert result(replace(late, rests=asked), "answer", STANDARDS, NOON + timedelta(days=9)) == "met"
    resting = replace(a_leg("sent"), rests=(Rest(NOON, None),))
    assert result(resting, "answer", STANDARDS, NOON + timedelta(days=30)) == "running"
    assert tally([replace(a_leg(answered=60), rests=asked)], "answer", STANDARDS, NOON).summary.median == 5 * 60
    fed = NOON - timedelta(days=60)
    assert result(replace(a_leg("sent"), sent_at=fed, since=fed), "answer", STANDARDS, NOON) == "missed"
    assert result(replace(a_leg("sent"), sent_at=fed), "answer", STANDARDS, NOON) == "running"


def test_small_numbers_of_people_are_taken_out_with_one_more_where_the_rest_would_tell() -> None:
    given: tuple[tuple[str, str, str], ...] = (
        ("received", "all", "30"),
        ("declined", "capacity", "2"),
        ("declined", "unsafe", "9"),
    )
    given += (("declined", "conflict", "7"), ("posts", "idva", "2.00"), ("ended", "completed", "0"))
    lines = [Line(*one) for one in given]
    shown = {(line.measure, line.category): line.value for line in suppress(lines)}
    assert shown["declined", "capacity"] == shown["declined", "conflict"] == "[c]"
    assert (shown["declined", "unsafe"], shown["received", "all"]) == ("9", "30")
    assert (shown["posts", "idva"], shown["ended", "completed"]) == ("2.00", "0")


def test_one_area_of_life_tells_no_small_number_of_another_by_the_total_they_share() -> None:
    given: tuple[tuple[str, int], ...] = (("safety:better", 10), ("safety:same", 5), ("safety:worse", 5))
    given += (("money:better", 12), ("money:same", 7), ("money:worse", 1))
    given += (("health:better", 12), ("health:same", 6), ("health:worse", 2))
    given += (("housing:better", 18), ("housing:same", 1), ("housing:worse", 1))
    lines = [Line("distance", category, str(value)) for category, value in given]
    shown = [line.category for line in suppress(lines) if line.value != "[c]"]
    assert shown == [*("safety:better", "safety:same", "safety:worse"), "money:better", "health:better"]


def test_the_file_is_the_same_for_the_same_lines_and_runs_no_formula() -> None:
    lines = [Line("outcome", "=1+1", "3"), Line("outcome", "VFS1:better", "4")]
    assert write("r", "p", "2026-Q3", lines) == write("r", "p", "2026-Q3", lines[::-1])
    assert b",'=1+1,3\n" in write("r", "p", "2026-Q3", lines)
    assert [harmless(text) for text in ("@x", "a\nb", "-1", "\tx")] == ["'@x", "a b", "'-1", "'\tx"]
    assert [number(text) for text in ("x", "-1", "1.234", "NaN", "1e99", "")] == [None] * 6
    assert number("£1,200.50") is not None and number("1.5", whole=True) is None


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with portal_of(hub, databases) as as_persona:
        yield as_persona


def test_two_versions_of_a_return_tell_no_small_number_by_their_difference() -> None:
    def shown(*received: int) -> list[str]:
        versions = [[Line("received", "all", str(n)), Line("posts", "idva", "1.00")] for n in received]
        return [line.value for line in last_suppressed(versions)]

    assert shown(20) == ["20", "1.00"] and shown(20, 21) == ["20", "1.00"] and shown(20, 21, 26) == ["26", "1.00"]
    assert shown(3, 6)[0] == "[c]" and shown(3, 9)[0] == "9"


async def a_quarter_that_is_over(hub: Hub) -> str:
    """A referral answered in time, one that was not, and one supported to its end, moved into the last quarter."""
    worker = a_viewer("idva.worker")
    good, bad, done = [await a_referral_sent(hub) for _ in range(3)]
    async with hub.looks(worker) as tx:
        for sent in (good, done):
            await providing.accept(tx, worker, sent.referral, LATER)
        await contacting.record_attempt(
            tx, worker, uuid4(), good.case, "mobile", "spoke", LATER, referral_id=good.referral
        )
        await providing.decline(tx, worker, bad.referral, "capacity", LATER + timedelta(days=9))
        await providing.start(tx, worker, done.referral, LATER)
        report = EndReport(
            done.leg, done.case, provider_id("harbour-lane"), "completed", "goals_met", "come_back", None, LATER,
            worker.user_id,
        )  # fmt: skip
        await supporting.keep_end(tx, worker, report, {"VFS1": "better"})
        await providing.complete(tx, worker, done.referral, LATER)
    now = datetime.now(UTC)
    over = quarters_until(local_day(now), 2)[1]
    by = over.begins + timedelta(days=30) - NOON
    for table, column in (
        ("leg", "sent_at"), ("leg", "out_at"),
        ("leg", "viewed_at"), ("leg", "answered_at"), ("contact_attempt", "at"), ("outcome", "at"),
        ("case_event", "happened_at"), ("referral", "started_at"),
    ):  # fmt: skip
        await hub.worker.pool.execute(f"update {table} set {column} = {column} + $1", by)
    return over.name


@pytest.mark.service
async def test_each_number_of_the_performance_opens_its_list(hub: Hub, browse: AsPersona) -> None:
    period = await a_quarter_that_is_over(hub)
    manager = await browse("provider.manager")
    await manager.get("/portal")
    await manager.follow("Performance against your contracts")
    page = await manager.get(f"/portal/performance?period={period}")
    answers = next(row for row in page.rows if row[0] == "Accepted or declined")
    assert [cell.split()[0] for cell in answers[1:4]] == ["2", "1", "0"]
    assert answers[4] == "0 working minutes"
    page = await manager.follow("1 accepted or declined, missed")
    assert len(page.rows) == 2 and page.heading == "Accepted or declined: missed"
    base = f"/portal/performance/{contract_id('harbour-lane-idva')}"
    address = f"{base}/answer/missed?period={period}&page="
    assert "There is no such referral" in (await manager.get(f"{base}/answer/running?period={period}&page=2")).text
    page = await manager.get(f"{address}999999999")
    assert "This list ends before page 999999999" in page.text and not page.rows
    page = await manager.follow("Go to its last page, 1")
    assert len(page.rows) == 2
    for wrong in (f"{base}/answer/maybe", f"{base}/speed/met", f"{base}/answer/met?period=1"):
        await manager.get(wrong, status=404)
    await (await browse("idva.worker")).get("/portal/performance", status=403)


@pytest.mark.service
async def test_a_return_is_drawn_completed_with_posts_signed_once_and_frozen(hub: Hub, browse: AsPersona) -> None:
    period = await a_quarter_that_is_over(hub)
    manager = await browse("provider.manager")
    page = await manager.get(f"/portal/returns/{period}")
    assert ["We have no capacity", "1"] in page.rows and ["Completed", "1"] in page.rows
    assert ["Coped and built resilience to move forward with daily life: better", "1"] in page.rows
    assert "Posts, full-time equivalent: not said yet." in page.text and "Appointments: none." in page.text
    await manager.follow("Check and sign")
    page = await manager.submit("Sign the return", 422)
    assert page.errors == ["Say that you have checked the figures"]
    page = await manager.submit("Sign the return", 422, checked="yes")
    assert page.errors == ["Say posts and spend for every strand first"]
    await manager.get(f"/portal/returns/{period}/posts")
    page = await manager.submit("Save", 422, **{"posts-idva": "many"})
    assert "Enter how many posts there are, 0 where there is none (IDVA posts)" in page.errors
    odd = {"posts-idva": "2", "vacancies-idva": "7", "waiting-idva": "1e9", "spend-idva": "1"}
    page = await manager.submit("Save", 422, **odd)
    assert "No more posts can be unfilled than there are (IDVA posts)" in page.errors
    assert "Enter how many people waited, 0 where there is none (IDVA posts)" in page.errors
    form = {i.get("name") or "": "3" for i in page.all("input") if (i.get("name") or "").count("-")}
    await manager.submit("Save", 200, **form)
    page = await manager.get(f"/portal/returns/{period}/sign")
    assert ["Completed", "1"] in page.rows, "what is signed stands on the page"
    seen = next(i.get("value") or "" for i in page.all("input") if i.get("name") == "figures_seen")
    same = {"return_id": str(uuid4()), "checked": "yes", "figures_seen": seen}
    for _ in range(2):
        page = await manager.post(f"/portal/returns/{period}/sign", same)
    assert "Number 1: Elen Price" in page.text
    page = await manager.get(f"/portal/returns/{period}/sign")
    assert "so there is nothing to sign" in page.text and "Sign the return" not in page.texts("button")
    page = await manager.post(f"/portal/returns/{period}/sign", {**same, "return_id": str(uuid4())}, 422)
    assert page.errors == ["Nothing differs from what was signed last"]
    [row] = await hub.rows("select file, sha256, signed_name from monitoring_return")
    assert hashlib.sha256(row["file"]).hexdigest() == row["sha256"] and b"Elen" not in row["signed_name"]
    await manager.get(f"/portal/returns/{period}")
    page = await manager.follow("Number 1")
    assert "the file is as it was signed" in page.text and ["Completed", "1"] in page.rows
    file = await manager.download(page.link("Download it"))
    assert file.content == row["file"] and Line("received", "all", "3") in read(file.content)
    assert file.headers["content-disposition"].startswith("attachment")
    running = quarter_of(local_day(datetime.now(UTC)))
    for path in ("", "/sign"):
        assert "so there is nothing to sign yet" in (await manager.get(f"/portal/returns/{running}{path}")).text
    page = await manager.post(f"/portal/returns/{running}/sign", {**same, "return_id": str(uuid4())}, 422)
    assert page.errors[0].startswith("The quarter is not over")


@pytest.mark.service
async def test_what_is_signed_is_what_was_looked_at_and_a_half_done_sign_off_says_what_changed_meanwhile(
    hub: Hub, browse: AsPersona
) -> None:
    period = await a_quarter_that_is_over(hub)
    manager, base = await browse("provider.manager"), f"/portal/returns/{period}"
    page = await manager.get(f"{base}/posts")
    form = {i.get("name") or "": "1" for i in page.all("input") if (i.get("name") or "").count("-")}
    await manager.submit("Save", 200, **form)
    await manager.get(f"{base}/sign")
    page = await manager.submit("Save and come back later", checked="yes")
    assert "Sign a monitoring return: 1 of 1 answered, kept until" in page.text
    [kept] = await hub.rows("select kept_until - saved_at as for from form_draft")
    assert kept["for"] >= timedelta(hours=20)
    head = ["What", "When you looked", "Now"]
    page = await manager.follow("Sign a monitoring return")
    assert head not in page.rows, "nothing changed yet"
    await hub.worker.pool.execute("update leg set decline_reason = 'conflict' where decline_reason is not null")
    page = await manager.submit("Sign the return", 409, checked="yes")
    assert page.errors[0].startswith("Figures have changed since you looked at them")
    assert not [i for i in page.all("input") if i.get("name") == "checked" and i.get("checked") is not None]
    assert head in page.rows and ["Referrals declined, by reason: We have no capacity", "1", "none"] in page.rows
    assert await hub.value("select count(*) from monitoring_return") == 0
    await manager.get("/portal/work")
    assert head in (await manager.follow("Sign a monitoring return")).rows, "the draft says so too"
    await manager.submit("Sign the return", 200, checked="yes")
    assert await hub.value("select count(*) from form_draft") == 0
    await hub.worker.pool.execute("update monitoring_return set file = file || decode('0a', 'hex')")
    page = await manager.follow("Number 1")
    assert "the file is not as it was signed" in page.text
    await (await browse("idva.worker")).get(page.path, 403)


@pytest.mark.service
async def test_the_analyst_downloads_without_small_numbers_and_no_other_provider_sees_it(
    hub: Hub, browse: AsPersona
) -> None:
    period = await a_quarter_that_is_over(hub)
    manager, analyst = await browse("provider.manager"), await browse("analyst")
    assert "No provider has signed a return yet." in (await analyst.get("/portal/signed")).text
    page = await manager.get(f"/portal/returns/{period}/posts")
    form = {i.get("name") or "": "1" for i in page.all("input") if (i.get("name") or "").count("-")}
    await manager.submit("Save", 200, **form)
    page = await manager.post(f"/portal/returns/{period}/posts", dict.fromkeys(form, "2"), 409)
    assert "by you on" in page.errors[0] and "Nothing was saved" in page.errors[0]
    where = f"/portal/returns/{period}/sign"
    shown = (await manager.get(where)).hidden(where) | {"checked": "yes"}
    page = await manager.post(where, shown | {"figures_seen": '[["received", "all", "9"]]'}, 409)
    for _ in range(2):
        page = await manager.post(where, shown)
    other = await manager.post(where, shown | {"figures_seen": '[["received", "all", "9"]]'}, 409)
    assert "what it showed then was signed" in other.errors[0]
    assert await hub.value("select count(*) from monitoring_return") == 1
    own = page.link("Download it")
    page = await analyst.get("/portal/signed")
    assert page.rows[1][1] == "Harbour Lane" and page.rows[1][2].startswith("Provider manager,")
    assert "Elen Price" in (await (await browse("leader")).get("/portal/signed")).text
    page = await analyst.get("/portal/signed")
    lines = read((await analyst.download(page.link("Download"))).content)
    assert Line("received", "all", "[c]") in lines and Line("posts", "idva", "1.00") in lines
    await analyst.get(own, status=403)
    stranger = a_viewer("provider.manager", organisation_id=provider_id("stillwater"))
    async with hub.portal.begin(stranger) as tx:
        assert await tx.fetch("select * from monitoring_return") == await tx.fetch("select * from post_spend") == []
    for persona in ("idva.worker", "officer"):
        await (await browse(persona)).get("/portal/signed", status=403)
