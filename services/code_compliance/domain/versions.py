"""Versions of the Code side by side: what one has that the other has not, and which limits and duties are others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.code_compliance.domain.catalogue import Catalogue, ClockRule, Entitlement
from services.code_compliance.domain.receipt import trigger_in_words
from services.code_compliance.domain.rulebook import AwaitedEvent
from services.code_compliance.domain.words import agency_in_words


@dataclass(frozen=True, slots=True)
class Changed:
    """A duty that both versions have and that is not the same: (what, as it was, as it is)."""

    entitlement: Entitlement
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    added: tuple[Entitlement, ...]
    removed: tuple[Entitlement, ...]
    changed: tuple[Changed, ...]


def compare(old: Catalogue, new: Catalogue, awaited: Mapping[str, AwaitedEvent]) -> Comparison:
    """What changed from one version to another, in the order of the catalogue."""
    both = [(old.entitlements[name], e) for name, e in new.entitlements.items() if name in old.entitlements]
    found = [Changed(after, tuple(_differences(before, after, awaited))) for before, after in both]
    return Comparison(
        added=tuple(e for name, e in new.entitlements.items() if name not in old.entitlements),
        removed=tuple(e for name, e in old.entitlements.items() if name not in new.entitlements),
        changed=tuple(each for each in found if each.differences),
    )


def _differences(
    before: Entitlement, after: Entitlement, awaited: Mapping[str, AwaitedEvent]
) -> Iterator[tuple[str, str, str]]:
    pairs = (
        ("Limit", limit_in_words(before.clock, awaited), limit_in_words(after.clock, awaited)),
        ("Arises", trigger_in_words(before.trigger), trigger_in_words(after.trigger)),
        ("Owed by", holders_in_words(before), holders_in_words(after)),
        ("For whom", whom_in_words(before), whom_in_words(after)),
        ("What is owed", before.title, after.title),
    )
    return ((what, was, now) for what, was, now in pairs if was != now)


def limit_in_words(clock: ClockRule, awaited: Mapping[str, AwaitedEvent]) -> str:
    """ "5 working days; 1 with enhanced rights"."""
    if clock.kind == "fixed":
        kind = (clock.unit or "").removesuffix("_days")
        words = f"{clock.standard} {kind} {'day' if clock.standard == 1 else 'days'}"
        if clock.enhanced != clock.standard:
            words += f"; {clock.enhanced} with enhanced rights"
        return words + (" from receipt" if clock.starts_from != "trigger" else "")
    if clock.kind == "before_event" and clock.before_event is not None:
        return f"before {awaited[clock.before_event].words}"
    return "at the interval agreed with the person" if clock.kind == "agreed_interval" else "no number of days"


def holders_in_words(entitlement: Entitlement) -> str:
    return ", ".join(agency_in_words(holder) for holder in entitlement.duty_holders)


def whom_in_words(entitlement: Entitlement) -> str:
    """The conditions of the catalogue in its own prose: "reported to police: required; offence: sexual violence"."""
    said = [
        f"{key.replace('_', ' ')}: {words}"
        for key, words in entitlement.prose.items()
        if words not in ("any", "none", "not_required")
    ]
    return "; ".join(said) or "everybody"
