"""The pages of the Code show what marks a case for danger in the words of the hub, and offer no link to the dead."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.identity import case_id, reference
from contracts.marks import DIED, hold_words
from contracts.referral import (
    CaseOpened,
    CaseRouted,
    CaseUpdated,
    ConsentGiven,
    ConsentWithdrawn,
    ContactSafetyChanged,
    PersonDeathRecorded,
)
from kit import clock
from services.code_compliance.domain.marked import AGREED_SINCE, WAS_HIGH, Marked, marks_of
from tests.browser import Browser
from tests.code_compliance.builders import CRIME, at, crime, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub

CASE = case_id(CRIME, "V1")
PAGE = f"/rights/cases/{CASE}"
LINK = "Let the person see their rights"
SAID_NO = hold_words("share_refused")
FIRST, THEN, LATER = at("2025-06-03 09:00"), at("2025-06-04 09:00"), at("2025-06-05 09:00")


def test_a_mark_of_danger_is_shown_in_the_words_of_the_hub_by_what_it_told() -> None:
    high, home = hold_words("high_risk"), hold_words("same_household")
    for told, shown in (
        (Marked(), []),
        (Marked(risk_grade="medium"), []),
        (Marked(risk_grade="high"), [high]),
        (Marked(holds=("high_risk",), was_high=True), [high]),
        (Marked(was_high=True), [WAS_HIGH]),
        (Marked(holds=("high_risk", "same_household"), was_high=True), [home, high]),
        (Marked(died_at=FIRST), [DIED]),
        (Marked(death_said_at=FIRST), [DIED]),
        (Marked(death_said_at=FIRST, alive_said_at=THEN), []),
        (Marked(death_said_at=LATER, alive_said_at=THEN), [DIED]),
        (Marked(share="refused", refused_at=FIRST), [SAID_NO]),
        (Marked(share="refused", refused_at=THEN, agreed_at=FIRST), [SAID_NO]),
        (Marked(share="refused", refused_at=FIRST, agreed_at=THEN), [SAID_NO, AGREED_SINCE]),
        (Marked(share="agreed", refused_at=FIRST, agreed_at=THEN), []),
    ):
        assert [words for _, words in marks_of(told)] == shown, told


async def tell(hub: Hub, fact: type[Any], when: Any = FIRST, **told: Any) -> None:
    await hub.hear(fact(case_id=CASE, happened_at=when, actor_role="system", **told))


async def marks(browser: Browser, page: str = PAGE) -> list[str]:
    own = {"Enhanced rights", "Recorded late", "Breached"}
    return [text for text in (await browser.get(page)).texts("span", "moj-badge") if text not in own]


CONSENT: dict[str, Any] = {"purpose": "support", "consent_id": uuid4()}


@pytest.mark.service
async def test_the_rights_of_a_case_bear_the_marks_of_danger_that_the_hub_told_and_lose_none_by_a_later_word(
    hub: Hub, sign_in: SignIn
) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    assert await marks(browser) == []
    facts = {"crime_id": CRIME, "reference": reference(CASE)}
    await tell(hub, CaseOpened, share="refused", risk_grade="high", **facts)
    assert await marks(browser) == ["High risk", SAID_NO] == await marks(browser, f"{PAGE}/own-rights")
    assert "said no to sharing" in (await browser.get(f"{PAGE}/own-rights")).text
    await tell(hub, CaseRouted, THEN, decision="waiting", holds=("high_risk", "same_household"))
    await tell(hub, CaseUpdated, THEN, share="refused", **facts)
    assert await marks(browser) == [hold_words("same_household"), "High risk", SAID_NO], "by the hold alone"
    await tell(hub, CaseRouted, LATER, decision="waiting")
    assert await marks(browser) == [WAS_HIGH, SAID_NO]
    await tell(hub, ConsentGiven, LATER, **CONSENT)
    assert await marks(browser) == [WAS_HIGH, SAID_NO, AGREED_SINCE]
    page = await browser.get(PAGE)
    assert page.link(LINK) == f"{PAGE}/own-rights", "they may have agreed, and the hub decides whether it leaves"
    await tell(hub, ConsentWithdrawn, LATER, **CONSENT)
    assert await marks(browser) == [WAS_HIGH, SAID_NO]


@pytest.mark.service
@pytest.mark.parametrize("made_sure", [False, True])
async def test_no_link_is_offered_or_asked_for_to_somebody_who_died_until_that_was_a_mistake(
    hub: Hub, sign_in: SignIn, made_sure: bool
) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    browser = await sign_in("compliance")
    form = (await browser.get(f"{PAGE}/own-rights")).hidden(f"{PAGE}/own-rights")
    now = clock.now()
    shut = {"channel": "mobile", "safety": "unsafe", "locked": True, "reason_code": "died"}
    if made_sure:
        await tell(hub, PersonDeathRecorded, now, said_at=now)
    else:
        await tell(hub, ContactSafetyChanged, now, **shut)
    assert await marks(browser) == [DIED]
    page = await browser.get(PAGE)
    assert LINK not in page.texts("a") and "No link to their rights is sent" in page.text
    page = await browser.post(f"{PAGE}/own-rights", form)
    assert "it was recorded that this person died" in page.text and "Ask for a link to be sent" not in page.text
    assert not [kind for kind, _ in await hub.announced() if kind == "contact.requested.v1"]
    await tell(hub, PersonDeathRecorded, now + timedelta(hours=1), said_at=now, taken_back=True)
    if not made_sure:
        await tell(hub, ContactSafetyChanged, now, **shut)
    assert await marks(browser) == [], "what was told of the death comes late and is older than that it was a mistake"
    assert (await browser.get(PAGE)).link(LINK)


@pytest.mark.service
async def test_of_whom_somebody_spoke_to_since_it_is_not_said_that_they_died(hub: Hub, sign_in: SignIn) -> None:
    await hub.hear(crime())
    await tell(hub, ContactSafetyChanged, channel="text", safety="unsafe", locked=True, reason_code="died")
    browser = await sign_in("compliance")
    assert await marks(browser) == [DIED]
    await tell(hub, ContactSafetyChanged, THEN, channel="text", safety="safe")
    assert await marks(browser) == []
