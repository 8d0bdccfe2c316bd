"""A look at what came sealed before anything is sent by itself: where it does not fit what was told in the open, a
human looks first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts import told_twice
from contracts.working_time import local_day
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import sealing, two_rows
from services.referral.actions.birthdays import born_on
from services.referral.actions.hearing import Heard
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.persons import person_id
from services.referral.domain.told import doubtful_age, years
from services.referral.store import details, locks, persons

Found = tuple[CaseFacts, sealing.Details | None]
Indexes = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Look:
    """`against`: of each case that was looked at whether its details speak against sending by themselves; `indexes`:
    the blind indexes of those that open, by case; `people`: whose cases these are; `numbers`: indexes of
    what is called safe in them."""

    against: dict[UUID, bool]
    indexes: dict[UUID, Indexes]
    people: dict[UUID, UUID]
    numbers: dict[UUID, set[bytes]]


def look(sealer: Sealer, heard: Sequence[Heard], books: Books) -> Look:
    """Opens the sealed details of the cases that might be sent by themselves. Details of whom nothing may be shared
    stay closed."""
    found = Look({}, {}, {}, {})
    for facts, told in _opened(sealer, heard, books):
        doubted = told is None or two_rows.of_two(told) or not _fits(facts, told)
        found.against[facts.case_id] = found.against.get(facts.case_id, False) or doubted
        if told is not None:
            found.indexes[facts.case_id] = sealing.digests(sealer, told)
            found.numbers[facts.case_id] = set(_called_safe(sealer, told))
            found.people[facts.case_id] = person_id(facts.force or "", facts.victim_ref or "")
    return found


async def doubtful(tx: Tx, look: Look) -> dict[UUID, bool]:
    """The cases that were looked at, each with whether something speaks against it: the details do not open, or are of
    two people, the day of birth does not fit the age, no channel that is called safe has a number or address, they may
    be of somebody restricted, the police have named this person otherwise, or a number is locked in another record."""
    maybe = await persons.maybe_restricted(tx, look.indexes)
    named = [(look.people[c], digest) for c, found in look.indexes.items() for kind, digest in found if kind == "name"]
    others = set(await details.named_otherwise(tx, named))
    told = {(look.people[c], number) for c, numbers in look.numbers.items() for number in numbers}
    others |= {person for person, _ in await locks.locked_elsewhere(tx, told)}
    return {c: against or c in maybe or look.people.get(c) in others for c, against in look.against.items()}


async def propose(tx: Tx, look: Look, now: datetime) -> set[UUID]:
    """Asks of whom of these we may know already under another reference; returns the people newly asked about."""
    first = {person: case_id for case_id, person in reversed(look.people.items())}
    told = [(person, *entry) for person, case_id in first.items() for entry in look.indexes[case_id]]
    return {person for pair in await details.propose_told(tx, told, now) for person in pair}


def _opened(sealer: Sealer, heard: Sequence[Heard], books: Books) -> Iterator[Found]:
    for event, cases in heard:
        living = [victim for victim in told_twice.as_one(event.data).victims if victim.kind != "deceased"]
        sealed = {victim.victim_ref: victim.sealed for victim in living if victim.sealed}
        if not sealed:
            continue
        policy = books.on(local_day(event.time)).policy
        for facts in cases:
            jwe = sealed.get(facts.victim_ref or "")
            if jwe and policy.share_counts(facts):
                yield facts, two_rows.opened(sealer, jwe, event.data.crime_id, facts.victim_ref or "")


def _fits(facts: CaseFacts, told: sealing.Details) -> bool:
    born = born_on(told.date_of_birth)
    if born is not None and doubtful_age(facts.age, years(born, facts.reported_on)):
        return False
    ways = [one for one in told.ways if sealing.usable(one.kind, one.value)]
    shut = {_number(one) for one in ways if one.safety == "unsafe"}
    reach = {one.kind for one in ways if one.safety != "unsafe" and _number(one) not in shut}
    return bool(reach.intersection(facts.channels_safe)) or not facts.channels_safe


def _called_safe(sealer: Sealer, told: sealing.Details) -> Iterator[bytes]:
    return (sealing.value_index(sealer, one.kind, one.value) for one in told.ways if one.safety == "safe")


def _number(one: sealing.GivenChannel) -> str:
    return sealing.phone(one.value) if one.kind in sealing.PHONES else one.value
