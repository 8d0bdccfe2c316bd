"""What happens to a referral between its steps, in words: silence, who is proposed next, rests, holds and check-ins."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kit.database import Tx
from kit.web.words import date_words, when
from services.referral.case_ui import handed, why, words
from services.referral.domain.books import Books
from services.referral.domain.referral import ReferralState
from services.referral.store import life, provider_mail, transfers
from services.referral.store.life import CheckIn, LimitRest, Proposed, SilenceStep
from services.referral.store.provider_mail import ToProvider
from services.referral.store.silence import BEFORE_ANSWER
from services.referral.store.transfers import Transfer

STEPS = {
    "nudge": "the provider's manager was asked to look",
    "duty_line": "the hub has a task to ring the duty line",
    "next_provider": "another provider is proposed",
}
NOBODY_ELSE = "nobody else can take them, so that no provider is proposed"
KINDS = {
    "not_opened": "Not opened in time",
    "not_answered": "Opened, not answered in time",
    "not_reached": "Accepted, and the person not reached in time",
    "no_worker": "Accepted, and nobody there named to look after the person",
    "check_in_past": "The day of the check-in is past",
    "review_past": "The day on which the hold was to be looked at again is past",
}
IN_STATES = {
    **dict.fromkeys(("not_opened", "not_answered"), ("sent",)),
    "not_reached": ("accepted", "waitlisted"),
    "no_worker": ("accepted",),
    "check_in_past": ("waitlisted",),
    "review_past": ("on_hold",),
}
"""The states of a referral in which a silence of its provider still speaks of it."""
_LATER = {"next_provider": "the hub has a task to transfer it"}
"""Steps that are others once the provider has answered."""
BECAUSE = {
    "better_idea": "the provider's better idea",
    "declined": "the next that fits after the decline",
    "silent": "the next that fits: the provider now tried is silent",
    "relet": "the contract was let again",
}
TRANSFERABLE = frozenset({"sent", "accepted", "waitlisted", "in_support", "on_hold"})
CLOCKS = {"wall_clock": "counted day and night", "working_time": "counted in working hours"}
RESTS = {
    "accept": "The limit to accept rested for a question of the provider",
    "support": "The limits of support rested",
}


@dataclass(frozen=True, slots=True)
class Lived:
    """What was kept of the life of a case's referrals."""

    silence: list[SilenceStep]
    proposed: list[Proposed]
    rests: list[LimitRest]
    check_ins: list[CheckIn]
    transfers: list[Transfer]
    mailed: list[ToProvider]

    def is_silent(self, referral: ReferralState) -> bool:
        """Whether the next provider may be sent to, since the one now tried is silent."""
        if referral.state != "sent":
            return False
        return any(step.leg_id == referral.leg_id and step.step == "next_provider" for step in self.silence)


async def lived(tx: Tx, case_id: UUID) -> Lived:
    return Lived(
        await life.silence(tx, case_id),
        await life.proposed(tx, case_id),
        await life.rests(tx, case_id),
        await life.check_ins_of_case(tx, case_id),
        await transfers.of_case(tx, case_id),
        await provider_mail.of_case(tx, case_id),
    )


