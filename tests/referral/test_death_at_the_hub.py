"""A death that is told to the hub itself is written down on the case, whether or not a referral is open."""

import pytest

from kit import clock
from services.referral.actions import alarming, contacting, referring
from tests.browser import Browser, Seen
from tests.builders import a_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.test_alarms import asked_for, channels, in_support, settled
from tests.referral.test_deaths_kept import asked
from tests.referral.test_mailing import ADDRESS, a_request, send, state

pytestmark = pytest.mark.service
OFFICER = a_viewer()
WRITE = "The person died: write it down"
NONE_OPEN = "select referral_id from referral where case_id = $1 and ended_at is null"
AUDITED = "select count(*) from kit.audit where action = 'death.said'"


async def writes(officer: Browser, case: object) -> Seen:
    await officer.get(f"/cases/{case}/contact")
    await officer.follow("The person died")
    page = await officer.submit(WRITE, 422)
    assert page.errors == ["Choose who said that the person died"]
    return await officer.submit(WRITE, said_by="family")


async def test_a_death_is_written_down_where_no_referral_is_open_and_shuts_every_way(
    hub: Hub, databases: Databases
) -> None:
    sent = await in_support(hub, other=False)
    for row in await hub.rows(NONE_OPEN, sent.case):
        async with hub.looks(OFFICER) as tx:
            await referring.withdraw(tx, OFFICER, row["referral_id"], "moved_away", clock.now())
    await settled(hub)
    assert await hub.rows(NONE_OPEN, sent.case) == [] and ("safe", None) in (await channels(hub, sent)).values()
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        page = await writes(officer, sent.case)
        assert "Every way to reach them is shut" in page.text and "The person died" not in page.texts("a")
        assert await hub.value("select reason from kit.audit where action = 'death.said'") == "family"
        await settled(hub)
        assert set((await channels(hub, sent)).values()) == {("unsafe", "died")}
        assert await asked_for(hub, sent) == "contact.withheld.v1"
        assert (await asked(hub, sent.case)).count("person_died") == 1
        await officer.post(f"/cases/{sent.case}/death", {"said_by": "police"})
        assert (await asked(hub, sent.case)).count("person_died") == 1, "said again it is the same death"
        said = "Who said so: Somebody of their family or household. The hub wrote it down"
        for page in (await officer.get(f"/cases/{sent.case}"), await officer.get(f"/cases/{sent.case}/death")):
            assert said in page.text
        page = await officer.get(f"/cases/{sent.case}/timeline")
        assert "It was written down that the person died" in page.text and "of their family or household" in page.text
        page = await officer.get(f"/cases/{sent.case}/death")
        assert "recorded already" in page.text and WRITE not in page.text
        assert "that this person died. Nobody tries" in (await officer.get(f"/cases/{sent.case}")).text
        page = await officer.submit("Take it back")
        assert "It was recorded that this person died" not in page.text and "Not dead, that was a mistake" in page.text
        still = await asked(hub, sent.case)
        assert "person_died" not in still and still.count("speak_to_living") == 1, "nobody ends the help of the living"
        await writes(officer, sent.case)
        assert "speak_to_living" not in await asked(hub, sent.case)
    assert (await asked(hub, sent.case)).count("person_died") == 1, "after a mistake it is said anew"
    last = "select trigger from alert where case_id = $1 order by received_at desc limit 1"
    assert await hub.value(last, sent.case) == "person_died" and await hub.value(AUDITED) == 2


async def test_what_the_hub_wrote_down_is_not_asked_again_where_a_referral_ends_by_that_death(
    hub: Hub, databases: Databases
) -> None:
    sent = await in_support(hub, other=False)
    async with hub_pages(hub, databases) as browse:
        await writes(await browse("officer"), sent.case)
    async with hub.looks(OFFICER) as tx:
        await referring.withdraw(tx, OFFICER, sent.referral, "died", clock.now())
    await settled(hub)
    assert (await asked(hub, sent.case)).count("person_died") == 1
    assert await hub.value("select count(*) from leg where died_at is not null") > 0, "no limit of it runs on"


async def test_what_was_to_be_sent_to_somebody_who_died_says_so_whatever_else_shuts_their_case(
    hub: Hub, databases: Databases
) -> None:
    by_mail = [{"kind": "email", "value": ADDRESS, "safety": "safe"}]
    case = await a_case(hub, a_crime(a_victim(channels_safe=["email"])), channels=by_mail)
    await hub.hears([a_request(case)])
    assert (await state(hub))[0] == "waiting"
    for hold in ("same_household", "share_not_asked"):
        await hub.worker.pool.execute("update case_file set holds = holds || $1::text", hold)
    async with hub.looks(OFFICER) as tx:
        await alarming.died_by_the_hub(tx, OFFICER, case, "family", clock.now())
    await send(hub)
    assert await state(hub) == ("withheld", "died", 0)
    await hub.hears([a_request(case)])
    told = await hub.rows("select data::jsonb ->> 'reason' as why from kit.outbox where type = 'contact.withheld.v1'")
    assert [row["why"] for row in told] == ["died", "died"], "whoever asked is told the same"
    async with hub_pages(hub, databases) as browse:
        page = await (await browse("officer")).get("/operations/outbox")
    assert "It was recorded that the person died." in page.text and "a worker gets in touch" not in page.text
    await hub.worker.pool.execute("update case_file set holds = '{}'")
    async with hub_pages(hub, databases) as browse:
        officer = await browse("officer")
        await officer.get(f"/cases/{case}/contact")
        page = await officer.submit("Save", 422, which="email", safety="safe", spoke="yes")
        assert page.errors[0].startswith("It was recorded that this person died. If that was a mistake, say so first")
        assert any("if that was a mistake" in link for link in page.texts("a"))
        await officer.get(f"/cases/{case}")
        await officer.submit("Take it back")
    async with hub.looks(OFFICER) as tx:
        await contacting.set_safety(tx, OFFICER, case, "email", "safe", clock.now(), spoke=True)
    await hub.hears([a_request(case)])
    left = await hub.rows("select 1 from mail where state = 'waiting'")
    assert len(left) == 1, "to whom somebody spoke it leaves, though their other ways are shut still"
