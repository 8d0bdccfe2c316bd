"""The police no longer call a way safe that was so by their word alone: it is unknown again, everywhere and at once;
somebody finds out the same day, and whoever helps the person looks before any contact."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, new_incident, raising
from services.referral.actions.lapsing import WITH_PROVIDER
from services.referral.store import cases, details, persons, referrals, tasks, unsure

JOINED, PARTED = "joined_not_safe", "parted_not_safe"
KIND, UNREAD = "not_safe_any_more", "details_unread"
WHY = "police_said"
Key = tuple[UUID, str]


async def follow(tx: Tx, unsaid: Mapping[Key, datetime], *, opens: bool = True) -> None:
    """`unsaid`: the kinds of channel, by person, that the police called safe and call so no more, and when they were
    heard; or (`opens` false) what they sent does not open. What a worker heard from the person since stands."""
    shut = await unsure.take_back(tx, unsaid) if unsaid else []
    await new_incident.tell(tx, shut, role="police", why=WHY)
    for person_id in sorted({one.person_id for one in shut}):
        at = max(one.at for one in shut if one.person_id == person_id)
        await (ask if opens else _say_unread)(tx, person_id, at)


async def ask(tx: Tx, person_id: UUID, now: datetime, kind: str = KIND) -> None:
    """A task of the same day for each case of the person that is with a provider, who is told too. A business is told
    of nothing: nobody is hurt by a call to it."""
    with_provider = await _with_provider(tx, person_id)
    about = now.isoformat()
    await raising.ask(tx, with_provider, kind, filing.end_of_day(now), now, about)
    await raising.alert(tx, with_provider, kind, about, now, now, review=False)


async def by_joining(tx: Tx, people: Collection[UUID], before: Mapping[UUID, Sequence[str]], now: datetime) -> None:
    """These records were found to be of one person; `before`: which kinds of channel were safe of each before. Where
    one is so no more, it is asked about as if the police had taken it back."""
    async with persons.seen_whole(tx):
        after = await unsure.safe_now(tx, people)
        if any(set(before.get(one, ())) - set(after.get(one, ())) for one in people):
            await ask(tx, min(people), now, JOINED)


async def by_parting(tx: Tx, shut: Collection[UUID], people: Collection[UUID], now: datetime) -> None:
    """These records (`people`) are of one person no more, and what stands in some (`shut`) of how to reach them was
    perhaps another person's word: somebody finds out the same day for each, and whoever helps in those looks first."""
    about = now.isoformat()
    for person_id in sorted(people):
        await raising.ask(tx, await cases.of_record(tx, person_id), PARTED, filing.end_of_day(now), now, about)
    for person_id in sorted(shut):
        await raising.alert(tx, await _with_provider(tx, person_id), PARTED, about, now, now, review=False)


async def _say_unread(tx: Tx, person_id: UUID, now: datetime) -> None:
    """Whoever helps is told that it does not open; the task of it asks the police already."""
    await raising.alert(tx, await _with_provider(tx, person_id), UNREAD, now.isoformat(), now, now, review=False)


async def _with_provider(tx: Tx, person_id: UUID) -> list[UUID]:
    return [one for one in await cases.of_person(tx, person_id, closed=False) if await _is_helped(tx, one)]


async def _is_helped(tx: Tx, case_id: UUID) -> bool:
    case = await cases.load(tx, case_id)
    if case is None or case.kind == "business":
        return False
    legs = await referrals.legs_of_case(tx, case_id)
    return any(leg.state in WITH_PROVIDER and leg.sent_at is not None for leg in legs)


async def left_out(tx: Tx, given: Sequence[tuple[UUID, frozenset[str]]], now: datetime) -> None:
    """Details came anew (`given`: the kinds of channel in them, by person): what is not in them any more, and was safe
    by the police's word alone, is unknown."""
    last = dict(given)
    held = await unsure.safe_by_the_police(tx, sorted(last)) if last else []
    await follow(tx, {(person, kind): now for person, kind in held if kind not in last[person]})


async def unread(tx: Tx, case_ids: Sequence[UUID], now: datetime) -> None:
    """What came sealed of these cases does not open, and may be of another number: what was opened before makes no way
    safe any more, and somebody asks the police the same day to send it again."""
    again = await details.opened_before(tx, case_ids) if case_ids else {}
    held = await unsure.safe_unheard(tx, sorted(set(again.values()))) if again else []
    await raising.ask(tx, sorted(again), UNREAD, filing.end_of_day(now), now, now.isoformat())
    await follow(tx, dict.fromkeys(held, now), opens=False)


async def read_again(tx: Tx, case_ids: Sequence[UUID], now: datetime) -> None:
    """Details of these cases came and open: nobody has to ask for them any more."""
    if case_ids:
        await tasks.over_of_cases(tx, case_ids, UNREAD, "came", now)
