"""A monitoring return, counted from what legs carry, says what a second count from the timelines says."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from contracts.identity import contract_id, provider_id
from kit.database import Tx
from services.referral.domain.performance import Quarter, quarter
from services.referral.store import monitoring
from tests.builders import a_viewer
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service
MANAGER = a_viewer("provider.manager")
LEG = """
insert into leg (leg_id, referral_id, case_id, person_id, number, reference, line, provider_id, contract_id, state,
                 automatic, restricted, lapsed_at, sent_at, out_at, decline_reason)
values ($1, $2, $3, $3, 1, 'REF', 'idva', $4, $5, $6, false, $7, $8, $9, $9, $10)
"""
REFERRAL = """
insert into referral (referral_id, case_id, line, state, source, automatic, received_at, updated_at)
values ($1, $2, 'idva', 'sent', 'police', false, $3, $3)
"""
TOLD = """
insert into case_event (case_id, happened_at, type, referral_id, leg_id, actor_role, data)
values ($1, $2, $3, $4, $5, 'idva.worker', '{}')
"""
ENDED = """
insert into end_report (leg_id, case_id, provider_id, how, reason, next_step, at, by_id)
values ($1, $2, $3, $4, $5, 'nothing', $6, $1)
"""


@dataclass(frozen=True)
class Known:
    """A leg, what happened to it, and the reason of its decline or its end."""

    seen: bool
    told: tuple[tuple[str, datetime], ...]
    reason: str | None
    sent: datetime
    waits: bool
    """Open, and support has not begun."""


def steps(draw: random.Random) -> Iterator[tuple[str, str]]:
    """What a provider and the hub may do with a leg in turn (reference/transitions.yaml), with its state afterwards."""
    while draw.random() < 0.8:
        if draw.random() < 0.15:
            yield "referral.declined.v1", "declined"
            return
        yield "referral.accepted.v1", "accepted"
        if draw.random() < 0.3:
            yield "referral.waitlisted.v1", "waitlisted"
            continue
        if draw.random() < 0.8:
            yield "support.started.v1", "accepted"
            if draw.random() < 0.4:
                yield "support.paused.v1", "accepted"
            over = draw.choice(("support.completed.v1", "support.ended-early.v1", "referral.withdrawn.v1", None))
        else:
            over = draw.choice(("referral.withdrawn.v1", "referral.not-reached.v1", None))
        if over:
            yield over, "withdrawn" if over == "referral.withdrawn.v1" else "ended"
        return


def within(draw: random.Random, period: Quarter, at: datetime) -> datetime:
    """A moment later: minutes or months, now and then the very first or the very end of the quarter."""
    later = at + timedelta(days=draw.choice((0, 1, 9, 40)) * draw.random(), minutes=draw.randrange(60))
    edges = [edge for edge in (period.begins, period.ends) if edge >= at]
    return draw.choice(edges) if edges and draw.random() < 0.15 else later


async def a_history(tx: Tx, draw: random.Random, period: Quarter) -> Known:
    leg, referral, case = uuid4(), uuid4(), uuid4()
    mine = draw.random() < 0.9
    provider = provider_id("harbour-lane" if mine else "lantern-house")
    at = sent = period.begins + timedelta(days=draw.randrange(-120, 80), minutes=draw.randrange(1440))
    story = list(steps(draw))
    last = story[-1][0] if story else None
    reason = draw.choice((None, "capacity", "moved_on")) if last != "support.completed.v1" else "needs_met"
    hidden = draw.choice((None, None, None, None, None, "restricted", "lapsed"))
    state = story[-1][1] if story else "sent"
    await tx.execute(REFERRAL, referral, case, sent)
    lapsed = sent if hidden == "lapsed" else None
    about = (leg, referral, case, provider, contract_id("harbour-lane-idva"), state, hidden == "restricted", lapsed)
    await tx.execute(LEG, *about, sent, reason if last == "referral.declined.v1" else None)
    told = []
    for name, _ in story:
        at = within(draw, period, at)
        told.append((name, at))
        await tx.execute(TOLD, case, at, name, referral, leg)
    if last in ("support.completed.v1", "support.ended-early.v1") and reason is not None:
        await tx.execute(ENDED, leg, case, provider, "completed", reason, at)
    begun = "support.started.v1" in {name for name, _ in story}
    waits = state in ("sent", "accepted", "waitlisted") and not begun
    return Known(mine and hidden is None, tuple(told), reason, sent, waits)


def counted(legs: list[Known], period: Quarter) -> dict[tuple[str, str], int]:
    """The same figures, told leg by leg from what happened."""
    found = Counter({("in_support", "all"): 0})
    for leg in legs:
        now = {name for name, at in leg.told if period.begins <= at < period.ends}
        before = {name for name, at in leg.told if at < period.begins}
        over = {"support.completed.v1", "support.ended-early.v1", "referral.withdrawn.v1"}
        named = {
            "referral.accepted.v1": ("accepted", "all"),
            "referral.declined.v1": ("declined", leg.reason or "not_said"),
            "support.started.v1": ("support_started", "all"),
            "support.completed.v1": ("ended", "completed"),
            "support.ended-early.v1": ("ended", f"early:{leg.reason or 'not_said'}"),
        }
        found.update(named[name] for name in now if name in named)
        if "support.started.v1" in now | before and not before & over:
            found["in_support", "all"] += 1
    return dict(found)


async def test_a_return_counts_from_legs_what_their_timelines_say_over_random_histories(hub: Hub) -> None:
    draw, middle = random.Random(75), quarter("2026-Q1")
    assert middle is not None
    async with hub.as_worker() as tx:
        legs = [await a_history(tx, draw, middle) for _ in range(260)]
    known = [leg for leg in legs if leg.seen]
    assert sum([name for name, _ in leg.told].count("referral.accepted.v1") > 1 for leg in known) > 10
    for name in ("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"):
        period = quarter(name)
        assert period is not None
        async with hub.looks(MANAGER) as tx:
            lines = await monitoring.drawn(tx, period)
        drawn = {(line.measure, line.category): int(line.value) for line in lines}
        expected = counted(known, period)
        assert {key: n for key, n in drawn.items() if key[0] not in ("received", "waiting")} == expected
        assert drawn["waiting", "all"] == sum(leg.waits and leg.sent < period.ends for leg in known)
        if period == middle:
            assert {"accepted", "declined", "support_started", "ended", "in_support"} <= {of for of, _ in expected}
            assert len(expected) > 8 and min(expected.values()) > 0
