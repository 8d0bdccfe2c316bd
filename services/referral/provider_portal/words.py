"""Codes in the words that a provider's worker reads."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.reference import local_authority_name, offence
from services.referral.domain.access import NAMED
from services.referral.domain.books import Books
from services.referral.domain.languages import language_name
from services.referral.domain.worker_asked import WHICH
from services.referral.said import AGAIN, DAYS, FIELDS, FOUND_OUT, MARKED
from services.referral.said import NO_LONGER as NO_LONGER
from services.referral.said import age as age
from services.referral.said import day as day
from services.referral.said import days as days
from services.referral.said import hours as hours
from services.referral.store.alarms import Heard

_HERE = {"same_household": "Lives with the suspect"}
ORDER = (
    *("given_names", "family_name", "date_of_birth", "age_band", "language", "address", "code_word", "access_needs"),
    *("needs", "risk", "flags", "offence", "committed_on", "reported_on", "relationship", "same_household", "share"),
)
"""The person first, then what happened; whatever else a pack holds comes after."""
LINES = {"idva": "IDVA", "isva": "ISVA", "child_isva": "Child ISVA"}
LINES |= {"honour_based_abuse": "Honour-based abuse", "anti_social_behaviour": "Anti-social behaviour"}
ATTEMPTS = {
    "spoke": "I spoke to the person",
    "no_answer": "Nobody answered",
    "voicemail": "I left a message",
    "call_back_asked": "The person asked to be called back",
    "someone_else_answered": "Somebody else answered",
    "wrong_number": "It was a wrong number or address",
    "unsafe": "It was not safe to go on",
    "declined": "The person does not want support",
}
SHUT = {
    "said_no": "The person said no to support. Nobody calls them unless they get in touch. The hub records it.",
    "unknown": "Nobody knows whether it is safe. Ask the hub.",
}
"""Why no channel is used, where a provider reads other words than the hub."""
CHANNELS = {
    "mobile": "Mobile",
    "landline": "Landline",
    "text": "Text message",
    "email": "Email",
    "letter": "Letter",
    "in_person": "In person",
    "somebody": "Through somebody",
}
TOLD = {
    "referral.sent": "Sent to you",
    "referral.viewed": "Opened",
    "referral.accepted": "Accepted",
    "referral.waitlisted": "Put on the waiting list",
    "referral.declined": "Declined",
    "referral.withdrawn": "Withdrawn",
    "referral.information-requested": "The hub was asked a question",
    "referral.information-supplied": "The hub answered your question",
    "referral.not-reached": "Closed: the person could not be reached",
    "referral.declined-by-victim": "Closed: the person does not want this",
    "support.started": "Support started",
    "support.paused": "Support put on hold",
    "support.resumed": "Support resumed",
    "support.completed": "Support completed",
    "support.ended-early": "Support ended early",
}
_CODED = frozenset({"flags", "risk", "needs", "access_needs", "share", "relationship"})


OF_SUSPECT = "The police or a court told us of bail, release or an order. Review the risk before any contact."


def standing(found: Sequence[Heard]) -> list[Heard]:
    """What was heard and stands: of what was said and taken back the newer."""
    at = {one.trigger: one.at for one in found}
    pairs = [pair for pair in AGAIN.items() if at.keys() >= set(pair)]
    over = {first if at[first] <= at[then] else then for first, then in pairs}
    return [one for one in found if one.trigger not in over]


def heard(trigger: str, *, reachable: bool = False) -> str:
    """The marked text of what was heard of the suspect, or found by a service; `reachable`: some way to reach the
    person is known to be safe now."""
    said = MARKED | FOUND_OUT if reachable else MARKED
    return said.get(trigger, OF_SUSPECT)


def words(code: str | None) -> str:
    """A code as words; what is not recorded says so."""
    if code in WHICH:
        return f"{WHICH[code]} as worker".capitalize()
    if code in NAMED:
        return NAMED[code]
    return code.replace("_", " ").replace("-", " ").capitalize() if code else "Not recorded"


def line(code: str) -> str:
    return LINES.get(code, words(code))


def area(code: str | None) -> str:
    return local_authority_name(code) or "Not known" if code else "Not known"


def told(kind: str) -> str:
    """`referral.sent.v1` is "Sent to you"."""
    name = kind.rsplit(".", 1)[0]
    return TOLD.get(name, words(name.replace(".", " ")))


def reason(books: Books, kind: str, data: Mapping[str, Any]) -> str:
    """The coded reason or question of something that happened (`kind`: the type of its event), in words."""
    code = data.get("reason_code") or data.get("question_code")
    return (books.transitions.reason_of(kind, str(code)) or words(str(code))) if code else ""


def state(books: Books, code: str) -> str:
    known = books.transitions.states.get(code)
    return known.words if known else words(code)


def pack(held: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A pack as rows of label and words; its channels are shown apart."""
    names = [*(name for name in ORDER if name in held), *sorted(held.keys() - {*ORDER, "channels"})]
    return [(label(name), given(name, held[name])) for name in names]


def label(name: str) -> str:
    """A field of a pack, as a provider reads it."""
    return FIELDS.get(name) or _HERE.get(name) or words(name)


def given(name: str, value: Any) -> str:
    """A field of a pack in words."""
    if name in DAYS and isinstance(value, str):
        return day(value)
    if name == "offence" and (known := offence(value)) is not None:
        return known.title
    if name == "language":
        return language_name(str(value))
    if name == "area":
        return area(value)
    if name == "age_band":
        return age(value)
    if name == "risk" and ":" in str(value):
        return str(value)
    if name in _CODED:
        return ", ".join(words(code) for code in (value if isinstance(value, list) else [value]))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        parts = sorted(value.items(), key=lambda part: part[0] != "name")
        return ", ".join(_plain(one) for _, one in parts if one)
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def role(code: str) -> str:
    return "the hub" if code == "system" else code.replace(".", " ").replace("_", " ")
