"""What bars a provider from contact: danger that it may not be told of, and only what came after the hub sent it."""

from datetime import timedelta

import pytest

from services.referral import said
from services.referral.domain import heard_within
from tests.browser import Seen
from tests.builders import NOON, a_domestic_crime, a_victim
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import hub_pages
from tests.referral.portal import a_referral_sent, portal_of, shown
from tests.referral.test_ask_first import ASK, shuts
from tests.referral.test_police_again import NUMBER
from tests.referral.test_told_within import HIGH, WHO

pytestmark = pytest.mark.service
HEARD = "insert into alert (case_id, milestone_id, trigger, happened_at, received_at) values ($1, $2, $2, $3, $3)"
OUT = "suspect_released_on_police_bail"


def test_every_thing_that_is_said_of_danger_is_told_always_or_by_what_is_shared() -> None:
    assert said.FOUND.keys() - heard_within.SHARED_BY.keys() == heard_within.ALWAYS_TOLD
    assert heard_within.asks_first(OUT, ("given_names",)) and not heard_within.asks_first(OUT, ("risk",))
    assert not heard_within.asks_first("language_told", ("given_names",)) and not heard_within.asks_first(OUT, ())


def open_to_it(page: Seen) -> bool:
    return NUMBER in page.text and ASK not in page.text and "Record a contact attempt" in page.text


async def test_a_danger_that_may_not_be_told_shuts_the_number_until_the_risk_was_reviewed(
    hub: Hub, databases: Databases
) -> None:
    crime = a_domestic_crime(a_victim("V-1", channels_safe=["mobile"], **HIGH))
    sent = await a_referral_sent(hub, crime=crime, scope=(*WHO, "channels"))
    async with portal_of(hub, databases) as browse, hub_pages(hub, databases) as desk:
        adviser, officer = await browse("idva.worker"), await desk("officer")
        await adviser.get(sent.page)
        await adviser.post(f"{sent.page}/steps/accept", await shown(hub, sent.referral))
        assert open_to_it(await adviser.get(sent.page))
        await hub.rows(f"{HEARD} returning 1", sent.case, OUT, NOON + timedelta(minutes=1))
        page = await adviser.get(sent.page)
        assert "Ask the hub before any contact" in page.text and shuts(page), page.text
        assert "Ask the hub: nobody may try to reach the person now" in page.text
        assert "asks you before any contact" in (await officer.get(f"/cases/{sent.case}")).text
        for since in ("now()", "null"):
            await hub.rows(f"update case_file set review_since = {since}, updated_at = now() returning 1")
        page = await adviser.get(sent.page)
        assert open_to_it(page) and "Ask the hub before any contact" not in page.text
        assert "The hub looked at it" in page.text and "the risk is" not in page.text


async def test_whom_the_hub_sends_to_because_of_the_news_is_not_barred_by_it_and_is_by_what_comes_later(
    hub: Hub, databases: Databases
) -> None:
    crime = a_domestic_crime(a_victim("V-1", channels_safe=["mobile"], **HIGH))
    sent = await a_referral_sent(hub, crime=crime)
    async with portal_of(hub, databases) as browse:
        adviser = await browse("idva.worker")
        await adviser.get(sent.page)
        await adviser.post(f"{sent.page}/steps/accept", await shown(hub, sent.referral))
        await hub.rows(f"{HEARD} returning 1", sent.case, "asks_for_care", NOON - timedelta(minutes=1))
        page = await adviser.get(sent.page)
        assert open_to_it(page) and "More was told" not in page.text
        await hub.rows(f"{HEARD} returning 1", sent.case, "another_person", NOON + timedelta(seconds=5))
        assert shuts(await adviser.get(sent.page)), "what came while it could still be undone was not known"
