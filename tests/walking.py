"""Walks the pages of a service as its people do, and sends every form that it finds in bad ways."""

import asyncio
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from starlette.applications import Starlette

from contracts.working_time import local_day
from kit import clock
from kit.database import Database
from kit.web.app import Page
from tests.browser import Browser

HOSTILE = 'he said "drop it; or else" -- <knife>'
MUCH = "x" * 100_000
AT_ONCE = 8
"""So many fields of that length still fit into one form."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WRITTEN = frozenset({"text", "search", "email", "tel", "number", "password", "url"})
_AWAY = ("/assets", "/exit", "/sign-")
_ENDS = ("/portal/link/leave",)
"""Forms that end the visit itself: after them nothing else would be answered."""


@dataclass
class Form:
    """A form as it stands on a page: what an untouched browser would send, what may be written and what is chosen."""

    page: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    presses: dict[str, list[str]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    plain: bool = False  # it has a button without a name: that is pressed, and no other (such as "finish later")

    def filled(self, text: str, names: Iterable[str] | None = None) -> dict[str, list[str]]:
        """The form with a choice made everywhere, and a text in these fields (in all that may be written)."""
        chosen = {name: values[:1] for name, values in self.choices.items() if not self.fields.get(name)}
        chosen |= {} if self.plain else {name: values[:1] for name, values in self.presses.items()}
        return self.fields | chosen | {name: [text] for name in (self.written if names is None else names)}


class Reading(HTMLParser):
    """Links and forms of a page."""

    def __init__(self, page: str, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._page, self._open, self._area, self._select = page, False, "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(told.get("href", ""))
        elif tag == "form" and told.get("method", "get").lower() == "post":
            self.forms.append(Form(self._page, urlsplit(told.get("action") or self._page).path))
            self._open = True
        elif self._open:
            self._field(tag, told)

    def _field(self, tag: str, told: Mapping[str, str]) -> None:
        form, name = self.forms[-1], told.get("name", "")
        if tag == "textarea":
            self._area = name
            form.written.append(name)
            form.fields.setdefault(name, [""])
        elif tag == "select":
            self._select = name
        elif tag == "option" and told.get("value"):
            form.choices.setdefault(self._select, []).append(told["value"])
            if "selected" in told:
                form.fields[self._select] = [told["value"]]
        elif tag == "button" and name:
            form.presses.setdefault(name, []).append(told.get("value", ""))
        elif tag == "button":
            form.plain = True
        elif tag == "input" and name:
            self._input(form, name, told)

    def _input(self, form: Form, name: str, told: Mapping[str, str]) -> None:
        kind = told.get("type", "text")
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(told.get("value", "on"))
            if "checked" in told:
                form.fields.setdefault(name, []).append(told.get("value", "on"))
            return
        form.fields[name] = [told.get("value", "")]
        if kind in _WRITTEN:
            form.written.append(name)
        if told.get("inputmode") in ("numeric", "decimal"):
            form.numbers.add(name)

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] = [data.strip("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._open = False


@dataclass
class Walked:
    """What somebody saw: each address with its status and text, and the forms on the way."""

    texts: dict[str, tuple[int, str]] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)


async def walk(
    app: Starlette, browser: Browser, starts: Sequence[str], each: int = 2, within: tuple[str, ...] = ("/",)
) -> Walked:
    """Opens `starts` and everything they lead to in this service whose address begins as one of `within`, `each`
    addresses at most of one kind."""
    found, counted, waiting = Walked(), Counter[str](), list(starts)
    while waiting:
        address = waiting.pop(0)
        kind = _kind(address)
        if address in found.texts or counted[kind] >= each or page_at(app, "GET", address) is None:
            continue
        counted[kind] += 1
        answer = await browser.answer("GET", address)
        found.texts[address] = answer.status_code, answer.text
        if answer.headers.get("location", "").startswith("/"):
            waiting.append(answer.headers["location"])
        if answer.headers.get("content-type", "").startswith("text/html"):
            read = Reading(address, answer.text)
            found.forms += [form for form in read.forms if form.action not in _ENDS]
            waiting += [link for link in read.links if link.startswith(within) and not link.startswith(_AWAY)]
    return found


def _kind(address: str) -> str:
    parts = urlsplit(address)
    return _ID.sub("*", parts.path) + "?" + ",".join(sorted(name for name, _ in parse_qsl(parts.query)))


def page_at(app: Starlette, method: str, address: str) -> Page | None:
    """The page that answers at an address, as the application would choose it."""
    path = urlsplit(address).path
    for page in app.state.pages:
        if method in page.methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", page.path), path):
            assert isinstance(page, Page)
            return page
    return None


class State:
    """A digest of everything a service keeps; `but` names tables that a look may change."""

    def __init__(self, database: Database, but: Iterable[str] = ()) -> None:
        self._database, self._but, self._sql = database, frozenset(but), ""

    async def now(self) -> dict[str, int]:
        if not self._sql:
            rows = await self._database.pool.fetch("select tablename from pg_tables where schemaname = 'public'")
            names = [*sorted({row["tablename"] for row in rows} - self._but), "kit.outbox", "kit.parked_order"]
            one = "select '{0}' as name, (select coalesce(sum(hashtext(t::text)::bigint), 0) from {0} t) as sum"
            self._sql = " union all ".join(one.format(name) for name in names)
        return {row["name"]: row["sum"] for row in await self._database.pool.fetch(self._sql)}


LAST = ("another's id", "hostile")
"""After these what was refused is looked at: the one after them may be taken, or there is none."""


def bad_ways(form: Form) -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    """Ways to send a form as it should not be: (what is wrong, address, fields)."""
    yield "nothing", form.action, {}
    for start in range(0, len(form.written), AT_ONCE):
        yield "too long", form.action, form.filled(HOSTILE) | form.filled(MUCH, form.written[start : start + AT_ONCE])
    if form.choices:
        yield "no such choice", form.action, form.filled(HOSTILE) | {name: ["no-such-thing"] for name in form.choices}
    if _ID.search(form.action):
        yield "another's id", _ID.sub(lambda _: str(uuid4()), form.action), form.filled(HOSTILE)
    yield "hostile", form.action, form.filled(HOSTILE)


async def send_badly(browser: Browser, form: Form, state: State, token: str) -> list[str]:
    """What went wrong when a form was sent in each bad way: an answer that is no refusal, or something half done."""
    problems, before, refused = list[str](), await state.now(), list[str]()
    for way, address, fields in bad_ways(form):
        sent = {name: values for name, values in fields.items() if name != "csrf_token"}
        status = (await browser.answer("POST", address, sent | {"csrf_token": token})).status_code
        if status >= 500 or status == 415:
            problems.append(f"{address}, {way}: {status}")
        refused += [f"{way} ({status})"] if status >= 400 else []
        if status >= 400 and way not in LAST:
            continue  # what was refused one after the other is looked at together
        after = await state.now()
        changed = sorted(name for name in after if after[name] != before.get(name))
        if changed and status < 400 and way in ("too long", "another's id"):
            problems.append(f"{address}, {way}: taken ({status}), changed {changed}")
        elif changed and status >= 400:
            problems.append(f"{address}: refused ({', '.join(refused)}) and yet changed {changed}")
        before, refused = after, []
    return problems


@dataclass
class Replayed:
    """What came of forms sent twice at one moment and once more: the pages that took theirs, and what went wrong.
    `first`: whose forms are sent so before they are sent in bad ways, since those would end what they are of."""

    first: Collection[str] = ()
    taken: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def as_it_should_be(form: Form, day: date) -> dict[str, list[str]]:
    """The form as somebody would fill it in who means it: a choice everywhere, a day, times and numbers."""
    fields = form.filled("Two words")
    parts = {"day": day.day, "month": day.month, "year": day.year}
    for name in form.written:
        part = name.rpartition("-")[2]
        if part in parts and any(each.endswith(f"{name.removesuffix(part)}year") for each in form.written):
            fields[name] = [str(parts[part])]
        elif form.fields.get(name, [""]) != [""]:
            fields[name] = form.fields[name]
        elif name.endswith(("time", "at")):
            fields[name] = ["14:30"]
        elif name.endswith(("day", "until", "_on")):
            fields[name] = [day.isoformat()]
        elif form.numbers & {name}:
            fields[name] = ["3"]
    return fields


async def replay(app: Starlette, browser: Browser, form: Form, state: State, today: date, told: Replayed) -> None:
    """Opens the form's page, sends the form twice at one moment and then once more: whatever the first was answered,
    the others are answered by a page or a refusal in words, and change nothing."""
    page = await browser.answer("GET", form.page)
    found = [f for f in Reading(form.page, page.text).forms if f.action == form.action] if page.is_success else []
    if not found:
        return
    for day in (today + timedelta(days=1), today - timedelta(days=1)):
        sent = as_it_should_be(found[0], day) | {"csrf_token": found[0].fields["csrf_token"]}
        at_once = await asyncio.gather(*(browser.answer("POST", form.action, sent) for _ in range(2)))
        if 303 in {answer.status_code for answer in at_once}:
            break
    statuses = [answer.status_code for answer in at_once]
    if any(status >= 500 for status in statuses):
        told.problems.append(f"{form.action}: {statuses}")
    if 303 not in statuses:
        return
    before = await state.now()
    last = await browser.answer("POST", form.action, sent)
    after = await state.now()
    kind = page_at(app, "POST", form.action)
    statuses += [last.status_code]
    if changed := sorted(name for name in after if after[name] != before.get(name)):
        told.problems.append(f"{form.action}: sent again ({statuses}), changed {changed}")
    if kind is not None:
        told.taken.add(kind.path)
    if last.status_code not in (303, 409):
        told.problems.append(f"{form.action}: taken, and then answered {last.status_code}: {statuses}")


def not_reached(app: Starlette, forms: Sequence[Form]) -> list[Page]:
    """Pages that take a form and that no walk came upon: they are sent with ids that are nobody's."""
    reached = {page.path for form in forms if (page := page_at(app, "POST", form.action))}
    pages: list[Page] = app.state.pages
    return [page for page in pages if "POST" in page.methods and page.path not in reached and not page.machine]


