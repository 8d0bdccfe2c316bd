"""Save and come back later: around the two views of a form, so that each long form keeps its drafts the same way."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from contracts.refused import Refused
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import whole
from kit.web.once import sent_id
from kit.web.words import when
from services.referral.actions import drafting as acts
from services.referral.actions.drafting import Asked, Where
from services.referral.actions.leg_links import ROLE
from services.referral.store import drafts
from services.referral.store.drafts import Listed

G = TypeVar("G")
View = Callable[[Visit, G], Awaitable[Response]]
NAMES = {
    "intake": "Take somebody in",
    "agreement": "Record an agreement",
    "override": "Share without agreement",
    "transfer": "Transfer",
    "step": "A step of a referral",
    "task": "Close a task",
    "send": "Send to a provider",
    "safeguard": "Safeguards",
    "assessment": "First-contact assessment",
    "needs": "Need in areas of life",
    "posts": "Posts and spend",
    "sign": "Sign a monitoring return",
    "note": "A note",
}
"""What each form is called in the list of drafts."""
OVER = "This draft is over: the form was sent, the draft was thrown away, or its day has passed."
BY_ITSELF = "by_itself"
"""What `later` says when a page saves itself while somebody types."""
_OURS = ("draft_id", "draft_version", "draft_asks", "later")


def kept(form: str, view: View[G], back: str | None = None, *, work: str = "/cases/work") -> View[G]:
    """The view of a form with drafts: `?draft=ID` opens one, the button `later` keeps one, and sending it forgets it.

    `back` is the address that opens the form, where that is not the one it is sent to, with names of the path in
    braces; `work` lists the drafts. Behind a one-time link there is no such list: the form opens as it was left.
    """

    async def answer(visit: Visit, given: G) -> Response:
        if visit.request.method == "GET":
            return await _opened(visit, given, view, form)
        if visit.form.get("later"):
            address = back.format(**visit.params) if back else visit.request.url.path
            return await _later(visit, form, address, work)
        shown = await view(visit, given)
        draft_id = _id(visit, "draft_id")
        if shown.status_code == 303 and draft_id is not None:
            async with visit.begin() as tx:
                await acts.drop(tx, visit.signed_in, draft_id)
        return shown

    return answer


def told_id(visit: Visit, name: str) -> UUID | None:
    """The id of what a form tells that may have a draft: bound to its answers, whatever became of the draft, and
    whatever the page showed beside them."""
    return sent_id(visit, name, (*_OURS, "stood"))


def _by_link(visit: Visit) -> bool:
    return visit.signed_in.role == ROLE


async def _opened(visit: Visit, given: G, view: View[G], form: str) -> Response:
    if "draft" not in visit.query and not _by_link(visit):
        return await view(visit, given)
    path, held = visit.request.url.path, None
    async with visit.begin() as tx:
        draft_id = await drafts.latest(tx, form, path, visit.now) if _by_link(visit) else _as_id(visit.query["draft"])
        if draft_id is not None:
            held = await acts.open_draft(tx, visit.signed_in, visit.sealer, draft_id, visit.now)
    if held is None and "draft" not in visit.query:
        return await view(visit, given)
    if held is None or held.form != form or held.address != path:
        return visit.redirect(path, flash=OVER, done=False)
    fields = await acts.fields_of(visit.sealer, held)
    visit.form = {**fields, "draft_id": [str(held.draft_id)], "draft_version": [str(held.version)]}
    return await view(visit, given)


async def _later(visit: Visit, form: str, address: str, work: str) -> Response:
    fields = {name: values for name, values in visit.form.items() if name not in _OURS}
    asked = Asked(_id(visit, "draft_id"), _number(visit, "draft_version") or 0, _number(visit, "draft_asks"))
    try:
        async with visit.begin() as tx:
            about, referral_id = await _about(tx, visit)
            where = Where(form, address, about, referral_id)
            saved = await acts.save(tx, visit.signed_in, visit.sealer, where, asked, fields, visit.now)
    except Refused:
        return visit.problem(413)
    if visit.form["later"] == [BY_ITSELF]:
        return PlainTextResponse(f"{saved.draft_id} {saved.version}")
    if saved.moved:
        said = "Another tab had saved this form meanwhile: yours is kept as a draft of its own, until"
    else:
        said = "Saved. It is kept until"
    return visit.redirect(work, flash=f"{said} {when(saved.kept_until)}.")


async def _about(tx: Tx, visit: Visit) -> tuple[drafts.About | None, UUID | None]:
    """The case that a form is about, for a provider by its referral; no page where it may not be seen."""
    referral_id = None
    if "case_id" in visit.params:
        found = await drafts.of_case(tx, visit.id("case_id"))
    elif "referral_id" in visit.params or _by_link(visit):
        referral_id = visit.id("referral_id")
        found = await drafts.of_referral(tx, referral_id)
    elif "task_id" in visit.params:
        return await drafts.of_task(tx, visit.id("task_id")), None
    else:
        return None, None
    if found is None:
        raise HTTPException(404)
    return found, referral_id


async def listed(tx: Tx, now: datetime, *, notes: bool = False) -> list[tuple[Listed, str, str]]:
    """The viewer's drafts with their names and how far each is; for the hub its half-written notes too."""
    held = [*await drafts.mine(tx, now), *(await drafts.notes(tx, now) if notes else ())]
    held.sort(key=lambda draft: draft.kept_until)
    return [(draft, NAMES.get(draft.form, draft.form), _far(draft)) for draft in held]


def _far(draft: Listed) -> str:
    """ "7 of 12 answered" """
    if draft.form == "note":
        return "Begun"
    of = f" of {draft.asked}" if draft.asked and draft.asked >= draft.answered else ""
    return f"{draft.answered}{of} answered"


def seen(held: Sequence[tuple[Listed, str, str]]) -> tuple[str, ...]:
    """For the audit: of which forms drafts were shown."""
    return tuple(sorted({draft.form for draft, _, _ in held}))


async def throw_away(visit: Visit, work: str) -> Response:
    """Forgets one's own draft; for everybody else's the page is not there."""
    async with visit.begin() as tx:
        done = await acts.drop(tx, visit.signed_in, visit.id("draft_id"))
    if not done:
        return visit.not_found()
    return visit.redirect(work, flash="The draft was thrown away.")


def _id(visit: Visit, name: str) -> UUID | None:
    return _as_id((visit.form.get(name) or [""])[0])


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(visit: Visit, name: str) -> int | None:
    return whole((visit.form.get(name) or [""])[0])
