"""What keeps a page safe whatever its view does: headers, the origin and token of a form, signed cookies."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from cryptography.fernet import Fernet, InvalidToken
from starlette.responses import Response

from kit.config import Settings

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}


def nonce() -> str:
    return secrets.token_urlsafe(18)


def content_security_policy(script_nonce: str, form_targets: tuple[str, ...] = ()) -> str:
    """The policy of one response; `form_targets` are further origins a form of it may end at after redirects."""
    forms = " ".join(("'self'", *form_targets))
    return (
        f"default-src 'none'; script-src 'nonce-{script_nonce}' 'strict-dynamic' 'self'; style-src 'self'; "
        "img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        f"form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    )


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def refuse_unsafe(settings: Settings) -> None:
    """Stops a start outside development whose addresses are not https, or whose issuer is this very machine."""
    if settings.development:
        return
    for url in (settings.public_url, settings.neutral_url, settings.issuer):
        if not url.startswith("https://"):
            raise ValueError(f"{origin_of(url)} is not https: outside development every address must be")
    if (urlsplit(settings.issuer).hostname or "") in ("localhost", "::1") or "://127." in settings.issuer:
        raise ValueError("the issuer of identities is on this machine: outside development it must not be")


def same_origin(headers: Mapping[str, str], allowed: frozenset[str]) -> bool:
    """Whether a form came from our own pages.

    `Sec-Fetch-Site` decides where the browser sends it: under `no-referrer` the `Origin` of a form is `null`.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin in (None, "null") or origin in allowed


def local_path(target: str | None) -> str | None:
    """`target` when it is a path on this site, else None: a redirect never leaves."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return None if any(ord(sign) < 33 or sign == "\\" for sign in target) else target


class Signer:
    """Form tokens and short-lived sealed cookies, under keys derived from the session key."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.secret("session.key")
        self.secure = not settings.development

    def _derive(self, purpose: str, value: str = "") -> bytes:
        return hmac.digest(self._key, f"{purpose}|{value}".encode(), "sha256")

    def form_token(self, session: str | None, organisation: UUID | None = None) -> str:
        """Of the forms of one session, and of one organisation: what was opened for one is not sent for another."""
        told = organisation.hex if organisation else ""
        return f"{self._derive('form', f'{told}|' + (session or '')).hex()}.{told}"

    @staticmethod
    def opened_for(token: str) -> UUID | None:
        """The organisation that a form was opened for, by what its token says, if only of a session that is over."""
        try:
            return UUID(token.partition(".")[2])
        except ValueError:
            return None

    def proof(self, of: str) -> str:
        """Shows that an address was made here. Never a form token: those are handed out for any session claimed."""
        return self._derive("proof", of).hex()

    def is_proof(self, proof: str, of: str) -> bool:
        """Whether `proof` made it: what it is of was handed out by us, and nobody else chose it."""
        return hmac.compare_digest(proof.encode(), self.proof(of).encode())

    def digest(self, purpose: str, value: str) -> bytes:
        """What stands for a value that is to be counted and not kept."""
        return self._derive(purpose, value)

    def token_fits(self, token: str, session: str | None) -> bool:
        return hmac.compare_digest(token.encode(), self.form_token(session, self.opened_for(token)).encode())

    def _box(self, purpose: str) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derive("cookie", purpose)))

    def close(self, value: Mapping[str, str], purpose: str) -> str:
        """Seals what a cookie holds; `purpose` is the cookie's name: another cookie cannot be given in its place."""
        return self._box(purpose).encrypt(orjson.dumps(dict(value))).decode()

    def open(self, sealed: str | None, seconds: int, purpose: str) -> dict[str, str] | None:
        """What `close` put in for this purpose, unless it is older than `seconds` or was not made here."""
        if not sealed:
            return None
        try:
            opened: dict[str, str] = orjson.loads(self._box(purpose).decrypt(sealed, ttl=seconds))
        except (InvalidToken, ValueError):
            return None
        return opened

    def cookie_name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    def keep(self, response: Response, cookie: str, value: str, seconds: int | None = None) -> None:
        """Sets a cookie for this host alone; `seconds` None keeps it until the browser closes."""
        response.set_cookie(cookie, value, max_age=seconds, httponly=True, samesite="lax", secure=self.secure)

    def drop(self, response: Response, cookie: str) -> None:
        response.delete_cookie(cookie, httponly=True, samesite="lax", secure=self.secure)
