"""Contact with a person: attempts, the lock of a channel, and the one check before anything leaves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.referral import ContactAttempted, ContactSafetyChanged
from contracts.refused import Refused
from contracts.vocabulary import REACHED
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import gating, maybe_known, providing, referring, refusing, sealing
from services.referral.actions.announcing import announce
from services.referral.actions.books import table
from services.referral.domain import attempting, safe_contact
from services.referral.domain.attempting import Pace
from services.referral.domain.referral import ReferralState
from services.referral.domain.safe_contact import ChannelState, Profile
from services.referral.domain.shown import JUST_NOW
from services.referral.store import (
    alarms,
    cases,
    channel_before,
    contact,
    deaths,
    hold_ends,
    liaison,
    locks,
    noes,
    persons,
    portal,
    protected,
    referrals,
    support,
    told_channels,
    undecided,
)
from services.referral.store.cases import Case
from services.referral.store.contact import Attempt, Channel
from services.referral.store.locks import Lock

SHUT = {
    **{code: code for code in (safe_contact.DIED, "share_refused")},
    **dict.fromkeys(("said_no", "share_not_asked", "through_officer", "by_hand"), "hold"),
}
"""Why nobody is contacted at all, as contact.withheld says it."""


async def record_attempt(
    tx: Tx,
    viewer: Viewer,
    attempt_id: UUID,
    case_id: UUID,
    channel: str,
    outcome: str,
    now: datetime,
    *,
    referral_id: UUID | None = None,
    for_support: bool = False,
    pace: Pace | None = None,
    sooner: str | None = None,
) -> str | None:
    """Records an attempt to reach the person on a channel that is safe now. When somebody else answered, or it proved
    unsafe, the channel is locked at once; such an attempt is recorded whatever the channel was held to be.

    Refused where it is sooner than `pace` allows, unless `sooner` is the coded reason for it. Returns why it locked
    the channel, as a code; None where it did not.
    """
    person_id = await person_of(tx, case_id)
    if viewer.organisation_id is None and (case := await cases.get(tx, case_id)) is not None:
        profile = await profile_for_hub(tx, case, now)
    else:
        profile = await profile_for_provider(tx, case_id, person_id)
    verdict = safe_contact.may_use(profile, channel, "support", now)
    if outcome not in safe_contact.LOCKING and not verdict.allowed:
        raise Refused("channel", verdict.why)
    sooner = await _kept_pace(tx, case_id, (channel, outcome), pace, profile, sooner, now) if pace else None
    reached = outcome in REACHED
    provider = viewer.organisation_id
    ids = (attempt_id, case_id, referral_id, provider)
    attempt = Attempt(*ids, channel, outcome, reached, for_support, now, viewer.user_id, viewer.role, sooner)
    referral = await referrals.get(tx, referral_id) if referral_id else None
    if referral is not None and _possible(referral, viewer):
        step = providing.step if provider else referring.step
        await step(tx, viewer, referral.referral_id, "record_attempt", now, channel=channel, outcome=outcome)
    first = reached and for_support and (referral is None or referral.reached_at is None)
    await _tell_attempt(tx, viewer, attempt, referral.line if referral else None, first=first)
    await contact.add_attempt(tx, attempt)
    fields = (channel, *([f"sooner:{sooner}"] if sooner else ()))
    await audit.record(tx, [audit.seen(viewer, "contact.attempted", "case", case_id, fields, outcome)])
    if outcome == "declined" and provider is None:
        await refusing.told_hub(tx, case_id, attempt_id, now)
    why = safe_contact.locks(outcome, profile.channel(channel))
    if why is not None:
        await lock_channel(tx, viewer, case_id, channel, why, now)
    return why


async def record_late(
    tx: Tx, viewer: Viewer, attempt_id: UUID, leg: tuple[UUID, UUID, UUID, str], said: tuple[str, str], now: datetime
) -> None:
    """What a provider did, and heard, before it knew that the referral had been taken back is a fact all the same: it
    is kept, and a no reaches the hub. `leg`: its id, referral, case and line; `said`: the channel and the outcome."""
    (leg_id, referral_id, case_id, line), (channel, outcome) = leg, said
    if attempt_id in {held.attempt_id for held in await contact.attempts(tx, case_id)}:
        return
    ids = (attempt_id, case_id, referral_id, viewer.organisation_id)
    reached = outcome in REACHED
    attempt = Attempt(*ids, channel, outcome, reached, True, now, viewer.user_id, viewer.role, None)
    await _tell_attempt(tx, viewer, attempt, line, first=False)
    await contact.add_attempt(tx, attempt)
    await support.tell_hub(tx, leg_id)
    await audit.record(tx, [audit.seen(viewer, "contact.attempted", "case", case_id, (channel,), outcome)])


async def record_done(
    tx: Tx, viewer: Viewer, attempt_id: UUID, leg: tuple[UUID, UUID, UUID, str], said: tuple[str, str], now: datetime
) -> str | None:
    """The same of a referral that a provider still has, on whatever way: no step follows, and what the outcome has to
    shut is shut: returns why it locked the channel."""
    case_id, (channel, outcome) = leg[2], said
    profile = await profile_of(tx, await person_of(tx, case_id))
    await record_late(tx, viewer, attempt_id, leg, said, now)
    why = safe_contact.locks(outcome, profile.channel(channel))
    if why is not None:
        await lock_channel(tx, viewer, case_id, channel, why, now)
    return why


async def _kept_pace(
    tx: Tx, case_id: UUID, said: tuple[str, str], pace: Pace, profile: Profile, sooner: str | None, now: datetime
) -> str | None:
    """The reason, where the attempt comes sooner than the pace allows; Refused where there is none. `said`: the channel
    and the outcome."""
    channel, outcome = said
    tried = [one.at for one in await contact.attempts(tx, case_id) if one.channel == channel]
    if attempting.too_soon(pace, tried, outcome, now, profile, channel) is None:
        return None
    if not sooner:
        raise Refused("sooner", "too_soon")
    return sooner


def _possible(referral: ReferralState, viewer: Viewer) -> bool:
    return any(row.verb == "record_attempt" for row in table().possible(referral.state, viewer.role))


async def _tell_attempt(tx: Tx, viewer: Viewer, attempt: Attempt, line: str | None, *, first: bool) -> None:
    told = ContactAttempted(
        case_id=attempt.case_id,
        attempt_id=attempt.attempt_id,
        referral_id=attempt.referral_id,
        line=line,
        provider_id=attempt.provider_id,
        channel=attempt.channel,
        outcome=attempt.outcome,
        reached=attempt.reached,
        for_support=attempt.for_support,
        first=first,
        happened_at=attempt.at,
        actor_role=viewer.role,
    )
    await announce(tx, [told], viewer.user_id)


async def profile_of(tx: Tx, person_id: UUID, never_for: frozenset[str] = frozenset()) -> Profile:
    """What is known of a person's channels now, as far as the viewer may see it."""
    held = await contact.channels(tx, person_id)
    return Profile({channel.kind: _state(channel) for channel in held}, never_for)


