"""The one door on one machine: a small reverse proxy with the path table of contracts.addresses.

`python -m handrail.front --staff URL --neutral URL SERVICE=HOST:PORT...` serves staff and providers at the first
address and the neutral victim pages at the second. A deployment has a gateway with the same table instead.
"""

import argparse
import asyncio
import html
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from contracts.addresses import INSIDE, Origin, service_of

HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer trailers"
    b" transfer-encoding upgrade".split()
)
CLAIMED = frozenset(b"forwarded x-forwarded-for x-forwarded-host x-forwarded-proto x-real-ip host".split())
"""What a browser may not say of itself: the front says it."""
NOBODYS = DefaultCookiePolicy(allowed_domains=[])
"""A client keeps the cookies it is given and sends them with what follows: here that would be another visitor's
request."""
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Headers = list[tuple[bytes, bytes]]

AWAY = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sorry, this page is not available</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Sorry, this page is not available</h1>
<p>{what} Nothing you saved is lost. Try again in a minute.</p></main></body></html>
"""


def passed_on(headers: Sequence[tuple[bytes, bytes]], dropped: frozenset[bytes] = frozenset()) -> Headers:
    """The headers that go through: not those of one hop, nor those that `Connection` names."""
    named = {
        word.strip().lower() for name, value in headers if name.lower() == b"connection" for word in value.split(b",")
    }
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | dropped | named]


def without_session(headers: Headers) -> Headers:
    """The same headers, but no staff session in the cookies: the neutral origin never learns of one."""
    kept: Headers = []
    for name, value in headers:
        if name == b"cookie":
            crumbs = [crumb for crumb in value.split(b"; ") if not crumb.startswith(b"handrail_session=")]
            if crumbs:
                kept.append((name, b"; ".join(crumbs)))
        else:
            kept.append((name, value))
    return kept


class Front:
    """One origin: sends each request to the service that the path table names."""

    def __init__(self, origin: Origin, url: str, services: Mapping[str, str], client: httpx.AsyncClient) -> None:
        self.origin: Origin = origin
        self.url = url
        self._host = urlsplit(url).netloc
        self._services = services
        self._client = client
        client.cookies.jar.set_policy(NOBODYS)

    async def answer(self, request: Request) -> Response:
        if self.origin == "staff" and request.method in ("GET", "HEAD") and self._other_name(request):
            return RedirectResponse(self.url + _target(request), status_code=307)
        service = service_of(request.url.path, self.origin)
        try:
            reply = await self._client.send(self._forward(request, service), stream=True)
        except ClientDisconnect:
            return Response(status_code=499)
        except httpx.TransportError:
            return unavailable(self.origin, service)
        return _stream(reply)

    def _other_name(self, request: Request) -> bool:
        """Another name of this machine: its cookies would not be those of the address we sign in at."""
        return request.headers.get("host", self._host) != self._host

    def _forward(self, request: Request, service: str) -> httpx.Request:
        headers = passed_on(request.headers.raw, CLAIMED)
        if self.origin == "neutral":
            headers = without_session(headers)
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in request.headers.raw)
        return self._client.build_request(
            request.method,
            self._services[service] + _target(request),
            headers=headers + self._said_of(request),
            content=request.stream() if has_body else None,
        )

    def _said_of(self, request: Request) -> Headers:
        address = request.client.host if request.client else "unknown"
        return [
            (b"host", self._host.encode()),
            (b"x-forwarded-for", address.encode()),
            (b"x-forwarded-host", self._host.encode()),
            (b"x-forwarded-proto", urlsplit(self.url).scheme.encode()),
        ]


def _target(request: Request) -> str:
    path, query = request.scope["raw_path"].decode("ascii"), request.scope["query_string"].decode("ascii")
    return f"{path}?{query}" if query else path


def _stream(reply: httpx.Response) -> Response:
    async def body() -> AsyncIterator[bytes]:
        try:
            async for chunk in reply.aiter_raw():
                yield chunk
        finally:
            await reply.aclose()

    response = StreamingResponse(body(), status_code=reply.status_code)
    response.raw_headers = passed_on(reply.headers.raw)
    return response


def unavailable(origin: Origin, service: str) -> Response:
    """502 in words. Victim pages do not say what they are part of."""
    what = "This part of the site is not answering." if origin == "neutral" else f"{service} is not answering."
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'", "Retry-After": "60"}
    return HTMLResponse(AWAY.format(what=html.escape(what)), status_code=502, headers=headers)


async def _nothing(_: Request) -> Response:
    return PlainTextResponse("Not found", status_code=404)


async def _live(_: Request) -> Response:
    return PlainTextResponse("live")


def make_front(origin: Origin, url: str, services: Mapping[str, str], client: httpx.AsyncClient) -> Starlette:
    """The application of one origin; `services` are base addresses by name."""
    front = Front(origin, url, services, client)
    probes = [Route(path, _live) for path in ("/livez", "/readyz")] if origin == "staff" else []
    inside = [Route(path, _nothing) for path in INSIDE]
    return Starlette(routes=[*probes, *inside, Route("/{path:path}", front.answer, methods=METHODS)])


async def serve(fronts: Mapping[Origin, str], services: Mapping[str, str]) -> None:
    """Serves each origin at its address until told to stop."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=4)
    timeout = httpx.Timeout(60, connect=3)
    async with httpx.AsyncClient(limits=limits, timeout=timeout, follow_redirects=False, trust_env=False) as client:
        client.headers.clear()
        servers = [
            uvicorn.Server(_config(make_front(origin, url, services, client), urlsplit(url).port or 80))
            for origin, url in fronts.items()
        ]
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _stop, servers)
        await asyncio.gather(*(server._serve() for server in servers))


def _config(app: Starlette, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )


def _stop(servers: Sequence[uvicorn.Server]) -> None:
    for server in servers:
        server.should_exit = True


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m handrail.front", description=__doc__)
    words.add_argument("--staff", required=True)
    words.add_argument("--neutral", required=True)
    words.add_argument("service", nargs="+", metavar="SERVICE=HOST:PORT")
    told = words.parse_args()
    services = {name: f"http://{place}" for name, place in (word.split("=", 1) for word in told.service)}
    asyncio.run(serve({"staff": told.staff, "neutral": told.neutral}, services))


if __name__ == "__main__":
    main()
