"""An invitation that waits is taken back by whoever asked for it, and never leaves."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.contact import ContactRequested
from contracts.feedback import FeedbackWithheld
from tests.builders import a_crime, a_victim, an_event
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.test_mailing import ADDRESS, AWAKE
from tests.referral.test_quiet_messages import tried


@pytest.mark.service
async def test_an_invitation_of_somebody_who_is_left_in_peace_since_does_not_leave(
    hub: Hub, databases: Databases
) -> None:
    given = {"kind": "email", "value": ADDRESS, "safety": "safe"}
    case = await a_case(hub, a_crime(a_victim(channels_safe=["email"])), channels=[given])
    request, window = uuid4(), uuid4()
    about = {"case_id": case, "request_id": request, "purpose": "feedback", "template": "feedback_invitation"}
    asked = ContactRequested(
        **about, path="r", not_after=AWAKE + timedelta(days=7), happened_at=AWAKE, actor_role="system"
    )
    await hub.hears([an_event(ContactRequested, asked, AWAKE)])
    assert await hub.value("select state from mail") == "waiting"
    told = {"case_id": case, "invitation_id": window, "referral_id": uuid4(), "questionnaire": "service-1"}
    later = AWAKE + timedelta(minutes=5)
    other = FeedbackWithheld(**told, reason="marac", request_id=uuid4(), happened_at=later, actor_role="system")
    quiet = FeedbackWithheld(**told, reason="court_near", request_id=request, happened_at=later, actor_role="system")
    await hub.hears([an_event(FeedbackWithheld, other, later)])
    assert await hub.value("select state from mail") == "waiting"
    await hub.hears([an_event(FeedbackWithheld, quiet, later)])
    assert await hub.value("select state || why from mail") == "withheldquiet_now"
    [withheld] = await hub.rows("select data ->> 'reason' as why from case_event where type = 'contact.withheld.v1'")
    assert withheld["why"] == "court_near"
    assert await tried(hub, AWAKE + timedelta(days=1)) == 0
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get("/operations/outbox")
        assert "they are left in peace" in page.text
