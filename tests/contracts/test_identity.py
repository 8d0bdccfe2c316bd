"""Ids that all compute alike, and the reference for the phone."""

from uuid import UUID, uuid4

import pytest

from contracts.identity import (
    ALPHABET,
    case_id,
    check_character,
    persona_id,
    read_reference,
    read_typed_code,
    reference,
    typed_code,
    uuid7,
)

CRIME = UUID("0b1f6e4e-58a7-4a3c-9a53-0d8a3f6d2c11")


def test_a_case_has_the_same_id_everywhere() -> None:
    assert case_id(CRIME, "P-1") == UUID("325c3a41-0878-5555-8dc0-3f91d11388aa")
    assert case_id(str(CRIME), "P-1") == case_id(CRIME, "P-1") != case_id(CRIME, "P-2")


def test_a_persona_has_the_id_of_its_name() -> None:
    assert persona_id("officer") == UUID("a3a9a9ea-d0f8-5ef5-9f17-d0ab12b748c8")


def test_no_sign_of_a_reference_is_mistaken_for_another() -> None:
    assert not set(ALPHABET) & set("0O1I5S8B")
    assert len(set(ALPHABET)) == len(ALPHABET) == 23


def test_a_reference_is_ten_signs_and_the_same_each_time() -> None:
    case = case_id(CRIME, "P-1")
    assert reference(case) == reference(case)
    assert len(reference(case).replace("-", "")) == 10
    assert len({reference(uuid4()) for _ in range(2000)}) == 2000


def test_a_reference_is_read_however_it_is_typed() -> None:
    written = reference(case_id(CRIME, "P-1"))
    assert read_reference(f" {written.lower().replace('-', ' ')} ") == written


@pytest.mark.parametrize("text", ["", "7KQ4", "not a reference", "00000-00000"])
def test_what_cannot_be_a_reference_is_none(text: str) -> None:
    assert read_reference(text) is None


def test_every_single_wrong_sign_is_noticed() -> None:
    signs = reference(case_id(CRIME, "P-1")).replace("-", "")
    for place in range(10):
        for wrong in set(ALPHABET) - {signs[place]}:
            assert read_reference(signs[:place] + wrong + signs[place + 1 :]) is None


def test_every_swap_of_two_neighbours_is_noticed() -> None:
    for n in range(50):
        signs = reference(case_id(CRIME, f"P-{n}")).replace("-", "")
        for place in range(9):
            swapped = signs[:place] + signs[place + 1] + signs[place] + signs[place + 2 :]
            assert swapped == signs or read_reference(swapped) is None


def test_the_check_character_is_of_the_alphabet() -> None:
    assert check_character("234679CDF") in ALPHABET


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [uuid7() for _ in range(100)]
    assert {made.version for made in ids} == {7}
    assert {made.variant for made in ids} == {"specified in RFC 4122"}
    assert [made.int >> 80 for made in ids] == sorted(made.int >> 80 for made in ids)
    assert len(set(ids)) == 100


def test_a_code_from_a_letter_is_read_as_it_is_typed_and_no_single_slip_of_it_is_taken() -> None:
    written = typed_code(0xF00D_FACE_CAFE_BEEF)
    signs = written.replace("-", "")
    assert len(signs) == 15 and read_typed_code(f" {signs.lower()} ") == written
    assert read_reference(written) is None and read_typed_code(reference(case_id(CRIME, "P-1"))) is None
    for place, sign in enumerate(signs):
        for other in ALPHABET.replace(sign, ""):
            assert read_typed_code(signs[:place] + other + signs[place + 1 :]) is None
    for place in range(14):
        swapped = signs[:place] + signs[place + 1] + signs[place] + signs[place + 2 :]
        assert swapped == signs or read_typed_code(swapped) is None
