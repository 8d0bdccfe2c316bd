"""A signed-in client that inspects every page it gets, as a person with a careful browser would."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element

import httpx
from starlette.applications import Starlette

from handrail.local.users import seed
from kit.access import open_session
from kit.config import Settings
from kit.database import Database
from tests.inspector import personal_in, problems_of, read, text_of

Fields = Mapping[str, str | Sequence[str]]
Parts = list[tuple[str, tuple[str | None, str | bytes]]]


@dataclass
class Seen:
    """A page as it came, with the things that tests ask about."""

    response: httpx.Response
    tree: Element = field(repr=False)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        return self.response.url.path

    @property
    def html(self) -> str:
        return self.response.text

    @property
    def text(self) -> str:
        """All words of the page, white space made single."""
        return text_of(self.tree.find(".//body"))

    @property
    def heading(self) -> str:
        return text_of(self.tree.find(".//h1"))

    def all(self, tag: str, css_class: str = "") -> list[Element]:
        """Elements of a tag, with a class where one is given."""
        return [e for e in self.tree.iter(tag) if not css_class or css_class in (e.get("class") or "").split()]

    def texts(self, tag: str, css_class: str = "") -> list[str]:
        return [text_of(element) for element in self.all(tag, css_class)]

    @property
    def errors(self) -> list[str]:
        """What the error summary says."""
        summaries = self.all("div", "govuk-error-summary")
        return [text_of(item) for summary in summaries for item in summary.iter("li")]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of every table row on the page."""
        return [[text_of(cell) for cell in row if cell.tag in ("td", "th")] for row in self.tree.iter("tr")]

    @property
    def summary(self) -> dict[str, str]:
        """What summary lists say: key -> value."""
        keys, values = self.texts("dt", "govuk-summary-list__key"), self.texts("dd", "govuk-summary-list__value")
        return dict(zip(keys, values, strict=True))

    def hidden(self, action: str) -> dict[str, str | Sequence[str]]:
        """The hidden fields of the first form that is sent to `action`: what it brings back of what the page showed."""
        held = dict[str, list[str]]()
        for form in self.tree.iter("form"):
            if form.get("method") == "post" and (form.get("action") or self.path).partition("#")[0] == action:
                for each in form.iter("input"):
                    if each.get("type") == "hidden" and each.get("name") != "csrf_token":
                        held.setdefault(each.get("name") or "", []).append(each.get("value") or "")
                break
        return {name: values[0] if len(values) == 1 else values for name, values in held.items()}

    def link(self, words: str) -> str:
        """Where the first link whose text has `words` leads; AssertionError lists the links when none has."""
        links = [(text_of(a), a.get("href") or "") for a in self.tree.iter("a")]
        found = next((href for text, href in links if words in text), None)
        assert found is not None, f"no link '{words}' among {[text for text, _ in links]}"
        return found


