"""What a worker heard from the person stands until the person or a new incident says otherwise: the police may only
shut."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from contracts.refused import Refused
from kit import clock
from services.referral.actions import contacting, linking, opening, timing
from services.referral.domain.later_word import Word, after
from services.referral.domain.safe_contact import ChannelState, Profile, may_use
from services.referral.domain.safe_times import WEEKDAYS
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case
from tests.referral.test_same_person import person_of

OFFICER = a_viewer()
SAFE = Word("safe", "tue", "10:00-12:00", None, None)
DAYS = [None, "mon-fri", "tue,thu", "sat", "mon", "whenever", "sun-mon"]
HOURS = [None, "09:00-17:00", "18:00-02:00", "22:00-06:00", "00:00-06:00", "12:00-00:00", "any time", "evenings"]


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        (Word("safe", "mon-fri", "09:00-17:00", True, True), SAFE),
        (Word("unknown"), SAFE),
        (Word("unsafe"), Word("unsafe", "tue", "10:00-12:00")),
        (Word("safe", "mon-tue", "11:00-18:00"), Word("safe", "tue", "11:00-12:00")),
        (Word("safe", "fri", "13:00-14:00"), Word("safe", "differs", "differs")),
        (Word("safe", voicemail=False, say_who=False), Word("safe", "tue", "10:00-12:00", False, False)),
    ],
)
def test_the_polices_newer_word_shuts_and_never_opens_what_the_person_told_a_worker(told: Word, stands: Word) -> None:
    assert after(SAFE, told, {}, heard=True, other_number=False) == stands


def test_of_what_only_the_police_told_their_newer_word_counts_and_a_repeated_one_is_no_news() -> None:
    told = Word("safe", "mon-fri", "09:00-17:00", True, False)
    assert after(SAFE, told, {}, heard=False, other_number=False) == told
    before = {"safety": "unsafe", "days": "mon", "hours": "11:00-12:00", "voicemail": False}
    again = Word("unsafe", "mon", "11:00-12:00", False)
    for heard in (True, False):
        assert after(SAFE, again, before, heard=heard, other_number=False) == SAFE


@pytest.mark.parametrize(("safety", "heard", "after_it"), [("safe", True, "unknown"), ("safe", False, "safe")])
def test_a_new_number_is_not_the_one_that_the_person_called_safe(safety: str, heard: bool, after_it: str) -> None:
    assert after(SAFE, Word(safety), {}, heard=heard, other_number=True).safety == after_it
    unsafe = Word("unsafe")
    assert after(unsafe, Word("safe"), {}, heard=heard, other_number=True).safety == "unsafe"


def test_no_word_of_the_police_opens_a_minute_of_the_week_that_the_person_had_not_opened() -> None:
    week = [NOON + timedelta(minutes=30 * step) for step in range(7 * 48)]
    open_on = {(days, hours): _open(days, hours, week) for days in DAYS for hours in HOURS}
    for (days, hours), was in open_on.items():
        for new_days, new_hours in open_on:
            told = Word("safe", new_days, new_hours)
            word = after(Word("safe", days, hours), told, {}, heard=True, other_number=False)
            assert _open(word.days, word.hours, week) <= was, (days, hours, told)


def _open(days: str | None, hours: str | None, week: list[Any]) -> set[Any]:
    profile = Profile({"mobile": ChannelState("mobile", "safe", days, hours)})
    return {at for at in week if may_use(profile, "mobile", "support", at).allowed}


def test_every_day_that_both_name_stays_open() -> None:
    word = after(Word("safe", "mon-wed"), Word("safe", "wed, tue"), {}, heard=True, other_number=False)
    assert word.days == ",".join(WEEKDAYS[1:3])


async def again(hub: Hub, crime: dict[str, Any], revision: int, **channel: Any) -> None:
    """A later snapshot of the police with this word of the mobile."""
    later = updated(crime, revision)
    told = {"kind": "mobile", "value": "07700 900321", "safety": "safe", **channel}
    later["victims"][0]["sealed"] = hub.sealed(a_detail(channels=[told]), later["crime_id"], "V-1")
    await hub.hears([snapshot(later, clock.now())])
    await hub.every(opening.open_arrivals, clock.now())


async def says(hub: Hub, case: UUID, safety: str, days: str = "", hours: str = "") -> None:
    async with hub.looks(OFFICER) as tx:
        await contacting.set_safety(tx, OFFICER, case, "mobile", safety, clock.now(), spoke=True)
        await timing.keep(tx, OFFICER, case, "mobile", days, hours)


async def mobile(hub: Hub) -> tuple[Any, ...]:
    [row] = await hub.rows("select safety, days, hours, voicemail from channel where kind = 'mobile'")
    return tuple(row.values())


@pytest.mark.service
async def test_the_day_a_person_told_a_worker_stands_until_a_new_incident_and_a_refusal_of_the_police_shuts(
    hub: Hub,
) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await a_case(hub, crime)
    await again(hub, crime, 2, days="mon-fri", hours="09:00-17:00")
    assert await mobile(hub) == ("safe", "mon-fri", "09:00-17:00", False)
    await says(hub, case, "safe", "tue")
    await again(hub, crime, 3, days="mon-sun", hours="10:00-20:00", voicemail=True)
    assert await mobile(hub) == ("safe", "tue", "10:00-17:00", False)
    await again(hub, crime, 4, safety="unsafe")
    assert (await mobile(hub))[0] == "unsafe"
    [told] = await hub.rows("select data from case_event where case_id = $1 order by id desc limit 1", case)
    assert (told["data"]["safety"], told["data"]["channels_safe"]) == ("unsafe", [])
    await says(hub, case, "safe")
    await again(hub, crime, 5, safety="unsafe")
    assert (await mobile(hub))[0] == "safe", "what they repeat is no news"
    await hub.hears(recorded(a_crime(a_victim("V-1", channels_safe=[])), at=clock.now()))
    assert (await mobile(hub))[0] == "unknown"
    await again(hub, crime, 6, days="sat")
    assert (await mobile(hub))[:2] == ("unknown", "sat")


@pytest.mark.service
@pytest.mark.parametrize("said", ["unknown", "unsafe"])
async def test_what_the_police_newly_call_safe_does_not_open_what_the_person_left_shut(hub: Hub, said: str) -> None:
    crime = a_crime(a_victim("V-1", channels_safe=[]))
    case = await a_case(hub, crime, channels=[{"kind": "mobile", "value": "07700 900321"}])
    await says(hub, case, said)
    later = updated(crime, 2)
    later["victims"][0]["channels_safe"] = ["mobile"]
    await hub.hears([snapshot(later, clock.now())])
    assert (await mobile(hub))[0] == said
    async with hub.looks(OFFICER) as tx:
        with pytest.raises(Refused, match=said):
            await contacting.record_attempt(tx, OFFICER, case, case, "mobile", "spoke", clock.now())


@pytest.mark.service
async def test_a_language_that_the_person_told_before_stands_above_the_polices_next_word(hub: Hub) -> None:
    first = a_crime(a_victim("V-1", language="ur"))
    second = a_crime(a_victim("V-1", language="not_recorded"))
    await hub.hears(recorded(first))
    await hub.hears(recorded(second))
    case = case_id(second["crime_id"], "V-1")
    async with hub.looks(OFFICER) as tx:
        assert await linking.carry(tx, OFFICER, case, BOOKS, NOON) == ("language",)
    for revision, language in enumerate(("not_recorded", "en"), 2):
        later = updated(second, revision)
        later["victims"][0]["language"] = language
        await hub.hears([snapshot(later, NOON)])
        assert await hub.value("select language from case_file where case_id = $1", case) == "ur"


@pytest.mark.service
async def test_a_code_word_that_does_not_come_again_stays(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"))
    case = await a_case(hub, crime)
    held = await hub.value("select code_word from person_sealed where person_id = $1", await person_of(hub, case))
    later = updated(crime, 2)
    later["victims"][0]["sealed"] = hub.sealed(a_detail(code_word=None), later["crime_id"], "V-1")
    await hub.hears([snapshot(later, clock.now())])
    await hub.every(opening.open_arrivals, clock.now())
    assert held and await hub.value("select code_word from person_sealed") == held
