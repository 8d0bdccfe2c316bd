"""An e-mail address, read as exactly one: what a message is sent to must never hold a second address or a header."""

import re

_LOCAL = r"[^\s@,;:<>()\[\]\\\"]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+{_LABEL}")
LIKE = "Enter one e-mail address and nothing else, like name@example.org"
LONGEST = 254
"""Source: RFC 5321, 4.5.3.1 (a path is at most 256 signs, with its two brackets)."""


def one_address(text: str) -> str | None:
    """The address, without what stands around it; None where the text is anything else: two addresses, a name beside
    one, a control sign, brackets."""
    plain = text.strip(" ")
    if len(plain) > LONGEST or not plain.isprintable():
        return None
    return plain if _ADDRESS.fullmatch(plain) else None
