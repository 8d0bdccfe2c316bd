"""A business has nobody any more whom the police name to speak to: what was safe was the number of who left, and
whoever helps the business is told before they ring it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.actions import filing, raising
from services.referral.domain.facts import CaseFacts
from services.referral.store.cases import Case

KIND = "contact_gone"
"""The task of the hub, and what the providers are told."""


def is_gone(before: CaseFacts | None, facts: CaseFacts) -> bool:
    """Whether somebody was named until these facts came."""
    named = before is not None and before.named_contact
    return named and facts.person_kind == "business" and not facts.named_contact


async def tell(tx: Tx, gone: Sequence[Case], helped: Collection[UUID], now: datetime) -> None:
    """A task of the same day, and a word to each provider, for businesses that somebody helps; once for each time."""
    found = sorted({case.case_id for case in gone if case.case_id in helped})
    await raising.ask(tx, found, KIND, filing.end_of_day(now), now, now.isoformat())
    await raising.alert(tx, found, KIND, now.isoformat(), now, now, review=False)
