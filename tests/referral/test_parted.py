"""Two records that were held to be one person's and are two again: each has back what it had of its own."""

from uuid import UUID, uuid4

import pytest

from contracts.identity import word_proof_kind
from contracts.refused import Refused
from kit import clock
from services.referral.actions import agreeing_word, code_words, contacting, linking, locking, telling, word_links
from services.referral.store import cases, contact
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.test_joined_records import a_record, facts_of, joined
from tests.referral.test_same_person import person_of
from tests.referral.test_wishes import EMAIL, MOBILE, as_told, asked_by_text

OFFICER, LEADER = a_viewer(), a_viewer("leader")


async def parted(hub: Hub, one: UUID, two: UUID) -> None:
    async with hub.looks(LEADER) as tx:
        await linking.undo(tx, LEADER, await person_of(hub, one), await person_of(hub, two), BOOKS, clock.now())


async def says(hub: Hub, case: UUID, safety: str) -> None:
    async with hub.looks(OFFICER) as tx:
        await contacting.set_safety(tx, OFFICER, case, "mobile", safety, clock.now(), spoke=True)


async def mobile(hub: Hub, case: UUID) -> contact.Channel:
    async with hub.looks(OFFICER) as tx:
        return {one.kind: one for one in await contact.channels(tx, await person_of(hub, case))}["mobile"]


async def stands(hub: Hub, case: UUID) -> str:
    held = await mobile(hub, case)
    return "locked" if held.locked else held.safety


async def asked(hub: Hub, kind: str) -> set[UUID]:
    return {row["case_id"] for row in await hub.rows("select case_id from task where kind = $1", kind)}


@pytest.mark.service
@pytest.mark.parametrize(
    ("before", "since", "expected"),
    [
        ("unsafe", ["safe"], "unsafe"),
        ("unknown", ["safe"], "unknown"),
        ("safe", ["safe"], "unknown"),
        ("safe", ["unsafe"], "unsafe"),
        ("unknown", ["unsafe", "safe"], "unknown"),
    ],
)
async def test_what_was_said_of_one_record_makes_no_way_safer_in_the_other_once_they_are_two_again(
    hub: Hub, before: str, since: list[str], expected: str
) -> None:
    one, two = await a_record(hub, "V-a", 3), await a_record(hub, "V-b", 2)
    await says(hub, two, before)
    was = await mobile(hub, two)
    await joined(hub, one, two)
    for safety in since:
        await says(hub, one, safety)
    assert [await stands(hub, case) for case in (one, two)] == [since[-1]] * 2
    await parted(hub, one, two)
    assert [await stands(hub, case) for case in (one, two)] == [since[-1], expected]
    assert await asked(hub, "parted_not_safe") == {one, two}
    if before == expected == "unsafe":
        assert (await mobile(hub, two)).set_at == was.set_at, "it is the word that was said then"
    told = "select data ->> 'safety' from case_event where case_id = $1 and data ->> 'safety' is not null"
    assert await hub.value(f"{told} order by id desc limit 1", two) == expected


@pytest.mark.service
async def test_a_lock_that_was_lifted_by_a_word_of_the_other_record_is_back_with_its_number_once_they_are_two_again(
    hub: Hub,
) -> None:
    one, two = await a_record(hub, "V-a", 3), await a_record(hub, "V-b", 2)
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, two, "mobile", "someone_else_answered", clock.now())
    await joined(hub, one, two)
    await hub.every(locking.carry_on, clock.now())
    await says(hub, one, "safe")
    assert [await stands(hub, case) for case in (one, two)] == ["safe", "safe"]
    await parted(hub, one, two)
    held = await mobile(hub, two)
    assert (held.safety, held.locked, held.locked_why) == ("unsafe", True, "someone_else_answered")
    assert await hub.value("select why from locked_value where person_id = $1", await person_of(hub, two)) is not None


@pytest.mark.service
async def test_what_was_said_of_the_record_itself_stands_and_so_does_what_was_said_of_one_that_still_belongs_to_it(
    hub: Hub,
) -> None:
    one, two, three = [await a_record(hub, ref, days) for ref, days in (("V-a", 4), ("V-b", 3), ("V-c", 2))]
    await joined(hub, one, two)
    await joined(hub, two, three)
    await says(hub, one, "safe")
    await says(hub, two, "safe")
    await parted(hub, two, three)
    assert [await stands(hub, case) for case in (one, two, three)] == ["safe", "safe", "unknown"]
    await parted(hub, one, two)
    assert [await stands(hub, case) for case in (one, two)] == ["unknown", "safe"]


async def agrees(hub: Hub, case: UUID, word: str) -> None:
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        await agreeing_word.agree(tx, OFFICER, hub.sealer, held, word, clock.now(), spoke=True)


async def words(hub: Hub, case: UUID) -> list[str]:
    async with hub.looks(OFFICER) as tx:
        return await code_words.of_person(tx, hub.sealer, await person_of(hub, case))


@pytest.mark.service
@pytest.mark.parametrize("before", ["Old harbour", None])
async def test_a_code_word_that_was_agreed_by_one_record_is_that_ones_alone_once_they_are_two_again(
    hub: Hub, before: str | None
) -> None:
    one, two = await a_record(hub, "V-a", 3), await a_record(hub, "V-b", 2, {"code_word": before})
    await joined(hub, one, two)
    await agrees(hub, one, "Blue tulip")
    await agrees(hub, one, "Red tulip")
    assert await words(hub, two) == ["Red tulip"]
    await parted(hub, one, two)
    assert await words(hub, one) == ["Red tulip"]
    assert await words(hub, two) == ([before] if before else [])
    assert await asked(hub, "agree_code_word") == (set() if before else {two})
    await agrees(hub, two, "New harbour")
    assert await hub.value("select count(*) from task where kind = 'agree_code_word' and done_at is null") == 0


