"""What a return asks: lines, sums, rates and the splits of each, as a definition file of a period says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

UNDATED = ("undated", "undated_met", "undated_open", "undated_not_evidenced", "undated_ended")
SPLITS = ("local_authority", "offence_group", "age_band", "sex", "ethnicity_group", "enhanced")


@dataclass(frozen=True, slots=True)
class Line:
    """A count: the distinct units which the query lists for this measure."""

    measure: str
    title: str
    meaning: str
    query: str
    unit: str
    source: str
    splits: tuple[str, ...] = SPLITS
    other_splits: tuple[str, ...] = ()
    maturing_days: int = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """A count that is the sum of other lines, cell by cell."""

    measure: str
    title: str
    meaning: str
    parts: tuple[str, ...]
    source: str
    note_if_none: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """Sum of the numerators over the sum of the denominators, cell by cell; four decimal places."""

    measure: str
    title: str
    meaning: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A line that cannot be answered yet, and why, in words."""

    measure: str
    title: str
    note: str
    source: str


Answer = Line | Sum | Rate | Absent


@dataclass(frozen=True, slots=True)
class Check:
    """An equation that must hold in every cell: `whole` = sum of `parts`, or `part` at most `whole`."""

    id: str
    words: str
    whole: str
    parts: tuple[str, ...]
    rule: str = "equal"


@dataclass(frozen=True)
class Definition:
    """One kind of return as one version asks for it."""

    kind: str
    version: str
    title: str
    area: str
    effective_from: str
    lines: tuple[Line, ...]
    sums: tuple[Sum, ...]
    rates: tuple[Rate, ...]
    absent: tuple[Absent, ...]
    checks: tuple[Check, ...]
    positive_outcomes: tuple[str, ...] = ()

    @property
    def queries(self) -> tuple[str, ...]:
        """The query files it needs, each once, in order of first use."""
        return tuple(dict.fromkeys(line.query for line in self.lines))

    def line(self, measure: str) -> Line | None:
        found = self._by_measure.get(measure)
        return found if isinstance(found, Line) else None

    def title_of(self, measure: str) -> str:
        found = self._by_measure.get(measure)
        return measure if found is None else found.title

    def meaning_of(self, measure: str) -> str:
        found = self._by_measure.get(measure)
        return "" if found is None or isinstance(found, Absent) else found.meaning

    def note_if_none(self, measure: str) -> str:
        """What has to be known where a sum is nought."""
        found = self._by_measure.get(measure)
        return found.note_if_none if isinstance(found, Sum) else ""

    def measures_behind(self, measure: str) -> tuple[str, ...]:
        """The counted lines whose lists add up to a figure: itself, or the parts of a sum; none for a rate."""
        found = self._by_measure.get(measure)
        if isinstance(found, Sum):
            return found.parts
        return (measure,) if isinstance(found, Line) else ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Everything it asks, in its own order."""
        return (*self.lines, *self.sums, *self.rates, *self.absent)

    @cached_property
    def _by_measure(self) -> dict[str, Answer]:
        return {each.measure: each for each in self.answers}


def read_definition(table: Mapping[str, Any]) -> Definition:
    """A definition from the tables of its TOML file. TypeError or KeyError names a key that is unknown or missing."""
    lines = [Line(**_tupled(each)) for each in table.get("line", ())]
    sums = [Sum(**_tupled(each)) for each in table.get("sum", ())]
    rates = [Rate(**_tupled(each)) for each in table.get("rate", ())]
    checks = [Check(**_tupled(each)) for each in table.get("check", ())]
    if "entitlements" in table:
        family = table["entitlements"]
        lines += _entitlement_lines(family)
        states = family["states"] | family.get("undated", {}).get("states", {})
        none_due = {"due": family.get("none_due", "")}
        sums += [
            _area_sum(area, state, words, none_due.get(state, ""))
            for area in family["area"]
            for state, words in states.items()
        ]
        rates += _compliance_rates(family)
        checks += [_state_check(each["id"], "due", family["outcomes"]) for each in family["list"]]
        if "undated" in family:
            lines += _undated_lines(family)
            rates += _undated_shares(family)
            checks += [_state_check(each["id"], UNDATED[0], UNDATED[1:]) for each in family["list"]]
    return Definition(
        kind=table["kind"],
        version=table["version"],
        title=table["title"],
        area=table["area"],
        effective_from=table["effective_from"],
        lines=tuple(lines),
        sums=tuple(sums),
        rates=tuple(rates),
        absent=tuple(Absent(**each) for each in table.get("absent", ())),
        checks=tuple(checks),
        positive_outcomes=tuple(table.get("positive_outcomes", ())),
    )


def _tupled(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _entitlement_lines(family: Mapping[str, Any]) -> Iterable[Line]:
    for each in family["list"]:
        for state, words in family["states"].items():
            yield Line(
                measure=f"{each['id']}.{state}",
                title=f"{each['title']}: {state.replace('_', ' ')}",
                meaning=words,
                query=family["query"],
                unit="clock",
                source=family["source"],
            )


def _undated_lines(family: Mapping[str, Any]) -> Iterable[Line]:
    undated = family["undated"]
    return _entitlement_lines({**family, "query": undated["query"], "states": undated["states"]})


def _undated_shares(family: Mapping[str, Any]) -> Iterable[Rate]:
    for each in (*family["list"], *family["area"]):
        yield Rate(
            measure=f"{each['id']}.undated_share",
            title=f"{each['title']}: share met, no day set",
            meaning=family["undated"]["share_meaning"],
            numerator=(f"{each['id']}.undated_met",),
            denominator=(f"{each['id']}.undated_met", f"{each['id']}.undated_open"),
            source=family["source"],
        )


def _area_sum(area: Mapping[str, Any], state: str, words: str, note_if_none: str = "") -> Sum:
    return Sum(
        measure=f"{area['id']}.{state}",
        title=f"{area['title']}: {state.replace('_', ' ')}",
        meaning=words,
        parts=tuple(f"{entitlement}.{state}" for entitlement in area["entitlements"]),
        source=area["source"],
        note_if_none=note_if_none,
    )


def _compliance_rates(family: Mapping[str, Any]) -> Iterable[Rate]:
    named = [(each["id"], each["title"]) for each in (*family["list"], *family["area"])]
    for name, title in named:
        yield Rate(
            measure=f"{name}.rate",
            title=f"{title}: share met in time",
            meaning=family["rate_meaning"],
            numerator=(f"{name}.met",),
            denominator=tuple(f"{name}.{state}" for state in ("met", "met_late", "breached")),
            source=family["source"],
        )


def _state_check(entitlement: str, whole: str, outcomes: Iterable[str]) -> Check:
    dated = whole == "due"
    return Check(
        id=f"states/{entitlement}" + ("" if dated else f".{whole}"),
        words=f"every clock {'due' if dated else 'without a day that arose'} in the period is in one state",
        whole=f"{entitlement}.{whole}",
        parts=tuple(f"{entitlement}.{state}" for state in outcomes),
    )
