"""News with a day that has not come is dated by when it was heard, and marked; a flag that our lists do not name is
shown as it was told; whom the dated list names is restricted."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.identity import case_id
from contracts.justice import MilestoneReached
from services.referral.__main__ import HERE
from services.referral.desk_books import restricted_on
from tests.builders import NOON, a_crime, a_victim, an_event, recorded
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages

pytestmark = pytest.mark.service
MARK = "told with a day in the future, 31 December 2027: ask who told us"


@pytest.mark.parametrize("late", [True, False])
async def test_bail_with_a_day_in_the_future_is_marked_wherever_it_is_read(
    hub: Hub, databases: Databases, late: bool
) -> None:
    crime = a_crime(a_victim("V-1"))
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], "V-1")
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{case}")
        at = "2027-12-31T10:43:00Z" if late else (NOON + timedelta(hours=1)).isoformat()
        told = {"milestone_id": "M1", "crime_id": crime["crime_id"], "victim_ref": None, "happened_at": at}
        await hub.hears([an_event(MilestoneReached, told | {"trigger": "suspect_released_on_police_bail"})])
        page = await officer.get(f"/cases/{case}")
        assert page.text.count(MARK) == (2 if late else 0), "since the last look, and about the suspect"
        for where in ("timeline", "safeguards"):
            assert (MARK in (await officer.get(f"/cases/{case}/{where}")).text) is late


@pytest.mark.parametrize(
    ("flags", "shown", "asked"),
    [
        (["hate_race"], "“hate_race”, which our lists do not know: it may speak of hate, check the strand", 1),
        (["Rural Crime"], "“Rural Crime”, which our lists do not know", 0),
    ],
)
async def test_a_flag_that_our_lists_do_not_name_is_shown_as_it_was_told_and_one_of_hate_is_asked_about(
    hub: Hub, databases: Databases, flags: list[str], shown: str, asked: int
) -> None:
    crime = a_crime(a_victim("V-1"), flags=[*flags, "alcohol"])
    await hub.hears(recorded(crime))
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case_id(crime['crime_id'], 'V-1')}")
    assert shown in page.text and ("may speak of hate: ask whether" in page.text) is bool(asked)
    assert await hub.value("select count(*) from task where kind = 'check_hate_flag'") == asked
    told = await hub.value("select data from kit.outbox where type = 'case.opened.v1'")
    assert '"other"' in told and "hate_race" not in told, "outside they are one word"


async def test_a_flag_of_hate_asks_for_nothing_where_the_strand_is_known(hub: Hub) -> None:
    await hub.hears(recorded(a_crime(a_victim(), flags=["hate_race"], hate_strands=["race"])))
    assert await hub.value("select count(*) from task where kind = 'check_hate_flag'") == 0


@pytest.mark.parametrize(("works_for", "hidden"), [("hub", True), ("provider", True), ("police", False)])
async def test_whom_the_dated_list_names_restricts_whoever_they_hurt(hub: Hub, works_for: str, hidden: bool) -> None:
    assert (works_for in restricted_on(date(2026, 12, 1)).suspect_works_for) is hidden
    await hub.hears(recorded(a_crime(a_victim(), suspects=[{"suspect_ref": "S-1", "works_for": works_for}])))
    assert await hub.value("select restricted from case_file") is hidden


@pytest.mark.parametrize(("works_for", "hidden"), [("hub", True), ("provider", True), ("police", False)])
async def test_whoever_was_harmed_with_somebody_who_works_here_is_restricted_with_them_and_not_in_another_crime(
    hub: Hub, works_for: str, hidden: bool
) -> None:
    crime = a_crime(a_victim("V-1", works_for=works_for), a_victim("V-2"))
    await hub.hears(recorded(crime, a_crime(a_victim("V-3"))))
    shown = {
        row["police_ref"]: row["restricted"] for row in await hub.rows("select police_ref, restricted from person")
    }
    assert shown == {"V-1": hidden, "V-2": hidden, "V-3": False}


async def test_a_record_linked_before_it_was_kept_why_is_restricted_by_the_other_one(
    hub: Hub, databases: Databases
) -> None:
    ours = [a_crime(a_victim("V-1", works_for="hub")), a_crime(a_victim("V-4", works_for="provider"))]
    await hub.hears(recorded(*ours, a_crime(a_victim("V-2")), a_crime(a_victim("V-3"))))
    await hub.worker.pool.execute("update person set restricted = true, by_link = null")
    await hub.worker.pool.execute(
        "insert into linked_person select a.person_id, b.person_id from person a, person b"
        " where a.person_id <> b.person_id and 'V-3' not in (a.police_ref, b.police_ref)"
    )
    migrate = await databases.open(await hub.value("select current_database()"), "referral_migrate", size=1)
    async with migrate.begin() as tx:
        await tx.execute("set local role referral_owner")
        await tx.execute((HERE / "migrations/0097_restricted_by_link_before.sql").read_text())
    linked: list[UUID] = await hub.value("select array_agg(police_ref) from person where by_link is not null")
    assert linked == ["V-2"], "neither those who work for us, nor who is linked to nobody"
