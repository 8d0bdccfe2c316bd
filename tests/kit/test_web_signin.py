"""Signing in with the development issuer, and what a session then lets a person see."""

import asyncio
import re
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from kit import clock
from kit.access import open_session
from kit.config import Settings
from kit.database import Database
from kit.web import guard
from kit.web.sessions import lengths_on
from tests.browser import Browser, cookie_of, query_of
from tests.conftest import Databases
from tests.kit.gallery_app import gallery

pytestmark = pytest.mark.service


@dataclass
class Place:
    settings: Settings
    access: Database

    def client(self, cookie: str | None = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=gallery(self.settings, self.access))
        cookies = {self.settings.cookie_name: cookie} if cookie else {}
        return httpx.AsyncClient(transport=transport, base_url=self.settings.public_url, cookies=cookies)

    async def browser(self, persona: str | None) -> Browser:
        cookie = await cookie_of(self.access, persona) if persona else None
        return Browser(gallery(self.settings, self.access), self.settings, cookie)


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[str]:
    """The development issuer as a process; its address."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "handrail.identity", "--port", str(port), stderr=asyncio.subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            try:
                await client.get(f"{address}/.well-known/openid-configuration")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    yield address
    process.kill()
    await process.wait()


@pytest.fixture
async def place(databases: Databases, settings: Settings, issuer: str) -> Place:
    name = await databases.copy_of("access")
    return Place(settings.model_copy(update={"issuer": issuer}), await databases.open(name, "access_web"))


async def begin(client: httpx.AsyncClient, settings: Settings, target: str = "/") -> str:
    """Presses the button of the sign-in page; the issuer's address that the browser is sent to."""
    fields = {"csrf_token": guard.Signer(settings).form_token(None), "as": "officer", "next": target}
    answer = await client.post("/sign-in", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def agreed(authorize: str, subject: str = "officer") -> str:
    """What the issuer sends the browser back to when `subject` presses their button there."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(authorize, data={"sub": subject})
    assert answer.status_code == 302
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


async def test_signing_in_opens_a_session_and_goes_on_to_the_page_asked_for(place: Place) -> None:
    async with place.client() as client:
        back = await agreed(await begin(client, place.settings, "/gallery/private"))
        answer = await client.get(back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/gallery/private")
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("handrail_session="))
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
        assert "Amina Farrow" in (await client.get("/gallery/private")).text


async def test_the_issuer_is_asked_with_state_nonce_and_a_hashed_verifier(place: Place) -> None:
    async with place.client() as client:
        first, second = query_of(await begin(client, place.settings)), query_of(await begin(client, place.settings))
    assert first["response_type"] == "code"
    assert first["code_challenge_method"] == "S256"
    assert first["login_hint"] == "officer"
    assert first["redirect_uri"] == f"{place.settings.public_url}/sign-in/return"
    assert all(len(first[name]) >= 43 and first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


async def test_a_persona_is_signed_in_with_one_press(place: Place) -> None:
    async with place.client() as client, httpx.AsyncClient() as browser:
        answer = await browser.get(await begin(client, place.settings))
        back = urlsplit(answer.headers["location"])
        assert (await client.get(f"{back.path}?{back.query}")).headers["location"] == "/"


@pytest.mark.parametrize("spoilt", ["state", "code", "cookie", "nonce"])
async def test_a_return_that_does_not_fit_opens_no_session(place: Place, spoilt: str) -> None:
    async with place.client() as client, place.client() as other:
        authorize = await begin(client, place.settings)
        if spoilt == "nonce":  # the statement made for another browser's sign-in, with this one's state
            theirs = query_of(await begin(other, place.settings))["nonce"]
            authorize = authorize.replace(query_of(authorize)["nonce"], theirs)
        back = await agreed(authorize)
        if spoilt in ("state", "code"):
            given = parse_qs(urlsplit(back).query)[spoilt][0]
            back = back.replace(given, given[::-1])
        answer = await (other if spoilt == "cookie" else client).get(back)
        assert not any(c.startswith("handrail_session=") for c in answer.headers.get_list("set-cookie"))
        assert answer.headers.get("location") == "/sign-in" or answer.status_code == 403
        assert (await client.get("/gallery/private")).headers["location"] == "/sign-in?next=/gallery/private"


async def test_somebody_the_issuer_knows_and_we_do_not_is_refused_in_plain_words(place: Place) -> None:
    async with place.client() as client:
        answer = await client.get(await agreed(await begin(client, place.settings), "stranger"))
    assert answer.status_code == 403
    assert "You are not signed in" in answer.text
    assert "stranger" not in answer.text


async def test_signing_in_never_leads_to_another_site(place: Place) -> None:
    async with place.client() as client:
        back = await agreed(await begin(client, place.settings, "https://elsewhere.example.org/"))
        assert (await client.get(back)).headers["location"] == "/"


async def test_signing_out_ends_the_session_everywhere(place: Place) -> None:
    cookie = await cookie_of(place.access, "officer")
    async with Browser(gallery(place.settings, place.access), place.settings, cookie) as browser:
        await browser.get("/gallery/private")
        page = await browser.submit("Sign out")
        assert (page.path, page.heading) == ("/sign-in", "Sign in")
        assert "You have signed out." in page.text
    async with place.client(cookie) as thief:
        assert (await thief.get("/gallery/private")).status_code == 303


async def test_a_person_sees_what_their_role_allows_and_a_menu_of_just_that(place: Place) -> None:
    async with await place.browser("officer") as browser:
        page = await browser.get("/gallery/private")
        assert page.texts("a", "govuk-service-navigation__link") == ["Gallery"]
        refused = await browser.get("/gallery/secret", 403)
        assert refused.heading == "You cannot see this page"
    async with await place.browser("leader") as browser:
        await browser.get("/gallery/secret")


async def test_a_person_who_has_left_is_signed_out_at_once(place: Place, databases: Databases) -> None:
    async with await place.browser("officer") as browser:
        await browser.get("/gallery/private")
        name = await place.access.pool.fetchval("select current_database()")
        owner = await databases.open(name, "access_migrate", size=1)
        await owner.pool.execute("update app_user set active = false where subject = 'officer'")
        assert (await browser.get("/gallery/private")).path == "/sign-in"


async def test_a_made_up_cookie_is_nobody(place: Place) -> None:
    for cookie in ("", "x", "é", "0" * 43):
        async with place.client() as client:
            header = {"cookie": f"{place.settings.cookie_name}={cookie}".encode()}
            answer = await client.get("/gallery/private", headers=header)  # type: ignore[arg-type]
        assert answer.status_code == 303, cookie


async def test_a_neutral_page_never_looks_who_is_signed_in(place: Place) -> None:
    cookie = await open_session(place.access, "officer")
    transport = httpx.ASGITransport(app=gallery(place.settings, place.access))
    async with httpx.AsyncClient(transport=transport, base_url=place.settings.neutral_url) as client:
        page = await client.get("/", headers={"cookie": f"{place.settings.cookie_name}={cookie}"})
    assert page.status_code == 200
    assert "Amina Farrow" not in page.text


async def test_when_the_issuer_is_away_the_page_says_so(place: Place) -> None:
    away = Place(place.settings.model_copy(update={"issuer": "http://127.0.0.1:9"}), place.access)
    async with Browser(gallery(away.settings, away.access), away.settings) as browser:
        await browser.get("/sign-in")
        page = await browser.submit("Amina Farrow (officer)", 503)
    assert page.heading == "Not available for a moment"


async def test_outside_development_nobody_is_offered_a_persona(place: Place) -> None:
    addresses = {name: f"https://{name}.example.org" for name in ("public", "neutral")}
    safe = {"environment": "production", "issuer": "https://identity.example.org"}
    strict = place.settings.model_copy(
        update=safe | {"public_url": addresses["public"], "neutral_url": addresses["neutral"]}
    )
    strict.__dict__.pop("cookie_name", None)
    async with Browser(gallery(strict, place.access), strict) as browser:
        page = await browser.get("/sign-in")
    assert page.texts("button") == ["Sign in"]
    assert strict.cookie_name == "__Host-handrail"
    assert "invented" not in page.text


async def signed_in(place: Place, client: httpx.AsyncClient, minutes: int = 5, hours_ago: int = 0) -> None:
    """Signed in at the issuer, with a session that ends in so many minutes and began so many hours ago."""
    client.cookies.clear()
    await place.access.pool.execute("delete from session")
    await client.get(await agreed(await begin(client, place.settings)))
    await place.access.pool.execute(
        "update session set expires_at = now() + make_interval(mins => $1),"
        " opened_at = now() - make_interval(hours => $2)",
        *(minutes, hours_ago),
    )


async def ends(place: Place) -> timedelta:
    left = "select expires_at - now() from session"
    found: timedelta = await place.access.pool.fetchval(left)
    return found


async def stays(place: Place, client: httpx.AsyncClient) -> httpx.Response:
    token = guard.Signer(place.settings).form_token(client.cookies.get(place.settings.cookie_name))
    return await client.post("/sign-in/stay", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "same-origin"})


async def test_the_end_of_a_session_is_said_before_and_one_press_makes_it_longer_through_the_issuer(
    place: Place,
) -> None:
    async with place.client() as client:
        await signed_in(place, client, minutes=50)
        page = (await client.get("/gallery/private")).text
        assert 'data-session data-left="' in page and re.search("data-session[^>]* hidden>", page)
        assert await ends(place) < (before := timedelta(minutes=51))
        await stays(place, client)
        assert await ends(place) < before, "with time enough nothing is asked"
        await signed_in(place, client)
        page = (await client.get("/gallery/private")).text
        assert "You are signed in until" in page and "Stay signed in" in page
        assert not re.search("data-session[^>]* hidden>", page)
        answer = await stays(place, client)
        assert answer.status_code == 200 and "You stay signed in until" in answer.text
        assert timedelta(hours=9) < await ends(place) <= timedelta(hours=10)
        kept = await place.access.pool.fetchval("select refresh from session where extended = 1")
        assert kept and len(kept) > 100, "sealed"
        assert (await client.get("/gallery/private")).status_code == 200
        await place.access.pool.execute("update session set expires_at = now() + interval '5 minutes'")
        await stays(place, client)
        assert await ends(place) > timedelta(hours=9), "and again, with what the issuer gave this time"


async def test_a_session_lasts_no_longer_than_the_limit_however_often_it_is_extended(place: Place) -> None:
    longest = lengths_on(clock.now().date()).longest
    assert longest > timedelta(hours=20), "WCAG 2.2.1 asks for no extension beyond twenty hours"
    async with place.client() as client:
        await signed_in(place, client, hours_ago=16)
        await stays(place, client)
        assert timedelta(hours=7) < await ends(place) <= longest - timedelta(hours=16)
        await signed_in(place, client, hours_ago=24)
        page = (await client.get("/gallery/private")).text
        assert "Nobody stays signed in for longer than 24 hours" in page and "Stay signed in" not in page
        assert "Sign in again (opens in a new tab)" in page
        await stays(place, client)
        assert await ends(place) < timedelta(minutes=6)


async def test_whom_the_issuer_refuses_is_not_extended_and_told_to_sign_in_again(place: Place) -> None:
    async with place.client() as client:
        await signed_in(place, client)
        async with httpx.AsyncClient() as issuer:
            await issuer.post(f"{place.settings.issuer}/users/officer/revoke-tokens")
        answer = await stays(place, client)
        assert "You are signed in until" in answer.text and "asks you to sign in again" in answer.text
        assert await ends(place) < timedelta(minutes=6)
        await place.access.pool.execute("update session set expires_at = now() - interval '1 minute'")
        answer = await stays(place, client)
        assert answer.status_code == 403 and "You are not signed in any more" in answer.text
        assert await ends(place) < timedelta(0), "what is over is not brought back"


async def test_who_came_without_a_token_for_it_is_told_to_sign_in_anew(place: Place) -> None:
    async with await place.browser("officer") as browser:
        await place.access.pool.execute("update session set expires_at = now() + interval '5 minutes'")
        page = await browser.get("/gallery/private")
        assert "You are signed in until" in page.text and page.link("Sign in again (opens in a new tab)") == "/sign-in"
        assert "Stay signed in" not in page.texts("button")
