"""A lock follows the number: on every kind of channel, in every record of the person, whoever names it anew and how."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.identity import case_id
from services.referral.actions import contacting, linking, locking, opening, sealing, told_channels
from services.referral.domain import safe_contact
from services.referral.store import contact
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, a_referral_sent

pytestmark = pytest.mark.service
WORKER, OFFICER = a_viewer("idva.worker"), a_viewer()
NUMBER, WRITTEN_OTHERWISE, ANOTHER = "07700 900421", "+44 (0)7700 900 421", "07700 900422"
SOON = LATER + timedelta(seconds=1)


def safe(**numbers: str) -> list[dict[str, str]]:
    return [{"kind": kind, "value": value, "safety": "safe"} for kind, value in numbers.items()]


async def why(hub: Hub, person: UUID, kind: str, provider: bool = False) -> str:
    """What the one check says of a channel, to the hub or to the provider."""
    async with hub.looks(WORKER if provider else OFFICER) as tx:
        return safe_contact.may_use(await contacting.profile_of(tx, person), kind, "support", SOON).why


async def says(hub: Hub, ref: str, at_hours: int = 1, **numbers: str) -> UUID:
    """The police tell of another crime against somebody, with these numbers as safe; whose record it is."""
    crime = a_crime(a_victim(ref, channels_safe=sorted(numbers)))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(channels=safe(**numbers)), crime["crime_id"], ref)
    await hub.hears(recorded(crime, at=NOON + timedelta(hours=at_hours)))
    await hub.every(opening.open_arrivals)
    asked = "select person_id from case_file where case_id = $1"
    found: UUID = await hub.value(asked, case_id(crime["crime_id"], ref))
    return found


async def test_somebody_else_answered_and_the_same_number_is_shut_for_texts_too_for_hub_and_provider(hub: Hub) -> None:
    sent = await a_referral_sent(hub, channels=safe(mobile=NUMBER, text=WRITTEN_OTHERWISE, landline=ANOTHER))
    await hub.worker.pool.execute("update channel set safety = 'safe'")
    assert await why(hub, sent.person, "text", provider=True) == "safe"
    async with hub.looks(WORKER) as tx:
        await contacting.lock_channel(tx, WORKER, sent.case, "mobile", "someone_else_answered", LATER)
    for provider in (True, False):
        assert await why(hub, sent.person, "text", provider=provider) == "locked"
        assert await why(hub, sent.person, "landline", provider=provider) == "safe"
    while await hub.every(locking.carry_on, SOON):
        pass
    told = "select count(*) from case_event where data ->> 'channel' = $1 and (data ->> 'locked')::boolean"
    assert [await hub.value(told, kind) for kind in ("mobile", "text")] == [1, 1]


async def test_a_locked_number_that_is_named_anew_on_another_kind_stays_locked_until_it_is_lifted(hub: Hub) -> None:
    sent = await a_referral_sent(hub, channels=safe(mobile=NUMBER))
    ref = await hub.value("select victim_ref from case_file where case_id = $1", sent.case)
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, sent.case, "mobile", "someone_else_answered", LATER)
    await says(hub, ref, 1, mobile=ANOTHER)
    await says(hub, ref, 2, text=WRITTEN_OTHERWISE)
    for provider in (True, False):
        assert await why(hub, sent.person, "text", provider=provider) == "locked"
    async with hub.looks(OFFICER) as tx:
        await contacting.set_safety(tx, OFFICER, sent.case, "text", "safe", SOON, spoke=True)
    await says(hub, ref, 3, text=NUMBER)
    assert await why(hub, sent.person, "text") == "safe"


async def test_a_record_that_is_found_to_be_of_the_same_person_has_the_number_locked_on_every_kind(hub: Hub) -> None:
    sent = await a_referral_sent(hub, channels=safe(mobile=NUMBER))
    other = await says(hub, "V-other", text=NUMBER)
    assert await why(hub, other, "text") == "safe"
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, sent.case, "mobile", "someone_else_answered", LATER)
    assert await why(hub, other, "text") == "safe"
    async with hub.looks(OFFICER) as tx:
        assert await linking.decide(tx, OFFICER, sent.person, other, BOOKS, SOON, same=True)
    locked = "select locked_why from channel where person_id = $1 and kind = 'text'"
    assert await hub.value(locked, other) == "someone_else_answered"


async def test_a_provider_locks_a_number_that_a_record_it_does_not_see_has_too_and_both_are_shut(hub: Hub) -> None:
    sent = await a_referral_sent(hub, channels=safe(mobile=NUMBER))
    other = await says(hub, "V-unseen", text=NUMBER)
    await hub.worker.pool.execute("update channel set safety = 'safe'")
    for pair in ((sent.person, other), (other, sent.person)):
        await hub.worker.pool.execute("insert into linked_person values ($1, $2) on conflict do nothing", *pair)
    async with hub.looks(WORKER) as tx:
        await contacting.lock_channel(tx, WORKER, sent.case, "mobile", "someone_else_answered", LATER)
    while await hub.every(locking.carry_on, SOON):
        pass
    assert [await why(hub, sent.person, "mobile"), await why(hub, other, "text")] == ["locked", "locked"]
    assert await hub.value("select count(distinct person_id) from locked_value") == 2


async def test_what_is_not_one_number_is_safe_for_nobody_and_is_opened_for_nobody(hub: Hub) -> None:
    sent = await a_referral_sent(
        hub, channels=safe(mobile=NUMBER, text=f"{NUMBER} or her mother's", email="a@example.org")
    )
    await hub.every(opening.open_arrivals)
    assert await why(hub, sent.person, "text", provider=True) == "unsafe"
    async with hub.looks(OFFICER) as tx:
        await contacting.set_safety(tx, OFFICER, sent.case, "text", "safe", LATER, spoke=True)
        held = await contact.values(tx, sent.person)
        assert {"text"} <= set(held)
        assert set(await sealing.open_channels(hub.sealer, sent.person, held)) == {"mobile", "email"}


async def test_a_number_that_is_unsafe_on_one_kind_is_unsafe_on_every_kind(hub: Hub) -> None:
    person = await says(hub, "V-both", mobile=NUMBER, text=WRITTEN_OTHERWISE, landline=ANOTHER)
    sent = await hub.value("select case_id from case_file where person_id = $1", person)
    twin = await says(hub, "V-twin", text=NUMBER, landline=ANOTHER)
    await hub.worker.pool.execute("insert into linked_person values ($1, $2), ($2, $1)", person, twin)
    async with hub.looks(OFFICER) as tx:
        shut = await contacting.set_safety(tx, OFFICER, sent, "mobile", "unsafe", SOON, spoke=False)
    assert shut == ["text"]
    assert await hub.value("select safety from channel where person_id = $1 and kind = 'text'", twin) == "unsafe"
    assert [await why(hub, person, kind) for kind in ("mobile", "text", "landline")] == ["unsafe", "unsafe", "safe"]
    channels = [{"kind": "mobile", "value": NUMBER, "safety": "unsafe"}, *safe(text=NUMBER)]
    crime = a_crime(a_victim("V-police", channels_safe=["text"]))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(channels=channels), crime["crime_id"], "V-police")
    await hub.hears(recorded(crime))
    await hub.every(opening.open_arrivals)
    other = await hub.value("select person_id from case_file where victim_ref = 'V-police'")
    assert [await why(hub, other, kind) for kind in ("mobile", "text")] == ["unsafe", "unsafe"]


async def test_the_first_number_of_a_channel_that_was_called_safe_without_one_is_unknown(hub: Hub) -> None:
    person = await says(hub, "V-none", mobile=NUMBER)
    case = await hub.value("select case_id from case_file where person_id = $1", person)
    async with hub.looks(OFFICER) as tx:
        await contacting.set_safety(tx, OFFICER, case, "text", "safe", SOON, spoke=True)
    channels = [*safe(mobile=NUMBER), {"kind": "text", "value": ANOTHER, "safety": "unknown"}]
    key = (await hub.context.sealer.data_keys([person]))[person]
    given = [sealing.GivenChannel(**one) for one in channels]
    async with hub.as_worker() as tx:
        await told_channels.keep(tx, [sealing.close_channel(hub.sealer, key, person, one) for one in given], SOON)
    assert await why(hub, person, "text") == "unknown" and await why(hub, person, "mobile") == "safe"


async def test_two_texts_without_a_digit_are_not_one_number(hub: Hub) -> None:
    assert sealing.value_index(hub.sealer, "mobile", "ask her") != sealing.value_index(hub.sealer, "text", "ask him")
