"""The second gate: what lets a referral leave for one contract."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.refused import Refused
from contracts.working_time import local_day
from kit.database import Tx
from services.referral.actions import fitting, specialist
from services.referral.actions.books import standards
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.facts import CaseFacts, facts_of
from services.referral.domain.matching import RULED_OUT, is_wanted
from services.referral.domain.safe_contact import THROUGH_OFFICER
from services.referral.store import cases, consent, exceptions, liaison, noes, persons, ruled_out
from services.referral.store.cases import Case
from services.referral.store.consent import Consent, No

ALWAYS = frozenset({"reference", "share"})
"""What every pack may hold: it says nothing of the person."""
BY_A_SEND = ALWAYS | {"risk"}
"""What an agreement that a send records lets a provider be told beside what its contract needs: whoever goes to the
person is told of danger, as where a referral leaves by itself."""
TELLS_AREA = frozenset({"area", "address", "channels"})
"""Fields by any of which a provider may be told the area: it is part of how and where to reach the person."""
UNDONE = "send_undone"
"""Why an agreement ends whose very send, or transfer, was undone: the person took nothing back."""
TO_RECORD = "said_no_to_support"
"""The task of a no that was heard: until somebody has decided what follows, nobody calls the person for support."""
SAID_NO = "said_no"
"""Why nobody contacts them while that task is open."""
SHARING = frozenset({"support", "restorative_justice"})
"""Purposes of an agreement that let the person be reached and their details be shared."""
SUBCONTRACTOR = "ruled_out_subcontractor"
"""Why nothing leaves for a contract in which somebody whom the person ruled out works too."""


async def gate(tx: Tx, case: Case, line: str, contract: Contract, books: Books, now: datetime) -> str:
    """What lets a referral to a line leave for this contract; Refused when nothing does, a word on its provider stands
    against it for this person, it does not take them and nobody excepted them from its rule, or a specialist has to
    agree to restorative justice first."""
    await specialist.check(tx, case, line)
    await fitting.check(tx, case.case_id, contract, local_day(now), but=(RULED_OUT,))
    routings = await cases.routings(tx, case.case_id)
    facts = facts_of(routings[0].facts["case"]) if routings else None
    if facts is not None and not is_wanted(facts, contract):
        await _not_ruled_out(tx, case, contract)
    agreements, said = await consent.of_case(tx, case.case_id), await said_no(tx, [case.case_id])
    found = opened_by(agreements, facts, case.holds, line, contract, books, now, said)
    if found is None:
        raise Refused("contract_id", "needs_the_persons_agreement")
    return found


async def said_no(tx: Tx, case_ids: Sequence[UUID]) -> list[No]:
    """Every no that stands against a send in these cases, whoever asks: their own, and what the person said to the
    police in a newer case."""
    async with persons.seen_whole(tx):
        newer = await noes.newer(tx, case_ids)
    return [*await consent.noes(tx, case_ids), *newer]


async def _not_ruled_out(tx: Tx, case: Case, contract: Contract) -> None:
    """Refused where a word on the provider stands against this contract, or one who works in it as subcontractor is
    ruled out, and nobody has written down who there agreed to it for this case."""
    found = await ruled_out.of_person(tx, case.person_id)
    own = found.get(contract.provider.provider_id)
    if own is not None and own.by_person:
        return  # the person's own agreement ends that, and nothing else opens the gate to it by itself
    allowed = await exceptions.of_case(tx, case.case_id)
    if not any((one.contract_id, one.rule) == (contract.contract_id, RULED_OUT) for one in allowed):
        raise Refused("contract_id", f"ruled_out_{own.why}" if own else SUBCONTRACTOR)


def opened_by(
    agreements: Sequence[Consent],
    facts: CaseFacts | None,
    holds: Sequence[str],
    line: str,
    contract: Contract,
    books: Books,
    now: datetime,
    noes: Sequence[No] = (),
) -> str | None:
    """override, agreement or police_share, the first that opens the gate; None when nothing does.

    Once the person said no to the line, or to support, only their own agreement that is newer opens it, or an override.
    Restorative justice is theirs alone to ask for.
    """
    policy = books.on(local_day(now)).policy
    theirs = line == specialist.LINE
    for held in agreements:
        lawful = held.gate == "override" and held.line in (None, line) and not theirs
        if lawful and _override_counts(held, facts, books, now):
            return "override"
        if stands(held, contract, noes, now):
            return "agreement"
    if theirs:
        return None
    taken_back = [held for held in agreements if held.withdrawn_at is not None and held.reason != UNDONE]
    if last_no(noes, line) is not None or any(agreed_to(held, contract) for held in taken_back):
        return None  # the person's own later word stands above what the police once recorded
    if facts is not None and "share_not_asked" not in holds and policy.share_counts(facts):
        named = policy.named_contract(line, facts.area)
        if named is not None and named.contract_id == contract.contract_id and is_wanted(facts, contract):
            return "police_share"
    return None


def _override_counts(held: Consent, facts: CaseFacts | None, books: Books, now: datetime) -> bool:
    """An override counts once it is confirmed; where the risk is imminent it does for some hours before."""
    if held.counts(now):
        return True
    if held.withdrawn_at is not None or held.confirmed_at is not None:
        return False
    hours = books.standards_on(local_day(now)).override_confirm_hours
    imminent = facts is not None and facts.risk_grade == "imminent"
    return imminent and now <= held.taken_at + timedelta(hours=hours)


NO_CONTACT = ("share_refused", "share_not_asked")
"""Holds under which nobody contacts the person: they said no, or have to be asked first."""


async def share_shuts(
    tx: Tx, case: Case, now: datetime, *, by_hand: bool = True, purpose: str = "support"
) -> str | None:
    """Why nobody contacts the person of a case, as a code; None where nothing stands in the way: how they stand to
    being helped, and the family liaison officer who is with a bereaved family.

    Their own agreement to be helped, told to us since they said no, opens it again; one to questions about how it went
    opens it for that `purpose` alone. What a worker does `by_hand` may also stand on an override: one that is
    confirmed, or where the risk is imminent one that waits for its second person no longer than it may.
    """
    word = await _sharing_shuts(tx, case, now, by_hand=by_hand, purpose=purpose)
    return word or (THROUGH_OFFICER if await liaison.through(tx, case.case_id) else None)


async def _sharing_shuts(tx: Tx, case: Case, now: datetime, *, by_hand: bool, purpose: str) -> str | None:
    if purpose == "support" and await noes.to_record(tx, [case.case_id]):
        return SAID_NO
    word = next((hold for hold in NO_CONTACT if hold in case.holds), None)
    word = NO_CONTACT[0] if case.share == "refused" else word
    if word is None:
        return None
    said = await consent.noes(tx, [case.case_id])
    for held in await consent.of_case(tx, case.case_id):
        lifts = _lets_reach(held, said, purpose) if held.gate == "agreement" else by_hand
        if held.counts(now) and lifts:
            return None
        waits = held.gate == "override" and held.withdrawn_at is None and case.risk_grade == "imminent"
        if by_hand and waits and not standards(local_day(now)).override_late(held.taken_at, now):
            return None
    return word


def _lets_reach(held: Consent, noes: Sequence[No], purpose: str) -> bool:
    """Whether an agreement is to be reached for this purpose, and newer than any no that speaks against it: one to
    support says nothing against questions about how it went."""
    if held.purpose in SHARING:
        return _newer(held, last_no(noes, held.line))
    return held.purpose == purpose and _newer(held, last_no([no for no in noes if no.to_police], held.line))


def _newer(held: Consent, no: No | None) -> bool:
    return no is None or held.taken_at > no.at


def scope_of(
    agreements: Sequence[Consent], contract: Contract, now: datetime, noes: Sequence[No] = ()
) -> frozenset[str] | None:
    """The fields that the person agreed may be shared with this provider; None where they set no bound."""
    scopes = [held.scope for held in agreements if stands(held, contract, noes, now)]
    return frozenset().union(*scopes) | ALWAYS if scopes and all(scopes) else None


async def has_agreed(tx: Tx, case_id: UUID, contract: Contract, now: datetime) -> bool:
    """Whether an agreement to this contract counts now and is newer than any no, whatever it shares."""
    said = await said_no(tx, [case_id])
    return any(stands(held, contract, said, now) for held in await consent.of_case(tx, case_id))


def stands(held: Consent, contract: Contract, noes: Sequence[No], now: datetime) -> bool:
    """Whether an agreement to this contract counts now, and the person said no no later than they gave it."""
    return held.counts(now) and agreed_to(held, contract) and _newer(held, last_no(noes, contract.line))


def last_no(noes: Sequence[No], line: str | None) -> No | None:
    """The last time that the person said no to a line, or to support as such (None: as such alone)."""
    return max((no for no in noes if no.line in (None, line)), key=lambda no: no.at, default=None)


def within(pack: dict[str, Any], scope: frozenset[str] | None) -> dict[str, Any]:
    """A pack without what the person did not agree to share."""
    return pack if scope is None else {name: value for name, value in pack.items() if name in scope}


def agreed_to(held: Consent, contract: Contract) -> bool:
    """Whether an agreement is to support by the provider of this contract, for its line: a contract that is let to the
    same provider again needs no new one."""
    if held.gate != "agreement" or held.purpose not in ("support", contract.line):
        return False
    if held.contract_id == contract.contract_id:
        return True
    of_line = held.line == contract.line or (held.line is None and held.contract_id is None)
    return held.provider_id == contract.provider.provider_id and of_line
