"""What the end of an agreement ends with it: one list, shown before it is confirmed and carried out after."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import referring
from services.referral.domain.referral import ReferralState
from services.referral.store import appointments, consent, lapsing, persons, referrals, transfers
from services.referral.store.consent import Consent
from services.referral.store.referrals import Leg
from services.referral.store.transfers import Transfer


@dataclass(frozen=True, slots=True)
class Ends:
    """`agreements`: this one and others to the same recipient for the same purpose; `referrals` with a provider that
    are withdrawn; `legs` about to leave; `transfers` about to go; `stays`: referrals that an override, or the person's
    own agreement, keeps; `packs`: legs that have ended, of which the provider opens what it was given no more;
    `feedback`: no question about how it went is sent any more; `booked`: when the appointments to come are that are
    cancelled with the referrals."""

    agreements: tuple[Consent, ...]
    referrals: tuple[ReferralState, ...]
    legs: tuple[Leg, ...]
    transfers: tuple[Transfer, ...]
    stays: tuple[ReferralState, ...]
    packs: tuple[Leg, ...]
    feedback: bool
    booked: tuple[datetime, ...] = ()
    narrower: tuple[Consent, ...] = ()
    """Of `agreements` those that were given since and share less: who wants less to be shared keeps them, and what is
    with the provider stays, bound to them."""

    @property
    def digest(self) -> str:
        """Of everything that ends: a withdrawal is confirmed of the list that was shown."""
        ids: list[object] = [one.consent_id for one in self.agreements]
        ids += [(one.referral_id, one.state) for one in (*self.referrals, *self.stays)]
        ids += [one.leg_id for one in (*self.legs, *self.packs)] + [one.transfer_id for one in self.transfers]
        ids += self.booked
        return hashlib.sha256("\n".join(sorted(map(str, ids))).encode()).hexdigest()


async def what_ends(tx: Tx, held: Consent, now: datetime) -> Ends:
    """Everything that stands on an agreement now."""
    if held.gate == "override":
        return await _of_override(tx, held, now)
    found = [one for one in await referrals.open_of_case(tx, held.case_id) if one.leg_id and stands_on(held, one)]
    legs = await referrals.legs_of_case(tx, held.case_id)
    planned = [one for one in await transfers.of_case(tx, held.case_id) if not one.done_at and not one.undone_at]
    known = await consent.of_case(tx, held.case_id)
    same = [one for one in known if one.counts(now) and _same(held, one)]
    overrides = [one for one in known if one.gate == "override" and one.withdrawn_at is None]

    def kept(one: ReferralState | Leg) -> bool:
        return one.gate == "override" and any(each.line in (None, one.line) for each in overrides)

    def standing(leg: Leg) -> bool:
        return not kept(leg) and _covers(held, leg.line, *_of(leg))

    ending = tuple(one for one in found if not kept(one))
    return Ends(
        agreements=tuple(same),
        referrals=ending,
        legs=tuple(leg for leg in legs if leg.state == "leaving" and standing(leg)),
        transfers=tuple(one for one in planned if held.contract_id in (None, one.contract_id) and _is_support(held)),
        stays=tuple(one for one in found if kept(one)),
        packs=tuple(leg for leg in legs if _is_open_after(leg) and standing(leg)),
        feedback=held.purpose == "feedback",
        booked=await _booked(tx, ending, now),
        narrower=tuple(one for one in same if _is_narrower(one, held)),
    )


def _is_narrower(one: Consent, held: Consent) -> bool:
    """Whether an agreement was given after another and shares less; one without a scope sets no bound."""
    less = bool(one.scope) and (not held.scope or set(one.scope) < set(held.scope))
    return less and one.taken_at > held.taken_at


async def _of_override(tx: Tx, held: Consent, now: datetime) -> Ends:
    """What is shared without agreement ends with the reason for it, unless another reason carries it."""
    others = [one for one in await consent.of_case(tx, held.case_id) if one.consent_id != held.consent_id]
    carrying = [one for one in others if one.counts(now)]
    found = [one for one in await referrals.open_of_case(tx, held.case_id) if one.leg_id and one.gate == "override"]
    found = [one for one in found if held.line in (None, one.line)]
    legs = await referrals.legs_of_case(tx, held.case_id)
    legs = [leg for leg in legs if leg.gate == "override" and held.line in (None, leg.line)]
    legs = [leg for leg in legs if not _carried(carrying, leg.line, *_of(leg))]
    stays = [one for one in found if _carried(carrying, one.line, one.provider_id, one.contract_id)]
    ending = tuple(one for one in found if one not in stays)
    return Ends(
        agreements=(),
        referrals=ending,
        legs=tuple(leg for leg in legs if leg.state == "leaving"),
        transfers=(),
        stays=tuple(stays),
        packs=tuple(leg for leg in legs if _is_open_after(leg)),
        feedback=False,
        booked=await _booked(tx, ending, now),
    )


async def _booked(tx: Tx, ending: Sequence[ReferralState], now: datetime) -> tuple[datetime, ...]:
    """When the appointments to come are under referrals that end."""
    return tuple(await appointments.to_come(tx, [one.leg_id for one in ending if one.leg_id], now))


def _is_open_after(leg: Leg) -> bool:
    """Whether it has ended, and its provider may still open what it was given."""
    return leg.state == "ended" and leg.pack_closed_at is None


def _carried(others: Sequence[Consent], line: str, provider_id: UUID | None, contract_id: UUID | None) -> bool:
    """Whether another confirmed override, or the person's own agreement, lets this stay with the provider."""
    return any(
        one.line in (None, line) if one.gate == "override" else _covers(one, line, provider_id, contract_id)
        for one in others
    )


