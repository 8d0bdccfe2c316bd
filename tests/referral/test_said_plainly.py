"""What pages say when something is not there, not all there, or does not wait any more."""

import pytest

from kit.web.sealed_page import open_page
from services.referral.case_ui import downtime, words
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona, a_case

pytestmark = pytest.mark.service
WORDS = "correct horse battery staple"


async def test_a_page_beyond_the_end_of_a_queue_leads_to_its_last_and_each_limit_is_said(
    hub: Hub, browse: AsPersona
) -> None:
    await a_case(hub)
    leader = await browse("leader")
    page = await leader.get("/cases?queue=now&page=38")
    assert "This queue ends before page 38" in page.text and "Nobody is in the queue" not in page.text
    assert "Page 1 of 1" in (await leader.follow("Go to its last page, 1")).text
    assert "may still be unopened" in (await leader.get("/cases/team")).text


async def test_nobody_in_danger_is_left_out_of_the_files_for_downtime(
    hub: Hub, browse: AsPersona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downtime, "MOST", 1)
    first = await a_case(hub, given_names="Wilhelmina")
    leader = await browse("leader")
    assert "all in one file" in (await leader.get("/cases/downtime")).text
    await hub.worker.pool.execute(
        "insert into case_file select (jsonb_populate_record(c, jsonb_build_object('case_id', gen_random_uuid(),"
        " 'reference', 'ZZZZZ-ZZZZZ'))).* from case_file c where case_id = $1",
        first,
    )
    page = await leader.get("/cases/downtime")
    assert "2 cases, in 2 files of at most 1" in page.text
    sheets = [
        open_page(
            (await leader.submit("Make the sheet", passphrase=WORDS, again=WORDS, part=part)).response.text, WORDS
        )
        for part in ("1", "2")
        if await leader.get("/cases/downtime")
    ]
    assert "File 1 of 2: cases 1 to 1 of 2" in sheets[0] and "File 2 of 2" in sheets[1]
    assert sum("ZZZZZ-ZZZZZ" in sheet for sheet in sheets) == 1
    await leader.get("/cases/downtime")
    page = await leader.post("/cases/downtime", {"part": "3", "passphrase": WORDS, "again": WORDS}, 422)
    assert page.errors == ["Choose a file: there are 2 now"]


def test_what_a_human_has_decided_does_not_wait_for_one() -> None:
    assert words.standing("waiting", "waiting") == "Waiting for a human"
    assert words.standing("waiting", "active") == "With a provider"
    assert words.standing("waiting", "resting") == "Nothing of it is open"
    assert words.standing("sent", "active") == "Sent automatically"


async def test_a_refusal_is_a_problem_and_no_success(browse: AsPersona) -> None:
    officer = await browse("officer")
    page = await officer.get("/cases/found/00000000-0000-4000-8000-000000000001")
    assert page.errors == ["That search is over. Search again."] and "Success" not in page.text
