"""What a page says of the end of its viewer's session, while it can still be extended or somebody can sign in anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from kit.access import Viewer
from kit.web.sessions import lengths_on, may_extend
from kit.web.words import time_words

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """`left` and `warn`: seconds until the session ends, and how long before that it is said; `words` as they are said
    now, or will be by the page itself; `may_stay`: one press makes it longer."""

    left: int
    warn: int
    at: str
    words: str
    may_stay: bool

    @property
    def soon(self) -> bool:
        return self.left <= self.warn


def of(viewer: Viewer | None, now: datetime) -> Ending | None:
    """None for whoever is not signed in."""
    if viewer is None or viewer.ends_at is None:
        return None
    lengths = lengths_on(now.date())
    at, may_stay = time_words(viewer.ends_at), may_extend(viewer, now)
    words = f"You are signed in until {at}."
    if not may_stay:
        longest = f" Nobody stays signed in for longer than {lengths.longest // HOUR} hours." if viewer.renews else ""
        words += f"{longest} Sign in again before or after that: what you typed on this page is not lost."
    left = ceil((viewer.ends_at - now).total_seconds())  # said too early, the press would find time enough
    return Ending(left, int(lengths.warn.total_seconds()), at, words, may_stay)
