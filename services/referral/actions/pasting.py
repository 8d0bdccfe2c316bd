"""Outcomes pasted from a provider's own system: each line once, to one of its own referrals."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid5

from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.domain.open_referral import line_name
from services.referral.domain.pasted import SERVICE, BadLine, Pasted
from services.referral.store import pasting, support
from services.referral.store.pasting import Own
from services.referral.store.support import Outcome


async def checked(tx: Tx, lines: Sequence[Pasted]) -> tuple[list[tuple[Pasted, Own]], list[Pasted], list[BadLine]]:
    """Lines with the leg that each belongs to, lines kept before, and lines of which the reference is not one's own or
    is of several services, or whose id was used for something else."""
    legs = await pasting.by_reference(tx, [line.reference for line in lines])
    kept = await pasting.kept(tx, [line.line_id for line in lines])
    new, again, bad = [], [], []
    for line in lines:
        every, was = legs.get(line.reference, []), kept.get(line.line_id)
        own = [leg for leg in every if line.service in ("", leg.line, line_name(leg.line).lower())]
        if every and not own:
            bad.append(BadLine(line.number, f"This reference has no such service of yours, only: {_named(every)}"))
        elif not own:
            bad.append(BadLine(line.number, "No referral of yours in support or ended has this reference"))
        elif was is not None and was in {(leg.leg_id, line.outcome, line.change) for leg in own}:
            again.append(line)
        elif was is not None:
            bad.append(BadLine(line.number, "This line_id was sent before and said something else"))
        elif len(own) > 1:
            bad.append(BadLine(line.number, _which(own)))
        else:
            new.append((line, own[0]))
    return new, again, bad


def _which(own: Sequence[Own]) -> str:
    """An outcome of one service is not put down to another: whose it is, nobody can read from the line."""
    said = f"Name the right one in a fifth cell, {SERVICE}, or say it in its end report"
    return f"This reference has more than one service of yours: {_named(own)}. {said}"


def _named(own: Sequence[Own]) -> str:
    """The services in words, each once."""
    return ", ".join(dict.fromkeys(line_name(leg.line) for leg in own))


async def replaced(tx: Tx, found: Sequence[tuple[Pasted, Own]]) -> dict[int, str]:
    """Which change each new line puts in the place of one that was said before, by the line's number: the last answer
    to an outcome of a referral stands."""
    held = await pasting.answers(tx, [leg.leg_id for _, leg in found])
    said = {line.number: held.get((leg.leg_id, line.outcome)) for line, leg in found}
    return {line.number: was for line, _ in found if (was := said[line.number]) and was != line.change}


async def keep(tx: Tx, viewer: Viewer, found: Sequence[tuple[Pasted, Own]], now: datetime) -> int:
    """Keeps each line once; how many were new."""
    count = 0
    for line, leg in found:
        made = uuid5(leg.leg_id, f"line/{line.line_id}")
        ids = (made, leg.leg_id, leg.case_id, leg.provider_id)
        row = Outcome(*ids, line.outcome, line.change, line.line_id, now, viewer.user_id)
        if await support.add_outcome(tx, row):
            count += 1
            await audit.record(tx, [audit.seen(viewer, "outcome.pasted", "case", leg.case_id, (line.outcome,))])
    return count
