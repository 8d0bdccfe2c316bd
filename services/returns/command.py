"""`python -m services.returns return draw | sign | seal | show | list | verify | diff`, and `rebuild`."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.reference import ROLES, personas
from contracts.refused import Refused
from contracts.registry import FACTS
from kit import clock
from kit.listening import Context
from services.returns import actions
from services.returns.actions import Actor
from services.returns.domain import canonical
from services.returns.domain.difference import difference
from services.returns.domain.period import parse_period
from services.returns.store import draws
from services.returns.store.draws import Drawn

WORDS = {
    "period: not_a_quarter": "PERIOD is a calendar quarter, such as 2026-Q3",
    "period: not_begun": "that quarter had not begun at the cut-off",
    "cut_off: in_the_future": "the cut-off is in the future; leave --cut-off out to draw as of now",
    "definition: changed_without_a_new_version": "the definition or a query of it was changed; it needs a new version",
    "return: unknown": "there is no such return here; `handrail return list` names those there are",
    "return: not_signed": "it is not signed; another person than the one who drew it signs first",
    "return: is_signed": "it is signed already; the next step is to seal it",
    "return: is_sealed": "it is sealed and never changes; draw a new one to restate it",
    "return: checks_fail": "its checks do not hold; open it in the returns pages to see which",
    "return: redrawn_differently": "it came out differently from the return that is kept; nothing was changed",
    "signer: drew_it": "the one who drew it cannot sign it",
    "signer: may_not_sign": "that persona has no right to sign returns (leader and admin have)",
    "signer: unknown": "there is no such persona",
    "signer: development_only": "--as works in development only; sign on the returns page",
    "file: not_a_return": "that file is not a return",
    "file: not_canonical": "that file was changed: it is not the canonical form of what it says",
    "file: not_readable": "that file cannot be read",
}


async def run(words: Sequence[str], context: Context) -> int:
    """`return ...` or `rebuild`. Exit code 0 when done, 1 when it could not be, 2 for a wrong command line."""
    if words[:1] == ["rebuild"]:
        async with context.database.begin() as tx:
            print(f"{await actions.rebuild(tx, FACTS)} facts made again from the archive")  # noqa: T201
        return 0
    asked = _parser().parse_args(words)
    try:
        told, code = await _VERBS[asked.verb](asked, context)
    except Refused as refused:
        print(f"handrail return: {WORDS.get(str(refused), str(refused))}", file=sys.stderr)  # noqa: T201
        return 2 if refused.code == "not_a_quarter" else 1
    print(json.dumps(told) if asked.json else _in_words(told))  # noqa: T201
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="handrail return")
    parser.add_argument("return", choices=["return"])
    verbs = parser.add_subparsers(dest="verb", required=True)
    draw = verbs.add_parser("draw")
    draw.add_argument("period")
    draw.add_argument("--kind", choices=actions.KINDS, required=True)
    draw.add_argument("--cut-off", type=_instant)
    draw.add_argument("--out", type=Path)
    sign = verbs.add_parser("sign")
    sign.add_argument("id", type=UUID)
    sign.add_argument("--as", dest="persona", required=True)
    for name in ("seal", "show"):
        verbs.add_parser(name).add_argument("id", type=UUID)
    verbs.add_parser("list")
    verbs.add_parser("verify").add_argument("file", type=Path)
    diff = verbs.add_parser("diff")
    diff.add_argument("before", type=UUID)
    diff.add_argument("after", type=UUID)
    for each in verbs.choices.values():
        each.add_argument("--json", action="store_true")
    return parser


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("say the zone too, such as 2026-10-14T09:00:00Z")
    return found


async def _draw(asked: argparse.Namespace, context: Context) -> tuple[dict[str, Any], int]:
    now = clock.now()
    period = parse_period(asked.period)
    drawn = await actions.draw(context.database, asked.kind, period, asked.cut_off or now, actions.OPERATOR, now)
    async with context.database.begin() as tx:
        file = await draws.file_of(tx, drawn.return_id)
    place = asked.out or context.settings.data / "returns"
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{drawn.kind}_{drawn.period}_{drawn.return_id}.csv"
    path.write_bytes(file)
    path.with_suffix(".csv.sha256").write_text(f"{drawn.sha256}  {path.name}\n")
    return _told(drawn) | {"file": str(path), "rows": file.count(b"\n") - 1}, 0


async def _sign(asked: argparse.Namespace, context: Context) -> tuple[dict[str, Any], int]:
    if not context.settings.development:
        raise Refused("signer", "development_only")
    persona = next((each for each in personas() if each.name == asked.persona), None)
    if persona is None:
        raise Refused("signer", "unknown")
    if "returns.sign" not in ROLES[persona.role].permissions:
        raise Refused("signer", "may_not_sign")
    by = Actor(persona.user_id, persona.role)
    async with context.database.begin() as tx:
        await actions.sign(tx, asked.id, by, context.settings, clock.now())
    return await _show(asked, context)


async def _seal(asked: argparse.Namespace, context: Context) -> tuple[dict[str, Any], int]:
    async with context.database.begin() as tx:
        await actions.seal(tx, asked.id, actions.OPERATOR, clock.now())
    return await _show(asked, context)


async def _show(asked: argparse.Namespace, context: Context) -> tuple[dict[str, Any], int]:
    async with context.database.begin() as tx:
        return _told(await _known(tx, asked.id)), 0


async def _list(asked: argparse.Namespace, context: Context) -> tuple[dict[str, Any], int]:
    async with context.database.begin() as tx:
        return {"returns": [_told(each) for each in await draws.list_drawn(tx)]}, 0


async def _verify(asked: argparse.Namespace, context: Context) -> tuple[dict[str, Any], int]:
    """Is it a return, to the byte as it was drawn here, and does its signature hold."""
    try:
        file = asked.file.read_bytes()
    except OSError as error:
        raise Refused("file", "not_readable") from error
    digest = canonical.sha256(file)
    heading, cells = canonical.read(file)
    async with context.database.begin() as tx:
        drawn = await draws.load(tx, heading.return_id)
    found = {
        "canonical": True,
        "known": drawn is not None,
        "same_bytes": drawn is not None and drawn.sha256 == digest,
        "signature": None
        if drawn is None or drawn.signature is None
        else actions.signature_holds(drawn, file, context.settings),
    }
    ok = found["same_bytes"] is True and found["signature"] is not False
    told = {"ok": ok, "return_id": str(heading.return_id), "sha256": digest, "cells": len(cells)} | found
    return told | {"state": drawn.state if drawn else None}, 0 if ok else 1


async def _diff(asked: argparse.Namespace, context: Context) -> tuple[dict[str, Any], int]:
    async with context.database.begin() as tx:
        cells = []
        for name in (asked.before, asked.after):
            await _known(tx, name)
            cells.append(canonical.read(await draws.file_of(tx, name))[1])
    changes = [
        {"measure": c.measure, "split": c.split, "category": c.category, "before": c.before, "after": c.after}
        for c in difference(*cells)
    ]
    return {"before": str(asked.before), "after": str(asked.after), "changes": changes}, 0


async def _known(tx: Any, name: UUID) -> Drawn:
    drawn = await draws.load(tx, name)
    if drawn is None:
        raise Refused("return", "unknown")
    return drawn


def _told(drawn: Drawn) -> dict[str, Any]:
    return {
        "return_id": str(drawn.return_id),
        "kind": drawn.kind,
        "period": drawn.period,
        "definition": drawn.definition_version,
        "cut_off": canonical.instant(drawn.cut_off),
        "archive_position": drawn.position,
        "sha256": drawn.sha256,
        "state": drawn.state,
        "restates": str(drawn.restates) if drawn.restates else None,
    }


def _in_words(told: dict[str, Any]) -> str:
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in told.items() if not isinstance(value, list)]
    for name, value in told.items():
        if isinstance(value, list):
            lines += [f"{len(value)} {name}", *("  " + "  ".join(str(v) for v in each.values()) for each in value)]
    return "\n".join(lines)


_VERBS = {
    "draw": _draw,
    "sign": _sign,
    "seal": _seal,
    "show": _show,
    "list": _list,
    "verify": _verify,
    "diff": _diff,
}
