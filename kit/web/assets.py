"""The compiled style sheets, scripts and pictures, served from the package and kept by browsers for a year."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
_BRAND = """:root{{
--govuk-brand-colour:{colour};--govuk-link-colour:{colour};--govuk-link-hover-colour:#0b0c0c;
--govuk-link-visited-colour:{colour};--govuk-link-active-colour:#0b0c0c}}
"""


@cache
def _files() -> dict[str, bytes]:
    return {str(path.relative_to(STATIC)): path.read_bytes() for path in STATIC.rglob("*") if path.is_file()}


class Assets:
    """Every static file by its path, and the address under which it never changes."""

    def __init__(self, brand_colour: str) -> None:
        self._files = {**_files(), "brand.css": _BRAND.format(colour=brand_colour).encode()}
        whole = hashlib.sha256()
        for name in sorted(self._files):
            whole.update(name.encode() + self._files[name])
        self.version = whole.hexdigest()[:16]

    def url(self, name: str) -> str:
        """The lasting address of a file; KeyError when there is none."""
        if name not in self._files:
            raise KeyError(name)
        return f"/assets/v/{self.version}/{name}"

    async def serve(self, request: Request) -> Response:
        """A file: for good under the current version, for an hour under its plain name."""
        version, name = request.path_params.get("version"), request.path_params["name"]
        content = self._files.get(name)
        if content is None:
            return Response(status_code=404)
        kept = "public, max-age=31536000, immutable" if version == self.version else "public, max-age=3600"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        kind = "text/javascript" if name.endswith((".js", ".mjs")) else kind
        return Response(content, media_type=kind, headers={"Cache-Control": kept})


@cache
def assets_in(brand_colour: str) -> Assets:
    """The assets in a colour, read once a process."""
    return Assets(brand_colour)
