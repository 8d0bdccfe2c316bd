"""Related clocks as data: time limits beside the Code, each with its prose and, encoded by us, who it is for and how it
runs."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from contracts.justice import TRIGGERS
from services.code_compliance.domain.language import BadReference, Condition, Named, compile_condition
from services.code_compliance.domain.located import spot

Unit = Literal["working_days", "calendar_days", "months"]
_UNITS = ("working_days", "calendar_days", "months")
_START = {"trigger", "told_of", "reported"}
_RUN = {
    *("from", "limit", "unit", "outer", "before_event", "by_the_event_itself", "at_the_latest", "starts_on_or_after"),
    *("not_counted_when", "not_counted_words", "ended_by", "ended_by_receipt"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One way in which a related clock starts, counts and ends.

    It starts with milestones (`triggers`), when the person is told of a duty (`told_of`), or with the report. `outer`
    is a later limit in months up to which it may still be allowed; `at_the_latest`: its true start is not known to us
    and lies before; `by_the_event_itself`: the act must come first.
    """

    triggers: frozenset[str]
    told_of: frozenset[str]
    reported: bool
    limit: int | None
    unit: Unit | None
    outer: int | None
    before_event: str | None
    by_the_event_itself: bool
    at_the_latest: bool
    starts_on_or_after: date | None
    not_counted_when: Condition | None
    not_counted_words: str | None
    ended_by: frozenset[str]
    ended_by_receipt: bool


@dataclass(frozen=True, slots=True, eq=False)
class Related:
    """A related clock; `unverified`: something of it was recalled, or encoded by us without the source's own text."""

    id: str
    title: str
    owner: str
    trigger_words: str
    limit_words: str
    note: str | None
    sources: tuple[str, ...]
    unverified: bool
    applies: Condition
    runs: tuple[Run, ...]


def read_related(document: Mapping[str, Any], named: Named, known: Set[str], where: str) -> dict[str, Related]:
    """The related clocks of a catalogue; raises BadReference naming the bad entry."""
    found: dict[str, Related] = {}
    for entry in document["related_clocks"]:
        place = f"{spot(where, entry)}: {entry.get('id', 'a related clock without an id')}"
        for key in ("id", "title", "owner", "trigger", "limit", "source", "applies", "runs"):
            if not entry.get(key):
                raise BadReference(f"{place}: {key} is missing")
        if entry["id"] in found:
            raise BadReference(f"{place} stands twice")
        found[entry["id"]] = Related(
            id=entry["id"],
            title=entry["title"],
            owner=entry["owner"],
            trigger_words=entry["trigger"],
            limit_words=entry["limit"],
            note=entry.get("note"),
            sources=tuple(entry["source"]),
            unverified=entry["applies"]["unverified"]
            or any("recalled" in text.split(":")[0] for text in entry["source"]),
            applies=compile_condition(entry["applies"]["when"], f"{place}: applies", named),
            runs=tuple(_run(run, named, known, f"{spot(where, run)}: {entry['id']}") for run in entry["runs"]),
        )
    return found


def _run(run: Mapping[str, Any], named: Named, known: Set[str], place: str) -> Run:
    start = run["from"]
    for key in (*(set(run) - _RUN), *(set(start) - _START)):
        raise BadReference(f"{place}: runs knows no {key!r}")
    if len(start) != 1 or (run.get("limit") is not None) is not (run.get("unit") in _UNITS):
        raise BadReference(f"{place}: a run has one start, and a limit with its unit or none")
    for duty in start.get("told_of", ()):
        if duty not in known:
            raise BadReference(f"{place}: no entitlement is called {duty!r}")
    if not run.get("ended_by") and not run.get("ended_by_receipt"):
        raise BadReference(f"{place}: ended_by is missing")
    day, unless = run.get("starts_on_or_after"), run.get("not_counted_when")
    return Run(
        triggers=frozenset(start.get("trigger", ())),
        told_of=frozenset(start.get("told_of", ())),
        reported=start.get("reported", False),
        limit=run.get("limit"),
        unit=run.get("unit"),
        outer=run.get("outer"),
        before_event=run.get("before_event"),
        by_the_event_itself=run.get("by_the_event_itself", False),
        at_the_latest=run.get("at_the_latest", False),
        starts_on_or_after=date.fromisoformat(day) if day else None,
        not_counted_when=compile_condition(unless, f"{place}: not_counted_when", named) if unless else None,
        not_counted_words=run.get("not_counted_words"),
        ended_by=frozenset(run.get("ended_by", ())),
        ended_by_receipt=run.get("ended_by_receipt", False),
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a worker may enter because no feed tells of it."""

    code: str
    words: str
    by: str


def read_happenings(document: Mapping[str, Any], where: str) -> dict[str, Happening]:
    found: dict[str, Happening] = {}
    for entry in document["happenings"]:
        if entry["code"] in found or entry["code"] in TRIGGERS:
            raise BadReference(f"{where}: {entry['code']} stands twice")
        found[entry["code"]] = Happening(entry["code"], entry["words"], entry["by"])
    return found


def check_triggers(related: Mapping[str, Related], happenings: Set[str], where: str) -> None:
    """Raises BadReference where a related clock starts or ends with something that nobody can tell of."""
    for each in related.values():
        for name in sorted({name for run in each.runs for name in run.triggers | run.ended_by}):
            if name not in TRIGGERS and name not in happenings:
                raise BadReference(f"{where}: {each.id}: nothing that happens is called {name!r}")
