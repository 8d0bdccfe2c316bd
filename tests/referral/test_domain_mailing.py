"""When a message may leave, when it is tried again, and that its words say nothing to another reader."""

import re
from datetime import date, timedelta

import pytest

from services.referral.desk_books import messages
from services.referral.domain import mailing
from services.referral.domain.safe_contact import Verdict
from tests.builders import NOON

TELLING = re.compile(r"victim|crime|police|abuse|support|service|court|handrail|refer|safe|hub", re.I)


@pytest.mark.parametrize(
    ("allowed", "why", "hours_left", "expected"),
    [
        (True, "safe", 1, ("leave", "safe")),
        (True, "safe", -1, ("withhold", "too_late")),
        (False, "not_this_hour", 1, ("wait", "not_this_hour")),
        (False, "not_this_day", -1, ("withhold", "too_late")),
        (False, "locked", 1, ("withhold", "locked")),
        (False, "unknown", 1, ("withhold", "unknown")),
        (False, "opted_out", 1, ("withhold", "opted_out")),
    ],
)
def test_whether_a_message_may_leave(allowed: bool, why: str, hours_left: int, expected: tuple[str, str]) -> None:
    found = mailing.may_leave(Verdict(allowed, why), NOON + timedelta(hours=hours_left), NOON)
    assert (found.what, found.why) == expected


def test_pauses_grow_to_an_hour() -> None:
    minutes = [mailing.pause(tries) // timedelta(minutes=1) for tries in (1, 2, 3, 7, 40)]
    assert minutes == [1, 2, 4, 60, 60]


def test_no_word_of_any_message_tells_another_reader_why() -> None:
    for version in messages():
        for template in version.templates:
            for channel in ("email", "text", "letter"):
                said = version.message("key", template, channel, "to@example.org", "LINK")
                assert "LINK" in said.body and not TELLING.search(said.subject + said.body.replace("LINK", "")), (
                    template
                )


@pytest.mark.parametrize(
    "template",
    [
        *("feedback_invitation", "own_rights", "complaint_acknowledged", "complaint_answered", "provider_link"),
        *("provider_nudge", "provider_nudge_link", "provider_alert", "provider_alert_link"),
    ],
)
def test_what_the_services_ask_to_be_sent_has_words_of_its_own(template: str) -> None:
    assert template in mailing.words_on(messages(), date(2026, 11, 1)).templates


def test_a_template_without_words_of_its_own_says_what_every_message_may_say() -> None:
    words = mailing.words_on(messages(), date(2020, 1, 1))
    assert words.message("k", "never_heard_of", "text", "to", "https://q.example.org/r/x").body.startswith("A message")


def test_a_template_that_lacks_a_channel_is_an_error() -> None:
    entry = {"version": "x", "effective_from": date(2026, 1, 1), "templates": {"default": {"subject": "s"}}}
    with pytest.raises(ValueError, match="default: no email"):
        mailing.read_words({"versions": [entry]})
