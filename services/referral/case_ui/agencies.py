"""Agencies that refer by their own systems: a credential each, and the address that takes what they send."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, get_origin
from uuid import UUID, uuid4

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.identity import reference
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.limiting import OF_CALLS, OF_CREDENTIALS, Tries, asked_to_wait
from kit.web.once import sent_id
from services.referral.actions import asked, came, taking_in
from services.referral.actions import books as stocked
from services.referral.actions.settling import TOLD_TO_REFERRER
from services.referral.case_ui.room import Desk
from services.referral.domain.plain_text import is_plain
from services.referral.store import intakes
from services.referral.store.intakes import Agency

FIELDS = frozenset(asked.TakeIn.model_fields) - {"case_id", "source", "task"}
NUMBERS = frozenset({"age", "dash_score"})
LISTS = frozenset(name for name, info in asked.TakeIn.model_fields.items() if get_origin(info.annotation) is list)


class Make(BaseModel):
    """An agency that may refer by its own system."""

    agency_id: Annotated[UUID, Say("Open this page again, then fill it in")]
    name: Annotated[str, Say("Enter the agency's name")] = Field(max_length=100)


async def show(visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), made: str | None = None) -> Response:
    async with visit.begin() as tx:
        held = await intakes.agencies(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "agencies_seen", "agency", None)])
    status = 422 if errors else 200
    return visit.render(
        "case_ui/agencies.html", status=status, held=held, errors=list(errors), made=made, agency_id=uuid4()
    )


async def make(visit: Visit, desk: Desk) -> Response:
    """Makes an agency; its credential is shown this once."""
    given, errors = parse(Make, visit.form)
    if given is not None and not is_plain(given.name):
        errors = [FieldError("name", asked.CHECK_LETTERS)]
    if given is None or errors:
        return await show(visit, desk, errors)
    agency_id, credential = sent_id(visit, "agency_id") or given.agency_id, secrets.token_urlsafe(32)
    async with visit.begin() as tx:
        agency = Agency(agency_id, given.name, "agency", visit.now, None, None)
        new = await intakes.add_agency(tx, agency, _digest(credential), visit.signed_in.user_id)
        if new:
            await audit.record(tx, [audit.seen(visit.signed_in, "agency.made", "agency", agency_id)])
    if not new:
        return visit.redirect("/cases/agencies", flash="This agency is there already; its credential was shown once.")
    return await show(visit, desk, made=credential)


async def ask_end(visit: Visit, desk: Desk) -> Response:
    """Whom the end of a credential cuts off, before it is ended: it cannot be put back."""
    async with visit.begin() as tx:
        held = {one.agency_id: one for one in await intakes.agencies(tx) if one.ended_at is None}
        await audit.record(tx, [audit.seen(visit.signed_in, "agencies_seen", "agency", None)])
    agency = held.get(visit.id("agency_id"))
    return visit.render("case_ui/agency_end.html", agency=agency) if agency else visit.not_found()


async def end(visit: Visit, desk: Desk) -> Response:
    agency_id = visit.id("agency_id")
    async with visit.begin() as tx:
        if await intakes.end_agency(tx, agency_id, visit.now):
            await audit.record(tx, [audit.seen(visit.signed_in, "agency.ended", "agency", agency_id)])
    return visit.redirect("/cases/agencies", flash="Its credential is refused from now on.")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


async def intake(visit: Visit, desk: Desk) -> Response:
    """`POST /cases/intake`: JSON with the fields of the form, a bearer credential, and an Idempotency-Key."""
    if visit.request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return _problem(visit, 415, "Send JSON (content-type: application/json)")
    agency, key = await _calling(visit)
    if isinstance(agency, Response):
        return agency
    async with visit.begin() as tx:
        if not 8 <= len(key) <= 200:
            return _problem(
                visit, 400, "Send an Idempotency-Key header of 8 to 200 characters, a new one for each person"
            )
        return await _once(tx, visit, desk, agency, _digest(key))


async def status(visit: Visit, desk: Desk) -> Response:
    """`GET /cases/intake/status` with the Idempotency-Key of what was sent: how it ended where nobody could be reached
    safely, and nothing else of the person. To an agency that did not send it, it is not there."""
    agency, key = await _calling(visit)
    if isinstance(agency, Response):
        return agency
    async with visit.begin() as tx:
        sent = await intakes.answered(tx, agency.agency_id, _digest(key))
        if sent is None:
            return _problem(visit, 404, "Nothing was sent with this key")
        case_id = UUID(sent[2]["case_id"])
        reason = await intakes.ended_unreached(tx, case_id, sorted(TOLD_TO_REFERRER))
        await audit.record(tx, [audit.Entry(agency.agency_id, "agency", None, "intake.status", "case", case_id)])
    return visit.answer(200, {"reference": sent[2]["reference"]} | (_unreached(reason) if reason else RECEIVED))


RECEIVED = {"status": "received"}


def _unreached(reason: str) -> dict[str, str]:
    return {"status": "not_reached", "reason": reason}


async def _calling(visit: Visit) -> tuple[Agency | Response, str]:
    """The agency that calls, or why it may not, and the key of its call."""
    headers = visit.request.headers
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    key = headers.get("idempotency-key", "").strip()
    agency, wait = await _known(visit, credential if scheme.lower() == "bearer" else "")
    if wait is not None:
        return asked_to_wait(visit, _problem(visit, 429, "Too many tries: wait as Retry-After says"), wait), key
    return agency or _problem(visit, 401, "The credential is missing, unknown or ended"), key


async def _known(visit: Visit, credential: str) -> tuple[Agency | None, datetime | None]:
    """The agency of a credential, or until when to wait: tries that fail count, and so do calls of one agency."""
    tries = Tries(visit, "agency", OF_CREDENTIALS)
    if (until := await tries.begin()) is not None:
        return None, until
    async with visit.begin() as tx:
        agency = await intakes.agency_of(tx, _digest(credential)) if credential else None
    if agency is None:
        await tries.refused("unknown" if credential else "missing")
        return None, None
    await tries.worked()
    return agency, await Tries(visit, "agency_call", OF_CALLS, str(agency.agency_id)).begin()


async def _once(tx: Tx, visit: Visit, desk: Desk, agency: Agency, key: bytes) -> Response:
    """The same key and body: the same answer. The same key with another body: 409."""
    await intakes.one_at_a_time(tx, agency.agency_id, key)
    body = visit.sealer.blind("agency_call", visit.body.hex())
    before = await intakes.answered(tx, agency.agency_id, key)
    if before is not None:
        same = hmac.compare_digest(before[0], body)
        return visit.answer(*before[1:]) if same else _problem(visit, 409, "This key was used with another body")
    status, told = await _taken(tx, visit, desk, agency)
    if status < 400:
        await intakes.keep_answer(tx, agency.agency_id, key, body, status, told, visit.now)
    return visit.answer(status, told)


async def _taken(tx: Tx, visit: Visit, desk: Desk, agency: Agency) -> tuple[int, dict[str, Any]]:
    form, errors = _as_form(visit.body)
    case_id = uuid4()
    values = {**form, "case_id": [str(case_id)], "source": ["agency"], "on_behalf": form.get("on_behalf") or ["other"]}
    given, wrong = (None, errors) if errors else asked.read(values, local_day(visit.now))
    if given is None:
        told = [{"field": error.field, "message": error.message} for error in wrong]
        return 422, {"status": 422, "title": "Some fields have to be put right", "errors": told}
    viewer = Viewer(agency.agency_id, agency.name, "agency", frozenset(), None, agency.agency_id)
    books = await stocked.current(tx, desk.books)
    facts = came.told(given, visit.now, "third_party")
    await taking_in.self_referral(tx, viewer, facts, uuid4(), books, visit.sealer, visit.now)
    await intakes.add(tx, came.intake_of(given, visit.now, agency=agency.agency_id))
    return 201, {"case_id": str(case_id), "reference": reference(case_id), "status": "received"}


def _as_form(body: bytes) -> tuple[Mapping[str, list[str]], list[FieldError]]:
    """The body as the form's fields: text, lists of text, a number where one is asked; an unknown field is an error."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}, [FieldError("", "This is not JSON")]
    if not isinstance(told, dict):
        return {}, [FieldError("", "Send one JSON object")]
    errors = [FieldError(name[:60], "This field is not known") for name in told if name not in FIELDS]
    form: dict[str, list[str]] = {}
    for name, value in told.items():
        values = value if isinstance(value, list) else [] if value is None else [value]
        if name in NUMBERS and any(isinstance(each, bool) or not isinstance(each, str | int) for each in values):
            errors.append(FieldError(name[:60], "Send a whole number"))
        elif name not in NUMBERS and not all(isinstance(each, str) for each in values):
            errors.append(FieldError(name[:60], "Send text"))
        elif isinstance(value, list) and name in FIELDS and name not in LISTS:
            errors.append(FieldError(name, "Send one value, not a list"))
        form[name] = [str(each) for each in values]
    return form, errors


def _problem(visit: Visit, status: int, title: str) -> Response:
    response = visit.answer(status, {"status": status, "title": title})
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
