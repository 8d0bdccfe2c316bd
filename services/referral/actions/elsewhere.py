"""A danger that becomes known in one case of a person reaches those that were there before, and who helps in them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, raising
from services.referral.store import alarms
from services.referral.store import elsewhere as store
from services.referral.store import persons as persons_store
from services.referral.store.cases import known_since

ONE_CHANCE, HIGH_RISK = "one_chance_elsewhere", "risk_elsewhere"
"""What is told, as triggers of an alert; and the task of the hub that goes with each."""
_SIGNS = {ONE_CHANCE: "one_chance", HIGH_RISK: "high_risk"}


async def tell(tx: Tx, found: Sequence[tuple[UUID, str]], now: datetime) -> None:
    """Each case of `found` has become one that may be the one chance to speak to its person, or one of high risk: every
    other open case of theirs is urgent, is to be looked at, and its providers hear of it; once for each case."""
    for what in (ONE_CHANCE, HIGH_RISK):
        cases = [case_id for case_id, said in found if said == what]
        if cases:
            async with persons_store.seen_whole(tx):
                await _tell(tx, cases, what, now)


async def of_joined(tx: Tx, people: Collection[UUID], now: datetime) -> None:
    """These records were found to be of one person: a danger that stands in a case of one is told in those of the
    others, as if it had become known now."""
    async with persons_store.seen_whole(tx):
        named = {sign: what for what, sign in _SIGNS.items()}
        await tell(tx, [(case_id, named[sign]) for case_id, sign in await store.with_signs(tx, people)], now)


async def _tell(tx: Tx, cases: Sequence[UUID], what: str, now: datetime) -> None:
    others = await store.others(tx, cases, _SIGNS[what])
    if not others:
        return
    for one in others:
        since = await known_since(tx, one.case_id, now, raising.NEWS)
        await raising.alert(tx, [one.case_id], what, str(one.because), since, since)
        await alarms.make_urgent(tx, one.case_id, since)
        if one.state in ("waiting", "active"):
            await raising.ask(tx, [one.case_id], what, filing.end_of_day(since), since, one.because)
