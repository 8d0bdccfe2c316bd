"""Opening what came sealed from the police: under the ingest key no longer, but under each person's own."""

from datetime import datetime
from uuid import UUID

from kit.database import Tx
from kit.listening import Context
from kit.sealing import Sealer
from kit.service import Moment
from services.referral.actions import (
    birthdays,
    filing,
    maybe_known,
    named,
    restricting,
    safe_again,
    taking_back,
    told_channels,
    two_rows,
    who_it_is,
    word_links,
)
from services.referral.actions.books import current
from services.referral.actions.sealing import Details, Relative, close_case, close_channel, close_person, digests
from services.referral.store import details, liaison, tasks
from services.referral.store.tasks import Task, task_id

BATCH = 300
TWICE = "given_twice"


async def open_arrivals(tx: Tx, moment: Moment, context: Context) -> int:
    """Opens the oldest arrivals and closes each field under its person's own key; returns how many there were."""
    arrivals = await details.take(tx, BATCH)
    if arrivals:
        born, others = await _keep(tx, context, arrivals, moment.now)
        if others:
            await who_it_is.ask_of(tx, others, moment.now)
        await birthdays.compare(tx, context, born, moment.now)
    return len(arrivals)


async def _keep(
    tx: Tx, context: Context, arrivals: list[details.Arrival], now: datetime
) -> tuple[list[tuple[UUID, str | None]], set[UUID]]:
    """Returns the day of birth of each case's own person, as it was given, and who may be another human than before: of
    their numbers nothing is known to be safe."""
    sealer = context.sealer
    opened = _opened(sealer, arrivals)
    given = [person for arrival, found in opened if found for person in _people(arrival, found)]
    told = [(found, case_id, p) for arrival, found in opened if found for case_id, p in _cases(arrival, found)]
    read = [case_id for _, case_id, _ in told]
    shut = [arrival for arrival, found in opened if not found]
    unread = [case_id for arrival in shut for case_id in _cases_of(arrival)]
    await details.hold(tx, [person_id for person_id, _ in given], [*read, *unread])
    others = await who_it_is.others(tx, sealer, given)
    unsure = others | {p for p, what in given if two_rows.of_two(what)}
    given = [(p, _unsure(what) if p in unsure else what) for p, what in given]
    keys = await sealer.data_keys([person_id for person_id, _ in given], make=True)
    worded = await word_links.words_of(
        tx, sealer, [p for p, what in given if isinstance(what, Details) and what.code_word], now
    )
    await details.keep_people(tx, [(p, close_person(keys[p], p, what)) for p, what in given], now)
    await word_links.follow(tx, sealer, worded, now, None, "police")
    officers = [(case_id, p, close_case(keys[p], case_id, found)) for found, case_id, p in told]
    await details.keep_cases(tx, officers, now)
    bereaved = [UUID(case_id) for arrival in arrivals for case_id, _ in arrival.kin.values()]
    known = {case_id for case_id, _, sealed in officers if "family_liaison_officer" in sealed}
    await liaison.named(tx, sorted(known.intersection(bereaved)), now)
    await _ask_for_liaison(tx, bereaved, now)
    channels = [close_channel(sealer, keys[p], p, channel) for p, what in given for channel in what.ways]
    unreachable = await safe_again.held(tx, {one.person_id for one in channels if one.safety == "safe"})
    await told_channels.keep(tx, channels, now)
    ways = [(p, frozenset(one.kind for one in what.channels if p not in unsure)) for p, what in given]
    await taking_back.left_out(tx, ways, now)
    await _ask_which(tx, sealer, given, [(case_id, p) for _, case_id, p in told], now)
    await details.index(tx, [(kind, digest, p) for p, what in given for kind, digest in digests(sealer, what)])
    await named.look(tx, [p for p, _ in given], now)
    pairs = await details.propose_same(tx, [p for p, _ in given], now)
    if pairs:
        await restricting.until_decided(tx, {person for pair in pairs for person in pair}, now)
    await maybe_known.shut(tx, {person_id for person_id, _ in given}, now)
    await details.set_state(tx, read, "open")
    await taking_back.read_again(tx, read, now)
    await taking_back.unread(tx, unread, now)
    await details.set_state(tx, unread, "unreadable")
    if unreachable:
        await safe_again.follow(tx, unreachable, await current(tx, context.facts), now)
    of_one = [(arrival, found) for arrival, found in opened if found and not two_rows.of_two(found)]
    born = [(arrival.case_id, found.date_of_birth) for arrival, found in of_one if arrival.case_id]
    return born, others


