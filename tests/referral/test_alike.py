"""Names written in two ways: a middle name, a married name, a letter; and who is only a brother, or a namesake."""

from typing import Any

import pytest

from contracts.identity import case_id
from services.referral.actions import indexing, opening
from services.referral.case_ui.agreeing import MATCHED
from services.referral.domain.alike import first, sound
from services.referral.store.details import PROPOSES
from tests.builders import NOON, a_crime, a_detail, a_victim, recorded
from tests.referral.conftest import Hub

ELSEWHERE = {"lines": ["2 Example Row"], "postcode": "ZZ98 8ZZ"}


@pytest.mark.parametrize(
    "names",
    [
        ("Catherine", "Kathryn", "Katharine", "catherine"),
        ("Ayesha", "Aisha", "Aysha"),
        ("Mohammed", "Muhammad", "Mohamed"),
        ("Stephen", "Steven"),
        ("Jon", "John"),
        ("Zoë", "Zoe"),
        ("O'Brien", "OBrien"),
        ("Smith", "Smyth"),
        ("Анна", "анна"),
        ("", "-"),
    ],
)
def test_a_name_sounds_the_same_however_it_is_written(names: tuple[str, ...]) -> None:
    assert len({sound(name) for name in names}) == 1


@pytest.mark.parametrize(
    "names",
    [("Jon", "Jane", "June"), ("Mia", "Maya"), ("Amir", "Samir"), ("Анна", "Инна"), ("Ali", "Adil"), ("Li", "")],
)
def test_other_names_sound_otherwise_short_ones_too(names: tuple[str, ...]) -> None:
    assert len({sound(name) for name in names}) == len(names)


def test_of_several_given_names_the_first_is_taken() -> None:
    assert [first(names) for names in ("Anne-Marie Louise", " Anne  Louise", "")] == ["Anne", "Anne", ""]


async def told(hub: Hub, ref: str, **changes: Any) -> Any:
    """The police tell of a theft; returns its case before its details are opened."""
    crime = a_crime(a_victim(ref))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(channels=[], **changes), crime["crime_id"], ref)
    await hub.hears(recorded(crime))
    return case_id(crime["crime_id"], ref)


async def opens(hub: Hub) -> None:
    await hub.every(opening.open_arrivals)


MATCHES = [
    ({"given_names": "Wilhelmina Augusta", "address": ELSEWHERE}, "first_name_and_birth"),
    ({"family_name": "Othername"}, "first_name_at_home"),
    ({"given_names": "Wilhelmena"}, "alike_at_home"),
    ({"family_name": "Testpersen"}, "first_name_at_home"),
    ({"given_names": "Vilhelmina", "family_name": "Testpersonn"}, None),
    ({"given_names": "Ottoline"}, None),
    ({"given_names": "Ottoline", "family_name": "Othername"}, None),
    ({"family_name": "Othername", "address": ELSEWHERE}, None),
    ({"family_name": "Othername", "date_of_birth": "1988-03-01"}, None),
    ({"given_names": "Wilhelmena", "address": ELSEWHERE}, None),
    ({"given_names": "Wilhelmina Augusta", "date_of_birth": None}, None),
]
NAMES = ["a middle name", "a married name", "a vowel", "a letter of the family name", "two letters", "a twin"]
NAMES += ["a neighbour", "a married name elsewhere", "another birth", "a vowel elsewhere", "no birth"]


@pytest.mark.service
@pytest.mark.parametrize(("other", "by"), MATCHES, ids=NAMES)
async def test_somebody_told_of_under_a_name_that_is_nearly_the_same_is_asked_about_before_anything_leaves(
    hub: Hub, other: dict[str, Any], by: str | None
) -> None:
    await told(hub, "V-a")
    await opens(hub)
    case = await told(hub, "V-b", **other)
    held = await hub.value("select 'possible_duplicate' = any(holds) from case_file where case_id = $1", case)
    await opens(hub)
    found = await hub.rows("select matched from same_person")
    strongest = [next(kind for kind in PROPOSES if kind in row["matched"]) for row in found]
    assert (held, strongest) == (by is not None, [by] if by else [])


def test_each_way_to_find_a_person_by_their_name_has_its_words() -> None:
    assert set(PROPOSES) <= set(MATCHED)


@pytest.mark.service
async def test_names_that_were_kept_before_are_indexed_again_once_and_found_from_then_on(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 1)
    for ref, name in (("V-a", "Wilhelmina"), ("V-x", "Ottoline")):
        await told(hub, ref, given_names=name)
    await opens(hub)
    every = await hub.rows("select kind, digest, person_id from person_index order by 1, 2, 3")
    await hub.worker.pool.execute("delete from person_index where kind not in ('name', 'name_and_birth', 'postcode')")
    assert [await hub.every(indexing.names_again, NOON) for _ in range(4)] == [1, 1, 0, 0]
    assert await hub.rows("select kind, digest, person_id from person_index order by 1, 2, 3") == every
    await told(hub, "V-b", given_names="Wilhelmina Augusta")
    assert await hub.value("select count(*) from same_person") == 1
