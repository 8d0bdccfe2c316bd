"""A provider that helps both parties: told to a human as soon as it does, first where it touches safety."""

from uuid import UUID

import pytest

from contracts.identity import case_id
from services.referral.actions import packing, providing, settling
from services.referral.domain.persons import may_be_hurt
from services.referral.store import beside
from tests.builders import NOON, a_crime, a_domestic_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import ANOTHER, a_case, hub_pages
from tests.referral.portal import LATER, a_referral_sent, portal_of

SUSPECT = {"suspect_ref": "V-accused"}
OPEN = "select kind, due_at from task where case_id = $1 and done_at is null order by due_at, kind"


@pytest.mark.parametrize(
    ("priority", "lines", "domestic", "hurt"),
    [
        (0, ("general",), False, True),
        (1, ("child",), False, True),
        (3, ("general",), True, True),
        (2, ("stalking",), False, True),
        (3, ("general", "fraud"), False, False),
    ],
)
def test_what_touches_safety(priority: int, lines: tuple[str, ...], domestic: bool, hurt: bool) -> None:
    assert may_be_hurt(priority, lines, domestic=domestic) is hurt


@pytest.mark.service
async def test_sent_to_whoever_helps_the_other_party_it_is_the_first_task_and_the_risk_is_reviewed(
    hub: Hub, databases: Databases
) -> None:
    other = a_victim("V-other", relationship_to_suspect="ex_partner", risk={"dash_score": 20, "grade": "high"})
    first = await a_referral_sent(hub, crime=a_domestic_crime(other))
    assert await hub.rows(OPEN, first.case) == [], "nobody else is there"
    mine = a_victim("V-mine", relationship_to_suspect="ex_partner", risk={"dash_score": 20, "grade": "high"})
    second = await a_referral_sent(hub, crime=a_domestic_crime(mine, suspects=[{"suspect_ref": "V-other"}]))
    tasks = await hub.rows(OPEN, second.case)
    assert [task["kind"] for task in tasks] == ["counter_allegation", "review_risk"] and tasks[0]["due_at"] == LATER
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get("/cases/tasks")
        assert page.rows[1][0].startswith("The provider helps the other party too"), "before all that is due later"
        reference = await hub.value("select reference from case_file where case_id = $1", second.case)
        assert reference in (await officer.get("/cases?queue=review")).text
        await officer.get("/cases/tasks")
        await officer.follow("Review the risk")
        await officer.submit("Close the task", answer="done")
        assert reference not in (await officer.get("/cases?queue=review")).text
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        await providing.decline(tx, worker, second.referral, "conflict", LATER)
    assert await hub.every(settling.settle, LATER) == 1
    assert "counter_allegation" not in [task["kind"] for task in await hub.rows(OPEN, second.case)]
    async with hub.as_worker() as tx:
        assert await beside.both_sides(tx, [second.leg]) == [], "once it is theirs no more"


@pytest.mark.service
async def test_nothing_is_sent_by_itself_to_whoever_helps_the_other_party(hub: Hub, databases: Databases) -> None:
    accused, accuser = a_crime(a_victim("V-accused")), a_crime(a_victim("V-accuser"), suspects=[SUSPECT])
    await hub.hears(recorded(accused, accuser))  # in one batch
    third = a_crime(a_victim("V-third"), suspects=[SUSPECT])
    case = await a_case(hub, third, at=NOON)
    legs = await hub.rows("select c.victim_ref from leg l join case_file c using (case_id)")
    assert legs == [{"victim_ref": "V-accused"}]
    said = "its provider is helping somebody named as a suspect in a crime against them, or who named them as one."
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        for one in (case, case_id(UUID(accuser["crime_id"]), "V-accuser")):
            page = await officer.get(f"/cases/{one}")
            assert any(said in text for text in page.texts("li")), page.texts("li")
    await hub.hears([snapshot(updated(third, flags=["anti_social_behaviour"]))])
    sent = await hub.value("select array_agg(provider_id) from leg where case_id = $1", case)
    async with hub.looks(a_viewer()) as tx:
        assert set(sent).isdisjoint(await beside.also_with(tx, case)), "a new line goes to somebody else alone"


@pytest.mark.service
async def test_a_link_that_comes_late_is_told_to_both_sides_and_each_service_is_asked_to_keep_them_apart(
    hub: Hub, databases: Databases
) -> None:
    crime = a_crime(a_victim("V-accuser"))
    accused = await a_case(hub, a_crime(a_victim("V-accused")), at=NOON)
    accuser = await a_case(hub, crime, at=NOON, **ANOTHER)
    assert await hub.every(packing.freeze_automatic) == 2
    assert await hub.value("select count(*) from task") == 0
    await hub.hears([snapshot(updated(crime, suspects=[SUSPECT]))])
    async with hub.looks(a_viewer()) as tx:
        [helps] = await beside.also_with(tx, accused)
        assert await beside.also_with(tx, accuser) == {helps}
    for case, kinds in ((accused, ["counter_allegation", "new_hold"]), (accuser, ["counter_allegation"])):
        tasks = await hub.rows(OPEN, case)
        assert sorted(task["kind"] for task in tasks) == kinds and tasks[0]["due_at"] > NOON, "the same day"
    assert await hub.value("select count(*) from case_file where review_since is not null") == 0
    assert await hub.every(packing.freeze_automatic) == 0
    async with portal_of(hub, databases) as browse:
        worker = await browse("support.worker")
        for referral in await hub.rows("select referral_id from referral"):
            page = await worker.get(f"/portal/referrals/{referral['referral_id']}")
            assert "somebody whom this person must not meet" in page.text
            assert not any(word in page.text.lower() for word in ("suspect", "accused", "allegation"))


@pytest.mark.service
async def test_the_other_party_is_found_by_every_record_of_theirs(hub: Hub) -> None:
    other = await a_case(hub, a_crime(a_victim("V-other")), at=NOON)
    await a_case(hub, a_crime(a_victim("V-twin", share="refused")), at=NOON)
    await hub.worker.pool.execute(
        "insert into linked_person select a.person_id, b.person_id from person a, person b"
        " where a.police_ref like 'V-%' and b.police_ref like 'V-%' and a.person_id <> b.person_id"
    )
    case = await a_case(hub, a_crime(a_victim("W-1"), suspects=[{"suspect_ref": "V-twin"}]), at=NOON)
    assert await hub.value("select array_agg(case_id) from leg") == [other]
    async with hub.looks(a_viewer()) as tx:
        assert len(await beside.also_with(tx, case)) == 1
