"""The web application of a service: every page with its permission, safe headers, and errors in plain words."""

import hashlib
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import structlog
from asyncpg import UniqueViolationError
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from contracts.refused import Refused
from kit import clock
from kit.access import Viewer, viewer_of
from kit.config import Settings
from kit.database import TRANSIENT, UNDONE, Database
from kit.sealing import Sealer
from kit.telemetry import PAGE_SECONDS, tracer
from kit.web import guard
from kit.web.assets import assets_in
from kit.web.sent import body_of, form_of
from kit.web.templating import environment
from kit.web.visit import Link, Shop, Visit

__all__ = ["Link", "Page", "Visit", "make_app"]

AWAY = "https://www.bbc.co.uk/weather"
LARGEST_CALL = 64_000
log = structlog.get_logger("web")
View = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """A route: its path, its view and who may see it. Only a `public` page has no permission.

    A `machine` page is for another system: it has no session and no form, its body is given as it came (`visit.body`),
    and its problems are JSON. Its view asks for a credential of its own.

    `upload` names a field that a text file may stand in for: the form is `multipart/form-data` and has a file input
    `<upload>_file`. The view finds the text in the field, and in `visit.unreadable` what is wrong with the file.

    `switched` answers a form that was opened for another organisation than its sender looks for now (`opened_for`),
    where it can name them. Nothing is saved.
    """

    path: str
    view: View
    permission: str | None = None
    methods: tuple[str, ...] = ("GET",)
    origin: Literal["staff", "neutral"] = "staff"
    public: bool = False
    database: str = "hub"
    machine: bool = False
    upload: str | None = None
    switched: View | None = None

    def __post_init__(self) -> None:
        if (self.permission is None) != self.public:
            raise ValueError(f"{self.path}: a page has either a permission or public=True")


async def _leave(visit: Visit) -> Response:
    """Forgets what the browser keeps of this site and shows the weather. Each cookie is ended by its name as well: not
    every browser knows `Clear-Site-Data`, and behind a cookie that is left Back opens what was read."""
    response = Response(status_code=303, headers={"Location": AWAY, "Clear-Site-Data": '"cache", "cookies", "storage"'})
    for name in visit.request.cookies:
        response.delete_cookie(name, path="/", secure=visit.shop.signer.secure, httponly=True, samesite="lax")
    return response


EXIT = Page("/exit", _leave, origin="neutral", public=True)


def make_app(
    service: str,
    settings: Settings,
    pages: Sequence[Page],
    *,
    databases: Mapping[str, Database],
    templates: Path | Sequence[Path],
    access: Database | None = None,
    sealer: Sealer | None = None,
    navigation: Sequence[Link] = (),
    extra: Sequence[BaseRoute] = (),
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """The application of `service`.

    `databases` are its pools by job (`hub`, `portal`): a page names the one it works with. `navigation` is shown by
    permission. `extra` are routes outside the pages (health, metrics), without viewer or form checks.
    """
    guard.refuse_unsafe(settings)
    assets = assets_in(settings.brand_colour)
    folders = [templates] if isinstance(templates, Path) else list(templates)
    shop = Shop(
        service=service,
        settings=settings,
        templates=environment(assets, *folders),
        signer=guard.Signer(settings),
        databases=databases,
        access=access,
        sealer=sealer,
        navigation=navigation,
    )

    pages = (*pages, EXIT) if any(page.origin == "neutral" for page in pages) else tuple(pages)

    async def on_http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        try:
            visit = await _visit(request, shop, _neutral(request, shop))
        except TRANSIENT as outage:
            _log_failure(outage)
            visit = _without_viewer(None, request, shop)
        return visit.problem(status)

    routes: list[BaseRoute] = [
        *extra,
        Route("/assets/v/{version}/{name:path}", assets.serve),
        Route("/assets/{name:path}", assets.serve),
        *(Route(page.path, _endpoint(page, shop), methods=list(page.methods)) for page in pages),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(_watched, secure=not settings.development)],
        exception_handlers={HTTPException: on_http_error},
        lifespan=lifespan,
    )
    app.state.pages = pages
    return app


def _endpoint(page: Page, shop: Shop) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        visit: Visit | None = None
        try:
            if not _right_origin(request, page, shop.settings) or _holds_zero(request):
                raise HTTPException(404)
            visit = await _visit(request, shop, page.origin == "neutral")
            visit.database, visit.machine = page.database, page.machine
            return await _answer(page, visit)
        except HTTPException:
            raise
        except Refused:
            return _without_viewer(visit, request, shop).conflict()
        except TRANSIENT as error:
            _log_failure(error)
            return _without_viewer(visit, request, shop).unavailable(undone=isinstance(error, UNDONE))
        except Exception as error:
            _log_failure(error)
            return _without_viewer(visit, request, shop).problem(500)

    return answer


