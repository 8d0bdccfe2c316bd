"""Drawing a return, signing it, sealing it; rehearsing the current quarter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from contracts.envelope import Fact
from contracts.refused import Refused
from contracts.returns import ReturnDrawn, ReturnRestated, ReturnSealed, ReturnSigned
from kit import audit, outbox
from kit.config import Settings
from kit.database import Database, Tx
from kit.listening import Context
from kit.service import Moment
from services.returns.domain import canonical
from services.returns.domain.canonical import Heading
from services.returns.domain.cells import Cell, Key, build_cells, failures, split_failures
from services.returns.domain.definition import Definition
from services.returns.domain.facts import fact_row, people
from services.returns.domain.period import Period, parse_period, period_of
from services.returns.domain.versions import last_shown
from services.returns.store import archive, definitions, draws, measures
from services.returns.store.definitions import Loaded
from services.returns.store.draws import Drawn, Rehearsed
from services.returns.store.measures import CutOff

KINDS = ("grant", "code")
PATIENCE = 15  # minutes for one statement of a draw


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: a signed-in worker, or (user_id None) the operator's command."""

    user_id: UUID | None
    role: str


OPERATOR = Actor(None, "operator")


async def draw(database: Database, kind: str, period: Period, cut_off: datetime, by: Actor, now: datetime) -> Drawn:
    """Draws a return at a cut-off, or finds it: the same cut-off and definition are the same return, to the byte.

    Refused for a cut-off in the future or before the period, and for a definition that changed under its version.
    """
    if cut_off > now:
        raise Refused("cut_off", "in_the_future")
    if cut_off < period.start:
        raise Refused("period", "not_begun")
    loaded = definitions.current(kind, period.first_day.isoformat())
    async with database.begin() as tx:
        cut = await draws.freeze(tx, cut_off)
    async with database.begin() as tx:
        await measures.prepare(tx, PATIENCE)
        await definitions.register(tx, loaded)
        heading = heading_of(loaded, period, cut.at)
        known = await draws.load(tx, heading.return_id)
        file = canonical.write(
            heading, build_cells(loaded.definition, await counts(tx, loaded, period, cut), period, cut.at)
        )
        if known is not None:
            return _the_same(known, file)
        drawn = Drawn(
            return_id=heading.return_id,
            kind=kind,
            period=str(period),
            definition_version=loaded.definition.version,
            cut_off=cut.at,
            position=cut.position,
            sha256=canonical.sha256(file),
            state="drawn",
            restates=await draws.last_sealed(tx, kind, str(period)),
            drawn_by=by.user_id,
            drawn_role=by.role,
            drawn_at=now,
        )
        await draws.add(tx, drawn, file)
        await audit.record(tx, [_entry(by, "return.drawn", drawn)])
        await outbox.add(tx, [ReturnDrawn(**_common(drawn, by, now), rows=file.count(b"\n") - 1)])
        return drawn


def heading_of(loaded: Loaded, period: Period, cut_off: datetime) -> Heading:
    definition = loaded.definition
    name = canonical.return_id(definition.kind, str(period), definition.version, cut_off)
    return Heading(name, definition.kind, str(period), definition.area)


async def counts(tx: Tx, loaded: Loaded, period: Period, cut: CutOff) -> dict[Key, int]:
    """What the queries of a definition count for a period at a cut-off."""
    found: dict[Key, int] = {}
    for query in loaded.queries.values():
        found |= await measures.count(tx, query, period, cut, loaded.definition.positive_outcomes)
    return found


def _the_same(known: Drawn, file: bytes) -> Drawn:
    if canonical.sha256(file) != known.sha256:
        raise Refused("return", "redrawn_differently")
    return known


def broken_checks(loaded: Loaded, cells: tuple[Cell, ...]) -> list[str]:
    """What does not add up in a return, in words."""
    return failures(loaded.definition.checks, cells) + split_failures(loaded.definition, cells)


async def seen_by_all(tx: Tx, drawn: Drawn, definition: Definition) -> tuple[Heading, tuple[Cell, ...]]:
    """What anybody may see of a sealed return, beside what they saw of those that it corrects."""
    return _seen_by_all(definition, *await draws.sealed_until(tx, drawn))


@lru_cache(maxsize=32)
def _seen_by_all(definition: Definition, *sealed: tuple[UUID, bytes]) -> tuple[Heading, tuple[Cell, ...]]:
    """A sealed return never changes, so neither does what may be seen of it."""
    read = [canonical.read(file) for _, file in sealed]
    return read[-1][0], last_shown(definition, [cells for _, cells in read])


