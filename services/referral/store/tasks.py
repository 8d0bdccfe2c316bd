"""What a human must do, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from contracts.identity import NS
from kit.database import Tx
from services.referral.store.rows import columns, read, read_one


@dataclass(frozen=True, slots=True)
class Task:
    """`kind`: ask_officer_to_ask, add_children, add_exploited_person, review_risk, offer_next_provider, ..."""

    task_id: UUID
    kind: str
    due_at: datetime
    created_at: datetime
    case_id: UUID | None = None
    crime_id: UUID | None = None
    referral_id: UUID | None = None
    contract_id: UUID | None = None
    complaint_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OpenTask(Task):
    """A task that stands, and when it came here by the clock on the wall."""

    heard_at: datetime | None = None

    @property
    def came_late(self) -> bool:
        return came_late(self.due_at, self.heard_at)


def came_late(due_at: datetime, heard_at: datetime | None) -> bool:
    """Whether what a task asks was due before anybody here could know of it."""
    return heard_at is not None and heard_at > due_at + _CLOCKS_DIFFER


_CLOCKS_DIFFER = timedelta(minutes=5)


def task_id(kind: str, *about: object) -> UUID:
    """The id of the task of this kind about these things, so that it is made once."""
    return uuid5(NS, "/".join(("task", kind, *map(str, about))))


NO_CASE = "no_case_"
"""How the kinds begin of tasks about an alert of which no case is known; the trigger follows."""
COMPLAINT = "complaint_danger"
"""The kind of a task about words of a complaint that may speak of danger."""
PARTED = "risk_parted"
"""The kind of a review of a risk that the reports of somebody else may have raised, whose record was held to be this
person's."""
REVIEWS = ("review_risk", PARTED)
"""The kinds of tasks that the review of a case's risk answers."""
_OPEN = f"select {columns(OpenTask)} from task where done_at is null"


async def add(tx: Tx, tasks: Sequence[Task]) -> None:
    """Adds tasks; one that is there already stays as it is."""
    if tasks:
        await tx.execute(
            f"insert into task ({columns(Task)}) select * from unnest($1::uuid[], $2::text[], $3::timestamptz[],"
            " $4::timestamptz[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[]) on conflict do nothing",
            *([getattr(task, name) for task in tasks] for name in columns(Task).split(", ")),
        )


async def add_unless_open(tx: Tx, task: Task) -> None:
    """Adds a task; where one of its kind is open on its case (on its referral, where it is of one), that one stands for
    both."""
    await add(tx, [task])
    await tx.execute(
        "update task t set done_at = t.created_at, done_how = 'another_stands' where t.task_id = $1 and done_at is null"
        " and exists (select 1 from task o where o.case_id = t.case_id and o.kind = t.kind and o.done_at is null"
        " and o.task_id <> t.task_id and (t.referral_id is null or o.referral_id = t.referral_id))",
        task.task_id,
    )


async def knows_complaint(tx: Tx, complaint_id: UUID, case_id: UUID | None) -> bool:
    """Whether a task, open or closed, speaks of this complaint already."""
    asked = (
        "select exists (select 1 from task where task_id = $1) or exists (select 1 from task where case_id = $2"
        " and kind = $3 and $4::uuid = any(more_complaints))"
    )
    return bool(await tx.fetchval(asked, task_id(COMPLAINT, complaint_id), case_id, COMPLAINT, complaint_id))


async def join_complaint(tx: Tx, case_id: UUID, complaint_id: UUID) -> bool:
    """Names a further complaint in the open task of this case about one; False where none is open."""
    joined = await tx.fetchval(
        "update task set more_complaints = more_complaints || $3::uuid where task_id = (select task_id from task"
        " where case_id = $1 and kind = $2 and done_at is null order by due_at, task_id limit 1 for update)"
        " and done_at is null returning task_id",
        *(case_id, COMPLAINT, complaint_id),
    )
    return joined is not None


async def over_of_hub(tx: Tx, case_id: UUID, kind: str, by: UUID, now: datetime) -> None:
    """Closes the tasks of this kind of a case that are of none of its referrals."""
    await tx.execute(
        "update task set done_at = $4, done_by = $3, done_how = 'done' where case_id = $1 and kind = $2"
        " and referral_id is null and done_at is null",
        *(case_id, kind, by, now),
    )


async def open_tasks(tx: Tx, limit: int = 100) -> list[OpenTask]:
    """Open tasks, those due first."""
    return read(OpenTask, await tx.fetch(f"{_OPEN} order by due_at, task_id limit $1", limit))


async def of_case(tx: Tx, case_id: UUID) -> list[OpenTask]:
    return read(OpenTask, await tx.fetch(f"{_OPEN} and case_id = $1 order by due_at, task_id", case_id))


