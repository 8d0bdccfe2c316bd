"""A danger that becomes known in one case reaches the other cases of the person, also those with a provider."""

from datetime import timedelta
from typing import Any

import pytest

from handrail.feeds.tellings import SOURCE
from kit import clock
from services.referral.actions import alerting, packing
from services.referral.domain.facts import rose
from tests.builders import COMMON_ASSAULT, a_crime, a_victim, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import portal_of

HONOUR = {"flags": ["honour_based_abuse"], "offence_code": COMMON_ASSAULT}
STALKED = {"offence_code": "8Q"}
HIGH: dict[str, Any] = {"risk": {"dash_score": 17, "grade": "high"}}
KINDS = "select kind from task where case_id = $1 and done_at is null order by 1"


@pytest.mark.parametrize(
    ("before", "now", "does"),
    [
        (None, "high", True),
        ("standard", "high", True),
        ("high", "imminent", True),
        ("imminent", "high", False),
        ("high", "high", False),
        ("standard", "medium", False),
        ("high", None, False),
    ],
)
def test_a_risk_rises_to_high_and_to_imminent_alone(before: str | None, now: str | None, does: bool) -> None:
    assert rose(before, now) is does


@pytest.mark.service
@pytest.mark.parametrize(
    ("crime", "risk", "linked", "task", "badge", "warned"),
    [
        (HONOUR, {}, False, "one_chance_elsewhere", "in another case: one chance", "Speak to them alone"),
        (HONOUR, {}, True, "one_chance_elsewhere", "in another case: one chance", "Speak to them alone"),
        (STALKED, HIGH, False, "risk_elsewhere", "High risk in another case", "in another matter than this"),
    ],
)
async def test_a_danger_that_comes_later_warns_the_cases_and_the_services_that_were_there_before(
    hub: Hub,
    databases: Databases,
    crime: dict[str, Any],
    risk: dict[str, Any],
    linked: bool,
    task: str,
    badge: str,
    warned: str,
) -> None:
    first = await a_case(hub, a_crime(a_victim("V-1")), at=clock.now() - timedelta(hours=5))
    assert await hub.every(packing.freeze_automatic, clock.now()) == 1
    if linked:
        await a_case(hub, a_crime(a_victim("V-2", share="refused")), at=clock.now() - timedelta(hours=4))
        await hub.worker.pool.execute(
            "insert into linked_person select a.person_id, b.person_id from person a, person b"
            " where a.person_id <> b.person_id"
        )
    ref = "V-2" if linked else "V-1"
    second = await a_case(hub, a_crime(a_victim(ref, **risk), **crime))
    await hub.every(alerting.tell, clock.now())
    assert task in [row["kind"] for row in await hub.rows(KINDS, first)]
    assert task not in [row["kind"] for row in await hub.rows(KINDS, second)]
    [leg] = await hub.rows("select referral_id, urgent_since is not null as now from leg")
    assert leg["now"] and await hub.value("select count(*) from provider_mail") == 1
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{first}")
        assert badge in page.text and warned in page.text
        contact = await officer.get(f"/cases/{first}/contact")
        assert ("Speak to the person alone" in contact.text) == (crime is HONOUR)
        assert badge not in (await officer.get(f"/cases/{second}")).text
    async with portal_of(hub, databases) as browse:
        page = await (await browse("support.worker")).get(f"/portal/referrals/{leg['referral_id']}")
        assert warned in page.text and "Urgent" in page.text


@pytest.mark.service
async def test_of_somebody_at_high_risk_nothing_leaves_by_itself_in_another_case(
    hub: Hub, databases: Databases
) -> None:
    await a_case(hub, a_crime(a_victim("V-1", **HIGH), **STALKED))
    other = await a_case(hub, a_crime(a_victim("V-1")))
    assert await hub.value("select count(*) from leg") == 0
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{other}")
        assert "of high risk, or its risk is to be looked at again: nothing leaves" in page.text


