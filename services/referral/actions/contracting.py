"""Keeping the directory: a contract added, changed or ended from a day on, one at a time or a whole list; nothing that
is over is ever rewritten. `books` are everywhere those of the start: versions lie over them here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import contract_ends
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.entries import BadField, contract_of
from services.referral.domain.facts import facts_of
from services.referral.domain.matching import fits
from services.referral.domain.versions import Version, imported_id, mark, providers_of, standing_on, to_confirm
from services.referral.store import directory
from services.referral.store.directory import Waiting

FURTHEST, LATEST_END = 10, 30
"""Years from today: a change from a later day, and a contract that ends later, is a slip of the year."""
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
    confirmed: Collection[str] | None = None,
) -> bool:
    """Enters one version of a contract; False when this very version is there already.

    Refused for a day that is over, a name in use, an entry that cannot be used, and where the contract was changed
    after `seen`, the mark of what the form was made from ("" for none). `confirmed`: what of it that may harm was said
    to be meant; Refused at `sure` where something is not (None: nothing is asked).
    """
    await directory.lock(tx)
    versions = await directory.versions(tx)
    if any(one.version_id == version_id for one in versions):
        return False
    made = read(books, entry)
    check_days(made, effective_from, local_day(now))
    known = made.contract_id in books.directory.by_id or last_of(versions, made.contract_id) is not None
    if known is (kind == "added"):
        raise Refused("slug", "already_used" if known else "not_found")
    if seen is not None and seen != mark(versions, made.contract_id):
        raise Refused("version", "stale")
    if confirmed is not None:
        before = standing_on(books.directory, versions, effective_from).by_id.get(made.contract_id)
        if not set(confirmed).issuperset(to_confirm(before, made)):
            raise Refused("sure", "not_confirmed")
    version = Version(version_id, made.contract_id, effective_from, kind, dict(entry), now, viewer.user_id)
    added = await directory.add_version(tx, version, made.provider.provider_id)
    if added:
        await audit.record(tx, [audit.seen(viewer, f"contract.{kind}", "contract", made.contract_id)])
        stood = standing_on(books.directory, versions, effective_from).by_id.get(made.contract_id)
        await contract_ends.entered(tx, viewer, stood, made, now)
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
    """What an imported line would do: add, change or nothing new, `before` and `after` it, and from when a `later`
    change counts; or what is wrong with it (`field`, `why`)."""

    number: int
    slug: str
    does: str
    field: str = ""
    why: str = ""
    before: Contract | None = None
    after: Contract | None = None
    later: date | None = None

    @property
    def to_confirm(self) -> tuple[str, ...]:
        return to_confirm(self.before, self.after) if self.after is not None else ()


def check_days(made: Contract, effective_from: date, today: date) -> None:
    """Refused where a change counts from a day that is over, after the contract, or in a year that is a slip."""
    if effective_from < today:
        raise Refused("effective_from", "in_the_past")
    if effective_from.year > today.year + FURTHEST:
        raise Refused("effective_from", "too_far")
    if effective_from > made.ends:
        raise Refused("effective_from", "after_the_end")
    if made.ends.year > today.year + LATEST_END:
        raise Refused("ends", "too_far")


def judge(
    books: Books, versions: Sequence[Version], lines: Sequence[Line], now: datetime, by: UUID | None = None
) -> tuple[list[Fit], list[Version]]:
    """What each line would do, in order, each over those before it by their day, and the versions that do it. A line is
    nothing new when the contract stands so on its day already."""
    judged, new, seen = dict[int, Fit](), list[Version](), set[tuple[str, date]]()
    for place, line in sorted(enumerate(lines), key=lambda pair: pair[1].effective_from):
        slug = str(line.entry.get("slug", ""))
        try:
            made = read(books, line.entry)
            check_days(made, line.effective_from, local_day(now))
            if (slug, line.effective_from) in seen:
                raise Refused("slug", "twice_in_the_list")
        except Refused as refused:
            judged[place] = Fit(line.number, slug, "wrong", refused.field, refused.code)
            continue
        seen.add((slug, line.effective_from))
        stands = standing_on(books.directory, [*versions, *new], line.effective_from).by_id.get(made.contract_id)
        last = last_of([*versions, *new], made.contract_id)
        does = "same" if stands == made else "changed" if stands is not None or last is not None else "added"
        later = _later(versions, made.contract_id, line.effective_from)
        judged[place] = Fit(line.number, slug, does, before=stands, after=made, later=later)
        if does != "same":
            name = imported_id(line.entry, line.effective_from, last.version_id if last else None)
            new.append(Version(name, made.contract_id, line.effective_from, does, dict(line.entry), now, by))
    return [judged[place] for place in sorted(judged)], new


def _later(versions: Sequence[Version], contract: UUID, day: date) -> date | None:
    days = [one.effective_from for one in versions if one.contract_id == contract and one.effective_from > day]
    return min(days, default=None)


async def take_list(
    tx: Tx, viewer: Viewer, books: Books, lines: Sequence[Line], confirmed: Collection[str], now: datetime
) -> tuple[list[Fit], int]:
    """Enters a whole list or, where one line is wrong or something was not `confirmed`, nothing of it. The same list
    twice adds nothing. Refused, so that nothing is kept, where a contract would not stand as it was sent."""
    await directory.lock(tx)
    versions = await directory.versions(tx)
    judged, new = judge(books, versions, lines, now, viewer.user_id)
    if any(fit.does == "wrong" or not set(confirmed).issuperset(fit.to_confirm) for fit in judged):
        return judged, 0
    added = 0
    for version in new:
        made = read(books, version.entry)
        if await directory.add_version(tx, version, made.provider.provider_id):
            added += 1
            stood = standing_on(books.directory, versions, version.effective_from).by_id.get(made.contract_id)
            await contract_ends.entered(tx, viewer, stood, made, now)
    stand = await directory.versions(tx)
    for line in lines:
        made = read(books, line.entry)
        if standing_on(books.directory, stand, line.effective_from).by_id.get(made.contract_id) != made:
            raise Refused("list", "not_as_sent")
    await audit.record(tx, [audit.seen(viewer, "contracts.imported", "directory", None)])
    return judged, added
