"""Who sees what: a hostile provider, restricted people, queues, the case page, and that every column is classified."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.identity import case_id, provider_id
from services.referral.actions import opening, referring, sealing
from services.referral.store import cases, details, downtime, persons, portal, queues, referrals, tasks, timeline
from services.referral.store.details import PROPOSES
from services.referral.store.portal_due import limits_of
from tests.builders import (
    COMMON_ASSAULT,
    NOON,
    a_crime,
    a_detail,
    a_domestic_crime,
    a_victim,
    a_viewer,
    recorded,
    updated,
)
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service


async def two_providers(hub: Hub) -> tuple[UUID, UUID]:
    """A case sent to Harbour Lane (domestic abuse) and one sent to Common Ground (hate crime)."""
    domestic = a_victim(relationship_to_suspect="partner", risk={"dash_score": 5, "grade": "standard"})
    one = a_crime(domestic, offence_code=COMMON_ASSAULT, flags=["domestic_abuse"])
    two = a_crime(a_victim(), offence_code="105B", hate_strands=["race"])
    await hub.hears(recorded(one, two))
    return (
        case_id(one["crime_id"], one["victims"][0]["victim_ref"]),
        case_id(two["crime_id"], two["victims"][0]["victim_ref"]),
    )


async def test_each_provider_lists_its_own_referrals_alone(hub: Hub) -> None:
    one, two = await two_providers(hub)
    for persona, own in (("idva.worker", one), ("hate.worker", two)):
        async with hub.looks(a_viewer(persona)) as tx:
            page = await portal.offered(tx, "open", limits_of((), NOON.date()))
            assert page is not None
            assert [row.case_id for row in page.rows] == [own]
            assert (await portal.counts(tx))["open"] == 1


async def test_a_hostile_provider_finds_nothing_of_others_by_id_or_by_query(hub: Hub) -> None:
    one, _ = await two_providers(hub)
    [leg] = await hub.rows("select leg_id, referral_id, case_id from leg where case_id = $1", one)
    async with hub.looks(a_viewer("hate.worker")) as tx:
        assert await portal.one(tx, leg["referral_id"], limits_of((), NOON.date())) is None
        assert await portal.pack(tx, leg["leg_id"], NOON) is None
        assert await portal.told(tx, leg["leg_id"]) == []
        assert await referrals.load(tx, leg["referral_id"]) is None
        for table in ("leg", "referral", "case_file", "case_event", "channel", "alert", "contact_attempt"):
            key = {"leg": "leg_id", "channel": "person_id"}.get(table, "case_id")
            seen = await tx.fetchval(f"select count(*) from {table} where {key} in (select {key} from leg) is not true")
            assert seen == 0, table
        assert await tx.fetchval("select count(*) from leg where case_id = $1", one) == 0
        changed = await tx.execute("update referral set state = 'withdrawn' where case_id = $1", one)
        assert changed == "UPDATE 0"


async def test_a_provider_without_a_viewer_sees_nothing_at_all(hub: Hub) -> None:
    await two_providers(hub)
    async with hub.portal.begin() as tx:
        assert await tx.fetchval("select count(*) from leg") == 0
        assert await tx.fetchval("select count(*) from case_file") == 0


async def test_a_provider_reads_no_table_of_sealed_people(hub: Hub) -> None:
    await two_providers(hub)
    for table in ("person", "person_sealed", "person_index", "case_sealed", "routing", "consent", "note", "mail"):
        assert not await hub.value("select has_table_privilege('referral_portal', $1, 'select')", table), table
    assert not await hub.value("select has_column_privilege('referral_portal', 'channel', 'value', 'select')")
    assert not await hub.value("select has_column_privilege('referral_portal', 'case_file', 'holds', 'select')")


async def test_every_table_is_under_forced_row_level_security(hub: Hub) -> None:
    open_tables = await hub.rows(
        "select c.relname from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
        " and not (c.relrowsecurity and c.relforcerowsecurity)"
    )
    assert open_tables == []


async def test_every_column_says_whether_it_is_personal(hub: Hub) -> None:
    silent = await hub.rows(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped"
        " and coalesce(col_description(c.oid, a.attnum), '') !~ '^(personal|plain): '"
    )
    assert silent == []


async def test_a_restricted_person_is_absent_for_those_without_the_right(hub: Hub) -> None:
    crime = a_crime(a_victim(works_for="provider"))
    await hub.hears(recorded(crime, a_crime()))
    restricted = case_id(crime["crime_id"], crime["victims"][0]["victim_ref"])
    person = await hub.value("select person_id from case_file where case_id = $1", restricted)
    async with hub.looks(a_viewer("officer")) as tx:
        page = await queues.queue(tx, "all")
        assert page is not None
        assert (page.counted, len(page.rows)) == (1, 1)
        assert await cases.get(tx, restricted) is None
        assert await timeline.entries(tx, restricted) == []
        assert await details.cases_of(tx, [person]) == []
        assert await tx.fetchval("select count(*) from person") == 1
    async with hub.looks(a_viewer("leader")) as tx:
        assert await cases.get(tx, restricted) is not None
        assert await cases.hidden(tx) == 1


async def test_who_becomes_restricted_later_disappears_with_their_earlier_cases(hub: Hub) -> None:
    person = a_victim("V-hidden", works_for="none")
    await hub.hears(recorded(a_crime(person)))
    await hub.hears(recorded(a_crime({**person, "works_for": "hub"})))
    async with hub.looks(a_viewer("officer")) as tx:
        assert await tx.fetchval("select count(*) from case_file") == 0
    async with hub.looks(a_viewer("provider.manager", organisation_id=provider_id("open-door"))) as tx:
        assert await tx.fetchval("select count(*) from leg") == 0
    assert await hub.value("select count(*) from case_file") == 2


async def test_two_people_said_to_be_different_are_not_proposed_again(hub: Hub) -> None:
    for ref in ("V-a", "V-b"):
        crime = a_crime(a_victim(ref))
        crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], ref)
        await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    async with hub.looks(a_viewer()) as tx:
        [proposal] = await persons.proposals(tx)
        one, other = proposal.other_id, proposal.person_id
        assert await persons.say_same(tx, one, other, a_viewer().user_id, NOON, same=False)
        assert await persons.proposals_of(tx, one) == []
    async with hub.as_worker() as tx:
        assert await details.propose_same(tx, [one, other], NOON) == []


async def test_the_queue_is_ordered_by_risk_and_then_by_time_left(hub: Hub) -> None:
    held = a_crime(a_victim(vulnerabilities=["protected_address"]))
    child = a_crime(a_victim(age_at_offence=9, age_at_report=9, share_by="parent"))
    await hub.hears(recorded(held, child, a_domestic_crime()))
    async with hub.looks(a_viewer()) as tx:
        page = await queues.queue(tx, "waiting")
    assert page is not None
    assert [row.priority for row in page.rows] == [0, 1, 2]
    assert queues.minutes_left(page.rows[0], NOON) == 60


@pytest.mark.parametrize("when", ["at once", "later"])
async def test_whose_suspect_works_for_us_is_hidden_from_the_suspects_colleagues(hub: Hub, when: str) -> None:
    ours = [{"suspect_ref": "S-ours", "works_for": "hub"}]
    crime = a_crime(suspects=ours if when == "at once" else [])
    await hub.hears(recorded(crime))
    if when == "later":
        await hub.hears(recorded(updated(crime, suspects=ours), at=NOON + timedelta(hours=2)))
    async with hub.looks(a_viewer()) as tx:
        assert await tx.fetchval("select count(*) from case_file") == 0
    assert await hub.value("select restricted from case_file") is True


async def test_who_may_be_hurt_now_stands_above_every_older_case_and_task(hub: Hub) -> None:
    older, now = a_domestic_crime(), a_domestic_crime()
    older["victims"][0]["share"] = "not_asked"
    now["victims"][0]["risk"] = {"grade": "imminent", "dash_score": 25}
    await hub.hears(recorded(older, at=NOON - timedelta(days=60)))
    await hub.hears(recorded(now))
    async with hub.looks(a_viewer()) as tx:
        pages = {slug: await queues.queue(tx, slug) for slug in ("waiting", "now", "unassigned")}
        todo = await tasks.queue(tx, tasks.Narrowed(), page=1)
        sheet = await downtime.lines(tx, NOON, 10)
    for slug, page in pages.items():
        assert page is not None and [row.risk_grade for row in page.rows] == ["imminent", "high"], slug
        assert page.counted == 2
    assert todo[0].kind == "call_emergency" and len(todo) > 1
    assert sheet[0].risk_grade == "imminent" and len(sheet) == 2


async def test_a_queue_narrows_by_line_and_pages_without_gaps(hub: Hub) -> None:
    await hub.hears(recorded(*(a_domestic_crime() for _ in range(7)), a_crime()))
    seen: list[UUID] = []
    async with hub.looks(a_viewer()) as tx:
        for number in (1, 2, 3):
            page = await queues.queue(tx, "all", queues.Filters(line="idva"), page=number, size=3)
            assert page is not None
            seen += [row.case_id for row in page.rows]
            assert page.pages == 3
    assert len(seen) == len(set(seen)) == 7


async def test_there_is_no_queue_of_an_unknown_name(hub: Hub) -> None:
    async with hub.looks(a_viewer()) as tx:
        assert await queues.queue(tx, "drop table") is None
        assert set(await queues.counts(tx)) < set(queues.QUEUES)


async def test_a_case_page_has_its_story_and_the_persons_other_cases(hub: Hub) -> None:
    person = a_victim("V-story")
    first, second = a_crime(person), a_domestic_crime({**a_victim("V-story"), "relationship_to_suspect": "partner"})
    await hub.hears(recorded(first, second))
    async with hub.looks(a_viewer()) as tx:
        case = await cases.get(tx, case_id(second["crime_id"], "V-story"))
        assert case is not None
        assert [other.case_id for other in await cases.others_of(tx, case)] == [case_id(first["crime_id"], "V-story")]
        told = await timeline.entries(tx, case.case_id)
        assert told[-1].type == "case.opened.v1"
        assert [entry.type for entry in await timeline.entries(tx, case.case_id, ["case.routed.v1"])] == [
            "case.routed.v1"
        ]
        assert (await cases.routings(tx, case.case_id))[0].facts["case"]["domestic"] is True
        assert await cases.by_reference(tx, case.reference) == [case]


async def test_who_has_looked_at_a_case_is_told(hub: Hub) -> None:
    crime = a_domestic_crime()
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], crime["victims"][0]["victim_ref"])
    [referral] = await hub.rows("select referral_id from referral where line = 'idva'")
    async with hub.looks(a_viewer()) as tx:
        await referring.triage(tx, a_viewer(), referral["referral_id"], NOON)
        [look, *_] = await timeline.looks(tx, case)
    assert (look.actor_id, look.action) == (a_viewer().user_id, "referral.triage")


async def test_a_person_is_found_by_blind_indexes_and_their_fields_open_again(hub: Hub) -> None:
    crime = a_crime(a_victim("V-find"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-find")
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    async with hub.looks(a_viewer()) as tx:
        [person] = await details.find(tx, [("phone", hub.sealer.blind("phone", sealing.phone("+447700900321")))])
        opened = await sealing.open_person(hub.sealer, person, await details.person(tx, person))
        assert (opened["given_names"], opened["address"]["postcode"]) == ("Wilhelmina", "ZZ99 9ZZ")
        assert await details.find(tx, [("phone", hub.sealer.blind("phone", "07700900322"))]) == []


async def test_two_references_with_one_name_and_birth_are_proposed_once_as_the_same(hub: Hub) -> None:
    for ref in ("V-a", "V-b"):
        crime = a_crime(a_victim(ref))
        crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], ref)
        await hub.hears(recorded(crime))
        await hub.every(opening.open_arrivals)
    [proposal] = await hub.rows("select matched, same from same_person")
    assert (set(proposal["matched"]), proposal["same"]) == ({*PROPOSES, "phone"}, None)
    later = a_crime(a_victim("V-a"))
    await hub.hears(recorded(later))
    assert "possible_duplicate" in await hub.value(
        "select holds from case_file where crime_id = $1", UUID(later["crime_id"])
    )


@pytest.mark.parametrize(
    ("other", "matched"),
    [
        ({"given_names": "Ottilie", "date_of_birth": "1990-01-02"}, []),
        ({"date_of_birth": "1990-01-02"}, [["phone"]]),
    ],
    ids=["one number, two names", "one number, one name"],
)
async def test_a_number_alone_proposes_nobody_as_the_same(
    hub: Hub, other: dict[str, str], matched: list[list[str]]
) -> None:
    for ref, changes in (("V-a", {}), ("V-b", other)):
        crime = a_crime(a_victim(ref))
        crime["victims"][0]["sealed"] = hub.sealed(a_detail() | changes, crime["crime_id"], ref)
        await hub.hears(recorded(crime))
        await hub.every(opening.open_arrivals)
    assert [row["matched"] for row in await hub.rows("select matched from same_person")] == matched


async def test_a_task_is_made_once_and_closed_once(hub: Hub) -> None:
    await hub.hears(recorded(a_crime(victims=[], flags=["county_lines"])))
    async with hub.looks(a_viewer()) as tx:
        [task] = await tasks.open_tasks(tx)
        await tasks.add(tx, [task])
        assert await tasks.done(tx, task.task_id, a_viewer().user_id, "nobody_named", NOON)
        assert not await tasks.done(tx, task.task_id, a_viewer().user_id, "nobody_named", NOON)
        assert await tasks.open_tasks(tx) == []
