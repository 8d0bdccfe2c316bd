"""Providers, kept by pages: who they are and how they are reached, from a day on."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field, field_validator
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.once import sent_id
from services.referral.actions import keeping as acts
from services.referral.directory_ui import forms, meanwhile
from services.referral.directory_ui.contracts import NewName
from services.referral.directory_ui.room import hours_in_words, now, one
from services.referral.domain import mailbox
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract, Directory, Provider
from services.referral.domain.entries import provider_entry
from services.referral.domain.plain_text import is_plain
from services.referral.domain.versions import providers_of
from services.referral.store import keeping
from services.referral.store.keeping import Change

_PHONE = r"^[0-9 +]{6,20}$"
WORDS = {
    "in_the_past": "The day must be today or later: what is over is not rewritten",
    "already_used": "There is a provider of this short name already: choose another",
}
SAID = {"name": "Name", "email": "Registered e-mail", "phone": "Phone", "duty_phone": "Duty line"}
SAID |= {"has_system": "Works with accounts", "by_and_for": "Led by and for"}


class ProviderForm(BaseModel):
    """Everything that is kept of a provider."""

    effective_from: Annotated[
        date, Say("Enter the day from which it counts", wrong="The day from which it counts must be a real date")
    ]
    name: Annotated[str, Say("Enter the name of the provider")] = Field(max_length=120)
    email: Annotated[
        str, Say("Enter its registered e-mail address", wrong="Enter an e-mail address, like name@example.org")
    ] = Field(max_length=200)
    phone: Annotated[str, Say("Enter its phone number", wrong="Enter a phone number, like 0121 496 0101")] = Field(
        pattern=_PHONE
    )
    duty_phone: Annotated[str | None, Say("", wrong="Enter a phone number, like 07700 900101")] = Field(
        default=None, pattern=_PHONE
    )
    has_system: Annotated[Literal["yes", "no"], Say("Choose whether its workers have accounts")]
    by_and_for: str | None = Field(default=None, max_length=120)

    @field_validator("name", "by_and_for")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text and not is_plain(text):
            raise ValueError(forms.UNREADABLE)
        return text

    @field_validator("email")
    @classmethod
    def _one(cls, text: str) -> str:
        if mailbox.one_address(text) is None:
            raise ValueError(mailbox.LIKE)
        return text


async def show_all(visit: Visit, books: Books) -> Response:
    """Every provider as it is today, and what is going to change."""
    async with visit.begin() as tx:
        stands = await now(tx, books)
        changes = await keeping.of_kind(tx, "provider")
        await audit.record(tx, [audit.seen(visit.signed_in, "providers_seen", "directory", None)])
    today = local_day(visit.now)
    counts: dict[str, int] = {}
    for contract in stands.directory.contracts:
        if contract.ends >= today:
            counts[contract.provider.slug] = counts.get(contract.provider.slug, 0) + 1
    held = sorted(providers_of(books.directory).values(), key=lambda provider: provider.name)
    return visit.render(
        "directory_ui/providers.html",
        rows=[(provider, counts.get(provider.slug, 0)) for provider in held],
        coming=[each for each in changes if each.effective_from > today and not each.cancelled_at],
    )


def _held(visit: Visit, books: Books) -> Provider:
    wanted = visit.id("provider_id")
    found = next((p for p in providers_of(books.directory).values() if p.provider_id == wanted), None)
    if found is None:
        raise HTTPException(404)
    return found


async def ask(visit: Visit, books: Books, errors: Sequence[FieldError] = (), *, stale: bool = False) -> Response:
    """A provider as it is, with its earlier and later entries, and the form to change it; or a new one."""
    held = _held(visit, books) if "provider_id" in visit.params else None
    changes, contracts = [], []
    if held is not None:
        async with visit.begin() as tx:
            stands = await now(tx, books)
            contracts = _contracts(stands.directory, held, local_day(visit.now))
            changes = await keeping.of_kind(tx, "provider", held.provider_id)
            await audit.record(tx, [audit.seen(visit.signed_in, "provider_seen", "provider", held.provider_id)])
    if stale:
        errors = [FieldError("", _since(visit, changes))]
    known = provider_entry(held) if held else {}
    values = {name: [str(value)] for name, value in known.items() if value is not None}
    values |= {"has_system": ["yes" if known.get("has_system", True) else "no"]}
    return visit.render(
        "directory_ui/provider.html",
        status=409 if stale else 422 if errors else 200,
        held=held,
        changes=changes,
        contracts=contracts,
        seen=one(visit, "seen") if visit.form and not stale else acts.last_entry(changes),
        today=local_day(visit.now),
        said=SAID,
        change_id=uuid4(),
        errors=errors,
        values=visit.form or values,
    )


def _since(visit: Visit, changes: Sequence[Change]) -> str:
    """What was entered of a provider since the page was opened; changes come newest first."""
    last = next((each for each in changes if each.cancelled_at is None), None)
    if last is None:
        return f"The entry that this page was made from was taken back. {meanwhile.AGAIN}"
    before = next((each.entry for each in changes if each.cancelled_at is None and each is not last), {})
    found = [f"{SAID[n]}: {v}" for n, v in last.entry.items() if n in SAID and before and before.get(n) != v]
    said = f" ({'; '.join(found)})" if found else ""
    return f"{meanwhile.entered(visit, last.made_by, last.made_at, last.effective_from)}{said}. {meanwhile.AGAIN}"


def _contracts(held: Directory, provider: Provider, today: date) -> list[tuple[Contract, list[str]]]:
    """The contracts of a provider that are not over, each with its opening hours in words."""
    mine = [one for one in held.contracts if one.provider.provider_id == provider.provider_id and one.ends >= today]
    return [(one, [hours_in_words(each) for each in one.hours]) for one in mine]


async def save(visit: Visit, books: Books) -> Response:
    held = _held(visit, books) if "provider_id" in visit.params else None
    named, bad_name = (None, []) if held else parse(NewName, visit.form)
    form, errors = parse(ProviderForm, visit.form)
    slug = held.slug if held else named.slug if named else ""
    if form is None or bad_name or errors:
        return await ask(visit, books, [*bad_name, *errors])
    entry = form.model_dump(exclude={"effective_from", "has_system"}, exclude_none=True)
    entry |= {"slug": slug, "has_system": form.has_system == "yes"}
    try:
        async with visit.begin() as tx:
            await acts.enter_provider(
                tx, visit.signed_in, books, _id(visit), entry, form.effective_from, visit.now,
                new=held is None, seen=one(visit, "seen"),
            )  # fmt: skip
    except Refused as refused:
        if refused.code == "stale":
            return await ask(visit, books, stale=True)
        return await ask(visit, books, [FieldError(refused.field, WORDS.get(refused.code, "This cannot be entered"))])
    counts = "from today" if form.effective_from == local_day(visit.now) else "from its day on"
    return visit.redirect("/directory/providers", flash=f"Entered. It counts {counts}.")


def _id(visit: Visit) -> UUID:
    made = sent_id(visit, "change_id")
    if made is None:
        raise HTTPException(400)
    return made


def _over(visit: Visit, change: Change) -> str:
    """Why a change can be taken back no more."""
    if change.cancelled_at is not None:
        return f"It was taken back {meanwhile.by(visit, change.cancelled_by, change.cancelled_at)}."
    return "It was not agreed to." if change.refused_at is not None else "It counts already, or is over."


async def cancel(visit: Visit, books: Books) -> Response:
    """Takes back what was entered for a day to come, of whatever kind."""
    back = {"provider": "/directory/providers", "closure": "/directory/closures", "automatic": "/directory/automatic"}
    try:
        async with visit.begin() as tx:
            held = await acts.cancel(tx, visit.signed_in, books, visit.id("change_id"), visit.now)
    except Refused as refused:
        if refused.code == "only_entry":
            flash = "A new provider's first entry stays: contracts may stand on it. Change it instead."
            return visit.redirect("/directory/providers", flash=flash, done=False)
        async with visit.begin() as tx:
            before = await keeping.get(tx, visit.id("change_id"))
        if before is None:
            return visit.not_found()
        if not meanwhile.is_again(visit, before.cancelled_by, before.cancelled_at):
            return visit.conflict(_over(visit, before), back[before.kind])
        held = before
    return visit.redirect(back[held.kind], flash="It was taken back.")