async def done(tx: Tx, task: UUID, by: UUID, how: str, now: datetime) -> bool:
    """Closes a task with a coded answer; False when it is not open."""
    closed = await tx.fetchval(
        "update task set done_at = $4, done_by = $2, done_how = $3 where task_id = $1 and done_at is null"
        " returning task_id",
        task,
        by,
        how,
        now,
    )
    return closed is not None


async def over(tx: Tx, referral_id: UUID, kinds: Sequence[str], now: datetime) -> None:
    """Closes the tasks of these kinds of a referral: what they asked for was done, or is not needed any more."""
    await tx.execute(
        "update task set done_at = $3, done_how = 'done' where referral_id = $1 and kind = any($2::text[])"
        " and done_at is null",
        referral_id,
        list(kinds),
        now,
    )


async def over_of_case(tx: Tx, case_id: UUID, kind: str, by: UUID | None, now: datetime) -> None:
    """Closes the tasks of this kind of a case: it was done."""
    await tx.execute(
        "update task set done_at = $4, done_by = $3, done_how = 'done' where case_id = $1 and kind = $2"
        " and done_at is null",
        *(case_id, kind, by, now),
    )


async def over_of_kind(tx: Tx, case_id: UUID, kind: str, how: str, now: datetime) -> None:
    """Closes the tasks of this kind of a case, as far as they are open: nothing asks for them any more."""
    asked = "update task set done_at = $4, done_how = $3 where case_id = $1 and kind = $2 and done_at is null"
    await tx.execute(asked, case_id, kind, how, now)


async def over_of_cases(tx: Tx, case_ids: Sequence[UUID], kind: str, how: str, now: datetime) -> None:
    """Closes the tasks of this kind of these cases, as far as they are open: what they asked for came."""
    await tx.execute(
        "update task set done_at = $4, done_how = $3 where case_id = any($1::uuid[]) and kind = $2 and done_at is null",
        *(list(case_ids), kind, how, now),
    )


async def over_by_themselves(tx: Tx, about: Sequence[UUID], how: str, now: datetime) -> None:
    """Closes these tasks, as far as they are open: what they asked for came."""
    asked = "update task set done_at = $3, done_how = $2 where task_id = any($1::uuid[]) and done_at is null"
    await tx.execute(asked, list(about), how, now)


async def late_of(tx: Tx, kind: str, now: datetime, limit: int) -> list[OpenTask]:
    """Open tasks of a kind that are late, the oldest first."""
    asked = f"{_OPEN} and kind = $1 and due_at <= $2 order by due_at, task_id limit $3"
    return read(OpenTask, await tx.fetch(asked, kind, now, limit))


async def without_case(tx: Tx, kind: str = NO_CASE) -> tuple[int, UUID | None]:
    """How many tasks wait of which no case is known, of the kinds that begin so: alerts, where none is said; and the
    one where it is one."""
    asked = (
        "select count(*)::int, (array_agg(task_id))[1] from task"
        " where case_id is null and done_at is null and starts_with(kind, $1)"
    )
    row = await tx.fetchrow(asked, kind)
    return (row[0], row[1] if row[0] == 1 else None) if row else (0, None)


async def count_open(tx: Tx) -> int:
    """How many tasks are open."""
    return int(await tx.fetchval("select count(*) from task where done_at is null"))


@dataclass(frozen=True, slots=True)
class Held:
    """A task, open or closed, with the case it belongs to and who looks after that; `crime_reference` is the number of
    the police where there is no case."""

    task_id: UUID
    kind: str
    due_at: datetime
    created_at: datetime
    case_id: UUID | None
    crime_id: UUID | None
    referral_id: UUID | None
    done_at: datetime | None
    done_by: UUID | None
    done_how: str | None
    reference: str | None
    assigned_to: UUID | None
    crime_reference: str | None
    contract_id: UUID | None = None
    complaint_id: UUID | None = None
    more_complaints: Sequence[UUID] = ()
    heard_at: datetime | None = None
    line: str | None = None
    """The service of its referral."""

    @property
    def came_late(self) -> bool:
        return came_late(self.due_at, self.heard_at)

    @property
    def complaints(self) -> list[UUID]:
        """Every complaint that it speaks of, as they came."""
        return [self.complaint_id, *self.more_complaints] if self.complaint_id else []


