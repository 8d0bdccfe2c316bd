"""Both returns of a quarter: drawn by the service, signed by another person, sealed, and read back."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handrail import service_process
from handrail.failing import Failed
from handrail.local.state import System

KINDS = ("grant", "code")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed return and where its bytes lie."""

    kind: str
    return_id: str
    sha256: str
    file: Path

    def totals(self) -> dict[str, str]:
        """Each measure's total for everywhere, as the file gives it."""
        with self.file.open(newline="", encoding="utf-8") as file:
            return {row["measure"]: row["value"] for row in csv.DictReader(file) if row["split"] == "total"}


def ask(system: System, *words: str) -> Any:
    told = [*("return", *words), "--json"]
    answer = service_process.answer(service_process.start(system, "returns", told), "returns", told)
    if not isinstance(answer, dict):
        raise Failed(f"`handrail return {' '.join(words)}` gave no answer.")
    return answer


def seal_both(system: System, period: str, out: Path) -> list[Sealed]:
    """Draws, signs and seals both returns of `period` into `out`; Failed when the bytes are not what was sealed."""
    return [seal_one(system, kind, period, out) for kind in KINDS]


def seal_one(system: System, kind: str, period: str, out: Path) -> Sealed:
    """Draws, signs and seals one return of `period` into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    drawn = ask(system, "draw", period, "--kind", kind, "--out", str(out))
    ask(system, "sign", drawn["return_id"], "--as", "leader")
    sealed = ask(system, "seal", drawn["return_id"])
    file = Path(drawn["file"])
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != sealed["sha256"]:
        raise Failed(f"The {kind} return was sealed as {sealed['sha256']}, but {file} is {digest}.")
    return Sealed(kind, drawn["return_id"], digest, file)
