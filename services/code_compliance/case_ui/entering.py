"""Evidence entered by staff: what was done, when, by which channel, and who said so."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import LONDON
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import bound
from services.code_compliance.actions import entering
from services.code_compliance.case_ui.room import Opened, open_case
from services.code_compliance.domain.entitlements import Clock
from services.code_compliance.domain.facts import Evidence
from services.code_compliance.domain.receipt import receipt
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import CHANNELS, SOURCES

OUTCOMES = {
    "delivered": "It was done, or the person was told",
    "declined": "The person did not want it",
    "excepted": "It was not done, for a good reason",
    "unable": "The person could not be reached",
}
REFUSALS = {
    "in_the_future": FieldError("on", "The date and time it was done must be in the past"),
    "before_it_arose": FieldError("on", "The date it was done must be on or after the day the duty arose"),
}
Outcome = Literal["delivered", "declined", "excepted", "unable"]
Channel = Literal["mobile", "landline", "text", "email", "letter", "in_person", "somebody"]
Source = Literal["police", "cps", "court", "probation", "wcu", "hub", "provider", "person"]


class EnterEvidence(BaseModel):
    """What the form asks. Codes only: no free text about a person. `id` is of the form as it was shown."""

    id: UUID
    outcome: Annotated[Outcome, Say("Choose what happened")]
    reason: str | None = None
    on: Annotated[date, Say("Enter the date it was done", wrong="The date it was done must be a real date")]
    at: Annotated[time, Say("Enter the time it was done, like 14:30", wrong="Enter the time like 14:30")] = Field(
        title="Time"
    )
    channel: Channel | None = None
    source: Annotated[Source, Say("Choose who says so")]

    @property
    def evidence_id(self) -> str:
        """The same for the same form sent twice with the same answers, another when an answer was changed."""
        return str(bound(self.id, self.outcome, self.reason, self.instant, self.channel, self.source))

    @property
    def instant(self) -> datetime:
        return datetime.combine(self.on, self.at, LONDON).astimezone(UTC)


async def show_form(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
    return _form(visit, opened, opened.clock(visit.id("clock_id")), rules, [])


async def enter(visit: Visit, rules: Rulebook) -> Response:
    given, errors = parse(EnterEvidence, visit.form)
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        clock = opened.clock(visit.id("clock_id"))
        if given is not None:
            errors = _fits(given, rules)
        if given is not None and not errors:
            try:
                evidence = _evidence(visit, opened, clock, given)
                await entering.enter_evidence(
                    tx, visit.signed_in, opened.case.case_id, clock, evidence, rules, visit.now
                )
            except Refused as refused:
                errors = [REFUSALS[refused.code]]
    if errors:
        return _form(visit, opened, clock, rules, errors)
    return visit.redirect(f"/rights/cases/{opened.case.case_id}", flash="The evidence was added")


def _fits(given: EnterEvidence, rules: Rulebook) -> list[FieldError]:
    if given.outcome == "delivered":
        return [] if given.channel else [FieldError("channel", "Choose how the person was told")]
    fitting = [reason.code for reason in rules.reasons if reason.outcome == given.outcome]
    return [] if given.reason in fitting else [FieldError("reason", "Choose the reason that goes with what happened")]


def _evidence(visit: Visit, opened: Opened, clock: Clock, given: EnterEvidence) -> Evidence:
    return Evidence(
        id=given.evidence_id,
        act="entry",
        outcome=given.outcome,
        at=given.instant,
        recorded_at=visit.now,
        source=given.source,
        case_id=opened.case.case_id,
        entitlement=clock.entitlement,
        milestone_id=clock.occurrence or None,
        channel=given.channel,
        reason_code=None if given.outcome == "delivered" else given.reason,
        entered_by=visit.signed_in.user_id,
    )


def _form(visit: Visit, opened: Opened, clock: Clock, rules: Rulebook, errors: list[FieldError]) -> Response:
    entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
    return visit.render(
        "case_ui/evidence.html",
        status=422 if errors else 200,
        opened=opened,
        id=uuid4(),
        entitlement=entitlement,
        sum=receipt(opened.case, clock, rules, visit.now, opened.pauses_of(clock)),
        outcomes=OUTCOMES,
        reasons=[{"value": "", "text": "Choose a reason"}]
        + [{"value": r.code, "text": r.words} for r in rules.reasons],
        channels={code: words.capitalize() for code, words in CHANNELS.items() if code != "other"},
        sources={
            code: words[0].upper() + words[1:] for code, words in SOURCES.items() if code not in ("import", "other")
        },
        errors=errors,
    )
