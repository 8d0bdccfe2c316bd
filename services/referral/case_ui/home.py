"""What a queue shows of the viewer's own: their work first, what changed for them, and the filters they keep."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.reference import AREAS
from contracts.vocabulary import HOLDS, SERVICE_LINES
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from services.referral import desk_books
from services.referral.case_ui import words
from services.referral.case_ui.assigning import meet
from services.referral.case_ui.room import Desk, dangers, one
from services.referral.store import drafts, looking, notices, preferring, queues, tasks, workers
from services.referral.store.preferring import Filter
from services.referral.store.queues import Filters, Queued, QueuePage

FIRST = 3
"""How many of one's own cases stand above the queues."""


@dataclass(frozen=True, slots=True)
class Own:
    """The viewer's side of a queue page. `mine` are given with their marks of danger and what is new, `filters` with
    what is said of them; `no_case`: alerts of
    which no case is known; `complained`: words of complaints that may speak of danger, of whom nobody knows;
    each with how many, and the one task where it is one."""

    whole: bool
    me: UUID
    now: datetime
    names: dict[UUID, str]
    mine: list[tuple[Queued, list[str], str | None]]
    filters: list[tuple[Filter, str, str]]
    choices: list[dict[str, str]]
    bell: tuple[int, int]
    changed: set[UUID]
    looked: set[UUID]
    half: int
    no_case: tuple[int, UUID | None] = (0, None)
    complained: tuple[int, UUID | None] = (0, None)

    def news(self, row: Queued) -> str | None:
        return news(row, self.me, self.changed, self.looked)

    def left(self, row: Queued) -> str:
        return words.time_left(row.act_by, self.now)


def news(row: Queued, me: UUID, changed: set[UUID], looked: set[UUID]) -> str | None:
    if row.case_id in changed:
        return "Changed"
    return "New to you" if row.assigned_to == me and row.case_id not in looked else None


async def own(tx: Tx, visit: Visit, page: QueuePage, *, whole: bool) -> Own:
    """What this viewer is shown beside a page of a queue; on the first page of all their own work too."""
    viewer = visit.signed_in
    await meet(tx, viewer, visit)
    first = await queues.queue(tx, "mine", Filters(), 1, FIRST) if whole and viewer.may("case.write") else None
    mine = first.rows if first else []
    ids = [row.case_id for row in (*page.rows, *mine)]
    changed, looked = await looking.changed(tx, ids), await looking.looked_at(tx, ids)
    people = await workers.everybody(tx)
    choices = [{"value": "rule", "text": "Whom the rule suggests"}]
    choices += [{"value": str(p.worker_id), "text": p.name} for p in people if p.left_at is None]
    return Own(
        whole=first is not None,
        me=viewer.user_id,
        now=visit.now,
        names={member.worker_id: member.name for member in people},
        mine=[(row, dangers(row, most=1), news(row, viewer.user_id, changed, looked)) for row in mine],
        filters=[(kept, _name(kept), f"/cases?{_query(kept)}") for kept in await preferring.filters(tx)],
        choices=choices,
        bell=await notices.unread(tx, viewer.role),
        changed=changed,
        looked=looked,
        half=len(await drafts.mine(tx, visit.now)) if first is not None else 0,
        no_case=await tasks.without_case(tx),
        complained=await tasks.without_case(tx, tasks.COMPLAINT),
    )


def _query(kept: Filter) -> str:
    chosen = {"line": kept.line, "hold": kept.hold, "area": kept.area, "sort": kept.sort}
    chosen |= {"changed": "yes" if kept.changed else None}
    return urlencode({"queue": kept.queue} | {name: value for name, value in chosen.items() if value})


def _name(kept: Filter) -> str:
    """ "Waiting for the hub: IDVA, Coventry, changed" """
    said = [words.words(code) for code in (kept.line, kept.hold) if code]
    said += [words.area(kept.area)] if kept.area else []
    said += ["changed"] if kept.changed else []
    said += [queues.SORTS[kept.sort][0].lower()] if kept.sort in queues.SORTS else []
    return f"{desk_books.queues()[kept.queue].title}: {', '.join(said)}"


async def keep(visit: Visit, desk: Desk) -> Response:
    """Keeps what narrows a queue, as codes; its name is made of them."""
    slug = one(visit, "queue")
    kept = Filter(
        filter_id=uuid4(),
        queue=slug,
        line=_known(visit, "line", SERVICE_LINES),
        hold=_known(visit, "hold", HOLDS),
        area=_known(visit, "area", tuple(place.code for place in AREAS)),
        sort=_known(visit, "sort", tuple(queues.SORTS)),
        changed=one(visit, "changed") == "yes",
    )
    if slug not in queues.QUEUES:
        return visit.not_found()
    async with visit.begin() as tx:
        await preferring.keep(tx, visit.signed_in.user_id, kept, visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "filter.kept", "queue", None, (slug,))])
    return visit.redirect(f"/cases?{_query(kept)}", flash="The filter is kept.")


def _known(visit: Visit, name: str, among: tuple[str, ...]) -> str | None:
    value = one(visit, name)
    return value if value in among else None


async def drop(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        await preferring.drop(tx, visit.id("filter_id"))
        await audit.record(tx, [audit.seen(visit.signed_in, "filter.dropped", "queue", None)])
    return visit.redirect("/cases", flash="The filter was dropped.")