async def profiles_of(tx: Tx, people: Sequence[UUID]) -> dict[UUID, Profile]:
    """The same of many people at once."""
    held = await contact.channels_of(tx, people)
    return {person: Profile({one.kind: _state(one) for one in of_them}) for person, of_them in held.items()}


async def profile_for_hub(tx: Tx, case: Case, now: datetime) -> Profile:
    """The channels of the person of a case, shut for the hub where sharing shuts them."""
    return replace(await profile_of(tx, case.person_id), shut=await gating.share_shuts(tx, case, now))


async def profile_for_provider(tx: Tx, case_id: UUID, person_id: UUID) -> Profile:
    """The channels of the person of a case, shut for a provider once they said no to support, to whomever of us, until
    that is recorded; while a liaison officer is with the family; and while the hub is to be asked first."""
    shut = gating.SAID_NO if await noes.to_record(tx, [case_id]) else None
    shut = shut or (safe_contact.THROUGH_OFFICER if await liaison.through(tx, case_id) else None)
    shut = shut or (safe_contact.ASK_FIRST if await alarms.asks_first(tx, case_id) else None)
    return replace(await profile_of(tx, person_id), shut=shut)


async def open_channel(
    tx: Tx,
    viewer: Viewer,
    sealer: Sealer,
    case: Case,
    kind: str,
    now: datetime,
    needed: str | None = None,
    to_ask: Sequence[str] = (),
) -> str | None:
    """The number or address of a channel, for a worker of the hub who is about to use it; None where none is known.
    `to_ask`: ways that were safe before somebody stopped them behind the person's link, to ask whether it was them.

    Refused unless it may be used now, and for a protected address unless it is said why it is `needed`, as a code.
    """
    profile = await profile_for_hub(tx, case, now)
    verdict = safe_contact.may_use(profile, kind, "support", now)
    asking = verdict.why == safe_contact.PERSON_SAID and kind in to_ask
    if not verdict.allowed and not asking:
        raise Refused("channel", verdict.why)
    guarded = kind in protected.PLACES and bool(await protected.of(tx, [case.person_id]))
    if guarded and not needed:
        raise Refused("needed", "protected")
    sealed = {one: value for one, value in (await contact.values(tx, case.person_id)).items() if one == kind}
    why = needed if guarded else "was_it_them" if asking else None
    await audit.record(tx, [audit.seen(viewer, "channel.opened", "case", case.case_id, (kind,), why)])
    return (await sealing.open_channels(sealer, case.person_id, sealed)).get(kind)