_HELD = """
select t.task_id, t.kind, t.due_at, t.created_at, t.case_id, t.crime_id, t.referral_id, t.done_at, t.done_by,
       t.done_how, c.reference, c.assigned_to, k.crime_reference, t.contract_id, t.complaint_id,
       t.more_complaints, t.heard_at,
       (select r.line from referral r where r.referral_id = t.referral_id) as line
  from task t left join case_file c on c.case_id = t.case_id
  left join crime k on k.crime_id = t.crime_id and t.case_id is null
"""
DANGER = (
    ("call_emergency",),
    (
        *("agreement_afraid", "code_word_guessed", COMPLAINT, "counter_allegation", "danger_taken_back"),
        "held_in_danger",
        *("unknown_milestone", "waits_in_danger", "written_danger"),
    ),
    (
        *("another_way", "joined_not_safe", "new_hold", "not_safe_any_more", "one_chance_elsewhere"),
        *("parted_not_safe", "review_risk", "risk_elsewhere", PARTED, "suspect_may_be_known"),
    ),
)
"""Kinds of tasks on which somebody's safety may hang, in the order in which they come before all others; alerts of
which no case is known stand with the second. The index `task_by_danger` has the same list: a change needs another."""
_FIRST, _SECOND, _THIRD = (", ".join(f"'{kind}'" for kind in kinds) for kinds in DANGER)
_RANK = (
    f"case when t.kind in ({_FIRST}) then 0 when t.kind in ({_SECOND}) or starts_with(t.kind, '{NO_CASE}') then 1"
    f" when t.kind in ({_THIRD}) then 2 else 3 end"
)
_MINE = "c.assigned_to = (select nullif(current_setting('app.user_id', true), '')::uuid)"


async def get(tx: Tx, task: UUID) -> Held | None:
    """A task as it stands; None for a viewer who may not see its case."""
    return read_one(Held, await tx.fetchrow(f"{_HELD} where t.task_id = $1", task))


async def of_crime_without_case(tx: Tx, sought: str) -> list[Held]:
    """Open tasks without a case about the crime to which the police gave this number, however it is spaced, or which
    they hold under this id."""
    asked = (
        f"{_HELD} where t.case_id is null and t.done_at is null and t.crime_id = any(array("
        "select crime_id from crime where crime_number = $1 union all select $2::uuid)) order by t.due_at, t.task_id"
    )
    return read(Held, await tx.fetch(f"{asked} limit 50", "".join(sought.split()).upper(), _id_in(sought)))


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


async def load(tx: Tx, task: UUID) -> Held | None:
    """As `get`, and nobody changes it until the transaction ends."""
    await tx.execute("select 1 from task where task_id = $1 for update", task)
    return await get(tx, task)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which open tasks are asked for: those on the cases of the viewer, those without a case, those of one kind.
    `ALERTS` stands for every kind of an alert without a case, `ANY_DANGER` for all of danger."""

    mine: bool = False
    nobody: bool = False
    kind: str | None = None

    def where(self) -> tuple[str, list[str]]:
        """The condition, and what is to be given for `$1` in it."""
        of_kind = {
            None: "",
            ALERTS: f" and t.case_id is null and starts_with(t.kind, '{NO_CASE}')",
            ANY_DANGER: f" and {_RANK} < 3",
        }.get(self.kind, " and t.kind = $1")
        whose = f" and {_MINE}" if self.mine else " and t.case_id is null" if self.nobody else ""
        return f"t.done_at is null{whose}{of_kind}", [self.kind or ""] if "$1" in of_kind else []


ALERTS, ANY_DANGER = "no_case", "danger"
COUNTED = 1_000
"""How far tasks are counted."""


async def queue(tx: Tx, narrowed: Narrowed, *, page: int, size: int = 25) -> list[Held]:
    """A page of open tasks, danger before lateness, then those due first: one more than `size` where there are further
    ones. Pages count from 1."""
    where, given = narrowed.where()
    asked = f"{_HELD} where {where} order by {_RANK}, t.due_at, t.task_id"
    return read(Held, await tx.fetch(f"{asked} limit {size + 1} offset {(page - 1) * size}", *given))


async def count(tx: Tx, narrowed: Narrowed) -> int:
    """How many there are; `COUNTED` + 1 where there are more than are counted."""
    where, given = narrowed.where()
    joined = " left join case_file c on c.case_id = t.case_id" if narrowed.mine else ""
    asked = f"select count(*) from (select 1 from task t{joined} where {where} limit {COUNTED + 1}) one"
    return int(await tx.fetchval(asked, *given))


async def kinds_open(tx: Tx) -> list[str]:
    """The kinds of which a task is open, each looked for in the index alone."""
    asked = """
    with recursive found as (
      (select kind from task where done_at is null order by kind limit 1)
      union all
      select (select t.kind from task t where t.done_at is null and t.kind > found.kind order by t.kind limit 1)
        from found where found.kind is not null)
    select kind from found where kind is not null
    """
    return [row[0] for row in await tx.fetch(asked)]


async def close(tx: Tx, task: UUID, by: UUID, how: str, note_id: UUID | None, now: datetime) -> bool:
    """Closes a task with its coded answer and the note that says more; False when it is not open."""
    if not await done(tx, task, by, how, now):
        return False
    await tx.execute("update task set note_id = $2 where task_id = $1", task, note_id)
    return True
