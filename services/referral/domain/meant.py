"""What a human decided that a word of the police means, which our lists do not know: in that case, and in no other, it
counts as if the listed word had been told."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from contracts import vocabulary as v
from services.referral.domain.facts import RISKS, CaseFacts
from services.referral.domain.reading import OURS, SEXUAL_FLAGS, domestic_by, with_parents_word
from services.referral.domain.unfamiliar import BETWEEN, MANY, MEANS, NOT_KNOWN, ONE, once

NONE = "none_of_these"
"""The answer that a word means nothing that is listed."""


def _listed(tolerant: Any) -> tuple[str, ...]:
    return tuple(code for code in v.values(tolerant) if code not in NOT_KNOWN)


LISTS: dict[str, tuple[str, ...]] = {
    "flag": _listed(v.CrimeFlag),
    "hate_strand": _listed(v.HateStrand),
    "incident_kind": _listed(v.IncidentKind),
    "relationship": _listed(v.Relationship),
    "vulnerability": _listed(v.Vulnerability),
    "works_for": _listed(v.WorksFor),
    "suspect_works_for": _listed(v.WorksFor),
    "risk_grade": RISKS,
    "sex": _listed(v.Sex),
}
"""By field, what a word can be decided to mean. Who somebody is, how old, and who spoke of sharing, only the police or
the person say."""


def choices(word: str) -> tuple[str, ...]:
    """The listed words of the field of a word; none where nobody here decides it."""
    return LISTS.get(word.partition(BETWEEN)[0], ())


def key(word: str) -> str:
    """The name of a word's field on a form."""
    return "meant-" + hashlib.sha256(word.encode()).hexdigest()[:12]


def read(facts: CaseFacts, meant: Iterable[str]) -> CaseFacts:
    """The facts as if the listed words had been told. Of a word that is told no more nothing is left."""
    held = tuple(one for one in meant if one.rpartition(MEANS)[0] in facts.unfamiliar)
    changes: dict[str, Any] = {}
    for word, _, code in (one.rpartition(MEANS) for one in held):
        field = word.partition(BETWEEN)[0]
        if field in MANY:
            name = MANY[field]
            changes[name] = once((*changes.get(name, getattr(facts, name)), code))
        elif field == "suspect_works_for":
            changes["suspect_works_for_us"] = facts.suspect_works_for_us or code in OURS
        elif getattr(facts, ONE[field]) in NOT_KNOWN:
            changes[ONE[field]] = code
    return _following(replace(facts, meant=held, **changes))


def _following(facts: CaseFacts) -> CaseFacts:
    """With what follows from the words, as it does where the police tell them; nothing that was shut opens by it."""
    about = (facts.flags, facts.offence_code, facts.incident_kind, facts.offence_group, facts.relationship)
    domestic = facts.domestic or domestic_by(*about)
    sexual = facts.sexual or not SEXUAL_FLAGS.isdisjoint(facts.flags)
    return with_parents_word(replace(facts, domestic=domestic, sexual=sexual))
