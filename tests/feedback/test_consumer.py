"""Events in, windows and announcements out, on real PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
import pytest

from contracts.identity import case_id
from contracts.topics import JUSTICE_MILESTONES, REFERRAL_EVENTS
from services.feedback.domain.window import window_id
from services.feedback.reconcile import checks
from tests.faults.ledger.records import Sent
from tests.feedback.conftest import Running
from tests.feedback.events import LONG_AGO, NOW, about_case, an_id, case_opened, ended, hearing, routed

pytestmark = pytest.mark.service

CASE = an_id("case")


async def adds_up(feedback: Running) -> None:
    async with feedback.worker.begin() as tx:
        found = await checks(tx)
    assert [check for check in found if not check.ok] == []


async def test_completed_support_asks_referral_for_one_contact(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    (request,) = await feedback.announced()
    assert request["type"] == "contact.requested.v1"
    assert (request["case_id"], request["purpose"], request["template"]) == (
        str(CASE),
        "feedback",
        "feedback_invitation",
    )
    assert request["not_after"] == "2026-09-28T10:00:00Z"
    assert await feedback.decide() == 0
    await adds_up(feedback)


async def test_a_sent_message_is_an_invitation(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    await feedback.answer_requests("ab" * 32)
    (invited,) = await feedback.announced("feedback.invited")
    assert (invited["channel"], invited["questionnaire"], invited["line"]) == ("text", "service-1", "general")
    assert invited["invitation_id"] == str(window_id(uuid5(CASE, "first")))
    assert await feedback.windows(CASE) == [("invited", None)]
    await adds_up(feedback)


def death(case: UUID, time: datetime, *, taken_back: bool = False) -> Sent:
    return about_case("person-death.recorded.v1", case, time, said_at=time.isoformat(), taken_back=taken_back)


async def test_a_death_closes_what_was_to_be_asked_at_once_and_kills_a_link_and_a_mistake_opens_it_again(
    feedback: Running,
) -> None:
    other, later = an_id("other"), NOW + timedelta(days=30)
    await feedback.hear(case_opened(CASE), hearing(CASE, NOW.date()), ended(CASE), case_opened(other), ended(other))
    await feedback.decide()
    await feedback.answer_requests("ab" * 32)
    assert await feedback.windows(CASE) == [("withheld", "court_near")], "it would be looked at again"
    assert await feedback.windows(other) == [("invited", None)]
    await feedback.hear(death(CASE, NOW), death(other, NOW))
    await feedback.decide()
    assert await feedback.windows(CASE) == [("withheld", "died")]
    assert [one["reason"] for one in await feedback.announced("feedback.withheld")] == ["court_near", "died"]
    dead_since = "select revoked_at from feedback_window where case_id = $1"
    assert await feedback.worker.pool.fetchval(dead_since, other) == NOW
    await feedback.decide(later)
    assert await feedback.windows(CASE) == [("withheld", "died")]
    await feedback.hear(death(CASE, later, taken_back=True))
    await feedback.decide(later)
    assert await feedback.windows(CASE) == [("requested", None)]
    await adds_up(feedback)


async def test_a_message_that_could_not_be_sent_is_withheld_with_its_reason(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    await feedback.answer_requests(withheld="no_safe_channel")
    (told,) = await feedback.announced("feedback.withheld")
    assert told["reason"] == "no_safe_channel"
    assert told["request_id"] == (await feedback.announced("contact.requested"))[0]["request_id"]
    await adds_up(feedback)


async def test_a_message_stopped_on_its_way_takes_the_invitation_back_and_one_tried_again_restores_it(
    feedback: Running,
) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    await feedback.answer_requests("ab" * 32)
    (request,) = await feedback.announced("contact.requested")
    about = {"request_id": request["request_id"], "purpose": "feedback"}
    link = "select token_sha256, channel from feedback_window"
    await feedback.hear(about_case("contact.withheld.v1", CASE, NOW, **about, reason="unsafe"))
    assert await feedback.windows(CASE) == [("withheld", "unsafe")]
    assert [tuple(row) for row in await feedback.worker.pool.fetch(link)] == [(None, None)], "the link is dead"
    assert [told["reason"] for told in await feedback.announced("feedback.withheld")] == ["unsafe"]
    await adds_up(feedback)
    again = about_case("contact.sent.v1", CASE, NOW, **about, channel="text", token_sha256="ab" * 32)
    await feedback.hear(again)
    assert await feedback.windows(CASE) == [("invited", None)]
    await feedback.worker.pool.execute("update feedback_window set token_used_at = now()")
    await feedback.hear(about_case("contact.withheld.v1", CASE, NOW, **about, reason="not_delivered"))
    assert await feedback.windows(CASE) == [("invited", None)], "a link that was opened has arrived"
    await adds_up(feedback)


async def test_the_time_to_answer_begins_when_a_message_that_waits_may_leave(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    (request,) = await feedback.announced("contact.requested")
    about = {"request_id": request["request_id"], "purpose": "feedback", "channel": "text", "token_sha256": "ab" * 32}
    monday = NOW + timedelta(days=3)
    await feedback.hear(about_case("contact.sent.v1", CASE, NOW, **about, waits_until=monday.isoformat()))
    until = await feedback.worker.pool.fetchval("select token_until from feedback_window")
    assert until == monday + timedelta(days=60)


async def test_a_new_incident_kills_the_link_that_went_by_a_channel(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    await feedback.answer_requests("ab" * 32)
    told = about_case(
        "contact-safety.changed.v1", CASE, NOW, channel="text", safety="unknown", reason_code="new_incident"
    )
    await feedback.hear(told)
    assert await feedback.worker.pool.fetchval("select revoked_at is not null from feedback_window")


@pytest.mark.parametrize("why", ["no_safe_channel", "died"])
async def test_a_channel_that_becomes_safe_asks_again_with_another_request(feedback: Running, why: str) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    await feedback.answer_requests(withheld=why)
    later = NOW + timedelta(days=3)
    await feedback.hear(about_case("contact-safety.changed.v1", CASE, later, channel="text", safety="safe"))
    await feedback.decide(later)
    first, second = await feedback.announced("contact.requested")
    assert first["request_id"] != second["request_id"]
    await adds_up(feedback)


async def test_answers_to_requests_of_other_services_are_not_ours(feedback: Running) -> None:
    other: dict[str, Any] = {"request_id": str(an_id("other")), "channel": "text", "purpose": "complaint"}
    await feedback.hear(case_opened(CASE), ended(CASE), about_case("contact.sent.v1", CASE, **other))
    assert await feedback.announced() == []


QUIET: list[tuple[str, list[Sent], str]] = [
    ("a hearing", [hearing(CASE, date(2026, 10, 1))], "court_near"),
    ("bereaved", [case_opened(CASE, kind="bereaved", committed_to="2025-09-20", changed=True)], "bereaved"),
    ("a child", [case_opened(CASE, age_band="13-15", changed=True)], "child"),
    ("an age that was held back", [routed(CASE, holds=["age_unknown"])], "child"),
    ("share refused", [case_opened(CASE, share="refused", changed=True)], "share_refused"),
    ("safeguarding", [routed(CASE, NOW - timedelta(days=60), doors=["adult_safeguarding"])], "safeguarding"),
    ("a child at risk", [routed(CASE, NOW - timedelta(days=60), holds=["child_at_risk"])], "safeguarding"),
    ("sent to a MARAC", [routed(CASE, NOW - timedelta(days=40), doors=["marac"])], "marac"),
    ("a MARAC whose day is known", [case_opened(CASE, marac_on="2026-09-25", changed=True)], "marac"),
    ("a major incident", [routed(CASE, holds=["major_incident"])], "major_incident"),
    (
        "a new incident",
        [case_opened(an_id("second"), NOW - timedelta(days=10), person_id=str(uuid5(CASE, "person")))],
        "new_incident",
    ),
    (
        "said no",
        [about_case("consent.withdrawn.v1", CASE, consent_id=str(an_id("c")), purpose="feedback")],
        "opted_out",
    ),
]


@pytest.mark.parametrize(("records", "reason"), [row[1:] for row in QUIET], ids=[row[0] for row in QUIET])
async def test_a_quiet_time_withholds_with_its_reason(feedback: Running, records: list[Sent], reason: str) -> None:
    await feedback.hear(case_opened(CASE), *records, ended(CASE))
    await feedback.decide()
    assert await feedback.announced("contact.requested") == []
    (told,) = await feedback.announced("feedback.withheld")
    assert told["reason"] == reason
    await adds_up(feedback)


async def test_a_hearing_that_concerns_this_person_alone_counts(feedback: Running) -> None:
    crime = an_id("crime of two")
    mine, theirs = case_id(crime, "V1"), case_id(crime, "V2")
    for case in (mine, theirs):
        await feedback.hear(case_opened(case, crime_id=str(crime)), ended(case))
    await feedback.hear(hearing(mine, date(2026, 10, 1), victim_ref="V1", crime=crime))
    await feedback.decide()
    assert await feedback.windows(mine) == [("withheld", "court_near")]
    assert await feedback.windows(theirs) == [("requested", None)]


async def test_the_hearing_of_somebody_else_harmed_by_the_crime_is_no_reason(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), hearing(CASE, date(2026, 10, 1), victim_ref="somebody else"), ended(CASE))
    await feedback.decide()
    assert len(await feedback.announced("contact.requested")) == 1


async def test_a_hearing_listed_again_for_another_day_has_only_its_new_day(feedback: Running) -> None:
    await feedback.hear(
        case_opened(CASE), hearing(CASE, date(2026, 10, 1)), hearing(CASE, date(2027, 3, 1)), ended(CASE)
    )
    await feedback.decide()
    assert len(await feedback.announced("contact.requested")) == 1


async def test_a_person_is_asked_when_the_quiet_time_has_passed_and_told_of_once(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), hearing(CASE, date(2026, 9, 16)), ended(CASE))
    await feedback.decide()
    assert await feedback.decide(NOW + timedelta(days=10)) == 0
    assert await feedback.decide(datetime(2026, 10, 1, 8, 1, tzinfo=UTC)) == 1
    assert [told["type"] for told in await feedback.announced()] == ["feedback.withheld.v1", "contact.requested.v1"]
    await adds_up(feedback)


async def test_a_quiet_time_that_outlasts_the_window_ends_it(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), hearing(CASE, date(2026, 9, 16)), ended(CASE))
    await feedback.decide()
    await feedback.hear(hearing(CASE, date(2027, 1, 10), name="h2"))
    await feedback.decide(datetime(2026, 12, 20, 12, tzinfo=UTC))
    assert await feedback.decide(datetime(2027, 4, 1, tzinfo=UTC)) == 0
    assert [told["type"] for told in await feedback.announced()] == ["feedback.withheld.v1"]


async def test_who_uses_two_services_is_asked_once(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE, "first"), ended(CASE, "second"))
    await feedback.decide()
    assert len(await feedback.announced("contact.requested")) == 1
    (told,) = await feedback.announced("feedback.withheld")
    assert told["reason"] == "recent_contact"


async def test_who_declined_is_asked_later_about_the_offer(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE, how="referral.declined-by-victim.v1"))
    assert await feedback.decide(NOW + timedelta(days=13)) == 0
    assert await feedback.decide(NOW + timedelta(days=14)) == 1
    await feedback.answer_requests("cd" * 32)
    assert (await feedback.announced("feedback.invited"))[0]["questionnaire"] == "offer-1"


async def test_who_told_the_service_that_they_want_no_questions_is_not_asked(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE, feedback_wanted=False))
    await feedback.decide()
    assert (await feedback.announced("feedback.withheld"))[0]["reason"] == "opted_out"


async def test_a_child_is_asked_once_agreement_was_given(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE, age_band="16-17"), ended(CASE))
    await feedback.decide()
    agreed = {"consent_id": str(an_id("c")), "purpose": "feedback"}
    await feedback.hear(about_case("consent.given.v1", CASE, NOW + timedelta(days=1), **agreed))
    await feedback.decide(NOW + timedelta(days=1))
    assert len(await feedback.announced("contact.requested")) == 1


async def test_nothing_is_decided_before_everything_held_then_was_heard(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    assert await feedback.decide(NOW + timedelta(hours=1), applied_until=NOW - timedelta(minutes=1)) == 0
    assert await feedback.decide(NOW + timedelta(hours=1), applied_until=NOW) == 1


async def test_an_end_of_support_waits_for_its_case(feedback: Running) -> None:
    await feedback.hear(ended(CASE))
    await adds_up(feedback)
    await feedback.hear(case_opened(CASE))
    assert await feedback.windows(CASE) == [("open", None)]
    await adds_up(feedback)


async def test_the_same_end_told_twice_opens_one_window(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE), ended(CASE), ended(CASE, how="support.ended-early.v1"))
    await feedback.hear(ended(CASE))
    assert await feedback.windows(CASE) == [("open", None)]
    await adds_up(feedback)


async def test_a_request_that_nobody_answers_lapses(feedback: Running) -> None:
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    assert await feedback.lapse(NOW + timedelta(days=13)) == 0
    assert await feedback.lapse(NOW + timedelta(days=15)) == 1
    assert (await feedback.announced("feedback.withheld"))[0]["reason"] == "too_late"
    await feedback.answer_requests()
    await adds_up(feedback)


async def test_thousands_of_cases_are_heard_in_one_batch_with_few_statements(feedback: Running) -> None:
    records = [
        record
        for number in range(1500)
        for record in (case_opened(an_id(f"many/{number}"), LONG_AGO), routed(an_id(f"many/{number}"), holds=[]))
    ]
    counts = await feedback.hear(*records)
    assert counts.total("applied") == 3000
    assert await feedback.worker.pool.fetchval("select count(*) from feedback_case") == 1500
    assert await feedback.worker.pool.fetchval("select count(*) from kit.audit") <= 2


async def test_no_announcement_says_anything_personal(feedback: Running) -> None:
    person: dict[str, Any] = {"age_band": "75+", "ethnicity": "A2", "victim_ref": "WMP-P-77", "sex": "female"}
    await feedback.hear(case_opened(CASE, **person), ended(CASE))
    await feedback.decide()
    await feedback.answer_requests("ef" * 32)
    told = str(await feedback.announced())
    assert not [value for value in person.values() if value in told]
    assert "ef" * 32 not in told


async def test_every_golden_example_of_what_is_listened_to_is_applied(feedback: Running, repository: Path) -> None:
    order = {"case.opened.v1": 0, "support.completed.v1": 2}
    found: list[tuple[int, Sent]] = []
    for path in sorted((repository / "contracts" / "examples").glob("*.json")):
        example = orjson.loads(path.read_bytes())
        event_type = example["headers"]["ce_type"]
        if event_type not in feedback.context.models:
            continue
        headers = [(name, str(value).encode()) for name, value in example["headers"].items()]
        topic = JUSTICE_MILESTONES if event_type.startswith("justice.") else REFERRAL_EVENTS
        sent = Sent(example["key"].encode(), orjson.dumps(example["data"]), headers, topic=topic)
        found.append((order.get(event_type, 1), sent))
    records = [sent for _, sent in sorted(found, key=lambda each: each[0])]
    counts = await feedback.hear(*records)
    assert counts.total("applied") == len(records) >= len(feedback.context.models)
    assert await feedback.worker.pool.fetchval("select count(*) from feedback_window") == 1
    await adds_up(feedback)
