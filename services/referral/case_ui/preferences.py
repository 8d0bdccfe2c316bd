"""How the pages behave for one worker: single-key shortcuts, and when names are blurred."""

from typing import Annotated, Literal

from pydantic import BaseModel
from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from services.referral.case_ui.room import Desk
from services.referral.store import preferring
from services.referral.store.preferring import Settings

KEYS = {
    "/": "go to Find a case",
    "m": "all my cases",
    "b": "notices",
    "o": "tasks",
    "n": "write a note (on the notes of a case)",
    "a": "choose a worker (on a case)",
    "p": "print (on a case)",
    "?": "this page",
}
BLUR = {"15": "15 seconds", "30": "30 seconds", "60": "1 minute", "180": "3 minutes"}


class Chosen(BaseModel):
    shortcuts: Annotated[Literal["on", "off"], Say("Choose whether single keys do anything")]
    blur: Annotated[Literal["15", "30", "60", "180"], Say("Choose after how long names are blurred")]


async def show(visit: Visit, desk: Desk, errors: tuple[FieldError, ...] = ()) -> Response:
    async with visit.begin() as tx:
        held = await preferring.settings(tx)
    shown = {"shortcuts": ["on" if held.shortcuts else "off"], "blur": [str(held.blur_seconds)]}
    return visit.render(
        "case_ui/preferences.html",
        status=422 if errors else 200,
        shown=visit.form or shown,
        preferences=held,
        keys=KEYS,
        blur=BLUR,
        errors=errors,
    )


async def choose(visit: Visit, desk: Desk) -> Response:
    form, errors = parse(Chosen, visit.form)
    if form is None:
        return await show(visit, desk, tuple(errors))
    async with visit.begin() as tx:
        chosen = Settings(form.shortcuts == "on", int(form.blur))
        await preferring.set_settings(tx, visit.signed_in.user_id, chosen)
        await audit.record(tx, [audit.seen(visit.signed_in, "settings.changed", "worker", visit.signed_in.user_id)])
    return visit.redirect("/cases/settings", flash="Saved.")
