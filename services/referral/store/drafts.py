"""Forms filled in by half: each belongs to one worker, and row-level security shows it to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read, read_one


@dataclass(frozen=True, slots=True)
class FormDraft:
    """A form as far as it is filled in; `body` is sealed under the key of `owner_id`."""

    draft_id: UUID
    worker_id: UUID
    form: str
    address: str
    case_id: UUID | None
    referral_id: UUID | None
    provider_id: UUID | None
    owner_id: UUID
    body: bytes
    answered: int
    asked: int | None
    version: int
    saved_at: datetime
    kept_until: datetime


@dataclass(frozen=True, slots=True)
class About:
    """What a form is about: a case, for a provider by its referral."""

    case_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft in its writer's list."""

    draft_id: UUID
    form: str
    address: str
    reference: str | None
    answered: int
    asked: int | None
    saved_at: datetime
    kept_until: datetime


_WITH_PROVIDER = """(d.referral_id is null or exists (select 1 from leg l where l.referral_id = d.referral_id
 and l.state in ('sent', 'accepted', 'waitlisted')))"""
"""SQL: a provider's draft is shown as long as the referral is with it; the row itself can be forgotten after that."""


async def of_case(tx: Tx, case_id: UUID) -> About | None:
    """The case, if the viewer may see it."""
    return read_one(About, await tx.fetchrow("select case_id, person_id from case_file where case_id = $1", case_id))


async def of_task(tx: Tx, task_id: UUID) -> About | None:
    asked = "select c.case_id, c.person_id from task t join case_file c using (case_id) where t.task_id = $1"
    return read_one(About, await tx.fetchrow(asked, task_id))


async def of_referral(tx: Tx, referral_id: UUID) -> About | None:
    """The case of a referral that the viewer's provider has."""
    asked = (
        "select c.case_id, c.person_id from leg l join case_file c using (case_id) where l.referral_id = $1"
        " and l.state in ('sent', 'accepted', 'waitlisted') limit 1"
    )
    return read_one(About, await tx.fetchrow(asked, referral_id))


async def get(tx: Tx, draft_id: UUID, now: datetime) -> FormDraft | None:
    """The viewer's own draft, as long as it is kept."""
    asked = (
        f"select {columns(FormDraft)} from form_draft d where draft_id = $1 and kept_until > $2 and {_WITH_PROVIDER}"
    )
    return read_one(FormDraft, await tx.fetchrow(asked, draft_id, now))


async def latest(tx: Tx, form: str, address: str, now: datetime) -> UUID | None:
    """The viewer's own draft of a form at its address that was saved last."""
    found: UUID | None = await tx.fetchval(
        f"select draft_id from form_draft d where form = $1 and address = $2 and kept_until > $3 and {_WITH_PROVIDER}"
        " order by saved_at desc, draft_id limit 1",
        form,
        address,
        now,
    )
    return found


async def link_ends(tx: Tx, link_id: UUID) -> datetime | None:
    """Until when a one-time link that the viewer has open lasts."""
    found: datetime | None = await tx.fetchval("select session_until from leg_link where link_id = $1", link_id)
    return found


_SAVE = f"""
insert into form_draft ({columns(FormDraft)})
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (worker_id, draft_id) do update
   set body = excluded.body, answered = excluded.answered, asked = excluded.asked, version = excluded.version,
       saved_at = excluded.saved_at, kept_until = excluded.kept_until
 where form_draft.version = excluded.version - 1 and form_draft.address = excluded.address
returning draft_id
"""


async def save(tx: Tx, draft: FormDraft) -> bool:
    """Writes a draft over the version before it; False when another tab saved it meanwhile."""
    names = columns(FormDraft).split(", ")
    return await tx.fetchval(_SAVE, *(getattr(draft, name) for name in names)) is not None


async def drop(tx: Tx, draft_id: UUID) -> bool:
    """Forgets the viewer's own draft; False when there is none."""
    return bool(await tx.fetch("delete from form_draft where draft_id = $1 returning 1", draft_id))


async def mine(tx: Tx, now: datetime) -> Sequence[Listed]:
    """The viewer's drafts of forms about what they may still see, those first that are forgotten first."""
    return read(
        Listed,
        await tx.fetch(
            "select d.draft_id, d.form, d.address, c.reference, d.answered, d.asked, d.saved_at, d.kept_until"
            " from form_draft d left join case_file c on c.case_id = d.case_id where d.kept_until > $1"
            f" and {_WITH_PROVIDER} order by d.kept_until, d.draft_id",
            now,
        ),
    )


async def notes(tx: Tx, now: datetime) -> Sequence[Listed]:
    """The viewer's half-written notes, in the same shape."""
    return read(
        Listed,
        await tx.fetch(
            "select d.draft_id, d.form, '/cases/' || d.case_id || '/drafts/' || d.draft_id as address, c.reference,"
            " 1 as answered, null::int as asked, d.saved_at, d.kept_until"
            " from draft d join case_file c using (case_id) where d.kept_until > $1 order by d.kept_until, d.draft_id",
            now,
        ),
    )


async def drop_all(tx: Tx, owner: UUID) -> None:
    """Forgets every draft of the viewer."""
    await tx.execute("delete from form_draft where worker_id = $1", owner)


_OVER = """
delete from form_draft d
 where kept_until < $1
    or exists (select 1 from leg_link k where k.link_id = d.worker_id
                  and (k.revoked_at is not null or coalesce(k.session_until <= $1, true)))
returning 1
"""


async def forget(tx: Tx, now: datetime) -> int:
    """Deletes drafts whose time is over, or the one-time link of whoever wrote them; returns how many."""
    return len(await tx.fetch(_OVER, now))
