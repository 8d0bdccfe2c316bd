"""A word that can only make the person safer is taken also from a form that came too late for its step or appointment:
that it is not safe, that they are afraid, that the risk has changed, that they died. What was recorded before stays."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import alarming, unsafe_to_come
from services.referral.domain.referral import ReferralState
from services.referral.store import late_word, referrals
from services.referral.store.late_word import LateWord

AT_ONCE = 100
DIED, RISK = "died", "risk_changed"
SAFER = alarming.NOT_SAFE | {alarming.OF_FEAR, DIED, RISK}
"""Reasons of steps and appointments that are heard whenever they are said."""
_TAKEN = {
    DIED: "That the person died was taken all the same: nobody tries to reach them, and the hub makes sure today.",
    alarming.OF_FEAR: "That the person is afraid was taken all the same: the hub looks at the risk.",
    RISK: "That the risk has changed was taken all the same: the hub looks at it today.",
}
_NOT_SAFE = (
    "That it is not safe was taken all the same: no way to reach the person counts as safe until somebody has found"
    " out, and the hub looks at the risk today."
)


async def say(tx: Tx, viewer: Viewer, of: tuple[UUID, UUID], reason: str, form: str, now: datetime) -> str:
    """Takes a reason of `SAFER` and returns what is said of it; `of`: referral and case; `form`: what the same form,
    sent again, has in common with the first."""
    word_id = uuid5(of[0], f"{viewer.user_id}/{reason}/{form}")
    await late_word.say(tx, LateWord(word_id, *of, reason, viewer.user_id, viewer.role, now))
    await audit.record(tx, [audit.seen(viewer, "danger.said_late", "case", of[1], (), reason)])
    return _TAKEN.get(reason, _NOT_SAFE)


async def carry_on(tx: Tx, moment: Moment, context: Context) -> int:
    """Does what follows from what was said, each once; returns how many."""
    found = await late_word.take(tx, AT_ONCE)
    for word in found:
        referral = await referrals.load(tx, word.referral_id)
        if referral is not None:
            # Said by no leg: whoever has the referral now hears of it too.
            await _follow(tx, replace(referral, leg_id=None, updated_at=word.said_at), word)
    return len(found)


async def _follow(tx: Tx, referral: ReferralState, word: LateWord) -> None:
    if word.reason == DIED:
        await alarming.died(tx, referral, word.said_at)
    elif word.reason == alarming.OF_FEAR:
        await alarming.afraid(tx, word.case_id, word.word_id, word.said_at)
    elif word.reason in alarming.NOT_SAFE:
        await unsafe_to_come.look(tx, referral, word.word_id, word.said_at, word.said_at)
    else:
        await unsafe_to_come.review(tx, referral, word.word_id, word.said_at)
