"""Outcomes pasted as lines: first a preview with what is wrong in which line, then kept, each line once."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import plural
from services.referral.actions import pasting as acts
from services.referral.domain import pasted
from services.referral.domain.books import Books
from services.referral.domain.open_referral import line_name
from services.referral.domain.pasted import BadLine, Pasted
from services.referral.provider_portal.room import one
from services.referral.store.pasting import Own

LONGEST = 60_000


async def ask_paste(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    return visit.render(
        "provider_portal/paste.html",
        status=422 if errors else 200,
        lists=books.support,
        columns=pasted.COLUMNS,
        at_most=pasted.LINES_AT_MOST,
        errors=errors,
    )


async def paste(visit: Visit, books: Books) -> Response:
    """Shows what would be kept; keeps it where that was pressed and every line is right."""
    lists, text = books.support, one(visit, "lines").replace("\x00", "")
    if visit.unreadable:
        return await ask_paste(visit, books, [FieldError("lines_file", visit.unreadable)])
    if not text.strip():
        return await ask_paste(visit, books, [FieldError("lines", "Choose a file, or paste the lines of your system")])
    if len(text) > LONGEST:
        return await ask_paste(visit, books, [FieldError("lines", f"Send at most {LONGEST:,} characters at once")])
    lines, bad = pasted.read(text, lists.outcomes, lists.changes)
    async with visit.begin() as tx:
        new, again, foreign = await acts.checked(tx, lines)
        wrong = sorted([*bad, *foreign], key=lambda line: line.number)
        await audit.record(tx, [audit.seen(visit.signed_in, "portal.outcomes_previewed", "list", None)])
        replaced = await acts.replaced(tx, new)
        keep = one(visit, "step") == "keep" and not wrong
        count = await acts.keep(tx, visit.signed_in, new, visit.now) if keep else 0
    if keep:
        flash = f"{plural(count, 'line')} kept, {plural(len(new) + len(again) - count, 'line')} known before"
        return visit.redirect("/portal/outcomes", flash=flash)
    return _preview(visit, books, new, again, wrong, replaced)


def _preview(
    visit: Visit,
    books: Books,
    new: list[tuple[Pasted, Own]],
    again: list[Pasted],
    wrong: list[BadLine],
    replaced: Mapping[int, str],
) -> Response:
    lists = books.support
    instead = {number: f"in place of “{lists.changes.get(was, was)}”" for number, was in replaced.items()}
    rows = [(line, line_name(leg.line), instead.get(line.number, "new")) for line, leg in new]
    rows += [(line, "", "known before") for line in again]
    return visit.render(
        "provider_portal/pasted.html",
        status=422 if wrong else 200,
        rows=[
            (line, service, lists.outcomes[line.outcome], lists.changes[line.change], state)
            for line, service, state in sorted(rows, key=lambda row: row[0].number)
        ],
        new=len(new),
        text=one(visit, "lines"),
        wrong=wrong,
        errors=[FieldError("lines", f"Line {line.number}: {line.words}") for line in wrong],
    )
