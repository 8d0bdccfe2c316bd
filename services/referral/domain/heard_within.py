"""What an agreement lets a provider be told of what was heard, and what it asks the hub about before any contact."""

from collections.abc import Collection

from services.referral.domain.safe_contact import HEARD_FIRST

AGE = frozenset({"age_band", "date_of_birth"})
RISK, LANGUAGE = frozenset({"risk"}), frozenset({"language"})
"""The fields of a pack any of which lets something be told as it stands now."""
SHARED_BY: dict[str, frozenset[str]] = {
    **dict.fromkeys(("risk_raised", "risk_elsewhere"), RISK),
    "one_chance_elsewhere": frozenset({"flags"}),
    "age_by_birth": AGE,
    "no_crime": frozenset({"offence"}),
    "crime_again": frozenset({"offence"}),
    "language_told": LANGUAGE,
}
"""What an agreement has to share for a provider to be told a thing that was heard; of the suspect, the risk."""
ALWAYS_TOLD = frozenset(
    {
        *("contact_unsafe", "asks_for_care", "another_person", "not_in_the_record", "sent_twice", "not_safe_any_more"),
        *("details_unread", "contact_gone", "word_taken_back", "named_again", "other_kind", "who_died", "asks_how"),
        *("person_died", "heard_in_another_matter", "joined_not_safe", "another_died", "person_alive", "two_people"),
        *("unknown_step", "offer_stopped", "parted_not_safe"),
    }
)
NO_DANGER = frozenset({"no_crime", "crime_again", "language_told"})
"""What is said without what it was, and asks for nothing before a contact that would have to be shut."""


def shares(within: Collection[str] | None, any_of: Collection[str]) -> bool:
    """Whether a provider may be told what any of these fields says; an empty `within` sets no bound."""
    return not within or not set(any_of).isdisjoint(within)


def is_told(trigger: str, within: Collection[str] | None) -> bool:
    """Whether a provider may be told what it was that was heard."""
    return trigger in ALWAYS_TOLD or shares(within, SHARED_BY.get(trigger, RISK))


def asks_first(trigger: str, within: Collection[str] | None) -> bool:
    """Whether a provider asks the hub before any contact: by what it is told, or as it may not be told of a danger."""
    return trigger in HEARD_FIRST or (trigger not in NO_DANGER and not is_told(trigger, within))
