"""The dated policy: who is asked first, which contract a case may be sent to by itself, and whose word counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.reference import AREAS
from services.referral.domain.directory import BadDirectory, Contract, Directory, areas_of
from services.referral.domain.facts import CaseFacts
from services.referral.domain.kept import Automatic
from services.referral.domain.rules import BadRule


@dataclass(frozen=True, slots=True)
class Policy:
    """`opt_in`: condition of each group whose people the police ask first. `automatic`: the one contract for a line and
    area to which police-recorded share opens the second gate; every other contract needs the person's own agreement.
    """

    version: str
    effective_from: date
    opt_in: Mapping[str, Any]
    automatic: Mapping[tuple[str, str], Contract]
    kinds: frozenset[str]
    share_opens: frozenset[str]
    undo_seconds: int

    def named_contract(self, line: str, area: str | None) -> Contract | None:
        return self.automatic.get((line, area)) if area else None

    def with_directory(self, directory: Directory) -> "Policy":
        """The same policy, naming the contracts as they stand in this directory."""
        named = {key: directory.by_id[contract.contract_id] for key, contract in self.automatic.items()}
        return replace(self, automatic=named)

    def with_automatic(self, kept: Sequence[Automatic], directory: Directory) -> "Policy":
        """The same policy with what was agreed since on who is sent to by itself, each over the one before it. Where
        nobody is named, or the contract no longer covers the area, a human chooses."""
        if not kept:
            return self
        named = dict(self.automatic)
        for one in kept:
            contract = directory.by_id.get(one.contract_id) if one.contract_id else None
            named.pop((one.line, one.area), None)
            if contract is not None and contract.line == one.line and one.area in contract.areas:
                named[one.line, one.area] = contract
        return replace(self, automatic=named, version=f"{self.version}+{len(kept)}")

    def share_counts(self, facts: CaseFacts) -> bool:
        """Whether what the police recorded stands for the person's agreement to the named contract.

        A case with the hold `share_not_asked` never comes here: in an opt-in group not asked is no agreement.
        """
        if facts.source != "police" or not facts.share_counts:
            return False
        return facts.share in self.share_opens and facts.person_kind in self.kinds


def read_policy(file: str, written: Mapping[str, Any], directory: Directory) -> Policy:
    """One version of the policy file; raises BadRule, whose text names the file and the field."""
    by_slug = {contract.slug: contract for contract in directory.contracts}
    automatic: dict[tuple[str, str], Contract] = {}
    for entry in written["automatic"]:
        contract = by_slug.get(entry["contract"])
        if contract is None or contract.line != entry["line"]:
            raise BadRule(f"{file}: automatic: {entry['contract']}: no such contract of this line")
        for area in _areas(file, entry, contract):
            if (contract.line, area) in automatic:
                raise BadRule(f"{file}: automatic: {entry['line']}: two contracts for {area}")
            automatic[contract.line, area] = contract
    return Policy(
        version=str(written["version"]),
        effective_from=written["effective_from"],
        opt_in={name: group["when"] for name, group in written["opt_in"].items()},
        automatic=automatic,
        kinds=frozenset(written["automatic_kinds"]),
        share_opens=frozenset(written["share_opens"]),
        undo_seconds=written["undo_seconds"],
    )


def _areas(file: str, entry: Mapping[str, Any], contract: Contract) -> frozenset[str]:
    try:
        areas = areas_of(entry["areas"]) if "areas" in entry else contract.areas
    except BadDirectory as bad:
        raise BadRule(f"{file}: automatic: {entry['contract']}: {bad}") from None
    if not areas <= contract.areas or not areas <= {area.code for area in AREAS}:
        raise BadRule(f"{file}: automatic: {entry['contract']}: areas outside the contract")
    return areas