def _state(channel: Channel) -> ChannelState:
    return ChannelState(
        kind=channel.kind,
        safety=channel.safety,
        days=channel.days,
        hours=channel.hours,
        voicemail=channel.voicemail,
        say_who=channel.say_who,
        locked_at=channel.locked_at,
        locked_why=channel.locked_why,
        set_at=channel.set_at,
        set_by_role=channel.set_by_role,
        checked_at=channel.checked_at,
    )


async def lock_channel(tx: Tx, viewer: Viewer, case_id: UUID, channel: str, why: str, now: datetime) -> None:
    """Shuts a channel of the person everywhere, with every other channel that has the same number, and tells every case
    of theirs: those that the viewer may see at once, the others, with the other records of the person, by
    `locking.carry_on`. Pressed twice, it is told once."""
    person_id = await person_of(tx, case_id)
    await contact.hold_one(tx, person_id, channel)
    held = (await profile_of(tx, person_id)).channel(channel)
    said = (held.locked_why, held.set_by_role)
    if said == (why, viewer.role) and held.locked_at is not None and now - held.locked_at <= JUST_NOW:
        return
    await contact.lock(tx, person_id, channel, why, viewer.user_id, viewer.role, now)
    made = Lock(person_id, channel, why, viewer.user_id, viewer.role, now, ())
    await locks.remember(tx, made)
    await locks.follow(tx, [person_id], now)
    told = await _tell_safety(tx, viewer, Channel(person_id, channel, "unsafe", now, why), now)
    await locks.add(tx, replace(made, told=tuple(told)))
    await audit.record(tx, [audit.seen(viewer, "channel.locked", "case", case_id, (channel,), why)])


async def _is_dead(tx: Tx, person_id: UUID) -> bool:
    """Whether it stands by any record of the person that they died, whoever asks."""
    async with persons.seen_whole(tx):
        return await deaths.stands(tx, person_id)


async def lock_from_afar(tx: Tx, viewer: Viewer, referral_id: UUID, channel: str, why: str, now: datetime) -> None:
    """A provider that had this referral, and may no longer write in the person's record, locks a channel of theirs: it
    counts at once, and `locking.carry_on` writes it there. Refused where no leg of it was theirs."""
    case_id = await portal.case_held_once(tx, referral_id)
    if case_id is None:
        raise Refused("referral_id", "not_found")
    await locks.say(tx, (referral_id, case_id), channel, why, viewer.user_id, viewer.role, now)
    await audit.record(tx, [audit.seen(viewer, "channel.locked", "case", case_id, (channel,), why)])