def shown(books: Books, referral: ReferralState, lived: Lived) -> dict[str, Any]:
    """Lines of the page about one referral."""
    mine = referral.referral_id
    contract = books.directory.by_id.get(referral.contract_id) if referral.contract_id else None
    silent = [s for s in lived.silence if s.leg_id == referral.leg_id and referral.state in IN_STATES.get(s.kind, ())]
    silent.sort(key=lambda s: (s.at, list(STEPS).index(s.step)))
    others = any(one.referral_id == mine for one in lived.proposed)
    notes = [
        f"{KINDS[s.kind]}: {_done(s, others=others)}, {when(s.at)} ({CLOCKS.get(s.clock, s.clock)})." for s in silent
    ]
    if silent and contract is not None:
        notes.append(f"Duty line of {contract.provider.name}: {contract.duty_line}.")
    notes += [_mailed(one) for one in lived.mailed if one.leg_id == referral.leg_id]
    notes += [_rest(books, rest, referral) for rest in lived.rests if rest.referral_id == mine]
    if referral.state == "on_hold" and referral.review_on:
        notes.append(f"The hold is looked at again on {date_words(referral.review_on)}.")
    if referral.state == "waitlisted" and referral.check_in_on:
        notes.append(f"The next check-in is due on {date_words(referral.check_in_on)}.")
    notes += [
        f"Checked in {when(one.at)}: {books.transitions.reasons['check_in'].words_of(one.outcome)}."
        for one in lived.check_ins
        if one.referral_id == mine
    ]
    if referral.ended_at is not None and referral.reason:
        notes.append(f"Why: {_reason(books, referral)}.")
    if referral.follows is not None:
        notes.insert(0, "Follows a referral that was closed.")
    notes += [_transferred(books, one) for one in lived.transfers if one.referral_id == mine and one.done_at]
    leaving = [one for one in lived.transfers if one.referral_id == mine and not one.done_at and not one.undone_at]
    return {
        "notes": notes,
        "proposed": [_proposed(books, referral, one) for one in lived.proposed if one.referral_id == mine],
        "going": [(one, handed.going(one, titled(books, one.contract_id))) for one in leaving],
        "can_transfer": referral.state in TRANSFERABLE and not leaving,
    }


def _done(step: SilenceStep, *, others: bool) -> str:
    if step.kind in BEFORE_ANSWER and step.step == "next_provider" and not others:
        return NOBODY_ELSE
    return (step.kind not in BEFORE_ANSWER and _LATER.get(step.step)) or STEPS[step.step]


def _reason(books: Books, referral: ReferralState) -> str:
    """The last reason in words; every list has codes of its own, and the list of the last step comes first."""
    named = {"unreachable": "not_reached", "ended_early": "end_early", "declined_by_victim": "declined_by_victim"}
    return why.reason(books, referral.reason, named.get(referral.state, "withdraw"))


def titled(books: Books, contract_id: UUID) -> str:
    contract = books.directory.by_id.get(contract_id)
    return f"{contract.title}, {contract.provider.name}" if contract else "a contract that has ended"


WHAT_WAS_MAILED = {
    "provider_link": "A one-time link",
    "provider_nudge": "A nudge",
    "provider_late": "A nudge about what is late",
    "provider_alert": "An alert: look before any contact",
    "provider_contract": "Word of a new last day of the contract",
}
MAILED = {
    "waiting": "waits to be mailed to the provider",
    "sending": "is being mailed to the provider",
    "sent": "was mailed to the provider",
    "failed": "could not be mailed: ring the provider",
    "withheld": "was not mailed: it was over before",
}


def _mailed(one: ToProvider) -> str:
    return f"{WHAT_WAS_MAILED[one.template]} {MAILED[one.state]}, {when(one.sent_at or one.asked_at)}."


def _transferred(books: Books, one: Transfer) -> str:
    return handed.gone(one, titled(books, one.contract_id))


def _rest(books: Books, rest: LimitRest, referral: ReferralState) -> str:
    listed = books.transitions.reasons["question" if rest.what == "accept" else "pause"]
    if rest.what == "accept" and referral.asked_at is not None and referral.asked_at <= rest.since:
        return f"A question of the provider is open since {when(rest.since)}: {listed.words_of(rest.reason)}."
    until = f"to {when(rest.until)}" if rest.until else "until now"
    return f"{RESTS[rest.what]} from {when(rest.since)} {until}: {listed.words_of(rest.reason)}."


def _proposed(books: Books, referral: ReferralState, one: Proposed) -> dict[str, Any]:
    contract = books.directory.by_id.get(one.contract_id)
    return {
        "proposed": one,
        "contract": contract,
        "because": BECAUSE.get(one.because, words.words(one.because)),
        "same_line": one.line == referral.line,
    }
