"""What the head of a case says of danger, in one vocabulary for the pages of every service."""

from collections.abc import Sequence

from contracts.vocabulary import HOLD_KINDS

HOLD_WORDS = {
    "high_risk": "High risk",
    "risk_unknown": "Risk not known",
    "honour_based_abuse": "Honour-based abuse: one chance",
    "recent_assault": "Assault in the seven days before the report, or no day known",
    "threat_to_kill": "Threat to kill",
    "child_at_risk": "A child is at risk",
    "suicide_risk": "Risk of suicide",
    "child_under_13": "Child under 13",
    "child_13_15": "Child of 13 to 15",
    "age_unknown": "Age not known where it matters",
    "capacity_in_doubt": "Capacity in doubt",
    "protected_address": "Protected address",
    "same_household": "The suspect lives in the same household",
    "major_incident": "Part of a major incident: no automatic contact",
    "unknown_word": "The police used a word that our lists do not know",
    "victim_is_suspect": "Is also a suspect here",
    "suspect_elsewhere": "Is a suspect in another open case",
    "police_victim": "Works for the police",
    "conflict_of_interest": "Somebody here works for the hub or a provider",
    "share_refused": "Said no to sharing: no contact, no referral",
    "share_not_asked": "Was not asked: ask the officer to ask",
    "no_safe_channel": "No channel is known to be safe",
    "possible_duplicate": "May be somebody we know already",
    "named_contact_missing": "The business has no named contact",
    "bereaved": "Bereaved: through the family liaison officer",
}
DIED = "It was recorded that this person died"
GONE = "Not in the last police record"
HIGH_RISK = "high_risk"
HOW_REACHED = (
    *("same_household", "protected_address", "bereaved", "child_under_13", "child_13_15", "honour_based_abuse"),
    "unknown_word",
)
"""Holds that change how a person may be reached: they are named first, however urgent the case is, and never cut."""
ALWAYS = ("major_incident", "share_refused")
"""What is in the head of a case however urgent it is: under these nobody is contacted by itself."""
SHOWN = 4
"""How many marks of danger are shown at most where those of `HOW_REACHED` leave room."""


def hold_words(hold: str) -> str:
    return HOLD_WORDS.get(hold) or hold.replace("_", " ").capitalize()


def life_safety_first(holds: Sequence[str]) -> list[str]:
    """The same holds, those of life safety before every other."""
    return sorted(holds, key=lambda hold: hold not in HOLD_KINDS["life_safety"])


def dangers(holds: Sequence[str], *, high: bool, urgent: bool, most: int = SHOWN) -> list[str]:
    """What is dangerous, in words: all of `HOW_REACHED`, that the risk is `high`, and where it is `urgent` so many of
    the others that they are `most`."""
    first = [*(hold for hold in HOW_REACHED if hold in holds), *([HIGH_RISK] if high else [])]
    more = _others(holds)[: max(0, most - len(first))] if urgent else []
    return [hold_words(hold) for hold in (*first, *more)]


def _others(holds: Sequence[str]) -> list[str]:
    return [hold for hold in life_safety_first(holds) if hold not in (HIGH_RISK, *HOW_REACHED, *ALWAYS)]


def marks_of(said: Sequence[str], holds: Sequence[str], *, refused: bool) -> list[tuple[str, str]]:
    """The marks as (colour, words): of the dangers that are `said`, how many more of the holds there are, and of
    `ALWAYS`. `refused`: the police's last word is that the person said no to sharing."""
    left = [hold for hold in _others(holds) if hold_words(hold) not in said]
    more = [("grey", f"And {len(left)} more, on the overview")] if said and left else []
    always = [hold for hold in ALWAYS if hold in holds or (hold == "share_refused" and refused)]
    return [*(("red", text) for text in said), *more, *(("red", hold_words(hold)) for hold in always)]
