"""The downtime sheet: sealed, opened offline by its passphrase alone, without a number that is not safe."""

from pathlib import Path

import pytest
from playwright.async_api import Page as Tab
from typer.testing import CliRunner

from handrail.__main__ import app
from kit.web.sealed_page import CannotOpenPage, open_page, seal_page
from tests.conftest import Databases
from tests.gate import open_gate
from tests.referral.conftest import Hub
from tests.referral.hub_pages import a_case, hub_pages

WORDS = "correct horse battery staple"


def test_a_sealed_page_opens_with_its_passphrase_alone_and_unchanged(tmp_path: Path) -> None:
    page = seal_page("<h1>Told to nobody</h1>", WORDS)
    assert "Told" not in page and open_page(page, WORDS) == "<h1>Told to nobody</h1>"
    for spoilt, words in (
        (page, "correct horse"),
        (page.replace('data-sealed="', 'data-sealed="AAAA'), WORDS),
        ("", WORDS),
    ):
        with pytest.raises(CannotOpenPage):
            open_page(spoilt, words)
    file = tmp_path / "sheet.html"
    file.write_text(page)
    shown = CliRunner().invoke(app, ["downtime-sheet", str(file)], input=f"{WORDS}\n")
    assert shown.exit_code == 0 and "<h1>Told to nobody</h1>" in shown.output


@pytest.mark.service
@pytest.mark.browser
async def test_the_sheet_holds_who_is_in_danger_and_opens_in_a_browser_without_a_server(
    hub: Hub, databases: Databases, tmp_path: Path
) -> None:
    unsafe = {"kind": "landline", "value": "0121 496 0888", "safety": "unsafe"}
    safe = {"kind": "mobile", "value": "07700 900321", "safety": "safe"}
    case = await a_case(hub, channels=[safe, unsafe])
    async with hub_pages(hub, databases) as browse:
        await (await browse("officer")).get("/cases/downtime", 403)
        leader = await browse("leader")
        page = await leader.get("/cases/downtime")
        assert "1 case" in page.text
        page = await leader.submit("Make the sheet", 422, passphrase="short", again="short")
        assert page.errors == ["Enter at least 14 characters"]
        page = await leader.submit("Make the sheet", 422, passphrase=WORDS, again=WORDS + "s")
        assert page.errors == ["Enter the same passphrase again"] and WORDS not in page.html
        sheet = (await leader.submit("Make the sheet", passphrase=WORDS, again=WORDS)).response
    assert "attachment" in sheet.headers["content-disposition"] and "Testperson" not in sheet.text
    opened = open_page(sheet.text, WORDS)
    assert "Wilhelmina Testperson" in opened and "07700 900321" in opened and "0121" not in opened
    assert await hub.value(
        "select count(*) from kit.audit where action = 'downtime_sheet_made' and subject_id = $1", case
    )
    file = tmp_path / "sheet.html"
    file.write_text(sheet.text)
    async with open_gate() as gate:

        async def unlock(tab: Tab) -> None:
            await tab.context.set_offline(True)
            await tab.get_by_label("Passphrase").fill(WORDS + "s")
            await tab.keyboard.press("Enter")
            await tab.get_by_text("This passphrase does not open the page.").wait_for()
            assert "Testperson" not in await tab.content()
            await tab.get_by_label("Passphrase").fill(WORDS)
            await tab.keyboard.press("Enter")
            await tab.get_by_text("Wilhelmina Testperson").wait_for()

        async with gate.look(file.as_uri(), width=320, act=unlock) as watched:
            assert watched.wrong == [] and await watched.faults() == []
