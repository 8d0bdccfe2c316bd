"""Standards and lists of complaints, with their sources."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.code_compliance.domain.complaints_owed import Right12
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.reference.oversight import document

FILE = "complaints.yaml"
UNKNOWN_AGENCY = "unknown"


@dataclass(frozen=True, slots=True)
class Standard:
    """In how many working days an agency answers, and where that was read."""

    days: int
    source: str
    unverified: bool


def answer_standard(agency: str) -> Standard:
    listed = document(FILE)["answer_working_days"]
    entry = listed.get(agency, listed["otherwise"])
    return Standard(entry["days"], entry["source"], entry["unverified"])


def acknowledgement_days(rules: Rulebook) -> int:
    """Working days for the acknowledgement, from the catalogue's own duty."""
    entitlement = rules.entitlement(document(FILE)["acknowledgement"])
    assert entitlement is not None and entitlement.clock.standard is not None
    return entitlement.clock.standard


def right_12() -> Right12:
    """What a complaint raises and meets for its case."""
    told = document(FILE)
    return Right12(told["triggers"], told["duties"])


def lists(name: str) -> Mapping[str, str]:
    """Codes with their words: sources, outcomes, extensions or learning."""
    found: Mapping[str, str] = document(FILE)[name]
    return found


def ombudsman() -> str:
    return str(document(FILE)["ombudsman"])
