"""Taking somebody in who rings or comes by themselves: whether or not the crime was reported, however long ago."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.reference import AREAS
from contracts.refused import Refused
from contracts.working_time import local_day
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from services.referral.actions import books as stocked
from services.referral.actions import sealing, taking_in
from services.referral.actions.taking_in import SelfReferral
from services.referral.case_ui.room import Desk, error_of, one
from services.referral.domain.facts import CaseFacts
from services.referral.store import cases

WHAT = {
    "domestic": "Domestic abuse",
    "sexual": "A sexual offence",
    "hate": "A hate crime or incident",
    "road_collision": "A road collision",
    "anti_social_behaviour": "Anti-social behaviour",
    "stalking": "Stalking",
    "other": "Something else",
}
What = Literal["domestic", "sexual", "hate", "road_collision", "anti_social_behaviour", "stalking", "other"]
INCIDENTS = frozenset({"domestic", "hate", "road_collision", "anti_social_behaviour", "other"})


class TakeIn(BaseModel):
    """What is asked of somebody who comes by themselves; no words about what happened."""

    given_names: Annotated[str, Say("Enter the person's given names")] = Field(max_length=100)
    family_name: Annotated[str, Say("Enter the person's family name")] = Field(max_length=100)
    what: Annotated[What, Say("Choose what it is about")]
    age: Annotated[int, Say("Enter the person's age", wrong="Enter the age in years, like 34")] = Field(ge=0, le=120)
    area: Annotated[str, Say("Choose where the person lives")] = Field(max_length=9)
    reported: Annotated[Literal["yes", "no"], Say("Choose whether the police know")]
    phone: str | None = Field(default=None, max_length=30)
    phone_safe: Annotated[Literal["yes", "no"], Say("Choose whether this number is safe to ring")] = "no"
    agrees: Annotated[Literal["yes", "no"], Say("Choose whether the person agrees")]
    case_id: Annotated[UUID, Say("Open this page again, then fill it in")]


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    return visit.render(
        "case_ui/new.html",
        status=422 if errors else 200,
        what=WHAT,
        case_id=one(visit, "case_id") or uuid4(),
        areas=[{"value": "", "text": "Choose an area"}, *({"value": a.code, "text": a.name} for a in AREAS)],
        errors=errors,
    )


async def take_in(visit: Visit, desk: Desk) -> Response:
    given, errors = parse(TakeIn, visit.form)
    if given is not None and given.area not in {place.code for place in AREAS}:
        errors = [FieldError("area", "Choose where the person lives")]
    if given is not None and given.phone and not 10 <= sum(sign.isdigit() for sign in given.phone) <= 15:
        errors = [*errors, FieldError("phone", "Enter a telephone number, like 07700 900321")]
    if given is None or errors:
        return await ask(visit, desk, errors)
    try:
        async with visit.begin() as tx:
            if await cases.known(tx, [given.case_id]):
                return visit.redirect(f"/cases/{given.case_id}/referrals", flash="The case is open already.")
            books = await stocked.current(tx, desk.books)
            told = SelfReferral(_facts(visit, given), _details(given), given.agrees == "yes")
            case_id = await taking_in.self_referral(tx, visit.signed_in, told, uuid4(), books, visit.sealer, visit.now)
    except Refused as refused:
        words = "The person has to agree that we keep this and look for help. Without that nothing is kept."
        agrees = refused.field == "agrees"
        return await ask(visit, desk, [FieldError("agrees", words) if agrees else error_of(refused, refused.field)])
    return visit.redirect(f"/cases/{case_id}/referrals", flash="The case is open. Nothing was sent: choose who helps.")


def _facts(visit: Visit, given: TakeIn) -> CaseFacts:
    return CaseFacts(
        case_id=given.case_id,
        offence_group="sexual-offences" if given.what == "sexual" else None,
        incident_kind=given.what if given.what in INCIDENTS else None,
        flags=("stalking",) if given.what == "stalking" else ("domestic_abuse",) if given.what == "domestic" else (),
        age=given.age,
        age_said=given.age,
        share="agreed",
        share_said="agreed",
        share_by="self",
        channels_safe=("mobile",) if given.phone and given.phone_safe == "yes" else (),
        home_area=given.area,
        area=given.area,
        reported_at=visit.now,
        reported_on=local_day(visit.now),
        reported=given.reported == "yes",
        reported_via="phone",
        source="self",
        domestic=given.what == "domestic",
        sexual=given.what == "sexual",
    )


def _details(given: TakeIn) -> sealing.Details:
    channels = []
    if given.phone:
        safety = "safe" if given.phone_safe == "yes" else "unknown"
        channels = [{"kind": "mobile", "value": given.phone, "safety": safety}]
    return sealing.Details.model_validate(
        {"given_names": given.given_names, "family_name": given.family_name, "channels": channels}
    )
