"""The duty rota: who is on duty now and next, when nobody is, and a leader's form of a shift."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.working_time import LONDON
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import sent_id
from services.referral.case_ui.room import Desk
from services.referral.case_ui.team import copy_workers
from services.referral.domain.appointed import comes_once, time_of
from services.referral.domain.duty import AHEAD, LONGEST, Shift, gaps, on_now
from services.referral.domain.telephone import one_number
from services.referral.store import duty, workers

_TIME = "Enter a time such as 8am, 5:30pm or 22:00"


class ShiftForm(BaseModel):
    """A shift: who, from when until when in London, and the number of the hub that is answered."""

    worker_id: Annotated[UUID, Say("Choose who is on duty", wrong="Choose somebody from the list")]
    first: Annotated[date, Say("Enter the day it begins", wrong="The day it begins must be a real date")]
    begins: Annotated[str, Say("Enter the time it begins")] = Field(max_length=10, title="The time it begins")
    last: Annotated[date, Say("Enter the day it ends", wrong="The day it ends must be a real date")]
    ends: Annotated[str, Say("Enter the time it ends")] = Field(max_length=10, title="The time it ends")
    telephone: Annotated[str, Say("Enter the number of the hub that is answered")] = Field(
        max_length=30, title="The number"
    )


async def show(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        await copy_workers(visit, tx)
        everybody, held = await workers.everybody(tx), await duty.shifts(tx, visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "duty_seen", "team", None)])
    names = {member.worker_id: member.name for member in everybody}
    here = [{"value": "", "text": "Choose"}] + [
        {"value": str(member.worker_id), "text": member.name} for member in everybody if member.left_at is None
    ]
    return visit.render(
        "case_ui/duty.html",
        status=422 if errors else 200,
        now=on_now(held, visit.now),
        shifts=held,
        gaps=gaps(held, visit.now, visit.now + AHEAD),
        kept=bool(held),
        names=names,
        here=here,
        shift_id=uuid4(),
        errors=errors,
    )


async def add(visit: Visit, desk: Desk) -> Response:
    """Enters a shift; sent twice it is entered once."""
    form, errors = parse(ShiftForm, visit.form)
    shift_id = sent_id(visit, "shift_id")
    if form is None or shift_id is None:
        return await show(visit, desk, errors or [FieldError("worker_id", "Choose who is on duty again")])
    read, errors = _read(form, shift_id, visit.now)
    async with visit.begin() as tx:
        there = await workers.get(tx, form.worker_id)
        if there is None or there.left_at is not None:
            errors.insert(0, FieldError("worker_id", "Choose somebody from the list"))
        elif form.worker_id in await workers.away(tx, form.first):
            errors.insert(0, FieldError("worker_id", f"{there.name} is on leave that day: choose somebody else"))
        if read is not None and not errors:
            await duty.add(tx, read, visit.signed_in.user_id, visit.now)
            seen = audit.seen(visit.signed_in, "duty.entered", "worker", form.worker_id)
            await audit.record(tx, [seen])
    return await show(visit, desk, errors) if errors else visit.redirect("/cases/duty", flash="The shift is entered.")


def _read(form: ShiftForm, shift_id: UUID, now: datetime) -> tuple[Shift | None, list[FieldError]]:
    """The shift as the form tells it, or what to put right."""
    errors = []
    instants = []
    for name, day, told in (("begins", form.first, form.begins), ("ends", form.last, form.ends)):
        moment = time_of(told)
        at = datetime.combine(day, moment, LONDON) if moment else None
        if at is None:
            errors.append(FieldError(name, _TIME))
        elif not comes_once(at):
            errors.append(FieldError(name, "The clocks change at that time: choose another"))
        else:
            instants.append(at)
    number = one_number(form.telephone)
    if number is None:
        errors.append(FieldError("telephone", "Enter one telephone number, such as 0121 496 0000"))
    if len(instants) == 2:
        begins, ends = instants
        if ends <= begins:
            errors.append(FieldError("ends", "It must end after it begins"))
        elif ends - begins > LONGEST:
            errors.append(FieldError("ends", "A shift is 24 hours at most: enter the rest as another one"))
        elif ends <= now:
            errors.append(FieldError("ends", "It must end later than now"))
        elif number is not None:
            return Shift(shift_id, form.worker_id, begins, ends, number), errors
    return None, errors


async def cancel(visit: Visit, desk: Desk) -> Response:
    """Takes a shift back; whoever wonders who was on duty finds it in the audit."""
    async with visit.begin() as tx:
        await duty.cancel(tx, visit.id("shift_id"), visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "duty.cancelled", "team", None)])
    return visit.redirect("/cases/duty", flash="The shift is taken back.")
