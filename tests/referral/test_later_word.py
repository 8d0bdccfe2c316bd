"""What was said last holds: a repeated snapshot, an older share and a message that waits do not stand above it."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.identity import case_id
from contracts.refused import Refused
from kit import clock
from services.referral.actions import consenting, contacting, linking, noticing, opening, packing, referring
from services.referral.store import cases, persons
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case
from tests.referral.test_actions import IDVA, agrees, send
from tests.referral.test_mailing import a_request, asked, state
from tests.referral.test_mailing import send as send_mail
from tests.referral.test_same_person import person_of

pytestmark = pytest.mark.service
OFFICER = a_viewer()
REACH = {"mobile": "07700 900321", "email": "wil.testperson@example.org"}


async def mobile(hub: Hub) -> str:
    return str(await hub.value("select safety from channel where kind = 'mobile'"))


async def test_a_repeated_word_about_an_older_crime_makes_no_channel_safe_again(hub: Hub) -> None:
    first = a_crime(a_victim("V-1", channels_safe=["mobile"]))
    await hub.hears(recorded(first, at=NOON))
    await hub.hears(recorded(a_crime(a_victim("V-1", channels_safe=[])), at=NOON + timedelta(hours=1)))
    assert await mobile(hub) == "unknown"
    await hub.hears([snapshot(updated(first, 2), NOON + timedelta(hours=2))])
    assert await mobile(hub) == "unknown"
    later = updated(a_crime(a_victim("V-1", channels_safe=[])), 1)
    await hub.hears(recorded(later, at=NOON + timedelta(hours=3)))
    later["victims"][0]["channels_safe"] = ["mobile"]
    await hub.hears([snapshot(updated(later, 2), NOON + timedelta(hours=4))])
    assert await mobile(hub) == "safe", "a new word of the police counts"


async def test_two_incidents_heard_at_once_leave_no_channel_safe_but_those_of_the_second(hub: Hub) -> None:
    first = a_crime(a_victim("V-1", channels_safe=["mobile", "email"]))
    second = a_crime(a_victim("V-1", channels_safe=["email"]))
    later = NOON + timedelta(minutes=1)
    await hub.hears([*recorded(first, at=NOON), *recorded(second, at=later)])
    rows = await hub.rows("select kind from channel where safety = 'safe'")
    assert [row["kind"] for row in rows] == ["email"]


async def test_what_the_police_recorded_opens_nothing_after_the_person_took_their_agreement_back(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"))
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], "V-1")
    [leg] = await hub.rows("select contract_id, line, gate from leg where case_id = $1", case)
    assert leg["gate"] == "police_share"
    agreement = await agrees(hub, case, leg["contract_id"])
    async with hub.looks(OFFICER) as tx:
        assert await consenting.withdraw(tx, OFFICER, agreement, "changed_mind", NOON) == 1
        again = await referring.offer_line(tx, OFFICER, case, leg["line"], NOON)
        await referring.triage(tx, OFFICER, again.referral_id, NOON)
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        await send(hub, again.referral_id, leg["contract_id"])
    await agrees(hub, case, leg["contract_id"])
    await send(hub, again.referral_id, leg["contract_id"])


async def test_no_message_leaves_to_somebody_who_said_no_to_sharing_since(hub: Hub) -> None:
    case = await asked(hub)
    await hub.worker.pool.execute("update case_file set share = 'refused' where case_id = $1", case)
    await send_mail(hub)
    assert await state(hub) == ("withheld", "share_refused", 0)
    await hub.hears([a_request(case)])
    assert (await hub.told(case))[-2:] == ["contact.withheld", "contact.withheld"]
    assert await hub.value("select count(*) from mail") == 1


async def two_that_are_one(hub: Hub) -> tuple[UUID, UUID]:
    """The cases of two records that a worker found to be one person, who then said that mobile and e-mail are safe."""
    channels = [{"kind": kind, "value": value, "safety": "safe"} for kind, value in REACH.items()]
    found = [await a_case(hub, a_crime(a_victim(ref, channels_safe=[*REACH])), channels=channels) for ref in "AB"]
    one, other = [await person_of(hub, case) for case in found]
    async with hub.looks(OFFICER) as tx:
        assert await linking.decide(tx, OFFICER, one, other, BOOKS, clock.now(), same=True)
    await hub.worker.pool.execute("update channel set safety = 'safe', set_at = now()")
    return found[0], found[1]


async def test_a_pack_holds_no_channel_that_another_record_of_the_person_calls_locked(hub: Hub) -> None:
    one, two = await two_that_are_one(hub)
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, one, "mobile", "someone_else_answered", clock.now())
        case = await cases.get(tx, two)
        assert case is not None
        pack = await packing.contents(tx, hub.sealer, case, BOOKS.directory.by_id[IDVA])
    assert [channel["kind"] for channel in pack["channels"]] == ["email"]


async def test_who_wants_no_question_is_asked_none_by_another_record_of_theirs(hub: Hub) -> None:
    one, two = await two_that_are_one(hub)
    async with hub.as_worker() as tx:
        await persons.no_feedback(tx, await person_of(hub, one), clock.now())
    await hub.hears([a_request(two)])
    assert await hub.value("select count(*) from mail") == 0
    assert (await hub.told(two))[-1] == "contact.withheld"


@pytest.mark.parametrize(("said", "after"), [("unknown", "unknown"), ("safe", "safe")])
async def test_what_was_said_of_a_number_is_not_said_of_the_one_in_its_place(hub: Hub, said: str, after: str) -> None:
    crime = a_crime(a_victim("V-1", channels_safe=["mobile"]))
    await a_case(hub, crime)
    assert await mobile(hub) == "safe"
    again = updated(crime, 2)
    new = a_detail(channels=[{"kind": "mobile", "value": "07700 900777", "safety": said}])
    again["victims"][0]["sealed"] = hub.sealed(new, again["crime_id"], "V-1")
    await hub.hears([snapshot(again, clock.now())])
    await hub.every(opening.open_arrivals, clock.now())
    assert await mobile(hub) == after


async def test_who_becomes_restricted_is_told_of_in_their_earlier_cases_too(hub: Hub) -> None:
    first = a_crime(a_victim("V-1"))
    await hub.hears(recorded(first))
    old = case_id(first["crime_id"], "V-1")
    await hub.hears(recorded(a_crime(a_victim("V-1", works_for="hub"))))
    told = await hub.rows("select type, data from case_event where case_id = $1 order by id", old)
    assert told[-1]["type"] == "case.updated.v1" and told[-1]["data"]["restricted"] is True
    assert told[-1]["data"]["changed"] == ["restricted"]


async def test_one_word_of_a_batch_that_somebody_is_restricted_counts_for_all_that_follows(hub: Hub) -> None:
    ours, other = a_victim("V-1", works_for="hub"), a_victim("V-1")
    await hub.hears(recorded(a_crime(ours), a_crime(other)))
    assert await hub.value("select bool_and(restricted) from person")
    assert await hub.value("select bool_and(restricted) from case_file")


async def test_an_urgent_case_that_nobody_has_any_more_is_told_of_again(hub: Hub) -> None:
    case = await a_case(hub)
    open_ones = "select count(*) from notice where case_id = $1 and over_at is null"
    give = "update case_file set assigned_to = $2 where case_id = $1"
    found = []
    for worker in (None, OFFICER.user_id, None):
        await hub.worker.pool.execute(give, case, worker)
        await hub.every(noticing.notice, clock.now())
        found.append(await hub.value(open_ones, case))
    assert found == [2, 0, 2]


@pytest.mark.parametrize(("said_no", "sent"), [(True, 1), (False, 2)])
async def test_a_new_line_is_not_sent_by_itself_to_somebody_who_said_no(hub: Hub, said_no: bool, sent: int) -> None:
    crime = a_crime(a_victim("V-1"))
    await hub.hears(recorded(crime))
    case = case_id(crime["crime_id"], "V-1")
    agreement = await agrees(hub, case, await hub.value("select contract_id from leg where case_id = $1", case))
    if said_no:
        async with hub.looks(OFFICER) as tx:
            await consenting.withdraw(tx, OFFICER, agreement, "changed_mind", NOON)
    later = updated(crime, 2, hate_strands=["race"])
    await hub.hears([snapshot(later, NOON + timedelta(hours=1))])
    assert "hate_crime" in {row["line"] for row in await hub.rows("select line from referral where case_id = $1", case)}
    assert await hub.value("select count(*) from leg where case_id = $1", case) == sent
