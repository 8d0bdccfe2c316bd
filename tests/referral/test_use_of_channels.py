"""The hub uses a channel: its number is shown while it is safe alone; a no shuts it; one chance means no letter."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.refused import Refused
from kit import clock
from services.referral.actions import consenting, contacting
from services.referral.domain.safe_contact import NOT_FOR_ONE_CHANCE
from services.referral.store import cases
from tests.builders import a_crime, a_victim, a_viewer, snapshot, updated
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.test_actions import IDVA, agrees
from tests.referral.test_mailing import a_request

pytestmark = pytest.mark.service
OFFICER, LEADER = a_viewer(), a_viewer("leader")
NUMBER = "07700 900321"
BOTH = [
    {"kind": "mobile", "value": NUMBER, "safety": "safe", "voicemail": False, "say_who": False},
    {"kind": "email", "value": "wil@example.org", "safety": "unknown"},
]


async def use(hub: Hub, case: UUID, kind: str = "mobile") -> str | None:
    async with hub.looks(OFFICER) as tx:
        held = await cases.get(tx, case)
        assert held is not None
        return await contacting.open_channel(tx, OFFICER, hub.sealer, held, kind, clock.now())


async def attempt(hub: Hub, case: UUID, kind: str = "mobile", outcome: str = "no_answer") -> None:
    async with hub.looks(OFFICER) as tx:
        await contacting.record_attempt(tx, OFFICER, uuid4(), case, kind, outcome, clock.now())


async def test_the_number_is_shown_to_be_used_only_on_a_channel_that_is_safe_now_and_who_opened_it_is_kept(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub, channels=BOTH)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/contact")
    assert NUMBER not in page.text and "Leave no message. Do not say who you are." in page.text
    assert "E-mail: show the address" not in page.text
    page = await officer.submit("Call the mobile: show its number")
    assert f"Use now: {NUMBER}" in page.text or f"may be in danger: {NUMBER}" in page.text
    opened = await hub.rows("select fields from kit.audit where action = 'channel.opened'")
    assert [list(row["fields"]) for row in opened] == [["mobile"]]
    page = await officer.post(f"/cases/{case}/contact/use", {"channel": "email"}, 422)
    assert "wil@example.org" not in page.text and page.errors == [
        "Nobody knows whether it is safe. Ask the officer or the person."
    ]
    assert (await (await browse("compliance")).post(f"/cases/{case}/contact/use", {"channel": "mobile"}, 403)).status
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, case, "mobile", "someone_else_answered", clock.now())
    page = await officer.post(f"/cases/{case}/contact/use", {"channel": "mobile"}, 422)
    assert NUMBER not in page.text


@pytest.mark.parametrize(("share", "why"), [("refused", "share_refused"), ("not_asked", "share_not_asked")])
async def test_whoever_said_no_or_has_to_be_asked_first_is_contacted_by_nobody_until_they_agree(
    hub: Hub, share: str, why: str
) -> None:
    safe = {"channels_safe": ["mobile", "email"], "risk": {"grade": "medium"}}
    person = a_victim("V-1", relationship_to_suspect="partner", **safe)
    crime = a_crime(person, flags=["domestic_abuse"])
    case = await a_case(hub, crime, channels=BOTH)
    assert await use(hub, case) == NUMBER
    later = updated(crime, 2, victims=[{**person, "share": share}])
    await hub.hears([snapshot(later, clock.now())])
    for act in (use, attempt):
        with pytest.raises(Refused, match=why):
            await act(hub, case)
    await attempt(hub, case, "landline", "someone_else_answered")
    await hub.hears([a_request(case)])
    assert (await hub.told(case))[-1] == "contact.withheld" and await hub.value("select count(*) from mail") == 0
    override = uuid4()
    async with hub.looks(OFFICER) as tx:
        await consenting.ask_override(tx, OFFICER, override, case, "idva", "life_at_risk", clock.now())
    with pytest.raises(Refused, match=why):
        await use(hub, case)
    async with hub.looks(LEADER) as tx:
        await consenting.confirm_override(tx, LEADER, override, clock.now())
    assert await use(hub, case) == NUMBER, "a recorded safeguarding act is never barred"
    await hub.hears([a_request(case)])
    assert await hub.value("select count(*) from mail") == 0, "but nothing leaves by itself"
    await agrees(hub, case, IDVA, clock.now())
    await attempt(hub, case)
    await hub.hears([a_request(case)])
    assert await hub.value("select count(*) from mail") == 1


async def test_in_honour_based_abuse_no_letter_and_nobody_in_between_is_used_whoever_says_it_is_safe(hub: Hub) -> None:
    channels = [*BOTH[:1], {"kind": "letter", "value": "1 Example Row", "safety": "safe"}]
    person = a_victim("V-1", channels_safe=["mobile", "letter", "somebody"], risk={"grade": "medium"})
    crime = a_crime(person)
    case = await a_case(hub, crime, channels=channels)
    assert await use(hub, case, "letter") == "1 Example Row"
    await hub.hears([snapshot(updated(crime, 2, flags=["forced_marriage"]), clock.now() - timedelta(minutes=1))])
    for kind in NOT_FOR_ONE_CHANCE:
        with pytest.raises(Refused, match="one_chance"):
            async with hub.looks(OFFICER) as tx:
                await contacting.set_safety(tx, OFFICER, case, kind, "safe", clock.now(), spoke=True)
        with pytest.raises(Refused, match="one_chance"):
            await use(hub, case, kind)
    assert await use(hub, case) == NUMBER
    again = a_crime(a_victim("V-1", channels_safe=["letter", "mobile"]))
    other = await a_case(hub, again, channels=channels)
    with pytest.raises(Refused, match="one_chance"):
        await use(hub, other, "letter")
    told = await hub.rows("select distinct data ->> 'channel' as kind from case_event where data ->> 'locked' = 'true'")
    assert sorted(row["kind"] for row in told) == sorted(NOT_FOR_ONE_CHANCE)
