"""What a provider sees: its own legs, in five lists, and one referral."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.alarms import WITHIN
from services.referral.store.portal_due import DUE, LIMITS, SINCE, Limits
from services.referral.store.queues import PAGE, PAGE_AT_MOST, PAGES_AT_MOST
from services.referral.store.rows import columns, read, read_one

_ME = "(select nullif(current_setting('app.user_id', true), '')::uuid)"
PROVIDER = "(select nullif(current_setting('app.provider_id', true), '')::uuid)"
"""SQL: whose legs a list is of. Row-level security says so too, but beside another policy, where no index serves it."""
COUNTED_AT_MOST = 1000
_IN_ORDER = "select set_config('enable_bitmapscan', 'off', true)"
_OPEN = "l.state in ('sent', 'accepted', 'waitlisted')"


_HERE = "(select string_to_array(nullif(current_setting('app.here', true), ''), ','))::uuid[]"
_WITHOUT = f"(l.assigned_to is null or l.assigned_to <> all({_HERE}))"
"""SQL: nobody works on the leg who is still there, as far as `here` was told."""


@dataclass(frozen=True, slots=True)
class PortalList:
    """`where` and `order` are SQL over leg l; without an `order` a list is by what is due."""

    slug: str
    title: str
    empty: str
    where: str
    order: str | None = None


NEWEST = "l.sent_at desc, l.leg_id desc"
_ENDED = "l.ended_at desc nulls last, l.leg_id"
LISTS: dict[str, PortalList] = {
    chosen.slug: chosen
    for chosen in (
        PortalList("mine", "My cases", "No referral is assigned to you.", f"l.assigned_to = {_ME} and {_OPEN}"),
        PortalList("open", "All open", "There is no open referral.", _OPEN),
        PortalList("unassigned", "Unassigned", "Every referral has a worker.", f"{_WITHOUT} and {_OPEN}"),
        PortalList("completed", "Completed", "No support has been completed yet.", "l.state = 'ended'", _ENDED),
        PortalList(
            "withdrawn",
            "Withdrawn",
            "No referral was withdrawn or declined.",
            "l.state in ('withdrawn', 'declined')",
            _ENDED,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Offered:
    """One leg as its provider sees it. What changed after the leg ended is not here: `state` and the times of the
    referral are null once another provider is tried."""

    leg_id: UUID
    referral_id: UUID
    case_id: UUID
    reference: str
    line: str
    leg_state: str
    contract_id: UUID
    sent_at: datetime | None
    since: datetime | None
    """Since when the provider could see it: later than `sent_at` where a past month was fed; null while the details are
    not there yet."""
    viewed_at: datetime | None
    answered_at: datetime | None
    decline_reason: str | None
    assigned_to: UUID | None
    automatic: bool
    restricted: bool
    pack_fields: tuple[str, ...] | None
    pack_sha256: str | None
    told_within: tuple[str, ...] | None
    """The fields that the agreement lets this provider be told; none: nothing bounds them."""
    chosen_at: datetime | None
    """When somebody of the hub chose to send it, knowing what had been heard until then."""
    state: str | None
    urgent: bool | None
    asked_at: datetime | None
    accepted_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    first_attempt_at: datetime | None
    kind: str | None
    risk_grade: str | None
    age_band: str | None
    language: str | None
    local_authority: str | None
    """Of the home, or else of the place: the area by which the contract was found, and nothing finer."""
    paused_at: datetime | None
    alerts: int
    due_at: datetime | None
    """The end of the contract's limit that runs now; null where none does."""
    nudged_at: datetime | None
    review_on: date | None
    check_in_on: date | None
    died_at: datetime | None
    """Since when it was recorded that the person died: no limit runs any more."""
    kept_apart_since: datetime | None
    """Since when its provider is asked to keep the person from meeting somebody else whom it helps."""


