"""What the feed's tests share: slices of real files, and a whole feed in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from handrail.feed import open_files
from handrail.feeds.stories import Feed
from handrail.feeds.tellings import Tally, stories, tellings
from handrail.publishing import Outgoing

DATA = Path(__file__).parent / "data"
THAMES_VALLEY = DATA / "2022-01-thames-valley-street.csv"
METROPOLITAN = DATA / "2018-01-metropolitan-street.csv"
WEST_MIDLANDS = DATA / "2011-02-west-midlands-street.csv"
COLLISIONS = DATA / "2018-collisions.csv"
SHIPPED = Path(__file__).parents[2] / "handrail" / "data" / "west-midlands"
NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
KEY = bytes(range(32))


def told(
    files: Sequence[Path] = (WEST_MIDLANDS,),
    feed: Feed | None = None,
    limit: int | None = None,
) -> tuple[list[Outgoing], Tally]:
    """Every event of these files, and the tally."""
    tally = Tally()
    found = stories(open_files(files), feed or Feed(1, NOW, "2026-09"), limit, tally)
    return list(tellings(found, KEY, tally)), tally
