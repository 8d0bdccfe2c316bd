"""How somebody came to us, as rows of a summary list: who asked, how long ago it was, what would help."""

from html import escape
from typing import Any
from uuid import UUID

from kit.database import Tx
from kit.web.words import when
from services.referral.actions import asked
from services.referral.case_ui import words
from services.referral.case_ui.intake import AGENCIES, WHO
from services.referral.store import cases, intakes
from services.referral.store.cases import Case
from services.referral.store.intakes import Intake

POLICE = {"yes": "Yes", "no": "No", "not_known": "Not known"}


async def shown(tx: Tx, case_id: UUID, *, whole: bool) -> list[dict[str, Any]]:
    """The rows of a case; none where nobody came by themselves."""
    intake = await intakes.of_case(tx, case_id)
    beside = await cases.get(tx, intake.beside_case) if intake and intake.beside_case else None
    return rows_of(intake, whole=whole, beside=beside)


def rows_of(intake: Intake | None, *, whole: bool, beside: Case | None = None) -> list[dict[str, Any]]:
    """What was said when the person came; what they said of themselves only where `whole`. `beside`: the case of which
    a task asked for them, where the viewer may see it."""
    if intake is None:
        return []
    asks = "By their own system" if intake.agency_id else AGENCIES.get(intake.on_behalf or "")
    told = [
        ("Who asked for help", WHO.get(intake.source, words.words(intake.source)) + (f": {asks}" if asks else "")),
        ("When they came", when(intake.taken_at)),
        ("How long ago it was", asked.AGO.get(intake.how_long_ago, words.words(intake.how_long_ago))),
        ("Do the police know", POLICE.get(intake.told_police, words.words(intake.told_police))),
        ("Is anybody in danger", _said(intake.said_danger, asked.DANGER, "Not asked")),
        ("Who did it", asked.RELATIONSHIPS.get(intake.relationship, words.words(intake.relationship))),
        ("Do they live with who did it", asked.SAME_HOUSEHOLD.get(intake.same_household, "Not asked")),
        ("What would help, in their words", _said(intake.said_needs, asked.NEEDS, "They did not say")),
    ]
    if whole:
        told.append(("What they said of themselves", _said(intake.said_of_themselves, asked.OF_THEMSELVES, "Nothing")))
    if intake.fraud_level:
        told.append(("Level of the national fraud list", words.words(intake.fraud_level)))
    rows: list[dict[str, Any]] = [{"key": {"text": name}, "value": {"text": text}} for name, text in told]
    if beside is not None:
        link = f'<a class="govuk-link app-reference" href="/cases/{beside.case_id}">{escape(beside.reference)}</a>'
        rows.append({"key": {"text": "Taken in since a task of this case asked for them"}, "value": {"html": link}})
    return rows


def _said(codes: tuple[str, ...], names: dict[str, str], nothing: str) -> str:
    return ", ".join(names.get(code, words.words(code)) for code in codes) or nothing
