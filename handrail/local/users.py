"""Users, roles and who belongs where, as lists say: for development, where nobody else makes them."""

from collections.abc import Mapping, Sequence
from typing import Any

from kit.database import Database


async def seed(access: Database, users: Sequence[Mapping[str, Any]], roles: Mapping[str, Sequence[str]]) -> None:
    """Makes users (id, subject, name, role, organisation_id) and roles what the lists say; safe to repeat."""
    async with access.begin() as tx:
        await tx.execute("delete from role_permission")
        await tx.executemany(
            "insert into role_permission (role, permission) values ($1, $2)",
            [(role, permission) for role, permissions in roles.items() for permission in permissions],
        )
        for user in users:
            await tx.execute(
                "insert into app_user (user_id, subject, name) values ($1, $2, $3)"
                " on conflict (user_id) do update set subject = excluded.subject, name = excluded.name",
                user["id"],
                user["subject"],
                user["name"],
            )
            await tx.execute("delete from membership where user_id = $1", user["id"])
            await tx.execute(
                "insert into membership (user_id, role, organisation_id) values ($1, $2, $3)",
                user["id"],
                user["role"],
                user["organisation_id"],
            )
