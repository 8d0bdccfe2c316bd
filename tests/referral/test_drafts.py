"""Save and come back later: every long form, sealed, for its writer alone, for a day, and gone once it is sent."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import drafting
from services.referral.drafting import OVER
from services.referral.store import tasks
from services.referral.store.tasks import Task
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import NAMES, AsPersona, a_case, triaged
from tests.referral.portal import a_need, a_referral_sent, an_end, portal_of

pytestmark = pytest.mark.service
LATER = "Save and come back later"
IDVA = contract_id("harbour-lane-idva")


async def test_a_half_filled_intake_is_sealed_comes_back_and_is_gone_once_the_case_is_open(
    hub: Hub, browse: AsPersona
) -> None:
    officer = await browse("officer")
    await officer.get("/cases/new/form")
    assert officer.page and officer.page.path == "/cases/new"
    await officer.submit("Look", source="self", given_names=NAMES[0], family_name=NAMES[1])
    await officer.submit("Go on")
    page = await officer.submit(LATER, area="E08000025", what="other")
    assert (page.path, page.heading) == ("/cases/work", "My work") and "Saved. It is kept until" in page.text
    assert "Take somebody in: 14 of 48 answered, kept until" in page.text
    [row] = await hub.rows("select * from form_draft")
    assert not any(name.encode() in row["body"] for name in NAMES) and row["case_id"] is None
    assert row["kept_until"] - row["saved_at"] >= timedelta(hours=20) and not any(n in row["address"] for n in NAMES)
    assert "1 form is half done" in (await officer.get("/cases")).text
    await officer.get("/cases/work")
    page = await officer.follow("Take somebody in")
    assert page.heading == "Take somebody in" and any(i.get("value") == NAMES[0] for i in page.all("input"))
    page = await officer.submit("Open the case", 422, age="34", reported="no")
    assert page.errors == ["Choose whether the person agrees"]
    page = await officer.submit("Open the case", agrees="yes")
    assert "The case is open" in page.text
    assert await hub.value("select count(*) from form_draft") == 0
    assert "No form is half done" in (await officer.get("/cases/work")).text


async def test_every_long_form_of_a_case_is_kept_by_its_button_without_any_script(hub: Hub, browse: AsPersona) -> None:
    case, task = await a_case(hub), uuid4()
    async with hub.as_worker() as tx:
        await tasks.add(tx, [Task(task, "review_risk", clock.now(), clock.now(), case_id=case)])
    officer = await browse("officer")
    for address, said in (
        (f"/cases/{case}/agreements/new", {"purpose": "support"}),
        (f"/cases/{case}/override", {"line": "idva"}),
        (f"/cases/tasks/{task}", {"text": "Rang the ward: Wilhelmina is moved"}),
        (f"/cases/{case}/referrals/{await triaged(hub, case)}/contracts/{IDVA}", {"unassessed": "urgent"}),
    ):
        await officer.get(address)
        await officer.submit(LATER, **said)
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    page = await officer.get("/cases/work")
    for name in ("Record an agreement", "Share without agreement", "Close a task", "Send to a provider"):
        assert f"{name}, {reference}" in page.text
    page = await officer.follow("Close a task")
    assert "Rang the ward" in page.text
    await officer.get("/cases/work")
    await officer.follow("Send to a provider")
    await officer.submit("Send", agreed="yes")
    assert await hub.value("select reason from kit.audit where action = 'referral.unassessed'") == "urgent"
    await officer.get("/cases/work")
    page = await officer.submit("Throw away the draft of Record an agreement, number 1")
    assert "Send to a provider" not in page.text, "what was sent is no draft any more"
    assert "Record an agreement" not in page.text and "Share without agreement" in page.text
    audited = await hub.rows("select distinct action from kit.audit where action like 'draft.%' order by 1")
    assert [row["action"] for row in audited] == ["draft.dropped", "draft.opened", "draft.saved"]


async def test_a_draft_is_its_writers_alone_and_not_shown_of_a_case_they_may_see_no_more(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{case}/override")
    page = await officer.submit(LATER, line="idva")
    address = page.link("Share without agreement")
    assert "Share without agreement" not in (await leader.get("/cases/work")).text
    assert OVER in (await leader.get(address)).text
    await hub.worker.pool.execute("update case_file set restricted = true where case_id = $1", case)
    assert "No form is half done" in (await officer.get("/cases/work")).text
    await officer.get(address, 404)
    await hub.worker.pool.execute("update case_file set restricted = false where case_id = $1", case)
    assert "Share without agreement" in (await officer.get("/cases/work")).text
    assert await hub.every(drafting.forget, clock.now() + timedelta(hours=20)) == 0
    assert await hub.every(drafting.forget, clock.now() + timedelta(hours=25)) == 1
    assert OVER in (await officer.get(address)).text


async def test_each_form_of_the_safeguards_is_kept_and_opened_alone_and_a_code_word_never(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub, code_word="Kittiwake")
    officer, page = await browse("officer"), f"/cases/{case}/safeguards"
    assert "Save and come back later" in (await officer.get(page)).text
    named = {"must_not_know-code": "family", "must_not_know-text": f"Uncle {NAMES[1]}"}
    await officer.post(f"{page}/entries/must_not_know", {**named, "later": "yes"})
    await officer.post(f"{page}/caller-word", {"caller-word": "Kittiwake", "later": "yes"})
    bodies = [row["body"] for row in await hub.rows("select body from form_draft")]
    assert len(bodies) == 1 and NAMES[1].encode() not in bodies[0], "a word that was said is no draft"
    await officer.get("/cases/work")
    found = await officer.follow("Safeguards")
    [form] = [f for f in found.all("form") if (f.get("action") or "").endswith("/must_not_know")]
    held = {i.get("name"): i.get("value") for i in form.iter("input") if i.get("type") != "radio"}
    assert held["must_not_know-text"] == named["must_not_know-text"] and held["draft_id"]
    assert [d.get("open") is not None for d in found.all("details")] == [False, True, False, False]
    kept = [i.get("value") for i in found.all("input") if i.get("name") == "draft_id"]
    assert [bool(value) for value in kept] == [True, False, False], "each form has a draft of its own"
    page_now = await officer.submit("Add this person")
    assert f"Uncle {NAMES[1]}" in page_now.text and await hub.value("select count(*) from form_draft") == 0


async def test_a_form_sent_twice_is_kept_once_and_a_stale_tab_keeps_a_draft_of_its_own(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    one, two = await browse("officer"), await browse("officer")
    address = f"/cases/{case}/override"
    await one.get(address)
    filled = {"line": "idva", "consent_id": str(uuid4()), "later": "yes"}
    await one.post(address, filled)
    page = await one.post(address, filled)
    draft = page.link("Share without agreement")
    assert await hub.value("select count(*) from form_draft") == 1
    await one.get(draft)
    await two.get(draft)
    await one.submit(LATER, line="isva")
    page = await two.submit(LATER, line="stalking")
    assert "Another tab had saved this form meanwhile" in page.text
    assert await hub.value("select count(*) from form_draft") == 2


async def test_assessment_end_report_and_return_of_a_provider_are_kept_and_come_back(
    hub: Hub, databases: Databases
) -> None:
    async with portal_of(hub, databases) as browse:
        sent = await a_referral_sent(hub)
        worker, manager = await browse("idva.worker"), await browse("provider.manager")
        await worker.get(sent.page)
        await worker.submit("Accept")
        await worker.get(f"{sent.page}/needs/start")
        page = await worker.submit(LATER, risk="high", **dict(list(a_need().items())[:3]))
        assert page.path == "/portal/work" and "Need in areas of life" in page.text and "4 of 12 answered" in page.text
        page = await worker.follow("Need in areas of life")
        assert page.heading == "First-contact assessment"
        await worker.submit(LATER, agreed="yes")
        assert await hub.value("select version from form_draft") == 2
        await worker.follow("Need in areas of life")
        page = await worker.submit("Record it", safety_act="none_needed", **a_need())
        assert await hub.value("select count(*) from form_draft") == 0
        await worker.get(sent.page)
        await worker.submit("Start support")
        await worker.get(f"{sent.page}/steps/complete")
        page = await worker.submit(LATER, **{"outcome-VFS1": "better"})
        assert "1 form half done" in (await worker.get("/portal")).text
        await worker.get("/portal/work")
        await worker.follow("A step of a referral")
        await worker.submit("Complete support", **an_end(end_reason="goals_met"))
        assert await hub.value("select count(*) from form_draft") == 0
        await manager.get("/portal/returns/2026-Q3/posts")
        page = await manager.submit(LATER)
        assert "Posts and spend" in page.text and "0 of" in page.text


async def test_a_providers_draft_is_not_shown_once_the_referral_is_anothers(hub: Hub, databases: Databases) -> None:
    async with portal_of(hub, databases) as browse:
        sent = await a_referral_sent(hub)
        worker, other = await browse("idva.worker"), await browse("isva.worker")
        await worker.get(f"{sent.page}/steps/decline")
        page = await worker.submit(LATER, better_line="isva")
        assert sent.page in page.link("A step of a referral")
        assert "No form is half done" in (await other.get("/portal/work")).text
        await other.post(f"{sent.page}/steps/decline", {"later": "yes", "better_line": "isva"}, 404)
        await other.post(f"/portal/work/drafts/{await hub.value('select draft_id from form_draft')}/drop", None, 404)
        await hub.worker.pool.execute("update leg set state = 'withdrawn' where leg_id = $1", sent.leg)
        assert "No form is half done" in (await worker.get("/portal/work")).text
