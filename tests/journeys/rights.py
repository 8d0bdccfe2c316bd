"""How the journeys read the rights of a case: one clock at a time, with its evidence unfolded."""

import re
import time

from playwright.async_api import Locator

from tests.journeys.walker import PATIENCE, Walker

COLUMNS = ("Due", "Met", "Met late", "Breached")


def block(walker: Walker, duty: str) -> Locator:
    """The part of the page that speaks of one duty."""
    return walker.page.get_by_role("heading", name=duty, exact=True, level=3).first.locator("xpath=..")


async def clock(walker: Walker, duty: str) -> str:
    """What the page says of a duty, on one line, with what is folded behind it; "" where it is not owed."""
    here = block(walker, duty)
    if not await here.count():
        return ""
    folded = here.locator("details:not([open]) > summary")
    if await folded.count():
        await folded.click()
    return " ".join((await here.inner_text()).split())


async def stands(walker: Walker, duty: str, *words: str, seconds: float = PATIENCE) -> None:
    """Looks at the page again until all this is said of a duty."""
    end = time.monotonic() + seconds
    while missing := [each for each in words if each not in (text := await clock(walker, duty))]:
        assert time.monotonic() < end, f"waited {seconds} s for {missing} on {walker.page.url}: {text}"
        await walker.page.wait_for_timeout(250)
        await walker.page.reload()


async def figures(walker: Walker, duty: str) -> dict[str, int]:
    """What the table of a right says of a duty: the number in each column that is not 0. Empty where it has no row."""
    row = walker.page.get_by_role("row").filter(has=walker.page.get_by_role("rowheader", name=duty, exact=True)).first
    if not await row.count():
        return {}
    table = row.locator("xpath=ancestor::table")
    heads = [" ".join(text.split()) for text in await table.get_by_role("columnheader").all_inner_texts()]
    numbers = [text.split()[0].replace(",", "") for text in await row.get_by_role("cell").all_inner_texts()]
    told = dict(zip(heads[1:], numbers, strict=True))
    return {head: int(told[head]) for head in COLUMNS if told[head] != "0"}


async def counts_to(walker: Walker, duty: str, wanted: dict[str, int], seconds: float = PATIENCE) -> None:
    """Looks at the page again until a duty's figures are these: they are counted afresh now and then."""
    end = time.monotonic() + seconds
    while (found := await figures(walker, duty)) != wanted:
        assert time.monotonic() < end, f"waited {seconds} s for {wanted} on {walker.page.url}: {found}"
        await walker.page.wait_for_timeout(500)
        await walker.page.reload()


async def opens_case(walker: Walker, reference: str) -> None:
    """To the rights of a case, from the first page of the Code."""
    await walker.goes_to("/rights")
    await walker.fills("Open the rights of a case", reference)
    await walker.presses("Open")
    assert await walker.heading() == f"Rights of case {reference}"


def named(act: str, duty: str) -> re.Pattern[str]:
    """The link of one clock: what it does, and (for those who hear the page) of which duty."""
    return re.compile(rf"^{re.escape(act)}\s*:\s*{re.escape(duty)}")


async def dates(walker: Walker, question: str, day: str) -> None:
    """Fills a date: "2025-07-14"."""
    for label, value in zip(("Year", "Month", "Day"), day.split("-"), strict=True):
        await walker.fills(label, value, group=question)
