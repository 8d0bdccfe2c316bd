"""The person says behind their own link how, when and whether to be reached; it is told on, and nothing opens by it."""

from uuid import UUID, uuid4

import pytest

from contracts.referral import ContactSafetyChanged
from services.code_compliance.actions.own_rights import FILE
from services.code_compliance.reference.oversight import document
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import Office
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer
from tests.code_compliance.test_own_rights import CASE, TOKEN, code_of, hear, sent

pytestmark = pytest.mark.service


async def wishes(hub: Hub) -> list[dict[str, object]]:
    return [data for kind, data in await hub.announced() if kind == "contact-wish.stated.v1"]


async def test_what_the_person_does_not_want_is_told_with_its_channels_and_never_a_word_of_theirs(
    hub: Hub, office: Office
) -> None:
    await sent(hub, office)
    outside = await office.outside()
    await code_of(outside)
    await outside.follow("Say how, when or whether to reach you")
    page = await outside.submit("Send", 422)
    assert page.errors == ["Choose at least one thing, or leave this page"]
    assert not [word for word in ("victim", "crime", "police", "abuse") if word in page.text.lower()]
    for against in ({"not_at_all": ["yes"]}, {"not_by": list(document(FILE)["ways"])}):
        page = await outside.submit("Send", 422, call_back=["yes"], **against)
        assert page.errors[0].startswith("You stopped every way, so nobody can ask you")
        await outside.get("/yours/reach")
    page = await outside.submit("Send", not_by=["calls", "texts"], best_time="evening", call_back="yes")
    assert page.path == "/yours/reach/said" and "has been passed on" in page.text
    [told] = await wishes(hub)
    assert (told["case_id"], told["not_by"]) == (str(CASE), ["landline", "mobile", "text"])
    assert told["proved"] is True and told["request_id"]
    assert (told["best_time"], told["call_back"], told["actor_role"]) == ("evening", True, "person")
    assert UUID(str(told["wish_id"]))
    kept = "select actor_role from kit.audit where action = 'own_rights.wish_stated'"
    assert await hub.database.pool.fetchval(kept) == "person"


async def test_what_is_said_without_the_word_is_told_as_said_so_and_shuts_all_the_same(
    hub: Hub, office: Office
) -> None:
    await sent(hub, office)
    outside = await office.outside()
    await outside.get(f"/yours/{TOKEN}")
    await outside.submit("Continue")
    await outside.follow("Say how, when or whether to reach you")
    await outside.submit("Send", not_at_all="yes")
    [told] = await wishes(hub)
    assert (told["not_at_all"], told["proved"]) == (True, False)


async def test_after_leaving_no_page_behind_the_link_shows_anything(hub: Hub, office: Office) -> None:
    stranger = await office.outside()
    for path in ("/yours/now", "/yours/reach", "/yours/reach/said"):
        assert (await stranger.get(path)).heading == "Enter your code", path


async def test_nobody_says_so_without_a_link_nor_behind_one_that_was_switched_off(hub: Hub, office: Office) -> None:
    await sent(hub, office)
    stranger = await office.outside()
    assert (await stranger.get("/yours/reach")).heading == "Enter your code"
    outside = await office.outside()
    await code_of(outside)
    await outside.get("/yours/reach")
    await outside.submit("Send", 422, not_by=["pigeons"])
    await hear(hub, ContactSafetyChanged, subject_id=uuid4(), channel="text", safety="unknown")
    await outside.submit("Send", 410, not_at_all="yes")
    assert await wishes(hub) == []


def test_every_way_stands_for_channels_that_are_known() -> None:
    ways = document(FILE)["ways"].values()
    named = [kind for way in ways for kind in way["channels"]]
    assert sorted(named) == ["email", "in_person", "landline", "letter", "mobile", "text"]
