"""Contracts, kept by pages: all of them, one with its past and its future, changed or ended from a day on after a look
at what that would change."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.reference import AREAS
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import sent_id
from services.referral.actions import contracting
from services.referral.directory_ui import forms, from_day, meanwhile
from services.referral.directory_ui.room import LINE_NAMES, STATES, now, one
from services.referral.directory_ui.told import CONFIRM, changes
from services.referral.domain.access import BY_DIRECTORY, NAMED
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract, ListSaid
from services.referral.domain.versions import Version, mark, providers_of, standing_on, to_confirm
from services.referral.said import FIELDS, FUNDING
from services.referral.store import directory, keeping

WORDS = {
    "in_the_past": "The day must be today or later: what is over is not rewritten",
    "after_the_end": "The day from which it counts must not be after the last day of the contract",
    "too_far": "Check the year: the day is too far away",
    "not_as_sent": "It could not be entered as it was sent, so nothing was: look at what is entered for later days",
    "not all of them are of the list": "Use values of the list below only",
    "already_used": "There is a contract of this name already: choose another",
    "is before the day it starts": "The last day must be after the first day",
    "is before the plan begins": "The day of the review must be after the day the plan begins",
    "is under the lowest age": "The highest age must be at or above the lowest",
    "no such provider": "Choose the provider from the list",
    "twice_in_the_list": "The list has this contract twice for one day",
    "too_late": "It counts already, or was taken back: enter a new change instead",
}
NOT_SENT = ("version_id", "seen", "sure", "csrf_token")
UNSURE = "Tick each of these if it is meant, or go back and put it right: nothing was entered"
KINDS = {"added": "Added", "changed": "Changed", "ended": "Ends"}


class FromDay(BaseModel):
    """From when a change counts."""

    effective_from: Annotated[
        date, Say("Enter the day from which it counts", wrong="The day from which it counts must be a real date")
    ]


class NewName(BaseModel):
    """The short name of a new contract, for ever."""

    slug: Annotated[str, Say("Enter a short name of small letters, digits and dashes")] = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60
    )


def error_of(refused: Refused) -> FieldError:
    """A refusal at its field, in words."""
    field = {"place": "place_lines", "version": ""}.get(refused.field, refused.field)
    return FieldError(field, WORDS.get(refused.code) or _said(field, refused.code))


def _said(field: str, why: str) -> str:
    """What is wrong in the words of the directory, which may name the value."""
    return why if why.startswith(("'", '"')) else f"This {field.replace('_', ' ')} {why}"


async def show_all(visit: Visit, books: Books) -> Response:
    """Every contract as it stands today, and what is going to change."""
    async with visit.begin() as tx:
        stands = await now(tx, books)
        versions = await directory.versions(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "directory_seen", "directory", None)])
    today = local_day(visit.now)
    rows = sorted(stands.directory.contracts, key=lambda c: (LINE_NAMES[c.line], c.title))
    return visit.render(
        "directory_ui/contracts.html",
        contracts=rows,
        lines=LINE_NAMES,
        states=STATES,
        today=today,
        to_review=[c for c in rows if c.action_plan_review is not None and c.action_plan_review <= today],
        coming=[_told(books, versions, each) for each in versions if each.effective_from > today],
    )


def _told(books: Books, versions: Sequence[Version], version: Version) -> dict[str, Any]:
    """A version with what it changes against what stood before it."""
    earlier = [each for each in versions if each.contract_id == version.contract_id]
    before = standing_on(books.directory, earlier[: earlier.index(version)], version.effective_from)
    made = contracting.read(books, version.entry)
    return {
        "version": version,
        "kind": KINDS[version.kind],
        "title": made.title,
        "slug": made.slug,
        "differences": changes(books, before.by_id.get(made.contract_id), made),
    }


async def found(visit: Visit, books: Books) -> tuple[Contract, list[Version], Books]:
    """The contract of the address as it stands, its versions, and the books now."""
    async with visit.begin() as tx:
        stands = await now(tx, books)
        versions = await directory.versions(tx)
        contract_id = visit.id("id")
        await audit.record(tx, [audit.seen(visit.signed_in, "contract_seen", "contract", contract_id)])
    mine = [each for each in versions if each.contract_id == contract_id]
    contract = stands.directory.by_id.get(contract_id)
    if contract is None and mine:
        contract = contracting.read(books, mine[-1].entry)
    if contract is None:
        raise HTTPException(404)
    return contract, mine, stands


async def show_one(visit: Visit, books: Books, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    """One contract: how it stands, its versions, what is coming, and how to end it."""
    contract, versions, _ = await found(visit, books)
    today = local_day(visit.now)
    async with visit.begin() as tx:
        held = await keeping.held(tx, contract.contract_id)
        closures = (await keeping.kept(tx)).closures
    told = [_told(books, versions, each) for each in reversed(versions)]
    return visit.render(
        "directory_ui/contract.html",
        status=status if errors else 200,
        contract=contract,
        line=LINE_NAMES[contract.line],
        state=STATES[contract.state_on(today)],
        facts=[fact for fact in changes(books, None, contract) if fact.after != "nothing"],
        told=told,
        held=held,
        closures=[one for one in closures if one.contract_id == contract.contract_id and one.until_day >= today],
        today=today,
        last=mark(versions, contract.contract_id),
        back_to=None if told and told[0]["version"].effective_from > today else _back_to(books, versions, today),
        version_id=uuid4(),
        errors=errors,
        values=visit.form,
    )


def _back_to(books: Books, versions: Sequence[Version], today: date) -> date | None:
    """The last day that can be put back, where the newest change ended the contract."""
    day = before_end(books, versions)
    return day if day is not None and day >= today else None


def before_end(books: Books, versions: Sequence[Version]) -> date | None:
    """The last day that stood before a contract was ended by the newest change; None where that did not end it."""
    if not versions or versions[-1].kind != "ended":
        return None
    last = versions[-1]
    before = standing_on(books.directory, versions[:-1], last.effective_from).by_id.get(last.contract_id)
    now = contracting.read(books, last.entry)
    return before.ends if before is not None and before.ends > now.ends else None


def last_known(books: Books, versions: Sequence[Version], contract: Contract) -> Contract:
    """The contract as it will stand after all that was entered: what a form starts from."""
    return contracting.read(books, versions[-1].entry) if versions else books.directory.by_id[contract.contract_id]


async def ask_change(visit: Visit, books: Books) -> Response:
    """The form, filled in from what stands on the day asked; where changes are to come, that day is asked first."""
    contract, versions, _ = await found(visit, books)
    coming = [_told(books, versions, each) for each in versions if each.effective_from > local_day(visit.now)]
    day, errors = from_day.asked(visit)
    if coming and (day is None or errors):
        return from_day.ask(visit, contract, coming, errors)
    day = day or local_day(visit.now)
    values = forms.values_of(from_day.stands(books, versions, contract, day)) | {"base": [day.isoformat()]}
    values |= from_day.written(day) if coming else {}
    return _form(visit, books, values, contract, mark(versions, contract.contract_id))


async def ask_new(visit: Visit, books: Books) -> Response:
    values = {"kinds": ["person", "bereaved", "witness"], "hours": ["MO-FR 09:00-17:00"], "languages": ["en"]}
    plain = {"accept_working_days": "2", "first_contact_working_days": "5", "urgent_hours": "24", "reported": "either"}
    plain |= {"interpreters": "no", "confidential": "no", "funding": "core_grant", "list_state": "open"}
    return _form(visit, books, values | {name: [text] for name, text in plain.items()}, None, "")


def _form(
    visit: Visit,
    books: Books,
    values: Mapping[str, Sequence[str]],
    contract: Contract | None,
    seen: str,
    errors: Sequence[FieldError] = (),
    status: int = 422,
) -> Response:
    providers = {slug: provider.name for slug, provider in providers_of(books.directory).items()}
    return visit.render(
        "directory_ui/change.html",
        status=status if errors else 200,
        contract=contract,
        values=values,
        errors=errors,
        seen=seen,
        base=(values.get("base") or [""])[0],
        providers=sorted(providers.items(), key=lambda pair: pair[1]),
        lines=sorted(LINE_NAMES.items(), key=lambda pair: pair[1]),
        areas=[(area.name, area.name) for area in AREAS],
        funding=_pairs("funding"),
        offers=_pairs("offer"),
        packs=_pairs("pack"),
        access_needs=[(code, NAMED.get(code) or code.replace("_", " ").capitalize()) for code in sorted(BY_DIRECTORY)],
        states=STATES,
    )


def _pairs(name: str) -> list[tuple[str, str]]:
    short = {"idva": "IDVA", "idva_lgbt": "LGBT+ IDVA", "idva_male": "IDVA for men", "isva": "ISVA"}
    known = FUNDING if name == "funding" else FIELDS if name == "pack" else short
    return [(code, known.get(code) or code.replace("_", " ").capitalize()) for code in forms.closed(name)]


def _filled(visit: Visit, slug: str | None) -> tuple[dict[str, Any] | None, date | None, list[FieldError]]:
    """The entry of the form that was sent and its day, or what to put right."""
    named, errors = (None, []) if slug else parse(NewName, visit.form)
    form, wrong = parse(forms.ContractForm, visit.form)
    day, no_day = parse(FromDay, visit.form)
    errors = [*errors, *wrong, *no_day]
    if form is None or day is None or errors:
        return None, None, errors
    return forms.entry_from(form, slug or (named.slug if named else "")), day.effective_from, []


async def check(visit: Visit, books: Books) -> Response:
    """What a change would do, before it is entered; nothing is entered here."""
    contract, versions = None, list[Version]()
    if "id" in visit.params:
        contract, versions, _ = await found(visit, books)
    entry, day, errors = _filled(visit, contract.slug if contract else None)
    after = None
    if entry is not None and day is not None:
        try:
            entry = from_day.moved(visit, books, versions, contract, entry, day)
            after = contracting.read(books, entry)
            contracting.check_days(after, day, local_day(visit.now))
        except Refused as refused:
            errors = [error_of(refused)]
    if after is None or day is None or errors:
        return _form(visit, books, visit.form, contract, one(visit, "seen"), errors)
    return await _preview(visit, books, contract, versions, after, day)


async def _preview(
    visit: Visit,
    books: Books,
    contract: Contract | None,
    versions: Sequence[Version],
    after: Contract,
    day: date,
    errors: Sequence[FieldError] = (),
) -> Response:
    before = standing_on(books.directory, versions, day).by_id.get(after.contract_id)
    async with visit.begin() as tx:
        foreseen = await contracting.foresee(tx, before, after, day)
        still = await _still_said(tx, after, local_day(visit.now))
        await audit.record(tx, [audit.seen(visit.signed_in, "contract_change_tried", "contract", after.contract_id)])
    sent = [(name, text) for name, texts in visit.form.items() for text in texts if name not in NOT_SENT]
    return visit.render(
        "directory_ui/check.html",
        status=422 if errors else 200,
        to_confirm={code: CONFIRM[code] for code in to_confirm(before, after)},
        errors=errors,
        values=visit.form,
        contract=contract,
        after=after,
        day=day,
        differences=changes(books, before, after),
        foreseen=foreseen,
        still=still,
        later=from_day.later(books, versions, before, after, day),
        sent=sent,
        seen=one(visit, "seen"),
        version_id=uuid4(),
        action=f"/directory/contracts/{contract.contract_id}/change" if contract else "/directory/contracts/new",
    )


async def save(visit: Visit, books: Books) -> Response:
    """Enters a change, or a new contract, that was looked at."""
    contract, versions = None, list[Version]()
    if "id" in visit.params:
        contract, versions, _ = await found(visit, books)
    entry, day, errors = _filled(visit, contract.slug if contract else None)
    if entry is None or day is None:
        return _form(visit, books, visit.form, contract, one(visit, "seen"), errors)
    kind = "changed" if contract else "added"
    try:
        entry = from_day.moved(visit, books, versions, contract, entry, day)
        async with visit.begin() as tx:
            about = (entry, day, _id(visit), visit.now)
            sure = visit.form.get("sure", ())
            await contracting.enter(
                tx, visit.signed_in, books, *about, kind=kind, seen=one(visit, "seen"), confirmed=sure
            )
            made = contracting.read(books, entry)
            counts = await _still_said(tx, made, local_day(visit.now))
    except Refused as refused:
        if refused.code == "stale" and contract is not None:
            return await _stale(visit, books)
        if refused.code == "not_confirmed":
            after = contracting.read(books, entry)
            return await _preview(visit, books, contract, versions, after, day, [FieldError("sure", UNSURE)])
        return _form(visit, books, visit.form, contract, one(visit, "seen"), [error_of(refused)])
    said = "It counts from today." if day == local_day(visit.now) else "It counts from its day on."
    return visit.redirect(
        f"/directory/contracts/{made.contract_id}", flash=f"The change is entered. {said} {counts}".strip()
    )


async def _still_said(tx: Tx, made: Contract, today: date) -> str:
    """That what the provider last said of its list stands above the contract's word, and where that is set right."""
    said = next((each for each in await directory.states(tx) if each.contract_id == made.contract_id), None)
    if said is None or said.state == made.list_state:
        return ""
    good = ListSaid(said.state, None, said.until, local_day(said.changed_at)).good_until
    if good is None or good < today:
        return ""
    stands = STATES.get(said.state, said.state).lower()
    until = f"{good.day} {good:%B %Y}"
    return (
        f"But its list stays “{stands}” until {until}, as the provider last said: where it tells you otherwise, write"
        " that down on the page of the contract."
    )


