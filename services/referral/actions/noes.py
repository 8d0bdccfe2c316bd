"""What the person said no to in other cases, as far as it matters in this one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from contracts.working_time import local_day
from services.referral.desk_books import no_counts_days
from services.referral.domain.facts import CaseFacts, NoElsewhere
from services.referral.store.batches import Past, Prior

OPEN = frozenset({"waiting", "active"})
"""States of a case in which somebody has something to do."""


def elsewhere(past: Past, others: Sequence[Prior], facts: CaseFacts) -> NoElsewhere | None:
    """The last no of the person in another case that is open, or lately. One that the police told of is over where they
    asked anew, and the person said yes to them: in a newer case. In an older one that yes came before the no."""
    since = facts.reported_on - timedelta(days=no_counts_days(facts.reported_on))
    yes = facts.share == "agreed"
    business = facts.person_kind == "business"
    found = [
        no
        for prior in others
        for no in past.noes.get(prior.case_id, ())
        if (prior.state in OPEN or local_day(no.at) >= since)
        and not (no.to_police and yes and (business or prior.reported_at <= facts.reported_at))
    ]
    if not found:
        return None
    last = max(found, key=lambda no: (no.at, no.line or "", no.taken_back))
    return NoElsewhere(local_day(last.at), last.line, last.taken_back)


def with_ruled_out(past: Past, person: UUID, facts: CaseFacts) -> CaseFacts:
    """The facts of a new case with the providers that the person does not want."""
    kept = past.ruled_out.get(person)
    return replace(facts, refused_providers=tuple(sorted(kept))) if kept else facts
