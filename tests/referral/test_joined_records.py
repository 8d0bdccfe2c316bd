"""Two records of one person: whose agreement counts, which code word is asked for, and how old they are held to be."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id
from contracts.refused import Refused
from kit import clock
from services.referral.actions import agreeing_word, beside, consenting, gating, linking, opening
from services.referral.domain.told import at_most
from services.referral.store import batches, cases, consent, details
from services.referral.store.consent import Consent
from tests.builders import BIRMINGHAM, THEFT, a_crime, a_detail, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.test_same_person import person_of

OFFICER, LEADER = a_viewer(), a_viewer("leader")


@pytest.mark.parametrize(
    ("age", "on", "then", "expected"),
    [
        (15, date(2026, 6, 1), date(2026, 6, 1), 15),
        (15, date(2026, 6, 1), date(2026, 6, 2), 16),
        (15, date(2026, 6, 1), date(2027, 6, 1), 17),
        (15, date(2026, 6, 1), date(2026, 1, 1), 15),
        (15, date(2026, 6, 1), date(2024, 6, 1), 13),
        (1, date(2026, 6, 1), date(2020, 6, 1), 0),
    ],
)
def test_how_old_somebody_was_at_most_on_another_day(age: int, on: date, then: date, expected: int) -> None:
    assert at_most(age, on, then) == expected


async def a_record(hub: Hub, ref: str, days: int, detail: dict[str, Any] | None = None, **victim: Any) -> UUID:
    """The case of a record that was opened so many days ago; its name and number are the same each time."""
    at = clock.now() - timedelta(days=days)
    told = a_victim(ref, **victim)
    crime = a_crime(told, reported_at=at.isoformat(), recorded_at=at.isoformat(), offence_code=THEFT)
    told["sealed"] = hub.sealed(a_detail(date_of_birth=None) | (detail or {}), crime["crime_id"], ref)
    await hub.hears(recorded(crime, at=at))
    await hub.every(opening.open_arrivals, at)
    return case_id(crime["crime_id"], ref)


async def joined(hub: Hub, one: UUID, two: UUID) -> None:
    async with hub.looks(LEADER) as tx:
        people = await person_of(hub, one), await person_of(hub, two)
        assert await linking.decide(tx, LEADER, *people, BOOKS, clock.now(), same=True)


async def facts_of(hub: Hub, case: UUID) -> dict[str, Any]:
    found: dict[str, Any] = await hub.value(
        "select facts from routing where case_id = $1 order by run desc limit 1", case
    )
    return found


@pytest.mark.service
@pytest.mark.parametrize(
    ("ages", "expected", "asked"),
    [((34, 15), (15, 15), 1), ((15, 34), (15, 15), 1), ((None, 15), (15, 15), 1), ((34, 35), (34, 35), 0),
     ((None, 34), (None, 34), 0), ((17, 12), (12, 12), 1)],
)  # fmt: skip
async def test_where_one_record_says_child_the_rules_for_the_child_count_in_the_other_until_a_human_has_said(
    hub: Hub, ages: tuple[int | None, ...], expected: tuple[int | None, ...], asked: int
) -> None:
    found = [
        await a_record(hub, ref, 0, age_at_report=age, age_at_offence=age)
        for ref, age in zip(("V-a", "V-b"), ages, strict=True)
    ]
    await joined(hub, *found)
    held = tuple([(await facts_of(hub, case))["case"].get("age") for case in found])
    assert held == expected
    assert await hub.value("select count(*) from task where kind = 'ages_differ' and done_at is null") == asked


@pytest.mark.service
async def test_a_no_in_one_record_holds_the_other_and_what_was_agreed_or_overridden_in_one_opens_nothing_in_the_other(
    hub: Hub,
) -> None:
    one, two = await a_record(hub, "V-a", 3), await a_record(hub, "V-b", 2)
    contract = BOOKS.directory.at("general", BIRMINGHAM)[0]
    person, now = await person_of(hub, one), clock.now()
    about = (person, one, "support", "self", now - timedelta(hours=2))
    async with hub.looks(OFFICER) as tx:
        for line in ("general", "witness"):
            given = Consent(uuid4(), *about, line=line, provider_id=contract.provider.provider_id)
            await consenting.record(tx, OFFICER, given, now)
        await consenting.withdraw(tx, OFFICER, given.consent_id, "afraid", now)
        await consenting.ask_override(tx, OFFICER, override := uuid4(), one, "general", "life_at_risk", now)
    async with hub.looks(LEADER) as tx:
        await consenting.confirm_override(tx, LEADER, override, now)
    await joined(hub, one, two)
    no = batches.remembered((await facts_of(hub, two))["history"]).no_elsewhere
    assert no is not None and (no.line, no.taken_back) == ("witness", True)
    async with hub.looks(OFFICER) as tx:
        assert await gating.has_agreed(tx, one, contract, now) and not await gating.has_agreed(tx, two, contract, now)
        assert await consent.overridden(tx, [one, two], now) == {one}


WORDS = {"V-a": "Kittiwake", "V-b": "Blue heron"}


@pytest.mark.service
async def test_the_code_word_of_either_record_is_asked_for_and_a_new_one_takes_the_place_of_both(hub: Hub) -> None:
    one = await a_record(hub, "V-a", 3, {"code_word": WORDS["V-a"]})
    two = await a_record(hub, "V-b", 2, {"code_word": None})
    three = await a_record(hub, "V-c", 1, {"code_word": WORDS["V-b"]})

    async def gives(case: UUID, said: str) -> bool | None:
        async with hub.looks(OFFICER) as tx:
            held = await cases.get(tx, case)
            assert held is not None
            right = await checks(tx, held, said)
            assert bool(await details.code_words(tx, [held.person_id])) is (right is not None)
            return right

    async def checks(tx: Any, held: Any, said: str) -> bool | None:
        return await beside.check_caller(tx, OFFICER, hub.sealer, held, uuid4(), said, clock.now())

    assert await gives(two, WORDS["V-a"]) is None
    await joined(hub, one, two)
    await joined(hub, two, three)
    assert [await gives(two, word) for word in WORDS.values()] == [True, True]
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, two)
        assert held is not None
        await agreeing_word.agree(tx, OFFICER, hub.sealer, held, "Marsh tit", clock.now(), spoke=True)
    assert [await gives(one, word) for word in ("Marsh tit", WORDS["V-a"])] == [True, False]
    assert [await gives(three, word) for word in ("wrong", "wrong")] == [False, False]
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, two)
        assert held is not None
        with pytest.raises(Refused, match="ring_back_only"):
            await checks(tx, held, "Marsh tit")
