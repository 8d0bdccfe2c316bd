"""That two records are of one person is thought through at once: who helps both sides, and whom they do not want."""

from uuid import UUID

import pytest

from services.referral.actions import linking, ruling_out
from services.referral.domain.facts import facts_of
from services.referral.store import cases
from tests.builders import NOON, a_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import ANOTHER, a_case, hub_pages, triaged

pytestmark = pytest.mark.service
OFFICER = a_viewer()
OPEN = "select kind from task where case_id = $1 and done_at is null order by kind"


async def one_person(hub: Hub, one: UUID, other: UUID) -> None:
    """Somebody decides that the people of these two cases are one."""
    await hub.worker.pool.execute(
        "insert into same_person (person_id, other_id, matched, proposed_at) select least(a.person_id, b.person_id),"
        " greatest(a.person_id, b.person_id), '{}', $3 from case_file a, case_file b where a.case_id = $1"
        " and b.case_id = $2 on conflict do nothing",
        *(one, other, NOON),
    )
    pair = await hub.rows("select person_id from case_file where case_id = any($1::uuid[])", [one, other])
    async with hub.looks(OFFICER) as tx:
        people = [row["person_id"] for row in pair]
        assert await linking.decide(tx, OFFICER, people[0], people[1], BOOKS, NOON, same=True)


async def open_of(hub: Hub, case: UUID) -> list[str]:
    return [row["kind"] for row in await hub.rows(OPEN, case)]


async def test_who_is_the_suspect_by_another_record_is_kept_from_whom_they_are_said_to_have_hurt(hub: Hub) -> None:
    accused = await a_case(hub, a_crime(a_victim("V-accused")), at=NOON)
    twin = await a_case(hub, a_crime(a_victim("V-twin", share="refused")), at=NOON)
    accuser = await a_case(
        hub, a_crime(a_victim("V-accuser"), suspects=[{"suspect_ref": "V-twin"}]), at=NOON, **ANOTHER
    )
    [one] = {row["provider_id"] for row in await hub.rows("select provider_id from leg")}
    assert await open_of(hub, accused) == await open_of(hub, accuser) == [], (one, "helps both, and nobody knows")
    await one_person(hub, accused, twin)
    assert "counter_allegation" in await open_of(hub, accused)
    assert "counter_allegation" in await open_of(hub, accuser)
    assert await hub.value("select count(*) from leg where kept_apart_since is not null") == 2


async def test_a_referral_to_whom_the_person_ruled_out_by_another_record_is_asked_about_the_same_day(
    hub: Hub, databases: Databases
) -> None:
    before = await a_case(hub, a_crime(a_victim("V-1")), at=NOON)
    now = await a_case(hub, a_crime(committed_from="2026-08-20", committed_to="2026-08-20"), at=NOON, **ANOTHER)
    provider = await hub.value("select provider_id from leg where case_id = $1", now)
    async with hub.looks(OFFICER) as tx:
        case = await cases.get(tx, before)
        assert case is not None
        await ruling_out.rule_out(tx, OFFICER, case, provider, BOOKS, NOON)
    assert (await open_of(hub, before), await open_of(hub, now)) == (["provider_ruled_out"], []), (
        "told of its own first"
    )
    await one_person(hub, before, now)
    assert "provider_ruled_out" in await open_of(hub, now)
    async with hub.looks(OFFICER) as tx:
        assert facts_of((await cases.routings(tx, now))[0].facts["case"]).refused_providers == (provider,)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        assert "is ruled out for the person: ask them" in (await officer.get(f"/cases/{now}")).text
        assert "is ruled out for them: look at it today" in (await officer.get("/cases/notices")).text
    async with hub.looks(OFFICER) as tx:
        case = await cases.get(tx, now)
        assert case is not None
        await ruling_out.wanted_again(tx, OFFICER, case, provider, BOOKS, NOON)
    assert "provider_ruled_out" not in [*await open_of(hub, before), *await open_of(hub, now)]


async def test_whoever_chooses_is_told_what_is_ruled_out_for_somebody_this_may_be_until_that_is_said(
    hub: Hub, databases: Databases
) -> None:
    known = await a_case(hub, a_crime(a_victim("V-1")), at=NOON)
    now = await a_case(hub, a_crime(a_victim("V-2", channels_safe=[])), at=NOON, **ANOTHER)
    row = (await hub.rows("select provider_id, contract_id from leg where case_id = $1", known))[0]
    async with hub.looks(OFFICER) as tx:
        case = await cases.get(tx, known)
        assert case is not None
        await ruling_out.rule_out(tx, OFFICER, case, row["provider_id"], BOOKS, NOON, "conflict")
    await hub.worker.pool.execute(
        "insert into same_person (person_id, other_id, matched, proposed_at) select least(a.person_id, b.person_id),"
        " greatest(a.person_id, b.person_id), '{}', $3 from case_file a, case_file b where a.case_id = $1"
        " and b.case_id = $2 on conflict do nothing",
        *(known, now, NOON),
    )
    said = "This may be somebody we know already, and for them this provider is ruled out. It works with the other"
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        line = BOOKS.directory.by_id[row["contract_id"]].line
        where = f"/cases/{now}/referrals/{await triaged(hub, now, line)}/contracts"
        assert said in (await officer.get(where)).text
        page = await officer.get(f"{where}/{row['contract_id']}")
        assert said in page.text and "Compare them from the case" in page.text
        await hub.worker.pool.execute("update same_person set same = false")
        assert said not in (await officer.get(where)).text
        assert "may be somebody we know" not in (await officer.get(f"{where}/{row['contract_id']}")).text
