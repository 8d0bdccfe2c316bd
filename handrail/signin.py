"""`handrail sign-in`: a session of a persona, for development and for tests."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from contracts.reference import personas
from handrail.failing import Failed
from handrail.local.state import data_folder, running
from handrail.options import DataOption, JsonOption
from kit.access import open_session
from kit.config import Settings
from kit.database import connect

app = typer.Typer()


class OnlyInDevelopment(Failed):
    """Outside development people sign in at the identity provider; nobody is signed in from a terminal."""


async def session(settings: Settings, name: str) -> str:
    """The value of a fresh session cookie; OnlyInDevelopment elsewhere, Failed when the users were never made."""
    if not settings.development:
        raise OnlyInDevelopment(OnlyInDevelopment.__doc__)
    access = await connect(settings, "access", "access_web", size=1)
    try:
        cookie = await open_session(access, name, "development")
    finally:
        await access.close()
    if cookie is None:
        raise Failed(f"The persona {name} is no user here. `handrail down`, then `handrail up` makes them.")
    return cookie


def sign_in(data: Path, name: str) -> str:
    """`handrail_session=...` for the persona `name` of the system of `data`."""
    settings = running(data).settings()
    return f"{settings.cookie_name}={asyncio.run(session(settings, name))}"


@app.command("sign-in")
def sign_in_command(
    persona: Annotated[str, typer.Option("--as", metavar="PERSONA", help="officer, leader, idva.worker, ...")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a session cookie for a persona. Development only."""
    names = [known.name for known in personas()]
    if persona not in names:
        raise typer.BadParameter(f"{persona} is no persona; choose one of {', '.join(names)}", param_hint="--as")
    cookie = sign_in(data_folder(data), persona)
    name, _, value = cookie.partition("=")
    print(json.dumps({"persona": persona, "name": name, "value": value}) if as_json else cookie)
