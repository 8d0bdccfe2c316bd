"""A page of contact that was opened before somebody else changed a channel changes nothing unseen."""

import pytest

from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case

pytestmark = pytest.mark.service
SAFE = {"which": "mobile", "safety": "safe", "spoke": "yes"}
UNSAFE = {"which": "mobile", "safety": "unsafe", "spoke": "no"}
LOCK = "Somebody else answered: lock mobile"


async def mobile(hub: Hub) -> tuple[str, bool]:
    [row] = await hub.rows("select safety, locked_at is not null as locked from channel where kind = 'mobile'")
    return row["safety"], row["locked"]


async def test_a_page_opened_before_a_lock_does_not_lift_it_unseen(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{case}/contact")
    await leader.get(f"/cases/{case}/contact")
    await leader.submit(LOCK)
    told = await hub.told(case)
    await officer.submit("Save", 422, which="mobile", safety="safe")
    page = await officer.submit("Save", 409, **SAFE)
    [said] = page.errors
    assert (
        "Mobile has changed since you opened this page: it is locked now (somebody else answered or reads it)" in said
    )
    assert "set by a hub team leader on" in said and "Nothing was saved" in said
    assert await mobile(hub) == ("unsafe", True) and await hub.told(case) == told
    chosen = {e.get("name"): e.get("value") for e in page.all("input") if e.get("checked") is not None}
    assert chosen == SAFE, "what was typed is still there"
    await officer.submit("Save", **SAFE)
    assert await mobile(hub) == ("safe", False), "sent again from a page that shows the lock, it is a decision"


async def test_an_older_page_does_not_call_safe_what_was_called_unsafe_since(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    for each in (leader, officer):
        await each.get(f"/cases/{case}/contact")
    await officer.submit("Save", **UNSAFE)
    page = await leader.submit("Save", 409, **SAFE)
    assert "it is unsafe now, set by a hub officer on" in page.errors[0]
    assert await mobile(hub) == ("unsafe", False)
    await leader.submit("Save", **(SAFE | {"which": "email"}))
    assert await mobile(hub) == ("unsafe", False), "another channel is as the page showed it"


async def test_a_page_opened_before_the_number_changed_says_nothing_of_the_new_one(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/contact")
    await hub.worker.pool.execute("update channel set value_index = sha256('another') where kind = 'mobile'")
    page = await officer.submit("Save", 409, **UNSAFE)
    assert "its number or address is another one" in page.errors[0]
    await officer.post(f"/cases/{case}/contact/safety", SAFE | {"shown": ""}, 409)


async def test_saying_twice_what_is_safe_answers_as_the_first_time(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/contact")
    [shown] = [e.get("value") or "" for e in page.all("input") if e.get("name") == "shown"]
    await officer.submit("Save", **UNSAFE)
    told = await hub.told(case)
    page = await officer.post(f"/cases/{case}/contact/safety", UNSAFE | {"shown": shown})
    assert "What is safe was changed" in page.text and await hub.told(case) == told


@pytest.mark.parametrize("said", ["unsafe", "unknown"])
async def test_less_contact_is_taken_from_an_older_page_and_said_so(hub: Hub, browse: AsPersona, said: str) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    for each in (leader, officer):
        await each.get(f"/cases/{case}/contact")
    await leader.submit("Save", **SAFE)
    page = await officer.submit("Save", **(UNSAFE | {"safety": said}))
    assert "It had changed since you opened this page: what you said was taken all the same" in page.text
    assert await mobile(hub) == (said, False)


async def test_an_older_page_that_shuts_what_is_locked_leaves_the_lock_and_opens_nothing(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    for each in (leader, officer):
        await each.get(f"/cases/{case}/contact")
    await leader.submit(LOCK)
    page = await officer.submit("Save", **(UNSAFE | {"spoke": "yes"}))
    assert "was shut since you opened this page, and stays shut" in page.text
    assert await mobile(hub) == ("unsafe", True)
