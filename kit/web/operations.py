"""The operations pages of a service in human words: what is stuck, how far behind it is, and what to do about it.

pages=lambda context: (*operations.pages(Operations("Orders", "/orders/operations", LINKS)), ...)
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from kit import audit
from kit.database import Tx
from kit.inbox import orders
from kit.inbox.orders import Order
from kit.standing import Standing, parked_record, standing
from kit.web import words
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse

REASONS = {
    "bad_header": "a header could not be read",
    "missing_header": "a header that must be there was not",
    "bad_key": "its key was missing or wrong",
    "bad_json": "it was no JSON",
    "schema": "a field was missing or not as agreed",
    "too_large": "it was too large",
    "refused": "our rules refused it",
    "defect": "our own code failed on it: tell the developers",
}
WHAT_TO_DO = {
    "refused": "A rule said that this could not be. Replay it when what it contradicts has been put right.",
    "defect": "Report it. Replay it when a mended version runs.",
}
AT_ITS_SOURCE = (
    "Ask its sender to put it right and send it again. Then give this one up, or replay it when our side changed."
)
DISCARDS = {
    "sent_again": "The sender sent a right one in its place",
    "sent_by_mistake": "The sender says it should not have been sent",
    "cannot_be_mended": "Nobody can put it right, and the sender knows",
    "test_record": "It was a test",
}
LATE_SECONDS = 60
_VERSION = re.compile(r"\.v\d+$")
More = Callable[[Visit, Tx], Awaitable[Sequence[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Operations:
    """Where the pages are and what they are called; `more` gives further lines of the summary, key and value; `note`
    says what the numbers count."""

    name: str
    base: str
    others: Sequence[tuple[str, str]]
    more: More | None = None
    note: str = ""


class Give(BaseModel):
    """What the form on a parked record sends."""

    order_id: UUID
    verb: Literal["replay", "discard"]
    reason: Annotated[Literal["sent_again", "sent_by_mistake", "cannot_be_mended", "test_record"] | None, Say("")] = (
        None
    )


def pages(place: Operations) -> Sequence[Page]:
    """The page itself, and one for each record set aside, for those who may replay and discard."""

    async def show(visit: Visit) -> Response:
        return await _show(visit, place)

    async def record(visit: Visit) -> Response:
        return await _record(visit, place)

    async def order(visit: Visit) -> Response:
        return await _order(visit, place)

    return (
        Page(place.base, show, "operations.read"),
        Page(f"{place.base}/records/{{number}}", record, "operations.write"),
        Page(f"{place.base}/records/{{number}}", order, "operations.write", methods=("POST",)),
    )


async def _show(visit: Visit, place: Operations) -> Response:
    async with visit.begin() as tx:
        found = await standing(tx)
        more = await place.more(visit, tx) if place.more else ()
        await audit.record(tx, [audit.seen(visit.signed_in, "operations_seen", "operations", None)])
    return visit.render(
        "operations.html",
        place=place,
        found=found,
        warnings=warnings(visit, found),
        lines=lines(visit, found, more),
        reasons=REASONS,
        named=named,
        others=[{"text": text, "href": href, "active": href == place.base} for text, href in place.others],
    )


def named(kind: str | None) -> str:
    """A kind of record in words: `justice.notice.given.v1` is "Justice notice given"."""
    return re.sub(r"[.-]", " ", _VERSION.sub("", kind)).capitalize() if kind else "A record"


def ago(seconds: float) -> str:
    """ "less than a minute", "5 minutes", "3 hours", "2 days"."""
    for size, one in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return words.plural(int(seconds // size), one)
    return "less than a minute"


def warnings(visit: Visit, found: Standing) -> list[str]:
    """What somebody has to look at now, worst first, as sentences."""
    n, told = found.numbers, []
    silent = found.seconds_since("worker_at", visit.now)
    if silent > LATE_SECONDS:
        told.append(f"The worker has not run for {ago(silent)}: nothing is taken in or sent until it is started again.")
    if found.seconds_since("behind_since", visit.now) > LATE_SECONDS:
        late = ago(found.seconds_since("behind_since", visit.now))
        told.append(f"We have been behind for {late}: {words.plural(n['behind'], 'record')} wait to be taken in.")
    if found.seconds_since("unsent_since", visit.now) > LATE_SECONDS:
        late = ago(found.seconds_since("unsent_since", visit.now))
        told.append(f"What we announce has not left for {late}: is the broker there?")
    if found.seconds_since("unchained_since", visit.now) > LATE_SECONDS:
        late = ago(found.seconds_since("unchained_since", visit.now))
        told.append(f"The audit has not been chained for {late}: tell whoever runs this system.")
    return told


def lines(visit: Visit, found: Standing, more: Sequence[tuple[str, str]]) -> list[dict[str, dict[str, str]]]:
    """The rows of the summary."""
    n = found.numbers
    early = f"{n['waiting']:,}" + (f" ({n['waiting_long']:,} for more than a day)" if n["waiting_long"] else "")
    unsent = f"{n['unsent']:,}"
    if n["unsent"]:
        unsent += f", the oldest for {ago(found.seconds_since('unsent_since', visit.now))}"
    chained = f"{n['chained']:,} entries chained"
    if n["unchained_since"]:
        chained += f", one waits for {ago(found.seconds_since('unchained_since', visit.now))}"
    rows = (
        ("Records taken", f"{n['received']:,}"),
        ("Last record taken", words.when(n["moved_at"]) if n["moved_at"] else "None yet"),
        ("Records not taken yet", f"{n['behind']:,}"),
        ("Facts that came before what they speak of", early),
        ("Announcements not sent yet", unsent),
        ("Audit", chained),
        ("Worker last seen", words.when(n["worker_at"]) if n["worker_at"] else "Not yet"),
        *more,
    )
    return [{"key": {"text": key}, "value": {"text": value}} for key, value in rows]


def _number(visit: Visit) -> int:
    text = str(visit.params["number"])
    if not text.isdecimal() or len(text) > 18:
        raise HTTPException(404)
    return int(text)


async def _record(visit: Visit, place: Operations, errors: Sequence[FieldError] = (), status: int = 200) -> Response:
    number = _number(visit)
    async with visit.begin() as tx:
        found = await parked_record(tx, number)
        if found is None:
            return visit.not_found()
        await audit.record(tx, [audit.seen(visit.signed_in, "parked.seen", "parked", None)])
    return visit.render(
        "operations_record.html",
        status=status,
        errors=list(errors),
        place=place,
        one=found,
        why=REASONS.get(found["reason"], found["reason"]),
        to_do=WHAT_TO_DO.get(found["reason"], AT_ITS_SOURCE),
        discards=DISCARDS,
        order_id=uuid4(),
    )


async def _order(visit: Visit, place: Operations) -> Response:
    number, viewer = _number(visit), visit.signed_in
    form, _ = parse(Give, visit.form)
    if form is None or (form.verb == "discard" and form.reason is None):
        return await _record(visit, place, [FieldError("reason", "Choose why it is given up")], status=422)
    reason = form.reason if form.verb == "discard" else None
    order = Order(form.order_id, number, form.verb, reason, viewer.user_id, viewer.role)
    async with visit.begin() as tx:
        asked = await orders.ask(tx, order, visit.now)
        if asked:
            entry = audit.seen(viewer, f"parked.{form.verb}_asked", "parked", form.order_id, (), reason)
            await audit.record(tx, [entry])
    if asked is None:
        return visit.conflict()
    done = "replayed" if form.verb == "replay" else "given up"
    return visit.redirect(place.base, flash=f"Record {number} is being {done}. What became of it is shown below.")
