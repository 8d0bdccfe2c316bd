"""Who at a provider is named for a restricted person: nobody else there sees the referral."""

from collections.abc import Collection, Mapping
from uuid import UUID

from contracts.reference import ROLES
from kit.access import Member, colleagues
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.domain.directory import Contract, Provider
from services.referral.said import role
from services.referral.store.cases import Case

CHOOSE = "Choose the worker who is named for this person: nobody else at the provider sees the referral"
ANSWERS = "portal.write"

UNREAD = (
    "Nobody at {0} can sign in to answer, so nobody there reads what is sent. Ring {1} and ask that a worker is given"
    " an account, or choose another provider. Until then who is sent there may be helped by nobody."
)

Named = Mapping[str, str]


async def who(visit: Visit, case: Case, contract: Contract) -> dict[str, str]:
    """Whom a provider can name for a restricted person, by id: those who may answer a referral; nobody for others."""
    if not case.restricted:
        return {}
    return {str(one.user_id): f"{one.name}, {role(one.role)}" for one in await _answering(visit, contract)}


async def _answering(visit: Visit, contract: Contract) -> list[Member]:
    if visit.access is None:
        return []
    found = await colleagues(visit.access, contract.provider.provider_id)
    return [one for one in found if one.role in ROLES and ANSWERS in ROLES[one.role].permissions]


async def unread(visit: Visit, contract: Contract) -> str | None:
    """What to know before somebody is sent where nobody can sign in, though it is not by a link that it answers; None
    where somebody can, or it needs no account."""
    if not contract.provider.has_system or visit.access is None or await _answering(visit, contract):
        return None
    return UNREAD.format(contract.provider.name, contract.duty_line)


async def of_all(visit: Visit, case: Case, contracts: Collection[Contract]) -> dict[str, str]:
    """Whom the providers of several contracts can name, each with its provider."""
    providers = {contract.provider.provider_id: contract for contract in contracts}
    found: dict[str, str] = {}
    for contract in providers.values():
        named = await who(visit, case, contract)
        found |= {user_id: f"{name}, {contract.provider.name}" for user_id, name in named.items()}
    return found


def nobody(provider: Provider) -> str:
    """What to do where a provider can name nobody."""
    return (
        f"{provider.name} has nobody who can be named, so a restricted person cannot be sent there: their referral is"
        f" never opened by a link. Choose another provider, or ring {provider.name} and ask that one worker is given an"
        " account; say nothing of who it is for."
    )


def missing(case: Case, contract: Contract, named: Named, chosen: str) -> list[FieldError]:
    """The error where a restricted person would be sent to nobody."""
    if not case.restricted or chosen in named:
        return []
    return [FieldError("worker", CHOOSE) if named else FieldError("", nobody(contract.provider))]


def id_of(named: Named, chosen: str) -> UUID | None:
    return UUID(chosen) if chosen in named else None


def items(named: Named) -> list[dict[str, str]]:
    """The choices of a select."""
    return [{"value": "", "text": "Choose a worker"}, *({"value": each, "text": text} for each, text in named.items())]
