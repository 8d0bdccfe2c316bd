"""The case says of each hold how it ends, with the page on which a human can end it; and a human can."""

from dataclasses import replace
from uuid import UUID

import pytest

from contracts.vocabulary import HOLDS
from kit import clock
from services.referral.actions import contacting
from services.referral.actions.books import table
from services.referral.case_ui.hold_ends import ASKED
from services.referral.desk_books import hold_ends
from services.referral.domain.ended_holds import Ended, digest, lacks, still
from services.referral.domain.facts import FIELDS, History
from services.referral.store import cases
from tests.builders import a_crime, a_domestic_crime, a_victim, a_viewer, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.crimes import a_case as facts_of_a_case
from tests.referral.hub_pages import AsPersona, a_case, hub_pages


def test_of_every_hold_is_said_how_it_ends_and_each_has_a_page_or_a_human_who_ends_it() -> None:
    ends = hold_ends()
    assert set(ends) == set(HOLDS) - {"other"}
    for hold, end in ends.items():
        assert bool(end.page and end.link) != bool(end.reasons and end.stands_on), hold
        assert end.reasons is None or table().reasons[end.reasons].reasons
        assert all(name in FIELDS or hasattr(History(), name) for name in end.stands_on), hold


def test_a_hold_of_a_childs_age_ends_only_once_another_age_is_known() -> None:
    for needs, age, code in (
        ("not_under_13", 12, "age_stands"),
        ("not_under_13", 13, None),
        ("not_13_to_15", 15, "age_stands"),
        ("not_13_to_15", None, "age_stands"),
        ("not_13_to_15", 16, None),
    ):
        assert lacks(needs, replace(facts_of_a_case(), age=age)) == code


def test_a_hold_stays_ended_while_the_facts_it_stands_on_are_the_same() -> None:
    facts, history = facts_of_a_case(), History()
    ended = Ended("stalking", ("flags", "offence_code"), digest(("flags", "offence_code"), facts, history))
    assert still([ended], replace(facts, age=50), history) == {"stalking"}
    assert still([ended], replace(facts, flags=("stalking",)), history) == frozenset()


pages = pytest.mark.service


@pages
async def test_the_case_says_how_each_hold_ends_and_recording_the_risk_ends_that_it_is_not_known(
    hub: Hub, databases: Databases
) -> None:
    person = a_victim(
        "V-1", relationship_to_suspect="partner", risk={"grade": None}, vulnerabilities=["capacity_in_doubt"]
    )
    case = await a_case(hub, a_crime(person, offence_code="8N", flags=["domestic_abuse"]))
    ends = hold_ends()
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get(f"/cases/{case}")
        assert ends["risk_unknown"].words in page.text
        assert f"Capacity in doubt. {ends['capacity_in_doubt'].words}" in page.text
        assert page.link("Record the first contact") == f"/cases/{case}/assessment"
        assert page.link("End this hold: Capacity in doubt") == f"/cases/{case}/holds/capacity_in_doubt"
        page = await (await browse("compliance")).get(f"/cases/{case}")
        assert ends["risk_unknown"].words in page.text
        assert not {"Record the first contact", "End this hold: Capacity in doubt"} & set(page.texts("a"))


async def holds_of(hub: Hub, case: UUID) -> set[str]:
    return set(await hub.value("select holds from case_file where case_id = $1", case))


async def asks(browse: AsPersona, case: UUID, hold: str, reason: str = "acted_on") -> str:
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/holds/{hold}")
    button = "Ask a second person" if hold_ends()[hold].second else "End the hold"
    page = await officer.submit(button, 422)
    assert page.errors == ["Choose why the hold may end"]
    page = await officer.submit(button, 422, reason=reason)
    assert page.errors == ["Write down what was done or found, in up to 20,000 characters"]
    return (await officer.submit(button, reason=reason, text="Spoke to her twice; safe with her sister.")).text


