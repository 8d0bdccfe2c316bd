"""Every component in every state, as pages of an imaginary service, for the tests of kit.web."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import asyncpg
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.responses import Response

from contracts.refused import Refused
from kit.config import Settings
from kit.database import Database
from kit.web.app import Link, Page, Visit, make_app
from kit.web.forms import Say, parse
from kit.web.signin import pages as sign_in_pages

HERE = Path(__file__).parent
MOMENT = datetime(2023, 12, 28, 16, 42, tzinfo=UTC)
SECRET = "Zebedee Quillfeather"


class Order(BaseModel):
    name: Annotated[str, Say("Enter the name of the order")] = Field(max_length=20)
    note: str | None = None
    due: Annotated[date, Say("Enter the day it is due", wrong="The day it is due must be a real date, like 27 3 2027")]
    size: Annotated[Literal["small", "large"], Say("Select a size")]
    colours: Annotated[list[Literal["red", "blue"]], Say("Select at least one colour")] = Field(min_length=1)


async def components(visit: Visit) -> Response:
    return visit.render("components.html", moment=MOMENT)


async def empty(visit: Visit) -> Response:
    return visit.render("empty.html")


async def order(visit: Visit) -> Response:
    if visit.request.method == "GET":
        return visit.render("order.html")
    form, errors = parse(Order, visit.form)
    if form is None:
        return visit.render("order.html", status=422, errors=errors)
    return visit.redirect("/gallery/empty", flash=f"Saved for {form.due:%d %B}.")


async def neutral(visit: Visit) -> Response:
    return visit.render("neutral_page.html")


async def private(visit: Visit) -> Response:
    return visit.render("private.html", name=visit.signed_in.name)


async def broken(visit: Visit) -> Response:
    raise ValueError(SECRET)


async def refused(visit: Visit) -> Response:
    raise Refused("", "too_late")


async def unavailable(visit: Visit) -> Response:
    raise ConnectionError(SECRET)


async def deadlocked(visit: Visit) -> Response:
    raise asyncpg.DeadlockDetectedError(SECRET)


PAGES = (
    Page("/gallery/components", components, public=True),
    Page("/gallery/empty", empty, public=True),
    Page("/gallery/order", order, public=True, methods=("GET", "POST")),
    Page("/gallery/private", private, "case.read"),
    Page("/gallery/secret", private, "returns.sign"),
    Page("/gallery/broken", broken, public=True),
    Page("/gallery/refused", refused, public=True),
    Page("/gallery/unavailable", unavailable, public=True, methods=("GET", "POST")),
    Page("/gallery/deadlocked", deadlocked, public=True, methods=("GET", "POST")),
    Page("/", neutral, public=True, origin="neutral"),
    Page("/broken", broken, public=True, origin="neutral"),
)


class Someone(BaseModel):
    name: str = "officer"
    title: str = "Amina Farrow"


def gallery(settings: Settings, access: Database | None = None) -> Starlette:
    """The gallery as an application; pages with a permission need the database of sessions."""
    return make_app(
        "gallery",
        settings,
        [*PAGES, *sign_in_pages([Someone()])],
        databases={},
        templates=HERE / "gallery",
        access=access,
        navigation=[
            Link("Gallery", "/gallery/private", "case.read"),
            Link("Signing", "/gallery/secret", "returns.sign"),
        ],
    )
