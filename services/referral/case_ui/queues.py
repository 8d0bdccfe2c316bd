"""The hub's queues, and the search that leaves nothing personal in an address."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from contracts.identity import read_reference
from contracts.marks import HIGH_RISK
from contracts.reference import AREAS
from contracts.vocabulary import HOLDS, SERVICE_LINES
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, whole
from services.referral import desk_books
from services.referral.actions import late_legs
from services.referral.case_ui import home, words
from services.referral.case_ui.finding import of_people
from services.referral.case_ui.room import Desk, badges, one
from services.referral.domain.facts import stays_high
from services.referral.domain.queue_words import COLUMNS
from services.referral.store import cases, preferring, queues, tasks
from services.referral.store.queues import Filters

_CASE = re.compile(r"^case\s+", re.IGNORECASE)
"""How every page of a case begins; a reference is copied with it."""
LATE = {
    "not_answered": "no answer in time",
    "not_reached": "the person not reached in time",
    "no_worker": "nobody named there",
    "check_in_past": "a check-in past",
    "review_past": "the review of a hold past",
}
"""What a provider has let pass, in a queue."""
NO_SUCH = "Choose from the list: what was asked for is not in it, so the queue is not narrowed by it"
ABOVE = 4
"""How many queues stand above the cases, in the order of their file; the others stand under them."""
NOTHING_SOUGHT = "Enter a reference, a full name, a phone number or a crime number"


async def show(
    visit: Visit, desk: Desk, errors: tuple[FieldError, ...] = (), asked: Mapping[str, str] | None = None
) -> Response:
    """A queue; `asked`: what narrows it, where that is not in the address. Where none is asked for, those whose life is
    at risk come first while there are any."""
    asked = visit.query if asked is None else asked
    number = asked.get("page", "1")
    filters = Filters(
        line=_known(asked, "line", SERVICE_LINES),
        hold=_known(asked, "hold", HOLDS),
        area=_known(asked, "area", tuple(place.code for place in AREAS)),
        changed=asked.get("changed") == "yes",
        sort=_known(asked, "sort", tuple(queues.SORTS)),
    )
    async with visit.begin() as tx:
        counts = await queues.counts(tx)
        slug = asked.get("queue") or ("now" if counts["now"] else "waiting")
        page = await queues.queue(tx, slug, filters, whole(number) or 1)
        if page is None:
            return visit.not_found()
        preferences = await preferring.settings(tx)
        own = await home.own(tx, visit, page, whole="queue" not in asked)
        late = await late_legs.of_cases(tx, desk.books, [row.case_id for row in page.rows], visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "queue_seen", "queue", None, (slug,))])
    unknown = [name for name in ("line", "hold", "area", "sort") if asked.get(name) and getattr(filters, name) is None]
    errors = (*errors, *(FieldError(name, NO_SUCH) for name in unknown))
    chosen = {"line": filters.line, "hold": filters.hold, "area": filters.area, "sort": filters.sort}
    chosen |= {"changed": "yes" if filters.changed else None}
    tabs = [_tab(name, each.title, counts.get(name), slug) for name, each in desk_books.queues().items()]
    return visit.render(
        "case_ui/queue.html",
        status=422 if errors else 200,
        page=page,
        queue=desk_books.queues()[slug],
        headings=COLUMNS,
        tabs=(tabs[:ABOVE], tabs[ABOVE:]),
        rows=[
            {
                "row": row,
                "signs": _signs(row),
                "late": list(dict.fromkeys(LATE[leg.kind] for leg in late.get(row.case_id, ()))),
                "left": words.time_left(row.act_by, visit.now),
                "limit": words.limit(row.act_by, row.next_due, row.next_entitlement),
                "place": words.area(row.home_local_authority or row.local_authority),
                "news": own.news(row),
                "worker": own.names.get(row.assigned_to) if row.assigned_to else None,
            }
            for row in page.rows
        ],
        words=words.words,
        chosen=chosen,
        narrowed="".join(f"&{name}={value}" for name, value in chosen.items() if value),
        options=_options(),
        own=own,
        preferences=preferences,
        batch_id=uuid4(),
        reasons=_items("As the rule suggests", list(desk_books.allocation().reasons.items())),
        errors=errors,
    )


def _options() -> dict[str, list[dict[str, str]]]:
    """What narrows and orders a queue, to choose from."""
    return {
        "line": _items("Any service", [(line, words.words(line)) for line in SERVICE_LINES if line != "other"]),
        "hold": _items("Any hold", [(hold, words.words(hold)) for hold in HOLDS if hold != "other"]),
        "area": _items("Any area", [(place.code, place.name) for place in AREAS]),
        "sort": _items("The queue's own", [(code, text) for code, (text, _) in queues.SORTS.items()]),
    }


def _signs(row: queues.Queued) -> list[str]:
    """What holds a case; that its risk is high stands there also where a human ended the hold."""
    high = HIGH_RISK not in row.holds and stays_high(row.holds, row.priority, row.risk_grade)
    return [*([HIGH_RISK] if high else []), *row.holds]


def _tab(name: str, title: str, count: int | None, shown: str) -> dict[str, Any]:
    number = badge(count)
    text = title if number is None else f"{title} ({number})"
    return {"text": text, "href": f"/cases?queue={name}", "active": name == shown}


def badge(count: int | None) -> str | None:
    """ "27", and "1,000+" where counting stopped."""
    most = queues.COUNTED_AT_MOST
    return None if count is None else f"{count:,}" if count <= most else f"{most:,}+"


def _known(asked: Mapping[str, str], name: str, among: tuple[str, ...]) -> str | None:
    value = asked.get(name)
    return value if value in among else None


def _items(nothing: str, pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": "", "text": nothing}, *({"value": code, "text": text} for code, text in pairs)]


async def search(visit: Visit, desk: Desk) -> Response:
    sought = one(visit, "sought").strip()
    if not sought:
        return await show(visit, desk, (FieldError("sought", NOTHING_SOUGHT),))
    viewer, search_id = visit.signed_in, uuid4()
    async with visit.begin() as tx:
        reference = read_reference(_CASE.sub("", sought))
        if reference:
            found = [case.case_id for case in await cases.by_reference(tx, reference)]
        else:
            found = await cases.of_crime_reference(tx, sought) or await of_people(visit, tx, sought)
        to_do = [task.task_id for task in await tasks.of_crime_without_case(tx, sought)]
        await audit.record(tx, [audit.seen(viewer, "search", "search", search_id, (f"{len(found)} found",))])
    desk.searches.keep(search_id, viewer.user_id, found, to_do)
    return visit.redirect(f"/cases/found/{search_id}")


async def found(visit: Visit, desk: Desk) -> Response:
    kept = desk.searches.found(visit.id("search_id"), visit.signed_in.user_id)
    if kept is None:
        return visit.redirect("/cases", flash="That search is over. Search again.", done=False)
    async with visit.begin() as tx:
        held = [case for case in [await cases.get(tx, case_id) for case_id in kept[0][:50]] if case is not None]
        to_do = [task for task in [await tasks.get(tx, task_id) for task_id in kept[1]] if task and not task.done_at]
        seen = [audit.seen(visit.signed_in, "found_seen", "case", case.case_id) for case in held]
        await audit.record(tx, seen)
    return visit.render(
        "case_ui/found.html",
        rows=[(case, badges(case)) for case in held],
        tasks=[(task, words.TASKS.get(task.kind, words.words(task.kind))) for task in to_do],
        words=words.words,
        area=words.area,
    )
