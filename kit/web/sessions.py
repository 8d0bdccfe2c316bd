"""How long somebody stays signed in, as data: until when, when they are warned, and how often it can be extended."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from kit.access import Viewer, digest
from kit.database import Database

_EXTEND = """
update session set expires_at = greatest(expires_at, least(now() + $2, opened_at + $3)), refresh = $4,
       extended = extended + 1
 where token_sha256 = $1 and expires_at > now() returning expires_at
"""
_REFRESH = """
select u.subject, s.refresh from session s join app_user u using (user_id)
 where s.token_sha256 = $1 and s.expires_at > now() and s.refresh is not null and u.active
"""


@dataclass(frozen=True, slots=True)
class Lengths:
    """What counts from a day on: the `length` of a session, how long before its end its owner is warned, and the
    `longest` that it lasts from signing in, however often it is extended."""

    effective_from: date
    length: timedelta
    warn: timedelta
    longest: timedelta


@cache
def _versions() -> tuple[Lengths, ...]:
    written = yaml.safe_load((Path(__file__).parent / "sessions.yaml").read_text(encoding="utf-8"))["versions"]
    return tuple(
        Lengths(
            one["effective_from"],
            timedelta(hours=one["length_hours"]),
            timedelta(minutes=one["warn_minutes"]),
            timedelta(hours=one["longest_hours"]),
        )
        for one in sorted(written, key=lambda one: one["effective_from"])
    )


def lengths_on(day: date) -> Lengths:
    """What counts on a day; the first version before any had begun."""
    begun = [one for one in _versions() if one.effective_from <= day]
    return begun[-1] if begun else _versions()[0]


def is_warned(viewer: Viewer, now: datetime) -> bool:
    """Whether the end of their session is near enough to be said."""
    return viewer.ends_at is not None and viewer.ends_at - now <= lengths_on(now.date()).warn


def may_extend(viewer: Viewer, now: datetime) -> bool:
    """Whether their session can be made longer at all: the identity provider gave something to ask it again with, and
    the limit is not reached."""
    if viewer.opened_at is None or viewer.ends_at is None:
        return False
    return viewer.renews and viewer.ends_at < viewer.opened_at + lengths_on(now.date()).longest


async def refresh_of(access: Database, cookie: str) -> tuple[str, str] | None:
    """Whose session this is, as the identity provider calls them, and what it gave to ask it again with, sealed."""
    row = await access.pool.fetchrow(_REFRESH, digest(cookie))
    return (row["subject"], row["refresh"]) if row else None


async def extend(access: Database, cookie: str, refresh: str, now: datetime) -> datetime | None:
    """A session goes on, up to the longest that there is; until when, None where it is over."""
    lengths = lengths_on(now.date())
    about = (digest(cookie), lengths.length, lengths.longest, refresh)
    return await access.pool.fetchval(_EXTEND, *about)  # type: ignore[no-any-return]
