"""Words of the police that our lists do not know, as a human is asked what each means, and what was decided."""

from collections.abc import Sequence
from typing import Any

from kit.database import Tx
from kit.web.words import when
from services.referral.case_ui import words
from services.referral.domain import meant, unfamiliar
from services.referral.domain.facts import facts_of
from services.referral.said import who
from services.referral.store import word_meanings
from services.referral.store.cases import Case, Routing
from services.referral.store.word_meanings import WordMeaning

FIELD = "meant-"
CHOOSE = "Choose what the word means, or that it is none of these"
NONE = "None of these"
NOT_HERE = (
    "nobody here decides what it means. Where it matters, the police have to send the right word, or the person says."
)
ASK_AGAIN = "It may mean something else here: ask."


async def asks(tx: Tx, routing: Routing | None) -> list[dict[str, Any]]:
    """Of each word of a case that our lists do not know: what it is asked as, the listed words to choose from, and what
    it was decided to mean the last time."""
    told = facts_of(routing.facts["case"]).unfamiliar if routing else ()
    before = await word_meanings.last(tx, told)
    return [_ask(word, said, before.get(word)) for word, said in zip(told, unfamiliar.said(told), strict=True)]


def _ask(word: str, said: str, before: WordMeaning | None) -> dict[str, Any]:
    listed = meant.choices(word)
    items = [("", "Choose what it means"), *((code, words.words(code)) for code in listed), (meant.NONE, NONE)]
    hint = f"The last time: {_decided(before)}. {ASK_AGAIN}" if before else ""
    return {
        "key": meant.key(word),
        "said": said,
        "listed": [{"value": value, "text": text} for value, text in items] if listed else [],
        "hint": hint if listed else NOT_HERE,
    }


async def decided(tx: Tx, case: Case) -> list[str]:
    """What was decided on a case of each of its words, by whom and when."""
    found = await word_meanings.of_case(tx, case.case_id)
    return [f"{unfamiliar.said([one.word])[0]}: {_decided(one)}" for one in found]


def rows(found: Sequence[str]) -> list[dict[str, Any]]:
    """The same as a row of a summary list; none where nothing was decided."""
    return [{"key": {"text": "Words that our lists do not know"}, "value": {"text": "; ".join(found)}}] if found else []


def _decided(one: WordMeaning) -> str:
    name = words.words(one.meant) if one.meant else NONE
    return f"“{name}”, as {who(one.decided_role)} decided {when(one.decided_at)}"
