"""What the person agreed to, and lawful overrides of its absence, which need a second person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from contracts.referral import ConsentGiven, ConsentWithdrawn
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import alarming, ending, filing, lapsing, second_person, settling, unconfirmed
from services.referral.actions.announcing import announce
from services.referral.actions.books import table
from services.referral.actions.gating import UNDONE
from services.referral.domain import who_agrees
from services.referral.domain.facts import facts_of
from services.referral.domain.referral import ReferralState
from services.referral.store import cases, consent, persons, silence, tasks
from services.referral.store import lapsing as store_lapsing
from services.referral.store.cases import Case
from services.referral.store.consent import Consent
from services.referral.store.tasks import Task, task_id

what_ends = ending.what_ends
FEEDBACK = "feedback"
ENDING = "agreement_ending"
"""The task to ask the person again before an agreement ends: over by itself where one that lasts longer came."""
OVERRIDE_OVER = "override_over"
"""Why a referral ends that an override alone had let leave."""
BY_THE_ACT = "told_a_worker"
"""How an agreement was given that the send, or the transfer, of a worker recorded."""
REFUSAL, NO_QUESTIONS = "refusal", "no_questions"
"""The gate of what was never agreed to, and why: the person wants no question about how it went."""
LESS = "too_much_shared"
"""Why an agreement is taken back by who wants help, and less to be shared."""
ASK_LESS = "share_less"
JUDGED_ABLE = "judged_able"
"""Why a young person's own word counts between 13 and 15: somebody judged them able to decide this (Gillick)."""


async def record(tx: Tx, viewer: Viewer, agreement: Consent, now: datetime) -> None:
    """Records the person's agreement for one purpose and recipient.

    Refused where the word of whoever gave it is no agreement of this person (`who_agrees`): a child's alone, also while
    nobody knows whether they are one, and a parent's where a parent may be the suspect.
    """
    routings, case = await cases.routings(tx, agreement.case_id), await cases.get(tx, agreement.case_id)
    facts = facts_of(routings[0].facts["case"]) if routings else None
    able = agreement.reason == JUDGED_ABLE
    against = who_agrees.against(facts, case.holds if case else (), agreement.given_by, able=able)
    if against is not None:
        raise Refused("given_by", against)
    await consent.add(tx, agreement)
    outlasted = [task_id(ENDING, one) for one in await silence.outlasted(tx, agreement.case_id)]
    await tasks.over_by_themselves(tx, outlasted, "done", now)
    if agreement.purpose == FEEDBACK:
        await persons.no_feedback(tx, agreement.person_id, None)
    await _tell(tx, viewer, agreement, now)
    await lapsing.open_again(tx, viewer, agreement.case_id, now)
    await audit.record(tx, [audit.seen(viewer, "consent.recorded", "case", agreement.case_id, ("consent",))])


async def ask_override(
    tx: Tx, viewer: Viewer, consent_id: UUID, case_id: UUID, line: str, reason: str, now: datetime
) -> None:
    """Asks to act without agreement, for a lawful reason; nothing leaves before a second person confirms. The same
    once more changes nothing. Refused where it is asked, or confirmed, for this line and reason already."""
    case = await cases.load(tx, case_id)
    if case is None:
        raise Refused("case_id", "not_found")
    if await consent.load(tx, consent_id) is not None:
        return
    if reason not in {one.code for one in table().reasons["override"].on(local_day(now))}:
        raise Refused("reason", "not_a_lawful_reason")
    if any(_same_ask(held, line, reason, now) for held in await consent.of_case(tx, case_id)):
        raise Refused("line", "asked_already")
    asked = Consent(
        consent_id=consent_id,
        person_id=case.person_id,
        case_id=case_id,
        purpose="safeguarding",
        given_by="other",
        taken_at=now,
        gate="override",
        line=line,
        taken_by=viewer.user_id,
        reason=reason,
        asked_by=viewer.user_id,
    )
    await consent.add(tx, asked)
    await audit.record(tx, [audit.seen(viewer, "override.asked", "case", case_id, ("consent",), reason)])


