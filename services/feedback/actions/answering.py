"""What a person does on the neutral pages: exchange the link, save, send, take back, or say no for ever."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts import identity
from contracts.danger import speaks_of_danger
from contracts.refused import Refused
from kit import audit, outbox
from kit.database import Tx
from kit.sealing import Sealer, seal, unseal
from services.feedback.domain import announcing
from services.feedback.domain.questionnaire import CODES, SKIPPED, scores_of, with_more
from services.feedback.domain.window import Window
from services.feedback.reference import Rules
from services.feedback.store import cases, responses
from services.feedback.store.responses import Response
from services.feedback.store.windows import window_of

CODE = "feedback-code"
LONGEST = 20_000
"""So many characters are kept of one person's words, with all that they add."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a form holds: question -> what was chosen, and words."""

    chosen: Mapping[str, str]
    words: str | None
    shared: bool


@dataclass(frozen=True, slots=True)
class Started:
    """A link was exchanged: the code for coming back is shown once and kept nowhere."""

    window_id: UUID
    code: str


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def exchange(tx: Tx, sealer: Sealer, token: str, response_id: UUID, chance: UUID, now: datetime) -> Started:
    """Exchanges a link's token for a code. Refused: `not_known`, `used`, `over` or `stopped`."""
    row = await responses.by_token(tx, digest(token), now)
    if row is None:
        raise Refused("token", "not_known")
    if row["used"]:
        raise Refused("token", "used")
    if row["over"]:
        raise Refused("token", "over")
    window = window_of(row)
    if window.state != "invited" or not await responses.use_link(tx, digest(token), now):
        raise Refused("token", "stopped")
    code = identity.reference(chance)
    await responses.start(tx, response_id, window, now, sealer.blind(CODE, code), row["token_until"])
    await _noted(tx, "invitation.opened", window)
    return Started(window.window_id, code)


async def come_back(tx: Tx, sealer: Sealer, typed: str, now: datetime) -> Started:
    """The window of a code as somebody typed it. Refused: `not_a_code` or `not_known`."""
    code = identity.read_reference(typed)
    if code is None:
        raise Refused("code", "not_a_code")
    found = await responses.by_code(tx, sealer.blind(CODE, code), now)
    if found is None:
        raise Refused("code", "not_known")
    await audit.record(tx, [audit.Entry(None, "person", None, "invitation.came_back", "case", found.case_id)])
    return Started(found.window_id, code)


async def opened(tx: Tx, window_id: UUID) -> tuple[Window, Response]:
    """Window and response of a visit. Refused when the link was revoked meanwhile."""
    response = await responses.by_window(tx, window_id)
    window = await responses.load_window(tx, window_id) if response else None
    if response is None or window is None:
        raise Refused("", "not_known")
    return window, response


def _place(response: Response) -> str:
    return f"response|words|{response.response_id}"


async def _sealed(sealer: Sealer, response: Response, words: str | None) -> bytes | None:
    if not words:
        return None
    keys = await sealer.data_keys([response.case_id], make=True)
    return seal(keys[response.case_id], words, _place(response))


async def words_of(sealer: Sealer, response: Response) -> str | None:
    """The free text of a response, opened."""
    if response.words is None:
        return None
    keys = await sealer.data_keys([response.case_id])
    return unseal(keys[response.case_id], response.words, _place(response))


async def save(tx: Tx, sealer: Sealer, window_id: UUID, answers: Answers) -> None:
    """Keeps what was chosen so far; nothing is announced."""
    _, response = await opened(tx, window_id)
    scores_of(answers.chosen)
    words = await _sealed(sealer, response, answers.words)
    await responses.keep_draft(tx, response.response_id, answers.chosen, words, shared=answers.shared)