def unwalked(app: Starlette, reached: Collection[str]) -> set[str]:
    """Paths of the pages that take a form of somebody and that no walk came upon."""
    pages: list[Page] = app.state.pages
    return {page.path for page in pages if "POST" in page.methods and not page.machine} - set(reached)


def one_of_each(app: Starlette, forms: Sequence[Form], but: set[tuple[str, ...]] | None = None) -> list[Form]:
    """One form for each page and set of fields. `but`: those that somebody else has sent, to which these are added."""
    chosen: dict[tuple[str, ...], Form] = {}
    for form in forms:
        page = page_at(app, "POST", form.action)
        if page is not None:
            chosen.setdefault((page.path, _kind(form.action), *sorted({*form.fields, *form.choices})), form)
    found = [form for key, form in chosen.items() if key not in (but or ())]
    (but if but is not None else set()).update(chosen)
    return found


def nobodys(page: Page) -> Form:
    """A form for a page of which nothing is known but its address."""
    address = re.sub(r"\{\w+\}", lambda _: str(uuid4()), page.path)
    return Form("", address, {"reason": [HOSTILE]}, ["words", "reason_code", "name", "note"])


def token_of(found: Walked) -> str:
    """The token that the forms of this walk were handed out with."""
    return next(form.fields["csrf_token"][0] for form in found.forms if "csrf_token" in form.fields)


