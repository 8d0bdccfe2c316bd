"""Notes on a case and their drafts: as written, sealed, never changed, and nothing lost."""

from datetime import timedelta

import pytest

from kit import clock
from services.referral.actions import noting
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case

pytestmark = pytest.mark.service
HOSTILE = 'he said "drop it; or else" -- <knife>\n\n  <script>alert(1)</script> {{ 7 * 7 }} \'; drop table note; --'


async def test_a_hostile_note_is_shown_exactly_as_written_and_kept_sealed(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{case}/notes")
    assert "Nobody has written a note" in page.text
    await officer.follow("Write a note")
    page = await officer.submit("Add the note", text=HOSTILE, kind="safety")
    assert page.path == f"/cases/{case}/notes" and "The note was added." in page.text
    [shown] = ["".join(one.itertext()) for one in page.all("div", "app-note__text")]
    assert shown == HOSTILE
    assert page.texts("h2", "govuk-heading-s")[0].startswith("Safety and risk, ")
    assert "Amina Farrow, hub officer" in page.text
    [row] = await hub.rows("select body, by_role from note where case_id = $1", case)
    assert b"knife" not in row["body"] and row["by_role"] == "officer"
    audited = await hub.rows("select action, fields from kit.audit where subject_id = $1 and action like 'note%'", case)
    assert audited == [{"action": "note.added", "fields": ["safety"]}]
    assert "knife" not in str(await hub.rows("select * from kit.outbox")) + str(
        await hub.rows("select * from case_event")
    )


async def test_a_correction_is_a_further_note_and_the_first_stays(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/notes/new")
    await officer.submit("Add the note", text="The dog is called Rex.")
    page = await officer.follow("Correct")
    assert page.heading == "Correct a note" and "The dog is called Rex." in page.text
    page = await officer.submit("Add the note", text="The dog is called Max.")
    texts = ["".join(one.itertext()) for one in page.all("div", "app-note__text")]
    assert sorted(texts) == ["The dog is called Max.", "The dog is called Rex."]
    assert page.link("Corrects an earlier note").startswith("#note-") and page.link("Was corrected later")
    with pytest.raises(Exception, match="permission denied"):
        await hub.hub.pool.execute("update note set kind = 'general'")


async def test_an_empty_note_and_one_too_long_are_refused_at_the_field(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/notes/new")
    page = await officer.submit("Add the note", 422, text=" \n ")
    assert page.errors == ["Enter the note"] and page.link("Enter the note") == "#text"
    page = await officer.submit("Add the note", 422, text="a" * (noting.LONGEST + 1))
    assert page.errors == ["The note must be 20,000 characters or fewer"]
    assert await hub.value("select count(*) from note") == 0


async def test_a_draft_is_kept_a_day_under_its_id_and_is_its_writers_alone(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{case}/notes/new")
    page = await officer.submit("Save the draft", text=HOSTILE, kind="needs")
    assert "The draft was saved" in page.text
    where = page.path
    [row] = await hub.rows("select body, kept_until - saved_at as kept from draft")
    assert b"knife" not in row["body"] and row["kept"] >= timedelta(hours=20)
    page = await officer.get(where)
    [typed] = ["".join(one.itertext()) for one in page.all("textarea")]
    assert typed.strip() == HOSTILE
    assert "Your drafts" in (await officer.get(f"/cases/{case}/notes")).text
    assert "Your drafts" not in (await leader.get(f"/cases/{case}/notes")).text
    assert "knife" not in (await leader.get(where)).html
    now = clock.now()
    assert await hub.every(noting.forget_drafts, now + timedelta(hours=20)) == 0
    assert await hub.every(noting.forget_drafts, now + timedelta(hours=25)) == 1


async def test_two_tabs_of_one_draft_lose_nothing_and_a_replay_changes_nothing(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer = await browse("officer")
    await officer.get(f"/cases/{case}/notes/new")
    where = (await officer.submit("Save the draft", text="First.")).path
    await officer.post(where, {"press": "save", "version": "1", "text": "From this tab."})
    await officer.post(where, {"press": "save", "version": "1", "text": "From this tab."})
    page = await officer.post(where, {"press": "save", "version": "1", "text": "From the other tab."}, 409)
    assert "From this tab." in page.text and "From the other tab." in page.text
    assert await hub.value("select count(*) from draft") == 2
    page = await officer.post(where, {"press": "add", "version": "1", "text": "Added from the other tab."}, 409)
    assert "From this tab." in page.text and "Added from the other tab." in page.text
    assert await hub.value("select count(*) from note") == 0 and await hub.value("select count(*) from draft") == 3
    for _ in range(2):
        page = await officer.post(where, {"press": "add", "text": "From this tab."})
    assert await hub.value("select count(*) from note") == 1
    page = await officer.post(where, {"press": "add", "text": "Something else."}, 409)
    assert "It has been added to the case meanwhile." in page.text and "Something else." in page.text
    await officer.post(where, {"press": "add", "text": "From this tab.", "kind": "safety"}, 409)
    assert await hub.value("select count(*) from draft") == 4 and await hub.value("select count(*) from note") == 1
    assert (await officer.post(where, {"press": "by_itself", "text": "From this tab."})).path == where
    assert await hub.value("select count(*) from draft") == 4


async def test_a_note_sent_after_the_session_is_over_comes_back_to_be_sent_again(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    officer, later = await browse("officer"), await browse("officer")
    await officer.get(f"/cases/{case}/notes/new")
    stranger = await browse(None)
    where = f"/cases/{case}/drafts/{case}"
    page = await stranger.post(where, {"press": "add", "text": HOSTILE}, 403)
    assert "nothing is lost" in page.text and await hub.value("select count(*) from note") == 0
    [kept] = [e.get("value") for e in page.all("input") if e.get("name") == "text"]
    assert kept == HOSTILE
    page = await later.post(where, {"csrf_token": "of the old session", "press": "add", "text": HOSTILE}, 403)
    page = await later.submit("Send again")
    assert "The note was added." in page.text
    [shown] = ["".join(one.itertext()) for one in page.all("div", "app-note__text")]
    assert shown == HOSTILE


async def test_notes_are_not_for_those_who_may_not_open_names(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    compliance = await browse("compliance")
    await compliance.get(f"/cases/{case}/notes", 403)
    page = await compliance.get(f"/cases/{case}")
    assert all(link != "Notes" for link in page.texts("a"))


async def test_a_note_under_the_id_of_what_somebody_else_is_writing_is_refused_and_theirs_is_kept(
    hub: Hub, browse: AsPersona
) -> None:
    case = await a_case(hub)
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get(f"/cases/{case}/notes/new")
    where = (await officer.submit("Save the draft", text="The officer's own words.")).path
    await leader.get(where)
    page = await leader.post(where, {"press": "add", "version": "0", "text": "The leader's words."}, 409)
    assert "Somebody else is writing a note at this address" in page.text and "The leader's words." in page.text
    assert "officer's own words" not in page.text
    assert await hub.value("select count(*) from note") == 0
    assert "The officer's own words." in (await officer.get(where)).html.replace("&#39;", "'")
    kept = page.link("Go on with this one")
    await leader.post(kept, {"press": "add", "version": "1", "text": "The leader's words."})
    await officer.post(where, {"press": "add", "version": "1", "text": "The officer's own words."})
    assert await hub.value("select count(*) from note") == 2 and await hub.value("select count(*) from draft") == 0
