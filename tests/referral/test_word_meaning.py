"""Whoever ends the hold of a word that our lists do not know says what it means; nothing is learnt by it."""

from dataclasses import replace

import pytest

from kit import clock
from services.referral.domain import meant, unfamiliar
from services.referral.domain.facts import NOTHING_KNOWN, CaseFacts
from services.referral.domain.routing import Routing, route
from services.referral.domain.update import keeping
from tests.builders import a_crime, a_victim, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.crimes import books
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.test_unknown_words import LATER, WORD, told


def routed(facts: CaseFacts) -> Routing:
    found = route(replace(facts, unfamiliar=()), NOTHING_KNOWN, books().on(LATER.date()).rules)
    return replace(found, rules=())


LISTED = [(field, code) for field, codes in meant.LISTS.items() for code in codes]


@pytest.mark.parametrize(("field", "code"), LISTED)
def test_a_word_counts_as_the_listed_one_that_it_was_decided_to_mean(field: str, code: str) -> None:
    facts, listed = told(field, WORD), told(field, code)
    decided = meant.read(facts, [f"{field}: {WORD} = {code}"])
    assert listed.unfamiliar == () and decided.unfamiliar == facts.unfamiliar, "the word stays beside it"
    assert routed(decided) == routed(listed)
    about = ("domestic", "sexual", "share", "share_counts", "suspect_works_for_us", "works_for", "relationship")
    assert [getattr(decided, name) for name in about] == [getattr(listed, name) for name in about]
    assert not decided.is_plain, "nothing is sent by itself by it"


def test_a_parent_whose_word_does_not_count_by_what_was_meant_is_not_heard() -> None:
    facts = replace(told("relationship", WORD), share="agreed", share_said="agreed", share_by="parent")
    decided = meant.read(facts, [f"relationship: {WORD} = family"])
    assert (decided.share, decided.share_counts) == ("not_asked", False)


def test_what_was_decided_stays_while_the_word_is_told_and_goes_with_it() -> None:
    flag, word = f"flag: {WORD}", told("flag", WORD)
    decided = meant.read(word, [f"{flag} = domestic_abuse"])
    again = keeping(decided, word)
    assert again.meant == (f"{flag} = domestic_abuse",) and again.domestic
    silent = keeping(decided, replace(told("flag", "online"), flags=()))
    assert silent.unfamiliar == (flag,) and silent.domestic, "dropped in silence it is still not known"
    right = keeping(decided, told("flag", "domestic_abuse"))
    assert right.unfamiliar == right.meant == () and right.domestic, "the police told the right word"


def test_every_field_of_unknown_words_has_a_list_or_is_for_the_police_to_tell() -> None:
    assert unfamiliar.FIELDS.keys() - meant.LISTS.keys() == {"kind", "share_by", "age_at_report", "age_at_offence"}
    assert not {"other", "not_known", "not_asked"} & {code for _, code in LISTED}


@pytest.mark.service
async def test_the_case_is_decided_again_by_the_meaning_and_the_next_one_with_the_word_is_held_and_told_of_it(
    hub: Hub, databases: Databases
) -> None:
    first = a_crime(a_victim("V-1"), flags=["DVA-X"])
    case = await a_case(hub, first)
    field = meant.key("flag: DVA-X")
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await officer.get(f"/cases/{case}/holds/unknown_word")
        assert "What does “DVA-X” (flag) mean?" in page.text and "The last time" not in page.text
        said = {"reason": "officer_said_which", "text": "DC Example says: violence at home."}
        page = await officer.submit("End the hold", 422, **said)
        assert page.errors == ["Choose what the word means, or that it is none of these"]
        assert await hub.value("select holds from case_file") == ["unknown_word"]
        page = await officer.submit("End the hold", **said, **{field: "domestic_abuse"})
        assert "“DVA-X” (flag): “Domestic abuse”, as a hub officer decided" in page.text
        assert await hub.value("select domestic from case_file")
        assert "unknown_word" not in await hub.value("select holds from case_file")
        assert await hub.value("select count(*) from leg") == 0, "nothing is sent by it"
        await hub.hears([snapshot(updated(first, 2, local_authority="E08000026"), clock.now())])
        assert "domestic_abuse" in await hub.value("select flags from case_file where revision = 2")
        other = await a_case(hub, a_crime(a_victim("V-2"), flags=["dva-x"]))
        assert "unknown_word" in await hub.value("select holds from case_file where case_id = $1", other)
        page = await officer.get(f"/cases/{other}/holds/unknown_word")
        assert "The last time: “Domestic abuse”, as a hub officer decided" in page.text and "ask." in page.text
        await officer.submit("End the hold", **said, **{meant.key("flag: dva-x"): meant.NONE})
    assert not await hub.value("select domestic from case_file where case_id = $1", other)
    kept = await hub.rows("select meant, decided_role from word_meaning order by decided_at")
    assert [(row["meant"], row["decided_role"]) for row in kept] == [
        ("domestic_abuse", "officer"),
        (None, "officer"),
    ]


@pytest.mark.service
async def test_somebody_who_is_found_to_work_here_is_hidden_from_whoever_found_it(
    hub: Hub, databases: Databases
) -> None:
    case = await a_case(hub, a_crime(a_victim("V-1", works_for="the referral desk")))
    word = meant.key("works_for: the referral desk")
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{case}/holds/unknown_word")
        said = {"reason": "officer_said_which", "text": "One of ours.", word: "hub"}
        page = await officer.submit("End the hold", **said)
        assert "restricted from now on" in page.text
        await officer.get(f"/cases/{case}", status=404)
    assert await hub.rows("select restricted from case_file union select restricted from person") == [
        {"restricted": True}
    ]
