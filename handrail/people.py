"""The personas of development as users of the `access` database: `python -m handrail.people`."""

import asyncio

from contracts.reference import ROLES, personas
from handrail.local.users import seed as seed_access
from kit.config import Settings
from kit.database import connect


async def seed(settings: Settings) -> None:
    """Makes users, memberships and the permissions of roles what contracts/reference says; development only."""
    if not settings.development:
        return
    users = [
        {
            "id": persona.user_id,
            "subject": persona.name,
            "name": persona.title,
            "role": persona.role,
            "organisation_id": persona.organisation_id,
        }
        for persona in personas()
    ]
    roles = {name: sorted(role.permissions) for name, role in ROLES.items()}
    access = await connect(settings, "access", "access_migrate", size=1)
    try:
        await seed_access(access, users, roles)
    finally:
        await access.close()


if __name__ == "__main__":
    asyncio.run(seed(Settings()))
