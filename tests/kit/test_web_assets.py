"""The compiled style sheets and scripts: pinned, complete, and free of what belongs to GOV.UK."""

import hashlib
import json
import os
import re
from pathlib import Path

import httpx
import pytest

from kit.config import Settings
from kit.web.assets import STATIC, Assets
from tests.kit.gallery_app import gallery

MANIFEST = json.loads((STATIC / "manifest.json").read_text())
REPOSITORY = STATIC.parents[2]


@pytest.mark.parametrize("name", sorted(MANIFEST["sha256"]))
def test_a_compiled_file_is_the_one_that_was_built(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == MANIFEST["sha256"][name]


def test_the_build_pins_what_the_manifest_names() -> None:
    wanted = json.loads((REPOSITORY / "scripts" / "assets" / "package.json").read_text())["devDependencies"]
    locked = json.loads((REPOSITORY / "scripts" / "assets" / "package-lock.json").read_text())["packages"]
    for name, version in MANIFEST["from"].items():
        assert wanted[name] == version == locked[f"node_modules/{name}"]["version"]
    assert all("resolved" not in entry and "integrity" in entry for path, entry in locked.items() if path)


@pytest.mark.parametrize("name", ["govuk-frontend.css", "moj-frontend.css"])
def test_a_style_sheet_has_no_fonts_crest_or_blue_of_govuk(name: str) -> None:
    css = (STATIC / name).read_text()
    for theirs in ("@font-face", "GDS Transport", "govuk-crest.svg", "#1d70b8", "#1a65a6", "#005ea5"):
        assert theirs.lower() not in css.lower()
    families = set(re.findall(r"font-family:([^;}]+)", css))
    assert families <= {"Helvetica,Arial,sans-serif", "sans-serif", "inherit"}


def test_every_picture_of_a_style_sheet_is_there() -> None:
    named = {found for sheet in STATIC.glob("*.css") for found in re.findall(r"url\(([^)]+)\)", sheet.read_text())}
    assert named
    assert [name for name in named if not (STATIC / name).is_file()] == []


async def test_a_file_is_kept_for_good_under_its_version_and_briefly_without(tmp_path: Path) -> None:
    (tmp_path / "session.key").write_bytes(os.urandom(32))
    settings = Settings(environment="test", secrets=tmp_path)
    transport = httpx.ASGITransport(app=gallery(settings))
    async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client:
        lasting = await client.get(Assets(settings.brand_colour).url("app.js"))
        plain = await client.get("/assets/app.js")
        outside = [
            await client.get(path) for path in ("/assets/nothing.css", "/assets/..%2fapp.py", "/assets/v/x/no.js")
        ]
    assert lasting.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "public, max-age=3600"
    assert lasting.headers["content-type"].startswith("text/javascript")
    assert [answer.status_code for answer in outside] == [404, 404, 404]


def test_the_brand_colour_is_a_setting_and_changes_the_version() -> None:
    assert Assets("#123456").url("brand.css") != Assets("#654321").url("brand.css")
    with pytest.raises(KeyError):
        Assets("#123456").url("nothing.css")
