"""What the neutral pages read and write: one window by its link, one response by its code, and its answers.

The pages log in as `portal`, whom row-level security shows only what the transaction names first: `by_token`, `by_code`
or `by_window`. Without that every query here finds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from kit.database import Tx
from services.feedback.domain.questionnaire import Score
from services.feedback.domain.window import Window
from services.feedback.store.windows import NAMES, window_of

_W = ", ".join(f"w.{name}" for name in NAMES)


@dataclass(frozen=True, slots=True)
class Response:
    """`draft`: what was chosen so far, question -> what the form sends."""

    response_id: UUID
    window_id: UUID
    case_id: UUID
    code_until: datetime
    draft: Mapping[str, Any]
    words: bytes | None
    words_shared: bool
    sent_at: datetime | None
    withdrawn_at: datetime | None


_LINK = f"""
select {_W}, w.token_used_at is not null as used, w.token_until < $2 as over, w.token_until
  from feedback_window w where w.token_sha256 = $1 for update
"""
_USE = "update feedback_window set token_used_at = $2 where token_sha256 = $1 and token_used_at is null returning true"
_START = """
insert into response (response_id, window_id, case_id, started_at, code_blind, code_until)
values ($1, $2, $3, $4, $5, $6)
"""
_RESPONSE = """
select response_id, window_id, case_id, code_until, draft, words, words_shared, sent_at, withdrawn_at from response
"""
_WINDOW = f"select {_W} from feedback_window w where w.window_id = $1 for update"
_SAVE_WINDOW = """
update feedback_window set state = $2, reason = $3, decide_at = null, told = $4 where window_id = $1
"""
_DRAFT = "update response set draft = $2, words = $3, words_shared = $4 where response_id = $1 and sent_at is null"
_SEND = """
update response set draft = null, sent_at = $2, words = $3, words_shared = $4, words_danger = $5
 where response_id = $1 and sent_at is null
"""
_ANSWERS = """
insert into answer (response_id, question, score, instead)
select $1, * from unnest($2::text[], $3::smallint[], $4::text[])
"""
_SCORES = "select question, score, instead from answer where response_id = $1"
_ADD_WORDS = """
update response set words = $2, words_shared = $3, words_danger = $4, read_by = null, read_at = null,
       read_outcome = null, read_outcomes = null
 where response_id = $1 and sent_at is not null and withdrawn_at is null
"""
_TAKE_BACK = """
update response set withdrawn_at = $2, words = null, words_danger = null, words_shared = false where response_id = $1
"""


async def _name(tx: Tx, setting: str, value: str) -> None:
    await tx.execute("select set_config($1, $2, true)", f"app.{setting}", value)


async def by_token(tx: Tx, token_sha256: str, now: datetime) -> asyncpg.Record | None:
    """The window of a link, locked, with `used` and `over`; None for a link that never was or was revoked."""
    await _name(tx, "token_sha256", token_sha256)
    return await tx.fetchrow(_LINK, token_sha256, now)


async def by_code(tx: Tx, code_blind: bytes, now: datetime) -> Response | None:
    """The response of a code that still works."""
    await _name(tx, "code_blind", code_blind.hex())
    row = await tx.fetchrow(f"{_RESPONSE} where code_blind = $1 and code_until > $2", code_blind, now)
    return await by_window(tx, row["window_id"]) if row else None


async def by_window(tx: Tx, window_id: UUID) -> Response | None:
    """The response of a window, unless its link was revoked."""
    await _name(tx, "window_id", str(window_id))
    row = await tx.fetchrow(
        f"{_RESPONSE} where window_id = $1 and exists (select from feedback_window w where w.window_id = $1)", window_id
    )
    return Response(**(dict(row) | {"draft": row["draft"] or {}})) if row else None


async def use_link(tx: Tx, token_sha256: str, now: datetime) -> bool:
    """Marks a link as exchanged; False when it was before."""
    return bool(await tx.fetchval(_USE, token_sha256, now))


async def start(tx: Tx, response_id: UUID, window: Window, now: datetime, code_blind: bytes, until: datetime) -> None:
    await _name(tx, "window_id", str(window.window_id))
    await tx.execute(_START, response_id, window.window_id, window.case_id, now, code_blind, until)


async def load_window(tx: Tx, window_id: UUID) -> Window | None:
    """One window, locked; the transaction has named it."""
    row = await tx.fetchrow(_WINDOW, window_id)
    return window_of(row) if row else None


async def save_window(tx: Tx, window: Window) -> None:
    await tx.execute(_SAVE_WINDOW, window.window_id, window.state, window.reason, window.told)


async def keep_draft(tx: Tx, response_id: UUID, draft: Mapping[str, str], words: bytes | None, *, shared: bool) -> None:
    await tx.execute(_DRAFT, response_id, dict(draft), words, shared)


async def send(
    tx: Tx,
    response_id: UUID,
    scores: Mapping[str, Score],
    words: bytes | None,
    now: datetime,
    *,
    shared: bool,
    danger: bool,
) -> None:
    """Writes the answers as sent."""
    await tx.execute(_SEND, response_id, now, words, shared, danger if words else None)
    await tx.execute(
        _ANSWERS,
        response_id,
        list(scores),
        [score if isinstance(score, int) else None for score in scores.values()],
        [score if isinstance(score, str) else None for score in scores.values()],
    )


async def scores(tx: Tx, response_id: UUID) -> dict[str, Score]:
    """What was sent: question -> a score, `skipped` or `rather_not_say`."""
    found = await tx.fetch(_SCORES, response_id)
    return {row["question"]: row["instead"] if row["score"] is None else row["score"] for row in found}


async def add_words(tx: Tx, response_id: UUID, words: bytes | None, *, shared: bool, danger: bool) -> None:
    """The words as they are with what was sent after the answers: somebody reads them, also who had read the first."""
    await tx.execute(_ADD_WORDS, response_id, words, shared, danger)


async def unread_danger(tx: Tx, response_id: UUID) -> bool:
    """Whether its words hold a sign of danger and nobody has read them."""
    asked = "select coalesce(words_danger, false) and read_at is null from response where response_id = $1"
    return bool(await tx.fetchval(asked, response_id))


async def take_back(tx: Tx, response_id: UUID, now: datetime) -> None:
    """Removes the answers and the words; that there were some stays."""
    await tx.execute("delete from answer where response_id = $1", response_id)
    await tx.execute(_TAKE_BACK, response_id, now)
