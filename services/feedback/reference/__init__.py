"""The dated settings and the questions, read once at start from the YAML beside this file (which names its sources)."""

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from contracts.reference import signs_of_danger
from services.feedback.domain import quiet
from services.feedback.domain.questionnaire import CODES, Question, Questionnaire
from services.feedback.domain.quiet import QuietTimes
from services.feedback.domain.window import Asking

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything of the kind that the service decides by."""

    quiet_versions: tuple[QuietTimes, ...]
    asking_versions: tuple[Asking, ...]
    questionnaires: dict[str, Questionnaire]
    signs_of_danger: tuple[str, ...]

    def quiet(self, today: date) -> QuietTimes:
        return quiet.in_force(self.quiet_versions, today)

    def asking(self, today: date) -> Asking:
        begun = [asking for asking in self.asking_versions if asking.effective_from <= today]
        return max(begun or self.asking_versions[:1], key=lambda asking: asking.effective_from)


def load() -> Rules:
    """Reads the files; ValueError names the file and what is wrong with it."""
    told = _read("questionnaires.yaml")
    asked = {entry["version"]: _questionnaire(entry) for entry in told["questionnaires"]}
    return Rules(
        tuple(_times(entry) for entry in _read("quiet.yaml")["versions"]),
        tuple(Asking(**entry) for entry in _read("asking.yaml")["versions"]),
        asked,
        signs_of_danger(),
    )


def _read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def _times(entry: dict[str, Any]) -> QuietTimes:
    days = [field.name for field in fields(QuietTimes) if field.name not in ("version", "effective_from")]
    wrong = [
        name for name in days if not isinstance(entry.get(name, {}).get("days"), int) or not entry[name].get("source")
    ]
    if wrong:
        raise ValueError(f"quiet.yaml: {', '.join(wrong)}: each needs days and a source")
    return QuietTimes(entry["version"], entry["effective_from"], **{name: entry[name]["days"] for name in days})


def _questionnaire(entry: dict[str, Any]) -> Questionnaire:
    questions = tuple(Question(**question) for question in entry["questions"])
    if tuple(question.code for question in questions) != CODES:
        raise ValueError(f"questionnaires.yaml: {entry['version']}: the codes are {', '.join(CODES)}, in this order")
    return Questionnaire(entry["version"], entry["about"], questions)