_SHOWN = f"""
select l.leg_id, l.referral_id, l.case_id, l.reference, l.line, l.state as leg_state, l.contract_id, l.sent_at,
       {SINCE} as since, l.viewed_at, l.answered_at, l.decline_reason, l.assigned_to, l.automatic, l.restricted,
       l.pack_fields,
       l.pack_sha256, l.chosen_at, {WITHIN} as told_within, r.state, r.urgent or l.urgent_since is not null as urgent,
       r.asked_at, r.accepted_at, r.started_at, r.ended_at, r.first_attempt_at,
       c.kind, c.risk_grade, c.age_band, c.language,
       coalesce(c.home_local_authority, c.local_authority) as local_authority, r.paused_at,
       (select count(*)::int from alert a where a.case_id = l.case_id) as alerts,
       {DUE} as due_at, l.nudged_at, r.review_on, r.check_in_on,
       l.died_at, l.kept_apart_since
"""
# What hangs on a leg is sought for each by its key (`offset 0` holds the planner to it): which rows row-level security
# leaves of it cannot be guessed, and a wrong guess reads the whole table.
_WITH_REFERRAL = """
  left join lateral (select r.* from referral r where r.referral_id = l.referral_id and r.leg_id = l.leg_id offset 0) r
    on true
"""
_WITH_LIMITS = "left join limits d on d.contract_id = l.contract_id"
_WITH_CASE = """
  left join lateral (select c.kind, c.risk_grade, c.age_band, c.language, c.home_local_authority, c.local_authority
                       from case_file c where c.case_id = l.case_id offset 0) c on true
"""
_HANGING = f"{_WITH_REFERRAL} {_WITH_LIMITS} {_WITH_CASE}"
_BY_DUE = "due_at nulls last, (l.urgent or l.urgent_since is not null) desc, l.sent_at, l.leg_id"


@dataclass(frozen=True, slots=True)
class PortalPage:
    """A page of a provider's list; `further`: there is another one."""

    chosen: PortalList
    rows: list[Offered]
    page: int
    further: bool


async def here(tx: Tx, people: Iterable[UUID]) -> None:
    """For the rest of this transaction, who of the viewer's provider can sign in: what anybody else works on is without
    a worker."""
    await tx.execute("select set_config('app.here', $1, true)", ",".join(str(one) for one in people))


async def by_index(tx: Tx) -> None:
    """For the rest of this transaction an index is followed in its order, and no further than the limit. Policies of
    two kinds stand beside each other on a leg: the planner holds that to leave next to nothing, and would read and sort
    all that a provider ever had."""
    await tx.execute(_IN_ORDER)


async def offered(
    tx: Tx,
    slug: str,
    limits: Limits,
    page: int = 1,
    size: int = PAGE,
    contract_id: UUID | None = None,
    *,
    newest: bool = False,
) -> PortalPage | None:
    """One page of the list `slug` of the viewer's provider, by due or newest first; None when there is no such list.
    Pages count from 1."""
    chosen = LISTS.get(slug)
    if chosen is None:
        return None
    size, page = min(max(size, 1), PAGE_AT_MOST), min(max(page, 1), PAGES_AT_MOST)
    await by_index(tx)
    where = f"l.provider_id = {PROVIDER} and ({chosen.where}) and ($1::uuid is null or l.contract_id = $1)"
    some = f"limit {size + 1} offset {(page - 1) * size}"
    order = NEWEST if newest else chosen.order
    # Which legs comes first, and alone: what hangs on them is read for those of the page.
    if order is None:
        first = f"select l.leg_id, {DUE} as due_at from leg l {_WITH_LIMITS} where {where}"
        order = _BY_DUE
    else:
        first = f"select l.leg_id from leg l where {where}"
    rows = await tx.fetch(
        f"with {LIMITS}, these as materialized ({first} order by {order} {some})"
        f" {_SHOWN} from these cross join lateral (select l.* from leg l where l.leg_id = these.leg_id offset 0) l"
        f" {_HANGING} order by {order.replace('due_at', 'these.due_at')}",
        contract_id,
        *limits.arguments,
    )
    return PortalPage(chosen, read(Offered, rows[:size]), page, len(rows) > size)


async def counts(tx: Tx, contract_id: UUID | None = None) -> dict[str, int]:
    """How many each list of the viewer's provider holds, of one contract where it is given; counting stops one after
    COUNTED_AT_MOST."""
    parts = [
        f"(select count(*) from (select 1 from leg l where l.provider_id = {PROVIDER} and {chosen.where}"
        f" and ($1::uuid is null or l.contract_id = $1) limit {COUNTED_AT_MOST + 1}) c)"
        for chosen in LISTS.values()
    ]
    await by_index(tx)
    row = await tx.fetchrow("select " + ", ".join(parts), contract_id)
    return dict(zip(LISTS, row or (), strict=True))