async def _stale(visit: Visit, books: Books) -> Response:
    """The form again, what was typed still in it, with what somebody entered since it was opened."""
    contract, versions, _ = await found(visit, books)
    seen = mark(versions, contract.contract_id)
    said = FieldError("", meanwhile.of_contract(visit, books, versions))
    return _form(visit, books, visit.form, contract, seen, [said], 409)


def _id(visit: Visit) -> UUID:
    made = sent_id(visit, "version_id", ("sure",))
    if made is None:
        raise HTTPException(400)
    return made


async def cancel(visit: Visit, books: Books) -> Response:
    """Takes back a change whose day has not come."""
    try:
        async with visit.begin() as tx:
            await contracting.cancel(tx, visit.signed_in, visit.id("version_id"), visit.now)
    except Refused:
        async with visit.begin() as tx:
            gone = await directory.cancelled(tx, visit.id("version_id"))
        if gone is None:
            return visit.conflict("This change counts already.", "/directory/contracts")
        if not meanwhile.is_again(visit, *gone):
            return visit.conflict(f"It was taken back {meanwhile.by(visit, *gone)}.", "/directory/contracts")
    flash = "The change was taken back. What stood before it counts on."
    return visit.redirect(from_day.page_of(one(visit, "contract")), flash=flash)