def _same_ask(held: Consent, line: str, reason: str, now: datetime) -> bool:
    """Whether an override for this line and reason waits for its second person, or counts: with a second one beside
    it, a "no" to the one would leave the other standing."""
    waits = held.confirmed_at is None and held.withdrawn_at is None
    return (held.gate, held.line, held.reason) == ("override", line, reason) and (waits or held.counts(now))


async def confirm_override(tx: Tx, viewer: Viewer, consent_id: UUID, now: datetime) -> None:
    """The second person confirms an override; who asked for it cannot."""
    held = await consent.load(tx, consent_id)
    if held is None or held.gate != "override" or held.withdrawn_at is not None:
        raise Refused("consent_id", "not_found")
    if held.asked_by == viewer.user_id:
        raise Refused("consent_id", "second_person_needed")
    if held.confirmed_at is not None:
        raise Refused("consent_id", "already_confirmed")
    await consent.confirm(tx, consent_id, viewer.user_id, now)
    await _tell(tx, viewer, held, now)
    await lapsing.open_again(tx, viewer, held.case_id, now)
    await audit.record(tx, [audit.seen(viewer, "override.confirmed", "case", held.case_id, ("consent",), held.reason)])
    await second_person.override_answered(tx, held, now, confirmed=True)


async def refuse_override(tx: Tx, viewer: Viewer, consent_id: UUID, now: datetime) -> tuple[ReferralState, ...]:
    """The second person says no: nothing is shared on it any more. Returns the referrals that a provider had by it."""
    held = await consent.load(tx, consent_id)
    if held is None or held.gate != "override" or held.withdrawn_at is not None:
        raise Refused("consent_id", "not_found")
    if held.asked_by == viewer.user_id:
        raise Refused("consent_id", "second_person_needed")
    if held.confirmed_at is not None:
        raise Refused("consent_id", "already_confirmed")
    await consent.withdraw(tx, consent_id, now, "not_confirmed")
    ends = await ending.what_ends(tx, held, now)
    await ending.end(tx, viewer, held, ends, now, "not_confirmed")
    had = await unconfirmed.tell(tx, ends.referrals, now)
    await audit.record(tx, [audit.seen(viewer, "override.refused", "case", held.case_id, ("consent",), held.reason)])
    await second_person.override_answered(tx, held, now, confirmed=False)
    return had


async def withdraw(
    tx: Tx, viewer: Viewer, consent_id: UUID, reason: str, now: datetime, shown: str | None = None
) -> int:
    """The person takes their agreement back: everything that stands on it ends. Returns how many referrals. Who wants
    less to be shared keeps what they agreed to since that shares less, and what is with the provider stays within it;
    where there is no such agreement, somebody asks them the same day.

    `shown`: the digest of the list that was shown before; Refused when it is not what would end now.
    """
    held = await consent.load(tx, consent_id)
    if held is None or held.withdrawn_at is not None:
        raise Refused("consent_id", "not_found")
    ends = await ending.what_ends(tx, held, now)
    if shown is not None and shown != ends.digest:
        raise Refused("digest", "list_has_changed")
    await cases.load(tx, held.case_id)  # before its events are numbered, as the consumers do
    stays = ends.narrower if reason == LESS else ()
    over = [one for one in {each.consent_id: each for each in (held, *ends.agreements)}.values() if one not in stays]
    for one in over:
        await consent.withdraw(tx, one.consent_id, now, reason)
        await announce(tx, [_withdrawn(one, reason, viewer, now)], viewer.user_id)
    if stays:
        await ending.narrow(tx, ends, now)
        await lapsing.narrowed(tx, over, now)
        await settling.follow_case(tx, held.case_id, now)
    else:
        why = OVERRIDE_OVER if held.gate == "override" else "agreement_withdrawn"
        await ending.end(tx, viewer, held, ends, now, why)
    if reason == LESS and ends.referrals and not stays:
        about = task_id(ASK_LESS, held.consent_id)
        await tasks.add(tx, [Task(about, ASK_LESS, filing.end_of_day(now), now, case_id=held.case_id)])
    if reason == alarming.OF_FEAR:
        await alarming.afraid(tx, held.case_id, held.consent_id, now)
    await audit.record(tx, [audit.seen(viewer, "consent.withdrawn", "case", held.case_id, ("consent",), reason)])
    return 0 if stays else len(ends.referrals)


