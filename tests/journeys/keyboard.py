"""Somebody who has a keyboard and no mouse: every step goes by Tab, and each stop on the way is looked at.

hands = Keyboard(await journey.signs_in("officer"))
await hands.skips_to_main()
await hands.enters("Take this case")
"""

from dataclasses import dataclass
from typing import Any

from tests.journeys.walker import Walker

FAR = 120
"""More stops than any page has."""
_STOP = """() => {
  const one = document.activeElement
  const words = text => (text || '').replace(/\\s+/g, ' ').trim()
  const looks = [getComputedStyle(one), one.nextElementSibling && getComputedStyle(one.nextElementSibling, '::before')]
  const clear = look => look.outlineColor.endsWith(', 0)')
  const line = look => look.outlineStyle !== 'none' && look.outlineWidth !== '0px' && !clear(look)
  const lit = look => look.backgroundColor === 'rgb(255, 221, 0)'
  const drawn = look => look && (look.boxShadow !== 'none' || line(look) || lit(look))
  const {top, bottom} = one.getBoundingClientRect()
  const group = one.closest('fieldset')?.querySelector('legend')
  return {
    tag: one.tagName,
    words: words(one.labels?.[0]?.innerText || one.innerText || one.value),
    group: words(group?.innerText),
    main: Boolean(one.closest('main')),
    seen: one.matches(':focus-visible') && looks.some(drawn) && bottom > 0 && top < innerHeight,
    same: one === window.stopBefore,
    stop: void (window.stopBefore = one),
  }
}"""


@dataclass
class Keyboard:
    """The hands of a walker, who still reads the page."""

    walker: Walker

    async def skips_to_main(self) -> None:
        """The first stop of a page leads past its head."""
        await self.presses("Tab")
        assert (await self.stop())["words"] == "Skip to main content"
        await self.presses("Enter")

    async def presses(self, key: str) -> None:
        await self.walker.page.keyboard.press(key)

    async def types(self, text: str) -> None:
        await self.walker.page.keyboard.type(text)

    async def stop(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.walker.page.evaluate(_STOP)
        return found

    async def enters(self, words: str, key: str = "Enter") -> None:
        """Goes on by Tab to a link or button that begins with these words, and presses it: the next page is there."""
        await self.reaches(words)
        async with self.walker.page.expect_navigation(wait_until="load"):
            await self.presses(key)

    async def chooses(self, question: str, answer: str) -> None:
        """Goes to a question with radio buttons and down to the answer, as the arrows lead."""
        found = await self.reaches("", group=question)
        await self.presses("Space")
        for _ in range(FAR):
            if found["words"].startswith(answer):
                return
            await self.presses("ArrowDown")
            found = await self.stop()
        raise AssertionError(f"The arrows never come to {answer!r} of {question!r}")

    async def reaches(self, words: str, group: str | None = None) -> dict[str, Any]:
        """Tab until a stop below the head has these words, or belongs to this question; each is seen and let go."""
        passed: list[str] = []
        for _ in range(FAR):
            await self.presses("Tab")
            found = await self.stop()
            if found["tag"] == "BODY":
                continue
            passed.append(found["words"])
            assert found["seen"], f"Nothing shows that the keyboard is at {found} of {self.walker.page.url}"
            assert not found["same"], f"Tab stays at {found} of {self.walker.page.url}"
            if found["main"] and found["words"].startswith(words) and group in (None, found["group"]):
                return found
        raise AssertionError(f"Tab never comes to {words or group!r} on {self.walker.page.url}: {passed}")