@pytest.mark.service
async def test_a_code_word_of_a_records_own_that_came_while_it_was_one_with_another_stays_its_own(hub: Hub) -> None:
    one, two = await a_record(hub, "V-a", 3), await a_record(hub, "V-b", 2, {"code_word": "Old harbour"})
    await joined(hub, one, two)
    for case, word in ((one, "Blue tulip"), (two, "New harbour"), (one, "Red tulip")):
        await agrees(hub, case, word)
    await parted(hub, one, two)
    assert [await words(hub, case) for case in (one, two)] == [["Red tulip"], ["New harbour"]]


@pytest.mark.service
async def test_a_link_of_whom_no_code_word_is_left_opens_by_none_that_another_person_knows(hub: Hub) -> None:
    one, two = await a_case(hub), await a_case(hub, channels=[MOBILE, EMAIL], code_word=None)
    await asked_by_text(hub, two, request := uuid4(), "email")
    await joined(hub, one, two)
    people = await person_of(hub, one), await person_of(hub, two)
    await agrees(hub, one, "Blue tulip")
    async with hub.looks(LEADER) as tx, word_links.followed(tx, hub.sealer, people, LEADER, clock.now()):
        await linking.undo(tx, LEADER, *people, BOOKS, clock.now())
    told = "select data from case_event where type = 'contact-word.changed.v1' order by id"
    proofs = [as_told(row) for row in await hub.rows(told)]
    known = hub.sealer.blind(word_proof_kind(request), "Blue tulip").hex()
    assert [(one["word_proof"] == known, one["other_proofs"]) for one in proofs] == [(True, []), (False, [])]


async def decided(hub: Hub, one: UUID, two: UUID, *, same: bool) -> bool:
    async with hub.looks(LEADER) as tx:
        people = await person_of(hub, one), await person_of(hub, two)
        return await linking.decide(tx, LEADER, *people, BOOKS, clock.now(), same=same)


@pytest.mark.service
async def test_nobody_is_one_person_through_a_third_record_with_whom_they_were_decided_not_to_be(
    hub: Hub, databases: Databases
) -> None:
    one, two, three = [await a_record(hub, ref, days) for ref, days in (("V-a", 4), ("V-b", 3), ("V-c", 2))]
    await decided(hub, one, three, same=False)
    await decided(hub, one, two, same=True)
    with pytest.raises(Refused, match="contradicted"):
        await decided(hub, two, three, same=True)
    other = await person_of(hub, three)
    references = [await hub.value("select reference from case_file where case_id = $1", case) for case in (one, three)]
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{two}/same-person/{other}")
        page = await officer.submit("Save the decision", 409, same="yes")
        assert all(one in page.text for one in references)
        assert "decided to be of two people" in page.text
    linked = "select count(*) from linked_person where person_id = $1"
    assert await hub.value(linked, other) == 0
    async with hub.looks(LEADER) as tx:
        await linking.ask_again(tx, LEADER, await person_of(hub, one), other, BOOKS, clock.now())
    assert await decided(hub, two, three, same=True) and await hub.value(linked, other) == 2
    with pytest.raises(Refused, match="contradicted"):
        await decided(hub, one, three, same=False)


@pytest.mark.service
@pytest.mark.parametrize(("age", "said", "expected"), [(34, None, 34), (None, None, None), (34, 15, 15)])
async def test_the_age_of_another_record_counts_no_more_once_they_are_two_again_and_what_a_human_recorded_stays(
    hub: Hub, age: int | None, said: int | None, expected: int | None
) -> None:
    one, two = [
        await a_record(hub, ref, 0, age_at_report=of_one, age_at_offence=of_one)
        for ref, of_one in (("V-a", age), ("V-b", 12))
    ]
    own = (await facts_of(hub, one))["case"]
    await joined(hub, one, two)
    assert (await facts_of(hub, one))["case"]["age"] == 12
    if said is not None:
        async with hub.looks(OFFICER) as tx:
            held = await cases.get(tx, one)
            assert held is not None
            facts = await telling.known(tx, held)
            told = telling.Told(age=said)
            await telling.tell(tx, OFFICER, hub.sealer, held, told, telling.mark(facts), BOOKS, clock.now())
    await parted(hub, one, two)
    now = (await facts_of(hub, one))["case"]
    assert now.get("age") == expected and (await facts_of(hub, two))["case"]["age"] == 12
    if said is None:
        assert [now.get(name) for name in ("age_said", "told_age")] == [own.get(n) for n in ("age_said", "told_age")]
    assert await hub.value("select count(*) from task where kind = 'ages_differ' and done_at is null") == 0
    assert await asked(hub, "age_parted") == {one}
    assert await hub.value("select count(*) from leg where case_id = $1 and number > 1", one) == 0


@pytest.mark.service
async def test_the_younger_age_of_a_record_that_still_belongs_to_them_counts_once_a_third_is_parted(hub: Hub) -> None:
    one, two, three = [
        await a_record(hub, ref, 0, age_at_report=age, age_at_offence=age)
        for ref, age in (("V-a", 34), ("V-b", 15), ("V-c", 12))
    ]
    await joined(hub, one, two)
    await joined(hub, one, three)
    assert (await facts_of(hub, one))["case"]["age"] == 12
    await parted(hub, one, three)
    assert (await facts_of(hub, one))["case"]["age"] == 15
    await parted(hub, one, two)
    assert (await facts_of(hub, one))["case"]["age"] == 34
