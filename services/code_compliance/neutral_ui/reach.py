"""How, when and whether the person wants to be reached, said behind their own link. Ways are shut here and none opened:
whoever holds the link may be somebody else."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.refused import Refused
from kit.listening import Context
from kit.web.app import Page, Visit
from kit.web.forms import FieldError
from kit.web.limiting import OF_FORMS, Tries, too_many
from kit.web.once import sent_id
from services.code_compliance.actions import own_rights
from services.code_compliance.neutral_ui.yours import inside
from services.code_compliance.reference.oversight import document

NO_WAY_LEFT = (
    "You stopped every way, so nobody can ask you. Leave one way open, or do not tick this: you can get in touch"
    " yourself at any time"
)
NONE_SAID = "Choose at least one thing, or leave this page"


async def ask(visit: Visit, errors: Sequence[FieldError] = ()) -> Response:
    kept = inside(visit)
    if kept is None:
        return visit.redirect("/yours")
    told = document(own_rights.FILE)
    return visit.render(
        "neutral_ui/reach.html",
        status=422 if errors else 200,
        ways={code: way["words"] for code, way in told["ways"].items()},
        times=told["times"],
        wish_id=uuid4(),
        errors=errors,
        values=visit.form,
    )


async def say(visit: Visit) -> Response:
    kept, told = inside(visit), document(own_rights.FILE)
    if kept is None:
        return visit.redirect("/yours")
    ways, time = visit.form.get("not_by", []), visit.form.get("best_time", ["any"])[0]
    not_at_all, call_back = (visit.form.get(name, [""])[0] == "yes" for name in ("not_at_all", "call_back"))
    wish_id = sent_id(visit, "wish_id")
    if set(ways) - told["ways"].keys() or time not in told["times"]:
        return await ask(visit, [FieldError("not_by", "Choose from the list")])
    if wish_id is None or not (ways or not_at_all or call_back or time != "any"):
        return await ask(visit, [FieldError("not_by", NONE_SAID)])
    if call_back and (not_at_all or not told["ways"].keys() - set(ways)):
        return await ask(visit, [FieldError("call_back", NO_WAY_LEFT)])
    if (until := await Tries(visit, "reach", OF_FORMS).begin()) is not None:
        return too_many(visit, until)
    not_by = tuple(sorted({kind for way in ways for kind in told["ways"][way]["channels"]}))
    wish = own_rights.Wish(wish_id, not_by, not_at_all, time, call_back)
    try:
        async with visit.begin() as tx:
            await own_rights.wish(tx, UUID(kept["request"]), wish, visit.now, proved=kept.get("proved"))
    except Refused as refused:
        return visit.render("neutral_ui/yours_dead.html", status=410, why=refused.code)
    return visit.redirect("/yours/reach/said")


async def said(visit: Visit) -> Response:
    if inside(visit) is None:
        return visit.redirect("/yours")
    return visit.render("neutral_ui/reach_said.html")


def reach_pages(context: Context) -> Sequence[Page]:
    return (
        Page("/yours/reach", ask, origin="neutral", public=True, database="portal"),
        Page("/yours/reach", say, methods=("POST",), origin="neutral", public=True, database="portal"),
        Page("/yours/reach/said", said, origin="neutral", public=True, database="portal"),
    )
