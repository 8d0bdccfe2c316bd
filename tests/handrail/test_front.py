"""The front proxy: the path table, what passes, what does not, and what it says when a service is away."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contracts.addresses import Origin, service_of
from handrail.front import METHODS, make_front

STAFF, NEUTRAL = "http://127.0.0.1:8000", "http://localhost:8001"
SERVICES = {name: f"http://{name}.inner" for name in ("referral", "code_compliance", "feedback", "returns")}


async def echo(request: Request) -> Response:
    """What a service got, as JSON."""
    body = await request.body()
    told = {
        "host": request.scope["server"][0],
        "path": request.scope["raw_path"].decode(),
        "query": request.scope["query_string"].decode(),
        "headers": {name.decode(): value.decode() for name, value in request.headers.raw},
        "body": body.decode(),
    }
    response = JSONResponse(told, headers={"connection": "x-private", "x-private": "1", "keep-alive": "5"})
    response.headers.append("set-cookie", "a=1")
    response.headers.append("set-cookie", "b=2")
    return response


class Away(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")


@pytest.fixture
async def through() -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """`through("staff")`: a browser at that origin; `away=True`: no service answers."""
    opened: list[httpx.AsyncClient] = []

    def browser(origin: Origin = "staff", away: bool = False) -> httpx.AsyncClient:
        upstream = Starlette(routes=[Route("/{path:path}", echo, methods=METHODS)])
        inner = httpx.AsyncClient(transport=Away() if away else httpx.ASGITransport(upstream))
        inner.headers.clear()
        url = STAFF if origin == "staff" else NEUTRAL
        outer = httpx.ASGITransport(make_front(origin, url, SERVICES, inner))
        client = httpx.AsyncClient(transport=outer, base_url=url)
        opened.extend((inner, client))
        return client

    yield browser
    for client in opened:
        await client.aclose()


@pytest.mark.parametrize(
    "path", ["/", "/cases/1", "/rights", "/rights/operations", "/returns", "/published", "/operations"]
)
async def test_an_address_reaches_the_service_of_the_path_table(
    through: Callable[..., httpx.AsyncClient], path: str
) -> None:
    assert (await through().get(path)).json()["host"] == f"{service_of(path)}.inner"


async def test_every_neutral_address_is_feedbacks(through: Callable[..., httpx.AsyncClient]) -> None:
    for path in ("/", "/cases", "/q/abc"):
        assert (await through("neutral").get(path)).json()["host"] == "feedback.inner"


async def test_path_query_method_and_body_arrive_as_sent(through: Callable[..., httpx.AsyncClient]) -> None:
    told = (await through().post("/cases/a%2Fb?x=1&y=%20", content=b"name=1")).json()
    assert (told["path"], told["query"], told["body"]) == ("/cases/a%2Fb", "x=1&y=%20", "name=1")


async def test_the_front_says_who_asks_and_believes_nobody_about_it(through: Callable[..., httpx.AsyncClient]) -> None:
    lies = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=6.6.6.6",
        "X-Real-IP": "6.6.6.6",
    }
    headers = (await through().get("/cases", headers=lies)).json()["headers"]
    assert "6.6.6.6" not in str(headers)
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert (headers["x-forwarded-host"], headers["x-forwarded-proto"]) == ("127.0.0.1:8000", "http")


async def test_headers_of_one_hop_end_here_in_both_directions(through: Callable[..., httpx.AsyncClient]) -> None:
    response = await through().get("/cases", headers={"Connection": "x-mine", "X-Mine": "1", "TE": "trailers"})
    assert {"x-mine", "te"} & set(response.json()["headers"]) == set()
    assert {"x-private", "keep-alive"} & set(response.headers) == set()
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]


async def test_the_neutral_origin_never_hears_of_a_staff_session(through: Callable[..., httpx.AsyncClient]) -> None:
    crumbs = {"Cookie": "handrail_session=secret; other=1"}
    assert (await through("neutral").get("/", headers=crumbs)).json()["headers"]["cookie"] == "other=1"
    assert "secret" in (await through("staff").get("/", headers=crumbs)).json()["headers"]["cookie"]


async def test_another_name_of_this_machine_leads_to_the_one_we_sign_in_at(
    through: Callable[..., httpx.AsyncClient],
) -> None:
    response = await through().get("/cases?page=2", headers={"Host": "localhost:8000"})
    assert (response.status_code, response.headers["location"]) == (307, f"{STAFF}/cases?page=2")


async def test_a_service_that_is_away_is_said_in_plain_words(through: Callable[..., httpx.AsyncClient]) -> None:
    response = await through(away=True).get("/rights")
    assert response.status_code == 502
    assert "code_compliance is not answering" in response.text
    assert response.headers["cache-control"] == "no-store"


async def test_the_neutral_page_of_absence_does_not_say_what_it_belongs_to(
    through: Callable[..., httpx.AsyncClient],
) -> None:
    response = await through("neutral", away=True).get("/")
    assert response.status_code == 502
    assert "feedback" not in response.text.lower()


async def test_the_front_answers_for_itself(through: Callable[..., httpx.AsyncClient]) -> None:
    assert (await through(away=True).get("/livez")).text == "live"


@pytest.mark.parametrize("origin", ["staff", "neutral"])
async def test_what_a_process_tells_those_who_watch_it_is_not_there_for_people(
    through: Callable[..., httpx.AsyncClient], origin: Origin
) -> None:
    for path in ("/metrics", *(("/livez", "/readyz") if origin == "neutral" else ())):
        assert (await through(origin).get(path)).status_code == 404


async def test_what_one_visitor_was_given_is_never_sent_with_another(
    through: Callable[..., httpx.AsyncClient],
) -> None:
    for origin in ("staff", "neutral"):
        first = through(origin)
        assert (await first.get("/cases")).cookies["a"] == "1"
        first.cookies.clear()
        again = (await first.get("/cases")).json()["headers"]
        assert "cookie" not in again, "whoever brings no cookie has none"
        own = (await first.get("/cases", headers={"cookie": "mine=3"})).json()["headers"]
        assert own["cookie"] == "mine=3"
