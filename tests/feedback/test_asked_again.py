"""An invitation that rests is asked again until it leaves: what became known meanwhile takes it back."""

from datetime import date, timedelta
from typing import Any

import pytest

from kit.service import Moment
from services.feedback.actions import asking
from tests.faults.ledger.records import Sent
from tests.feedback.conftest import Running
from tests.feedback.events import NOW, about_case, an_id, case_opened, ended, hearing, routed
from tests.feedback.test_consumer import adds_up

pytestmark = pytest.mark.service

CASE = an_id("case")
LEAVES = NOW + timedelta(hours=1)
SOON = NOW + timedelta(minutes=5)
NEAR = NOW.date() + timedelta(days=10)


def changed(**data: Any) -> Sent:
    return case_opened(CASE, changed=True, **data)


async def asked_again(feedback: Running, now: Any = SOON) -> int:
    async with feedback.worker.begin() as tx:
        return await asking.ask_again(tx, Moment(now, now), feedback.context)


async def invited(feedback: Running) -> dict[str, Any]:
    """The request of an invitation that rests for an hour."""
    await feedback.hear(case_opened(CASE), ended(CASE))
    await feedback.decide()
    (request,) = await feedback.announced("contact.requested")
    about = {"request_id": request["request_id"], "purpose": "feedback", "waits_until": LEAVES.isoformat()}
    await feedback.hear(about_case("contact.sent.v1", CASE, NOW, **about, channel="text", token_sha256="ab" * 32))
    assert await feedback.windows(CASE) == [("invited", None)] and await asked_again(feedback) == 0
    return request


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (hearing(CASE, NEAR), "court_near"),
        (changed(marac_on=(NOW.date() + timedelta(days=5)).isoformat()), "marac"),
        (routed(CASE, NOW, doors=["marac"]), "marac"),
        (routed(CASE, NOW, doors=["adult_safeguarding"]), "safeguarding"),
        (changed(removed=True), "hold"),
        (changed(share="refused"), "share_refused"),
        (changed(age_band="16-17"), "child"),
        (routed(CASE, NOW, holds=["major_incident"]), "major_incident"),
        (about_case("person-death.recorded.v1", CASE, NOW, said_at=NOW.isoformat()), "died"),
        (case_opened(an_id("another"), NOW, person_id=None), None),
    ],
    ids=lambda said: said if isinstance(said, str) else "",
)
async def test_what_becomes_known_while_an_invitation_rests_takes_it_back(
    feedback: Running, fact: Sent, reason: str | None
) -> None:
    request = await invited(feedback)
    await feedback.hear(fact)
    assert await asked_again(feedback) == (1 if reason else 0)
    told = [(one["reason"], one["request_id"]) for one in await feedback.announced("feedback.withheld")]
    assert told == ([(reason, request["request_id"])] if reason else [])
    [(state, why)] = await feedback.windows(CASE)
    assert (state, why) == (("withheld", reason) if reason else ("invited", None))
    link = await feedback.worker.pool.fetchval("select token_sha256 from feedback_window")
    assert (link is None) == bool(reason), "the link is dead"
    assert await asked_again(feedback) == 0
    await adds_up(feedback)


async def test_one_that_has_left_stays_and_one_taken_back_is_asked_for_again_when_it_is_over(feedback: Running) -> None:
    await invited(feedback)
    await feedback.hear(hearing(CASE, NEAR))
    assert await asked_again(feedback, LEAVES) == 0
    assert await asked_again(feedback) == 1
    over = NOW + timedelta(days=26)
    await feedback.decide(over)
    assert [state for state, _ in await feedback.windows(CASE)] == ["requested"]
    assert len(await feedback.announced("contact.requested")) == 2
    assert date.fromisoformat(str(over.date())) > NEAR
    await adds_up(feedback)
