"""Words for the parts of a split."""

from collections.abc import Mapping

from contracts.reference import AREAS, local_authority_name, offence_groups
from contracts.vocabulary import AGE_BANDS

SPLIT_WORDS: Mapping[str, str] = {
    "area": "area",
    "offence_group": "offence group",
    "enhanced": "enhanced rights",
    "age_band": "age at the report",
    "sex": "sex",
    "ethnicity": "ethnicity",
    "disability": "disability",
}
_UNKNOWN = {
    "not_asked": "Not asked",
    "refused": "Preferred not to say",
    "not_known": "Not known",
    "not_recorded": "Not recorded",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "enhanced": {"yes": "Enhanced rights", "no": "Standard rights"},
    "sex": {"female": "Female", "male": "Male", "intersex": "Intersex"},
    "ethnicity": {"white": "White", "mixed": "Mixed", "asian": "Asian", "black": "Black", "other": "Other",
                  "not_stated": "Not stated"},
    "disability": {"yes": "Disabled", "no": "Not disabled"},
}  # fmt: skip
_INCIDENTS = {"hate": "Hate incident", "domestic": "Domestic incident", "road_collision": "Road collision",
              "anti_social_behaviour": "Anti-social behaviour", "other": "Other incident"}  # fmt: skip


def category_in_words(split: str, category: str) -> str:
    """ "W" of ethnicity stays as it is where it is not listed; the four unknown values are told apart."""
    if category in _UNKNOWN:
        return _UNKNOWN[category]
    if split == "area":
        return local_authority_name(category)
    if split == "offence_group":
        return offence_groups().get(category) or _INCIDENTS.get(category) or category.replace("_", " ").capitalize()
    return _WORDS.get(split, {}).get(category, category.replace("_", " "))


def place_of(split: str, category: str) -> tuple[int, str]:
    """Where a part stands in its split: known parts in their usual order, unknown values last."""
    if category in _UNKNOWN:
        return 1000 + list(_UNKNOWN).index(category), category
    orders: Mapping[str, list[str]] = {
        "area": [area.code for area in AREAS],
        "offence_group": list(offence_groups()),
        "age_band": list(AGE_BANDS),
    }
    order = orders.get(split, list(_WORDS.get(split, {})))
    return (order.index(category) if category in order else 999), category
