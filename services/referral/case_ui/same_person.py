"""Two records that may be of one person, side by side: what agrees, what differs, and a decision that is remembered."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import colleagues
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import when
from services.referral import said
from services.referral.actions import books as stocked
from services.referral.actions import linking, sealing, watching_looks, word_links
from services.referral.actions import numbers as deciding
from services.referral.case_ui import glass, words
from services.referral.case_ui.agreeing import matched
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.case_ui.said_no import ruled_out_words
from services.referral.domain.facts import CaseFacts, facts_of
from services.referral.domain.persons import window_start
from services.referral.store import (
    beside,
    cases,
    contact,
    details,
    protected,
    referrals,
    ruled_out,
    same_person,
    workers,
)
from services.referral.store.cases import Case, OtherCase
from services.referral.store.ruled_out import RuledOut
from services.referral.store.same_person import Helped, Pair
from services.referral.store.workers import Member

AT_MOST = 200
"""How many pairs are shown at a time."""
PERSONAL = ("given_names", "family_name", "date_of_birth", "address")
PROTECTED = "Protected: not shown here"
DECISIONS = {
    "yes": "Yes, this is the same person",
    "no": "No, these are two people",
}


async def show_open(visit: Visit, desk: Desk) -> Response:
    """The pairs that wait for a human, those with life at risk first."""
    async with visit.begin() as tx:
        pairs = await same_person.open_pairs(tx, AT_MOST)
        number = await same_person.count_open(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "queue_seen", "queue", None, ("same_person",))])
    return visit.render("case_ui/same_people.html", pairs=pairs, number=number, matched=matched)


async def _pair(tx: Tx, visit: Visit, case: Case) -> Pair:
    found = await same_person.pair(tx, case.person_id, visit.id("other_id"))
    if found is None or (not found.same and await not_lent(tx, visit, [visit.id("other_id")])):
        raise HTTPException(404)
    return found


async def not_lent(tx: Tx, visit: Visit, people: Sequence[UUID]) -> set[UUID]:
    """Those of these that are restricted: a glass that was broken for one case opens no other person, and whoever broke
    it decides nothing of them."""
    return {each for each in people if glass.is_lent(visit) and await same_person.restricted(tx, [each])}


async def show(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    return await _side_by_side(visit, revealed=False, errors=errors)


async def reveal(visit: Visit, desk: Desk) -> Response:
    """The same with both people's names and details; who asked is kept with both."""
    return await _side_by_side(visit, revealed=True)


