"""What changed under a worker's hands: the number they were given, and an agreement taken back out of fear."""

from datetime import timedelta

import pytest

from services.referral.actions import opening
from tests.builders import NOON, a_detail, a_domestic_crime, snapshot, updated
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import a_referral_sent, portal_of
from tests.referral.test_later_news import open_tasks

pytestmark = pytest.mark.service


def mobile(value: str) -> list[dict[str, str]]:
    return [{"kind": "mobile", "value": value, "safety": "safe"}]


async def test_a_provider_whose_number_is_another_one_now_is_told_not_to_use_it_and_somebody_passes_the_new_one_on(
    hub: Hub, databases: Databases
) -> None:
    crime = a_domestic_crime()
    sent = await a_referral_sent(hub, crime=crime, channels=mobile("07700 900321"))
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        await worker.get(sent.page)
        await worker.submit("Accept")
        page = await worker.get(sent.page)
        assert "07700 900321" in page.text and "Record a contact attempt" in page.text
        ref = crime["victims"][0]["victim_ref"]
        again = hub.sealed(a_detail(channels=mobile("07700 900444")), crime["crime_id"], ref)
        later = updated(crime, 2, victims=[crime["victims"][0] | {"sealed": again}])
        await hub.hears([snapshot(later, NOON + timedelta(hours=2))])
        await hub.every(opening.open_arrivals, NOON + timedelta(hours=2))
        assert "number_changed" in await open_tasks(hub, sent.case)
        told = await worker.submit("Record the attempt", 422, channel="mobile", outcome="no_answer")
        assert told.errors[0].startswith("It is another number or address now")
        page = await worker.get(sent.page)
        assert "Another one now" in page.text and "Do not use the one that you have" in page.text
        assert "07700 900" not in page.text and "Record a contact attempt" not in page.text
        assert "Somebody else answered: lock" in page.text


async def test_who_takes_an_agreement_back_out_of_fear_is_looked_at_within_the_hour(
    hub: Hub, databases: Databases
) -> None:
    sent = await a_referral_sent(hub)
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        [held] = [row["consent_id"] for row in await hub.rows("select consent_id from consent")]
        await officer.get(f"/cases/{sent.case}/agreements/{held}/withdraw")
        page = await officer.submit("Withdraw it and end all of this", reason_code="afraid")
        assert "They are afraid: the risk is to be looked at now" in page.text
        page = await officer.get(f"/cases/{sent.case}")
        assert "since they are afraid: look at the risk now" in page.text
        notices = await (await browse("leader")).get("/cases/notices")
        assert "took back an agreement, or said no, out of fear" in notices.text
    due = await hub.rows("select due_at - created_at as within from task where kind = 'agreement_afraid'")
    assert [row["within"] for row in due] == [timedelta(hours=1)]
    assert await hub.value("select review_since is not null from case_file where case_id = $1", sent.case)
