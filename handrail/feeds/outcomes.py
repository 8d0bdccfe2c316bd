"""The outcomes file beside a street file: the last outcome of each crime, in the words of police.uk."""

from handrail.feeds.sources import Bad, Source, rows_of


def last_outcomes(source: Source) -> dict[str, str]:
    """By crime id; bad rows are left out. Most outcomes of a month end older crimes, which are in other files."""
    return {row.cells["Crime ID"]: row.cells["Outcome type"] for row in rows_of(source) if not isinstance(row, Bad)}
