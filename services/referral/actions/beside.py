"""What a worker writes beside a case: callers checked, call-backs, who must not know, disclosure, steps of offers."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.refused import Refused
from contracts.vocabulary import CHANNELS
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import CannotOpen, Sealer, unseal
from services.referral.actions import at_door, at_offer, code_words, contacting, filing, sealing, stopping
from services.referral.actions.specialist import is_careful
from services.referral.beside_books import doors, offers
from services.referral.domain import safe_contact, tracked
from services.referral.domain.appointed import FURTHEST
from services.referral.domain.books import Books
from services.referral.domain.update import GATES
from services.referral.store import beside, consent, tasks
from services.referral.store.beside import Entry, Taken
from services.referral.store.cases import Case
from services.referral.store.tasks import Task, task_id

CODES = {
    "caller": {
        "right_word": "The caller gave the right code word",
        "wrong_word": "The caller gave a wrong code word",
        "rang_back": "Rang back on a channel that is safe",
        "not_verified": "Not verified: nothing was confirmed",
    },
    "call_back": {
        "person": "The person, on a channel that is safe",
        "officer": "The officer in the case",
        "provider": "The provider",
    },
    "must_not_know": {
        "partner": "Partner",
        "ex_partner": "Former partner",
        "family": "Somebody in the family",
        "household": "Somebody in the household",
        "work": "Somebody at work",
        "other": "Somebody else",
    },
    "disclosure": {
        "police": "Police ask for material of a third party",
        "prosecution": "The prosecution asks",
        "defence": "The defence asks",
        "court": "A court orders",
        "person": "The person asks for what is held",
    },
}
ENDS = {
    "call_back": {"reached": "Spoke to them", "not_reached": "Not reached", "not_needed": "Not needed any more"},
    "must_not_know": {"taken_off": "The person says they may know now"},
    "disclosure": {
        "given": "Given",
        "given_in_part": "Given in part",
        "refused": "Refused",
        "withdrawn": "The request was withdrawn",
    },
}
LONGEST = 2_000
WRONG_AT_MOST, TRIED = 3, timedelta(hours=24)
"""So many wrong words in so long, in whatever case of the person: from then on no word is taken. Ours."""
GUESSED = "code_word_guessed"


@dataclass(frozen=True, slots=True)
class Told:
    """What the form holds: a code of `CODES`, text to be sealed, and by when."""

    entry_id: UUID
    kind: str
    code: str
    text: str = ""
    due_at: datetime | None = None


async def add(tx: Tx, viewer: Viewer, sealer: Sealer, case: Case, told: Told, now: datetime) -> bool:
    """Adds an entry; False when it was added before. Refused says which field does not fit."""
    if told.code not in CODES[told.kind]:
        raise Refused("code", "missing")
    if len(told.text) > LONGEST:
        raise Refused("text", "too_long")
    if told.kind == "must_not_know" and not told.text:
        raise Refused("text", "missing")
    if told.kind == "call_back" and (told.due_at is None or told.due_at <= now):
        raise Refused("due", "missing")
    if told.kind == "call_back" and told.code == "person":
        await _may_be_rung(tx, case, now)
    if told.due_at is not None and told.due_at > now + FURTHEST:
        raise Refused("due", "too_far")
    body = None
    if told.text:
        where = sealing.place("case_entry", "body", told.entry_id)
        body = await sealing.close_text(sealer, case.person_id, told.text, where)
    ids = (told.entry_id, case.case_id, case.person_id, told.kind, told.code)
    new = await beside.add(tx, Entry(*ids, body, told.due_at, viewer.user_id, viewer.role, now))
    if new:
        await audit.record(tx, [audit.seen(viewer, f"{told.kind}.added", "case", case.case_id, (), told.code)])
    return new


async def _may_be_rung(tx: Tx, case: Case, now: datetime) -> None:
    """Nothing is promised to somebody whom nobody may contact. Refused with the reason."""
    profile = await contacting.profile_for_hub(tx, case, now)
    if not safe_contact.alive(profile).allowed:
        raise Refused("code", safe_contact.DIED)
    if profile.shut is not None:
        raise Refused("code", profile.shut)
    verdicts = [safe_contact.may_use(profile, kind, "support", now) for kind in CHANNELS]
    if all(one.why == safe_contact.PERSON_SAID for one in verdicts):
        raise Refused("code", safe_contact.PERSON_SAID)


async def check_caller(
    tx: Tx, viewer: Viewer, sealer: Sealer, case: Case, entry_id: UUID, said: str, now: datetime
) -> bool | None:
    """Whether the caller gave the person's code word, by any record of theirs; None when the person has none. The word
    said is not kept.

    Refused after some wrong words within a day: somebody may be guessing, and a human looks the same day.
    """
    words = await code_words.of_person(tx, sealer, case.person_id)
    if not words:
        return None
    if await beside.wrong_words(tx, case.person_id, now - TRIED) >= WRONG_AT_MOST:
        raise Refused("word", "ring_back_only")
    right = any(hmac.compare_digest(code_words.folded(said), code_words.folded(word)) for word in words)
    code = "right_word" if right else "wrong_word"
    await add(tx, viewer, sealer, case, Told(entry_id, "caller", code), now)
    if not right and await beside.wrong_words(tx, case.person_id, now - TRIED) >= WRONG_AT_MOST:
        about = task_id(GUESSED, case.case_id, local_day(now))
        await tasks.add(tx, [Task(about, GUESSED, filing.end_of_day(now), now, case_id=case.case_id)])
    return right


async def close(tx: Tx, viewer: Viewer, case: Case, entry: Entry, how: str, now: datetime) -> None:
    """Ends an entry. Refused when it ended already or `how` is not in the list."""
    if how not in ENDS.get(entry.kind, {}):
        raise Refused("how", "missing")
    if not await beside.close(tx, case.case_id, entry.entry_id, viewer.user_id, how, now):
        raise Refused("entry", "already_closed")
    await audit.record(tx, [audit.seen(viewer, f"{entry.kind}.closed", "case", case.case_id, (), how)])


async def texts(sealer: Sealer, held: list[Entry]) -> dict[UUID, str]:
    """The texts of entries in clear, by id."""
    keys = await sealer.data_keys({entry.person_id for entry in held if entry.body}) if held else {}
    found = {}
    for entry in held:
        key = keys.get(entry.person_id)
        if entry.body and key:
            try:
                found[entry.entry_id] = unseal(key, entry.body, sealing.place("case_entry", "body", entry.entry_id))
            except CannotOpen:
                continue
    return found


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often an offer or a door was gone through: the number of the last round, the steps of it, and when the last
    of them was taken."""

    number: int = 1
    steps: tuple[str, ...] = ()
    last_at: datetime | None = None

    @classmethod
    def of(cls, taken: Sequence[Taken]) -> "Rounds":
        number = max((each.round for each in taken), default=1)
        last = [each for each in taken if each.round == number]
        return cls(number, tuple(each.step for each in last), max((each.at for each in last), default=None))

    def may_begin_again(self, news_at: datetime | None) -> bool:
        """A second referral, after a new incident or a new risk that was told since the last step."""
        return self.last_at is not None and news_at is not None and news_at > self.last_at


