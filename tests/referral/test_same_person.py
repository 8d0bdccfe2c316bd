"""Two records of one person: proposed, looked at side by side, decided, carried out, and undone."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from contracts.refused import Refused
from kit import clock
from services.referral import reconcile
from services.referral.actions import contacting, locking, opening, rerouting
from services.referral.domain.linking import DIFFERS, strictest, together
from services.referral.domain.safe_contact import may_use
from services.referral.store import contact
from services.referral.store.contact import Channel
from tests.builders import NOON, a_crime, a_detail, a_domestic_crime, a_victim, a_viewer, recorded
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.hub_pages import a_case as heard_case

A, B, C, D = (UUID(int=n) for n in range(1, 5))


def test_who_belongs_together_is_found_through_others() -> None:
    assert together(A, [(A, B), (B, C)]) == {A, B, C}
    assert together(D, [(A, B), (B, C)]) == {D}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"safety": "safe"}, {"safety": "unknown"}, {"safety": "unknown"}),
        ({"safety": "unknown"}, {"safety": "unsafe"}, {"safety": "unsafe"}),
        ({"safety": "safe"}, {"safety": "safe"}, {"safety": "safe"}),
        ({"locked_at": NOON, "locked_why": "x"}, {}, {"locked_at": NOON, "locked_why": "x"}),
        ({"voicemail": True}, {"voicemail": None}, {"voicemail": None}),
        ({"say_who": True}, {"say_who": False}, {"say_who": False}),
        ({"days": "mon-fri"}, {"days": "weekdays"}, {"days": "mon-fri"}),
        ({"hours": "09:00-17:00"}, {"hours": "18:00-20:00"}, {"hours": DIFFERS}),
        ({"hours": "09:00-17:00"}, {}, {"hours": "09:00-17:00"}),
    ],
)
def test_of_two_records_the_stricter_word_about_a_channel_holds(
    one: dict[str, Any], other: dict[str, Any], expected: dict[str, Any]
) -> None:
    records = [Channel(A, "mobile", **{"safety": "unknown", **said}) for said in (one, other)]
    for order in (records, records[::-1]):
        found = strictest(order)
        assert {name: found[name] for name in expected} == expected


async def two_records(hub: Hub) -> tuple[UUID, UUID]:
    """The cases of two records with one name, birth and number: an old theft with a safe mobile, and a second one."""
    found = []
    for ref, days in (("V-a", 40), ("V-b", 2)):
        at = clock.now() - timedelta(days=days)
        crime = a_crime(a_victim(ref), reported_at=at.isoformat(), recorded_at=at.isoformat())
        crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], ref)
        await hub.hears(recorded(crime, at=at))
        await hub.every(opening.open_arrivals, at)
        found.append(case_id(crime["crime_id"], ref))
    return found[0], found[1]


ASKED = "select count(*) from task where kind = 'may_be_known' and done_at is null"


async def person_of(hub: Hub, case: UUID) -> UUID:
    found: UUID = await hub.value("select person_id from case_file where case_id = $1", case)
    return found


async def holds(hub: Hub, case: UUID) -> list[str]:
    found: list[str] = await hub.value("select holds from case_file where case_id = $1", case)
    return found


@pytest.mark.service
async def test_a_proposal_holds_the_open_cases_of_both_and_is_given_out_once(hub: Hub) -> None:
    one, two = await two_records(hub)
    assert await hub.every(rerouting.notice_proposals, clock.now()) == 2
    assert await hub.every(rerouting.notice_proposals, clock.now()) == 0
    for case in (one, two):
        assert "possible_duplicate" in await holds(hub, case)
    assert (await hub.told(one))[-1] == "case.routed", "it had been sent before anybody asked"
    assert "referral.sent" not in await hub.told(two)


async def same_as(hub: Hub) -> dict[UUID, UUID]:
    """Who was last told to be one person, by record."""
    rows = await hub.rows(
        "select c.person_id, e.data ->> 'same_as' as one from case_event e join case_file c using (case_id)"
        " where e.data ->> 'same_as' is not null order by e.id"
    )
    return {row["person_id"]: UUID(row["one"]) for row in rows}


@pytest.mark.service
async def test_the_same_person_counts_as_one_and_the_decision_can_be_undone(hub: Hub, browse: AsPersona) -> None:
    one, two = await two_records(hub)
    await hub.every(rerouting.notice_proposals, clock.now())
    officer = await browse("officer")
    await officer.get("/cases/same-people")
    page = await officer.get(f"/cases/{two}")
    assert "This may be somebody we know" in page.text and "Maybe" not in page.text
    page = await officer.follow("Compare the two")
    assert "Wilhelmina" not in page.text
    shown = await officer.submit("Show both names and details")
    assert ["Family name", "Testperson", "Testperson", "Same"] in shown.rows
    assert ["Mobile", "ends in 321", "ends in 321", "Same"] in shown.rows and "07700" not in shown.html
    told = await hub.rows("select subject_id, fields from kit.audit where action = 'details_revealed'")
    assert all("mobile" in row["fields"] for row in told)
    assert {await person_of(hub, one), await person_of(hub, two), one, two} == {row["subject_id"] for row in told}
    assert (await officer.submit("Save the decision", 422)).errors == ["Choose whether this is the same person"]
    page = await officer.submit("Save the decision", same="yes")
    assert "From now on this is one person" in page.text and "The same person as in case" in page.text
    for case in (one, two):
        assert "possible_duplicate" not in await holds(hub, case)
    assert await hub.value(ASKED) == 0
    assert await hub.value("select repeat_count from case_file where case_id = $1", two) == 2
    said = await same_as(hub)
    assert set(said) == {await person_of(hub, one), await person_of(hub, two)} and len(set(said.values())) == 1
    other = await person_of(hub, one)
    again = await officer.post(f"/cases/{two}/same-person/{other}", {"same": "yes"})
    assert "That was decided already." in again.text
    await officer.post(f"/cases/{two}/same-person/{other}", {"same": "no"}, status=409)
    await officer.get(f"/cases/{two}/same-person/{other}")
    page = await officer.submit("Undo: they may be two people")
    assert "the question is open" in page.text and await hub.value("select count(*) from linked_person") == 0
    assert await hub.value("select repeat_count from case_file where case_id = $1", two) == 1
    assert "possible_duplicate" in await holds(hub, two)
    assert await hub.value(ASKED) == 1, "one of them is with a provider: it is asked again, not closed for good"
    said = await same_as(hub)
    assert all(one == person for person, one in said.items()), "each is told to be a person of their own again"


@pytest.mark.service
async def test_two_people_are_remembered_and_never_proposed_again(hub: Hub, browse: AsPersona) -> None:
    one, two = await two_records(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person/{await person_of(hub, one)}")
    assert "Two people." in (await officer.submit("Save the decision", same="no")).text
    assert "This may be somebody we know" not in (await officer.get(f"/cases/{two}")).text
    crime = a_crime(a_victim("V-b"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-b")
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals, clock.now())
    assert await hub.value("select count(*) from same_person where same is null") == 0
    assert "Nobody waits." in (await officer.get("/cases/same-people")).text


@pytest.mark.service
async def test_that_they_are_two_people_can_be_taken_back_and_all_that_waited_for_it_stands_again(
    hub: Hub, browse: AsPersona
) -> None:
    one, two = await two_records(hub)
    await hub.every(rerouting.notice_proposals, clock.now())
    first = await person_of(hub, one)
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person/{first}")
    await officer.submit("Save the decision", same="no")
    assert await hub.value(ASKED) == 0
    assert "possible_duplicate" not in await holds(hub, two)
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), one, "mobile", "someone_else_answered", clock.now())
    await officer.get(f"/cases/{two}")
    page = await officer.follow("Look at that decision")
    page = await officer.submit("Undo: they may be one person")
    assert "the question is open" in page.text and "Save the decision" in page.html
    assert "possible_duplicate" in await holds(hub, two)
    await hub.every(locking.carry_on, clock.now())
    async with hub.looks(a_viewer()) as tx:
        profile = await contacting.profile_of(tx, await person_of(hub, two))
        assert may_use(profile, "mobile", "support", clock.now()).why == "locked"
    assert await hub.value(ASKED) == 1


@pytest.mark.service
async def test_pairs_with_life_at_risk_stand_before_older_ones(hub: Hub, browse: AsPersona) -> None:
    await two_records(hub)
    later = a_domestic_crime(a_victim("V-c", risk={"grade": "high", "dash_score": 17}))
    for ref in ("V-c", "V-d"):
        crime = {**later, "crime_id": str(uuid4()), "victims": [{**later["victims"][0], "victim_ref": ref}]}
        crime["victims"][0]["sealed"] = hub.sealed(a_detail(given_names="Other"), crime["crime_id"], ref)
        await hub.hears(recorded(crime, at=clock.now()))
        await hub.every(opening.open_arrivals, clock.now())
    page = await (await browse("officer")).get("/cases/same-people")
    assert ["Life at risk" in row[0] for row in page.rows if " and " in row[0]] == [True, False]


@pytest.mark.service
async def test_a_lock_on_one_record_shuts_the_channel_for_the_other_and_for_its_provider(
    hub: Hub, browse: AsPersona
) -> None:
    one, two = await two_records(hub)
    first, second = await person_of(hub, one), await person_of(hub, two)
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person/{first}")
    await officer.submit("Save the decision", same="yes")
    viewer, now = a_viewer(), clock.now()
    async with hub.looks(viewer) as tx:
        await contacting.lock_channel(tx, viewer, one, "mobile", "someone_else_answered", now)
    async with hub.looks(viewer) as tx:
        profile = await contacting.profile_of(tx, second)
        assert may_use(profile, "mobile", "support", now).why == "locked"
        await contacting.set_safety(tx, viewer, two, "mobile", "safe", now, spoke=True)
    async with hub.looks(viewer) as tx:
        held = {channel.kind: channel for channel in await contact.channels(tx, first)}
    assert held["mobile"].safety == "safe" and not held["mobile"].locked


@pytest.mark.service
async def test_speaking_to_the_person_on_one_number_says_nothing_of_the_other(hub: Hub, browse: AsPersona) -> None:
    one, two = await two_records(hub)
    first = await person_of(hub, one)
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person/{first}")
    await officer.submit("Save the decision", same="yes")
    await hub.worker.pool.execute(
        "update channel set value_index = '\\x01', safety = 'unsafe', locked_at = now() where person_id = $1", first
    )
    async with hub.looks(a_viewer()) as tx:
        with pytest.raises(Refused, match="another_number"):
            await contacting.set_safety(tx, a_viewer(), two, "mobile", "safe", clock.now(), spoke=True)
    assert await hub.value("select locked_at from channel where person_id = $1 and kind = 'mobile'", first)


@pytest.mark.service
async def test_a_new_report_makes_every_record_of_a_person_unknown(hub: Hub, browse: AsPersona) -> None:
    one, two = await two_records(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person/{await person_of(hub, one)}")
    await officer.submit("Save the decision", same="yes")
    later = a_crime(a_victim("V-b", channels_safe=[]), reported_at=clock.now().isoformat())
    await hub.hears(recorded(later, at=clock.now()))
    async with hub.looks(a_viewer()) as tx:
        held = await contact.channels(tx, await person_of(hub, one))
    assert "safe" not in {channel.safety for channel in held}
    assert await hub.value("select repeat_count from case_file where crime_id = $1", UUID(later["crime_id"])) == 3


@pytest.mark.service
async def test_what_was_asked_for_before_is_offered_and_taken_over_but_no_channel(hub: Hub, browse: AsPersona) -> None:
    victim = a_victim("V-again", relationship_to_suspect="partner", language="pl")
    old = clock.now() - timedelta(days=30)
    first = await heard_case(hub, a_domestic_crime(victim), at=old)
    second = await heard_case(hub, a_domestic_crime({**victim, "language": "not_known"}))
    facts = await hub.value("select facts from routing where case_id = $1", first)
    facts["case"]["choices"] = ["worker_gender"]
    await hub.worker.pool.execute("update routing set facts = $2 where case_id = $1", first, facts)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{second}")
    assert "Asked for before: Language: Polish, Choice of the worker's gender." in page.text
    page = await officer.submit("Take these over")
    assert "Taken over: language, choices. No channel is safe because of it." in page.text
    held = await hub.value("select facts from routing where case_id = $1 order by run desc limit 1", second)
    assert (held["case"]["language"], held["case"]["choices"]) == ("pl", ["worker_gender"])
    assert await hub.value("select language from case_file where case_id = $1", second) == "pl"


@pytest.mark.service
async def test_everything_still_adds_up_after_a_link_and_its_undo(hub: Hub, browse: AsPersona) -> None:
    one, two = await two_records(hub)
    await hub.every(rerouting.notice_proposals, clock.now())
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person/{await person_of(hub, one)}")
    await officer.submit("Save the decision", same="yes")
    await officer.get(f"/cases/{two}/same-person/{await person_of(hub, one)}")
    await officer.submit("Undo: they may be two people")
    async with hub.as_worker() as tx:
        assert [check for check in await reconcile.checks(tx) if not check.ok] == []
