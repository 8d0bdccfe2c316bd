"""A new incident makes every channel unknown and says so; two records of one person, and which number is theirs now."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.referral import ContactSafetyChanged
from contracts.refused import Refused
from kit import clock
from services.referral.actions import contacting, numbers, opening, rerouting, taking_in
from services.referral.store import contact
from tests.builders import a_crime, a_detail, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import a_referral_sent
from tests.referral.test_actions import a_self_referral
from tests.referral.test_alarms import SAFE, takes
from tests.referral.test_same_person import person_of, two_records

pytestmark = pytest.mark.service
OFFICER = a_viewer()
NUMBER = "07700 900654"


async def told_unsafe(hub: Hub, case: UUID) -> list[tuple[str, str, str | None]]:
    """What was announced of channels of a case: which, how safe, and why."""
    rows = await hub.rows(
        "select data from case_event where case_id = $1 and type = $2 order by id", case, ContactSafetyChanged.TYPE
    )
    return [(row["data"]["channel"], row["data"]["safety"], row["data"].get("reason_code")) for row in rows]


async def a_report(hub: Hub, ref: str, days: int, safe: list[str]) -> UUID:
    """A report of somebody so many days ago; returns the case."""
    at = clock.now() - timedelta(days=days)
    crime = a_crime(a_victim(ref, channels_safe=safe), reported_at=at.isoformat(), recorded_at=at.isoformat())
    await hub.hears(recorded(crime, at=at))
    found: UUID = await hub.value("select case_id from case_file where crime_id = $1", UUID(crime["crime_id"]))
    return found


async def linked(hub: Hub, browse: AsPersona, one: UUID, two: UUID) -> None:
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person/{await person_of(hub, one)}")
    await officer.submit("Save the decision", same="yes")


async def test_a_new_incident_is_told_once_to_every_earlier_case_of_a_channel_that_changed(hub: Hub) -> None:
    first = await a_report(hub, "V-x", 40, ["mobile", "email"])
    await hub.worker.pool.execute("update case_file set state = 'closed' where case_id = $1", first)
    second = await a_report(hub, "V-x", 2, ["email"])
    assert await told_unsafe(hub, first) == [("mobile", "unknown", "new_incident")], "e-mail is safe by the new report"
    assert await told_unsafe(hub, second) == []
    [row] = await hub.rows(
        "select causation from kit.outbox where subject_id = $1 and type = $2",
        first,
        ContactSafetyChanged.TYPE,
    )
    assert row["causation"]
    await a_report(hub, "V-x", 1, ["email"])
    assert await told_unsafe(hub, first) == [("mobile", "unknown", "new_incident")], "nothing changed, nothing is told"


async def test_a_self_referral_of_somebody_known_makes_their_channels_unknown(hub: Hub) -> None:
    case = await a_report(hub, "V-s", 40, ["mobile", "letter"])
    given = a_self_referral()
    async with hub.looks(OFFICER) as tx:
        await taking_in.self_referral(tx, OFFICER, given, await person_of(hub, case), BOOKS, hub.sealer, clock.now())
    said = set(given.facts.channels_safe)
    gone = {"mobile", "letter"} - said
    assert {(kind, why) for kind, _, why in await told_unsafe(hub, case)} == {(kind, "new_incident") for kind in gone}
    assert gone


async def test_records_found_to_be_one_person_know_nothing_from_before_the_newest_incident(
    hub: Hub, browse: AsPersona
) -> None:
    one = await a_report(hub, "V-old", 40, ["mobile", "email"])
    given, person = a_self_referral(), uuid4()
    async with hub.looks(OFFICER) as tx:
        await taking_in.self_referral(tx, OFFICER, given, person, BOOKS, hub.sealer, clock.now())
    two = await hub.value("select case_id from case_file where person_id = $1", person)
    await hub.worker.pool.execute(
        "insert into same_person (person_id, other_id, matched, proposed_at)"
        " values (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), '{phone}', now())",
        person,
        await person_of(hub, one),
    )
    await linked(hub, browse, one, two)
    assert {kind for kind, safety, _ in await told_unsafe(hub, one) if safety == "unknown"} == {"mobile", "email"}
    safe = "select kind from channel where person_id = $1 and safety = 'safe' order by kind"
    assert await hub.rows(safe, await person_of(hub, one)) == []
    assert {row["kind"] for row in await hub.rows(safe, person)} == set(given.facts.channels_safe), "said just now"


async def another_number(hub: Hub, case: UUID) -> None:
    """The police tell of another number of the person of a case."""
    [row] = await hub.rows("select crime_id, victim_ref from case_file where case_id = $1", case)
    channels = [{"kind": "mobile", "value": NUMBER, "safety": "safe"}]
    crime = a_crime(a_victim(row["victim_ref"]))
    sealed = hub.sealed(a_detail(channels=channels), crime["crime_id"], row["victim_ref"])
    crime["victims"][0]["sealed"] = sealed
    await hub.hears(recorded(crime, at=clock.now()))
    await hub.every(opening.open_arrivals, clock.now())


async def test_one_of_two_numbers_is_decided_to_be_theirs_and_can_be_safe_again(hub: Hub, browse: AsPersona) -> None:
    one, two = await two_records(hub)
    await linked(hub, browse, one, two)
    await another_number(hub, one)
    first, second = await person_of(hub, one), await person_of(hub, two)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{two}/contact")
    assert "ends in 654" in page.text and NUMBER not in page.text
    async with hub.looks(OFFICER) as tx:
        with pytest.raises(Refused, match="another_number"):
            await contacting.set_safety(tx, OFFICER, two, "mobile", "safe", clock.now(), spoke=True)
    page = await officer.follow("Say which is the person's now: mobile")
    page = await officer.submit("Decide", 422)
    assert page.errors == ["Choose which number or address is the person's now", "Choose how you know"]
    page = await officer.submit("Decide", keep=str(first), reason="person_said")
    assert "Nothing is safe by it" in page.text and "the person said so when we spoke" in page.text
    async with hub.looks(OFFICER) as tx:
        values = [await contact.digests(tx, person) for person in (first, second)]
        assert values[0]["mobile"] == values[1]["mobile"] == hub.sealer.blind("value", NUMBER)
        assert [c.safety for c in await contact.channels(tx, second) if c.kind == "mobile"] != ["safe"]
        await contacting.set_safety(tx, OFFICER, two, "mobile", "safe", clock.now(), spoke=True)
        assert [c.safety for c in await contact.channels(tx, first) if c.kind == "mobile"] == ["safe"]
    told = await hub.rows("select reason from kit.audit where action = 'channel.number_retired'")
    assert [row["reason"] for row in told] == ["person_said"]
    await officer.get(f"/cases/{two}/contact/numbers/mobile", 409)
    again = {"keep": str(first), "reason": "person_said"}
    where = f"/cases/{two}/contact/numbers/mobile"
    for other in (again | {"keep": str(second)}, again | {"keep": "none"}, again | {"reason": "wrong_number"}):
        page = await officer.post(where, other, 409)
        assert "which number or address is the person's" in page.text and page.link("See how it stands")
    await officer.get(f"/cases/{two}/contact")
    assert "Nothing is safe by it" in (await officer.post(where, again)).text, "pressed twice, it is done"
    leader = await browse("leader")
    await leader.get(f"/cases/{two}/contact")
    await leader.post(where, again, 409)
    assert await hub.value("select count(*) from kit.audit where action = 'channel.number_decided'") == 1


async def test_a_retired_number_does_not_come_back_by_itself_and_an_undone_link_gives_it_back(
    hub: Hub, browse: AsPersona
) -> None:
    one, two = await two_records(hub)
    await linked(hub, browse, one, two)
    old = await hub.value("select value_index from channel where person_id = $1", await person_of(hub, two))
    await another_number(hub, one)
    first, second = await person_of(hub, one), await person_of(hub, two)
    async with hub.looks(OFFICER) as tx:
        await numbers.decide(tx, OFFICER, hub.sealer, two, "mobile", str(first), "wrong_number", clock.now())
    index = "select value_index from channel where person_id = $1 and kind = 'mobile'"
    crime = a_crime(a_victim("V-b"))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-b")
    await hub.hears(recorded(crime, at=clock.now()))
    await hub.every(opening.open_arrivals, clock.now())
    assert await hub.value(index, second) == hub.sealer.blind("value", NUMBER)
    officer = await browse("officer")
    await officer.get(f"/cases/{two}/same-person/{first}")
    await officer.submit("Undo: they may be two people")
    assert await hub.value(index, second) == old, "nobody is rung on another's number"
    assert await hub.value("select safety from channel where person_id = $1 and kind = 'mobile'", second) != "safe"
    assert await hub.value(index, first) == hub.sealer.blind("value", NUMBER)


async def test_two_incidents_told_on_one_day_without_the_police_are_two_reports_and_a_case_decided_again_is_one(
    hub: Hub,
) -> None:
    person, told = uuid4(), [a_self_referral(), a_self_referral()]
    for given in told:
        async with hub.looks(OFFICER) as tx:
            await taking_in.self_referral(tx, OFFICER, given, person, BOOKS, hub.sealer, clock.now())
    for given in (*told, told[0]):
        async with hub.looks(OFFICER) as tx:
            await rerouting.rerun(tx, given.facts.case_id, BOOKS, clock.now())
        counted = await hub.value("select repeat_count from case_file where case_id = $1", given.facts.case_id)
        assert counted == 2


@pytest.mark.parametrize("hours", [-30, 1])
async def test_no_report_makes_safe_what_a_service_found_unsafe_until_the_person_says_so(hub: Hub, hours: int) -> None:
    sent = await a_referral_sent(hub, channels=SAFE)
    await takes(hub, sent, "decline", reason_code="unsafe")
    at = clock.now() + timedelta(hours=hours)
    ref = await hub.value("select victim_ref from case_file where case_id = $1", sent.case)
    crime = a_crime(a_victim(ref, channels_safe=["mobile", "letter"]), reported_at=at.isoformat())
    await hub.hears(recorded(crime, at=at))
    safe = "select kind from channel where person_id = $1 and safety = 'safe'"
    assert await hub.rows(safe, sent.person) == []
    [late] = await hub.rows("select decision, holds from case_file where crime_id = $1", UUID(crime["crime_id"]))
    assert late["decision"] == "waiting" and "no_safe_channel" in late["holds"]
    given = a_self_referral()
    async with hub.looks(OFFICER) as tx:
        await taking_in.self_referral(tx, OFFICER, given, sent.person, BOOKS, hub.sealer, clock.now())
    assert {row["kind"] for row in await hub.rows(safe, sent.person)} == set(given.facts.channels_safe)
