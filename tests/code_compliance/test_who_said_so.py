"""Who entered what is visible; pauses are part of a receipt; a case without a report takes entries too."""

from uuid import uuid5

import pytest

from contracts.identity import NS, case_id
from contracts.referral import CaseOpened
from services.code_compliance.domain.entitlements import clock_id
from tests.code_compliance.builders import CRIME, at, crime, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_pauses import PAGE, PAUSES, R6, parts

pytestmark = pytest.mark.service
CASE = case_id(CRIME, "V1")
ALONE = uuid5(NS, "test/alone")
"""A case of somebody who came by themselves."""


async def alone(hub: Hub) -> None:
    opened = CaseOpened(
        case_id=ALONE, reference="X", reported=False, happened_at=at("2025-06-02 10:00"), actor_role="officer"
    )
    await hub.hear(opened)


async def test_a_pause_is_named_with_its_worker_and_is_part_of_the_receipt(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    browser = await sign_in("compliance")
    await browser.get(PAUSES)
    await browser.submit("Pause the clock", reason="person_in_hospital", **parts("2025-06-05", "10:00"))
    await browser.get(PAUSES)
    await browser.submit("Resume the clock", **parts("2025-06-09", "09:00"))
    assert "Entered by you on" in (await browser.get(PAUSES)).text
    officer = await sign_in("officer")
    page = await officer.get(PAUSES)
    assert "Entered by Samuel Okoro (compliance lead) on" in page.text
    assert "resumed by Samuel Okoro (compliance lead) on" in page.text
    page = await officer.get(f"{PAGE}/receipt/{clock_id(CASE, R6, 'm1')}")
    assert "Two of them did not count: the clock was paused from Thursday 5 June 2025 10:00" in page.text
    assert "Pauses in this sum" in page.text and "Samuel Okoro" in page.text


async def test_evidence_and_happenings_say_who_entered_them(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 12:00"))
    browser = await sign_in("compliance")
    await browser.get(f"{PAGE}/evidence/{clock_id(CASE, R6, 'm1')}")
    given = {"outcome": "delivered", "channel": "letter", "source": "police"}
    await browser.submit("Add the evidence", **given, **parts("2025-06-04", "10:00"))
    await browser.get(f"{PAGE}/happenings")
    await browser.submit("Add it", what="cica_applied", source="person", **parts("2025-06-10", "10:00"))
    await browser.get(f"{PAGE}/interval")
    await browser.submit("Save the interval", days="14", source="person", **parts("2025-06-10", "11:00"))
    officer = await sign_in("officer")
    page = await officer.get(PAGE)
    assert page.text.count("entered by Samuel Okoro (compliance lead)") == 1
    assert "The person applied for criminal injuries compensation on Tuesday 10 June 2025" in page.text
    assert page.text.count("Said by the person. Entered by Samuel Okoro (compliance lead) on") == 2
    assert "Entered by Samuel Okoro" in (await officer.get(f"{PAGE}/happenings")).text


async def test_somebody_without_a_report_has_happenings_and_an_agreed_interval(hub: Hub, sign_in: SignIn) -> None:
    await alone(hub)
    browser = await sign_in("compliance")
    base = f"/rights/cases/{ALONE}"
    page = await browser.get(base)
    assert "How often to update the person" in page.text
    await browser.follow("Agree how often to update the person")
    page = await browser.submit("Save the interval", 422, days="14", source="person", **parts("2025-06-01", "11:00"))
    assert page.errors == ["The date must be on or after the day of the report, or of first contact"]
    page = await browser.submit("Save the interval", days="14", source="person", **parts("2025-06-10", "11:00"))
    assert "every 14 days" in page.text and "it is our own promise" in page.text
    assert "The next update is promised by the end of" in page.text
    await browser.get(f"{base}/happenings")
    page = await browser.submit("Add it", what="cica_applied", source="person", **parts("2025-06-10", "10:00"))
    assert "The person applied for criminal injuries compensation" in page.text
    rows = await hub.database.pool.fetch("select crime_id, case_id from milestone")
    assert {(row["crime_id"], row["case_id"]) for row in rows} == {(ALONE, ALONE)}
    assert {data["entitlement"] for kind, data in await hub.announced() if kind == "entitlement.due.v1"} == {
        "R1.clear_communication", "R4.self_access",
    }  # fmt: skip
    assert all(check.ok for check in await hub.checks())
