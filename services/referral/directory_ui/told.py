"""What a contract says, and what a version of it changes, in the words of the form that enters it."""

import re
from collections.abc import Iterable, Mapping

from services.referral.directory_ui.room import LINE_NAMES, STATES, hours_in_words
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract, Hours
from services.referral.domain.languages import language_name
from services.referral.domain.versions import (
    ADDRESS_PUBLIC,
    LIST_CLOSES,
    PACK_GROWS,
    Difference,
    differences,
    providers_of,
)
from services.referral.said import FIELDS, FUNDING

LABELS = {
    "line": "kind of help",
    "list_state": "its list",
    "reported": "reported to the police",
    "sex": "single-sex service",
    "offer": "only for a person who chose",
    "funding": "who pays for it",
    "kinds": "for whom",
    "pack": "what a referral tells it",
    "access": "access needs it meets",
    "most_open": "referrals it holds at once, at most",
}
CONFIRM = {
    ADDRESS_PUBLIC: "An address is shown to the public",
    PACK_GROWS: "More is told to the provider of each person",
    LIST_CLOSES: "A list takes nobody any more",
}
"""What of a change is confirmed apart, on the page of one contract as in an imported list."""
KNOWN: dict[str, Mapping[str, str]] = {
    "line": LINE_NAMES,
    "list_state": STATES,
    "funding": FUNDING,
    "reported": {
        "either": "reported or not",
        "reported": "only what was reported",
        "unreported": "only what was not reported",
    },
    "sex": {"female": "for women", "male": "for men"},
}
MANY: dict[str, Mapping[str, str]] = {
    "kinds": {"person": "people", "business": "businesses", "bereaved": "bereaved families", "witness": "witnesses"},
    "pack": FIELDS,
}
STANDARDS = {
    "accept working days": "working days to accept:",
    "first contact working days": "working days to first contact:",
    "urgent hours": "hours for an urgent case:",
}
_OPEN = re.compile(r"([A-Z]{2}(?: [A-Z]{2})*) (\d\d:\d\d) to (\d\d:\d\d)")


def in_words(found: Iterable[Difference], providers: Mapping[str, str]) -> list[Difference]:
    """Differences as people read them; `providers`: names by slug."""
    return [
        Difference(
            LABELS.get(one.field, one.field), *(_said(one.field, text, providers) for text in (one.before, one.after))
        )
        for one in found
    ]


def changes(books: Books, before: Contract | None, after: Contract) -> list[Difference]:
    """What a version changes, in words."""
    providers = {slug: provider.name for slug, provider in providers_of(books.directory).items()}
    return in_words(differences(before, after), providers | {after.provider.slug: after.provider.name})


def _said(field: str, text: str, providers: Mapping[str, str]) -> str:
    known = KNOWN.get(field, providers if field == "provider" else {})
    for code, words in known.items():
        if text in (code, code.replace("_", " ")):
            return words
    if field == "standards":
        for code, words in STANDARDS.items():
            text = ", ".join(part.replace(code, words) if part.startswith(code) else part for part in text.split(", "))
        return text
    if field == "languages" and text != "nothing":
        return ", ".join(map(language_name, text.split(", ")))
    if field == "hours":
        return _OPEN.sub(lambda at: hours_in_words(Hours(tuple(at[1].split()), at[2], at[3])), text)
    names = {code.replace("_", " "): words for code, words in MANY.get(field, {}).items()}
    return ", ".join(names.get(part, part).lower() for part in text.split(", ")) if names else text
