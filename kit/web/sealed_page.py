"""A page in one file that opens anywhere without us: sealed under a passphrase, and opened by it in a browser.

PBKDF2-HMAC-SHA-256 and AES-256-GCM, because every browser has both; `handrail downtime-sheet FILE` opens it too.
"""

import base64
import os
import re
from hashlib import pbkdf2_hmac
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROUNDS = 600_000
"""source: OWASP password storage cheat sheet, PBKDF2-HMAC-SHA256, 2023; read 2026-11-25"""
SHORTEST = 14
_PAGE = (Path(__file__).parent / "sealed_page.html").read_text(encoding="utf-8")
_SEALED = re.compile(r'data-sealed="([A-Za-z0-9+/=]+)" data-salt="([A-Za-z0-9+/=]+)" data-rounds="(\d+)"')


class CannotOpenPage(Exception):
    """The passphrase is wrong, or the file was changed or is none of ours."""


def _key(passphrase: str, salt: bytes, rounds: int) -> bytes:
    return pbkdf2_hmac("sha256", passphrase.encode(), salt, rounds)


def seal_page(html: str, passphrase: str) -> str:
    """A page that shows nothing but a field for the passphrase; `html` is the body that it opens to."""
    salt, nonce = os.urandom(16), os.urandom(12)
    closed = nonce + AESGCM(_key(passphrase, salt, ROUNDS)).encrypt(nonce, html.encode(), None)
    sealed, salted = base64.b64encode(closed).decode(), base64.b64encode(salt).decode()
    return _PAGE.replace("{sealed}", f'data-sealed="{sealed}" data-salt="{salted}" data-rounds="{ROUNDS}"')


def open_page(page: str, passphrase: str) -> str:
    """What `seal_page` closed; raises CannotOpenPage."""
    found = _SEALED.search(page)
    if found is None or int(found[3]) > 10 * ROUNDS:
        raise CannotOpenPage
    closed, salt = base64.b64decode(found[1]), base64.b64decode(found[2])
    try:
        return AESGCM(_key(passphrase, salt, int(found[3]))).decrypt(closed[:12], closed[12:], None).decode()
    except InvalidTag:
        raise CannotOpenPage from None