@pytest.mark.service
@pytest.mark.parametrize(("kind", "sent"), [("person", 0), ("business", 1)])
async def test_while_the_risk_to_a_person_is_to_be_looked_at_nothing_leaves_by_itself_in_another_case(
    hub: Hub, kind: str, sent: int
) -> None:
    told = {"kind": kind} if kind == "person" else {"kind": kind, "named_contact": True, "age_at_report": None}
    first = await a_case(hub, a_crime(a_victim("V-1", **told)))
    await hub.worker.pool.execute("update case_file set review_since = now() where case_id = $1", first)
    other = await a_case(hub, a_crime(a_victim("V-1", **told)))
    assert await hub.value("select count(*) from leg where case_id = $1", other) == sent


@pytest.mark.service
async def test_a_risk_that_the_police_raise_makes_what_is_open_urgent_and_is_told(hub: Hub) -> None:
    victim = a_victim("V-1", risk={"grade": "standard", "dash_score": 3})
    crime = a_crime(victim)
    await a_case(hub, crime)
    assert await hub.value("select count(*) from leg where state = 'sent' and urgent_since is null") == 1
    for revision, grade, alerts in ((2, "medium", 0), (3, "high", 1), (4, "imminent", 2), (5, "high", 2)):
        told = updated(crime, revision, victims=[a_victim("V-1", risk={"grade": grade})])
        await hub.hears([snapshot(told, clock.now())])
        assert await hub.value("select count(*) from alert where trigger = 'risk_raised'") == alerts
        assert await hub.value("select count(*) from leg where urgent_since is not null") == bool(alerts)
    await hub.every(alerting.tell, clock.now())
    assert await hub.value("select count(*) from provider_mail where template = 'provider_alert'") == 2


@pytest.mark.service
async def test_each_other_matter_of_high_risk_is_a_task_of_its_own_though_the_first_was_done(hub: Hub) -> None:
    first = await a_case(hub, a_crime(a_victim("V-1")), at=clock.now() - timedelta(hours=5))
    for _ in range(2):
        await a_case(hub, a_crime(a_victim("V-1", **HIGH), **STALKED))
        asked = "select count(*) from task where case_id = $1 and kind = 'risk_elsewhere' and done_at is null"
        assert await hub.value(asked, first) == 1
        unseen = "select count(*) from alert where trigger = 'risk_elsewhere' and case_id = $1 and looked_at is null"
        assert await hub.value(unseen, first) == 1
        await hub.worker.pool.execute("update task set done_at = now(), done_how = 'done' where case_id = $1", first)
        assert await hub.value(unseen, first) == 0


@pytest.mark.service
@pytest.mark.parametrize(("days", "fed", "news"), [(0, False, True), (6, False, True), (6, True, False)])
async def test_a_danger_that_is_told_late_is_news_of_today_in_the_other_case_and_none_of_a_month_that_is_fed(
    hub: Hub, days: int, fed: bool, news: bool
) -> None:
    before, told = clock.now() - timedelta(minutes=1), clock.now() - timedelta(days=days, hours=1)
    first = await a_case(hub, a_crime(a_victim("V-1")), at=told - timedelta(days=3))
    await hub.every(packing.freeze_automatic, clock.now())
    if not fed:
        await hub.worker.pool.execute("update case_file set heard_at = opened_at")
    await a_case(hub, a_crime(a_victim("V-1", **HIGH), **STALKED), at=told, source=SOURCE if fed else "tests")
    [row] = await hub.rows("select due_at, created_at from task where case_id = $1 and kind = 'risk_elsewhere'", first)
    assert (row["created_at"] >= before and row["due_at"] >= before) is news
    await hub.every(alerting.tell, clock.now())
    asked = "select count(*) from notice where kind = 'danger_found' and case_id = $1"
    assert (await hub.value(asked, first), await hub.value("select count(*) from provider_mail")) == (2 * news, news)