async def set_safety(
    tx: Tx, viewer: Viewer, case_id: UUID, channel: str, safety: str, now: datetime, *, spoke: bool
) -> list[str]:
    """Says whether a channel is safe. A lock is lifted only by somebody who has spoken to the person. Returns the kinds
    that are shut with it, since they have its number.

    Where records of one person hold different numbers, speaking on one says nothing of the other: Refused."""
    person_id = await person_of(tx, case_id)
    mine = viewer.organisation_id is None
    if mine and safety == "safe" and await contact.other_values(tx, person_id, channel):
        raise Refused("channel", "another_number")
    profile = await profile_of(tx, person_id)
    if safe_contact.opens(profile.channel(channel), safety) and await _is_dead(tx, person_id):
        raise Refused("channel", safe_contact.DEATH_STANDS)
    lifted = profile.channel(channel).locked_at is not None
    if lifted:
        profile = safe_contact.lift(profile, channel, safety, viewer.role, now, spoke_to_person=spoke)
    elif safety == "safe" and not spoke:
        raise Refused("spoke_to_person", "only_after_speaking_to_the_person")
    else:
        profile = safe_contact.set_safety(profile, channel, safety, viewer.role, now)
    state = profile.channel(channel)
    said = Channel(
        person_id, channel, state.safety, set_by_role=viewer.role, set_at=now, checked_at=now if spoke else None
    )
    others = await contact.holders(tx, person_id, channel) if mine else []
    await channel_before.keep(tx, others, channel, person_id)
    for record in (said, *(replace(said, person_id=other) for other in others)):
        await contact.set_safety(tx, record, viewer.user_id)
    if mine:
        await channel_before.forget(tx, person_id, channel)
    shut: set[tuple[UUID, str]] = set()
    if mine and safety == "unsafe":
        shut |= set(await told_channels.shut_with_the_number(tx, [person_id, *others], now))
        await maybe_known.shut(tx, [person_id, *others], now)
    if lifted:
        await locks.forget(tx, person_id, channel)
        if mine:
            await undecided.forget_lock(tx, person_id, channel)
    await _tell_safety(tx, viewer, said, now)
    kinds = sorted({kind for _, kind in shut} - {channel})
    for kind in kinds:
        await tell_now(tx, viewer, person_id, kind, now)
    await audit.record(tx, [audit.seen(viewer, "channel.set", "case", case_id, (channel, *kinds), safety)])
    return kinds


async def _tell_safety(tx: Tx, viewer: Viewer, said: Channel, now: datetime) -> list[UUID]:
    """Tells the open cases of the person; of a channel that is not safe every case, since what was sent for one that
    is closed may still be opened. Returns which."""
    found = await cases.of_person(tx, said.person_id, closed=said.safety != "safe" or said.locked)
    safe = [c.kind for c in await contact.channels(tx, said.person_id) if c.is_safe]
    told = [
        ContactSafetyChanged(
            case_id=case_id,
            channel=said.kind,
            safety=said.safety,
            locked=said.locked,
            reason_code=said.locked_why,
            channels_safe=tuple(safe),
            happened_at=now,
            actor_role=viewer.role,
        )
        for case_id in found
    ]
    await announce(tx, told, viewer.user_id)
    return found


async def tell_now(tx: Tx, viewer: Viewer, person_id: UUID, kind: str, now: datetime) -> None:
    """Says how a channel of the person stands, after what is known of it changed in another way."""
    held = next((one for one in await contact.channels(tx, person_id) if one.kind == kind), None)
    if held is not None:
        await _tell_safety(tx, viewer, held, now)


async def person_of(tx: Tx, case_id: UUID) -> UUID:
    """Whose case it is; Refused where the viewer sees no such case."""
    person_id = await contact.person_of(tx, case_id)
    if person_id is None:
        raise Refused("case_id", "not_found")
    return person_id


async def profile_for_mail(tx: Tx, person_id: UUID) -> Profile:
    """The person's channels and what they never want to be written to about: when a message is asked for, and again
    when it leaves."""
    never: frozenset[str] = frozenset({"feedback"}) if await contact.no_feedback(tx, person_id) else frozenset()
    return await profile_of(tx, person_id, never)


async def mail_shuts(tx: Tx, case: Case | None, purpose: str, now: datetime) -> str | None:
    """Why no message of this purpose leaves by itself, as a code: when it is asked for, when it leaves, and when its
    address is looked at."""
    if case is None:
        return None
    held = await profile_of(tx, case.person_id)
    if not (safe_contact.alive(held).allowed or safe_contact.reachable(held)):
        return safe_contact.DIED  # a way that somebody who spoke to the person opened since is one to a living person
    if purpose not in safe_contact.OF_HELP:
        ended = await hold_ends.ended_but_true(tx, case.case_id)
        if safe_contact.BY_HAND.intersection(ended.union(case.holds)):
            return "by_hand"
    return await gating.share_shuts(tx, case, now, by_hand=False, purpose=purpose)
