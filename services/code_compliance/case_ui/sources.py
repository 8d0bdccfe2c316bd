"""Sources of the catalogue as links, each marked where it was recalled and not read."""

from typing import Any


def source_in_words(text: str) -> dict[str, Any]:
    """ "sourced: https://... [what]" as a link; anything else as words, marked unverified."""
    kind, _, rest = text.partition(": ")
    address, _, what = rest.partition(" ")
    if kind == "sourced" and address.startswith("http"):
        host = address.split("/")[2].removeprefix("www.")
        return {"href": address, "text": host, "what": what.strip("[]"), "unverified": False}
    return {"href": None, "text": rest or "no source was read", "what": "", "unverified": True}
