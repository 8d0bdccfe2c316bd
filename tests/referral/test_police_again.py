"""What the police say later of somebody whom a provider helps: that they died, or that no way is safe any more."""

from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from kit import clock
from services.referral import said
from services.referral.actions import contacting, locking, opening, packing, providing, settling
from tests.builders import a_crime, a_detail, a_victim, a_viewer, recorded, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.portal import portal_of

pytestmark = pytest.mark.service
NUMBER = "07700 900321"
OPEN = "select kind from task where case_id = $1 and done_at is null order by 1"


async def with_its_provider(hub: Hub, crime: dict[str, Any], **detail: Any) -> UUID:
    """The case of the crime's first person, sent by itself and accepted, with what its provider gets of it."""
    case = await a_case(hub, crime, **detail)
    await hub.every(packing.freeze_automatic, clock.now())
    [leg] = await hub.rows("select referral_id, provider_id from leg where case_id = $1", case)
    worker = a_viewer("idva.worker", organisation_id=leg["provider_id"])
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, leg["referral_id"], clock.now())
    await hub.every(settling.settle, clock.now())
    return case


async def asked(hub: Hub, case: UUID) -> list[str]:
    return [row["kind"] for row in await hub.rows(OPEN, case)]


async def at_the_provider(hub: Hub, databases: Databases, case: UUID) -> str:
    """The page of the case's one referral, as its provider sees it."""
    referral = await hub.value("select referral_id from leg where case_id = $1", case)
    async with portal_of(hub, databases) as browse:
        return (await (await browse("support.worker")).get(f"/portal/referrals/{referral}")).text


async def at_the_hub(hub: Hub, databases: Databases, case: UUID) -> str:
    async with hub_pages(hub, databases) as browse:
        return (await (await browse("officer")).get(f"/cases/{case}")).text


