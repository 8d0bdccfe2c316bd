"""The questions and what an answer may be: a score, a skip, or "I'd rather not say", which is something else."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.refused import Refused

CODES = ("heard", "informed", "safe", "choice", "pace")
SKIPPED = "skipped"
RATHER_NOT_SAY = "rather_not_say"
Score = int | str


@dataclass(frozen=True, slots=True)
class Question:
    """`low` and `high` are the words of scores 1 and 5; `short` names it in a table."""

    code: str
    text: str
    short: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A version of the five questions, asked of people whose referral ended in one way."""

    version: str
    about: str
    questions: tuple[Question, ...]


def scores_of(given: Mapping[str, str | None]) -> dict[str, Score]:
    """A score for each of the five questions; nothing chosen is a skip. Refused for what no form of ours sends."""
    return {code: _score(code, given.get(code)) for code in CODES}


def _score(code: str, given: str | None) -> Score:
    if not given:
        return SKIPPED
    if given == RATHER_NOT_SAY:
        return RATHER_NOT_SAY
    if given not in ("1", "2", "3", "4", "5"):
        raise Refused(code, "not_a_score")
    return int(given)


def with_more(held: str | None, came: str | None) -> str | None:
    """What somebody wrote, with what they sent later: the same once more adds nothing, and a text that goes on from the
    first stands in its place."""
    if not held or not came:
        return held or came
    if came in held:
        return held
    return came if held in came else f"{held}\n\n{came}"
