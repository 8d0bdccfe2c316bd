"""Keeping the directory: a contract added, changed or ended from a day on, one at a time or a whole list; nothing that
is over is ever rewritten. `books` are everywhere those of the start: versions lie over them here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.identity import contract_id
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.entries import BadField, contract_of
from services.referral.domain.facts import facts_of
from services.referral.domain.matching import fits
from services.referral.domain.versions import Version, imported_id, providers_of, standing_on
from services.referral.store import directory
from services.referral.store.directory import Waiting

LOOKED_AT = 500
"""Open referrals that a preview tries against a changed contract."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a version would change: referrals now with the provider, by state, and those that wait for one and could go
    to it only before (`lost`) or only after (`gained`). `more`: there are waiting ones that were not tried."""

    with_provider: Mapping[str, int]
    gained: Sequence[Waiting]
    lost: Sequence[Waiting]
    more: bool


def read(books: Books, entry: Mapping[str, Any]) -> Contract:
    """The contract of an entry; Refused at the field that cannot be used."""
    try:
        return contract_of(entry, providers_of(books.directory))
    except BadField as bad:
        raise Refused(bad.field, bad.what) from None


def last_of(versions: Sequence[Version], contract: UUID) -> Version | None:
    """The version that counts last, also one that has not begun."""
    return next((one for one in reversed(versions) if one.contract_id == contract), None)


async def enter(
    tx: Tx,
    viewer: Viewer,
    books: Books,
    entry: Mapping[str, Any],
    effective_from: date,
    version_id: UUID,
    now: datetime,
    *,
    kind: str,
    seen: str | None = None,
) -> bool:
    """Enters one version of a contract; False when this very version is there already.

    Refused for a day that is over, a name in use, an entry that cannot be used, and where the contract was changed
    after `seen`, the version that the form was made from ("" for none).
    """
    await directory.lock(tx)
    versions = await directory.versions(tx)
    if any(one.version_id == version_id for one in versions):
        return False
    made = read(books, entry)
    if effective_from < local_day(now):
        raise Refused("effective_from", "in_the_past")
    known = made.contract_id in books.directory.by_id or last_of(versions, made.contract_id) is not None
    if known is (kind == "added"):
        raise Refused("slug", "already_used" if known else "not_found")
    last = last_of(versions, made.contract_id)
    if seen is not None and seen != (str(last.version_id) if last else ""):
        raise Refused("version", "stale")
    version = Version(version_id, made.contract_id, effective_from, kind, dict(entry), now, viewer.user_id)
    added = await directory.add_version(tx, version, made.provider.provider_id)
    if added:
        await audit.record(tx, [audit.seen(viewer, f"contract.{kind}", "contract", made.contract_id)])
    return added


async def cancel(tx: Tx, viewer: Viewer, version_id: UUID, now: datetime) -> None:
    """Takes back a version before its day; Refused when it has begun or is taken back already."""
    await directory.lock(tx)
    contract = await directory.cancel(tx, version_id, now, viewer.user_id, local_day(now))
    if contract is None:
        raise Refused("version", "too_late")
    await audit.record(tx, [audit.seen(viewer, "contract.change_cancelled", "contract", contract)])


async def foresee(tx: Tx, before: Contract | None, after: Contract, on: date) -> Foreseen:
    """What would change with this version, from its day on."""
    waiting = await directory.waiting(tx, after.line, LOOKED_AT + 1)
    gained, lost = [], []
    for one in waiting[:LOOKED_AT]:
        facts = facts_of(one.facts["case"])
        was = before is not None and before.line == after.line and fits(facts, before, on)
        will = fits(facts, after, on)
        if will and not was:
            gained.append(one)
        if was and not will:
            lost.append(one)
    held = await directory.with_provider(tx, after.contract_id)
    return Foreseen(held, gained, lost, len(waiting) > LOOKED_AT)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an imported list: its number in the text, the entry and from when it counts."""

    number: int
    entry: Mapping[str, Any]
    effective_from: date


@dataclass(frozen=True, slots=True)
class Fit:
    """What an imported line would do: add, change or nothing new; or what is wrong with it (`field`, `why`)."""

    number: int
    slug: str
    does: str
    field: str = ""
    why: str = ""


def judge(books: Books, versions: Sequence[Version], lines: Sequence[Line], today: date) -> list[Fit]:
    """What each line would do, in order. A line is nothing new when the contract stands so on its day already."""
    judged, seen = [], set[tuple[str, date]]()
    for line in lines:
        slug = str(line.entry.get("slug", ""))
        try:
            made = read(books, line.entry)
            if line.effective_from < today:
                raise Refused("effective_from", "in_the_past")
            if (slug, line.effective_from) in seen:
                raise Refused("slug", "twice_in_the_list")
        except Refused as refused:
            judged.append(Fit(line.number, slug, "wrong", refused.field, refused.code))
            continue
        seen.add((slug, line.effective_from))
        stands = standing_on(books.directory, versions, line.effective_from).by_id.get(made.contract_id)
        known = stands is not None or last_of(versions, made.contract_id) is not None
        judged.append(Fit(line.number, slug, "same" if stands == made else "changed" if known else "added"))
    return judged


async def take_list(
    tx: Tx, viewer: Viewer, books: Books, lines: Sequence[Line], now: datetime
) -> tuple[list[Fit], int]:
    """Enters a whole list or, where one line is wrong, nothing of it. The same list twice adds nothing."""
    await directory.lock(tx)
    versions = await directory.versions(tx)
    judged = judge(books, versions, lines, local_day(now))
    if any(fit.does == "wrong" for fit in judged):
        return judged, 0
    added = 0
    for line, fit in zip(lines, judged, strict=True):
        if fit.does == "same":
            continue
        of = contract_id(fit.slug)
        name = imported_id(line.entry, line.effective_from)
        version = Version(name, of, line.effective_from, fit.does, dict(line.entry), now, viewer.user_id)
        provider = read(books, line.entry).provider.provider_id
        added += await directory.add_version(tx, version, provider)
    await audit.record(tx, [audit.seen(viewer, "contracts.imported", "directory", None)])
    return judged, added