def _of(leg: Leg) -> tuple[UUID, UUID]:
    return leg.provider_id, leg.contract_id


def _is_support(held: Consent) -> bool:
    return held.purpose in ("support", "restorative_justice")


def stands_on(held: Consent, referral: ReferralState) -> bool:
    """Whether a referral stands on an agreement."""
    return _covers(held, referral.line, referral.provider_id, referral.contract_id)


def _covers(held: Consent, line: str, provider_id: UUID | None, contract_id: UUID | None) -> bool:
    """Whether a referral to this line, with this provider, is what the agreement was to."""
    if not _is_support(held):
        return False
    if held.contract_id is not None:
        return held.contract_id == contract_id
    if held.provider_id is not None:
        return held.provider_id == provider_id and held.line in (None, line)
    return held.line in (None, line)


def _same(held: Consent, other: Consent) -> bool:
    """Whether two agreements are to the same recipient for the same purpose."""
    if other.gate != held.gate or other.purpose != held.purpose:
        return False
    if held.contract_id is not None:
        return held.contract_id == other.contract_id
    return (held.provider_id, held.line) == (other.provider_id, other.line)


async def narrow(tx: Tx, ends: Ends, now: datetime) -> None:
    """Keeps what is with the provider, and nothing more goes by what shared more."""
    for leg in ends.legs:
        await referrals.remove_leaving_leg(tx, leg.leg_id)
    for planned in ends.transfers:
        await transfers.undo(tx, planned.transfer_id, planned.case_id, now)


async def end(
    tx: Tx, viewer: Viewer, held: Consent, ends: Ends, now: datetime, why: str = "agreement_withdrawn"
) -> None:
    """Ends what stands on it: nothing of it leaves, and whoever has the person gives them back (`why`: the reason)."""
    for leg in ends.legs:
        await referrals.remove_leaving_leg(tx, leg.leg_id)
    for planned in ends.transfers:
        await transfers.undo(tx, planned.transfer_id, planned.case_id, now)
    for one in ends.referrals:
        await referring.step(tx, viewer, one.referral_id, "withdraw", now, reason_code=why)
    await lapsing.close_packs(tx, [leg.leg_id for leg in ends.packs], now)
    if ends.feedback:
        await persons.no_feedback(tx, held.person_id, now)
