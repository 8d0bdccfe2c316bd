"""Signing in by OpenID Connect: code flow with PKCE, state and nonce; sessions are ours."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from kit.access import close_session, open_session, viewer_of
from kit.config import Settings
from kit.web import guard, sessions
from kit.web.app import Page
from kit.web.visit import Visit

KEPT = "handrail_signing_in"
KEPT_SECONDS = 600
REFRESH = "handrail_refresh"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
log = structlog.get_logger("signin")


@dataclass(frozen=True, slots=True)
class Told:
    """What the issuer answered: its statement, what to ask it again with, and the keys that it signs with."""

    id_token: str | None
    refresh: str | None
    keys: Any


class Persona(Protocol):
    """Somebody invented to sign in as while developing: the issuer's name for them, and their own."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...


def pages(personas: Sequence[Persona] = ()) -> tuple[Page, ...]:
    """Sign-in, return from the issuer, staying signed in and sign-out; `personas` are offered in development only."""

    async def ask(visit: Visit) -> Response:
        return await _begin(visit) if visit.request.method == "POST" else _ask(visit, personas)

    return (
        Page("/sign-in", ask, methods=("GET", "POST"), public=True),
        Page("/sign-in/return", _return, public=True),
        Page("/sign-in/stay", _stay, methods=("GET", "POST"), public=True),
        Page("/sign-out", _sign_out, methods=("POST",), public=True),
    )


def _ask(visit: Visit, personas: Sequence[Persona]) -> Response:
    visit.form_targets = (guard.origin_of(visit.settings.issuer),)
    offered = personas if visit.settings.development else ()
    target = guard.local_path(visit.query.get("next")) or "/"
    return visit.render("sign_in.html", personas=offered, next=target)


async def _begin(visit: Visit) -> Response:
    """Keeps state, nonce and verifier in a sealed cookie and sends the browser to the issuer."""
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "scope": visit.settings.identity_scope,
        "client_id": visit.settings.client_id,
        "redirect_uri": _return_url(visit.settings),
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if visit.settings.development and (hint := visit.form.get("as")):
        asked["login_hint"] = hint[0]
    async with _client() as client:
        issuer = await _discover(client, visit.settings)
    response = RedirectResponse(f"{issuer['authorization_endpoint']}?{urlencode(asked)}", status_code=303)
    kept["next"] = guard.local_path(visit.form.get("next", [""])[0]) or "/"
    signer = visit.shop.signer
    signer.keep(response, signer.cookie_name(KEPT), signer.close(kept, KEPT), KEPT_SECONDS)
    return response


async def _return(visit: Visit) -> Response:
    """Checks what the issuer says and opens a session for its subject."""
    signer = visit.shop.signer
    kept = signer.open(visit.request.cookies.get(signer.cookie_name(KEPT)), KEPT_SECONDS, KEPT)
    state, code = visit.query.get("state", ""), visit.query.get("code")
    if kept is None or not code or not hmac.compare_digest(state.encode(), kept["state"].encode()):
        return visit.redirect("/sign-in", flash="Signing in was not finished. Sign in again.")
    told = await _told(visit.settings, _by_code(visit.settings, code, kept))
    claims = told and _claims(visit.settings, told, kept["nonce"])
    cookie = None
    if told and claims:
        refresh = _sealed(visit, told.refresh) if told.refresh else None
        cookie = await open_session(visit.access, str(claims["sub"]), claims.get("acr"), refresh, _length(visit))
    if cookie is None:
        log.warning("sign_in_refused", reason="unknown_user" if claims else "token")
        return visit.render("sign_in_refused.html", status=403)
    if visit.session_cookie:
        await close_session(visit.access, visit.session_cookie)
    response = visit.redirect(kept["next"])
    signer.drop(response, signer.cookie_name(KEPT))
    signer.keep(response, visit.settings.cookie_name, cookie)
    return response


async def _sign_out(visit: Visit) -> Response:
    if visit.session_cookie:
        await close_session(visit.access, visit.session_cookie)
    response = visit.redirect("/sign-in", flash="You have signed out.")
    visit.shop.signer.drop(response, visit.settings.cookie_name)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


async def _stay(visit: Visit) -> Response:
    """Somebody stays signed in: the issuer is asked whether they still may, and the session goes on. Where there is
    time enough, or another tab asked just now, nothing is asked."""
    if visit.request.method == "POST":
        await _extend(visit)
        if visit.session_cookie:
            visit.viewer = await viewer_of(visit.access, visit.session_cookie)
    return visit.render("stay.html", status=200 if visit.viewer else 403)


async def _extend(visit: Visit) -> None:
    viewer, cookie = visit.viewer, visit.session_cookie or ""
    if viewer is None or not sessions.is_warned(viewer, visit.now) or not sessions.may_extend(viewer, visit.now):
        return
    longest = sessions.lengths_on(visit.now.date()).longest
    held = await sessions.refresh_of(visit.access, cookie)
    refresh = visit.shop.signer.open(held[1], int(longest.total_seconds()), REFRESH) if held else None
    if held is None or refresh is None:
        return
    told = await _told(visit.settings, {"grant_type": "refresh_token", "refresh_token": refresh["token"]})
    if told is None or (told.id_token and (_claims(visit.settings, told) or {}).get("sub") != held[0]):
        log.warning("session_not_extended", reason="refused" if told is None else "token")
        return
    await sessions.extend(visit.access, cookie, _sealed(visit, told.refresh or refresh["token"]), visit.now)


def _length(visit: Visit) -> timedelta:
    return sessions.lengths_on(visit.now.date()).length


def _sealed(visit: Visit, refresh: str) -> str:
    return visit.shop.signer.close({"token": refresh}, REFRESH)


def _by_code(settings: Settings, code: str, kept: Mapping[str, str]) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _return_url(settings),
        "code_verifier": kept["verifier"],
    }


async def _told(settings: Settings, grant: Mapping[str, str]) -> Told | None:
    """What the issuer answers to a grant; None when it refuses."""
    async with _client() as client:
        issuer = await _discover(client, settings)
        try:
            answer = await client.post(
                issuer["token_endpoint"], data=grant, auth=(settings.client_id, settings.client_secret)
            )
            keys = (await client.get(issuer["jwks_uri"])).raise_for_status().json()
        except httpx.HTTPError:
            raise HTTPException(503) from None
    if answer.status_code != 200:
        return None
    try:
        told = answer.json()
        return Told(told.get("id_token"), told.get("refresh_token"), keys)
    except (ValueError, AttributeError):
        return None


def _claims(settings: Settings, told: Told, nonce: str | None = None) -> dict[str, Any] | None:
    """The issuer's checked statement about who signed in; None when anything about it is wrong."""
    rules = jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": settings.issuer},
        aud={"essential": True, "value": settings.client_id},
        exp={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce} if nonce is not None else {},
    )
    try:
        token = jwt.decode(told.id_token or "", KeySet.import_key_set(told.keys), algorithms=ALGORITHMS)
        rules.validate(token.claims)
    except (JoseError, ValueError, KeyError):
        return None
    return token.claims


async def _discover(client: httpx.AsyncClient, settings: Settings) -> dict[str, str]:
    try:
        answer = await client.get(f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        found: dict[str, str] = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise HTTPException(503) from None
    if found.get("issuer") != settings.issuer:
        raise HTTPException(503)
    return found


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=5.0, follow_redirects=False, trust_env=False)


def _return_url(settings: Settings) -> str:
    return f"{guard.origin_of(settings.public_url)}/sign-in/return"
