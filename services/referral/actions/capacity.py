"""How a list stands, answered by a link and without an account: signed, for one contract and one week, used once."""

import hmac
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from contracts.referral import CapacityChanged
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from services.referral.actions.announcing import announce
from services.referral.domain.directory import Contract
from services.referral.store import directory

BY_LINK = "provider_link"
ANSWERS = ("open", "limited", "waiting_list", "needs_assessment_first", "paused", "closed")
SAID_BY = {
    "provider_manager": "The provider's manager, on the telephone",
    "provider_worker": "A worker of the provider, on its duty line",
    "provider_mail": "Its registered address, by mail",
}
"""Who of a provider tells the hub how its list stands."""
_LETTERS = str.maketrans("0123456789abcdef", "ghjkmnpqrtvwxyzc")


class Signs(Protocol):
    """What signs a link (`kit.web.guard.Signer`): an HMAC under the key of the sessions."""

    def proof(self, of: str) -> str: ...


def week_of(day: date) -> str:
    """The week of a day, Monday to Sunday: "2026-W48"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def path_of(signs: Signs, contract_id: UUID, week: str) -> str:
    """The path of the link for one contract and one week; letters alone, so that it reads as nothing else."""
    return f"/directory/capacity/{contract_id}/{week}/{_proof(signs, contract_id, week)}"


def _proof(signs: Signs, contract_id: UUID, week: str) -> str:
    return signs.proof(f"capacity|{contract_id}|{week}").translate(_LETTERS)


def is_good(signs: Signs, contract_id: UUID, week: str, proof: str, now: datetime) -> bool:
    """Whether a link was made here and its week is not over."""
    made = _proof(signs, contract_id, week)
    return hmac.compare_digest(made.encode(), proof.encode()) and week == week_of(local_day(now))


async def answer(tx: Tx, contract: Contract, week: str, state: str, now: datetime, until: date | None = None) -> None:
    """Takes the answer of a week; routing goes by it from the next case on. Refused when it was answered already."""
    if state not in ANSWERS:
        raise Refused("state", "not_in_the_list")
    provider = contract.provider.provider_id
    if not await directory.answer(tx, contract.contract_id, week, provider, directory.Reply(state, until, now)):
        raise Refused("week", "already_answered")
    await _say(
        tx, contract, directory.ContractState(contract.contract_id, provider, state, None, None, until, now, None)
    )
    entry = audit.Entry(None, BY_LINK, provider, "capacity.answered", "contract", contract.contract_id, ("state",))
    await audit.record(tx, [entry])


async def tell(
    tx: Tx,
    viewer: Viewer,
    contract: Contract,
    state: str,
    said_by: str,
    now: datetime,
    *,
    places: int | None = None,
    until: date | None = None,
) -> None:
    """Writes down how a list stands as its provider told the hub: the last word counts, whoever took it down."""
    if said_by not in SAID_BY:
        raise Refused("said_by", "not_in_the_list")
    provider = contract.provider.provider_id
    about = (contract.contract_id, provider, state, places, None, until, now, viewer.user_id, said_by)
    await _say(tx, contract, directory.ContractState(*about), viewer)
    seen = audit.seen(viewer, "capacity.told", "contract", contract.contract_id, ("state",), said_by)
    await audit.record(tx, [seen])


async def _say(tx: Tx, contract: Contract, said: directory.ContractState, viewer: Viewer | None = None) -> None:
    """Keeps it and announces it."""
    await directory.say(tx, said)
    told = CapacityChanged(
        subject_id=contract.contract_id,
        contract_id=contract.contract_id,
        provider_id=said.provider_id,
        line=contract.line,
        state=said.state,
        places=said.places,
        until=said.until,
        areas=tuple(sorted(contract.areas)),
        happened_at=said.changed_at,
        actor_role=viewer.role if viewer else BY_LINK,
    )
    await announce(tx, [told], viewer.user_id if viewer else None)
