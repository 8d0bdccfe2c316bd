"""Pages behind a one-time link: one leg, without an account, as narrow as the link."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from kit.database import Tx
from kit.web.app import Visit
from kit.web.limiting import OF_CODES, OF_FORMS, Tries, too_many
from services.referral.actions import contacting, leg_links
from services.referral.domain.books import Books
from services.referral.domain.safe_contact import LOCKING
from services.referral.provider_portal import words
from services.referral.provider_portal.room import LINKED, View, one, or_ask_hub
from services.referral.provider_portal.words import CHANNELS
from services.referral.store import drafts, links
from services.referral.store.links import Link

COOKIE = "handrail_link"
CODE = re.compile("[a-z0-9]+(?:_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class _Nobody:
    """Who looks at the database: no organisation, so that nothing is seen but what the link narrows to."""

    user_id: UUID
    organisation_id: UUID | None = None
    role: str = leg_links.ROLE
    may_see_restricted: bool = False


@dataclass
class LinkVisit(Visit):
    """A visit whose transactions see the one leg of `link`, as long as the link lasts."""

    link: Link | None = None

    def begin(self) -> AbstractAsyncContextManager[Tx]:
        return self._narrowed()

    @asynccontextmanager
    async def _narrowed(self) -> AsyncIterator[Tx]:
        async with self.db.begin(_Nobody(self._held.link_id)) as tx:
            await _still_held(tx, self)
            await links.narrow(tx, self._held)
            yield tx

    @property
    def _held(self) -> Link:
        assert self.link is not None, "a visit by link has its link"
        return self.link

    def id(self, name: str) -> UUID:
        return self._held.referral_id if name == "referral_id" else super().id(name)

    def _frame(self) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "viewer": None,
            "navigation": [],
            "by_link": True,
            "layout": "provider_portal/link_frame.html",
        }
        return super()._frame() | plain


async def _still_held(tx: Tx, visit: Visit) -> None:
    """The session lasts in this very transaction; the page is not there once it was taken back."""
    if await leg_links.session_of(tx, secret(visit), visit.now) is None:
        raise HTTPException(404)


def secret(visit: Visit) -> str:
    return visit.request.cookies.get(visit.shop.signer.cookie_name(COOKIE), "")


def by_link(view: View) -> View:
    """The view for whoever holds the session of a link; a page that says how to go on for everybody else."""

    async def answer(visit: Visit, books: Books) -> Response:
        async with visit.db.begin() as tx:
            link = await leg_links.session_of(tx, secret(visit), visit.now)
        if link is None:
            return _over(visit)
        own = {field.name: getattr(visit, field.name) for field in fields(Visit)}
        narrow = LinkVisit(**own | {"viewer": leg_links.viewer_of(link)}, link=link)
        return await or_ask_hub(view, narrow, books)

    return answer


def lock_by_link(view: View) -> View:
    """A channel is locked also from a page whose link is over: it can only shut. Whoever rang is told so, and how to go
    on."""

    async def answer(visit: Visit, books: Books) -> Response:
        channel, why = one(visit, "channel"), LOCKING.get(one(visit, "outcome") or "someone_else_answered")
        async with visit.db.begin() as tx:
            lasts = await leg_links.session_of(tx, secret(visit), visit.now)
        asks = lasts is None and channel in CHANNELS and why is not None
        if asks and await _locked(visit, channel, why or ""):
            return _over(visit, locked=CHANNELS[channel].lower())
        return await by_link(view)(visit, books)

    return answer


async def _locked(visit: Visit, channel: str, why: str) -> bool:
    """Whether whoever once opened the link had the channel locked; False for everybody else."""
    async with visit.db.begin() as tx:
        link = await links.by_session(tx, secret(visit))
    if link is None:
        return False
    async with visit.db.begin(_Nobody(link.link_id)) as tx:
        await links.narrow(tx, link)
        who = leg_links.viewer_of(link)
        try:
            await contacting.lock_from_afar(tx, who, link.referral_id, channel, why, visit.now)
        except Refused:
            return False
    return True


def _over(visit: Visit, locked: str | None = None) -> Response:
    """Says that the link is over; whoever holds its token, or what it was exchanged for, may ask for another one.
    `locked`: the channel that was locked all the same."""
    visit.viewer = None
    token = visit.params.get("token")
    again = f"{LINKED}/open/{token}/again" if token else f"{LINKED}/again" if secret(visit) else None
    wrote = () if locked else _written(visit)
    return visit.render("provider_portal/link_over.html", status=404, again=again, locked=locked, wrote=wrote)


def _written(visit: Visit) -> list[tuple[str, str]]:
    """What a form held that came behind a link that is over, so that it can be sent again: not what only the page put
    there."""
    if visit.request.method != "POST":
        return []
    told = [(name, text.strip()) for name, texts in visit.form.items() for text in texts if text.strip()]
    verb = [("You chose", words.words(visit.params["verb"]))] if "verb" in visit.params else []
    return verb + [(words.words(name), _read(text)) for name, text in told if not _of_page(name, text)]


def _read(text: str) -> str:
    """What was chosen, in words; what was written stays as it was."""
    return words.words(text) if CODE.fullmatch(text) else text


def _of_page(name: str, text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return name in ("stood", "shown", "digest") or "csrf" in name
    return True


async def ask_again(visit: Visit, books: Books) -> Response:
    """Another link is asked for, to the registered address; the answer is the same whatever was sent."""
    sought = str(visit.params.get("token") or secret(visit))
    if (until := await Tries(visit, "leg_link_again", OF_FORMS, sought).begin()) is not None:
        return too_many(visit, until)
    async with visit.db.begin() as tx:
        await leg_links.ask_again(tx, sought, visit.now)
    return visit.redirect(f"{LINKED}/asked")


async def asked_again(visit: Visit, books: Books) -> Response:
    visit.viewer = None
    return visit.render("provider_portal/link_asked.html")


async def ask_open(visit: Visit, books: Books) -> Response:
    """A button, so that a preview of the address opens nothing; it says the same of every token."""
    visit.viewer = None
    return visit.render("provider_portal/link_open.html")


async def open_link(visit: Visit, books: Books) -> Response:
    tries = Tries(visit, "leg_link", OF_CODES, str(visit.params["token"]))
    if (until := await tries.begin()) is not None:
        return too_many(visit, until)
    try:
        async with visit.db.begin() as tx:
            session = await leg_links.open_once(tx, str(visit.params["token"]), visit.now)
    except Refused:
        await tries.worked()
        visit.viewer = None
        return visit.render("provider_portal/ask_hub.html", status=404, unopened=True)
    if session is None:
        await tries.refused("over")
        return _over(visit)
    await tries.worked()
    response = visit.redirect(LINKED)
    signer = visit.shop.signer
    signer.keep(response, signer.cookie_name(COOKIE), session, int(leg_links.REMEMBERED.total_seconds()))
    return response


async def leave(visit: Visit, books: Books) -> Response:
    """Ends the session of the link."""
    async with visit.begin() as tx:
        link = await leg_links.session_of(tx, secret(visit), visit.now)
        if link is not None:
            await drafts.drop_all(tx, link.link_id)
            await links.close(tx, link, visit.now)
    response = visit.redirect("/portal/link")
    visit.shop.signer.drop(response, visit.shop.signer.cookie_name(COOKIE))
    return response
