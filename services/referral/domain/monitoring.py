"""A provider's quarterly monitoring return: its lines, its file, and what of it others may see."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

THRESHOLD = 5
"""Counts of people from 1 up to one less than this are not shown to others (source: ours, as in publication)."""
SUPPRESSED = "[c]"
COLUMNS = ("return_id", "provider", "period", "measure", "category", "value")
OF_PEOPLE = frozenset(
    {
        *("received", "accepted", "declined", "waiting", "support_started", "in_support", "ended", "outcome"),
        *("distance", "appointments", "waiting_of_strand"),
    }
)
"""Measures that count people; posts and money are no such count."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure; `category` is `all` for a total."""

    measure: str
    category: str
    value: str


def in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.measure, line.category != "all", line.category))


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that differs: what it was and what it is, "none" where it was or is not there."""

    measure: str
    category: str
    before: str
    after: str


def differences(before: Iterable[Line], after: Iterable[Line]) -> list[Change]:
    """The figures that differ, in the order of a return."""
    was, now = ({_key(line): line.value for line in lines} for lines in (before, after))
    keys = in_order(Line(*key, "") for key in was.keys() | now.keys())
    pairs = [(_key(line), was.get(_key(line), "none"), now.get(_key(line), "none")) for line in keys]
    return [Change(*key, one, other) for key, one, other in pairs if one != other]


def harmless(text: str) -> str:
    """`text` on one line, with an apostrophe before it where a spreadsheet would take it for a formula."""
    told = text.replace("\r", " ").replace("\n", " ")
    return f"'{told}" if text.startswith(_FORMULA) or told.lstrip().startswith(_FORMULA) else told


def write(return_id: str, provider: str, period: str, lines: Iterable[Line]) -> bytes:
    """The bytes of the file: CSV, UTF-8, LF, sorted; the same lines give the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in in_order(lines):
        cells = (return_id, provider, period, line.measure, line.category, line.value)
        writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode()


def read(file: bytes) -> list[Line]:
    """The lines of a file that `write` made."""
    return [Line(*row[3:6]) for row in list(csv.reader(io.StringIO(file.decode())))[1:]]


def suppress(lines: Sequence[Line]) -> list[Line]:
    """The lines with small counts of people taken out; where one alone, or a few that are small together, would be told
    by the others and their total, the next smallest go too."""
    hidden = {n for n, line in enumerate(lines) if line.measure in OF_PEOPLE and 0 < int(line.value) < THRESHOLD}
    groups: dict[tuple[str, str], list[int]] = {}
    for n, line in enumerate(lines):
        if line.measure in OF_PEOPLE and line.category != "all":
            groups.setdefault(_adding_up(line), []).append(n)
    for parts in groups.values():
        hidden |= _with_others({n: int(lines[n].value) for n in parts}, hidden.intersection(parts))
    return [replace(line, value=SUPPRESSED) if n in hidden else line for n, line in enumerate(lines)]


def last_suppressed(versions: Sequence[Sequence[Line]]) -> list[Line]:
    """What others may see of the last of some versions, oldest first, beside what they saw of the others: a count whose
    change is small, or could be worked out from others, stays as it was shown."""
    shown: list[Line] = []
    bases: list[dict[tuple[str, str], int]] = []
    for lines in versions:
        before = {(line.measure, line.category): line.value for line in shown}
        held = {key for base in bases for key in _small_changes(lines, base)}
        shown = [_as_before(line, before) if _key(line) in held else line for line in suppress(lines)]
        bases.append(_numbers(lines) | _numbers(shown))
    return shown


def _key(line: Line) -> tuple[str, str]:
    return line.measure, line.category


def _numbers(lines: Sequence[Line]) -> dict[tuple[str, str], int]:
    return {_key(line): int(line.value) for line in lines if line.measure in OF_PEOPLE and line.value != SUPPRESSED}


def _small_changes(lines: Sequence[Line], base: Mapping[tuple[str, str], int]) -> set[tuple[str, str]]:
    """The counts whose change since `base` is hidden, by the rules by which a count is."""
    numbers = _numbers(lines)
    both = sorted(numbers.keys() | base.keys())
    changes = [
        Line(one, other, str(abs(numbers.get(key, 0) - base.get(key, 0)))) for key in both for one, other in [key]
    ]
    return {_key(line) for line in suppress(changes) if line.value == SUPPRESSED}


def _as_before(line: Line, before: Mapping[tuple[str, str], str]) -> Line:
    return replace(line, value=SUPPRESSED if line.value == SUPPRESSED else before.get(_key(line), SUPPRESSED))


def _adding_up(line: Line) -> tuple[str, str]:
    """What a line adds up in. Each outcome, and each area of life, has a line for everybody whose support ended: the
    total that one of them shows is the total of them all."""
    return line.measure, line.category.partition(":")[0] if line.measure in ("outcome", "distance") else ""


def _with_others(values: dict[int, int], small: set[int]) -> set[int]:
    """The small ones of a group, with as many more as keep a subtraction from bringing one back."""
    hidden = set(small)
    for n in sorted(values.keys() - hidden, key=lambda n: (values[n], n)):
        if hidden and values[n] > 0 and (len(hidden) == 1 or sum(values[one] for one in hidden) < THRESHOLD):
            hidden.add(n)
    return hidden
