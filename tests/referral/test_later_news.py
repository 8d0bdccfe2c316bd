"""What becomes known after a case was sent: it reaches a human, whatever is with a provider already."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from kit import clock
from services.referral.actions import books as stocked
from services.referral.actions import first_contact, providing, settling
from services.referral.desk_books import first_contact as lists
from services.referral.domain.books import Books
from services.referral.store.first_contact import HubAssessment
from tests.builders import NOON, a_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import BOOKS, Hub
from tests.referral.test_actions import agrees

pytestmark = pytest.mark.service
LATER = NOON + timedelta(hours=1)
OFFICER = a_viewer()


async def a_sent_case(hub: Hub) -> tuple[UUID, dict[str, Any]]:
    """A theft that went to general support by itself."""
    crime = a_crime(a_victim("V-1"))
    await hub.hears(recorded(crime))
    return case_id(crime["crime_id"], "V-1"), crime


async def the_police_add(hub: Hub, crime: dict[str, Any], number: int = 2, **person: Any) -> dict[str, Any]:
    """A later snapshot; `flags` are of the crime, all else of the person."""
    flags = person.pop("flags", crime.get("flags", []))
    later = updated(crime, number, flags=flags, victims=[crime["victims"][0] | person])
    await hub.hears([snapshot(later, NOON + timedelta(hours=number))])
    return later


async def state(hub: Hub, case: UUID) -> str:
    return str(await hub.value("select state from case_file where case_id = $1", case))


async def closed(hub: Hub, case: UUID) -> int:
    return int(await hub.value("select count(*) from leg where case_id = $1 and lapsed_at is not null", case))


async def open_tasks(hub: Hub, case: UUID) -> list[str]:
    rows = await hub.rows("select kind from task where case_id = $1 and done_at is null order by kind", case)
    return [row["kind"] for row in rows]


async def test_a_new_line_without_any_hold_brings_a_case_that_is_with_a_provider_back_to_a_human(hub: Hub) -> None:
    case, crime = await a_sent_case(hub)
    assert await state(hub, case) == "active"
    later = await the_police_add(hub, crime, flags=["child_sexual_abuse"], age_at_report=17, age_at_offence=17)
    assert await state(hub, case) == "waiting", "a young person's new referrals are waited for by nobody else"
    assert await hub.value("select hub_due is not null and act_by is not null from case_file where case_id = $1", case)
    await hub.worker.pool.execute("update case_file set state = 'active' where case_id = $1", case)
    await the_police_add(hub, later, 3, sex="female")
    assert await state(hub, case) == "active", "news that adds nothing brings nobody back"


async def test_who_says_no_to_the_police_after_all_is_seen_by_no_provider_who_had_only_their_word(hub: Hub) -> None:
    case, crime = await a_sent_case(hub)
    refused = await the_police_add(hub, crime, share="refused")
    assert await closed(hub, case) == 1
    assert await open_tasks(hub, case) == ["said_no_since"]
    assert await hub.value("select state from referral where case_id = $1", case) == "sent", "only a human closes"
    await the_police_add(hub, refused, 3, share="agreed")
    assert (await closed(hub, case), await open_tasks(hub, case)) == (0, [])


async def test_what_the_person_agreed_to_themselves_stays_open_when_the_police_say_no_and_is_asked_about(
    hub: Hub,
) -> None:
    case, crime = await a_sent_case(hub)
    await agrees(hub, case, await hub.value("select contract_id from leg where case_id = $1", case))
    await the_police_add(hub, crime, share="refused")
    assert (await closed(hub, case), await open_tasks(hub, case)) == (0, ["said_no_since"])


async def test_support_that_has_begun_goes_on_until_somebody_has_asked(hub: Hub) -> None:
    case, crime = await a_sent_case(hub)
    referral = await hub.value("select referral_id from referral where case_id = $1", case)
    provider = await hub.value("select provider_id from leg where case_id = $1", case)
    worker = a_viewer("idva.worker", organisation_id=provider)
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, referral, LATER)
        await providing.start(tx, worker, referral, LATER)
    await hub.every(settling.settle, LATER)
    await the_police_add(hub, crime, share="refused")
    assert (await closed(hub, case), await open_tasks(hub, case)) == (0, ["said_no_since"])


async def test_a_no_that_was_there_from_the_start_asks_for_nothing_more(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1", share="refused"))
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], "V-1")
    await the_police_add(hub, crime, flags=["online"])
    assert await open_tasks(hub, case) == []


async def found_by_the_hub(
    hub: Hub, case: UUID, risk: str, dash: int | None = None, *said: str, books: Books = BOOKS
) -> None:
    levels: dict[str, Any] = dict.fromkeys(BOOKS.support.domains, 4)
    made = HubAssessment(
        *(uuid4(), case, levels, (), dash, risk, "yes", lists().version, OFFICER.user_id, OFFICER.role, LATER, said)
    )
    async with hub.looks(OFFICER) as tx:
        assert await first_contact.record(tx, OFFICER, made, books, LATER)


async def test_what_asks_for_care_and_comes_after_a_send_is_looked_at_the_same_day_and_once(hub: Hub) -> None:
    case, crime = await a_sent_case(hub)
    later = await the_police_add(hub, crime, vulnerabilities=["protected_address"])
    assert (await state(hub, case), await open_tasks(hub, case)) == ("active", ["new_hold"])
    later = await the_police_add(hub, later, 3, sex="male")
    await the_police_add(hub, later, 4, channels_safe=[])
    asked = ["new_hold", "not_safe_any_more"]
    assert await open_tasks(hub, case) == asked, (
        "a gate tells how things stand; what is not safe any more is asked about"
    )


async def test_who_is_named_as_a_suspect_later_is_held_in_the_case_in_which_they_were_harmed(hub: Hub) -> None:
    case, _ = await a_sent_case(hub)
    other = a_crime(a_victim("V-2"), suspects=[{"suspect_ref": "V-1"}])
    await hub.hears(recorded(other, at=LATER))
    [row] = await hub.rows("select holds, state, decision from case_file where case_id = $1", case)
    assert (row["holds"], row["state"], row["decision"]) == (["suspect_elsewhere"], "active", "sent")
    assert (await hub.told(case))[-1] == "case.routed"
    asked = "select holds from case_file where case_id = $1"
    assert await hub.value(asked, case_id(other["crime_id"], "V-2")) == []
    assert await open_tasks(hub, case) == ["new_hold"], "its provider goes on, and somebody looks the same day"
    told = len(await hub.told(case))
    await hub.hears(recorded(a_crime(a_victim("V-3"), suspects=[{"suspect_ref": "V-1"}]), at=LATER))
    assert len(await hub.told(case)) == told, "once"


@pytest.mark.parametrize("fed", [False, True])
async def test_who_is_named_as_a_suspect_in_a_report_that_comes_late_is_asked_about_today(hub: Hub, fed: bool) -> None:
    at = clock.now() - timedelta(days=40)
    await hub.hears(recorded(a_crime(a_victim("V-1")), at=at))
    if not fed:
        await hub.worker.pool.execute("update case_file set heard_at = opened_at")
    await hub.hears(recorded(a_crime(a_victim("V-2"), suspects=[{"suspect_ref": "V-1"}]), at=at + timedelta(days=1)))
    due = await hub.value("select due_at from task where kind = 'new_hold'")
    assert (due >= clock.now() - timedelta(minutes=1)) is not fed


async def test_a_decision_on_what_the_hub_found_can_be_explained_by_the_lists_of_its_day(hub: Hub) -> None:
    case, _ = await a_sent_case(hub)
    manager, contract = a_viewer("provider.manager"), BOOKS.directory.contracts[0]
    manager = replace(manager, organisation_id=contract.provider.provider_id)
    async with hub.looks(manager) as tx:
        await providing.say_capacity(tx, manager, contract, "closed", LATER)
    async with hub.as_worker() as tx:
        books = await stocked.current(tx, BOOKS)
    await found_by_the_hub(hub, case, "high", books=books)
    last = await hub.value("select directory_version from routing where case_id = $1 order by run desc limit 1", case)
    async with hub.as_worker() as tx:
        stood = await stocked.as_it_stood(tx, last)
    assert stood is not None and stood.by_id[contract.contract_id].list_state == "closed"


async def test_a_risk_and_a_need_that_the_hub_itself_finds_are_routed_and_no_later_word_of_the_police_lowers_it(
    hub: Hub,
) -> None:
    person = a_victim("V-1", relationship_to_suspect="partner", risk={"grade": "standard"})
    crime = a_crime(person, flags=["domestic_abuse"])
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], "V-1")
    assert await state(hub, case) == "active", "sent to outreach by itself"
    await found_by_the_hub(hub, case, "medium", 16, "employment")
    asked = "select state, lines, holds, doors, priority, risk_grade, dash_score from case_file where case_id = $1"
    [row] = await hub.rows(asked, case)
    assert {"idva", "domestic_abuse", "employment"} <= set(row["lines"])
    assert (row["holds"], row["doors"], row["state"], row["priority"]) == (["high_risk"], ["marac"], "waiting", 0)
    assert (row["risk_grade"], row["dash_score"]) == ("high", 16)
    assert await hub.value("select urgent from referral where case_id = $1 and line = 'idva'", case)
    await the_police_add(hub, crime, risk={"grade": "standard", "dash_score": 3})
    [row] = await hub.rows(asked, case)
    assert (row["risk_grade"], row["dash_score"]) == ("high", 16)
    assert "employment" in row["lines"]
    await found_by_the_hub(hub, case, "standard", 2)
    [row] = await hub.rows(asked, case)
    assert (row["risk_grade"], row["dash_score"], row["priority"]) == ("high", 16, 0), "news only ever adds"
