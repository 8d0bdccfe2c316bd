"""Names and addresses as a worker reads them: nothing hidden, one e-mail address, from every door."""

import pytest

from services.referral.actions import sealing
from services.referral.domain.mailbox import one_address
from services.referral.domain.plain_text import is_plain, readable


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Ada", "Ada"),
        ("A\x00B", "A B"),
        ("A\x07B\x1b[31m", "A B [31m"),
        ("A\nB", "A B"),
        ("\u202eabc", "abc"),
        ("\u2066abc\u2069", "abc"),
        ("\u200b", ""),
        ("\u3164\u2800", ""),
        ("Zo\u00eb O\u2019Neill-\u0141aska", "Zo\u00eb O\u2019Neill-\u0141aska"),
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
        ("Ad\u200ca", "Ada"),
    ],
)
def test_what_hides_or_turns_text_is_left_out_and_the_rest_stays_readable(text: str, read: str) -> None:
    assert readable(text) == read and is_plain(text) is (text == read != "")


@pytest.mark.parametrize(
    "text",
    ["", "nobody", "a@b@example.org", "a@example.org,b@example.org", "a@example.org;b@example.org", "a b@example.org",
     "a@example.org\nBcc:victim@example.org", "a@example.org\x00", "Ada <a@example.org>", "a@(x)example.org",
     "a@example", "\u202ea@example.org", "a@example..org", "a@-x.org", "x" * 65 + "@example.org"],
)  # fmt: skip
def test_what_is_not_one_address_is_no_address(text: str) -> None:
    assert one_address(text) is None


@pytest.mark.parametrize(
    "text", ["ada@example.org", " ada@example.org ", "a.d-a+x@mail.example.org", "o'neill@example.org"]
)
def test_one_address_is_read_without_the_spaces_around_it(text: str) -> None:
    assert one_address(text) == text.strip()


def test_the_police_may_send_hidden_signs_and_they_are_read_without_them() -> None:
    given = sealing.Details.model_validate(
        {
            "given_names": ["\u202eAda", "M\x00"],
            "family_name": "\u200bLove\u200blace",
            "address": {"lines": ["1\nLane"], "postcode": "ZZ99\u20667ZZ"},
            "channels": [{"kind": "mobile", "value": "\u202e07700 900321"}, {"kind": "email", "value": "a@b.org\nX"}],
            "officer_in_case": {"name": "PC \u202eTest"},
        }
    )
    assert (given.given_names, given.family_name) == ("Ada M", "Lovelace")
    assert given.address == sealing.Address(lines=("1 Lane",), postcode="ZZ997ZZ")
    assert [channel.value for channel in given.channels] == ["07700 900321", "a@b.org X"]
    assert given.officer_in_case == sealing.Officer(name="PC Test")
    assert [sealing.usable(channel.kind, channel.value) for channel in given.channels] == [True, False]
