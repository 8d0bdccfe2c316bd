"""A look at what came sealed before anything is sent by itself: where it does not fit what was told in the open, a
human looks first."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from contracts.working_time import local_day
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import sealing
from services.referral.actions.birthdays import born_on
from services.referral.actions.hearing import Heard
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.told import doubtful_age, years
from services.referral.store import persons

Found = tuple[CaseFacts, sealing.Details | None]
Indexes = Sequence[tuple[str, bytes]]


async def doubtful(tx: Tx, sealer: Sealer, heard: Sequence[Heard], books: Books) -> dict[UUID, bool]:
    """The cases that might be sent by themselves and of which sealed details came, each with whether these speak
    against it: they do not open, the day of birth does not fit the age, no channel that is called safe has a number or
    address, or they may be of somebody restricted. Details of whom nothing may be shared stay closed."""
    found, entries = _looked(sealer, heard, books)
    maybe = await persons.maybe_restricted(tx, entries)
    return {case_id: against or case_id in maybe for case_id, against in found.items()}


def _looked(sealer: Sealer, heard: Sequence[Heard], books: Books) -> tuple[dict[UUID, bool], dict[UUID, Indexes]]:
    """Of each whether the details speak against it by themselves, and the blind indexes of those that open."""
    looked = list(_opened(sealer, heard, books))
    found: dict[UUID, bool] = {}
    for facts, told in looked:
        found[facts.case_id] = found.get(facts.case_id, False) or told is None or not _fits(facts, told)
    return found, {facts.case_id: sealing.digests(sealer, told) for facts, told in looked if told is not None}


def _opened(sealer: Sealer, heard: Sequence[Heard], books: Books) -> Iterator[Found]:
    for event, cases in heard:
        sealed = {victim.victim_ref: victim.sealed for victim in event.data.victims if victim.sealed}
        if not sealed:
            continue
        policy = books.on(local_day(event.time)).policy
        for facts in cases:
            jwe = sealed.get(facts.victim_ref or "")
            if jwe and policy.share_counts(facts):
                yield facts, sealing.opened(sealer, jwe, event.data.crime_id, facts.victim_ref or "")


def _fits(facts: CaseFacts, told: sealing.Details) -> bool:
    born = born_on(told.date_of_birth)
    if born is not None and doubtful_age(facts.age, years(born, facts.reported_on)):
        return False
    ways = [one for one in told.ways if sealing.usable(one.kind, one.value)]
    shut = {_number(one) for one in ways if one.safety == "unsafe"}
    reach = {one.kind for one in ways if one.safety != "unsafe" and _number(one) not in shut}
    return bool(reach.intersection(facts.channels_safe)) or not facts.channels_safe


def _number(one: sealing.GivenChannel) -> str:
    return sealing.phone(one.value) if one.kind in sealing.PHONES else one.value