async def sign(tx: Tx, return_id: UUID, by: Actor, settings: Settings, now: datetime) -> Drawn:
    """Signs a drawn return; never by the one who drew it, and never while a check fails."""
    drawn = await _loaded(tx, return_id, "drawn")
    if by.user_id is None:
        raise Refused("signer", "a_person_signs")
    if by.user_id == drawn.drawn_by:
        raise Refused("signer", "drew_it")
    file = await draws.file_of(tx, return_id)
    loaded = definitions.version(drawn.kind, drawn.definition_version)
    if loaded is not None and broken_checks(loaded, canonical.read(file)[1]):
        raise Refused("return", "checks_fail")
    await draws.save_signature(tx, return_id, by.user_id, by.role, now, signing_key(settings).sign(file))
    await audit.record(tx, [_entry(by, "return.signed", drawn)])
    await outbox.add(tx, [ReturnSigned(**_common(drawn, by, now), signed_by=by.user_id)])
    return drawn


async def seal(tx: Tx, return_id: UUID, by: Actor, now: datetime) -> Drawn:
    """Seals a signed return: it stands from now on. One that corrects an earlier sealed one is announced as such."""
    drawn = await _loaded(tx, return_id, "signed")
    assert drawn.signature is not None
    await draws.save_seal(tx, return_id, by.user_id, now)
    await audit.record(tx, [_entry(by, "return.sealed", drawn)])
    told: list[ReturnSealed | ReturnRestated] = [
        ReturnSealed(**_common(drawn, by, now), signature=drawn.signature.hex())
    ]
    if drawn.restates is not None:
        told.append(ReturnRestated(**_common(drawn, by, now), restates=drawn.restates))
    await outbox.add(tx, told)
    return drawn


async def _loaded(tx: Tx, return_id: UUID, state: str) -> Drawn:
    drawn = await draws.load(tx, return_id, lock=True)
    if drawn is None:
        raise Refused("return", "unknown")
    if drawn.state != state:
        raise Refused("return", f"is_{drawn.state}" if drawn.state != "drawn" else "not_signed")
    return drawn


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    key = load_pem_private_key(settings.secret("signing.key"), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def signature_holds(drawn: Drawn, file: bytes, settings: Settings) -> bool:
    """Whether the signature of a return is ours and of these bytes."""
    try:
        signing_key(settings).public_key().verify(drawn.signature or b"", file)
    except InvalidSignature:
        return False
    return True


def _common(drawn: Drawn, by: Actor, now: datetime) -> Mapping[str, object]:
    return {
        "subject_id": drawn.return_id,
        "happened_at": now,
        "actor_role": by.role,
        "return_id": drawn.return_id,
        "kind": drawn.kind,
        "period": drawn.period,
        "cut_off": drawn.cut_off,
        "definition": drawn.definition_version,
        "sha256": drawn.sha256,
        "archive_position": drawn.position,
    }


def _entry(by: Actor, action: str, drawn: Drawn) -> audit.Entry:
    return audit.Entry(by.user_id, by.role, None, action, "return", drawn.return_id)


async def rebuild(tx: Tx, models: Mapping[str, type[Fact]]) -> int:
    """Makes every fact again from the archive alone; returns how many."""
    await measures.prepare(tx, PATIENCE)
    await archive.forget_facts(tx)
    position, head = 0, await archive.head(tx)
    while events := await archive.read(tx, position, head, models):
        await archive.save_facts(tx, [fact_row(e) for e in events], [row for e in events for row in people(e)])
        position = events[-1].position
    return position


async def draw_what_was_asked(tx: Tx, moment: Moment, context: Context) -> int:
    """Draws one return that a page asked for, at the instant it was asked; returns how many it did."""
    asked = await draws.next_asked(tx)
    if asked is None:
        return 0
    by = Actor(asked.asked_by, asked.asked_role)
    try:
        period = parse_period(asked.period)
        drawn = await draw(context.database, asked.kind, period, asked.asked_at, by, moment.now)
        await draws.answer(tx, asked.request_id, drawn.return_id, None)
    except Refused as refused:
        await draws.answer(tx, asked.request_id, None, f"{refused.field}: {refused.code}")
    return 1


async def rehearse(tx: Tx, moment: Moment, context: Context) -> int:
    """The figures of the current and the last quarter as they would be if drawn now; only when something arrived."""
    head = await archive.head(tx)
    current = period_of(moment.now)
    known = {(each.kind, each.period): each.position for each in await draws.rehearsals(tx, _names(current))}
    done = 0
    await measures.prepare(tx, PATIENCE)
    for kind in KINDS:
        for period in (current, current.previous):
            if known.get((kind, str(period))) != head:
                loaded = definitions.current(kind, period.first_day.isoformat())
                found = await counts(tx, loaded, period, CutOff(moment.now, head))
                cells = build_cells(loaded.definition, found, period, moment.now)
                file = canonical.write(heading_of(loaded, period, moment.now), cells)
                await draws.save_rehearsal(tx, Rehearsed(kind, str(period), head, moment.now, file))
                done += 1
    return done


def _names(current: Period) -> tuple[str, str]:
    return str(current), str(current.previous)
