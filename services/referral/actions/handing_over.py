"""A contract let again: who goes over, who is asked again, and all moved in one action that can be undone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions import fitting, gating
from services.referral.actions.transferring import RELET
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.matching import Checked
from services.referral.store import transfers
from services.referral.store.consent import Consent, No
from services.referral.store.transfers import Handover, Standing, Transfer


@dataclass(frozen=True, slots=True)
class Planned:
    """One referral of the contract that ends. `against`: rules of the new one that do not take the person, who stays.
    `gate` None: the person has to be asked first, for the reason `why`, or is restricted, so that a worker of the new
    provider has to be named."""

    standing: Standing
    gate: str | None
    against: tuple[Checked, ...] = ()
    why: str | None = None

    @property
    def rules(self) -> str:
        return "".join(f" {rule.rule}" for rule in self.against)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a hand-over would do. `digest` is of the list: a hand-over is carried out of the list that was shown."""

    old: Contract
    new: Contract
    planned: tuple[Planned, ...]

    @property
    def going(self) -> list[Planned]:
        return [one for one in self._free if one.gate is not None and not one.against]

    @property
    def asking(self) -> list[Planned]:
        return [one for one in self._free if one.gate is None and not one.against]

    @property
    def staying(self) -> list[Planned]:
        return [one for one in self._free if one.against]

    @property
    def _free(self) -> list[Planned]:
        return [one for one in self.planned if not one.standing.transferring]

    @property
    def digest(self) -> str:
        told = [f"{one.standing} {one.gate}{one.rules}" for one in self.planned]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


async def dry_run(tx: Tx, from_contract: UUID, to_contract: UUID, books: Books, now: datetime) -> DryRun:
    """Every open referral of a contract as the viewer sees it, and what the other contract could do with it."""
    old, new = (books.directory.by_id.get(one) for one in (from_contract, to_contract))
    if old is None:
        raise Refused("from_contract", "not_found")
    if new is None or new.line != old.line or new is old:
        raise Refused("to_contract", "not_of_this_line")
    standing = await transfers.standing(tx, from_contract)
    cases = [one.case_id for one in standing]
    agreed = await transfers.agreements(tx, cases)
    matched = await fitting.not_taken(tx, cases, new, local_day(now))
    noes = await gating.said_no(tx, cases)
    planned = []
    for one in standing:
        known, rules = matched[one.case_id]
        theirs = [no for no in noes if no.case_id == one.case_id]
        gate = gating.opened_by(agreed.get(one.case_id, ()), known, one.holds, new.line, new, books, now, theirs)
        why = None if gate else why_asked(agreed.get(one.case_id, ()), theirs, old, now)
        planned.append(Planned(one, None if one.restricted else gate, rules, why))
    return DryRun(old, new, tuple(planned))


def why_asked(agreed: Sequence[Consent], noes: Sequence[No], old: Contract, now: datetime) -> str:
    """Why somebody has to be asked before they go over: said_no, named_contract, named_provider, named_another, or
    never_asked where no agreement of their own counts."""
    if gating.last_no(noes, old.line) is not None:
        return "said_no"
    own = [held for held in agreed if held.gate == "agreement" and held.line in (None, old.line) and held.counts(now)]
    if not own:
        return "never_asked"
    if any(held.provider_id == old.provider.provider_id for held in own):
        return "named_provider"
    return "named_contract" if any(held.contract_id == old.contract_id for held in own) else "named_another"


async def hand_over(
    tx: Tx, viewer: Viewer, handover_id: UUID, run: DryRun, digest: str, books: Books, now: datetime
) -> Handover:
    """Decides what a dry run showed. Those who may go, go when the time to undo has lapsed; the others are asked.

    Refused where somebody would be left behind unseen, where the list is not the one that was shown, or is empty.
    """
    if not viewer.may_see_restricted:
        raise Refused("handover_id", "not_everybody_is_seen")
    held = await transfers.handover(tx, handover_id)
    if held is not None:
        return held
    if digest != run.digest:
        raise Refused("digest", "list_has_changed")
    planned = (*run.going, *run.asking, *run.staying)
    if not planned:
        raise Refused("from_contract", "nobody_to_hand_over")
    goes_at = now + timedelta(minutes=books.standards_on(local_day(now)).handover_undo_minutes)
    ids = (handover_id, run.old.contract_id, run.new.contract_id)
    made = Handover(*ids, len(run.going), len(planned) - len(run.going), viewer.user_id, viewer.role, now, goes_at)
    await transfers.add_handover(tx, made)
    decided = [_transfer(one, made) for one in planned]
    await transfers.add(tx, decided)
    entries = [audit.seen(viewer, "handover.decided", "case", one.case_id, ("referral",), RELET) for one in decided]
    await audit.record(tx, [audit.seen(viewer, "handover.decided", "contract", run.old.contract_id), *entries])
    return made


def _transfer(one: Planned, made: Handover) -> Transfer:
    about, case = one.standing.referral_id, one.standing.case_id
    return Transfer(
        transfer_id=uuid5(made.handover_id, str(about)),
        handover_id=made.handover_id,
        referral_id=about,
        case_id=case,
        contract_id=made.to_contract,
        reason=RELET,
        gate=None if one.against else one.gate,
        by_id=made.by_id,
        by_role=made.by_role,
        at=made.at,
        goes_at=made.goes_at,
        against=tuple(rule.rule for rule in one.against) or None,
    )


async def undo(tx: Tx, viewer: Viewer, handover_id: UUID, now: datetime) -> None:
    """Takes a hand-over back as a whole; Refused when it has begun."""
    if not await transfers.undo_handover(tx, handover_id, viewer.user_id, now):
        raise Refused("handover_id", "too_late")
    await audit.record(tx, [audit.seen(viewer, "handover.undone", "handover", handover_id)])
