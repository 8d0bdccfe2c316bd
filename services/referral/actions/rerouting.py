"""A case decided again because of what the hub itself learnt: a human's decision, a preference, a proposal."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import alarming, filing, hearing, locking, maybe_known, noticing, unknown_words
from services.referral.actions import books as stocked
from services.referral.actions.announcing import announce
from services.referral.actions.before import ONE_CHANCE, history_of
from services.referral.domain import persons
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts, History, facts_of
from services.referral.domain.referral import ReferralState
from services.referral.domain.update import LIFTED, OURS, Standing, decide_again
from services.referral.store import batches, cases, consent, hold_ends, incidents, referrals, same_person
from services.referral.store import persons as persons_store
from services.referral.store.batches import Changes
from services.referral.store.cases import Case
from services.referral.store.rows import changed

AT_ONCE = 50
Change = Callable[[CaseFacts], CaseFacts]
SUSPECT_ELSEWHERE = "suspect_elsewhere"
WITH_PROVIDER = frozenset({"sent", "accepted", "waitlisted", "in_support", "on_hold"})


def as_they_are(facts: CaseFacts) -> CaseFacts:
    return facts


async def rerun(
    tx: Tx,
    case_id: UUID,
    books: Books,
    now: datetime,
    *,
    change: Change = as_they_are,
    by: UUID | None = None,
    heard_from: UUID | None = None,
) -> bool:
    """Decides a case again from its own facts, with `change` made to them, and from what is known of the person now.

    Adds lines, holds and doors; only a gate that is no longer there goes. A risk that rises makes urgent what is open;
    `heard_from`: the leg whose provider found it. False when the case was never decided.
    """
    books, _ = await stocked.to_send_by(tx, books)
    held = await cases.load(tx, case_id)
    routings = await cases.routings(tx, case_id) if held else []
    if held is None or not routings:
        return False
    before, facts = facts_of(routings[0].facts["case"]), change(facts_of(routings[0].facts["case"]))
    known = batches.remembered(routings[0].facts["history"])
    history = await history_now(tx, held, facts, known)
    referred = await referrals.of_case(tx, case_id)
    stands = Standing(
        reference=held.reference,
        lines=held.lines,
        offers=held.offers,
        holds=held.holds,
        doors=held.doors,
        decision=held.decision,
        run=held.runs,
        referred=frozenset(referral.line for referral in referred),
        before=_ours(before, facts),
        history=known,
        revision=held.revision,
        lifted=LIFTED if await incidents.is_lifted(tx, case_id) else frozenset(),
        ended=(await hold_ends.ended(tx, [case_id])).get(case_id, ()),
        said_no=await _said_no(tx, case_id, referred),
    )
    decision = decide_again(facts, history, stands, books, now, held.revision)
    new = filing.opened(facts, history, decision, held.person_id, held.revision, now, sealed=False)
    again = filing.again(held, new, waits=bool(decision.waiting), sent=bool(decision.legs))
    case = changed(again, removed=held.removed)
    helped = [r.case_id for r in referred if r.state in WITH_PROVIDER]
    news = [*filing.news(held, case, now, helped=helped, lines=by is None), *filing.known(history, decision, now)]
    changes = Changes(cases={case_id: case})
    changes.routings[case_id, case.runs] = filing.routed(case, facts, history, decision, now)
    changes.referrals = {referral.referral_id: referral for referral in filing.received(case, decision, now)}
    changes.legs = {leg.leg_id: leg for leg in filing.sent(case, decision, now)}
    changes.tasks = {t.task_id: t for t in (*filing.tasks_of(facts, decision, now), *news)}
    await batches.write(tx, changes)
    await unknown_words.follow(tx, case_id, before, facts, now)
    await stocked.keep(tx, books, [decision.directory_version], now)
    await announce(tx, decision.events, by)
    more = hearing.dangers(held, case), [(held, case)], now, heard_from
    await alarming.of_batch(tx, *more, helped=helped, lines=by is None)
    if ONE_CHANCE in case.lines and ONE_CHANCE not in held.lines:
        await locking.one_chance(tx, {held.person_id: now})
    return True


async def _said_no(tx: Tx, case_id: UUID, referred: Sequence[ReferralState]) -> bool:
    """Whether the person declined one of these referrals, took an agreement back, or said no elsewhere in the case."""
    declined = any(r.state == "declined_by_victim" or r.reason == "agreement_withdrawn" for r in referred)
    return declined or bool(await consent.noes(tx, [case_id]))


async def history_now(tx: Tx, held: Case, facts: CaseFacts, before: History | None = None) -> History:
    """What is known of the person of a case now. `before`: what was, for what no later look tells anew."""
    async with persons_store.seen_whole(tx):
        past = await batches.past(tx, (), [held.person_id], persons.accused(held.force, facts.suspect_refs))
    past.restricted = {held.person_id} if held.restricted else set()
    if before is not None:
        past.histories[held.case_id] = before
    safe = frozenset(past.safe.get(held.person_id, ()))
    return replace(history_of(past, held.person_id, facts), safe_channels=safe)


async def suspected(tx: Tx, changes: Changes, books: Books, now: datetime) -> int:
    """Decides again the open cases of people whom these crimes name as suspects: they are held from now on, so that
    nobody is sent to whoever helps the other party. Returns how many."""
    named = {persons.person_id(row.force, row.suspect_ref) for row in changes.suspects.values()}
    found = await cases.not_yet_held(tx, await persons_store.with_linked(tx, named), SUSPECT_ELSEWHERE) if named else []
    for case_id in found:
        await rerun(tx, case_id, books, await cases.known_since(tx, case_id, now, noticing.RECENT))
    return len(found)


def _ours(before: CaseFacts, facts: CaseFacts) -> CaseFacts:
    """What only the hub knows is never taken from the facts before: it is what changed."""
    return replace(before, **{name: getattr(facts, name) for name in (*OURS, "unfamiliar")})


async def notice_proposals(tx: Tx, moment: Moment, context: Context) -> int:
    """Brings the open cases of people who may be the same before a human; returns how many people."""
    pairs = await same_person.notice(tx, moment.now, AT_ONCE)
    people = {person for pair in pairs for person in pair}
    found = await same_person.open_cases(tx, sorted(people)) if people else []
    books = await stocked.current(tx, context.facts) if found else None
    for case_id in found:
        if books is not None and await rerun(tx, case_id, books, moment.now):
            await audit.record(tx, [audit.Entry(None, "system", None, "case.rerouted", "case", case_id)])
    await maybe_known.shut(tx, people, moment.now)
    await maybe_known.ask(tx, pairs, moment.now)
    return len(people)
