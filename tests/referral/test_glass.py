"""A restricted case is opened without the right: for a reason, for half an hour, told to the leader and reviewed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.identity import persona_id
from tests.browser import cookie_of
from tests.builders import a_domestic_crime, a_victim
from tests.conftest import Databases
from tests.gate import address_of, cookies, free_socket, open_gate, served
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case, access_of, hub_app
from tests.referral.test_case_gate import Site, passes, site

__all__ = ["site"]
pytestmark = pytest.mark.service
ASKED = {"sought": "Wilhelmina Testperson", "reason": "life_at_risk"}


async def a_restricted_case(hub: Hub) -> UUID:
    return await a_case(hub, a_domestic_crime(a_victim(works_for="provider", risk={"grade": "high"})))


async def test_a_restricted_case_is_open_to_who_broke_the_glass_for_half_an_hour_and_to_nobody_else(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_restricted_case(hub)
    officer, compliance = await browse("officer"), await browse("compliance")
    await officer.get(f"/cases/{case}", 404)
    await officer.get("/cases/break-glass")
    page = await officer.submit("Open the case", 422)
    assert page.errors == ["Enter the reference, the full name or the phone number", "Choose why it cannot wait"]
    page = await officer.submit("Open the case", 422, sought="Nobody Known", reason="life_at_risk")
    assert page.errors == ["No restricted case was found for this"]
    page = await officer.submit("Open the case", **ASKED)
    assert page.path == f"/cases/{case}" and "The team leader has a notice of it" in page.text
    assert "Take this case" not in page.texts("button"), "nobody keeps what was lent"
    for tab in ("/timeline", "/contact", "/referrals", "/safeguards", "/notes"):
        await officer.get(f"/cases/{case}{tab}")
    page = await officer.post(f"/cases/{case}/reveal")
    assert "Testperson" in page.html
    reference = await hub.value("select reference from case_file")
    for queue in ("waiting", "now", "all"):
        assert reference not in (await officer.get(f"/cases?queue={queue}")).text, "in no list all the same"
    await compliance.get(f"/cases/{case}", 404)
    looks = "select count(*) from kit.audit where subject_id = $1 and actor_role = 'officer' and action = 'case_seen'"
    assert await hub.value(looks, case) >= 5
    await compliance.get("/cases/break-glass", 403)


async def test_the_time_is_over_after_half_an_hour(hub: Hub, browse: AsPersona) -> None:
    case, officer = await a_restricted_case(hub), await browse("officer")
    broken = (
        "insert into kit.audit (at, actor_id, actor_role, action, subject_kind, subject_id, reason)"
        " values (clock_timestamp() - $1::interval, $2, 'officer', 'glass.broken', 'case', $3, 'life_at_risk')"
    )
    for ago, status in ((timedelta(minutes=31), 404), (timedelta(minutes=28), 200)):
        await hub.worker.pool.execute(broken, ago, persona_id("officer"), case)
        await officer.get(f"/cases/{case}", status)


async def test_the_leader_hears_of_it_at_once_and_reviews_who_opened_it_and_why(hub: Hub, browse: AsPersona) -> None:
    case = await a_restricted_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get("/cases")
    await officer.get("/cases/break-glass")
    await officer.submit("Open the case", **ASKED)
    assert "A restricted case was opened without the right" in (await leader.get("/cases/notices")).text
    assert "opened without the right" not in (await officer.get("/cases/notices")).text
    page = await leader.get(f"/cases/{case}")
    assert any("Amina Farrow" in one and "life or safety is at risk" in one for one in page.texts("li"))
    page = await leader.submit("Write the review of it down")
    assert "choose what you found" in page.text
    page = await leader.submit("Write the review of it down", how="right")
    assert "Opened without the right" not in page.texts("h2")
    assert "A restricted case was opened" not in (await leader.get("/cases/notices")).text
    assert await hub.value("select reason from kit.audit where action = 'glass.reviewed'") == "right"
    assert "Opened without the right" not in (await officer.get(f"/cases/{case}")).texts("h2")
    await officer.post(f"/cases/{case}/glass", {"how": "right"}, 403)


async def test_a_review_that_finds_it_was_not_right_ends_the_access_at_once(hub: Hub, browse: AsPersona) -> None:
    case = await a_restricted_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    for how, status in (("right", 200), ("not_right", 404)):
        await officer.get("/cases/break-glass")
        await officer.submit("Open the case", **ASKED)
        await leader.get(f"/cases/{case}")
        await leader.submit("Write the review of it down", how=how)
        await officer.get(f"/cases/{case}", status)
        await officer.post(f"/cases/{case}/reveal", status=status)
    await officer.get(f"/cases/{case}/contact", 404)


@pytest.mark.browser
async def test_the_page_that_opens_a_restricted_case_passes_the_gate(hub: Hub, site: Site) -> None:
    await passes(site, "/cases/break-glass")
    await passes(site, "/cases/break-glass", "Open the case")


BARRED = "You opened this before, and the review found that it was not right. Do not open it again by yourself: ask the"


async def written(hub: Hub, case: UUID, actor: UUID, action: str, *fields: str, reason: str | None = None) -> int:
    """A line of the audit as the pages write it; its number."""
    line = (
        "insert into kit.audit (at, actor_id, actor_role, action, subject_kind, subject_id, fields, reason)"
        " values (clock_timestamp(), $1, 'officer', $2, 'case', $3, $4, $5) returning id"
    )
    return int(await hub.worker.pool.fetchval(line, actor, action, case, list(fields), reason))


async def found_not_right(hub: Hub, case: UUID, actor: UUID) -> None:
    opening = await written(hub, case, actor, "glass.broken", reason="life_at_risk")
    await written(hub, case, persona_id("leader"), "glass.reviewed", str(opening), reason="not_right")


async def test_who_opened_it_wrongly_opens_it_again_only_when_the_leader_lets_them_and_others_may(
    hub: Hub, browse: AsPersona
) -> None:
    case, officer, leader = await a_restricted_case(hub), await browse("officer"), await browse("leader")
    await found_not_right(hub, case, uuid4())
    await officer.get("/cases/break-glass")
    await officer.submit("Open the case", **ASKED)
    await found_not_right(hub, case, persona_id("officer"))
    for sought in (ASKED["sought"], await hub.value("select reference from case_file")):
        await officer.get("/cases/break-glass")
        page = await officer.submit("Open the case", 422, sought=sought, reason="life_at_risk")
        assert page.errors[0].startswith(BARRED) and "duty line on 0121 496" in page.errors[0]
    await officer.get(f"/cases/{case}", 404)
    assert await hub.value("select count(*) from kit.audit where action = 'glass.refused'") == 2
    await leader.get("/cases/team")
    assert "Amina Farrow may not open it again" in (await leader.get(f"/cases/{case}")).texts("h2")
    page = await leader.submit("Let Amina Farrow open it again")
    assert "Amina Farrow may break the glass again" in page.text and "may not open it" not in page.texts("h2")
    await officer.post(f"/cases/{case}/glass/allow", {"worker": str(persona_id("officer"))}, 403)
    await officer.get("/cases/break-glass")
    page = await officer.submit("Open the case", **ASKED)
    assert page.path == f"/cases/{case}"
    assert await hub.value("select count(*) from notice where kind = 'glass_broken'") == 2


async def test_the_rights_stay_closed_under_a_broken_glass_and_the_page_says_why_and_whom_to_ask(
    hub: Hub, browse: AsPersona
) -> None:
    case, officer, leader = await a_restricted_case(hub), await browse("officer"), await browse("leader")
    rights = f"/cases/{case}/rights"
    await officer.get(rights, 404)
    await officer.get("/cases/break-glass")
    await officer.submit("Open the case", **ASKED)
    page = await officer.follow("Rights")
    assert page.path == rights and "These pages stay closed to you" in page.text and "0121 496 0199" in page.text
    assert (await leader.answer("GET", rights)).headers["location"] == f"/rights/cases/{case}"
    assert (await leader.get(f"/cases/{case}")).link("Rights") == f"/rights/cases/{case}"


@pytest.mark.browser
async def test_pages_under_a_broken_glass_and_of_its_review_pass_the_gate(hub: Hub, databases: Databases) -> None:
    case, access = await a_restricted_case(hub), await access_of(databases)
    await written(hub, case, persona_id("officer"), "glass.broken", reason="life_at_risk")
    await found_not_right(hub, case, uuid4())
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    async with served(hub_app(hub, settings, access), sock), open_gate() as gate:
        for persona, path in (("officer", f"/cases/{case}/rights"), ("leader", f"/cases/{case}")):
            signed_in = cookies(settings, await cookie_of(access, persona))
            assert await gate.problems(settings.public_url + path, signed_in=signed_in) == [], path
