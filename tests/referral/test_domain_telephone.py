"""A telephone number is read however it was written; what is not one number is none."""

import pytest

from services.referral.domain.telephone import one_number

ONE = "07700900421"
WRITTEN = [
    "07700 900421",
    "07700-900-421",
    "(07700) 900.421",
    "7700 900421",
    "+44 (0)7700 900 421",
    "+44 7700 900421",
    "0044 7700 900421",
    "447700900421",
    "44 7700 900421",
    "44 0 7700 900421",
    "+0447700900421",
    "tel:07700900421",
    "Mob: 07700 900421",
    "\uff0b\uff14\uff14 7700 900421",
    "\uff10\uff17\uff17\uff10\uff10 \uff19\uff10\uff10\uff14\uff12\uff11",
    "\u0660\u0667\u0667\u0660\u0660\u0669\u0660\u0660\u0664\u0662\u0661",
    "07700\u200b900421",
    "\u202a07700 900421\u202c",
    "07700\u2011900\u2013421",
]
NOT_ONE = [
    "",
    "0",
    "999",
    "ask her",
    "07700 900421 ext 5",
    "07700 900421 or 0121 496 0123",
    "07700900421 07700900422",
    "07700 900 421/2",
    "mum 07700900421 1",
    "her mother's 07700900421",
    "O7700 900421",
    "07700 90042",
    "07700 9004211",
    "+7 1",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_one_number_is_the_same_however_it_is_written(text: str) -> None:
    assert one_number(text) == ONE


@pytest.mark.parametrize("text", NOT_ONE)
def test_what_is_not_wholly_understood_as_one_number_is_none(text: str) -> None:
    assert one_number(text) is None


@pytest.mark.parametrize(
    ("text", "read"),
    [("0121 496 0123", "01214960123"), ("+33 1 23 45 67 89", "+33123456789"), ("001 202 555 0100", "+12025550100")],
)
def test_a_landline_and_a_number_from_abroad_are_numbers(text: str, read: str) -> None:
    assert one_number(text) == read
