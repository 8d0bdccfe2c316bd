"""Planned closures: days on which a contract takes nobody new, said before; and who is sent to by itself, with a second
person."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.reference import AREAS
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import sent_id
from services.referral.actions import keeping as acts
from services.referral.desk_books import keeping_reasons
from services.referral.directory_ui import meanwhile
from services.referral.directory_ui.contracts import FromDay
from services.referral.directory_ui.room import AREA_NAMES, LINE_NAMES, now, one
from services.referral.domain.books import Books
from services.referral.store import keeping, workers
from services.referral.store.keeping import Change

WORDS = {
    "in_the_past": "The day must be today or later: what is over is not rewritten",
    "before_the_first": "The last day must be the first day or later",
    "too_long": f"A closure has at most {acts.LONGEST_CLOSURE} days: end the contract, or pause its list, instead",
    "not_in_the_list": "Choose the reason",
    "not_of_this_line": "Choose a contract of this kind of help that covers this area, or nobody",
    "second_person_needed": "You asked for this, so somebody else has to agree",
    "too_late": "Its day went by before anybody agreed: ask again from a later day",
}
NOBODY = "nobody"


class Days(BaseModel):
    """The first and the last day of a closure."""

    first: Annotated[date, Say("Enter the first day", wrong="The first day must be a real date")]
    last: Annotated[date, Say("Enter the last day", wrong="The last day must be a real date")]


async def show_all(visit: Visit, books: Books) -> Response:
    """Every planned closure that is not over."""
    async with visit.begin() as tx:
        stands = await now(tx, books)
        closures = (await keeping.kept(tx)).closures
        await audit.record(tx, [audit.seen(visit.signed_in, "closures_seen", "directory", None)])
    today = local_day(visit.now)
    rows = [(each, stands.directory.by_id.get(each.contract_id)) for each in closures if each.until_day >= today]
    return visit.render("directory_ui/closures.html", rows=rows, today=today)


async def ask(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    contract_id = visit.id("id")
    async with visit.begin() as tx:
        contract = (await now(tx, books)).directory.by_id.get(contract_id)
        held = await keeping.of_kind(tx, "closure", contract_id)
        await audit.record(tx, [audit.seen(visit.signed_in, "contract_seen", "contract", contract_id, ("closures",))])
    if contract is None:
        raise HTTPException(404)
    return visit.render(
        "directory_ui/closure.html",
        status=422 if errors else 200,
        contract=contract,
        held=held,
        today=local_day(visit.now),
        change_id=uuid4(),
        errors=errors,
        values=visit.form,
    )


async def save(visit: Visit, books: Books) -> Response:
    days, errors = parse(Days, visit.form)
    if days is None:
        return await ask(visit, books, errors)
    contract_id = visit.id("id")
    try:
        async with visit.begin() as tx:
            if contract_id not in (await now(tx, books)).directory.by_id:
                raise HTTPException(404)
            await acts.enter_closure(tx, visit.signed_in, _id(visit), contract_id, days.first, days.last, visit.now)
    except Refused as refused:
        return await ask(visit, books, [FieldError(refused.field, WORDS[refused.code])])
    return visit.redirect(f"/directory/contracts/{contract_id}/closures", flash="The closure is entered.")


def _id(visit: Visit) -> UUID:
    made = sent_id(visit, "change_id")
    if made is None:
        raise HTTPException(400)
    return made


async def show_automatic(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    """To whom cases go by themselves, by kind of help and area; what waits for a second person; and what was asked."""
    async with visit.begin() as tx:
        stands = await now(tx, books)
        changes = await keeping.of_kind(tx, "automatic")
        names = {member.worker_id: member.name for member in await workers.everybody(tx)}
        await audit.record(tx, [audit.seen(visit.signed_in, "automatic_seen", "directory", None)])
    today = local_day(visit.now)
    named = stands.on(today).policy.automatic
    lines = sorted({line for line, _ in named}, key=lambda line: LINE_NAMES[line])
    titles = {c.contract_id: f"{c.title}, {c.provider.name}" for c in stands.directory.contracts}
    told = [_told(each, titles, names, visit) for each in changes]
    contracts = sorted(stands.directory.contracts, key=lambda c: (LINE_NAMES[c.line], c.title))
    return visit.render(
        "directory_ui/automatic.html",
        status=422 if errors else 200,
        rows=[(LINE_NAMES[line], [named.get((line, area.code)) for area in AREAS]) for line in lines],
        areas=[area.name for area in AREAS],
        waiting=[each for each in told if each["state"] == "waits"],
        told=[each for each in told if each["state"] != "waits"][:50],
        lines=[{"value": "", "text": "Choose"}, *_items(sorted(LINE_NAMES.items(), key=lambda pair: pair[1]))],
        area_items=[{"value": "", "text": "Choose"}, *_items(list(AREA_NAMES.items()))],
        contracts=[
            {"value": "", "text": "Choose"},
            {"value": NOBODY, "text": "Nobody: a human chooses each time"},
            *_items([(str(c.contract_id), f"{LINE_NAMES[c.line]}: {titles[c.contract_id]}") for c in contracts]),
        ],
        reasons=keeping_reasons(),
        change_id=uuid4(),
        errors=errors,
        values=visit.form,
    )


def _items(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "text": text} for value, text in pairs]


def _told(each: Change, titles: dict[UUID, str], names: dict[UUID, str], visit: Visit) -> dict[str, Any]:
    """A change in words, with how it stands: waits, agreed, refused or taken back."""
    state = "agreed" if each.confirmed_at else "waits"
    state = "refused" if each.refused_at else "taken back" if each.cancelled_at else state
    contract = UUID(each.entry["contract_id"]) if each.entry.get("contract_id") else None
    return {
        "change": each,
        "state": state,
        "line": LINE_NAMES.get(each.entry["line"], each.entry["line"]),
        "area": AREA_NAMES.get(each.entry["area"], each.entry["area"]),
        "to": titles.get(contract, "a contract that has ended") if contract else "nobody: a human chooses",
        "reason": keeping_reasons().get(each.reason or "", each.reason),
        "by": names.get(each.made_by, "A colleague"),
        "second": names.get(each.confirmed_by, "a colleague") if each.confirmed_by else None,
        "mine": each.made_by == visit.signed_in.user_id,
    }


async def propose(visit: Visit, books: Books) -> Response:
    day, no_day = parse(FromDay, visit.form)
    line, area, contract = one(visit, "line"), one(visit, "area"), one(visit, "contract")
    errors = [] if line in LINE_NAMES else [FieldError("line", "Choose the kind of help")]
    errors += [] if area in AREA_NAMES else [FieldError("area", "Choose the area")]
    errors += [] if contract else [FieldError("contract", "Choose the contract, or nobody")]
    errors += no_day
    errors += [] if one(visit, "reason") in keeping_reasons() else [FieldError("reason", "Choose the reason")]
    if errors or day is None:
        return await show_automatic(visit, books, errors)
    try:
        chosen = None if contract == NOBODY else UUID(contract)
        async with visit.begin() as tx:
            stands, about = await now(tx, books), (line, area, chosen, day.effective_from, one(visit, "reason"))
            await acts.propose_automatic(tx, visit.signed_in, stands, _id(visit), *about, visit.now)
    except ValueError:
        return await show_automatic(visit, books, [FieldError("contract", WORDS["not_of_this_line"])])
    except Refused as refused:
        return await show_automatic(visit, books, [FieldError(refused.field, WORDS[refused.code])])
    return visit.redirect("/directory/automatic", flash="Asked. It counts once somebody else has agreed.")


def _is_again(visit: Visit, held: Change, *, agrees: bool) -> bool:
    at, other = (held.confirmed_at, held.refused_at) if agrees else (held.refused_at, held.confirmed_at)
    return other is None and meanwhile.is_again(visit, held.confirmed_by or held.cancelled_by, at)


def _decided(visit: Visit, held: Change) -> str:
    """What became of a proposal since the page was opened."""
    if held.cancelled_at is not None:
        return f"It was taken back {meanwhile.by(visit, held.cancelled_by, held.cancelled_at)}."
    at = held.confirmed_at or held.refused_at or held.made_at
    who = held.confirmed_by or held.cancelled_by
    return f"It was {'agreed to' if held.confirmed_at else 'refused'} {meanwhile.by(visit, who, at)}."


async def decide(visit: Visit, books: Books) -> Response:
    agrees = one(visit, "says") == "yes"
    try:
        async with visit.begin() as tx:
            await acts.decide(tx, visit.signed_in, visit.id("change_id"), visit.now, agrees=agrees)
    except Refused as refused:
        if refused.code in WORDS:
            return await show_automatic(visit, books, [FieldError("", WORDS[refused.code])])
        async with visit.begin() as tx:
            held = await keeping.get(tx, visit.id("change_id"))
        if held is None:
            return visit.not_found()
        if not _is_again(visit, held, agrees=agrees):
            return visit.conflict(_decided(visit, held), "/directory/automatic")
    flash = "Agreed. It counts from its day on." if agrees else "Not agreed. Nothing changes."
    return visit.redirect("/directory/automatic", flash=flash, done=agrees)