async def send(tx: Tx, sealer: Sealer, window_id: UUID, answers: Answers, rules: Rules, now: datetime) -> None:
    """Sends the answers: scores and codes are announced, words stay here, sealed. The same a second time changes
    nothing. Refused: `nothing_said` for an empty form, `stopped`, or `not_a_score`."""
    window, response = await opened(tx, window_id)
    if window.state != "invited":
        raise Refused("", "stopped")
    if not answers.chosen and not answers.words:
        raise Refused(CODES[0], "nothing_said")
    scores = scores_of(answers.chosen)
    words = await _sealed(sealer, response, answers.words)
    danger = speaks_of_danger(answers.words or "", rules.signs_of_danger)
    after = replace(window, state="answered", told=window.told + 1)
    await responses.save_window(tx, after)
    await responses.send(tx, response.response_id, scores, words, now, shared=answers.shared, danger=danger)
    await outbox.add(tx, [announcing.answered(after, response.response_id, scores, now, concern=danger)])
    await _noted(tx, "feedback.answered", window)


@dataclass(frozen=True, slots=True)
class More:
    """What became of a form that came after the answers were sent. `late`: it holds something that changes nothing any
    more; `kept`: words of it are kept beside what was written first."""

    late: bool
    kept: bool


async def send_more(
    tx: Tx, sealer: Sealer, window: Window, response: Response, answers: Answers, rules: Rules, now: datetime
) -> More:
    """The form was sent once more after it had been sent. Words that come only now are kept and read as the first ones
    are, and a sign of danger in them is told as one in the first is; what was chosen stays as it was."""
    if response.withdrawn_at is not None:
        return More(late=True, kept=False)
    before = await responses.scores(tx, response.response_id)
    changed = {code: given for code, given in scores_of(answers.chosen).items() if given not in (SKIPPED, before[code])}
    words = await words_of(sealer, response)
    every = with_more(words, answers.words)
    if every is None or every == words:
        return More(late=bool(changed), kept=False)
    if len(every) > LONGEST:
        return More(late=True, kept=False)
    shared = answers.shared and (words is None or response.words_shared)
    danger = speaks_of_danger(every, rules.signs_of_danger)
    sealed = await _sealed(sealer, response, every)
    await responses.add_words(tx, response.response_id, sealed, shared=shared, danger=danger)
    if danger and _new_danger(words or "", every, rules):
        after = replace(window, told=window.told + 1)
        await responses.save_window(tx, after)
        told = announcing.answered(after, response.response_id, before, now, concern=True)
        await outbox.add(tx, [told.model_copy(update={"added": True})])
    await audit.record(tx, [audit.Entry(None, "person", None, "feedback.words_added", "case", response.case_id)])
    return More(late=bool(changed), kept=True)


def _new_danger(before: str, every: str, rules: Rules) -> bool:
    """Whether the sign of danger is in what came now, or shows only with it."""
    came = every.removeprefix(before) if before else every
    return speaks_of_danger(came, rules.signs_of_danger) or not speaks_of_danger(before, rules.signs_of_danger)


async def take_back(tx: Tx, window_id: UUID, now: datetime) -> None:
    """The person takes their answers back: they count in nothing any more, and the words are gone. That words with a
    sign of danger went unread is told: whoever holds the phone can press it too. A second time changes nothing."""
    window, response = await opened(tx, window_id)
    if response.sent_at is None or response.withdrawn_at is not None:
        return
    after = replace(window, told=window.told + 1)
    await responses.save_window(tx, after)
    concern = await responses.unread_danger(tx, response.response_id)
    await responses.take_back(tx, response.response_id, now)
    await outbox.add(tx, [announcing.withdrawn(after, response.response_id, now, concern=concern)])
    await _noted(tx, "feedback.withdrawn", window)


async def stop(tx: Tx, window: Window, now: datetime) -> None:
    """The person says no for ever, whatever they answered; it holds for all of their cases."""
    await cases.stop(tx, window.case_id, now)
    if window.state == "invited":
        after = replace(window, state="stopped", reason="opted_out", told=window.told + 1)
        await responses.save_window(tx, after)
        await outbox.add(tx, [announcing.withheld(after, now, "person")])
    await _noted(tx, "feedback.stopped", window)


async def stop_by_link(tx: Tx, token: str, now: datetime) -> bool:
    """Stops for ever by a link that was not exchanged, or was; False when it is none of ours."""
    row = await responses.by_token(tx, digest(token), now)
    if row is None:
        return False
    await stop(tx, window_of(row), now)
    return True


async def _noted(tx: Tx, what: str, window: Window) -> None:
    await audit.record(tx, [audit.Entry(None, "person", None, what, "case", window.case_id)])
