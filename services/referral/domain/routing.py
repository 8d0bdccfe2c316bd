"""Which lines, offers, holds and doors a case has, and by which rules (design 3, section 4)."""

from dataclasses import dataclass

from contracts.referral import Rule


@dataclass(frozen=True, slots=True)
class Routing:
    """Each tuple is sorted; `rules` are those that fired, in the order of the book."""

    lines: tuple[str, ...]
    offers: tuple[str, ...]
    holds: tuple[str, ...]
    doors: tuple[str, ...]
    rules: tuple[Rule, ...]


# def route(facts: CaseFacts, history: History, book: RuleBook) -> Routing
# def priority(holds: Iterable[str]) -> int      0 life safety, 1 child, 2 careful or conflict, 3 others
