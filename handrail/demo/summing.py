"""What the demo shows at its end: the sums that must hold, referrals by line and state, clocks by state, returns."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from handrail.demo.returning import Sealed
from handrail.feed import Fed
from handrail.reconcile import counts

Told = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sum:
    """Two numbers that must be equal."""

    words: str
    expected: int
    found: int

    @property
    def holds(self) -> bool:
        return self.expected == self.found


def sums(fed: Fed, recount: Mapping[str, Any], returns: Iterable[Sealed], *, alone: bool) -> list[Sum]:
    """The sums of the feed, the services and the returns. `alone`: the system held nothing before the demo's feed."""
    tally = fed.tally
    found = [
        Sum("rows read = crimes + skipped", tally.rows_read, tally.crimes + sum(tally.skipped.values())),
        Sum("records set aside", 0, recount["set_aside"]),
        Sum("checks of reconcile that do not hold", 0, sum(c["expected"] != c["found"] for c in recount["checks"])),
    ]
    if alone:
        grant = next(one.totals() for one in returns if one.kind == "grant")
        recorded = int(grant["crimes_recorded"]) + int(grant["incidents_recorded"])
        found += [
            Sum("crimes fed = crimes held", tally.crimes, recount["crimes"]),
            Sum("people and businesses fed = cases", tally.victims, recount["cases"]),
            Sum("crimes fed = crimes and incidents of the grant return", tally.crimes, recorded),
        ]
    return found


def referrals(told: Told) -> dict[str, Counter[str]]:
    """How many referrals stand in each state, by service line."""
    found: dict[str, Counter[str]] = {}
    for name, number in counts(told["referral"]).items():
        if name.startswith("referrals."):
            _, line, state = name.split(".")
            found.setdefault(line, Counter())[state] = number
    return found


def clocks(told: Told) -> Counter[str]:
    """How many clocks with a limit stand in each state."""
    known = counts(told["code_compliance"])
    return Counter({name.removeprefix("clocks."): n for name, n in known.items() if name.startswith("clocks.")})


def as_json(
    fed: Fed, told: Told, recount: Mapping[str, Any], walked: Mapping[str, int], returns: list[Sealed], held: list[Sum]
) -> dict[str, Any]:
    return {
        "ok": all(one.holds for one in held),
        "feed": fed.as_json(),
        "sums": [{"words": one.words, "expected": one.expected, "found": one.found} for one in held],
        "crimes": recount["crimes"],
        "cases": recount["cases"],
        "referrals": {line: dict(states) for line, states in sorted(referrals(told).items())},
        "clocks": dict(sorted(clocks(told).items())),
        "walked": dict(sorted(walked.items())),
        "returns": [
            {"kind": one.kind, "return_id": one.return_id, "sha256": one.sha256, "file": str(one.file)}
            for one in returns
        ],
        "reconcile": recount["ok"],
    }


def show(console: Console, found: Mapping[str, Any]) -> None:
    """The same in tables."""
    console.print(_sums(found["sums"]))
    console.print(_referrals(found["referrals"]))
    clocks = Table(title="Clocks of the Victims' Code by state", title_justify="left")
    clocks.add_column("state")
    clocks.add_column("clocks", justify="right")
    for state, number in found["clocks"].items():
        clocks.add_row(_words(state), f"{number:,}")
    console.print(clocks)
    walked = ", ".join(f"{_words(step)} {number}" for step, number in found["walked"].items())
    console.print(f"Walked through the pages: {walked}")
    for one in found["returns"]:
        console.print(f"{one['kind']} return {one['return_id']}\n  SHA-256 {one['sha256']}\n  {one['file']}")


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")


def _sums(rows: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(title="Sums that must hold", title_justify="left")
    for heading in ("sum", "expected", "found"):
        table.add_column(heading, justify="left" if heading == "sum" else "right")
    for row in rows:
        style = None if row["expected"] == row["found"] else "bold red"
        table.add_row(row["words"], f"{row['expected']:,}", f"{row['found']:,}", style=style)
    return table


def _referrals(found: Mapping[str, Mapping[str, int]]) -> Table:
    states = sorted({state for by_state in found.values() for state in by_state})
    table = Table(title="Referrals by service line and state", title_justify="left")
    table.add_column("line")
    for state in states:
        table.add_column(_words(state), justify="right")
    for line, by_state in found.items():
        table.add_row(_words(line), *(f"{by_state[state]:,}" if state in by_state else "" for state in states))
    return table
