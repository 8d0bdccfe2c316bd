"""Channels as somebody's details tell of them, beside what is held: what shuts one is told to every case of theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.referral import ContactSafetyChanged
from kit.database import Tx
from services.referral.actions import filing, taking_back
from services.referral.actions.announcing import announce
from services.referral.actions.lapsing import WITH_PROVIDER
from services.referral.domain.later_word import WORDS, Word, after
from services.referral.store import cases, contact, locks, referrals, tasks, told_channels
from services.referral.store.tasks import Task, task_id
from services.referral.store.told_channels import HeldChannel, Key, SealedChannel

WHY = "police_said"
CHANGED = "number_changed"


async def keep(tx: Tx, channels: Sequence[SealedChannel], now: datetime, *, heard: bool = False) -> None:
    """Writes what the police tell of these channels; `heard`: a worker heard it from the person themselves. A lock
    stands, and a locked number stays locked on whatever kind of channel it comes."""
    gone = await told_channels.retired(tx, {one.person_id for one in channels}) if channels else set()
    told = [one for one in channels if (one.person_id, one.kind, one.value_index) not in gone]
    if not told:
        return
    unread = await told_channels.shut_unread(tx, {one.person_id for one in told})
    held, new = await told_channels.held(tx, {(one.person_id, one.kind) for one in told}, now)
    found, again = dict(held), set[Key]()
    for one in told:
        key = one.person_id, one.kind
        if key in unread and one.safety == "safe" and found[key].safety == "unknown":
            found[key] = replace(found[key], safety="safe", set_at=now)
            again.add(key)
        found[key] = _first(found[key], one) if key in new else _again(found[key], one, now)
        new.discard(key)
    if heard:
        found = {key: replace(channel, heard_at=now) for key, channel in found.items()}
    await told_channels.write(tx, list(found.values()))
    people = sorted({key[0] for key in found})
    await locks.follow(tx, people, now)
    shut = {key: one.safety for key, one in found.items() if held[key].safety == "safe" != one.safety}
    shut |= dict.fromkeys(await told_channels.shut_with_the_number(tx, people, now), "unsafe")
    shut |= dict.fromkeys(await locks.make_unsure(tx, people, now), "unknown")
    await tell(tx, shut, now)
    await tell(tx, {key: "safe" for key in again if found[key].safety == "safe" and key not in shut}, now)
    used = {key for key in shut if key not in held or held[key].value_index is not None}
    for person_id in sorted({key[0] for key in used if shut[key] == "unsafe"}) if not heard else ():
        await taking_back.ask(tx, person_id, now)
    other = {key[0] for key, one in found.items() if held[key].value_index not in (None, one.value_index)}
    await _pass_on(tx, sorted(other), now)


async def _pass_on(tx: Tx, people: Sequence[UUID], now: datetime) -> None:
    """A number or address of these people is another one now: providers that were given the one before are told by
    somebody of the hub the same day, and their page says at once not to use it."""
    for case_id in [one for person_id in people for one in await cases.of_person(tx, person_id, closed=False)]:
        legs = await referrals.legs_of_case(tx, case_id)
        if any(leg.state in WITH_PROVIDER and leg.sent_at is not None for leg in legs):
            task = task_id(CHANGED, case_id, now)
            await tasks.add(tx, [Task(task, CHANGED, filing.end_of_day(now), now, case_id=case_id)])


def _first(held: HeldChannel, told: SealedChannel) -> HeldChannel:
    """Nothing was held of it: what is told counts."""
    return _with(replace(held, safety=told.safety), told, _word(told))


def _again(held: HeldChannel, told: SealedChannel, now: datetime) -> HeldChannel:
    heard = held.heard_at is not None
    other = held.value_index != told.value_index and (heard or held.value_index is not None)
    word = after(_word(held), _word(told), held.police_said or {}, heard=heard, other_number=other)
    if word.safety != held.safety:
        held = replace(held, set_by=None, set_by_role="police", set_at=now)
    return _with(held, told, word)


def _with(held: HeldChannel, told: SealedChannel, word: Word) -> HeldChannel:
    values: dict[str, Any] = {name: getattr(word, name) for name in WORDS}
    said = {name: getattr(told, name) for name in WORDS}
    return replace(held, value=told.value, value_index=told.value_index, police_said=said, **values)


def _word(said: HeldChannel | SealedChannel) -> Word:
    return Word(said.safety, said.days, said.hours, said.voicemail, said.say_who)


async def tell(tx: Tx, shut: Mapping[Key, str], now: datetime, why: str = WHY, role: str = "police") -> None:
    """Tells every case of whose channels were shut, and as what. Closed ones hear of it too: what was sent for them may
    still be opened."""
    for (person_id, kind), safety in shut.items():
        safe = [one.kind for one in await contact.channels(tx, person_id) if one.is_safe]
        told = [
            ContactSafetyChanged(
                case_id=case_id,
                channel=kind,
                safety=safety,
                reason_code=why,
                channels_safe=tuple(safe),
                happened_at=now,
                actor_role=role,
            )
            for case_id in await cases.of_person(tx, person_id, closed=safety != "safe")
        ]
        await announce(tx, told)
