"""The person does not want a provider: none of their cases is sent there until they agree to it again."""

from collections.abc import Callable
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
from services.referral.store import ruled_out, same_person, tasks
from services.referral.store.cases import Case

NOT_THIS = "not_this_provider"
"""The reason of an agreement taken back that rules its provider out."""


async def rule_out(tx: Tx, viewer: Viewer, case: Case, provider_id: UUID, books: Books, now: datetime) -> None:
    """Keeps that the person of a case does not want a provider, and decides their open cases again."""
    await ruled_out.add(tx, case.person_id, provider_id, case.case_id, viewer.user_id, now)

    def change(facts: CaseFacts) -> CaseFacts:
        return replace(facts, refused_providers=tuple(dict.fromkeys((*facts.refused_providers, provider_id))))

    await _again(tx, viewer, case, change, books, now)
    await at_link.unwanted(tx, [case.person_id, *await same_person.linked(tx, case.person_id)], now)
    await audit.record(tx, [audit.seen(viewer, "provider.ruled_out", "case", case.case_id, ("provider",))])


async def wanted_again(tx: Tx, viewer: Viewer, case: Case, provider_id: UUID, books: Books, now: datetime) -> None:
    """The person agreed to a provider: where they had ruled it out, that is over."""
    if not await ruled_out.over(tx, case.person_id, provider_id, viewer.user_id, now):
        return

    def change(facts: CaseFacts) -> CaseFacts:
        return replace(facts, refused_providers=tuple(one for one in facts.refused_providers if one != provider_id))

    for case_id in await _again(tx, viewer, case, change, books, now):
        await tasks.over_of_case(tx, case_id, at_link.RULED_OUT, viewer.user_id, now)
    await audit.record(tx, [audit.seen(viewer, "provider.wanted_again", "case", case.case_id, ("provider",))])


async def _again(
    tx: Tx, viewer: Viewer, case: Case, change: Callable[[CaseFacts], CaseFacts], books: Books, now: datetime
) -> list[UUID]:
    """Decides the open cases of the person of a case again; returns which."""
    people = [case.person_id, *await same_person.linked(tx, case.person_id)]
    found = await same_person.open_cases(tx, people)
    for case_id in found:
        await rerun(tx, case_id, books, now, change=change, by=viewer.user_id)
    return found