@pytest.mark.parametrize("where", ["the same crime", "another crime"])
async def test_who_the_police_name_among_the_dead_is_called_by_nobody_any_more(
    hub: Hub, databases: Databases, where: str
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    assert NUMBER in await at_the_provider(hub, databases, case)
    kin = {"kin_ref": "K-1", "relationship": "parent", "share": "agreed", "channels_safe": ["mobile"]}
    dead: dict[str, Any] = {"victim_ref": "V-1", "kind": "deceased", "bereaved": [kin]}
    if where == "another crime":
        of_crime = a_crime(dead, offence_code="1")
        await hub.hears(recorded(of_crime, at=clock.now()))
        assert "not_in_the_record" not in await asked(hub, case)
    else:
        of_crime = crime
        for revision in (2, 3):
            again = updated(crime, revision, victims=[dead], offence_code="1")
            await hub.hears([snapshot(again, clock.now())])
    assert await asked(hub, case) == ["person_died"], "once, and nobody asks why they are not in the record"
    held = await hub.rows("select distinct safety, locked_why from channel c join case_file f using (person_id)"
                          " where f.case_id = $1", case)  # fmt: skip
    assert held == [{"safety": "unsafe", "locked_why": "died"}]
    page = await at_the_provider(hub, databases, case)
    assert "this person died" in page and NUMBER not in page
    page = await at_the_hub(hub, databases, case)
    assert "nothing is known to be safe" in page and "Not in the last police record" not in page
    family = case_id(of_crime["crime_id"], "K-1")
    asked_of = "select count(*) from channel c join case_file f using (person_id) where f.case_id = $1"
    assert await hub.value(f"{asked_of} and c.locked_at is not null", family) == 0
    await hub.every(locking.carry_on, clock.now())
    told = "select count(*) from case_event where case_id = $1 and data ->> 'reason_code' = 'died'"
    assert await hub.value(told, case) > 0, "who waits to ask how it went hears that no way is left"


SAFE = {"kind": "mobile", "value": NUMBER, "safety": "safe", "voicemail": False}
UNSAFE = "not_safe_any_more"


async def the_police_say(
    hub: Hub, crime: dict[str, Any], safe: list[str], channels: list[dict[str, Any]] | None, revision: int = 2
) -> None:
    """One more snapshot, with which kinds of channel are safe, and what is sealed of them (None: nothing came)."""
    person = dict(crime["victims"][0], channels_safe=safe)
    person.pop("sealed", None)
    if channels is not None:
        person["sealed"] = hub.sealed(a_detail(channels=channels), crime["crime_id"], person["victim_ref"])
    await hub.hears([snapshot(updated(crime, revision, victims=[person]), clock.now())])
    await hub.every(opening.open_arrivals, clock.now())


async def safety(hub: Hub, kind: str = "mobile") -> str:
    return str(await hub.value("select safety from channel where kind = $1", kind))


@pytest.mark.parametrize(
    ("safe", "channels", "after"),
    [
        ([], None, "unknown"),
        ([], [SAFE], "unknown"),
        ([], [SAFE | {"safety": "unknown"}], "unknown"),
        ([], [], "unknown"),
        (["email"], [{"kind": "email", "value": "wil@example.org", "safety": "safe"}], "unknown"),
        (["mobile"], [{"kind": "email", "value": "wil@example.org", "safety": "safe"}], "unknown"),
        ([], [SAFE | {"safety": "unsafe"}], "unsafe"),
        (["mobile"], [SAFE | {"safety": "unsafe"}], "unsafe"),
    ],
)
async def test_what_the_police_no_longer_call_safe_is_safe_nowhere_and_somebody_finds_out_today(
    hub: Hub, databases: Databases, safe: list[str], channels: list[dict[str, Any]] | None, after: str
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    await the_police_say(hub, crime, safe, channels)
    assert await safety(hub) == after
    assert UNSAFE in await asked(hub, case)
    assert await hub.value("select bool_or(trigger = $1) from alert", UNSAFE)
    if not safe:
        assert await hub.value("select holds from case_file where case_id = $1", case) == ["no_safe_channel"]
        page = await at_the_hub(hub, databases, case)
        assert "nothing is known to be safe" in page and "today" in page.lower()
    if channels == []:
        page = await at_the_provider(hub, databases, case)
        assert NUMBER not in page and "not known to be safe any more" in page
    told = "select count(*) from case_event where case_id = $1 and type = 'contact-safety.changed.v1'"
    assert await hub.value(told, case) >= 1
    alarms = await hub.value("select count(*) from alert where trigger = $1", UNSAFE)
    await the_police_say(hub, crime, safe, channels, 3)
    assert await hub.value("select count(*) from alert where trigger = $1", UNSAFE) == alarms, "once"


@pytest.mark.parametrize("kind", ["person", "business"])
async def test_first_details_that_shut_a_way_and_news_of_a_business_ask_nothing_of_anybody(hub: Hub, kind: str) -> None:
    other = {} if kind == "person" else {"kind": kind, "named_contact": True, "age_at_report": None}
    ways = [("email", "wil.testperson@example.org", "safe"), ("mobile", NUMBER, "safe"), ("text", NUMBER, "unsafe")]
    given = [{"kind": way, "value": value, "safety": safety} for way, value, safety in ways]
    crime = a_crime(a_victim("V-1", channels_safe=["email", "mobile"], **other))
    case = await with_its_provider(hub, crime, channels=given[:2] if kind == "business" else given)
    if kind == "business":
        victim = crime["victims"][0] | {"channels_safe": ["email"]}
        await hub.hears([snapshot(updated(crime, 2, victims=[victim]), clock.now())])
    assert await safety(hub) == ("unsafe" if kind == "person" else "unknown")
    assert "not_safe_any_more" not in await asked(hub, case)


async def test_a_business_whose_named_contact_is_gone_is_rung_by_nobody_and_its_provider_is_told(
    hub: Hub, databases: Databases
) -> None:
    named = {"kind": "business", "named_contact": True, "age_at_report": None}
    crime = a_crime(a_victim("V-1", **named))
    case = await with_its_provider(hub, crime)
    assert await safety(hub) == "safe"
    for _ in range(2):
        told = updated(crime, 2, victims=[crime["victims"][0] | {"named_contact": False}])
        await hub.hears([snapshot(told, clock.now())])
        await hub.every(opening.open_arrivals, clock.now())
    assert await safety(hub) == "unknown" and await asked(hub, case) == ["contact_gone"]
    [told_of] = await hub.rows("select trigger from alert where case_id = $1", case)
    assert "nobody is named any more to speak to" in said.FOUND[told_of["trigger"]]
    assert "ask them who speaks for it now" in await at_the_hub(hub, databases, case)


async def test_what_happened_that_nobody_told_waits_for_a_human_and_says_so(hub: Hub, databases: Databases) -> None:
    case = await a_case(hub, a_crime(a_victim("V-1"), offence_code=None))
    assert await hub.value("select count(*) from leg") == 0
    assert "Nothing that our lists know says what happened" in await at_the_hub(hub, databases, case)


async def test_what_the_person_told_a_worker_and_what_the_police_repeat_stay_safe(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    await the_police_say(hub, crime, ["mobile"], [SAFE])
    assert await safety(hub) == "safe" and await asked(hub, case) == []
    async with hub.looks(a_viewer()) as tx:
        await contacting.set_safety(tx, a_viewer(), case, "mobile", "safe", clock.now(), spoke=True)
    await the_police_say(hub, crime, [], [], 3)
    assert await safety(hub) == "safe" and UNSAFE not in await asked(hub, case)


async def test_later_details_that_do_not_open_make_no_old_number_safe_and_are_asked_for_again(
    hub: Hub, databases: Databases
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    person = dict(crime["victims"][0], sealed=hub.sealed(a_detail(), "another crime", "V-1"))
    for revision in (2, 3):
        await hub.hears([snapshot(updated(crime, revision, victims=[person]), clock.now())])
        await hub.every(opening.open_arrivals, clock.now())
    assert await safety(hub) == "unknown"
    assert await asked(hub, case) == ["details_unread"]
    page = await at_the_hub(hub, databases, case)
    assert "What the police sent sealed does not" in page and "nothing is known to be safe" in page
    page = await at_the_provider(hub, databases, case)
    assert NUMBER not in page and "does not open" in page
    assert "not known to be safe any more" not in page, "the police told nothing of the kind"


@pytest.mark.parametrize(
    ("then", "after"),
    [
        ("told safe", "safe"),
        ("told unsafe", "unsafe"),
        ("told without a word", "unknown"),
        ("left out", "unknown"),
        ("a new incident", "unknown"),
        ("locked", "unsafe"),
        ("a worker", "unknown"),
    ],
)
async def test_details_that_open_again_count_again_unless_somebody_said_otherwise_meanwhile(
    hub: Hub, databases: Databases, then: str, after: str
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    person = dict(crime["victims"][0], sealed=hub.sealed(a_detail(), "another crime", "V-1"))
    await hub.hears([snapshot(updated(crime, 2, victims=[person]), clock.now())])
    await hub.every(opening.open_arrivals, clock.now())
    if then == "a new incident":
        await hub.hears(recorded(a_crime(a_victim("V-1", channels_safe=[])), at=clock.now()))
    elif then == "locked":
        async with hub.looks(a_viewer()) as tx:
            await contacting.lock_channel(tx, a_viewer(), case, "mobile", "said_unsafe", clock.now())
    elif then == "a worker":
        async with hub.looks(a_viewer()) as tx:
            await contacting.set_safety(tx, a_viewer(), case, "mobile", "unknown", clock.now(), spoke=True)
    told = {"told unsafe": "unsafe", "told without a word": "unknown"}.get(then, "safe")
    await the_police_say(hub, crime, ["mobile"], [] if then == "left out" else [SAFE | {"safety": told}], 3)
    assert await safety(hub) == after
    assert "details_unread" not in await asked(hub, case), "it opens now"
    page = await at_the_provider(hub, databases, case)
    assert (NUMBER in page) == (after == "safe")
    if then == "told safe":
        assert "did not open at first" in page and await asked(hub, case) == []
        assert "Safe now: Mobile" in await at_the_hub(hub, databases, case)


@pytest.mark.parametrize("alone", [False, True])
async def test_a_crime_that_is_now_murder_comes_back_to_a_human_and_is_told(
    hub: Hub, databases: Databases, alone: bool
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    if not alone:  # danger became known before, and a human has the case again, while its provider goes on
        crime = updated(crime, 2, victims=[a_victim("V-1", vulnerabilities=["suicide_risk"])])
        await hub.hears([snapshot(crime, clock.now())])
        await hub.worker.pool.execute("update task set done_at = now()")
    await hub.hears([snapshot(updated(crime, 3, offence_code="1"), clock.now())])
    assert "new_hold" in await asked(hub, case)
    assert await hub.rows("select state, decision from case_file") == [{"state": "waiting", "decision": "waiting"}]
    assert "More was told" in await at_the_provider(hub, databases, case)
    alerts = await hub.value("select count(*) from alert")
    await hub.hears([snapshot(updated(crime, 4, offence_code="1"), clock.now())])
    assert await hub.value("select count(*) from alert") == alerts, "once"


async def test_a_new_line_of_a_case_that_is_with_a_provider_is_told_and_asked_about(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await with_its_provider(hub, crime)
    await hub.hears([snapshot(updated(crime, 2, hate_strands=["race"]), clock.now())])
    assert await asked(hub, case) == ["new_hold"]
    assert await hub.rows("select trigger from alert") == [{"trigger": "asks_for_care"}]


async def test_who_is_moved_to_another_crime_is_not_sent_by_itself_to_the_same_line_again(
    hub: Hub, databases: Databases
) -> None:
    first, other = a_crime(a_victim("V-1")), a_crime(a_victim("V-2"))
    case = await with_its_provider(hub, first)
    await hub.hears(recorded(other, at=clock.now()))
    moved = case_id(other["crime_id"], "V-1")
    here = snapshot(updated(first, 2, victims=[]), clock.now())
    there = snapshot(updated(other, 2, victims=[*other["victims"], a_victim("V-1")]), clock.now())
    await hub.hears([here, there])
    assert await hub.value("select count(*) from leg where case_id = $1", moved) == 0
    assert await hub.value("select state from referral where case_id = $1", moved) == "received"
    assert "Known already" in await at_the_hub(hub, databases, moved)
    again = updated(other, 3, victims=[*other["victims"], a_victim("V-1", sex="male")])
    await hub.hears([snapshot(again, clock.now())])
    assert await hub.value("select count(*) from leg where case_id in ($1, $2)", case, moved) == 1
