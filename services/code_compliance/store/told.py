"""What was told of a case: milestones of its crime, and evidence."""

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid5

import asyncpg
import orjson

from contracts.identity import NS
from contracts.justice import NO_DETAILS, Details
from kit.database import Tx
from services.code_compliance.domain.facts import Evidence, Milestone

_MILESTONES = """
insert into milestone as m (crime_id, milestone_id, case_id, trigger, happened_at, received_by_wcu_at, heard_at,
                            details, entered_by, source)
select crime_id, milestone_id, case_id, trigger, happened_at, received, heard_at, details::jsonb, entered_by, source
  from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
              $8::text[], $9::uuid[], $10::text[])
    as n(crime_id, milestone_id, case_id, trigger, happened_at, received, heard_at, details, entered_by, source)
on conflict (crime_id, milestone_id) do update
   set case_id = excluded.case_id, trigger = excluded.trigger, happened_at = excluded.happened_at,
       received_by_wcu_at = coalesce(excluded.received_by_wcu_at, m.received_by_wcu_at), details = excluded.details
"""
_MILESTONES_OF = """
select crime_id, milestone_id, case_id, trigger, happened_at, received_by_wcu_at, heard_at, details,
       entered_by, source
  from milestone where crime_id = any($1::uuid[])
"""
_EVIDENCE = """
insert into evidence as e (evidence_id, name, crime_id, case_id, entitlement, act, outcome, milestone_id, line, at,
                           recorded_at, source, channel, reason_code, entered_by)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[], $14::text[],
                     $15::uuid[])
on conflict (evidence_id) do update
   set entitlement = excluded.entitlement, outcome = excluded.outcome, milestone_id = excluded.milestone_id,
       at = excluded.at, channel = excluded.channel, reason_code = excluded.reason_code, source = excluded.source
"""
_EVIDENCE_OF = """
select name, crime_id, case_id, entitlement, act, outcome, milestone_id, line, at, recorded_at, source, channel,
       reason_code, entered_by
  from evidence where crime_id = any($1::uuid[]) or (crime_id is null and case_id = any($2::uuid[]))
"""


async def keep_milestones(tx: Tx, told: Iterable[tuple[UUID, Milestone]]) -> None:
    """Keeps milestones by (crime or case without one, id); one told again replaces it, but a known receipt is
    never forgotten."""
    rows = list({(crime_id, m.milestone_id): (crime_id, m) for crime_id, m in told}.values())
    if rows:
        await tx.execute(
            _MILESTONES,
            [crime_id for crime_id, _ in rows],
            [m.milestone_id for _, m in rows],
            [m.case_id for _, m in rows],
            [m.trigger for _, m in rows],
            [m.happened_at for _, m in rows],
            [m.received_by_wcu_at for _, m in rows],
            [m.heard_at for _, m in rows],
            [_details(m.details) for _, m in rows],
            [m.entered_by for _, m in rows],
            [m.source for _, m in rows],
        )


async def milestones(tx: Tx, crime_ids: Sequence[UUID]) -> dict[UUID, list[Milestone]]:
    """The milestones of each crime, or case without one (`Case.life`)."""
    found: dict[UUID, list[Milestone]] = {}
    for row in await tx.fetch(_MILESTONES_OF, list(crime_ids)) if crime_ids else ():
        told = dict(row)
        told["details"] = Details.model_validate_json(orjson.dumps(told["details"])) if told["details"] else NO_DETAILS
        found.setdefault(told.pop("crime_id"), []).append(Milestone(**told))
    return found


async def keep_evidence(tx: Tx, told: Iterable[tuple[UUID | None, Evidence]]) -> None:
    """Keeps evidence with the crime that it speaks of (None: one case alone); told again, the last telling counts."""
    rows = list({_evidence_id(crime_id, e): (crime_id, e) for crime_id, e in told}.items())
    if rows:
        await tx.execute(
            _EVIDENCE,
            [key for key, _ in rows],
            [e.id for _, (_, e) in rows],
            [crime_id for _, (crime_id, _) in rows],
            *(
                [getattr(e, name) for _, (_, e) in rows]
                for name in ("case_id", "entitlement", "act", "outcome", "milestone_id", "line", "at", "recorded_at")
            ),
            *([getattr(e, name) for _, (_, e) in rows] for name in ("source", "channel", "reason_code", "entered_by")),
        )


async def evidence(tx: Tx, crime_ids: Sequence[UUID], case_ids: Sequence[UUID]) -> dict[UUID, list[Evidence]]:
    """Evidence by the crime that it speaks of, or by the case where it speaks of one alone."""
    found: dict[UUID, list[Evidence]] = {}
    for row in await tx.fetch(_EVIDENCE_OF, list(crime_ids), list(case_ids)):
        found.setdefault(row["crime_id"] or row["case_id"], []).append(_evidence(row))
    return found


def _evidence_id(crime_id: UUID | None, evidence: Evidence) -> UUID:
    return uuid5(NS, f"evidence/{crime_id or evidence.case_id}/{evidence.act}/{evidence.id}")


def _evidence(row: asyncpg.Record) -> Evidence:
    told = dict(row)
    del told["crime_id"]
    return Evidence(id=told.pop("name"), **told)


def _details(details: Details) -> str:
    return "{}" if details is NO_DETAILS else details.model_dump_json(exclude_defaults=True)
