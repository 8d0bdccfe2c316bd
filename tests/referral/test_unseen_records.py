"""What somebody does of a person of whom they see a part is done or refused in words, and reaches what they do not see.

A provider sees its own referral alone; an officer without the right no restricted record."""

from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import pytest

from kit.access import Viewer
from services.referral.actions import contacting, locking, rerouting, restricting
from services.referral.domain import safe_contact
from services.referral.store import contact
from tests.browser import Browser, cookie_of
from tests.builders import a_crime, a_victim, a_viewer, recorded
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import access_of
from tests.referral.portal import LATER, a_referral_sent
from tests.referral.unseen import a_scene, app_of, linked, person_of, press_everything, says

pytestmark = pytest.mark.service
OFFICER, LEADER, WORKER = a_viewer(), a_viewer("leader"), a_viewer("idva.worker")
SOON = LATER + timedelta(seconds=1)
CASE, REFERRAL = "/cases/{case_id}", "/portal/referrals/{referral_id}"
OF_HUB = {
    f"{CASE}{way}"
    for way in (
        *("/contact/lock", "/contact/safety", "/contact/attempts", "/contact/numbers/{kind}", "/agreements/new"),
        *("/agreements/{consent_id}/withdraw", "/override", "/assessment", "/choices", "/lines", "/assign"),
        *("/referrals/{referral_id}/steps/{verb}", "/legs/{leg_id}/undo", "/same-person/{other_id}"),
        *("/same-person/{other_id}/undo", "/safeguards/entries/{kind}", "/safeguards/offers/{offer}"),
        "/safeguards/caller-word",
    )
}
OF_PORTAL = {f"{REFERRAL}{way}" for way in ("/lock", "/attempts", "/steps/{verb}", "/needs/{stage}")}
DOES = {
    "officer": OF_HUB,
    "leader": OF_HUB | {"/cases/overrides/{consent_id}"},
    "idva.worker": OF_PORTAL,
    "provider.manager": OF_PORTAL | {f"{REFERRAL}/assign"},
}


async def test_everything_that_is_done_of_a_person_seen_in_part_is_done_or_refused_in_words(
    hub: Hub, databases: Databases
) -> None:
    scene, access = await a_scene(hub), await access_of(databases)
    app, unkept = app_of(hub, access)
    starts = [f"/cases/{case}" for case in (scene.sent.case, scene.locked)]
    async with AsyncExitStack() as stack:
        for persona, expected in DOES.items():
            cookie = await cookie_of(access, persona)
            browser = await stack.enter_async_context(Browser(app, hub.context.settings, cookie))
            at = [scene.sent.page] if "." in persona else [*starts, "/cases/tasks", "/cases/overrides"]
            done, wrong = await press_everything(app, unkept, browser, at)
            assert wrong == [], persona
            assert expected - done == set(), persona


async def test_a_lock_by_a_provider_reaches_the_records_and_cases_that_it_does_not_see(hub: Hub) -> None:
    scene = await a_scene(hub)
    async with hub.looks(WORKER) as tx:
        await contacting.lock_channel(tx, WORKER, scene.sent.case, "landline", "someone_else_answered", LATER)
    while await hub.every(locking.carry_on, SOON):
        pass
    for case in (scene.sent.case, scene.elsewhere, scene.restricted, scene.locked):
        async with hub.looks(LEADER) as tx:
            profile = await contacting.profile_of(tx, await person_of(hub, case))
        kinds = ("mobile", "landline", "text")
        assert {safe_contact.may_use(profile, kind, "support", SOON).why for kind in kinds} == {"locked"}
        told = "select count(*) from case_event where case_id = $1 and (data ->> 'locked')::boolean"
        assert await hub.value(told, case) >= 1


async def restricted_of(hub: Hub, case: UUID) -> bool:
    asked = "select c.restricted and p.restricted from case_file c join person p using (person_id) where case_id = $1"
    return bool(await hub.value(asked, case))


async def test_a_record_that_becomes_restricted_takes_every_record_and_case_of_the_person_with_it(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    other = await says(hub, "V-other", 1)
    await linked(hub, [sent.person, await person_of(hub, other)])
    await says(hub, "V-other", 2, works_for="provider")
    assert [await restricted_of(hub, case) for case in (sent.case, other)] == [True, True]
    assert await hub.value("select restricted from leg where leg_id = $1", sent.leg)
    news = "select data ->> 'restricted' from case_event where case_id = $1 and type like 'case.updated%'"
    assert await hub.value(news, sent.case) == "true"
    async with hub.looks(OFFICER) as tx:
        assert await contact.person_of(tx, sent.case) is None


async def test_records_that_were_linked_before_are_restricted_together_by_the_rule(hub: Hub) -> None:
    scene = await a_scene(hub)
    assert not await restricted_of(hub, scene.locked)
    assert await hub.every(restricting.spread, SOON) == 2
    for case in (scene.sent.case, scene.elsewhere, scene.locked):
        assert await restricted_of(hub, case)
    assert await hub.every(restricting.spread, SOON) == 0


@pytest.mark.parametrize("viewer", [OFFICER, LEADER])
async def test_a_case_is_decided_again_from_all_that_is_known_whoever_has_it_decided(hub: Hub, viewer: Viewer) -> None:
    sent = await a_referral_sent(hub)
    ref = await hub.value("select victim_ref from case_file where case_id = $1", sent.case)
    hidden = a_crime(a_victim(works_for="provider"), suspects=[{"suspect_ref": ref}])
    await hub.hears(recorded(hidden, at=SOON))
    known = "select facts -> 'history' ->> 'suspect_elsewhere' from routing where case_id = $1 order by run desc"
    assert await hub.value(known, sent.case) == "true"
    async with hub.looks(viewer) as tx:
        assert await rerouting.rerun(tx, sent.case, BOOKS, SOON)
        sees = await tx.fetchval("select current_setting('app.restricted', true)")
        assert sees == ("on" if viewer is LEADER else "off")
    assert await hub.value(known, sent.case) == "true"
