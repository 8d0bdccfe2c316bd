"""Whether two records are of the same person: a worker's decision, remembered, carried out, and undone."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import (
    alarming,
    at_link,
    birthdays,
    contacting,
    elsewhere,
    maybe_known,
    new_incident,
    numbers,
    parting,
    recounting,
    restricting,
    ruling_out,
    said_no_elsewhere,
    sent_twice,
    taking_back,
    who_is_one,
)
from services.referral.actions.rerouting import rerun
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts, facts_of
from services.referral.store import cases, locks, persons, ruled_out, same_person, tasks, told_channels, unsure


async def decide(tx: Tx, viewer: Viewer, one: UUID, other: UUID, books: Books, now: datetime, *, same: bool) -> bool:
    """Remembers what a worker decided of a proposal and decides the open cases of both again. Saying the same twice
    changes nothing (False); Refused when it was decided otherwise, or never proposed, or where what was decided of
    others of their records says the contrary (`against`)."""
    if not await persons.say_same(tx, one, other, viewer.user_id, now, same=same):
        pair = await same_person.pair(tx, one, other)
        if pair is None or pair.same is not same:
            raise Refused("same", "already_decided" if pair else "not_found")
        return False
    if await against(tx, one, other, same=same):
        raise Refused("same", "contradicted")
    before = await unsure.safe_now(tx, await persons.with_linked(tx, [one, other])) if same else {}
    everybody = await same_person.relink(tx, [one, other]) if same else frozenset((one, other))
    if same:
        await new_incident.of_linked(tx, viewer, sorted(everybody), now)
        await locks.follow(tx, sorted(everybody), now)
        for record, kind in await told_channels.shut_with_the_number(tx, everybody, now):
            await contacting.tell_now(tx, viewer, record, kind, now)
    await restricting.decided(tx, viewer, everybody, now)
    if same and await same_person.restricted(tx, sorted(everybody)):
        own = await persons.own_right(tx, everybody)
        anew = await persons.restrict(tx, everybody)
        still_open = set(await same_person.open_cases(tx, sorted(everybody)))
        await restricting.tell(tx, [one for one in anew if one not in still_open], now, viewer.user_id)
        await restricting.same(tx, viewer, everybody, own, now)
    for case_id in await same_person.open_cases(tx, sorted(everybody)):
        await tasks.over_of_case(tx, case_id, maybe_known.TASK, viewer.user_id, now)
    barred = {provider for _, provider in await ruled_out.of_people(tx, everybody)} if same else set[UUID]()
    told = "same_person" if same else "not_the_same_person"
    await _tell(tx, viewer, everybody, (one, other), told, books, now, barred)
    if same:
        await birthdays.of_joined(tx, everybody, books, now)
        await at_link.ask(tx, sorted(everybody), now)
        await alarming.of_joined(tx, everybody, now)
        await sent_twice.of_joined(tx, everybody, now)
        await elsewhere.of_joined(tx, everybody, now)
        await said_no_elsewhere.of_joined(tx, everybody, books, now, viewer.user_id)
        await taking_back.by_joining(tx, everybody, before, now)
        await who_is_one.tell(tx, viewer, everybody, now)
    return True


async def against(tx: Tx, one: UUID, other: UUID, *, same: bool) -> list[same_person.Pair]:
    """What was decided of the records that belong to these two, and has to be taken back before they are held to be one
    person (`same`), or two."""
    if same:
        return await same_person.between(tx, await persons.with_linked(tx, [one, other]), same=False)
    mine = await same_person.linked(tx, one)
    return await same_person.between(tx, [one, *mine], same=True) if other in mine else []


async def undo(tx: Tx, viewer: Viewer, one: UUID, other: UUID, books: Books, now: datetime) -> None:
    """Takes back that two records are of the same person: the proposal is open again. Nothing was merged: what
    has to be put back is who belongs together, and what was said of one record and written to the others."""
    everybody = {one, other, *await same_person.linked(tx, one)}
    pair = await same_person.pair(tx, one, other)
    if not await same_person.undo(tx, one, other, same=True):
        raise Refused("same", "not_the_same")
    everybody |= await same_person.relink(tx, everybody)
    await restricting.parted(tx, everybody, now)
    await numbers.give_back(tx, viewer, everybody, now)
    await parting.channels(tx, viewer, everybody, now)
    await parting.code_words(tx, viewer, everybody, now)
    since = (pair and pair.decided_at) or now
    await ruling_out.of_parted(tx, viewer, everybody, books, now, since=since)
    await recounting.of_parted(tx, everybody, now)
    await birthdays.of_parted(tx, everybody, books, now)
    await alarming.of_parted(tx, everybody, now)
    await maybe_known.shut(tx, everybody, now)
    await _tell(tx, viewer, everybody, (one, other), "undone", books, now)
    await maybe_known.ask(tx, [(one, other)], now, again=True)
    await who_is_one.tell(tx, viewer, everybody, now)


async def ask_again(tx: Tx, viewer: Viewer, one: UUID, other: UUID, books: Books, now: datetime) -> None:
    """Takes back that two records are of two people: the proposal is open again, with all that waits for an answer."""
    if not await same_person.undo(tx, one, other, same=False):
        raise Refused("same", "not_two_people")
    await _ask(tx, viewer, one, other, "asked_again", books, now)


async def propose(tx: Tx, viewer: Viewer, one: UUID, other: UUID, books: Books, now: datetime) -> None:
    """A worker learnt that two records may be of one person: it is asked as if it had been found, and everything waits
    for the answer. Asked before, it stands as it was answered. Refused where they are one already."""
    if one == other or other in await same_person.linked(tx, one):
        raise Refused("reference", "same_record" if one == other else "linked")
    if await same_person.propose(tx, one, other, now):
        await _ask(tx, viewer, one, other, "asked", books, now)


async def _ask(tx: Tx, viewer: Viewer, one: UUID, other: UUID, what: str, books: Books, now: datetime) -> None:
    await maybe_known.shut(tx, (one, other), now)
    await _tell(tx, viewer, (one, other), (one, other), what, books, now)
    await maybe_known.ask(tx, [(one, other)], now, again=True)


async def _tell(
    tx: Tx,
    viewer: Viewer,
    everybody: Collection[UUID],
    pair: tuple[UUID, UUID],
    what: str,
    books: Books,
    now: datetime,
    barred: Collection[UUID] = (),
) -> None:
    """Decides their open cases again; `barred`: the providers that any of their records has ruled out."""

    def change(facts: CaseFacts) -> CaseFacts:
        return replace(facts, refused_providers=tuple(dict.fromkeys((*facts.refused_providers, *sorted(barred)))))

    for case_id in await same_person.open_cases(tx, sorted(everybody)):
        await rerun(tx, case_id, books, now, change=change, by=viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "person.compared", "person", who, (), what) for who in pair])


async def carry(tx: Tx, viewer: Viewer, case_id: UUID, books: Books, now: datetime) -> tuple[str, ...]:
    """Takes over what the person chose in earlier cases: language, who helps, access, whom they ruled out. Never a
    channel: a new incident makes every channel unknown. Returns the names of what was taken over."""
    earlier = await preferences(tx, case_id)
    if earlier is None:
        raise Refused("case_id", "nothing_to_carry")
    taken: list[str] = []

    def change(facts: CaseFacts) -> CaseFacts:
        new = _with(facts, earlier)
        taken.extend(name for name in CARRIED if getattr(new, name) != getattr(facts, name))
        return new

    await rerun(tx, case_id, books, now, change=change, by=viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "case.preferences_carried", "case", case_id, tuple(taken))])
    return tuple(taken)


CARRIED = ("language", "choices", "access_needs", "refused_providers")


def _with(facts: CaseFacts, earlier: CaseFacts) -> CaseFacts:
    def both(name: str) -> tuple[object, ...]:
        return tuple(dict.fromkeys((*getattr(facts, name), *getattr(earlier, name))))

    told = earlier.language if facts.language in UNKNOWN and earlier.language not in UNKNOWN else None
    language = {"language": told, "hub_language": told} if told else {}
    return replace(facts, **language, **{name: both(name) for name in CARRIED[1:]})  # type: ignore[arg-type]


UNKNOWN = frozenset({"not_recorded", "not_asked", "not_known", "refused"})


async def preferences(tx: Tx, case_id: UUID) -> CaseFacts | None:
    """The facts of the newest other case of the person; None when there is none."""
    case = await cases.get(tx, case_id)
    others = await cases.others_of(tx, case) if case else []
    for other in others:
        routings = await cases.routings(tx, other.case_id)
        if routings:
            return facts_of(routings[0].facts["case"])
    return None


def worth_carrying(facts: CaseFacts, earlier: CaseFacts) -> bool:
    """Whether the earlier case knows of a preference that this one does not."""
    return _with(facts, earlier) != facts