async def refuse_questions(tx: Tx, viewer: Viewer, case: Case, now: datetime) -> None:
    """The person wants no question about how it went, whether or not they ever agreed to any; once, until
    they agree."""
    await cases.load(tx, case.case_id)  # before its events are numbered, as the consumers do
    asked = [one for one in await consent.of_case(tx, case.case_id) if one.purpose == FEEDBACK]
    if asked and asked[0].gate == REFUSAL:
        return
    given = next((one for one in asked if one.withdrawn_at is None), None)
    if given is not None:  # with it end all others of its purpose
        await withdraw(tx, viewer, given.consent_id, NO_QUESTIONS, now)
    said = (uuid4(), case.person_id, case.case_id, FEEDBACK, "self", now, REFUSAL)
    no = Consent(*said, taken_by=viewer.user_id, withdrawn_at=now, reason=NO_QUESTIONS)
    await consent.add(tx, no)
    await persons.no_feedback(tx, case.person_id, now)
    await announce(tx, [_withdrawn(no, NO_QUESTIONS, viewer, now)], viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "consent.refused", "case", case.case_id, ("consent",), NO_QUESTIONS)])


@dataclass(frozen=True, slots=True)
class Act:
    """A send or a transfer by a person: to which contract, by whom and when."""

    case_id: UUID
    contract_id: UUID
    by: UUID | None
    at: datetime | None


async def undone(tx: Tx, viewer: Viewer, act: Act, now: datetime) -> None:
    """Takes back the agreement that a send or a transfer recorded itself, now that it is undone; one that stood before
    it stays, and the person is not held to have said no."""
    for held in await consent.of_case(tx, act.case_id):
        of_it = held.gate == "agreement" and held.how == BY_THE_ACT and held.withdrawn_at is None
        if not of_it or (held.contract_id, held.taken_by, held.taken_at) != (act.contract_id, act.by, act.at):
            continue
        ends = await ending.what_ends(tx, held, now)
        await consent.withdraw(tx, held.consent_id, now, UNDONE)
        if len(ends.agreements) == 1:
            await store_lapsing.close_packs(tx, [leg.leg_id for leg in ends.packs], now)
        await announce(tx, [_withdrawn(held, UNDONE, viewer, now)], viewer.user_id)
        seen = audit.seen(viewer, "consent.withdrawn", "case", held.case_id, ("consent",), UNDONE)
        await audit.record(tx, [seen])


def _withdrawn(one: Consent, reason: str, viewer: Viewer, now: datetime) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        case_id=one.case_id,
        consent_id=one.consent_id,
        purpose=one.purpose,
        provider_id=one.provider_id,
        reason_code=reason,
        happened_at=now,
        actor_role=viewer.role,
    )


async def _tell(tx: Tx, viewer: Viewer, held: Consent, now: datetime) -> None:
    told = ConsentGiven(
        case_id=held.case_id,
        consent_id=held.consent_id,
        purpose=held.purpose,
        gate=held.gate,
        line=held.line,
        provider_id=held.provider_id,
        contract_id=held.contract_id,
        scope=held.scope,
        how=held.how,
        given_by=held.given_by,
        expires_at=held.expires_at,
        reason_code=held.reason,
        happened_at=now,
        actor_role=viewer.role,
    )
    await announce(tx, [told], viewer.user_id)
