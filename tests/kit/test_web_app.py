"""What the application does for every page, whatever its view."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.responses import Response

from kit.config import Settings
from kit.web import app as web_app
from kit.web import guard
from kit.web.app import Page, Visit, make_app
from tests.browser import Browser
from tests.kit.gallery_app import SECRET, gallery

WORDS = {403: "You cannot see this page", 404: "Page not found", 409: "This has changed since you opened it"}


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    (tmp_path / "session.key").write_bytes(os.urandom(32))
    return Settings(environment="test", secrets=tmp_path)


@pytest.fixture
async def browser(local: Settings) -> AsyncIterator[Browser]:
    async with Browser(gallery(local), local) as opened:
        yield opened


def raw(settings: Settings, url: str | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=gallery(settings)), base_url=url or settings.public_url)


async def no_view(visit: Visit) -> Response:
    return Response()


@pytest.mark.parametrize(("permission", "public"), [(None, False), ("case.read", True)])
def test_a_page_has_a_permission_or_is_public_and_never_both(permission: str | None, public: bool) -> None:
    with pytest.raises(ValueError, match="/orders"):
        Page("/orders", no_view, permission, public=public)


@pytest.mark.parametrize("path", ["/gallery/components", "/gallery/empty", "/gallery/order", "/sign-in"])
async def test_the_pages_of_the_gallery_pass_inspection(browser: Browser, path: str) -> None:
    page = await browser.get(path)
    assert "All people here are invented." in page.text


async def test_every_answer_has_the_safe_headers(local: Settings) -> None:
    async with raw(local) as client:
        answers = [await client.get(path) for path in ("/gallery/empty", "/gallery/broken", "/nowhere")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        nonce = policy.split("'nonce-")[1].split("'")[0]
        assert policy == (
            f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'self'; style-src 'self'; "
            "img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert f'nonce="{nonce}"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert len({answer.headers["content-security-policy"] for answer in answers}) == len(answers)


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("/nowhere", 404, "Page not found"),
        ("/gallery/refused", 409, "This has changed since you opened it"),
        ("/gallery/broken", 500, "Something went wrong"),
        ("/gallery/unavailable", 503, "Not available for a moment"),
    ],
)
async def test_an_error_is_said_in_plain_words(browser: Browser, path: str, status: int, heading: str) -> None:
    page = await browser.get(path, status)
    assert page.heading == heading
    assert SECRET not in page.html


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/gallery/deadlocked", "Nothing you sent was saved. Go back and send it again."),
        ("/gallery/unavailable", "We cannot tell whether what you sent was saved."),
    ],
)
async def test_a_form_that_the_database_could_not_take_is_told_whether_it_was_saved(
    browser: Browser, path: str, said: str
) -> None:
    await browser.get("/gallery/order")
    page = await browser.post(path, {}, 503)
    assert said in " ".join(page.text.split())
    assert "saved" not in (await browser.get(path, 503)).text, "who sent nothing is told nothing of saving"


async def test_a_page_that_is_not_there_is_said_so_even_when_sessions_cannot_be_read(local: Settings) -> None:
    class Away:
        class pool:  # noqa: N801 - stands where the pool does
            @staticmethod
            async def fetchrow(*_: object) -> None:
                raise ConnectionError

        @staticmethod
        def begin(*_: object) -> None:
            raise ConnectionError

    app = gallery(local, access=Away())  # type: ignore[arg-type]
    async with Browser(app, local, f"{local.cookie_name}=x") as opened:
        assert (await opened.get("/nowhere", 404)).heading == "Page not found"


async def test_a_failure_is_logged_without_what_the_exception_says(browser: Browser) -> None:
    with structlog.testing.capture_logs() as lines:
        await browser.get("/gallery/broken", 500)
    failed = next(line for line in lines if line["event"] == "page_failed")
    assert failed["error"] == "ValueError"
    assert SECRET not in str(lines)


async def test_a_request_is_logged_and_traced_by_its_route_alone(
    local: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(web_app, "tracer", provider.get_tracer("test"))
    app = make_app(
        "one", local, [Page("/orders/{order_id}", no_view, public=True)], databases={}, templates=Path(__file__).parent
    )
    async with Browser(app, local) as browser:
        with structlog.testing.capture_logs() as lines:
            await browser.get("/orders/4821?page=2")
    [span] = spans.get_finished_spans()
    assert span.name == "GET /orders/{order_id}"
    assert [line["route"] for line in lines] == ["/orders/{order_id}"]
    assert "4821" not in str(lines) + str(span.attributes)
    assert "page=2" not in str(lines) + str(span.attributes)


async def test_a_form_is_answered_by_a_redirect_and_its_message_shows_once(browser: Browser) -> None:
    await browser.get("/gallery/order")
    filled = {
        "name": "Lamps",
        "due-day": "27",
        "due-month": "3",
        "due-year": "2027",
        "size": "small",
        "colours": ["red"],
    }
    page = await browser.submit("Save", **filled)
    assert (page.path, page.texts("div", "govuk-notification-banner__content")) == (
        "/gallery/empty",
        ["Saved for 27 March."],
    )
    assert browser.page is not None
    assert (await browser.get("/gallery/empty")).all("div", "govuk-notification-banner") == []


async def test_a_form_that_is_wrong_says_what_to_do_and_keeps_what_was_typed(browser: Browser) -> None:
    await browser.get("/gallery/order")
    page = await browser.submit("Save", 422, name="Lamps", **{"due-day": "31", "due-month": "2", "due-year": "2027"})
    assert page.errors == [
        "The day it is due must be a real date, like 27 3 2027",
        "Select a size",
        "Select at least one colour",
    ]
    assert [link.get("href") for link in page.all("a") if "Select a size" in "".join(link.itertext())] == ["#size"]
    kept = {field.get("name"): field.get("value") for field in page.all("input")}
    assert (kept["name"], kept["due-day"], kept["due-month"]) == ("Lamps", "31", "2")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 422),
        ({"Origin": "http://127.0.0.1:8000"}, 422),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://elsewhere.example.org"}, 403),
    ],
)
async def test_a_form_comes_from_our_own_pages(local: Settings, headers: dict[str, str], status: int) -> None:
    token = guard.Signer(local).form_token(None)
    async with raw(local) as client:
        answer = await client.post("/gallery/order", data={"csrf_token": token}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("token", [None, "", "é", "0" * 64])
async def test_a_form_without_its_token_changes_nothing(local: Settings, token: str | None) -> None:
    async with raw(local) as client:
        fields = {} if token is None else {"csrf_token": token}
        answer = await client.post("/gallery/order", data=fields or None, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code in (403, 415)
    assert "Select a size" not in answer.text


async def test_the_token_of_one_session_does_not_fit_another(local: Settings) -> None:
    signer = guard.Signer(local)
    assert signer.token_fits(signer.form_token("mine"), "mine")
    assert not signer.token_fits(signer.form_token("mine"), "yours")
    one, other = UUID(int=1), UUID(int=2)
    token = signer.form_token("mine", one)
    assert signer.token_fits(token, "mine") and signer.opened_for(token) == one
    assert not signer.token_fits(token.replace(one.hex, other.hex), "mine"), "nobody says for whom it was opened"
    assert not signer.token_fits(token.partition(".")[0], "mine") and signer.opened_for("of no page") is None


async def test_a_character_that_no_database_keeps_is_left_out_of_a_form_and_of_no_address(local: Settings) -> None:
    async with raw(local) as client:
        sent = {"csrf_token": guard.Signer(local).form_token(None), "name": "La\0mp", "no\0te": "x"}
        answer = await client.post("/gallery/order", data=sent)
        asked = [await client.get(path) for path in ("/gallery/empty?page=%00", "/gallery/em%00pty")]
    assert answer.status_code == 422 and 'value="Lamp"' in answer.text
    assert [each.status_code for each in asked] == [404, 404]


@pytest.mark.parametrize("sealed", [b"nothing", b"\xe9", b"gAAAAA" * 30])
async def test_a_message_that_was_not_sealed_here_breaks_no_page(local: Settings, sealed: bytes) -> None:
    async with raw(local) as client:
        name = guard.Signer(local).cookie_name("handrail_flash").encode()
        answer = await client.get("/gallery/empty", headers={b"cookie": name + b"=" + sealed})
    assert answer.status_code == 200


async def test_a_form_that_is_too_large_is_not_read(local: Settings) -> None:
    async with raw(local) as client:
        answer = await client.post("/gallery/order", data={"note": "x" * 1_000_001})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example.org/", "//elsewhere.example.org", "/\\x", "orders", "/a\nb", ""]
)
def test_a_redirect_never_leaves_the_site(target: str) -> None:
    assert guard.local_path(target) is None


async def test_a_page_with_a_permission_sends_the_signed_out_to_sign_in_and_back(local: Settings) -> None:
    async with raw(local) as client:
        read = await client.get("/gallery/private?page=2")
        written = await client.post("/gallery/private")
    assert (read.status_code, read.headers["location"]) == (303, "/sign-in?next=/gallery/private")
    assert written.status_code == 405


async def test_each_origin_shows_only_its_own_pages(local: Settings) -> None:
    async with raw(local) as staff, raw(local, local.neutral_url) as neutral:
        assert (await staff.get("/gallery/empty")).status_code == 200
        assert (await neutral.get("/gallery/empty")).status_code == 404
        assert (await neutral.get("/")).status_code == 200
        assert (await staff.get("/broken")).status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/broken", 500), ("/nowhere", 404)])
async def test_a_neutral_page_names_neither_the_product_nor_why(local: Settings, path: str, status: int) -> None:
    async with Browser(gallery(local), local, neutral=True) as browser:
        page = await browser.get(path, status)
    assert local.product not in page.html
    assert "invented" not in page.html
    assert "/sign-in" not in page.html


async def test_leaving_forgets_the_site_and_shows_the_weather(local: Settings) -> None:
    async with raw(local, local.neutral_url) as client:
        answer = await client.get("/exit", headers={"Cookie": "yours=kept; visit=kept"})
    ended = answer.headers.get_list("set-cookie")
    assert [one.split("=")[0] for one in ended] == ["yours", "visit"] and all("Max-Age=0" in one for one in ended)
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert urlsplit(answer.headers["location"]).path == "/weather"


@pytest.mark.parametrize(
    "changed",
    [
        {"public_url": "http://hub.example.org"},
        {"neutral_url": "http://questions.example.org"},
        {"issuer": "http://identity.example.org"},
        {"issuer": "https://127.0.0.1:8002"},
        {"issuer": "https://localhost"},
    ],
)
def test_production_refuses_to_start_on_unsafe_addresses(local: Settings, changed: dict[str, str]) -> None:
    safe = {"public_url": "https://hub.example.org", "neutral_url": "https://questions.example.org"}
    safe["issuer"] = "https://identity.example.org"
    gallery(Settings(environment="production", secrets=local.secrets, **safe))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"https|this machine"):
        gallery(Settings(environment="production", secrets=local.secrets, **(safe | changed)))  # type: ignore[arg-type]
