"""Somebody at a real browser, who clicks links and buttons by their words and fills fields by their labels.

officer = await journey.signs_in("officer")
await officer.goes_to("/cases")
await officer.follows("Take somebody in")
await officer.chooses("Who asks for help?", "The person themselves")
await officer.presses("Look")
await officer.sees("Nobody of this name or number is known")
"""

import asyncio
import re
import time
from dataclasses import dataclass

from playwright.async_api import FilePayload, Locator, Page

PATIENCE = 60.0
"""Seconds until something that the system does by itself must have been seen."""


@dataclass
class Walker:
    """A page of one browser profile. `base` is where addresses begin; `script` whether JavaScript is on."""

    page: Page
    base: str
    script: bool

    async def goes_to(self, address: str) -> None:
        """Opens an address: a path of this origin, or a whole one."""
        await self.page.goto(address if "://" in address else self.base + address)

    async def follows(self, words: str | re.Pattern[str], within: str | None = None) -> None:
        """Clicks the one link (or the button that leads somewhere) of these words."""
        place, exact = self._within(within), isinstance(words, str)
        link = place.get_by_role("link", name=words, exact=exact)
        await self._clicks(link.or_(place.get_by_role("button", name=words, exact=exact)), words)

    async def turns_to(self, tab: str) -> None:
        """Goes to a tab: a part of the case, a queue, or a list of the portal; its number does not count."""
        named = re.compile(f"^{re.escape(tab)}( \\(|$)")
        await self._clicks(self.page.locator("nav.moj-sub-navigation").get_by_role("link", name=named), tab)

    async def presses(self, words: str, within: str | None = None) -> None:
        """Clicks the one button of these words; the next page is there when it returns."""
        await self._clicks(self._within(within).get_by_role("button", name=words, exact=True), words)

    async def opens(self, words: str) -> None:
        """Opens what is folded behind these words, on the same page."""
        await self._only(self.page.locator("summary").get_by_text(words, exact=True), words)
        await self.page.locator("summary").get_by_text(words, exact=True).click()

    async def fills(self, label: str, value: str, group: str | None = None) -> None:
        """Types into the field of this label; `group`: the question it belongs to, as the parts of a date do."""
        await self._group(group).get_by_label(label, exact=True).fill(value)

    async def attaches(self, label: str, text: str) -> None:
        """Chooses a file with this text in the file input of this label."""
        file = FilePayload(name="acts.csv", mimeType="text/csv", buffer=text.encode())
        await self.page.get_by_label(label, exact=True).set_input_files(file)

    async def picks(self, label: str, option: str | re.Pattern[str]) -> None:
        """Picks an option of a list by its words, or the first whose words fit a pattern."""
        box = self.page.get_by_label(label, exact=True)
        if isinstance(option, re.Pattern):
            words = await box.locator("option").all_inner_texts()
            option = next(text for text in words if option.search(text))
        await box.select_option(label=option)

    async def chooses(self, question: str, answer: str) -> None:
        """Chooses one answer of a question with radio buttons."""
        await self._group(question).get_by_label(answer, exact=True).check()

    async def ticks(self, question: str, *answers: str) -> None:
        """Ticks answers of a question with boxes."""
        for answer in answers:
            await self._group(question).get_by_label(answer, exact=True).check()

    async def choices(self, question: str) -> list[str]:
        """The answers that a question offers, in order; none where it is not asked."""
        return [text.strip() for text in await self._group(question).locator("label").all_inner_texts()]

    async def heading(self) -> str:
        return (await self.page.locator("h1").first.inner_text()).strip()

    async def text(self) -> str:
        """What can be read on the page now, on one line."""
        return " ".join((await self.page.locator("body").inner_text()).split())

    async def sees(self, *words: str) -> None:
        """All of these words can be read, in small or in capital letters: a tag's are as its style has them."""
        text = await self.text()
        missing = [each for each in words if each.casefold() not in text.casefold()]
        assert not missing, f"{missing} not on {self.page.url}: {text}"

    async def sees_not(self, *words: str) -> None:
        text = await self.text()
        there = [each for each in words if each.casefold() in text.casefold()]
        assert not there, f"{there} on {self.page.url}: {text}"

    async def offers(self, words: str, within: str | None = None) -> bool:
        """Whether there is a button or a link of these words."""
        place = self._within(within)
        named = place.get_by_role("button", name=words, exact=True)
        return await named.or_(place.get_by_role("link", name=words, exact=True)).count() > 0

    async def cannot(self, *words: str) -> None:
        """Nothing on the page offers any of these."""
        for each in words:
            assert not await self.offers(each), f"{each!r} is offered on {self.page.url}"

    async def waits_for(self, words: str, seconds: float = PATIENCE) -> None:
        """Looks at the page again until it says so."""
        end = time.monotonic() + seconds
        while words.casefold() not in (text := await self.text()).casefold():
            assert time.monotonic() < end, f"waited {seconds} s for {words!r} on {self.page.url}: {text}"
            await asyncio.sleep(0.25)
            await self.page.reload()

    async def finds(self, name: str, seconds: float = PATIENCE) -> str:
        """Searches the hub's cases for a person until they are there, and opens the newest case; its reference."""
        end = time.monotonic() + seconds
        found = self.page.locator("main h2 a[href^='/cases/']")
        while True:
            await self.goes_to("/cases")
            await self.fills("Find a case", name)
            await self.presses("Find")
            if await found.count():
                break
            assert time.monotonic() < end, f"waited {seconds} s for {name}"
            await asyncio.sleep(0.25)
        await self._clicks(found.first, name)
        return (await self.heading()).removeprefix("Case ")

    async def finds_referral(self, reference: str, list_: str = "open", seconds: float = PATIENCE) -> None:
        """Looks at a list of the portal until the referral of this reference is there, and opens it."""
        end = time.monotonic() + seconds
        link = self.page.get_by_role("link", name=reference, exact=True)
        while True:
            await self.goes_to(f"/portal?list={list_}&sort=newest")
            if await link.count():
                break
            assert time.monotonic() < end, f"waited {seconds} s for {reference}"
            await asyncio.sleep(0.25)
        await self._clicks(link.first, reference)

    def _within(self, region: str | None) -> Locator:
        if region is None:
            return self.page.locator("body")
        return self.page.get_by_role("region", name=region, exact=True)

    def _group(self, question: str | None) -> Locator:
        if question is None:
            return self.page.locator("body")
        return self.page.get_by_role("group", name=question, exact=True)

    async def _only(self, thing: Locator, words: object) -> None:
        number = await thing.count()
        assert number == 1, f"{number} times {words!r} on {self.page.url}: {await self.text()}"

    async def _clicks(self, thing: Locator, words: object) -> None:
        await self._only(thing, words)
        async with self.page.expect_navigation(wait_until="load"):
            await thing.click()
