"""A person at a browser without scripts: reads links and forms from pages and submits what they offer."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

AGAIN = 10


class Unexpected(Exception):
    """A page that did not do what it should: the address, and the status or what it said."""


@dataclass(slots=True)
class Form:
    """One form as the page gives it: what is filled in, and for each choice its options in order."""

    action: str
    method: str = "get"
    filled: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        elif tag == "form":
            self._form = Form(told.get("action", ""), told.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and told.get("name"):
            self._control(self._form, tag, told)
        elif self._form is not None and tag == "option" and self._select:
            self._form.options.setdefault(self._select, []).append(told.get("value", ""))
            if "selected" in told:
                self._form.filled[self._select] = told.get("value", "")

    def _control(self, form: Form, tag: str, told: dict[str, str]) -> None:
        name, kind = told["name"], told.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "input" and kind in ("radio", "checkbox"):
            form.options.setdefault(name, []).append(told.get("value", "on"))
            if "checked" in told:
                form.filled[name] = told.get("value", "on")
        elif tag == "textarea" or (tag == "input" and kind not in ("submit", "button", "file")):
            form.filled[name] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it was answered."""

    address: str
    status: int
    text: str
    forms: tuple[Form, ...]
    links: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether the page asks to put something right, or another has been quicker."""
        return self.status in (409, 422)

    def form(self, ending: str) -> Form | None:
        """The form that posts to an address with this ending."""
        return next((one for one in self.forms if one.method == "post" and one.action.endswith(ending)), None)

    def linked(self, pattern: str) -> list[str]:
        """Addresses that match as a whole, in the order of the page, each once."""
        return list(dict.fromkeys(link for link in self.links if re.fullmatch(pattern, link)))


def browser(public_url: str, cookie: str) -> httpx.Client:
    """Signed in by this cookie; follows redirects as a browser does."""
    name, _, value = cookie.partition("=")
    headers = {"Origin": public_url, "Sec-Fetch-Site": "same-origin"}
    return httpx.Client(
        base_url=public_url, cookies={name: value}, headers=headers, follow_redirects=True, timeout=60, trust_env=False
    )


def look(client: httpx.Client, address: str) -> Sheet:
    return _sheet(lambda: client.get(address))


def submit(client: httpx.Client, page: Sheet, form: Form, **answers: str) -> Sheet:
    """Sends the form as filled in, with `answers`; a choice left open is answered with its first option."""
    filled = {**{name: values[0] for name, values in form.options.items()}, **form.filled, **answers}
    return _sheet(lambda: client.post(urljoin(page.address, form.action or page.address), data=filled))


def _sheet(ask: Callable[[], httpx.Response]) -> Sheet:
    """The answer as a page. "Try again later" is followed: nothing was done."""
    answer = ask()
    for _ in range(AGAIN):
        if answer.status_code != 503:
            break
        time.sleep(3)
        answer = ask()
    if answer.status_code not in (200, 409, 422):
        raise Unexpected(f"{answer.url} answered {answer.status_code}")
    reader = _Reader()
    reader.feed(answer.text)
    return Sheet(str(answer.url), answer.status_code, answer.text, tuple(reader.forms), tuple(reader.links))