async def one(tx: Tx, referral_id: UUID, limits: Limits) -> Offered | None:
    """The viewer's own leg of a referral (the last one, where it was tried twice); None for everybody else's."""
    row = await tx.fetchrow(
        f"with {LIMITS} {_SHOWN} from leg l {_HANGING} where l.referral_id = $1 order by l.number desc limit 1",
        referral_id,
        *limits.arguments,
    )
    return read_one(Offered, row)


_NAMED = "select set_config('app.had_referral', $1, true)"


async def is_hidden(tx: Tx, referral_id: UUID) -> bool:
    """Whether the viewer's provider had this referral, and the viewer does not see it since a restriction, or since the
    agreement is over."""
    await tx.execute(_NAMED, str(referral_id))
    asked = (
        "select exists (select 1 from had_leg h where h.referral_id = $1"
        " and not exists (select 1 from leg l where l.leg_id = h.leg_id))"
    )
    return bool(await tx.fetchval(asked, referral_id))


_URGENT = """
select l.urgent or l.urgent_since is not null or coalesce(c.risk_grade in ('high', 'imminent'), false)
  from leg l left join case_file c on c.case_id = l.case_id where l.leg_id = $1
"""


async def is_urgent(tx: Tx, leg_id: UUID) -> bool:
    """Whether what is due on a leg runs by the clock on the wall, or the person is at high risk."""
    return bool(await tx.fetchval(_URGENT, leg_id))


async def urgent_since(tx: Tx, leg_id: UUID) -> datetime | None:
    """When a leg that was not urgent became so; None where it never did, or was from the start."""
    found: datetime | None = await tx.fetchval("select urgent_since from leg where leg_id = $1", leg_id)
    return found


async def case_held_once(tx: Tx, referral_id: UUID) -> UUID | None:
    """The case of a referral of which the viewer's provider has or had a leg, seen or not; None of everybody else's."""
    await tx.execute(_NAMED, str(referral_id))
    held = ("leg", "lapsed_leg", "had_leg")
    asked = " union ".join(f"select case_id from {one} where referral_id = $1" for one in held)
    found: UUID | None = await tx.fetchval(asked, referral_id)
    return found


async def alerts(tx: Tx) -> int:
    """How many alerts of bail, release or an order there are in the viewer's cases."""
    found = await tx.fetchval(
        "select count(distinct (a.case_id, a.milestone_id)) from leg l join alert a on a.case_id = l.case_id"
        f" where l.provider_id = {PROVIDER} and {_OPEN}"
    )
    return int(found)


@dataclass(frozen=True, slots=True)
class Told:
    """A step of a leg, for its provider's timeline."""

    happened_at: datetime
    type: str
    actor_role: str
    data: dict[str, object]


async def told(tx: Tx, leg_id: UUID) -> list[Told]:
    """What happened on one's own leg, newest first."""
    rows = await tx.fetch(
        f"select {columns(Told)} from case_event where leg_id = $1 order by happened_at desc, id desc",
        leg_id,
    )
    return read(Told, rows)


_PACK = f"""
select l.person_id, l.pack, l.told_within from leg l
 where l.leg_id = $1 and l.pack_closed_at is null
   and ({_OPEN} or l.state = 'ended' and l.ended_at > $2
        and not exists (select 1 from referral r
                         where r.referral_id = l.referral_id and r.state = 'declined_by_victim'))
"""


async def pack(tx: Tx, leg_id: UUID, ended_after: datetime) -> tuple[UUID, bytes, frozenset[str]] | None:
    """The person under whose key the leg's pack is sealed, the sealed pack, and the fields of it that the agreement
    shares now, none where nothing bounds them. None before it is frozen, and once the
    leg was declined or withdrawn; of one that ended, also where the person said no, once its agreement is over, and
    unless it ended after that moment."""
    row = await tx.fetchrow(_PACK, leg_id, ended_after)
    if row is None or row["pack"] is None:
        return None
    return row["person_id"], row["pack"], frozenset(row["told_within"] or ())