async def _replays(app: Starlette, browser: Browser, found: Walked, state: State, told: Replayed) -> None:
    today = local_day(clock.now())
    for form in one_of_each(app, found.forms):
        page = page_at(app, "POST", form.action)
        if page is None or page.path not in told.taken:
            await replay(app, browser, form, state, today, told)


async def refusals(
    app: Starlette,
    walkers: Mapping[str, tuple[Browser, Sequence[str]]],
    state: State,
    others: Mapping[str, str],
    told: Replayed | None = None,
) -> tuple[list[str], set[str]]:
    """Sends every form in bad ways: what went wrong, and the pages that a walk came upon.

    `walkers`: a browser for each persona, with the addresses to begin at; `others`: who sends what no walk came upon,
    by how its path begins. With `told` every form is then sent as it should be, and again.
    """
    walked = {who: await walk(app, browser, starts) for who, (browser, starts) in walkers.items()}
    problems = [f"{a}: {s}" for found in walked.values() for a, (s, _) in found.texts.items() if s >= 500]
    for who in told.first if told is not None else ():
        await _replays(app, walkers[who][0], walked[who], state, told or Replayed())
    sent: set[tuple[str, ...]] = set()
    for who, found in walked.items():
        for form in one_of_each(app, found.forms, sent):
            problems += await send_badly(walkers[who][0], form, state, token_of(found))
    everything = [form for found in walked.values() for form in found.forms]
    for unseen in not_reached(app, everything):
        who = next(who for begins, who in others.items() if unseen.path.startswith(begins))
        problems += await send_badly(walkers[who][0], nobodys(unseen), state, token_of(walked[who]))
    for who in walkers if told is not None else ():
        if told is not None and who not in told.first:
            await _replays(app, walkers[who][0], walked[who], state, told)
    return problems, {page.path for form in everything if (page := page_at(app, "POST", form.action))}
