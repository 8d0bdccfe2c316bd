"""Who did it, as pages show it: name and role to those who act on cases, the role alone to others."""

from collections.abc import Callable
from uuid import UUID

from contracts.reference import ROLES
from kit.access import members
from kit.web.app import Visit

Named = Callable[[UUID | None], str]
"""A worker in words: "you", "Amina Farrow (hub officer)"; "nobody: by itself" where no person did it."""


async def named(visit: Visit) -> Named:
    """Names for one page: whoever may enter things sees who entered them, those who left included."""
    known = {member.user_id: member for member in await members(visit.access)}
    whole, mine = visit.may("rights.write"), visit.signed_in.user_id

    def words(user: UUID | None) -> str:
        if user == mine:
            return "you"
        member = known.get(user) if user else None
        if member is None:
            return "a former worker" if user else "nobody: by itself"
        role = ROLES[member.role].title if member.role in ROLES else member.role
        role = role[0].lower() + role[1:]
        return f"{member.name} ({role})" if whole else f"a {role}" if role[0] not in "aeiou" else f"an {role}"

    return words
