"""The sign-off of a monitoring return: the figures that are signed, what changed since they were looked at, and the
return as it was signed."""

from collections.abc import Sequence
from uuid import uuid4

import orjson
from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import monitoring as acts
from services.referral.domain import monitoring as file
from services.referral.domain.books import Books
from services.referral.domain.monitoring import Change, Line
from services.referral.domain.performance import quarter
from services.referral.provider_portal.performance import contracts_of
from services.referral.provider_portal.returning import MEASURES, category, grouped, quarter_asked, strands, unsaid
from services.referral.provider_portal.room import client_id, one
from services.referral.store import monitoring

REFUSALS = {
    "not_over": "The quarter is not over. You can sign it from its last day on",
    "not_said": "Say posts and spend for every strand first",
    "nothing_changed": "Nothing differs from what was signed last",
}
CHANGED = "Figures have changed since you looked at them. What differs is listed here: check it and tick the box again"
BEFORE = "This form was sent before, and what it showed then was signed. These are the figures of now: check them"
STALE = "look_again"


async def ask_sign(
    visit: Visit, books: Books, errors: Sequence[FieldError] = (), status: int = 200, *, fresh: bool = False
) -> Response:
    """The figures as they would be signed now. Where the form, or a draft of it, was made of others it says which;
    `fresh` makes a new form of one that was signed."""
    period, viewer = quarter_asked(visit), visit.signed_in
    seen = _shown(visit)
    async with visit.begin() as tx:
        lines = file.in_order(await monitoring.drawn(tx, period))
        signed = await monitoring.signed(tx, period.name)
        await audit.record(
            tx, [audit.seen(viewer, "monitoring.sign_asked", "provider", viewer.organisation_id, (period.name,))]
        )
    last = file.read(signed[0].file) if signed else None
    return visit.render(
        "provider_portal/sign.html",
        status=422 if errors and status == 200 else status,
        period=period,
        over=period.ends <= visit.now,
        groups=grouped(books, lines),
        shown=orjson.dumps([[line.measure, line.category, line.value] for line in lines]).decode(),
        changed=_in_words(books, file.differences(seen, lines)) if seen is not None else [],
        unsaid=unsaid(visit, books, lines),
        number=len(signed) + 1,
        since_last=_in_words(books, file.differences(last, lines)) if last is not None else None,
        return_id=(None if fresh else one(visit, "return_id")) or uuid4(),
        values={name: given for name, given in visit.form.items() if name != "checked" or status != 409},
        errors=errors,
    )


def _shown(visit: Visit) -> list[Line] | None:
    """The figures that the form was made of; None where it does not say."""
    try:
        found = orjson.loads(one(visit, "figures_seen"))
        lines = [Line(*map(str, row)) for row in found]
    except (ValueError, TypeError):
        return None
    return lines


def _in_words(books: Books, changes: Sequence[Change]) -> list[tuple[str, str, str]]:
    """What each figure is, what it was and what it is."""
    return [
        (f"{MEASURES.get(of, of)}: {category(books, Line(of, one.category, ''))}", one.before, one.after)
        for one in changes
        for of in [one.measure]
    ]


async def sign_return(visit: Visit, books: Books) -> Response:
    """Signs exactly the figures that the page showed; where they have changed, 409 with what changed."""
    period, made, mine = quarter_asked(visit), client_id(visit, "return_id"), contracts_of(visit, books)
    if one(visit, "checked") != "yes" or made is None or not mine:
        return await ask_sign(visit, books, [FieldError("checked", "Say that you have checked the figures")])
    try:
        async with visit.begin() as tx:
            about = (made, period, mine[0].provider.slug, strands(visit, books))
            await acts.sign(tx, visit.signed_in, visit.sealer, *about, visit.now, _shown(visit) or [])
    except Refused as refused:
        if refused.code == STALE:
            return await ask_sign(visit, books, [FieldError("checked", CHANGED)], 409)
        if refused.code == "signed_before":
            return await ask_sign(visit, books, [FieldError("checked", BEFORE)], 409, fresh=True)
        return await ask_sign(visit, books, [FieldError("", REFUSALS.get(refused.code, "It cannot be signed now"))])
    return visit.redirect(f"/portal/returns/{period.name}", flash="The return was signed. Its figures do not change.")


async def show_own_signed(visit: Visit, books: Books) -> Response:
    """A return of one's own as it was signed, whatever the figures are now."""
    viewer = visit.signed_in
    async with visit.begin() as tx:
        row = await monitoring.one_signed(tx, visit.id("return_id"))
        period = quarter(row.period) if row is not None else None
        if row is None or period is None:
            return visit.not_found()
        now = await monitoring.drawn(tx, period)
        await audit.record(
            tx, [audit.seen(viewer, "monitoring.signed_seen", "return", row.return_id, ("signed_name",))]
        )
    whole = acts.whole(row)
    lines = file.read(row.file) if whole else []
    return visit.render(
        "provider_portal/as_signed.html",
        row=row,
        period=period,
        name=await acts.signer(visit.sealer, row),
        whole=whole,
        groups=grouped(books, lines),
        changed=_in_words(books, file.differences(lines, now)) if whole else [],
    )
