"""What agrees between two records that may be of one person, in words."""

from services.referral.case_ui import words
from services.referral.store.details import PROPOSES
from services.referral.store.persons import ANOTHER_NAME
from services.referral.store.same_person import Pair

MATCHED = {
    "name_and_birth": "the same name and date of birth",
    "first_name_and_birth": "the same first and family name and date of birth",
    "first_name_at_home": "the same first name, date of birth and postcode",
    "alike_at_home": "names that sound alike, with the same date of birth and postcode",
    "phone": "the same telephone number",
    "email": "the same e-mail address",
    "postcode": "the same postcode",
}


def matched(pair: Pair) -> str:
    """As it goes on after “Two records have”."""
    if not pair.matched:
        return "what is known of them"
    rest = [MATCHED.get(kind, words.words(kind)) for kind in pair.matched if kind not in (*PROPOSES, ANOTHER_NAME)]
    if ANOTHER_NAME in pair.matched:
        return f"{' and '.join(rest)}, but not the same name"
    by_name = next((MATCHED[kind] for kind in PROPOSES if kind in pair.matched), "the same name")
    return " and ".join((by_name, *rest))
