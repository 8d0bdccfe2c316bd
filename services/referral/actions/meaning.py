"""What a word of the police means that no list of ours knows, as whoever ends the hold of it found out: the case is
decided again as if the listed word had been told. Nothing is learnt by it: the next case with the word is held."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import restricting, telling
from services.referral.actions.rerouting import Change
from services.referral.desk_books import restricted_on
from services.referral.domain import meant
from services.referral.domain.facts import CaseFacts
from services.referral.domain.unfamiliar import BETWEEN, MEANS
from services.referral.store import word_meanings
from services.referral.store.cases import Case
from services.referral.store.word_meanings import WordMeaning

Meanings = Mapping[str, str | None]
"""Each word to the listed word that it means, None for none of these."""


async def chosen(tx: Tx, case: Case, said: Mapping[str, str]) -> Meanings:
    """What each word of the case is said to mean that has a list. `said`: by the name of its field on the form.

    Refused: that field, missing.
    """
    facts = await telling.known(tx, case)
    found: dict[str, str | None] = {}
    for word in facts.unfamiliar if facts else ():
        answer, listed = said.get(meant.key(word)), meant.choices(word)
        if listed and answer not in (*listed, meant.NONE):
            raise Refused(meant.key(word), "missing")
        if listed:
            found[word] = None if answer == meant.NONE else answer
    return found


def change(meanings: Meanings) -> Change:
    """What the meanings make of the facts of the case; of the same words they stand in place of those before."""

    def as_meant(facts: CaseFacts) -> CaseFacts:
        before = [one for one in facts.meant if one.rpartition(MEANS)[0] not in meanings]
        new = [f"{word}{MEANS}{code}" for word, code in meanings.items() if code]
        return meant.read(replace(facts, meant=()), (*before, *new))

    return as_meant


async def keep(tx: Tx, viewer: Viewer, case: Case, end_id: UUID, meanings: Meanings, now: datetime) -> None:
    if not meanings:
        return
    who = (viewer.user_id, viewer.role, now)
    await word_meanings.add(
        tx, [WordMeaning(end_id, word, case.case_id, code, *who) for word, code in meanings.items()]
    )
    fields = tuple(sorted({word.partition(BETWEEN)[0] for word in meanings}))
    await audit.record(tx, [audit.seen(viewer, "word.meant", "case", case.case_id, fields)])


async def restrict(tx: Tx, viewer: Viewer, case: Case, meanings: Meanings, now: datetime) -> None:
    """Who works, or whose suspect works, for one whom the dated list names is restricted from now on."""
    listed = restricted_on(local_day(now))
    named = {"works_for": listed.works_for, "suspect_works_for": listed.suspect_works_for}
    fields = [(word.partition(BETWEEN)[0], code) for word, code in meanings.items()]
    if any(code in named.get(name, ()) for name, code in fields):
        await restricting.by_word(tx, viewer, case.person_id, now)
