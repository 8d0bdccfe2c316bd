"""The national list of people harmed by fraud in the area: its lines read, each problem named by line."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from contracts.identity import NS
from services.referral.domain.plain_text import is_plain
from services.referral.domain.telephone import one_number

COLUMNS = ("reference", "level", "given_names", "family_name", "date_of_birth", "area", "phone", "share")
NEEDED = ("reference", "level", "given_names", "family_name", "area", "share")
READ = ("reference", "given_names", "family_name")
LEVELS = ("1", "2", "3")
SHARES = ("agreed", "not_asked", "refused")
MOST = 200
LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of the list; `line` counts from 1 in what was pasted."""

    line: int
    reference: str
    level: str
    given_names: str
    family_name: str
    date_of_birth: date | None
    area: str
    phone: str | None
    share: str

    @property
    def case_id(self) -> UUID:
        """The same for the same reference, so that a list imported twice opens no second case."""
        return uuid5(NS, f"fraud-list/{self.reference}")


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    words: str


def read_list(text: str, areas: Mapping[str, str], today: date) -> tuple[list[Listed], list[Problem]]:
    """The people and the problems of a pasted list. `areas`: names and codes, in lower case, to codes."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        return [], [Problem(1, "choose or paste the list, with its line of headings")]
    header = [name.strip().lower() for name in _cells(lines[0][1][:LONGEST_LINE])]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        return [], [Problem(lines[0][0], f"the headings lack {', '.join(missing)}")]
    if len(lines) - 1 > MOST:
        return [], [Problem(lines[MOST + 1][0], f"at most {MOST} people at once: send the rest afterwards")]
    found: list[Listed] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, line in lines[1:]:
        if len(line) > LONGEST_LINE:
            problems.append(Problem(number, f"is longer than {LONGEST_LINE:,} signs"))
            continue
        cells = _cells(line)
        if len(cells) != len(header):
            columns = "1 column" if len(cells) == 1 else f"{len(cells)} columns"
            problems.append(Problem(number, f"{columns} where the headings have {len(header)}"))
            continue
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        wrong = _wrong(row, areas, today)
        if row["reference"] in seen:
            wrong.append(f"the reference stands in line {seen[row['reference']]} already")
        seen.setdefault(row["reference"], number)
        problems += [Problem(number, words) for words in wrong]
        if not wrong:
            found.append(_listed(number, row, areas))
    if not found and not problems:
        problems.append(Problem(lines[0][0], "there is nobody below the headings"))
    return found, problems


def _cells(line: str) -> list[str]:
    return next(csv.reader(io.StringIO(line), delimiter="\t" if "\t" in line else ","))


def _wrong(row: Mapping[str, str], areas: Mapping[str, str], today: date) -> list[str]:
    wrong = [f"{name.replace('_', ' ')} is missing" for name in NEEDED if not row[name]]
    wrong += [f"{name.replace('_', ' ')} is too long" for name in NEEDED if len(row[name]) > 100]
    wrong += [f"{name.replace('_', ' ')} has signs that cannot be read" for name in READ if not _readable(row[name])]
    if row["level"] and row["level"] not in LEVELS:
        wrong.append("level must be 1, 2 or 3")
    if row["share"] and row["share"] not in SHARES:
        wrong.append("share must be agreed, not_asked or refused")
    if row["area"] and row["area"].lower() not in areas:
        wrong.append("area is none of ours")
    born = row.get("date_of_birth")
    if born and not _day(born, today):
        wrong.append("date of birth must be a real past day, like 1990-05-31")
    phone = row.get("phone")
    if phone and one_number(phone) is None:
        wrong.append("phone must be a telephone number, like 07700 900321")
    return wrong


def _readable(text: str) -> bool:
    return not text or is_plain(text)


def _day(text: str, today: date) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(today.year - 125, 1, 1) < found <= today else None


def _listed(number: int, row: Mapping[str, str], areas: Mapping[str, str]) -> Listed:
    born = row.get("date_of_birth")
    return Listed(
        number,
        row["reference"],
        row["level"],
        row["given_names"],
        row["family_name"],
        date.fromisoformat(born) if born else None,
        areas[row["area"].lower()],
        row.get("phone") or None,
        row["share"],
    )
