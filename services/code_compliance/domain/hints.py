"""Hints as data: what makes it likely that a duty was done."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from contracts.justice import TRIGGERS
from services.code_compliance.domain.located import BadReference, spot


@dataclass(frozen=True, slots=True)
class Hint:
    """A duty, and the notices or milestones that make it likely that it was done."""

    duty: str
    notice_of: frozenset[str]
    triggers: frozenset[str]
    why: str


def read_suggestions(
    document: Mapping[str, Any], known: Set[str], happenings: Set[str], where: str
) -> tuple[Hint, ...]:
    """The table of suggestions.yaml; raises BadReference naming the bad line."""
    hints = []
    for entry in document["suggestions"]:
        notices, triggers = entry.get("notice_of", ()), entry.get("trigger", ())
        for duty in (entry["duty"], *notices):
            if duty not in known:
                raise BadReference(f"{spot(where, entry)}: no entitlement is called {duty!r}")
        for trigger in triggers:
            if trigger not in TRIGGERS and trigger not in happenings:
                raise BadReference(f"{spot(where, entry)}: nothing that happens is called {trigger!r}")
        if not notices and not triggers:
            raise BadReference(f"{spot(where, entry)}: nothing makes {entry['duty']} likely")
        hints.append(Hint(entry["duty"], frozenset(notices), frozenset(triggers), entry["why"]))
    return tuple(hints)
