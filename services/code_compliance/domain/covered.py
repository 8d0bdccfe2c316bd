"""Coverage as entered on pages, over that of the file; and where it makes clocks stand otherwise."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from services.code_compliance.domain.catalogue import Entitlement
from services.code_compliance.domain.coverage import Coverage, CoveredAgency
from services.code_compliance.domain.rulebook import Rulebook

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
Segment = tuple[str, str, date, date, bool]
"""A version of the Code and an entitlement of it (its holders may differ from another version's), the first and last
day of a stretch, and whether it is covered in it."""


def with_lines(rules: Rulebook, lines: Sequence[CoveredAgency]) -> Rulebook:
    """The rules with the lines that were entered: of an agency that has any, they count in place of the file's."""
    return _with_lines(rules, tuple(lines)) if lines else rules


@lru_cache(maxsize=8)
def _with_lines(rules: Rulebook, lines: tuple[CoveredAgency, ...]) -> Rulebook:
    entered = {line.agency for line in lines}
    kept = tuple(line for line in rules.coverage.agencies if line.agency not in entered)
    return replace(rules, coverage=Coverage(f"{rules.coverage.version}+{len(lines)}", (*kept, *lines)))


def segments(rules: Rulebook, agencies: Sequence[str]) -> Iterator[Segment]:
    """Every stretch of days of every duty that one of `agencies` owes, alone or with others."""
    for code in rules.codes:
        for entitlement in code.entitlements.values():
            if set(agencies) & set(entitlement.duty_holders):
                yield from ((code.version, *stretch) for stretch in _stretches(rules.coverage, entitlement))


def _stretches(coverage: Coverage, entitlement: Entitlement) -> Iterator[tuple[str, date, date, bool]]:
    lines = [line for line in coverage.agencies if line.agency in entitlement.duty_holders]
    starts = {FIRST_DAY} | {line.start for line in lines}
    starts |= {line.end + timedelta(days=1) for line in lines if line.end is not None}
    ordered = sorted(starts)
    for first, following in zip(ordered, [*ordered[1:], LAST_DAY + timedelta(days=1)], strict=True):
        covered = all(
            any(line.agency == holder and line.covers(entitlement.id, first) for line in lines)
            for holder in entitlement.duty_holders
        )
        yield entitlement.id, first, following - timedelta(days=1), covered
