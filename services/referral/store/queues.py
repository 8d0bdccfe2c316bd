"""The hub's queues: which cases are in each, and in which order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.working_time import HUB_HOURS, calendar, runs_by_the_clock, working_minutes
from kit.database import Tx
from services.referral.store.looking import CHANGED
from services.referral.store.rows import columns, read

PAGE, PAGE_AT_MOST, COUNTED_AT_MOST, PAGES_AT_MOST = 25, 100, 1000, 400
_BY_RISK, _NEWEST = "priority, act_by, case_id", "opened_at desc, case_id"
_IMMINENT = "risk_grade = 'imminent'"
"""What stands above everything else in a queue by risk, however late the others are: somebody may be hurt now."""


@dataclass(frozen=True, slots=True)
class Queue:
    """`where` and `order` are SQL over case_file; what it says and shows is in `queues.yaml`. `newest`: it looks no
    further back than so many cases, so that a rare hold is not sought through years."""

    slug: str
    where: str
    order: str = _BY_RISK
    newest: int | None = None


_MINE = "state <> 'closed' and assigned_to = nullif(current_setting('app.user_id', true), '')::uuid"
_INCIDENT = "state = 'waiting' and major_incident_id is not null and 'major_incident' = any(holds)"
QUEUES: dict[str, Queue] = {
    queue.slug: queue
    for queue in (
        Queue("now", "state = 'waiting' and priority = 0"),
        Queue("waiting", "state = 'waiting'"),
        Queue("children", "state = 'waiting' and priority = 1"),
        Queue("review", "review_since is not null and state <> 'closed'", "review_since, case_id"),
        Queue("due", "state in ('waiting', 'active') and act_by is not null", "act_by, case_id"),
        Queue("mine", _MINE),
        Queue("unassigned", "state = 'waiting' and assigned_to is null"),
        Queue("ask-officer", "state = 'waiting' and 'share_not_asked' = any(holds)"),
        Queue("no-safe-channel", "state = 'waiting' and 'no_safe_channel' = any(holds)"),
        Queue("incident", _INCIDENT),
        Queue("active", "state = 'active'"),
        Queue("new", "true", _NEWEST, newest=PAGES_AT_MOST * PAGE),
        Queue("all", "state <> 'closed'", _NEWEST),
    )
}


SORTS = {
    "risk": ("Risk, then time left", _BY_RISK),
    "due": ("Time left", "act_by, case_id"),
    "newest": ("Newest first", _NEWEST),
    "oldest": ("Oldest first", "opened_at, case_id desc"),
}
"""Orders that a viewer may choose, each with a unique end."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows and orders a queue; only codes, never anything personal. `changed`: since the viewer last looked."""

    line: str | None = None
    hold: str | None = None
    area: str | None = None
    kind: str | None = None
    decision: str | None = None
    changed: bool = False
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """One line of a queue."""

    case_id: UUID
    reference: str
    kind: str
    state: str
    decision: str
    priority: int
    risk_grade: str | None
    lines: tuple[str, ...]
    holds: tuple[str, ...]
    doors: tuple[str, ...]
    flags: tuple[str, ...]
    age_band: str
    local_authority: str | None
    home_local_authority: str | None
    share: str
    repeat_victim: bool | None
    repeat_count: int | None
    restricted: bool
    details: str
    assigned_to: UUID | None
    review_since: datetime | None
    reported_at: datetime
    opened_at: datetime
    hub_due: datetime | None
    next_due: datetime | None
    next_entitlement: str | None
    act_by: datetime | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of a queue. `counted` stops at COUNTED_AT_MOST, and then `more` is true."""

    queue: Queue
    rows: list[Queued]
    page: int
    counted: int
    more: bool
    pages: int


_FILTERED = """
 and ($1::text is null or $1 = any(lines)) and ($2::text is null or $2 = any(holds))
 and ($3::text is null or coalesce(home_local_authority, local_authority) = $3)
 and ($4::text is null or kind = $4) and ($5::text is null or decision = $5)
"""


async def queue(tx: Tx, slug: str, filters: Filters | None = None, page: int = 1, size: int = PAGE) -> QueuePage | None:
    """One page of the queue `slug`, for the viewer of `tx`; None when there is no such queue. Pages count from 1."""
    chosen = QUEUES.get(slug)
    if chosen is None:
        return None
    f = filters or Filters()
    given = (f.line, f.hold, f.area, f.kind, f.decision)
    size, page = min(max(size, 1), PAGE_AT_MOST), min(max(page, 1), PAGES_AT_MOST)
    source = f"(select * from case_file order by {_NEWEST} limit {chosen.newest}) as" if chosen.newest else ""
    found = f"from {source} case_file where ({chosen.where}) {_FILTERED}" + (f" and {CHANGED}" if f.changed else "")
    order = SORTS[f.sort][1] if f.sort in SORTS else chosen.order
    # Which cases comes first, and alone: an index tells it, and the cases themselves are read for those of the page.
    looked_at = max(COUNTED_AT_MOST, page * size) + 1
    sought = [f"{found} and {_IMMINENT}", f"{found} and ({_IMMINENT}) is not true"] if order == _BY_RISK else [found]
    ids = " || ".join(f"array(select case_id {each} order by {order} limit {looked_at})" for each in sought)
    row = await tx.fetchrow(
        f"with every as materialized (select {ids} as ids), found as (select ids[1:{looked_at}] as ids from every)"
        f" select cardinality(ids) as counted, ids[{(page - 1) * size + 1}:{page * size}] as ids from found",
        *given,
    )
    counted, shown = (row["counted"], row["ids"]) if row else (0, [])
    in_order = "array_position($1::uuid[], case_id)"
    rows = await tx.fetch(f"select {columns(Queued)} from case_file where case_id = any($1) order by {in_order}", shown)
    more = counted > COUNTED_AT_MOST
    counted = min(counted, COUNTED_AT_MOST)
    return QueuePage(chosen, read(Queued, rows), page, counted, more, max(1, -(-counted // size)))


async def counts(tx: Tx) -> dict[str, int]:
    """How many wait in each queue that a worker must empty, for its badge; counting stops after COUNTED_AT_MOST."""
    slugs = [slug for slug in QUEUES if slug not in ("new", "all", "active")]
    parts = [
        f"(select count(*) from (select 1 from case_file where {QUEUES[slug].where} limit {COUNTED_AT_MOST + 1}) c)"
        for slug in slugs
    ]
    row = await tx.fetchrow("select " + ", ".join(parts))
    return dict(zip(slugs, row or (), strict=True))


def minutes_left(row: Queued, now: datetime) -> int | None:
    """Minutes from `now` until the case must be acted on: those of the clock for a limit in hours, else working ones;
    negative when late; None when nothing runs."""
    if row.act_by is None:
        return None
    if runs_by_the_clock(row.act_by):
        return int((row.act_by - now).total_seconds() / 60)
    return working_minutes(now, row.act_by, calendar(), HUB_HOURS)