@pages
async def test_a_hold_for_danger_ends_when_a_second_person_agrees_sends_nothing_and_comes_back_with_new_danger(
    hub: Hub, databases: Databases
) -> None:
    crime = a_domestic_crime()
    case = await a_case(hub, crime)
    async with hub_pages(hub, databases) as browse:
        assert "Asked. The hold stays until somebody else agrees: High risk." in await asks(browse, case, "high_risk")
        assert "high_risk" in await holds_of(hub, case)
        officer, leader = await browse("officer"), await browse("leader")
        page = await officer.get(f"/cases/{case}/holds/high_risk")
        assert "You asked for it, so somebody else has to agree." in page.text and "Decide" not in page.texts("button")
        assert ASKED in (await officer.get(f"/cases/{case}")).text
        [asked_for] = [t for t in (await leader.get("/cases/hold-ends")).texts("li") if "somebody" in t or "Asked" in t]
        assert asked_for.count("High risk") == 1
        await leader.get(f"/cases/{case}/holds/high_risk")
        assert (await leader.submit("Decide", 422)).errors == ["Choose whether the hold ends. Nothing was changed"]
        page = await leader.submit("Decide", says="yes")
        assert "The hold is ended. Nothing was sent by it" in page.text
        assert "Somebody ended a hold" in page.text
        assert "high_risk" not in await holds_of(hub, case)
        order = "select priority, risk_grade from case_file where case_id = $1"
        assert await hub.rows(order, case) == [{"priority": 0, "risk_grade": "high"}], "the danger is there as before"
        assert await hub.value("select count(*) from leg") == 0
        assert "No hold waits for a second person." in (await leader.get("/cases/hold-ends")).text
        await leader.get(f"/cases/{case}/holds/high_risk", 409)
    assert await hub.value("select count(*) from task where kind = 'second_for_hold' and done_at is null") == 0
    asked = await hub.rows("select action, reason from kit.audit where action like 'hold.end%' order by at, action")
    assert {row["action"] for row in asked} == {"hold.end_asked", "hold.ended"}
    await hub.hears([snapshot(updated(crime, 2))])
    assert "high_risk" not in await holds_of(hub, case), "the same facts do not bring it back"
    victim = crime["victims"][0] | {"risk": {"dash_score": 24, "grade": "imminent"}}
    await hub.hears([snapshot(updated(crime, 3, victims=[victim]))])
    assert "high_risk" in await holds_of(hub, case), "a new danger does"


@pages
async def test_a_hold_of_care_ends_by_one_person_and_still_no_message_leaves_by_itself_unless_it_was_an_error(
    hub: Hub, databases: Databases
) -> None:
    stalked = a_crime(a_victim(risk={"grade": "standard"}), offence_code="8Q")
    first, second = await a_case(hub, stalked), await a_case(hub, stalked | {"crime_id": str(UUID(int=7))})
    async with hub_pages(hub, databases) as browse:
        for case, reason, shut in ((first, "acted_on", "by_hand"), (second, "recorded_in_error", None)):
            assert "Ended: Stalking." in await asks(browse, case, "stalking", reason)
            assert "stalking" not in await holds_of(hub, case)
            async with hub.looks(a_viewer()) as tx:
                held = await cases.get(tx, case)
                assert await contacting.mail_shuts(tx, held, "own_rights", clock.now()) == shut
    assert await hub.value("select count(*) from leg") == 0, "nothing leaves by the end of a hold"


@pages
async def test_whom_to_speak_to_at_a_business_is_sealed_where_the_hold_ends_and_the_line_stays_whatever_the_police_say(
    hub: Hub, databases: Databases
) -> None:
    shop = a_victim("B-1", kind="business", named_contact=False, age_at_report=None)
    crime = a_crime(shop)
    case = await a_case(hub, crime, given_names=None, family_name=None, channels=[])
    lines = "select lines from case_file where case_id = $1"
    assert "named_contact_missing" in await holds_of(hub, case) and "business" not in await hub.value(lines, case)
    said = {"reason": "known_now", "text": "The manager rang."}
    named = {"contact_given_names": "Wilhelmina", "contact_family_name": "Testperson"}
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        where = f"/cases/{case}/holds/named_contact_missing"
        await officer.get(where)
        page = await officer.submit("End the hold", 422, **said)
        wanted = [f"Enter the {name} of whom to speak to" for name in ("given names", "family name")]
        assert page.errors == wanted
        page = await officer.submit("End the hold", 422, **said, **named, contact_phone="12")
        assert [error for error in page.errors if "telephone number" in error] == page.errors != []
        await officer.submit("End the hold", **said, **named, contact_phone="0121 496 0321")
        assert "named_contact_missing" not in await holds_of(hub, case) and "business" in await hub.value(lines, case)
        await officer.get(f"/cases/{case}")
        assert (await officer.submit("Show name and details")).summary["Family name"] == "Testperson"
    told = await hub.rows("select kind, safety from channel where value is not null")
    assert [(row["kind"], row["safety"]) for row in told] == [("landline", "unknown")]
    await hub.hears([snapshot(updated(crime, 2))])
    kept = "select facts -> 'case' ->> 'named_contact' from routing where case_id = $1 order by run desc limit 1"
    assert "named_contact_missing" not in await holds_of(hub, case) and await hub.value(kept, case) == "true"
