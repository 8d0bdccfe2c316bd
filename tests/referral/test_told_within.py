"""What a provider's pages tell of a person keeps within the agreement by which the referral left."""

import pytest

from kit import clock
from services.referral.actions import alarming, lapsing, packing
from tests.builders import a_crime, a_domestic_crime, a_victim, recorded
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import Sent, a_referral_sent, portal_of, shown
from tests.referral.test_actions import agrees

pytestmark = pytest.mark.service
HIGH = {"relationship_to_suspect": "partner", "risk": {"dash_score": 17, "grade": "high"}}
WHO = ("given_names", "family_name", "date_of_birth", "age_band")
NOT_AGREED = "The person has not agreed that you are told how to reach them"
LEAST = "of the least that your contract says you need"
LESS = "This is less than your contract says you need: the person agreed to less."
RAISED = "The risk was found to be higher"


async def sent_within(hub: Hub, *scope: str) -> Sent:
    """Somebody at high risk who agreed to share these fields with their adviser, and no more."""
    return await a_referral_sent(hub, crime=a_domestic_crime(a_victim("V-1", **HIGH)), scope=scope)


async def test_a_provider_reads_of_risk_area_and_ways_what_the_person_agreed_to_and_no_more(
    hub: Hub, databases: Databases
) -> None:
    sent = await sent_within(hub, *WHO)
    async with hub.as_worker() as tx:
        await alarming.if_raised(tx, sent.case, ("medium", "imminent"), clock.now())
    async with portal_of(hub, databases) as browse:
        adviser = await browse("idva.worker")
        for accepted in (False, True):
            page = await adviser.get(sent.page)
            assert page.summary["Risk now"] == page.summary["Area"] == "Not shared with you"
            assert page.summary["Age"] != "Not shared with you", "they agreed that it is told who they are"
            assert "Urgent" in page.text and "Dash" not in page.text and RAISED not in page.text
            assert "that the person has not agreed to share with you. Ask the hub before any contact" in page.text
            assert NOT_AGREED in page.text and LEAST not in page.text
            assert "Safe now" not in page.text and "Not given to you" not in page.text, "one true sentence"
            less = page.text[page.text.index(LESS) :]
            assert "risk" in less[:300] and "ways to reach the person" in less[:300] and "Ask the hub" in less[:500]
            listed = (await adviser.get("/portal")).text
            assert "Urgent Alert IDVA Not shared with you" in listed
            if not accepted:
                await adviser.post(f"{sent.page}/steps/accept", await shown(hub, sent.referral))


async def test_whoever_agreed_to_all_of_it_is_told_of_with_risk_and_area_as_they_are_now(
    hub: Hub, databases: Databases
) -> None:
    sent = await sent_within(hub)
    async with hub.as_worker() as tx:
        await alarming.if_raised(tx, sent.case, ("medium", "high"), clock.now())
    async with portal_of(hub, databases) as browse:
        page = await (await browse("idva.worker")).get(sent.page)
    assert page.summary["Risk now"] == "High" and page.summary["Area"] == "Birmingham"
    assert LEAST in page.text and LESS not in page.text and RAISED in page.text


async def test_a_way_that_was_not_given_is_never_promised_and_is_asked_of_the_hub(
    hub: Hub, databases: Databases
) -> None:
    await hub.hears(recorded(a_crime(a_victim("V-1", channels_safe=["mobile"]))))
    assert await hub.every(packing.freeze_automatic) == 1
    referral = await hub.value("select referral_id from leg")
    where = f"/portal/referrals/{referral}"
    async with portal_of(hub, databases) as browse:
        worker = await browse("support.worker")
        for accepted in (False, True):
            page = await worker.get(where)
            assert "One is safe now, and was not given to you: ask the hub for it." in page.text
            assert "Not given to you: ask the hub" in page.text and "Shown once you have accepted" not in page.text
            if not accepted:
                await worker.post(f"{where}/steps/accept", await shown(hub, referral))


async def test_a_leg_from_before_the_bound_was_kept_tells_no_more_than_its_pack(hub: Hub, databases: Databases) -> None:
    sent = await sent_within(hub, *WHO)
    await hub.rows("update leg set told_within = null returning leg_id")
    async with portal_of(hub, databases) as browse:
        page = await (await browse("idva.worker")).get(sent.page)
    assert page.summary["Risk now"] == "Not shared with you"


async def test_what_was_done_on_a_way_that_is_not_shown_is_written_down_and_opens_nothing(
    hub: Hub, databases: Databases
) -> None:
    sent = await sent_within(hub, *WHO)
    async with portal_of(hub, databases) as browse:
        adviser = await browse("idva.worker")
        await adviser.get(sent.page)
        await adviser.post(f"{sent.page}/steps/accept", await shown(hub, sent.referral))
        page = await adviser.submit("Write down what was done", 422, channel="mobile")
        assert page.errors == ["Choose what came of it"]
        page = await adviser.submit("Write down what was done", channel="mobile", outcome="spoke")
        assert "Mobile. I spoke to the person" in page.text.replace("mobile", "Mobile") and NOT_AGREED in page.text
        await adviser.submit("Write down what was done", channel="mobile", outcome="someone_else_answered")
    assert await hub.value("select contacted_at is not null from leg")
    assert await hub.value("select locked_why from channel where kind = 'mobile'") == "someone_else_answered"


@pytest.mark.parametrize("in_time", [False, True], ids=["after it ran out", "before it runs out"])
async def test_whoever_agrees_again_to_less_is_shown_with_less_and_the_hub_is_told(
    hub: Hub, databases: Databases, in_time: bool
) -> None:
    sent, until = await sent_within(hub), clock.now()
    await hub.worker.pool.execute("update consent set expires_at = $1", until)
    if not in_time:
        assert await hub.every(lapsing.close, until) == 1
    await agrees(hub, sent.case, at=until, scope=WHO)
    if in_time:
        assert await hub.every(lapsing.close, until) == 1
    async with portal_of(hub, databases) as browse:
        page = await (await browse("idva.worker")).get(sent.page)
    assert NOT_AGREED in page.text and page.summary["Risk now"] == "Not shared with you" and LESS in page.text
    assert "Wilhelmina" in page.text and "07700" not in page.text and "Offence" not in page.text
    assert await hub.value("select count(*) from task where kind = 'narrow_no_way' and done_at is null") == 1
