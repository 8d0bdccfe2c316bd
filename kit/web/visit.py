"""One request as a view sees it: who asks, what was sent, and the ways to answer."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from jinja2 import Environment
from markupsafe import Markup
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from kit.access import Viewer
from kit.config import Settings
from kit.database import Database, Tx
from kit.sealing import Sealer
from kit.web import ending, guard

FLASH = "handrail_flash"
FLASH_SECONDS = 300


@dataclass(frozen=True)
class Link:
    """An entry of the navigation: shown to whoever has the permission."""

    text: str
    href: str
    permission: str | None = None


@dataclass(frozen=True)
class Shop:
    """What every visit of one process shares."""

    service: str
    settings: Settings
    templates: Environment
    signer: guard.Signer
    databases: Mapping[str, Database]
    access: Database | None
    sealer: Sealer | None
    navigation: Sequence[Link]


@dataclass
class Visit:
    """A request of a viewer (None when nobody is signed in), with its answers. `organisation`: the one that the forms
    of its page are for; `opened_for`: the one that the form in hand was opened for; `of`: the former's name, where the
    service knows it."""

    request: Request
    shop: Shop
    viewer: Viewer | None
    now: datetime
    database: str = "hub"
    form: dict[str, list[str]] = field(default_factory=dict)
    nonce: str = field(default_factory=guard.nonce)
    form_targets: tuple[str, ...] = ()
    body: bytes = b""
    machine: bool = False
    unreadable: str = ""
    organisation: UUID | None = None
    opened_for: UUID | None = None
    of: str = ""

    @property
    def params(self) -> dict[str, Any]:
        return self.request.path_params

    @property
    def query(self) -> QueryParams:
        return self.request.query_params

    @property
    def db(self) -> Database:
        return self.shop.databases[self.database]

    @property
    def access(self) -> Database:
        assert self.shop.access is not None, "this service was started without the database of sessions"
        return self.shop.access

    @property
    def sealer(self) -> Sealer:
        assert self.shop.sealer is not None, "this service was started without its sealer"
        return self.shop.sealer

    @property
    def settings(self) -> Settings:
        return self.shop.settings

    @property
    def signed_in(self) -> Viewer:
        """The viewer of a page that has a permission, where there always is one."""
        assert self.viewer is not None, "a page without a permission has no certain viewer"
        return self.viewer

    @property
    def session_cookie(self) -> str | None:
        return self.request.cookies.get(self.settings.cookie_name)

    def id(self, name: str) -> UUID:
        """A path parameter as an id; a page that is not there when it is none."""
        try:
            return UUID(str(self.params[name]))
        except ValueError:
            raise HTTPException(404) from None

    def may(self, permission: str) -> bool:
        return self.viewer is not None and self.viewer.may(permission)

    def begin(self) -> AbstractAsyncContextManager[Tx]:
        """An open transaction of this viewer, with row-level security set."""
        return self.db.begin(self.viewer)

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page. `errors` and `values` of a form show by themselves; a kept flash message is shown once."""
        flash = self.shop.signer.open(self.request.cookies.get(self._flash_name), FLASH_SECONDS, FLASH)
        kept = {"flash": flash["text"] if flash else None, "flash_done": not flash or flash["done"] == "yes"}
        words = self._frame() | kept | context
        response = HTMLResponse(self.shop.templates.get_template(template).render(words), status_code=status)
        response.headers["Content-Security-Policy"] = guard.content_security_policy(self.nonce, self.form_targets)
        if flash:
            self.shop.signer.drop(response, self._flash_name)
        return response

    def redirect(self, url: str, flash: str | None = None, *, done: bool = True) -> Response:
        """See other: a path of this site only. `flash` is shown on the next page; it names no person. `done`:
        it tells that something was done, else that it was not."""
        target = guard.local_path(url)
        if target is None:
            raise ValueError("a redirect stays on this site")
        response = RedirectResponse(target, status_code=303)
        if flash:
            sealed = self.shop.signer.close({"text": flash, "done": "yes" if done else "no"}, FLASH)
            self.shop.signer.keep(response, self._flash_name, sealed, FLASH_SECONDS)
        return response

    def not_found(self) -> Response:
        return self.problem(404)

    def forbidden(self) -> Response:
        return self.problem(403)

    def conflict(self, changed: str = "", to: str = "", *, stale: bool = True, kept: str = "") -> Response:
        """Somebody or something changed it meanwhile. `changed`: what it is now, and who did what when, as sentences;
        `to`: the page of this site that shows how it stands. Not `stale`: nothing changed, it is not allowed. `kept`:
        what of the form was saved all the same, as sentences."""
        opened = self.request.method in ("GET", "HEAD")
        return self.problem(
            409, changed=changed, onward=guard.local_path(to), unchanged=not stale, opened=opened, kept=kept
        )

    def switched(self, now: str = "another organisation", then: str = "the one before", back: str = "") -> Response:
        """Nothing is saved of a form that was opened while its sender looked for another organisation: names of both,
        and what was written, to copy. It cannot be sent again from here: it would be the other one's. `back`: the page
        of this site on which they switch."""
        return self.problem(409, switched=(now, then), onward=guard.local_path(back))

    def signed_out(self) -> Response:
        """The form of somebody whose session is over, as it was sent: it can be sent again after signing in."""
        return self.render("signed_out.html", status=403, sent=[(n, t) for n, all in self.form.items() for t in all])

    def unavailable(self, *, undone: bool) -> Response:
        """The database could not do it now. `undone`: nothing was saved for certain; else a form that was sent may
        have been, and sending it again is safe, since its ids were made with the page."""
        writes = self.request.method not in ("GET", "HEAD")
        return self.problem(503, sent=("undone" if undone else "unknown") if writes else None)

    def answer(self, status: int, told: dict[str, Any]) -> Response:
        """JSON for another system; a status from 400 on is a problem (RFC 9457)."""
        kind = "application/problem+json" if status >= 400 else "application/json"
        return JSONResponse(told, status_code=status, media_type=kind)

    def problem(self, status: int, **words: Any) -> Response:
        if self.machine:
            return self.answer(status, {"status": status, "title": HTTPStatus(status).phrase})
        template = "neutral_problem.html" if self.request.scope.get("handrail.origin") == "neutral" else "problem.html"
        return self.render(template, status=status, code=status, **words)

    @property
    def _flash_name(self) -> str:
        return self.shop.signer.cookie_name(FLASH)

    def _frame(self) -> dict[str, Any]:
        token = self.shop.signer.form_token(self.session_cookie, self.organisation)
        return {
            "visit": self,
            "viewer": self.viewer,
            "may": self.may,
            "now": self.now,
            "path": self.request.url.path,
            "product": self.settings.product,
            "brand_colour": self.settings.brand_colour,
            "development": self.settings.development,
            "cspNonce": self.nonce,
            "csrf_token": token,
            "csrf_field": lambda: Markup('<input type="hidden" name="csrf_token" value="{}">').format(token),
            "navigation": [
                link for link in self.shop.navigation if link.permission is None or self.may(link.permission)
            ],
            "values": self.form,
            "session": ending.of(self.viewer, self.now),
        }
