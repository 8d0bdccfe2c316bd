"""Writes docs/state-table.md from the transition table: `python -m services.referral.state_table`."""

import sys
from pathlib import Path

from contracts.reference import ROLES
from services.referral.books import load
from services.referral.domain.transitions import SYSTEM, Transition, TransitionTable

PAGE = Path(__file__).parents[2] / "docs" / "state-table.md"

GUARDS = {
    "gate_open": "share by policy, the person's agreement or a confirmed override",
    "question_open": "a question is open",
    "no_question_open": "no question is open",
    "attempts": "{} attempts at least, or no safe way",
    "once": "the first time only",
    "silent": "the provider did not open or answer in time",
}


def render(table: TransitionTable) -> str:
    """The page, as Markdown."""
    lines = [
        "# The life of a referral",
        "",
        f"Generated from `services/referral/reference/transitions.yaml` (version {table.version}) by"
        " `python -m services.referral.state_table`; do not edit.",
        "",
        "| state | meaning | open | the next step is with |",
        "|---|---|---|---|",
    ]
    for state in table.states.values():
        lines.append(f"| `{state.name}` | {state.words} | {'yes' if state.open else 'no'} | {state.holder} |")
    lines += [
        "",
        "| what | button | from | to | who | only if | reason | clocks | announced |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(table, row) for row in table.rows]
    for reasons in table.reasons.values():
        lines += ["", f"## Reasons: {reasons.name.replace('_', ' ')}", "", reasons.words, ""]
        lines += [f"* `{one.code}` {one.words}" for one in reasons.reasons]
    return "\n".join(lines) + "\n"


def _line(table: TransitionTable, row: Transition) -> str:
    roles = [name for name in ROLES if row.may(name)] + ([SYSTEM] if row.system else [])
    guards = [GUARDS[name].format(value) for name, value in row.guard.items()]
    cells = (
        f"`{row.verb}`",
        row.button,
        ", ".join(f"`{state}`" for state in table.states if state in row.from_),
        f"`{row.to}`" if row.to else "the same",
        ", ".join(roles),
        "; ".join(guards) or "-",
        row.reasons.name.replace("_", " ") if row.reasons else "-",
        row.clocks,
        f"`{row.event.TYPE}`" if row.event else "-",
    )
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Writes the page; returns 1 when it was not fresh."""
    page = render(load().transitions)
    fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