class Browser:
    """`async with Browser(app, settings) as browser: page = await browser.get("/orders")`."""

    def __init__(
        self,
        app: Starlette,
        settings: Settings,
        cookie: str | None = None,
        *,
        neutral: bool = False,
        private: Collection[str] = (),
        address: str = "127.0.0.1",
    ) -> None:
        self.neutral, self.private = neutral, tuple(private)
        self.origin = settings.neutral_url if neutral else settings.public_url
        cookies = {settings.cookie_name: cookie} if cookie else {}
        way = httpx.ASGITransport(app=app, raise_app_exceptions=True, client=(address, 50_000))
        self._client = httpx.AsyncClient(transport=way, base_url=self.origin, cookies=cookies)
        self.page: Seen | None = None
        self._file: bytes | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str, status: int = 200) -> Seen:
        """The page at `path`, redirects followed, inspected; AssertionError unless it has `status`."""
        return await self._seen("GET", path, None, status)

    async def follow(self, words: str, status: int = 200) -> Seen:
        """Follows the first link on the present page whose text has `words`."""
        return await self.get(self._present().link(words), status)

    async def post(self, path: str, fields: Fields | None = None, status: int = 200) -> Seen:
        """Sends a form by its address, with what the present page gives it to bring back: the token, and the hidden
        fields of the form that is sent there, such as the mark of what was shown."""
        token = next((i.get("value") for i in self._tokens()), None) or ""
        hidden = self.page.hidden(path) if self.page else {}
        return await self._seen("POST", path, {"csrf_token": token, **hidden, **(fields or {})}, status)

    def choose(self, file: bytes) -> Self:
        """Chooses a file for the form that is submitted next."""
        self._file = file
        return self

    async def submit(self, button: str, status: int = 200, /, **fields: str | Sequence[str]) -> Seen:
        """Fills the form of this page that has `button` and presses it; names with dashes as `**{"due-day": "1"}`."""
        form, pressed = self._form_with(button)
        given: dict[str, str | Sequence[str]] = dict(_defaults(form))
        for name in fields:
            assert any(e.get("name") == name for e in form.iter()), f"no field '{name}' in the form with '{button}'"
        given |= fields
        if pressed.get("name"):
            given[str(pressed.get("name"))] = pressed.get("value") or ""
        method = (form.get("method") or "get").upper()
        action = (pressed.get("formaction") or form.get("action") or self._present().path).partition("#")[0]
        if method == "GET":
            return await self.get(f"{action}?{urlencode(given, doseq=True)}", status)
        file, self._file = self._file, None
        parts = _parts(form, given, file) if form.get("enctype") == "multipart/form-data" else None
        assert parts or file is None, f"the form with '{button}' takes no file"
        return await self._seen("POST", action, given, status, parts)

    async def download(self, path: str, status: int = 200) -> httpx.Response:
        """Something that is no page."""
        response = await self._client.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return response

    async def answer(self, method: str, path: str, fields: Fields | None = None) -> httpx.Response:
        """Whatever one request is answered, not followed and not inspected; a form has the token of the last page,
        unless it brings one."""
        token = next((i.get("value") for i in self._tokens()), None) or ""
        sent = {"csrf_token": token, **(fields or {})} if method == "POST" else None
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"} if sent else {}
        return await self._client.request(method, path, data=sent, headers=headers)

    async def call(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """What another system is answered that sends JSON."""
        return await self._client.post(path, content=body, headers={"Content-Type": "application/json", **headers})

    def _present(self) -> Seen:
        assert self.page is not None, "no page was opened yet"
        return self.page

    def _tokens(self) -> Iterator[Element]:
        if self.page is not None:
            yield from (i for i in self.page.tree.iter("input") if i.get("name") == "csrf_token")

    def _form_with(self, button: str) -> tuple[Element, Element]:
        names = []
        for form in self._present().tree.iter("form"):
            for pressed in form.iter("button"):
                names.append(text_of(pressed))
                if names[-1] == button:
                    return form, pressed
        raise AssertionError(f"no button '{button}' among {names}")

    async def _seen(
        self, method: str, path: str, fields: Fields | None, status: int, parts: Parts | None = None
    ) -> Seen:
        address = urljoin(str(self.page.response.url) if self.page else f"{self.origin}/", path)
        for _ in range(10):
            self._check_address(address)
            headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"} if method == "POST" else {}
            data = None if parts else dict(fields or {}) or None
            response = await self._client.request(method, address, data=data, files=parts, headers=headers)
            target = response.headers.get("location")
            if not target or urlsplit(urljoin(address, target)).netloc != urlsplit(self.origin).netloc:
                break
            if method == "POST":
                assert response.status_code == 303, f"{path} answers a form with {response.status_code}"
            method, fields, parts, address = "GET", None, None, urljoin(address, target)
        assert response.status_code == status, f"{method} {address}: {response.status_code}, not {status}"
        self.page = self._inspected(response)
        return self.page

    def _check_address(self, address: str) -> None:
        what = personal_in(address, self.private)
        assert what is None, f"the address {urlsplit(address).path} holds {what}"

    def _inspected(self, response: httpx.Response) -> Seen:
        headers = response.headers
        if not headers.get("content-type", "").startswith("text/html"):
            return Seen(response, Element("html"))
        assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer"
        tree = read(response.text)
        found = problems_of(tree, headers["content-security-policy"], self.private, self.neutral)
        assert not found, f"{response.url.path}: " + "; ".join(found)
        return Seen(response, tree)


def _defaults(form: Element) -> Iterator[tuple[str, list[str]]]:
    """What a browser would send of an untouched form."""
    kept: dict[str, list[str]] = {}
    for element in form.iter():
        name, kind = element.get("name"), element.get("type")
        if not name or element.tag not in ("input", "select", "textarea") or kind in ("submit", "button"):
            continue
        if kind in ("radio", "checkbox") and element.get("checked") is None:
            continue
        kept.setdefault(name, []).append(_value(element))
    yield from kept.items()


def _parts(form: Element, given: Mapping[str, str | Sequence[str]], file: bytes | None) -> Parts:
    """A form as a browser sends it where it takes a file."""
    inputs = [e.get("name") or "" for e in form.iter("input") if e.get("type") == "file"]
    texts = {name: [value] if isinstance(value, str) else value for name, value in given.items() if name not in inputs}
    made: Parts = [(name, (None, text)) for name, all in texts.items() for text in all]
    return made + [(name, ("acts.csv", file)) for name in inputs if file is not None]


def _value(element: Element) -> str:
    if element.tag == "textarea":
        return (element.text or "").removeprefix("\n")
    if element.tag != "select":
        return element.get("value") or ("on" if element.get("type") == "checkbox" else "")
    options = list(element.iter("option"))
    chosen = next((o for o in options if o.get("selected") is not None), options[0] if options else None)
    return "" if chosen is None else chosen.get("value") or ""


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


async def seed_personas(access: Database) -> None:
    """Puts the personas and roles of the development issuer into the database of sessions (role `access_migrate`)."""
    from contracts.reference import ROLES, personas

    people = [
        {"id": p.user_id, "subject": p.name, "name": p.title, "role": p.role, "organisation_id": p.organisation_id}
        for p in personas()
    ]
    await seed(access, people, {name: sorted(role.permissions) for name, role in ROLES.items()})


async def cookie_of(access: Database, persona: str) -> str:
    """A fresh session of a persona."""
    cookie = await open_session(access, persona)
    assert cookie is not None, f"no persona '{persona}'"
    return cookie
