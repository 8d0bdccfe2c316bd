"""Everything that is data with dates, as it stands on a day: rules, policy, directory, transitions, reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain.directory import Directory, ListSaid, full_list
from services.referral.domain.entries import read_directory
from services.referral.domain.kept import NOTHING, Automatic, Kept, providers_on
from services.referral.domain.policy import Policy, read_policy
from services.referral.domain.routing import RuleBook, compile_book
from services.referral.domain.standards import Standards, read_standards
from services.referral.domain.support import SupportLists, read_support
from services.referral.domain.transitions import TransitionTable, read_table
from services.referral.domain.versions import Version, days_of, named, standing_on

RULE_FILES = "routing_rules_"


@dataclass(frozen=True, slots=True)
class InForce:
    """What counts on a day: the latest rule file, policy and directory that had begun, or the first before any had."""

    since: date
    rules: RuleBook
    policy: Policy
    directory: Directory


@dataclass(frozen=True, slots=True)
class Books:
    """`versions`: each period with its rules, policy and directory, oldest first; `directory`: the one of today;
    `start`: the books of the files, where these are changed ones."""

    versions: tuple[InForce, ...]
    directory: Directory
    transitions: TransitionTable
    standards: tuple[Standards, ...]
    support: SupportLists
    start: "Books | None" = None
    closed: Mapping[UUID, frozenset[date]] = field(default_factory=dict)
    """The days of planned closures, by contract."""

    def standards_on(self, day: date) -> Standards:
        return next((one for one in reversed(self.standards) if one.effective_from <= day), self.standards[0])

    def on(self, day: date) -> InForce:
        for version in reversed(self.versions):
            if version.since <= day:
                return version
        return self.versions[0]

    def with_states(self, said: Mapping[UUID, ListSaid]) -> "Books":
        """The same books with what providers last said of their lists."""
        made = [_standing(version, version.directory.with_states(said)) for version in self.versions]
        return replace(self, directory=self.directory.with_states(said), versions=tuple(made))

    def taken(self, left: dict[UUID, int], contracts: Iterable[UUID]) -> "Books":
        """The books for the next case of a batch, once places of these contracts are taken: `left`, the places of those
        that have a limit, counts down, and who has none left takes nobody more; the same books as long as all have."""
        full = {}
        for contract_id in contracts:
            if contract_id in left:
                left[contract_id] -= 1
                if left[contract_id] == 0:
                    full[contract_id] = full_list(ListSaid(self.directory.by_id[contract_id].list_state))
        return self.with_states(full) if full else self

    def with_changes(self, changes: Sequence[Version], today: date, kept: Kept = NOTHING) -> "Books":
        """These books, as they are in the files, with the contracts that changed from a day on, and with providers and
        the contracts that are sent to by themselves as they are kept by pages."""
        starts = sorted({version.since for version in self.versions} | {*days_of(changes), *kept.days})

        def standing(day: date) -> Directory:
            return standing_on(providers_on(self.directory, kept.providers, day), changes, day)

        made = [_standing(replace(self.on(day), since=day), standing(day), kept.automatic) for day in starts]
        changed = replace(self, directory=standing(today), versions=tuple(made), start=self.start or self)
        return replace(changed, closed={one.contract_id: kept.closed_days(one.contract_id) for one in kept.closures})

    def with_providers(self, kept: Kept, today: date) -> "Books":
        """The books of the start with the providers as they stand today: what a form chooses from."""
        made = providers_on(self.directory, kept.providers, today)
        return self if made is self.directory else replace(self, directory=made, start=self.start or self)

    def named(self, version: str) -> Directory | None:
        """The directory of this name among those in force at any time; None when it is of other books."""
        return next((each.directory for each in self.versions if each.directory.version == version), None)


def _standing(version: InForce, directory: Directory, automatic: Sequence[Automatic] = ()) -> InForce:
    policy = version.policy.with_directory(directory)
    begun = [one for one in automatic if one.effective_from <= version.since]
    return replace(version, directory=named(directory), policy=policy.with_automatic(begun, directory))


def read_books(documents: Mapping[str, Any]) -> Books:
    """Books of the documents of the reference folder, by file name.

    Raises BadRule, BadDirectory, BadTable or BadStandards, whose text names the file, entry or row and the field.
    """
    directory = named(read_directory(documents["directory.yaml"]))
    policies = [read_policy("policy.yaml", written, directory) for written in documents["policy.yaml"]["versions"]]
    rules = {name: document for name, document in documents.items() if name.startswith(RULE_FILES)}
    days = sorted({p.effective_from for p in policies} | {d["effective_from"] for d in rules.values()})
    versions = []
    for day in days:
        policy = _latest(policies, day, [p.effective_from for p in policies])
        name = _latest(list(rules), day, [document["effective_from"] for document in rules.values()])
        versions.append(InForce(day, compile_book(name, rules[name], policy.opt_in), policy, directory))
    table = read_table(documents["transitions.yaml"], documents["reasons.yaml"])
    standards, support = read_standards(documents["standards.yaml"]), read_support(documents["support.yaml"])
    return Books(tuple(versions), directory, table, standards, support)


def _latest(things: list[Any], day: date, since: list[date]) -> Any:
    begun = [(start, number) for number, start in enumerate(since) if start <= day]
    return things[max(begun)[1]] if begun else things[since.index(min(since))]
