"""Crimes in, cases out: once, in order, decided, told, and the details sealed."""

from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from services.referral.actions import consenting, opening
from services.referral.reconcile import checks
from tests.builders import (
    COVENTRY,
    NOON,
    a_crime,
    a_detail,
    a_domestic_crime,
    a_victim,
    a_viewer,
    recorded,
    snapshot,
    updated,
)
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service


def the_case(crime: dict[str, object], number: int = 0) -> UUID:
    victims = crime["victims"]
    assert isinstance(victims, list)
    return case_id(str(crime["crime_id"]), victims[number]["victim_ref"])


async def test_a_crime_opens_a_case_and_sends_it_where_everything_allows(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears(recorded(crime))
    told = await hub.told(the_case(crime))
    assert told == ["case.opened", "case.routed", "referral.received", "referral.triaged", "referral.sent"]
    [leg] = await hub.rows("select state, automatic, gate, provider_id from leg")
    assert (leg["state"], leg["automatic"], leg["gate"]) == ("sent", True, "police_share")
    assert await hub.value("select state from case_file") == "active"
    assert await hub.value("select count(*) from kit.outbox") == 5


async def test_danger_waits_for_a_human_at_the_top_of_the_queue(hub: Hub) -> None:
    await hub.hears(recorded(a_crime(), a_domestic_crime()))
    [case] = await hub.rows("select state, decision, priority, holds, act_by from case_file where state = 'waiting'")
    assert (case["decision"], case["priority"]) == ("waiting", 0)
    assert "high_risk" in case["holds"]
    assert (case["act_by"] - NOON).total_seconds() == 3600


async def test_a_batch_of_five_hundred_with_duplicates_opens_each_case_once(hub: Hub) -> None:
    people = [a_victim() for _ in range(60)]
    days = [f"2026-08-{5 * n + 5:02}" for n in range(5)]  # what is told of the same days may be one incident
    crimes = [a_crime(people[n % 60], committed_from=days[n // 60], committed_to=days[n // 60]) for n in range(250)]
    records = recorded(*crimes)
    again = recorded(*crimes[:100])
    counts = await hub.hears([*records, *records[:150], *again])
    assert counts.total("duplicates") == 150
    assert await hub.value("select count(*) from case_file") == 250
    assert await hub.value("select count(*) from person") == 60
    assert await hub.value("select count(*) from kit.outbox where type = 'case.opened.v1'") == 250
    assert await hub.value("select count(*) from kit.outbox where type = 'referral.sent.v1'") == 250
    async with hub.as_worker() as tx:
        assert [check for check in await checks(tx) if not check.ok] == []


async def test_the_third_crime_of_a_person_in_one_batch_makes_a_repeat_victim(hub: Hub) -> None:
    person = a_victim("V-repeat")
    crimes = [a_crime(person, reported_at=f"2026-0{month}-01T09:00:00Z") for month in (5, 6, 7)]
    await hub.hears(recorded(*crimes))
    rows = await hub.rows("select repeat_count, repeat_victim from case_file order by reported_at")
    assert [row["repeat_count"] for row in rows] == [1, 2, 3]
    assert rows[-1]["repeat_victim"] is True


async def test_a_third_crime_in_a_later_batch_counts_those_before(hub: Hub) -> None:
    person = a_victim("V-later")
    for month in (5, 6, 7):
        await hub.hears(recorded(a_crime(person, reported_at=f"2026-0{month}-01T09:00:00Z")))
    assert await hub.value("select max(repeat_count) from case_file") == 3


async def test_a_suspect_of_an_open_case_is_held_when_they_become_a_victim(hub: Hub) -> None:
    await hub.hears(recorded(a_crime(a_victim(), suspects=[{"suspect_ref": "P-both"}])))
    later = a_crime(a_victim("P-both"))
    await hub.hears(recorded(later))
    holds = await hub.value("select holds from case_file where case_id = $1", the_case(later))
    assert "suspect_elsewhere" in holds


async def test_an_older_snapshot_changes_nothing_and_is_counted(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears([snapshot(updated(crime, 3))])
    before = await hub.told(the_case(crime))
    await hub.hears([*recorded(crime), snapshot(updated(crime, 2))])
    assert await hub.told(the_case(crime)) == before
    assert await hub.value("select stale from crime") == 2


async def test_a_later_flag_adds_a_line_and_withdraws_nothing(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears(recorded(crime))
    before = await hub.value("select lines from case_file")
    await hub.hears([snapshot(updated(crime, flags=["stalking"]))])
    [case] = await hub.rows("select lines, state, runs, revision from case_file")
    assert set(before) | {"stalking"} <= set(case["lines"])
    assert (case["state"], case["runs"], case["revision"]) == ("waiting", 2, 2)
    assert "case.updated" in await hub.told(the_case(crime))
    assert (await hub.told(the_case(crime))).count("referral.sent") == 1


async def test_two_snapshots_in_one_batch_are_decided_in_order(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears(recorded(crime))
    first = updated(crime, 2, flags=["stalking"])
    await hub.hears([snapshot(first), snapshot(updated(first, 3, hate_strands=["race"]))])
    [case] = await hub.rows("select lines, runs, revision from case_file")
    assert {"stalking", "hate_crime"} <= set(case["lines"])
    assert (case["runs"], case["revision"]) == (3, 3)
    assert await hub.value("select count(*) from routing") == 3


async def test_a_person_missing_from_a_snapshot_is_marked_and_not_closed(hub: Hub) -> None:
    one, two = a_victim(), a_victim()
    crime = a_crime(one, two)
    await hub.hears(recorded(crime))
    await hub.hears([snapshot(updated(crime, victims=[one]))])
    rows = {row["victim_ref"]: row for row in await hub.rows("select victim_ref, removed, state from case_file")}
    assert (rows[one["victim_ref"]]["removed"], rows[two["victim_ref"]]["removed"]) == (False, True)
    assert rows[two["victim_ref"]]["state"] == "active"


async def test_details_are_opened_and_sealed_under_the_persons_own_key(hub: Hub) -> None:
    crime = a_crime(a_victim("V-sealed"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-sealed")
    await hub.hears(recorded(crime))
    assert await hub.value("select details from case_file") == "waiting"
    assert await hub.every(opening.open_arrivals) == 1
    assert await hub.value("select details from case_file") == "open"
    assert await hub.value("select count(*) from sealed_arrival") == 0
    [person] = await hub.rows("select given_names, family_name from person_sealed")
    assert b"Wilhelmina" not in person["given_names"]
    assert await hub.value("select count(*) from person_index where kind = 'phone'") == 1


async def test_details_that_may_not_be_shared_are_thrown_away_unopened(hub: Hub) -> None:
    crime = a_crime(a_victim("V-no", share="refused"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-no")
    await hub.hears(recorded(crime))
    assert await hub.value("select count(*) from sealed_arrival") == 0
    assert await hub.value("select details from case_file") == "discarded"


async def test_details_sealed_for_somebody_else_are_not_opened(hub: Hub) -> None:
    crime = a_crime(a_victim("V-other"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-stranger")
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    assert await hub.value("select details from case_file") == "unreadable"
    assert await hub.value("select count(*) from person_sealed") == 0


async def test_nothing_personal_is_in_the_outbox_or_the_timeline(hub: Hub) -> None:
    crime = a_crime(a_victim("V-canary"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-canary")
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    texts = [row["data"] for row in await hub.rows("select data from kit.outbox")]
    texts += [str(row["data"]) for row in await hub.rows("select data from case_event")]
    for text in texts:
        assert not any(word in text for word in ("Wilhelmina", "Testperson", "900321", "Example Row", "sealed"))


async def test_a_new_incident_makes_every_channel_unknown_again(hub: Hub) -> None:
    person = a_victim("V-again", channels_safe=["mobile", "email"])
    await hub.hears(recorded(a_crime(person), at=NOON))
    later = a_crime({**person, "channels_safe": ["email"]})
    await hub.hears(recorded(later, at=NOON.replace(hour=15)))
    safety = {row["kind"]: row["safety"] for row in await hub.rows("select kind, safety from channel")}
    assert safety == {"mobile": "unknown", "email": "safe"}


async def test_the_bereaved_have_cases_and_the_dead_have_none(hub: Hub) -> None:
    kin = [{"kin_ref": "K1", "relationship": "parent", "share": "agreed"}, {"kin_ref": "K2", "also_suspect": True}]
    crime = a_crime({"victim_ref": "D1", "kind": "deceased", "bereaved": kin}, offence_code="1")
    await hub.hears(recorded(crime))
    rows = await hub.rows("select victim_ref, kind, holds from case_file")
    assert [(row["victim_ref"], row["kind"]) for row in rows] == [("K1", "bereaved")]
    assert "bereaved" in rows[0]["holds"]
    assert await hub.value("select people + businesses from crime") == 0


async def test_the_officers_of_a_death_are_known_on_the_case_of_each_bereaved(hub: Hub) -> None:
    kin = [{"kin_ref": ref, "relationship": "parent", "share": "agreed"} for ref in ("K1", "K2")]
    crime = a_crime({"victim_ref": "D1", "kind": "deceased", "bereaved": kin}, offence_code="4.4")
    named = [{"kin_ref": ref, "given_names": "Anna", "family_name": "Example"} for ref in ("K1", "K2")]
    detail = a_detail(next_of_kin=named, family_liaison_officer={"name": "PC Example"})
    crime["victims"][0]["sealed"] = hub.sealed(detail, crime["crime_id"], "D1")
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    known = "select victim_ref from case_file join case_sealed using (case_id, person_id)"
    rows = await hub.rows(f"{known} where family_liaison_officer is not null order by 1")
    assert [row["victim_ref"] for row in rows] == ["K1", "K2"]
    assert await hub.value("select count(*) from task where kind = 'name_liaison_officer'") == 0


async def test_details_are_kept_after_all_once_two_people_decided_to_share_without_agreement(hub: Hub) -> None:
    person = a_victim("V1", share="not_asked", relationship_to_suspect="partner", risk={"grade": "high"})
    crime = a_domestic_crime(person)
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V1")
    await hub.hears(recorded(crime))
    kept = "select count(*) from sealed_arrival"
    assert await hub.value(kept) == 0
    officer, case = a_viewer(), case_id(crime["crime_id"], "V1")
    consent_id = uuid4()
    async with hub.looks(officer) as tx:
        await consenting.ask_override(tx, officer, consent_id, case, "idva", "life_at_risk", NOON)
    await hub.hears([snapshot(updated(crime, 2))])
    assert await hub.value(kept) == 0, "one person alone decides nothing"
    leader = a_viewer("leader")
    async with hub.looks(leader) as tx:
        await consenting.confirm_override(tx, leader, consent_id, NOON)
    await hub.hears([snapshot(updated(crime, 3))])
    assert await hub.value(kept) == 1


async def test_a_family_without_a_liaison_officer_is_a_task_and_no_wall(hub: Hub) -> None:
    kin = {"kin_ref": "K1", "relationship": "parent", "share": "agreed"}
    crime = a_crime({"victim_ref": "D1", "kind": "deceased", "bereaved": [kin]}, offence_code="4.4")
    detail = a_detail(next_of_kin=[{"kin_ref": "K1", "given_names": "Anna", "family_name": "Example"}])
    crime["victims"][0]["sealed"] = hub.sealed(detail, crime["crime_id"], "D1")
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    await hub.every(opening.open_arrivals)
    [task] = await hub.rows("select kind, due_at, case_id from task where kind = 'name_liaison_officer'")
    assert task["due_at"].date() == NOON.date() and task["case_id"] == case_id(crime["crime_id"], "K1")
    assert await hub.value("select count(*) from referral where line = 'road_collision'") == 1


@pytest.mark.parametrize(("share", "number"), [("agreed", 1), ("not_asked", 0), ("refused", 0)])
async def test_a_family_of_whom_no_details_come_is_a_task_all_the_same(hub: Hub, share: str, number: int) -> None:
    kin = {"kin_ref": "K1", "relationship": "parent", "share": share}
    crime = a_crime({"victim_ref": "D1", "kind": "deceased", "bereaved": [kin]}, offence_code="4.4")
    await hub.hears(recorded(crime))
    assert await hub.value("select count(*) from task where kind = 'name_liaison_officer'") == number


async def test_exploitation_without_a_victim_opens_a_same_day_task(hub: Hub) -> None:
    await hub.hears(recorded(a_crime(victims=[], flags=["county_lines"])))
    [task] = await hub.rows("select kind, due_at, case_id from task")
    assert task["kind"] == "add_exploited_person"
    assert task["due_at"].date() == NOON.date()
    assert await hub.value("select cases from crime") == 0


async def test_children_of_a_violent_home_are_a_same_day_task(hub: Hub) -> None:
    victim = a_victim(relationship_to_suspect="partner", vulnerabilities=["children_in_household"])
    await hub.hears(recorded(a_domestic_crime(victim)))
    assert "add_children" in [row["kind"] for row in await hub.rows("select kind from task")]


async def test_not_asked_in_an_opt_in_group_asks_the_officer_to_ask(hub: Hub) -> None:
    victim = a_victim(share="not_asked", relationship_to_suspect="partner", risk={"grade": "standard"})
    await hub.hears(recorded(a_domestic_crime(victim)))
    assert "ask_officer_to_ask" in [row["kind"] for row in await hub.rows("select kind from task")]
    assert await hub.value("select count(*) from referral") == 0


async def test_another_area_of_the_force_goes_to_its_own_contract(hub: Hub) -> None:
    await hub.hears(recorded(a_crime(), a_crime(a_victim(home_local_authority=COVENTRY))))
    assert await hub.value("select count(distinct contract_id) from leg") == 2
