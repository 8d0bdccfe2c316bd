"""What the pages say in a person's own words: time left, what changed, what was done, and who came before."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from contracts.working_time import local_day
from kit import clock
from services.code_compliance.domain.words import PLAIN_TITLES
from services.referral.actions.filing import CHILD, LIFE_SAFETY, hub_due
from services.referral.case_ui import happened, same_person, words
from services.referral.case_ui.queues import badge
from services.referral.desk_books import right_names
from services.referral.directory_ui.room import hours_in_words
from services.referral.domain.directory import Hours
from services.referral.domain.linking import DIFFERS
from services.referral.provider_portal.words import given
from services.referral.said import DONE, age, days, hours
from services.referral.store.timeline import Entry
from tests.builders import NOON, a_crime, a_victim
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.portal import a_referral_sent, portal_of
from tests.referral.test_first_contact import NEEDS

ROOT = Path(__file__).parents[2]

NIGHT = datetime(2026, 9, 1, 22, 37, tzinfo=UTC)
"""A Tuesday, 11:37pm in London."""


@pytest.mark.parametrize(
    ("urgency", "now", "said"),
    [
        (LIFE_SAFETY, datetime(2026, 9, 1, 23, 20, tzinfo=UTC), "due today, 17 minutes left"),
        (LIFE_SAFETY, datetime(2026, 9, 2, 0, 50, tzinfo=UTC), "late by 1 hour 13 minutes"),
        (LIFE_SAFETY, datetime(2026, 9, 5, 1, 37, tzinfo=UTC), "late by 3 days 2 hours"),
        (LIFE_SAFETY, datetime(2026, 9, 1, 23, 37, 30, tzinfo=UTC), "late by less than a minute"),
        (CHILD, datetime(2026, 9, 2, 8, tzinfo=UTC), "due today, 8 working hours left"),
        (CHILD, datetime(2026, 9, 3, 1, tzinfo=UTC), "late by less than a working hour"),
        (CHILD, datetime(2026, 9, 4, 15, tzinfo=UTC), "late by 15 working hours"),
        (CHILD, datetime(2026, 9, 14, 15, tzinfo=UTC), "late by 7 working days"),
    ],
)
def test_a_limit_in_hours_is_told_by_the_clock_at_night_too(urgency: int, now: datetime, said: str) -> None:
    assert words.time_left(hub_due(urgency, NIGHT), now) == said


@pytest.mark.parametrize(
    ("mine", "theirs", "agree"),
    [
        ("Not recorded", "Not recorded", "Not known"),
        ("Not known", "Not recorded", "Not known"),
        ("25 to 34", "Not recorded", "Not known"),
        ("25 to 34", "", "Not known"),
        ("25 to 34", "25 TO 34", "Same"),
        ("25 to 34", "35 to 44", "Different"),
    ],
)
def test_two_values_that_nobody_recorded_are_no_likeness(mine: str, theirs: str, agree: str) -> None:
    assert same_person._row("Age", mine, theirs)[3] == agree


def test_a_badge_says_that_counting_stopped() -> None:
    assert [badge(number) for number in (None, 0, 1000, 1001)] == [None, "0", "1,000", "1,000+"]


def test_no_time_is_left_where_no_clock_runs() -> None:
    assert words.time_left(None, NOON) == "no clock is running"


def test_every_step_of_the_table_says_what_was_done() -> None:
    assert {row.verb for row in BOOKS.transitions.rows} == set(DONE)


@pytest.mark.parametrize(
    ("band", "said"), [("25-34", "25 to 34"), ("75+", "75 and over"), ("not_known", "Not known"), (None, "Not known")]
)
def test_an_age_is_said_in_one_way(band: str | None, said: str) -> None:
    assert age(band) == said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((days, "mon-fri"), "Monday to Friday"),
        ((days, "tue,thu"), "Tuesday, Thursday"),
        ((days, "weekdays"), "Monday to Friday"),
        ((days, "Monday to Friday"), "Monday to Friday"),
        ((days, "Saturday and Sunday"), "Saturday, Sunday"),
        ((days, "mon-fri not thu"), "mon-fri not thu"),
        ((days, "unreadable"), "told in words we cannot read"),
        ((hours, "09:00-17:30"), "9am to 5:30pm"),
        ((hours, "12-00:00"), "midday to midnight"),
        ((hours, "after 18:00"), "6pm to midnight"),
        ((hours, "any time"), "at any time"),
        ((hours, "09:00Z-17:00Z"), "09:00Z-17:00Z"),
        ((hours, "after tea"), "after tea"),
        ((hours, DIFFERS), "records of the person say different things"),
        ((hours_in_words, Hours(("SA",), "10:00", "14:00")), "Saturday: 10am to 2pm"),
        ((hours_in_words, Hours(("MO", "WE", "TH"), "10:00", "14:00")), "Monday, Wednesday, Thursday: 10am to 2pm"),
        ((hours_in_words, Hours(("TU", "WE", "TH"), "10:00", "14:00")), "Tuesday to Thursday: 10am to 2pm"),
    ],
)
def test_days_and_hours_are_told_in_one_way(told: tuple[Callable[[Any], str], Any], said: str) -> None:
    assert told[0](told[1]) == said


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "entitlement.met.v1",
            "Right 4: The police referred the person to the hub, in time",
        ),
        (
            "entitlement.breached.v1",
            "Right 4: The police referred the person to the hub, due by the end of Monday 7 September 2026",
        ),
        (
            "contact-safety.changed.v1",
            "Mobile is not safe and locked: nobody uses it until it is unlocked, Someone else answered",
        ),
        ("contact.withheld.v1", "No channel is known to be safe"),
        ("case.updated.v1", "flags, risk grade"),
    ],
)
def test_the_timeline_says_what_an_event_changed_without_its_codes(kind: str, said: str) -> None:
    data = json.loads((ROOT / f"contracts/examples/{kind}.json").read_text())["data"]
    entry = Entry(1, NOON, kind, None, None, "idva.worker", None, data)
    shown = happened.item(BOOKS, entry)
    assert (shown["text"], shown["byline"]["text"]) == (said, "an independent domestic violence adviser")


def test_titles_of_rights_are_those_of_the_catalogue_or_what_the_pages_of_the_code_say_in_place_of_them() -> None:
    catalogue = yaml.safe_load((ROOT / "services/code_compliance/reference/victims_code_2020.yaml").read_text())
    held = [*catalogue["entitlements"], *catalogue["related_clocks"]]
    assert right_names() == {one["id"]: one["title"] for one in held} | dict(PLAIN_TITLES)
    short = [said for said in PLAIN_TITLES.values() if re.search(r"incl\.|\b(CJ|RJ)\b|/", said)]
    assert not short
    assert happened.name_of("R9.not_there_yet") == "Right 9: Not there yet"


async def again(hub: Hub, hours: int) -> UUID:
    """A theft from one person, heard so many hours ago."""
    return await a_case(hub, a_crime(a_victim("V-again")), clock.now() - timedelta(hours=hours))


@pytest.mark.service
async def test_a_second_report_shows_when_the_first_came_and_who_works_with_it(hub: Hub, browse: AsPersona) -> None:
    await again(hub, 24 * 500)
    first = await again(hub, 2)
    leader = await browse("leader")
    await leader.get(f"/cases/{first}")
    assert "Other reports within twelve months" not in (await leader.get(f"/cases/{first}")).text
    await leader.submit("Take this case")
    second = await again(hub, 1)
    page = await (await browse("officer")).get(f"/cases/{second}")
    assert page.texts("h2", "govuk-notification-banner__title") == ["Known from before"]
    assert "2 reports in twelve months, this one included." in page.text
    name = await hub.value("select name from worker w join case_file c on c.assigned_to = w.worker_id")
    [one] = [text for text in page.texts("li") if text.endswith("works with them")]
    reference = await hub.value("select reference from case_file where case_id = $1", first)
    assert (
        f"case {reference}: {name} works with them" in one
        and f"{local_day(clock.now() - timedelta(hours=2)):%A}" in one
    )


@pytest.mark.service
async def test_a_case_that_was_sent_by_itself_says_so_of_its_assessment_and_the_timeline_has_it(
    hub: Hub, browse: AsPersona
) -> None:
    case, officer = await again(hub, 1), await browse("officer")
    page = await officer.get(f"/cases/{case}")
    assert "Sent automatically" in page.text and "This person was referred automatically, without one." in page.text
    assert page.summary["Age"] == "25 to 34"
    await officer.follow("Record the first-contact assessment")
    await officer.submit("Record it", **NEEDS, dash_score="15", risk="medium", agreed="yes")
    page = await officer.get(f"/cases/{case}/timeline")
    assert "First-contact assessment recorded" in page.texts("h2", "moj-timeline__title")[:3]
    assert "Risk as the hub saw it: Medium, Dash 15, agrees to be referred: Yes" in page.text
    assert "First-contact assessment recorded" not in (await officer.get(f"/cases/{case}/timeline?day=2020-01-01")).text


SIGNED = "What each provider counted and signed for its quarter."


@pytest.mark.service
async def test_the_start_page_promises_no_more_than_a_role_may_do(browse: AsPersona) -> None:
    for persona, said in (
        ("commission", "Read what each quarter came to."),
        ("analyst", "Draw and check the quarter, and restate it."),
        ("leader", "Check, sign and seal the quarter."),
    ):
        page = await (await browse(persona)).get("/")
        assert {text for text in page.texts("p") if "quarter" in text} == {said, SIGNED}


@pytest.mark.service
async def test_what_a_provider_may_no_longer_see_is_not_called_unknown(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        page = await worker.get(sent.page)
        assert (page.summary["Area"], page.summary["Age"]) == ("Birmingham", "25 to 34")
        await worker.follow("Decline")
        page = await worker.submit("Decline", reason_code="out_of_scope")
        assert "You declined the referral." in page.text
        assert not {"Area", "Age", "Risk"} & set(page.summary) and "not yours any more" in page.text
        stale = {"worker": "me"}
        page = await worker.post(f"{sent.page}/assign", stale, 409)
        assert page.heading == "This cannot be done as it stands now"


@pytest.mark.parametrize(
    ("tag", "said"), [("pl", "Polish"), ("bfi", "British Sign Language"), ("en", "English"), ("xx", "xx")]
)
def test_a_language_has_one_name_for_the_hub_and_for_the_provider(tag: str, said: str) -> None:
    assert given("language", tag) == said
    assert words.language(tag).lower() == said.lower()