def _opened(sealer: Sealer, arrivals: list[details.Arrival]) -> list[tuple[details.Arrival, Details | None]]:
    return [(one, two_rows.opened(sealer, one.jwe, one.crime_id, one.victim_ref)) for one in arrivals]


def _cases_of(arrival: details.Arrival) -> list[UUID]:
    """The cases of whom an arrival tells: the person's own, and those of the bereaved."""
    of_kin = [UUID(case_id) for case_id, _ in arrival.kin.values()]
    return [arrival.case_id, *of_kin] if arrival.case_id is not None else of_kin


def _unsure(told: Details | Relative) -> Details | Relative:
    shut = tuple(
        one if one.safety == "unsafe" else one.model_copy(update={"safety": "unknown"}) for one in told.channels
    )
    return told.model_copy(update={"channels": shut})


def _people(arrival: details.Arrival, found: Details) -> list[tuple[UUID, Details | Relative]]:
    people: list[tuple[UUID, Details | Relative]] = []
    if arrival.person_id is not None:
        people.append((arrival.person_id, found))
    people += [(UUID(arrival.kin[kin.kin_ref][1]), kin) for kin in found.next_of_kin if kin.kin_ref in arrival.kin]
    return people


def _cases(arrival: details.Arrival, found: Details) -> list[tuple[UUID, UUID]]:
    """Each case that is told of, with its person: the officers of the crime are those of its bereaved too."""
    pairs = _of_kin(arrival, found)
    if arrival.case_id is not None and arrival.person_id is not None:
        pairs.insert(0, (arrival.case_id, arrival.person_id))
    return pairs


def _of_kin(arrival: details.Arrival, found: Details) -> list[tuple[UUID, UUID]]:
    of_kin = [arrival.kin[kin.kin_ref] for kin in found.next_of_kin if kin.kin_ref in arrival.kin]
    return [(UUID(case_id), UUID(person_id)) for case_id, person_id in of_kin]


async def _ask_which(
    tx: Tx, sealer: Sealer, given: list[tuple[UUID, Details | Relative]], told: list[tuple[UUID, UUID]], now: datetime
) -> None:
    """What was given twice, or in words that cannot be read, is asked about the same day, once for what was given; and
    of whom a case is, where it was given of two people."""
    aside = {p: sealer.blind("value", said).hex() for p, what in given if (said := what.other_channels)}
    for p in [p for p, what in given if two_rows.of_two(what)]:
        await who_it_is.ask_of(tx, [p], now, who_it_is.TWO, aside.pop(p, ""))
    due, kind = filing.end_of_day(now), TWICE
    found = [(case_id, task_id(kind, case_id, aside[p])) for case_id, p in told if p in aside]
    await tasks.add(tx, [Task(task, kind, due, now, case_id=case_id) for case_id, task in found])


async def _ask_for_liaison(tx: Tx, bereaved: list[UUID], now: datetime) -> None:
    """A family of which no liaison officer is known is a task for the hub, and no wall before help."""
    kind, due = "name_liaison_officer", filing.end_of_day(now)
    unknown = [case_id for case_id in bereaved if "family_liaison_officer" not in await details.case(tx, case_id)]
    await tasks.add(tx, [Task(task_id(kind, case_id), kind, due, now, case_id=case_id) for case_id in unknown])
