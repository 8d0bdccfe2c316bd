"""Whatever happened before: nothing goes out on a channel that is not safe at that moment."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.contact import ContactRequested
from contracts.identity import case_id
from contracts.refused import Refused
from kit.service import Moment
from services.referral.actions import contacting, mailing, opening, packing, requesting
from services.referral.domain.safe_contact import LOCKING
from services.referral.store import cases, persons
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import BOOKS, Hub

OFFICER = a_viewer()
KINDS = ("mobile", "text", "email", "letter")
NUMBERS: dict[str, int] = defaultdict(count().__next__)
"""A number for each person, who shares name, numbers and addresses with nobody else."""
CONTRACT = next(c for c in BOOKS.directory.contracts if "channels" in c.pack)
ON = st.sampled_from(KINDS)
ACTS = st.one_of(
    st.tuples(st.just("attempt"), ON, st.sampled_from(["no_answer", "spoke", *LOCKING])),
    st.tuples(st.just("say"), ON, st.sampled_from(["safe", "unsafe", "unknown"]), st.booleans()),
    st.tuples(st.just("lock"), ON),
    st.tuples(st.just("crime"), st.sets(ON)),
    st.tuples(st.just("never_ask")),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("share"), st.booleans()),
    st.tuples(st.just("one_chance")),
)


class Known(NamedTuple):
    """The plainest account of one channel, kept beside the system: what the last word on it was."""

    safety: str = "unknown"
    locked: bool = False


class Account:
    """Oracle: says by itself, from the history alone, on which channels something may go out."""

    def __init__(self) -> None:
        self.channels: dict[str, Known] = {}
        self.no_feedback = False
        self.shares = True
        self.one_chance = False
        self.told: dict[str, Any] = {}

    def given(self, kind: str) -> bool:
        """Whether a provider that may have the case is given it."""
        barred = self.one_chance and kind == "letter"
        return not barred and self.channels.get(kind, Known()) == Known("safe", False)

    def safe(self, kind: str) -> bool:
        """Whether the hub may use it: not for somebody who said no."""
        return self.shares and self.given(kind)

    def crime(self, safe: set[str]) -> None:
        for kind in KINDS:
            held = self.channels.get(kind, Known())
            if held.safety != "unsafe" and not held.locked:
                self.channels[kind] = Known("safe" if kind in safe else "unknown")

    def lock(self, kind: str) -> None:
        self.channels[kind] = Known("unsafe", True)


async def a_crime_of(hub: Hub, ref: str, safe: set[str], at: datetime, told: dict[str, Any] | None = None) -> UUID:
    """A crime of this person, its details opened; `told` keeps it, to be told of again."""
    crime = a_crime(a_victim(ref, channels_safe=sorted(safe)), reported_at=at.isoformat(), recorded_at=at.isoformat())
    n = NUMBERS[ref]
    addresses = (f"07700 900{n % 500:03}", f"07700 900{500 + n % 500}", f"wil{n}@example.org", f"{n} Nowhere Street")
    values = [{"kind": kind, "value": at, "safety": "unknown"} for kind, at in zip(KINDS, addresses, strict=True)]
    details = a_detail(given_names=f"Wil{n}", channels=values)
    crime["victims"][0]["sealed"] = hub.sealed(details, crime["crime_id"], ref)
    await hub.hears(recorded(crime, at=at))
    await hub.every(opening.open_arrivals, at)
    (told if told is not None else {}).update(crime)
    return case_id(crime["crime_id"], ref)


async def do(hub: Hub, account: Account, case: UUID, ref: str, act: tuple[Any, ...], now: datetime) -> None:
    """One act of a history, in the system and in the account; an attempt is itself something that goes out."""
    if act[0] == "attempt":
        went = True
        try:
            async with hub.looks(OFFICER) as tx:
                await contacting.record_attempt(tx, OFFICER, uuid4(), case, act[1], act[2], now)
        except Refused:
            went = False
        assert went == (account.safe(act[1]) or act[2] in LOCKING), act
        if act[2] in LOCKING:
            account.lock(act[1])
    if act[0] == "say":
        try:
            async with hub.looks(OFFICER) as tx:
                await contacting.set_safety(tx, OFFICER, case, act[1], act[2], now, spoke=act[3])
        except Refused:
            assert not act[3] or (account.one_chance and act[1] == "letter"), "who spoke to the person may say anything"
            return
        account.channels[act[1]] = Known(act[2])
    if act[0] == "lock":
        async with hub.looks(OFFICER) as tx:
            await contacting.lock_channel(tx, OFFICER, case, act[1], "said_unsafe", now)
        account.lock(act[1])
    if act[0] == "crime":
        await a_crime_of(hub, ref, act[1], now)
        account.crime(act[1])
    if act[0] in ("share", "one_chance"):
        await the_police_tell_more(hub, account, act, now)
    if act[0] == "never_ask":
        async with hub.as_worker() as tx:
            held = await cases.get(tx, case)
            assert held is not None
            await persons.no_feedback(tx, held.person_id, now)
        account.no_feedback = True


async def the_police_tell_more(hub: Hub, account: Account, act: tuple[Any, ...], now: datetime) -> None:
    """A later word on the first crime: the person says no, or yes again, or it is a forced marriage."""
    if act[0] == "share":
        account.shares = act[1]
        account.told["victims"] = [account.told["victims"][0] | {"share": "agreed" if act[1] else "refused"}]
    else:
        account.one_chance = True
        account.told["flags"] = ["forced_marriage"]
    account.told = updated(account.told, account.told.get("revision", 1) + 1)
    await hub.hears([snapshot(account.told, now)])


async def what_was_asked_for_leaves(hub: Hub, account: Account, case: UUID, now: datetime) -> None:
    """Messages asked for before this act are tried now: each leaves by a channel that is still safe, or not at all."""
    async with hub.as_worker() as tx:
        await mailing.send_due(tx, Moment(now, now), hub.context)
    for row in await hub.rows("select channel from mail where sent_at = $1 and case_id = $2", now, case):
        assert account.safe(row["channel"]), row


async def nothing_unsafe_goes_out(hub: Hub, account: Account, case: UUID, now: datetime) -> None:
    """Opens each number, asks for a message and an invitation, makes a pack: each by a safe channel or not at all."""
    for kind in KINDS:
        async with hub.looks(OFFICER) as tx:
            seen = await cases.get(tx, case)
            assert seen is not None
            try:
                assert await contacting.open_channel(tx, OFFICER, hub.sealer, seen, kind, now) is not None
                opened = True
            except Refused:
                opened = False
        assert opened == account.safe(kind), kind
    for purpose in ("notice", "feedback"):
        request = ContactRequested(
            case_id=case,
            request_id=uuid4(),
            purpose=purpose,
            template="plain",
            not_after=now + timedelta(days=1),
            happened_at=now,
            actor_role="system",
        )
        async with hub.as_worker() as tx:
            told = await requesting.answer_request(tx, request, hub.context, now)
        channel = getattr(told, "channel", None)
        refused = account.one_chance or (purpose == "feedback" and account.no_feedback)
        first = next((kind for kind in requesting.MAIL if account.safe(kind)), None)
        assert channel == (None if refused else first), purpose
    async with hub.as_worker() as tx:
        held = await cases.get(tx, case)
        assert held is not None
        pack = await packing.contents(tx, hub.sealer, held, CONTRACT)
    assert {one["kind"] for one in pack.get("channels", ())} == {kind for kind in KINDS if account.given(kind)}


@pytest.mark.service
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(ACTS, min_size=1, max_size=10), safe=st.sets(ON))
async def test_nothing_goes_out_on_a_channel_that_is_not_safe_at_that_moment(
    hub: Hub, history: list[tuple[Any, ...]], safe: set[str]
) -> None:
    ref, now, account = f"V-{uuid4()}", NOON, Account()
    case = await a_crime_of(hub, ref, safe, now, account.told)
    account.crime(safe)
    await nothing_unsafe_goes_out(hub, account, case, now)
    for act in history:
        now += timedelta(hours=act[1]) if act[0] == "wait" else timedelta(minutes=1)
        await do(hub, account, case, ref, act, now)
        await what_was_asked_for_leaves(hub, account, case, now)
        await nothing_unsafe_goes_out(hub, account, case, now)


@pytest.mark.service
async def test_a_further_crime_makes_every_channel_unknown_but_those_it_calls_safe(hub: Hub) -> None:
    case = await a_crime_of(hub, "V-again", {"mobile", "text", "email"}, NOON)
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, case, "email", "said_unsafe", NOON)
        await contacting.set_safety(tx, OFFICER, case, "letter", "safe", NOON, spoke=True)
    await a_crime_of(hub, "V-again", {"mobile", "email"}, NOON + timedelta(days=1))
    rows = await hub.rows("select kind, safety, locked_at is not null as locked from channel")
    found = {row["kind"]: (row["safety"], row["locked"]) for row in rows}
    assert found == {
        "mobile": ("safe", False),
        "text": ("unknown", False),
        "email": ("unsafe", True),
        "letter": ("unknown", False),
    }
