"""What somebody entered in the directory since a page was opened, in words."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kit.web.app import Visit
from kit.web.words import date_words, when
from services.referral.actions import contracting
from services.referral.directory_ui.room import one
from services.referral.directory_ui.told import in_words
from services.referral.domain.books import Books
from services.referral.domain.shown import JUST_NOW
from services.referral.domain.versions import Version, differences, providers_of, standing_on

AGAIN = "Nothing was saved. Look at it, then send this again only if it is right all the same"
MOST = 5


def by(visit: Visit, user_id: UUID | None, at: datetime) -> str:
    """ "by you on ..." or "by a colleague on ..."."""
    return f"by {'you' if user_id == visit.signed_in.user_id else 'a colleague'} on {when(at)}"


def is_again(visit: Visit, user_id: UUID | None, at: datetime | None) -> bool:
    """Whether the viewer did it just now."""
    return user_id == visit.signed_in.user_id and at is not None and visit.now - at <= JUST_NOW


def entered(visit: Visit, user_id: UUID | None, at: datetime, day: date) -> str:
    """A change was entered: by whom, when, and from when it counts."""
    return f"A change was entered {by(visit, user_id, at)}, which counts from {date_words(day)}"


def of_contract(visit: Visit, books: Books, versions: Sequence[Version]) -> str:
    """The version of a contract that was entered last, against what stood before it."""
    seen = one(visit, "seen").partition(".")[0]
    if not versions or (seen.isdecimal() and len(versions) < int(seen)):
        return f"The change that this page was made from was taken back. {AGAIN}"
    last = max(versions, key=lambda version: version.made_at)
    others = [version for version in versions if version is not last]
    before = standing_on(books.directory, others, last.effective_from).by_id.get(last.contract_id)
    providers = {slug: provider.name for slug, provider in providers_of(books.directory).items()}
    found = in_words(differences(before, contracting.read(books, last.entry)), providers)
    parts = [f"{each.field.replace('_', ' ')}: {each.after} (was {each.before})" for each in found[:MOST]]
    parts += [f"and {len(found) - MOST} more"] if len(found) > MOST else []
    said = f": {'; '.join(parts)}" if parts else ""
    return f"{entered(visit, last.made_by, last.made_at, last.effective_from)}{said}. {AGAIN}"
