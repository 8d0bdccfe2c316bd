"""Two records of one person, each with a code word: wherever a word is read or asked for, both are, until undone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.identity import word_proof_kind
from kit import clock
from kit.web.sealed_page import open_page
from services.referral.actions import packing
from services.referral.store import cases
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import a_case, hub_pages
from tests.referral.test_same_person import person_of
from tests.referral.test_wishes import EMAIL, MOBILE, as_told, asked_by_text

pytestmark = pytest.mark.service
PASSPHRASE = "correct horse battery staple"
TOLD = "select data from case_event where type = 'contact-word.changed.v1' order by id"


async def test_after_a_join_the_case_the_paper_the_sheet_the_pack_and_a_link_sent_before_know_the_words_of_both_records(
    hub: Hub, databases: Databases
) -> None:
    now, request = clock.now(), uuid4()
    one = await a_case(hub, at=now - timedelta(days=2), code_word="Kittiwake", channels=[MOBILE, EMAIL])
    await asked_by_text(hub, one, request, "email")
    two = await a_case(hub, code_word="Blue heron")

    async def proofs() -> list[list[str]]:
        told = [as_told(row) for row in await hub.rows(TOLD)]
        assert {each["request_id"] for each in told} == {str(request)}
        return [sorted([each["word_proof"], *each["other_proofs"]]) for each in told]

    def of(*words: str) -> list[str]:
        return sorted(hub.sealer.blind(word_proof_kind(request), word).hex() for word in words)

    async def packed() -> str:
        contract = next(c for c in BOOKS.directory.by_id.values() if "code_word" in c.pack)
        async with hub.looks(a_viewer()) as tx:
            held = await cases.get(tx, two)
            assert held is not None
            return str((await packing.contents(tx, hub.sealer, held, contract))["code_word"])

    async with hub_pages(hub, databases) as browse:
        leader = await browse("leader")
        await leader.get(f"/cases/{two}/same-person/{await person_of(hub, one)}")
        await leader.submit("Save the decision", same="yes")
        assert await proofs() == [of("Kittiwake", "Blue heron")]
        assert await packed() == "Blue heron or Kittiwake"
        await leader.get(f"/cases/{one}")
        assert "Kittiwake or Blue heron" in (await leader.submit("Show name and details")).text
        await leader.get(f"/cases/{two}/print")
        page = await leader.submit("Show the page to print", parts=["code_word"], reason="visit")
        assert "Blue heron or Kittiwake" in page.text
        await leader.get("/cases/downtime")
        sheet = (await leader.submit("Make the sheet", passphrase=PASSPHRASE, again=PASSPHRASE)).response
        assert "Code word: Kittiwake or Blue heron" in open_page(sheet.text, PASSPHRASE)
        await leader.get(f"/cases/{two}/same-person/{await person_of(hub, one)}")
        await leader.submit("Undo: they may be two people")
    assert await proofs() == [of("Kittiwake", "Blue heron"), of("Kittiwake")]
    assert await packed() == "Blue heron"