async def _side_by_side(visit: Visit, *, revealed: bool, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        pair = await _pair(tx, visit, case)
        other, other_case, _ = pair.beside(case.person_id)
        theirs = await cases.get(tx, other_case) if other_case else None
        rows, kinds = _facts(case, theirs), list[str]()
        if revealed:
            compared, kinds = await _details(tx, visit, case.person_id, other)
            rows = [*compared, *rows]
        top = await frame(tx, visit, case, "Overview")
        action = "details_revealed" if revealed else "person.compared"
        fields = (*PERSONAL, *kinds) if revealed else ()
        await audit.record(
            tx, [audit.seen(visit.signed_in, action, "person", p, fields) for p in (case.person_id, other)]
        )
        seen = [audit.seen(visit.signed_in, action, "case", c.case_id, fields) for c in (case, theirs) if c]
        await audit.record(tx, seen)
        names = {title: (here, there) for title, here, there, _ in rows}.get(words.words("family_name"), ("", ""))
        for each, name in zip((case, theirs), names, strict=True):
            if each is not None and name:
                await watching_looks.watch(tx, visit.signed_in, each, name, visit.now)
    return visit.render(
        "case_ui/same_person.html",
        status=422 if errors else 200,
        **top,
        pair=pair,
        other_id=other,
        theirs=theirs,
        rows=rows,
        revealed=revealed,
        matched=matched(pair),
        decisions=DECISIONS,
        errors=list(errors),
    )


_READ: tuple[tuple[str, Callable[[Case], str]], ...] = (
    ("Case", lambda case: case.reference),
    ("Age", lambda case: said.age(case.age_band)),
    ("Lives in", lambda case: words.area(case.home_local_authority)),
    ("Language", lambda case: words.language(case.language)),
    ("What was reported", lambda case: words.words(case.incident_kind or case.offence_group)),
    ("Reported", lambda case: when(case.reported_at)),
    ("Known from", lambda case: words.words(case.source)),
)
LATELY = 5
"""How many other reports the banner shows."""
NEVER_COMPARED = frozenset({"Case", "Reported"})


def _facts(mine: Case, theirs: Case | None) -> list[tuple[str, str, str, str]]:
    return [
        _row(title, read(mine), read(theirs) if theirs else "", compared=title not in NEVER_COMPARED)
        for title, read in _READ
    ]


def _row(title: str, mine: str, theirs: str, *, compared: bool = True) -> tuple[str, str, str, str]:
    """Title, here, there, and in words whether they agree; what nobody recorded is like nothing."""
    if not compared:
        return title, mine, theirs, ""
    if not (words.is_recorded(mine) and words.is_recorded(theirs)):
        return title, mine or "Not recorded", theirs or "Not recorded", "Not known" if mine or theirs else ""
    return title, mine, theirs, "Same" if mine.casefold() == theirs.casefold() else "Different"


Rows = list[tuple[str, str, str, str]]


async def _details(tx: Tx, visit: Visit, mine: UUID, theirs: UUID) -> tuple[Rows, list[str]]:
    """What is known of both in clear; and each kind of channel, as much of its number as tells it from another: a
    number is opened to be used alone, and only where it is safe."""
    here, there = await _opened(tx, visit, mine), await _opened(tx, visit, theirs)
    hidden = ("address", *protected.PLACES) if await protected.of(tx, [mine, theirs]) else ()
    rows = [
        _hide(name in hidden, _row(words.words(name), here.get(name, ""), there.get(name, ""))) for name in PERSONAL
    ]
    mine_held, theirs_held = await _numbers(tx, visit, mine), await _numbers(tx, visit, theirs)
    kinds = sorted({*mine_held, *theirs_held})
    for kind in kinds:
        (one_text, one_digest), (other_text, other_digest) = mine_held.get(kind, NO), theirs_held.get(kind, NO)
        title, left, right, agree = _row(words.words(kind), one_text, other_text)
        same = "Same" if one_digest == other_digest else "Different"
        rows.append(_hide(kind in hidden, (title, left, right, agree if agree == "Not known" else same)))
    return rows, kinds


def _hide(hidden: bool, row: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    """A row without what it compares, where the address of either is protected: whether they agree still stands."""
    title, left, right, agree = row
    return (title, left and PROTECTED, right and PROTECTED, agree) if hidden else row


NO: tuple[str, bytes | None] = ("", None)


async def _numbers(tx: Tx, visit: Visit, person: UUID) -> dict[str, tuple[str, bytes | None]]:
    """By kind of channel what is there, masked, and what tells it from another."""
    digests = await contact.digests(tx, person)
    clear = await sealing.open_every_channel(visit.sealer, person, await contact.values(tx, person))
    return {kind: (deciding.masked(kind, text), digests.get(kind)) for kind, text in clear.items()}


async def _opened(tx: Tx, visit: Visit, person: UUID) -> dict[str, str]:
    """What is known of a person in clear; never the code word, which proves who is calling."""
    held = await sealing.open_person(visit.sealer, person, await details.person(tx, person))
    held.pop("code_word", None)
    return {name: words.plain(value) for name, value in held.items()}


async def decide(visit: Visit, desk: Desk) -> Response:
    said = one(visit, "same")
    if said not in DECISIONS:
        return await show(visit, desk, [FieldError("same", "Choose whether this is the same person")])
    same = said == "yes"
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            other = visit.id("other_id")
            if await not_lent(tx, visit, [other]):
                return visit.not_found()
            books = await stocked.current(tx, desk.books)
            async with word_links.followed(tx, visit.sealer, (case.person_id, other), visit.signed_in, visit.now):
                done = await linking.decide(tx, visit.signed_in, case.person_id, other, books, visit.now, same=same)
    except Refused as refused:
        if refused.code == "contradicted":
            return await _contradicted(visit, same=same)
        return visit.not_found() if refused.code == "not_found" else await _told(visit)
    told = (
        "From now on this is one person: their history counts together, and the stricter word about each channel holds."
    )
    if said == "no":
        told = "Two people. This is remembered and not asked again, until somebody takes it back."
    return visit.redirect(f"/cases/{case.case_id}", flash=told if done else "That was decided already.")


async def _contradicted(visit: Visit, *, same: bool) -> Response:
    """What was decided of other records says the contrary: of which, so that it can be taken back first."""
    async with visit.begin() as tx:
        case, other = await opened(tx, visit), visit.id("other_id")
        pairs = await linking.against(tx, case.person_id, other, same=same)
    cases_of = "; ".join(f"{pair.reference} and {pair.other_reference}" for pair in pairs)
    held, would = ("two people", "one") if same else ("one person", "two")
    told = f"The records of these cases were decided to be of {held}: {cases_of}. Nobody can be {would} against that."
    onward = "Look which answer is right, and take the wrong one back first, on the overview of either of its cases."
    return visit.conflict(f"{told} {onward}", f"/cases/{case.case_id}/same-person/{other}", stale=False)


async def undo(visit: Visit, desk: Desk) -> Response:
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            books = await stocked.current(tx, desk.books)
            pair = await _pair(tx, visit, case)
            if await not_lent(tx, visit, [visit.id("other_id")]):
                return visit.not_found()
            take_back = linking.ask_again if pair.same is False else linking.undo
            two = (case.person_id, visit.id("other_id"))
            async with word_links.followed(tx, visit.sealer, two, visit.signed_in, visit.now):
                await take_back(tx, visit.signed_in, *two, books, visit.now)
    except Refused:
        if not await _is_open(visit):
            return await _told(visit)
    told = "Undone. They are two records again, and the question is open."
    return visit.redirect(f"/cases/{case.case_id}/same-person/{visit.id('other_id')}", flash=told)


async def _pair_now(visit: Visit) -> same_person.Pair | None:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        return await same_person.pair(tx, case.person_id, visit.id("other_id"))


async def _is_open(visit: Visit) -> bool:
    """Whether the question is open again: what was to be undone is undone."""
    pair = await _pair_now(visit)
    return pair is not None and pair.same is None


async def _told(visit: Visit) -> Response:
    """It was decided otherwise since the page was opened: what, and when."""
    pair = await _pair_now(visit)
    if pair is None:
        return visit.not_found()
    said = "Nobody has decided it yet." if pair.same is None else f"It was decided on {when(pair.decided_at)}: "
    said += "" if pair.same is None else "this is the same person." if pair.same else "these are two people."
    return visit.conflict(said, f"/cases/{visit.params['case_id']}/same-person/{visit.params['other_id']}")


async def carry(visit: Visit, desk: Desk) -> Response:
    """Takes over language, choices and access needs from an earlier case."""
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            books = await stocked.current(tx, desk.books)
            taken = await linking.carry(tx, visit.signed_in, case.case_id, books, visit.now)
    except Refused:
        said = "There is no earlier case any more from which something could be taken over."
        return visit.conflict(said, f"/cases/{visit.params['case_id']}")
    told = ", ".join(words.words(name).lower() for name in taken) or "nothing new"
    return visit.redirect(f"/cases/{case.case_id}", flash=f"Taken over: {told}. No channel is safe because of it.")


async def known(tx: Tx, visit: Visit, desk: Desk, case: Case) -> dict[str, Any]:
    """What the overview says of a person we may know, or have known: proposals, records linked, who helped before."""
    pairs = await same_person.pairs_of(tx, case.person_id)
    hidden = await not_lent(tx, visit, [pair.beside(case.person_id)[0] for pair in pairs if not pair.same])
    pairs = [pair for pair in pairs if pair.beside(case.person_id)[0] not in hidden]
    helped = await same_person.helped(tx, case.person_id, case.case_id)
    earlier = await linking.preferences(tx, case.case_id)
    ruled = await ruled_out.of_person(tx, case.person_id)
    routings = await cases.routings(tx, case.case_id)
    mine = facts_of(routings[0].facts["case"]) if routings else None
    helped = [leg for leg in helped if mine is None or leg.provider_id not in mine.refused_providers]
    names = await names_of(visit, helped)
    directory = desk.books.directory.by_id
    also = await beside.also_with(tx, case.case_id)
    return {
        "open": [pair for pair in pairs if pair.same is None],
        "linked": [pair for pair in pairs if pair.same],
        "apart": [pair for pair in pairs if pair.same is False],
        "matched": matched,
        "also": sorted({c.provider.name for c in directory.values() if c.provider.provider_id in also}),
        "helped": [
            {
                "leg": leg,
                "contract": directory[leg.contract_id].title if leg.contract_id in directory else words.words(leg.line),
                "worker": names.get(leg.assigned_to) if leg.assigned_to else None,
            }
            for leg in helped
        ],
        "preferences": _preferences(earlier) if earlier else [],
        "not_there": _not_there(desk, ruled),
        "to_carry": bool(mine and earlier and linking.worth_carrying(mine, earlier)),
    }


def _preferences(earlier: CaseFacts) -> list[str]:
    told = [] if earlier.language in ("en", *linking.UNKNOWN) else [f"Language: {words.language(earlier.language)}"]
    return told + [words.words(choice) for choice in (*earlier.choices, *earlier.access_needs)]


def _not_there(desk: Desk, ruled: Mapping[UUID, RuledOut]) -> list[str]:
    """Each provider that is ruled out for the person, with whose word that is, and since when."""
    names = {c.provider.provider_id: c.provider.name for c in desk.books.directory.by_id.values()}
    told = [(names.get(provider, "a provider that has left the directory"), one) for provider, one in ruled.items()]
    return sorted(f"{name}. {ruled_out_words(one)}" for name, one in told)


async def lately(tx: Tx, case: Case, others: Sequence[OtherCase]) -> list[tuple[OtherCase, str]]:
    """The other reports of the person within twelve months of this one, newest first, and who works with each."""
    on = local_day(case.reported_at)
    near = [other for other in others if _within(on, local_day(other.reported_at))][:LATELY]
    found = [(other, await workers.get(tx, other.assigned_to) if other.assigned_to else None) for other in near]
    states = await referrals.states_of(tx, [other.case_id for other in near])
    return [
        (other, _worked_with(worker, how_it_stands(other, states.get(other.case_id, ())))) for other, worker in found
    ]


def _worked_with(worker: Member | None, stands: str) -> str:
    return f"{worker.name} works with them; {stands}" if worker else stands


def how_it_stands(other: OtherCase, states: Collection[str] = ()) -> str:
    """How a case stands with which nobody whom we can name works; `states`: of its referrals."""
    said = next((words for state, words in HAD if state in states), None) if other.state != "closed" else None
    if said is None or (other.assigned_to and said == NOBODY["waiting"]):
        return "somebody works with them" if other.assigned_to else NOBODY.get(other.state, NOBODY["waiting"])
    return said


NOBODY = {
    "waiting": "nobody at the hub works with them yet",
    "active": "a provider has it, or it is on its way to one",
    "resting": "nothing of it is open",
    "closed": "it is closed",
}


HAD = (
    ("in_support", "a provider supports them"),
    ("on_hold", "support at a provider is on hold"),
    ("accepted", "a provider has taken it on"),
    ("waitlisted", "they are on the waiting list of a provider"),
    ("sent", "it was sent to a provider, which has not answered yet"),
    ("declined_by_provider", "a provider declined it, and nobody has it"),
    ("triaged", NOBODY["waiting"]),
    ("received", NOBODY["waiting"]),
    ("contacting", "the hub is getting in touch with them"),
    ("completed", "support there was completed"),
    ("ended_early", "support there ended early"),
    ("declined_by_victim", "the person said no to it, and nobody has it"),
    ("unreachable", "nobody could reach them, and nobody has it"),
    ("withdrawn", "it was taken back, and nobody has it"),
)
"""How a case stands by how its referrals do: of several, the first of these."""


def _within(one: date, other: date) -> bool:
    return window_start(max(one, other)) <= min(one, other)


async def names_of(visit: Visit, helped: Sequence[Helped]) -> dict[UUID, str]:
    """Names of the workers who helped, by id."""
    found: dict[UUID, str] = {}
    for provider in {leg.provider_id for leg in helped if leg.assigned_to}:
        found |= {one.user_id: one.name for one in await colleagues(visit.access, provider)}
    return found
