"""A provider's manager downloads all that the provider was ever sent, as a file without anything personal."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from contracts.working_time import LONDON, local_day
from kit import audit
from kit.web.app import Visit
from kit.web.downloads import harmless
from services.referral.domain.books import Books
from services.referral.provider_portal import words
from services.referral.store import history
from services.referral.store.history import Past

BATCH = 50
RESTS, RESTS_AT_MOST = 12, 0.2
"""After each batch all downloads of a process rest twelve times as long as it took, in seconds (docs/adr/0020)."""
COLUMNS = (
    "reference", "service", "contract", "state", "sent", "opened", "answered", "support_started", "ended",
    "declined_because",
)  # fmt: skip
_BEGINNING = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
_one_at_a_time = asyncio.Semaphore(1)


async def download_history(visit: Visit, books: Books) -> Response:
    """The file is sent as it is read: batch by batch, each in a transaction of its own, so that neither memory nor an
    old snapshot grows with it. Who downloads is written down before the first line leaves."""
    viewer = visit.signed_in
    async with visit.begin() as tx:
        seen = audit.seen(viewer, "portal.history_downloaded", "provider", viewer.organisation_id, COLUMNS)
        await audit.record(tx, [seen])
    name = f"referrals_until_{local_day(visit.now)}.csv"
    return StreamingResponse(
        _lines(visit, books),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _lines(visit: Visit, books: Books) -> AsyncIterator[str]:
    yield _written([COLUMNS])
    after = _BEGINNING
    while found := await _next(visit, after):
        yield _written([_row(books, one) for one in found])
        after = found[-1].sent_at, found[-1].leg_id


async def _next(visit: Visit, after: tuple[datetime, UUID]) -> list[Past]:
    """The next batch, once it is this download's turn and everybody else had theirs."""
    async with _one_at_a_time:
        began = monotonic()
        async with visit.begin() as tx:
            found = await history.batch(tx, visit.now, after, BATCH)
        await asyncio.sleep(min(RESTS * (monotonic() - began), RESTS_AT_MOST))
    return found


def _written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _row(books: Books, one: Past) -> tuple[str, ...]:
    contract = books.directory.by_id.get(one.contract_id)
    times = (one.sent_at, one.viewed_at, one.answered_at, one.started_at, one.ended_at)
    return (
        one.reference,
        words.line(one.line),
        contract.title if contract else "A contract that has ended",
        words.state(books, one.state or {"declined": "declined_by_provider"}.get(one.leg_state, one.leg_state)),
        *(at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M") if at else "" for at in times),
        one.decline_reason or "",
    )
