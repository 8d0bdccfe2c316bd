"""A provider is ruled out for a person: they do not want it, it works with the other party, or it is not safe with it.
None of their cases is sent there by itself, and nobody is offered it, until who said so says otherwise.

A conflict holds for every case of the person: the other party is seldom named in a crime, and whom the provider works
with is known to it alone, so no other case can be told to be free of them. A human asks the provider, case by case.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import at_link
from services.referral.actions.rerouting import rerun
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.referral import ReferralState
from services.referral.store import cases, persons, ruled_out, same_person, tasks
from services.referral.store.cases import Case

NOT_THIS = "not_this_provider"
"""The reason of an agreement taken back that rules its provider out."""
DECLINED = {"conflict": "conflict", "unsafe": "unsafe"}
"""Reasons of a decline that rule the provider out, with why."""
ENDED = {"not_safe": "not_safe", "unsafe": "not_safe"}
"""Reasons for which the hub takes a referral back, or support ends early, that do so too."""
TRANSFERRED = {"conflict": "conflict", "person_asked": "another", "another_provider": "another"}
"""Reasons of a transfer that rule out the provider who had the person."""


async def rule_out(
    tx: Tx, viewer: Viewer | None, case: Case, provider_id: UUID, books: Books, now: datetime, why: str = "person"
) -> None:
    """Keeps that a provider is ruled out for the person of a case, and decides their open cases again. `viewer`: who
    wrote it down; None for the answer of the provider itself."""
    by = viewer.user_id if viewer else None
    await ruled_out.add(tx, case.person_id, provider_id, case.case_id, by, now, why)

    def change(facts: CaseFacts) -> CaseFacts:
        return replace(facts, refused_providers=tuple(dict.fromkeys((*facts.refused_providers, provider_id))))

    await _again(tx, by, case, change, books, now)
    await at_link.unwanted(tx, [case.person_id, *await same_person.linked(tx, case.person_id)], now)
    about = ("provider.ruled_out", "case", case.case_id, ("provider",), why)
    await audit.record(tx, [audit.seen(viewer, *about) if viewer else audit.Entry(None, "system", None, *about)])


def speaks_of_it(referral: ReferralState) -> str | None:
    """Why the last step of a referral rules its provider out; None where it does not."""
    reasons = {"declined_by_provider": DECLINED, "withdrawn": ENDED, "ended_early": ENDED}.get(referral.state, {})
    return reasons.get(referral.reason or "")


async def stepped(tx: Tx, referral: ReferralState, books: Books, now: datetime) -> None:
    """What a provider declined for, or for which help there ended, rules it out where it speaks of danger with this
    very provider."""
    why = speaks_of_it(referral)
    case = await cases.load(tx, referral.case_id) if why else None
    if why is None or case is None or referral.provider_id is None:
        return
    known = (await ruled_out.of_person(tx, case.person_id)).get(referral.provider_id)
    if known is None or known.why != why or known.since < referral.updated_at:
        await rule_out(tx, None, case, referral.provider_id, books, now, why)


async def wanted_again(tx: Tx, viewer: Viewer, case: Case, provider_id: UUID, books: Books, now: datetime) -> None:
    """The person agreed to a provider: that they ruled it out is over. What it said itself stands."""
    if not await ruled_out.over(tx, case.person_id, provider_id, viewer.user_id, now):
        return
    left = await ruled_out.of_person(tx, case.person_id)

    def change(facts: CaseFacts) -> CaseFacts:
        kept = tuple(one for one in facts.refused_providers if one != provider_id or one in left)
        return replace(facts, refused_providers=kept)

    for case_id in await _again(tx, viewer.user_id, case, change, books, now):
        if provider_id not in left:
            await tasks.over_of_case(tx, case_id, at_link.RULED_OUT, viewer.user_id, now)
    await audit.record(tx, [audit.seen(viewer, "provider.wanted_again", "case", case.case_id, ("provider",))])


async def of_parted(
    tx: Tx, viewer: Viewer, people: Collection[UUID], books: Books, now: datetime, *, since: datetime
) -> None:
    """These records are of one person no more: a provider that only records of somebody else rule out is ruled out for
    them no longer, what one of them ruled out itself and another one's agreement ended since they were one is ruled out
    again, and their open cases are decided again."""
    async with persons.seen_whole(tx):
        whose = {one.contract_id: one.provider.provider_id for one in books.directory.contracts}
        again = await ruled_out.again_unwanted(tx, people, since, whose)
        words = await ruled_out.of_people(tx, people)
        for person_id in sorted(people):
            mine = await persons.with_linked(tx, [person_id])
            own = {provider for who, provider in words if who in mine}
            theirs = {provider for who, provider in words if who not in mine} - own
            if own or theirs:
                await _own_alone(tx, viewer, person_id, own, theirs, books, now)
            if not again.isdisjoint(mine):
                await at_link.unwanted(tx, mine, now, again="parted")


async def _own_alone(
    tx: Tx,
    viewer: Viewer,
    person_id: UUID,
    own: Collection[UUID],
    theirs: Collection[UUID],
    books: Books,
    now: datetime,
) -> None:
    def change(facts: CaseFacts) -> CaseFacts:
        kept = (one for one in facts.refused_providers if one not in theirs)
        return replace(facts, refused_providers=tuple(dict.fromkeys((*kept, *sorted(own)))))

    unwanted = {one.case_id for one in await ruled_out.still_with(tx, await persons.with_linked(tx, [person_id]))}
    for case_id in await same_person.open_cases(tx, [person_id]):
        await rerun(tx, case_id, books, now, change=change, by=viewer.user_id)
        if case_id not in unwanted:
            await tasks.over_of_case(tx, case_id, at_link.RULED_OUT, viewer.user_id, now)
        about = ("provider.parted", "case", case_id, ("provider",))
        await audit.record(tx, [audit.seen(viewer, *about)])


async def _again(
    tx: Tx, by: UUID | None, case: Case, change: Callable[[CaseFacts], CaseFacts], books: Books, now: datetime
) -> list[UUID]:
    """Decides the open cases of the person of a case again; returns which."""
    people = [case.person_id, *await same_person.linked(tx, case.person_id)]
    found = await same_person.open_cases(tx, people)
    for case_id in found:
        await rerun(tx, case_id, books, now, change=change, by=by)
    return found
