"""What stands against a contract for one person, said where they agree to it."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from kit.database import Tx
from services.referral.actions.gating import agreed_to
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.matching import against
from services.referral.store import consent, exceptions, silence
from services.referral.store.consent import Consent

NOT_TAKEN = " But it does not take this person as it stands: see “Why not?”, or ask for an exception."
WIDER = (
    " An earlier agreement to the same provider shares more, and still counts: if the person wants less to be shared,"
    " withdraw it below."
)


async def of_case(tx: Tx, case_id: UUID, today: date) -> Callable[[Contract], str]:
    """What to write behind the name of a contract; nothing where it takes the person."""
    facts = (await silence.facts(tx, [case_id])).get(case_id)
    granted: dict[UUID, set[str]] = {}
    for one in await exceptions.of_case(tx, case_id):
        granted.setdefault(one.contract_id, set()).add(one.rule)

    def said(contract: Contract) -> str:
        rules = against(facts, contract, today, granted.get(contract.contract_id, ())) if facts else ()
        return f" (does not take this person: {' '.join(rule.words for rule in rules)})" if rules else ""

    return said


async def recorded(tx: Tx, books: Books, agreement: Consent, today: date) -> str:
    """What to say beside the agreement that was recorded."""
    contract = books.directory.by_id.get(agreement.contract_id) if agreement.contract_id else None
    if contract is None:
        return ""
    not_taken = NOT_TAKEN if (await of_case(tx, agreement.case_id, today))(contract) else ""
    others = [one for one in await consent.of_case(tx, agreement.case_id) if one.consent_id != agreement.consent_id]
    wider = any(one.counts(agreement.taken_at) and agreed_to(one, contract) and _more(one, agreement) for one in others)
    return (WIDER if wider else "") + not_taken


def _more(one: Consent, than: Consent) -> bool:
    """Whether it shares something that the other does not; one without a scope sets no bound."""
    return bool(than.scope) and not (one.scope and set(one.scope) <= set(than.scope))
