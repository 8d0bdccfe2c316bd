"""Whatever happened before: nothing goes out on a channel that is not safe at that moment."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.contact import ContactRequested
from contracts.identity import case_id
from contracts.refused import Refused
from contracts.vocabulary import CHANNELS
from contracts.working_time import LONDON
from kit.service import Moment
from services.referral.actions import (
    alarming,
    contacting,
    incidents,
    mailing,
    making_sure,
    opening,
    packing,
    requesting,
)
from services.referral.domain.safe_contact import LOCKING, NOT_FOR_ONE_CHANCE
from services.referral.store import cases, contact, persons, referrals
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded, snapshot, updated
from tests.referral.conftest import BOOKS, Hub

OFFICER, LEADER = a_viewer(), a_viewer("leader")
KINDS = CHANNELS
WRITTEN = ("mobile", "landline", "text", "email", "letter")
"""Those of which there is a number or address; to go there, or through somebody, needs none."""
HOURS = {"09:00-17:00": range(9, 17), "22:00-06:00": (*range(22, 24), *range(6))}
"""When a way may be safe, with the hours of London in which it is."""
NUMBERS: dict[str, int] = defaultdict(count().__next__)
"""A number for each person, who shares name, numbers and addresses with nobody else."""
CONTRACT = next(c for c in BOOKS.directory.contracts if "channels" in c.pack)
ON = st.sampled_from(KINDS)
ACTS = st.one_of(
    st.tuples(st.just("attempt"), ON, st.sampled_from(["no_answer", "spoke", "declined", *LOCKING])),
    st.tuples(st.just("say"), ON, st.sampled_from(["safe", "unsafe", "unknown"]), st.booleans()),
    st.tuples(st.just("lock"), ON),
    st.tuples(st.just("crime"), st.sets(ON), st.none() | st.sampled_from(WRITTEN)),
    st.tuples(st.just("times"), st.sampled_from(WRITTEN), st.sampled_from(sorted(HOURS))),
    st.tuples(st.just("died")),
    st.tuples(st.just("alive")),
    st.tuples(st.just("unsafe")),
    st.tuples(st.just("incident")),
    st.tuples(st.just("never_ask")),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("share"), st.booleans()),
    st.tuples(st.just("one_chance")),
)

NOT_MADE_SHORTER = (Phase.explicit, Phase.reuse, Phase.generate)
"""The first history that fails is shown as it is: on a real database a shorter one is not sought."""


class Known(NamedTuple):
    """The plainest account of one channel, kept beside the system: what the last word on it was."""

    safety: str = "unknown"
    locked: bool = False
    doubted: bool = False
    """A service found being in touch not to be safe, and nobody has spoken to the person since."""


class Account:
    """Oracle: says by itself, from the history alone, on which channels something may go out."""

    def __init__(self) -> None:
        self.channels: dict[str, Known] = {}
        self.no_feedback = False
        self.shares = True
        self.one_chance = self.dead = self.said_no = self.major_incident = False
        self.hours: dict[str, str] = {}
        self.told: dict[str, Any] = {}

    def given(self, kind: str) -> bool:
        """Whether a provider that may have the case is given it."""
        barred = self.one_chance and kind in NOT_FOR_ONE_CHANCE
        return not barred and self.channels.get(kind, Known()) == Known("safe")

    def may_leave(self, kind: str, now: datetime) -> bool:
        """Whether a message may leave by it: not to somebody who said no to sharing, and not at another hour."""
        hour = now.astimezone(LONDON).hour
        return self.shares and self.given(kind) and (kind not in self.hours or hour in HOURS[self.hours[kind]])

    def safe(self, kind: str, now: datetime) -> bool:
        """Whether the hub may use it: nor for somebody who said no to support, until that is recorded."""
        return not self.said_no and self.may_leave(kind, now)

    def crime(self, safe: set[str], unsafe: str | None = None) -> None:
        for kind in KINDS:
            held = self.channels.get(kind, Known())
            if held.safety != "unsafe" and not held.locked:
                named = kind in safe and not held.doubted
                self.channels[kind] = Known("safe" if named else "unknown", doubted=held.doubted)
        if unsafe is not None and not self.channels[unsafe].locked:
            self.channels[unsafe] = Known("unsafe")
        if self.dead:
            self.died()

    def died(self) -> None:
        self.dead = True
        self.channels = dict.fromkeys(KINDS, Known("unsafe", True))

    def found_unsafe(self) -> None:
        for kind, held in self.channels.items():
            if held.safety != "unsafe":
                self.channels[kind] = Known(doubted=True)

    def lock(self, kind: str) -> None:
        self.channels[kind] = Known("unsafe", True)


async def a_crime_of(
    hub: Hub,
    ref: str,
    safe: set[str],
    at: datetime,
    told: dict[str, Any] | None = None,
    unsafe: str | None = None,
) -> UUID:
    """A crime of this person, its details opened; `told` keeps it, to be told of again; `unsafe`: of which the police
    know that it is not."""
    crime = a_crime(a_victim(ref, channels_safe=sorted(safe)), reported_at=at.isoformat(), recorded_at=at.isoformat())
    crime["major_incident_id"] = f"MI-{ref[-12:]}"
    n = NUMBERS[ref]
    phones = (f"07700 900{n % 500:03}", f"0121 496 0{n % 500:03}", f"07700 900{500 + n % 500}")
    addresses = (*phones, f"wil{n}@example.org", f"{n} Nowhere Street")
    values = [
        {"kind": kind, "value": value, "safety": "unsafe" if kind == unsafe else "unknown"}
        for kind, value in zip(WRITTEN, addresses, strict=True)
    ]
    details = a_detail(given_names=f"Wil{n}", channels=values)
    crime["victims"][0]["sealed"] = hub.sealed(details, crime["crime_id"], ref)
    await hub.hears(recorded(crime, at=at))
    await hub.every(opening.open_arrivals, at)
    (told if told is not None else {}).update(crime)
    return case_id(crime["crime_id"], ref)


async def do(hub: Hub, account: Account, case: UUID, ref: str, act: tuple[Any, ...], now: datetime) -> None:
    """One act of a history, in the system and in the account; an attempt is itself something that goes out."""
    match act:
        case "attempt", kind, outcome:
            await an_attempt(hub, account, case, kind, outcome, now)
        case "say", kind, safety, spoke:
            await a_word(hub, account, case, (kind, safety), now, spoke=spoke)
        case "lock", kind:
            async with hub.looks(OFFICER) as tx:
                await contacting.lock_channel(tx, OFFICER, case, kind, "said_unsafe", now)
            account.lock(kind)
        case "crime", safe, unsafe:
            await a_crime_of(hub, ref, safe - {unsafe}, now, unsafe=unsafe)
            account.crime(safe - {unsafe}, unsafe)
        case (("share" | "one_chance"), *_):
            await the_police_tell_more(hub, account, act, now)
        case (("never_ask" | "times" | "died" | "alive" | "unsafe" | "incident"), *_):
            await something_is_found_out(hub, account, case, act, now)


async def an_attempt(hub: Hub, account: Account, case: UUID, kind: str, outcome: str, now: datetime) -> None:
    went = True
    try:
        async with hub.looks(OFFICER) as tx:
            await contacting.record_attempt(tx, OFFICER, uuid4(), case, kind, outcome, now)
    except Refused:
        went = False
    assert went == (account.safe(kind, now) or outcome in LOCKING), (kind, outcome)
    if outcome in LOCKING:
        account.lock(kind)
    elif outcome == "declined" and went:
        account.said_no = True


async def a_word(hub: Hub, account: Account, case: UUID, said: tuple[str, str], now: datetime, *, spoke: bool) -> None:
    kind, safety = said
    # While a death stands nothing is called safe and no lock is lifted, whoever says that they spoke to the person.
    stands = account.dead and (safety != "unsafe" or account.channels[kind].locked)
    try:
        async with hub.looks(OFFICER) as tx:
            await contacting.set_safety(tx, OFFICER, case, kind, safety, now, spoke=spoke)
    except Refused:
        never = account.one_chance and kind in NOT_FOR_ONE_CHANCE
        assert not spoke or never or stands, "who spoke to the person may say anything"
        return
    assert not stands, "nothing is called safe while it stands that the person died"
    account.channels[kind] = Known(safety)


async def something_is_found_out(hub: Hub, account: Account, case: UUID, act: tuple[Any, ...], now: datetime) -> None:
    """What the hub or a service learns of the person, beside what is said of a way."""
    incident = await hub.value("select major_incident_id from case_file where case_id = $1", case)
    switched = await hub.value(
        "select switch_id from incident_switch where incident_id = $1 and off_at is null", incident
    )
    async with hub.as_worker() as tx:
        held, legs = await cases.get(tx, case), await referrals.of_case(tx, case)
        assert held is not None
        if act[0] == "never_ask":
            await persons.no_feedback(tx, held.person_id, now)
            account.no_feedback = True
        elif act[0] == "times":
            await contact.set_times(tx, [held.person_id], act[1], None, act[2])
            account.hours[act[1]] = act[2]
        elif act[0] == "died" and not account.dead:
            await alarming.died_by_the_hub(tx, OFFICER, case, "police", now)
            account.died()
        elif act[0] == "alive" and account.dead:
            await making_sure.take_back(tx, OFFICER, held, now)
            account.dead = False
        elif act[0] == "unsafe" and legs:
            await alarming.contact_unsafe(tx, replace(legs[0], updated_at=now), now)
            account.found_unsafe()
        elif act[0] == "incident":
            await (
                incidents.switch_off(tx, LEADER, switched, now)
                if switched
                else incidents.switch_on(tx, LEADER, uuid4(), incident, now)
            )
            account.major_incident = not switched


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
    for row in await hub.rows("select channel, purpose from mail where sent_at = $1 and case_id = $2", now, case):
        assert account.may_leave(row["channel"], now) and not against(account, row["purpose"]), row


def against(account: Account, purpose: str) -> bool:
    """Whether no message for this leaves, by whatever way."""
    said = {"notice": False, "feedback": account.no_feedback, "support": account.said_no}[purpose]
    return account.major_incident or (account.one_chance and purpose != "support") or said


async def nothing_unsafe_goes_out(hub: Hub, account: Account, case: UUID, now: datetime) -> None:
    """Opens each number, asks for messages and an invitation, makes a pack: each by a safe channel or not at all."""
    async with hub.looks(OFFICER) as tx:
        seen = await cases.get(tx, case)
        assert seen is not None
        for kind in KINDS:
            try:
                found = await contacting.open_channel(tx, OFFICER, hub.sealer, seen, kind, now)
                opened = True
                assert (found is not None) is (kind in WRITTEN)
            except Refused:
                opened = False
            assert opened == account.safe(kind, now), kind
    async with hub.as_worker() as tx:
        for purpose in ("notice", "feedback", "support"):
            request = ContactRequested(
                case_id=case,
                request_id=uuid4(),
                purpose=purpose,
                template="plain",
                not_after=now + timedelta(days=1),
                happened_at=now,
                actor_role="system",
            )
            channel = getattr(await requesting.answer_request(tx, request, hub.context, now), "channel", None)
            open_ones = {kind for kind in requesting.MAIL if account.shares and account.given(kind)}
            assert channel in (open_ones if open_ones and not against(account, purpose) else {None}), purpose
        held = await cases.get(tx, case)
        assert held is not None
        pack = await packing.contents(tx, hub.sealer, held, CONTRACT)
    assert {one["kind"] for one in pack.get("channels", ())} == {kind for kind in KINDS if account.given(kind)}


@pytest.mark.service
@settings(max_examples=16, deadline=None, suppress_health_check=list(HealthCheck), phases=NOT_MADE_SHORTER)
@given(history=st.lists(ACTS, min_size=1, max_size=10), safe=st.sets(ON, min_size=3))
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
        "landline": ("unknown", False),
        "text": ("unknown", False),
        "email": ("unsafe", True),
        "letter": ("unknown", False),
    }
