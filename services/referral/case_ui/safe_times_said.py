"""What a form says of the days and hours on which a channel is safe, checked at its fields."""

from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.case_ui.room import one
from services.referral.domain.safe_times import DAYS_LIKE, HOURS_LIKE, days_of, hours_of

LONGEST = 60
ONLY_SAFE = "Days and hours belong to a channel that is safe: choose Safe, or leave this empty"


def wrong(visit: Visit, safety: str) -> list[FieldError]:
    """What has to be put right; both may be left empty."""
    found = []
    for name, read, like in (("days", days_of, DAYS_LIKE), ("hours", hours_of, HOURS_LIKE)):
        text = one(visit, name)
        if text and safety != "safe":
            found.append(FieldError(name, ONLY_SAFE))
        elif text and (len(text) > LONGEST or read(text) is None):
            found.append(FieldError(name, like))
    return found
