"""Who belongs to which provider, as whoever runs the system says it: with a reason, and audited.

`tx` is of the service and `users` of the database of sessions, as its owner. The caller commits `tx` first: what is
audited and then not done is seen; what is done and not audited never is.
"""

from uuid import UUID

from contracts.reference import ROLES
from contracts.refused import Refused
from kit import audit
from kit.database import Tx
from kit.web import organisations
from services.referral.actions.leg_links import ROLE
from services.referral.domain.directory import Directory

JOINS = ("works_for_both", "moved_here", "stands_in")
ENDS = ("left", "moved_away", "by_mistake")


def of_portal(role: str) -> bool:
    """Whether a role is one of those that sign in, and see the portal and nothing else."""
    return role in ROLES and role != ROLE and all(each.startswith("portal.") for each in ROLES[role].permissions)


def provider_named(directory: Directory, name: str) -> UUID:
    """The provider of this name, in whatever case it is written. Refused: unknown."""
    found = next((id for id, known in directory.names().items() if known.casefold() == name.casefold()), None)
    if found is None:
        raise Refused("provider", "unknown")
    return found


async def join(tx: Tx, users: Tx, subject: str, provider_id: UUID, role: str, reason: str) -> None:
    """Somebody works for this provider too. Refused: a role that is none of the portal's; a reason that is not in the
    list; and whoever is not known or has left, is of the hub, or belongs to it already."""
    if not of_portal(role):
        raise Refused("role", "not_of_the_portal")
    if reason not in JOINS:
        raise Refused("reason", "not_in_the_list")
    await _told(tx, await organisations.join(users, subject, provider_id, role), provider_id, "joined", reason, role)


async def end(tx: Tx, users: Tx, subject: str, provider_id: UUID, reason: str) -> None:
    """Somebody works for this provider no more: their sessions for it are over at once. Refused: a reason that is not
    in the list, and whoever does not belong to it."""
    if reason not in ENDS:
        raise Refused("reason", "not_in_the_list")
    await _told(tx, await organisations.end(users, subject, provider_id), provider_id, "ended", reason)


async def _told(tx: Tx, user_id: UUID | None, provider_id: UUID, what: str, reason: str, *said: str) -> None:
    if user_id is None:
        raise Refused("who", "not_possible")
    about = (f"membership.{what}", "user", user_id, said, reason)
    await audit.record(tx, [audit.Entry(None, "operator", provider_id, *about)])
