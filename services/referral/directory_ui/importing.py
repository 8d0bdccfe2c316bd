"""Contracts imported from a list: pasted as CSV, looked at line by line, then entered as a whole or not at all."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, parse
from services.referral.actions import contracting
from services.referral.actions.contracting import Fit, Line
from services.referral.directory_ui import forms
from services.referral.directory_ui.contracts import FromDay, NewName, error_of
from services.referral.directory_ui.room import one
from services.referral.directory_ui.told import CONFIRM, changes
from services.referral.domain.books import Books
from services.referral.domain.versions import Difference
from services.referral.store import directory

MOST = 500
DOES = {"added": "Added", "changed": "Changed", "same": "Nothing new", "wrong": "Cannot be used"}
UNSURE = "Tick each of these if it is meant, or put the list right: nothing was entered"
FIELDS = ("slug", "effective_from", *forms.ContractForm.model_fields)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one line of the text."""

    number: int
    message: str


def read_list(text: str) -> tuple[list[Line], list[Wrong]]:
    """The lines of a pasted list, and what cannot be read of it; numbers count from 1, the head included."""
    rows = csv.reader(io.StringIO(text.strip().replace("\r\n", "\n")), strict=True)
    lines, wrong = list[Line](), list[Wrong]()
    try:
        head = [name.strip() for name in next(rows, [])]
        unknown = [name for name in head if name not in FIELDS]
        missing = [name for name in ("slug", "effective_from") if name not in head]
        if len(head) == 1 and ";" in head[0]:
            return [], [Wrong(1, "the columns are parted by semicolons: save the list with commas between them")]
        twice = [name for name in head if head.count(name) > 1]
        if twice:
            return [], [Wrong(1, f"the column {twice[0][:60]} is there twice")]
        if unknown or missing:
            said = f"no such column: {unknown[0][:60]}" if unknown else f"the column {missing[0]} is missing"
            return [], [Wrong(1, said)]
        for row in rows:
            if any(cell.strip() for cell in row):
                _line(head, row, rows.line_num, lines, wrong)
    except csv.Error as bad:
        wrong.append(Wrong(rows.line_num, f"is no CSV ({bad})"))
    if len(lines) > MOST:
        wrong.append(Wrong(MOST + 2, f"a list has at most {MOST} contracts: send the rest afterwards"))
    return lines, wrong


def _line(head: Sequence[str], row: Sequence[str], number: int, lines: list[Line], wrong: list[Wrong]) -> None:
    if len(row) != len(head):
        wrong.append(Wrong(number, f"has {len(row)} cells, not {len(head)}"))
        return
    values = forms.cells(dict(zip(head, row, strict=True)))
    named, bad_name = parse(NewName, values)
    day, no_day = parse(FromDay, values)
    form, errors = parse(forms.ContractForm, values)
    wrong += [Wrong(number, f"{error.field}: {error.message}") for error in (*bad_name, *no_day, *errors)]
    if named and day and form:
        lines.append(Line(number, forms.entry_from(form, named.slug), day.effective_from))


async def ask(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    return visit.render(
        "directory_ui/import.html",
        status=422 if errors else 200,
        fields=FIELDS,
        choices=forms.choices(),
        errors=errors,
        values=visit.form,
    )


def _in_words(fits: Sequence[Fit]) -> list[Wrong]:
    return [Wrong(f.number, f"{f.field}: {error_of(Refused(f.field, f.why)).message}") for f in fits if f.why]


async def look(visit: Visit, books: Books) -> Response:
    """What the list would do; nothing is entered here."""
    text = one(visit, "list")
    if visit.unreadable:
        return await ask(visit, books, [FieldError("list_file", visit.unreadable)])
    if not text:
        return await ask(visit, books, [FieldError("list", "Choose a file, or paste the list")])
    return await _preview(visit, books, text)


async def _preview(visit: Visit, books: Books, text: str, errors: Sequence[FieldError] = ()) -> Response:
    lines, wrong = read_list(text)
    async with visit.begin() as tx:
        fits, _ = contracting.judge(books, await directory.versions(tx), lines, visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "import_looked_at", "directory", None)])
    wrong = sorted([*wrong, *_in_words(fits)], key=lambda each: each.number)
    if wrong:
        return await ask(
            visit, books, [FieldError("list", f"Line {each.number}: {each.message}") for each in wrong[:50]]
        )
    if not fits:
        return await ask(visit, books, [FieldError("list", "The list has a head and no contract")])
    told = [
        (fit, line.effective_from, _changes(books, fit) if fit.after is not None and fit.does != "same" else [])
        for fit, line in zip(fits, lines, strict=True)
    ]
    first = {code: [fit.after.title for fit in fits if fit.after and code in fit.to_confirm] for code in CONFIRM}
    return visit.render(
        "directory_ui/import_check.html",
        status=422 if errors else 200,
        told=told,
        does=DOES,
        text=text,
        to_confirm={code: (CONFIRM[code], titles) for code, titles in first.items() if titles},
        errors=errors,
        values=visit.form,
    )


def _changes(books: Books, fit: Fit) -> list[Difference]:
    """Field by field; what says nothing is left out of a new contract."""
    found = changes(books, fit.before, fit.after) if fit.after is not None else []
    return found if fit.before is not None else [each for each in found if each.after != "nothing"]


async def take(visit: Visit, books: Books) -> Response:
    """Enters the whole list; where one line is wrong, or something that may harm is not confirmed, nothing of it."""
    lines, wrong = read_list(one(visit, "list"))
    if wrong or not lines:
        return await look(visit, books)
    sure = frozenset(visit.form.get("sure", ()))
    try:
        async with visit.begin() as tx:
            fits, added = await contracting.take_list(tx, visit.signed_in, books, lines, sure, visit.now)
    except Refused as refused:
        return await ask(visit, books, [error_of(refused)])
    if _in_words(fits):
        return await look(visit, books)
    if any(not sure.issuperset(fit.to_confirm) for fit in fits):
        return await _preview(visit, books, one(visit, "list"), [FieldError("sure", UNSURE)])
    same = all(fit.does == "same" for fit in fits)
    said = "Nothing new: all of it stands so already." if same else f"{added} entered."
    return visit.redirect("/directory/contracts", flash=said)
