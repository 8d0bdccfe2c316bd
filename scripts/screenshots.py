"""Pictures of the running system for the README: `make screenshots`, after `make demo`."""

import argparse
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from handrail.failing import Failed
from handrail.local.state import System, data_folder, running
from handrail.signin import sign_in

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Picture:
    """The page at `start` of a persona, or the one behind the first links that fit each of `follow`; where
    that has a #, at that place of it."""

    name: str
    persona: str | None
    start: str
    follow: tuple[str, ...] = ()


CASE = r"/cases/[0-9a-f-]{36}$"
PICTURES = (
    Picture("queue", "officer", "/cases"),
    Picture("case", "officer", "/cases", (CASE,)),
    Picture("rights", "compliance", "/rights", (r"/rights/clocks\?right=6.*=met", r"/rights/cases/[0-9a-f-]{36}#c-")),
    Picture("portal", "idva.worker", "/portal", (r"/portal/referrals/[0-9a-f-]{36}$",)),
    Picture("returns", "analyst", "/returns", (r"/returns/[0-9a-f-]{36}$",)),
    Picture("neutral", None, "/"),
)


def take(picture: Picture, system: System, session: str | None, browser: Browser) -> str:
    """Takes one picture as whoever the cookie `session` is; returns the address it shows."""
    context = browser.new_context(viewport={"width": 1180, "height": 900}, device_scale_factor=1)
    base = system.http if picture.persona else system.neutral
    if session:
        name, _, value = session.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": base}])
    page = context.new_page()
    page.goto(base + picture.start)
    for pattern in picture.follow:
        page.goto(_first_link(page, pattern))
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    shown = page.url
    context.close()
    return shown


def _first_link(page: Page, pattern: str) -> str:
    links: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    for link in links:
        if re.search(pattern, link):
            return link if "#" in pattern else link.partition("#")[0]
    raise Failed(
        f"{page.url} has no link that fits {pattern}: run `make demo` first, so that there is something to see"
    )


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m scripts.screenshots", description=__doc__)
    words.add_argument("--data", type=Path)
    words.add_argument("--only", choices=[picture.name for picture in PICTURES])
    told = words.parse_args()
    data = data_folder(told.data)
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = next((path for name in NAMES if (path := shutil.which(name))), None)
    if chromium is None:
        sys.exit("No Chromium here: install the package chromium.")
    try:
        system = running(data)
        sessions = {p.persona: sign_in(data, p.persona) for p in PICTURES if p.persona}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for picture in PICTURES:
                if told.only in (None, picture.name):
                    shown = take(picture, system, sessions.get(picture.persona or ""), browser)
                    sys.stdout.write(f"{picture.name}.png  {shown}\n")
            browser.close()
    except Failed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