async def news_of(tx: Tx, case: Case) -> datetime | None:
    """When something new was last known of the case that asks for care."""
    return await beside.news(tx, case.person_id, case.case_id, sorted(GATES))


async def take_step(
    tx: Tx,
    viewer: Viewer,
    case: Case,
    step_id: UUID,
    offer: str,
    step: str,
    said_by: str | None,
    books: Books,
    now: datetime,
) -> bool:
    """Writes down a step of an offer, or of a door of this case; False when this form was sent before. Refused says why
    it may not be taken."""
    followed = offers_of(case).get(offer) or (doors()[offer] if offer in doors_of(case) else None)
    if followed is None:
        raise Refused("offer", "not_found")
    if await beside.step_known(tx, step_id):
        return False
    rounds = Rounds.of((await beside.steps(tx, case.case_id)).get(offer, ()))
    code, anew = step.removeprefix(tracked.AGAIN), step.startswith(tracked.AGAIN)
    if anew and not (offer in doors() and rounds.may_begin_again(await news_of(tx, case))):
        raise Refused("step", "not_from_here")
    shared = offer in doors() and await is_shared(tx, case, now)
    taken = () if anew else rounds.steps
    careful = await is_careful(tx, case)
    wanted = tracked.check(followed, taken, code, said_by, careful=careful, shared=shared)
    said = said_by if wanted.by_person else None
    made = Taken(code, said, viewer.role, now, rounds.number + anew)
    if not await beside.add_step(tx, step_id, case.case_id, offer, made, viewer.user_id):
        raise Refused("step", "not_from_here")
    await audit.record(tx, [audit.seen(viewer, "offer.step", "case", case.case_id, (offer,), code)])
    if offer in doors():
        await at_door.taken(tx, viewer, case, offer, code, books, now)
    else:
        await at_offer.taken(tx, viewer, case, step_id, offer, code, now)
    if wanted.by_person and wanted.ends:
        await stopping.by_the_person(tx, case.case_id, offer, now)
    return True


def offers_of(case: Case) -> dict[str, tracked.Offer]:
    """The offers that are followed in a case of this kind."""
    return {code: offer for code, offer in offers().items() if offer.is_for(case.kind)}


ENCOMPASS = "operation_encompass"


def doors_of(case: Case) -> list[str]:
    """The doors of a case that are followed; in a domestic one also what the police told a child's school."""
    return [door for door in (*case.doors, *((ENCOMPASS,) if case.domestic else ())) if door in doors()]


async def is_shared(tx: Tx, case: Case, now: datetime) -> bool:
    """Whether a confirmed override lets the case be shared without the person's agreement."""
    return any(held.gate == "override" and held.counts(now) for held in await consent.of_case(tx, case.case_id))