async def _answer(page: Page, visit: Visit) -> Response:
    """The page for this viewer: sign-in first, then the permission, then the form, then the view."""
    writes = visit.request.method not in ("GET", "HEAD")
    if page.machine:
        body = await body_of(visit.request, LARGEST_CALL)
        visit.body = body or b""
        return visit.problem(413) if body is None else await _viewed(page, visit)
    token = await _token(page, visit) if writes else ""
    if page.permission is not None:
        if visit.viewer is None:
            return _signed_out(visit) if writes else visit.redirect(f"/sign-in?next={quote(visit.request.url.path)}")
        if writes and _from_our_site(visit) and visit.opened_for != visit.organisation:
            return await page.switched(visit) if page.switched else visit.switched()
        if not visit.viewer.may(page.permission):
            return visit.forbidden()
    if not writes:
        return await page.view(visit)
    if _from_our_site(visit) and visit.shop.signer.token_fits(token, visit.session_cookie):
        return await _viewed(page, visit)
    return visit.signed_out() if _from_our_site(visit) and visit.viewer else visit.problem(403)


async def _viewed(page: Page, visit: Visit) -> Response:
    """A form of which the same was saved at the same moment is looked at once more: the view finds what is there now,
    and answers as it did the first. Where an id is taken by something else, that is a conflict."""
    try:
        return await page.view(visit)
    except UniqueViolationError as lost:
        _log_failure(lost)
    try:
        return await page.view(visit)
    except UniqueViolationError:
        return visit.conflict()


async def _token(page: Page, visit: Visit) -> str:
    """Reads the form; what shows from which page it came, taken out of it."""
    visit.form, visit.unreadable = await form_of(visit.request, page.upload)
    token = (visit.form.pop("csrf_token", None) or [""])[0]
    visit.opened_for = visit.shop.signer.opened_for(token)
    return token


def _signed_out(visit: Visit) -> Response:
    """Nothing is done, and what was written comes back in the page, to be sent again after signing in: for the
    organisation that it was written for, and for no other."""
    visit.organisation = visit.opened_for
    return visit.signed_out() if _from_our_site(visit) else visit.redirect("/sign-in")


def _from_our_site(visit: Visit) -> bool:
    settings = visit.settings
    ours = frozenset(guard.origin_of(url) for url in (settings.public_url, settings.neutral_url))
    return guard.same_origin(visit.request.headers, ours)


def _host(url: str) -> str:
    return guard.origin_of(url).split("//", 1)[1]


def _neutral(request: Request, shop: Shop) -> bool:
    return request.headers.get("host", "") == _host(shop.settings.neutral_url)


def _right_origin(request: Request, page: Page, settings: Settings) -> bool:
    """A page answers at its own origin only; in development also at the process's own port."""
    host = request.headers.get("host", "")
    own, other = settings.public_url, settings.neutral_url
    if page.origin == "neutral":
        own, other = other, own
    return host == _host(own) or (settings.development and host != _host(other))


def _holds_zero(request: Request) -> bool:
    """A character that no database keeps as text: such an address is of no page."""
    return "\0" in request.scope["path"] or "%00" in request.url.query


async def _visit(request: Request, shop: Shop, neutral: bool) -> Visit:
    """The visit with its viewer; a neutral page never looks for one."""
    visit = _without_viewer(None, request, shop)
    request.scope["handrail.origin"] = "neutral" if neutral else "staff"
    cookie = visit.session_cookie
    if shop.access is not None and cookie and not neutral:
        visit.viewer = await _viewer(shop.access, cookie)
        visit.organisation = visit.viewer.organisation_id if visit.viewer else None
    return visit


async def _viewer(access: Database, cookie: str) -> Viewer | None:
    with tracer.start_as_current_span("viewer"):
        return await viewer_of(access, cookie)


def _without_viewer(visit: Visit | None, request: Request, shop: Shop) -> Visit:
    return visit or Visit(request=request, shop=shop, viewer=None, now=clock.now())


def _log_failure(error: BaseException) -> None:
    """Type, place and SQLSTATE only: the text of an exception can carry a person's data."""
    frames = traceback.extract_tb(error.__traceback__)
    place = "|".join(f"{Path(frame.filename).name}:{frame.name}" for frame in frames)
    log.error(
        "page_failed",
        error=type(error).__name__,
        fingerprint=hashlib.sha256(place.encode()).hexdigest()[:12],
        sqlstate=getattr(error, "sqlstate", None),
    )


def _watched(app: ASGIApp, *, secure: bool) -> ASGIApp:
    """Safe headers on every answer, one log line, one span and one measurement, all by route and never by address."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _make_safe(MutableHeaders(scope=message), secure)
            await send(message)

        with tracer.start_as_current_span(scope["method"]) as span:
            try:
                await app(scope, receive, send_safely)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                seconds = time.perf_counter() - began
                span.update_name(f"{scope['method']} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                PAGE_SECONDS.record(seconds, {"route": route, "status": f"{status // 100}xx"})
                if not route.startswith("/assets"):
                    line: dict[str, Any] = {"route": route, "method": scope["method"], "status": status}
                    log.info("request", seconds=round(seconds, 4), **line)

    return run


def _make_safe(headers: MutableHeaders, secure: bool) -> None:
    for name, value in guard.HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
