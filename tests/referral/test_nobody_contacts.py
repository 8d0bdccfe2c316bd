"""Whom nobody may contact: not to be asked, not promised a call; and where a protected address may be seen."""

from datetime import timedelta

import pytest

from contracts.working_time import calendar, local_day
from kit import clock
from services.referral.case_ui import words
from tests.builders import a_crime, a_victim
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.test_later_news import a_sent_case, the_police_add
from tests.referral.test_mailing import a_request, send

pytestmark = pytest.mark.service
LETTER = {"kind": "letter", "value": "1 Example Row", "safety": "safe"}


def a_day() -> str:
    days = (local_day(clock.now() + timedelta(days=n)) for n in range(2, 9))
    return next(day for day in days if day not in calendar().holidays).isoformat()


@pytest.mark.parametrize(
    ("stands", "why"),
    [
        ("update case_file set share = 'refused'", "The person said no to sharing: nobody contacts them."),
        ("update channel set safety = 'unsafe', locked_at = now(), locked_why = 'died'", "the person died"),
    ],
)
async def test_no_call_is_promised_to_somebody_whom_nobody_may_contact(
    hub: Hub, browse: AsPersona, stands: str, why: str
) -> None:
    given = [{"kind": "mobile", "value": "07700 900321", "safety": "safe"}]
    case = await a_case(hub, a_crime(a_victim(channels_safe=["mobile"])), channels=given)
    await hub.worker.pool.execute(stands)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/safeguards")
    call = {"call_back-day": a_day(), "call_back-time": "14:30"}
    page = await officer.submit("Book the call", 422, **{"call_back-code": "person", **call})
    assert page.errors[0].startswith("No call can be promised.") and why in page.errors[0]
    assert "Written down." in (await officer.submit("Book the call", **{"call_back-code": "officer", **call})).text


async def test_a_call_for_the_night_or_a_bank_holiday_is_asked_again(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    holiday = min(day for day in calendar().holidays if day > local_day(clock.now()))
    for day, at in ((a_day(), "03:00"), (a_day(), "2.30"), (holiday.isoformat(), "14:30")):
        await officer.get(f"/cases/{case}/safeguards")
        told = {"call_back-code": "officer", "call_back-day": day, "call_back-time": at}
        page = await officer.submit("Book the call", 422, **told)
        assert page.errors[0].startswith("This is ") and "tick below" in page.errors[0]
        sure = page.errors[0].partition("that you mean ")[2]
        assert "Written down." in (await officer.submit("Book the call", **told, **{"call_back-sure": sure})).text


async def test_who_said_no_to_sharing_since_is_not_to_be_asked_but_the_officer_is(hub: Hub, browse: AsPersona) -> None:
    assert "nobody contacts them: ask the officer" in words.TASKS["said_no_since"]
    case, crime = await a_sent_case(hub)
    await the_police_add(hub, crime, share="refused")
    page = await (await browse("officer")).get(f"/cases/{case}/referrals")
    assert "Closed to them" in page.text and "ask the officer in the case whether the no stands" in page.text
    assert "Ask the person again" not in page.text


async def test_a_protected_address_is_marked_opened_for_a_reason_alone_and_never_in_the_outbox(
    hub: Hub, browse: AsPersona
) -> None:
    victim = a_victim(channels_safe=["letter"], vulnerabilities=["protected_address"])
    case = await a_case(hub, a_crime(victim), channels=[LETTER])
    officer = await browse("officer")
    await officer.get(f"/cases/{case}")
    page = await officer.submit("Show name and details")
    assert "Protected: not shown here" in page.text and "Row" not in page.text
    page = await officer.get(f"/cases/{case}/contact")
    assert "Protected address" in page.text
    page = await officer.submit("Write a letter: show the address", 422)
    assert page.errors == ["Choose what the protected address is needed for"] and "1 Example Row" not in page.html
    page = await officer.submit("Write a letter: show the address", **{"needed-letter": "agreed_with_person"})
    assert "1 Example Row" in page.text
    kept = await hub.rows("select reason from kit.audit where action = 'channel.opened'")
    assert kept == [{"reason": "agreed_with_person"}]
    await hub.hears([a_request(case)])
    await send(hub)
    page = await officer.get("/operations/outbox")
    [button] = [words for words in page.texts("button") if words.startswith("Show the message")]
    page = await officer.submit(button)
    assert page.summary["To"] == "A protected address: not shown here" and "1 Example Row" not in page.html
