"""A provider's own quarterly monitoring return: figures, posts and spend, and its files; `signing` signs it."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.reference import ROLES
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import when
from services.referral import stale_steps
from services.referral.actions import monitoring as acts
from services.referral.domain import monitoring as file
from services.referral.domain import shown
from services.referral.domain.books import Books
from services.referral.domain.performance import Quarter, quarter, quarters_until
from services.referral.provider_portal import words
from services.referral.provider_portal.performance import contracts_of
from services.referral.provider_portal.room import one
from services.referral.said import FUNDING
from services.referral.store import monitoring
from services.referral.store.monitoring import PostSpend, Signed

MEASURES = {
    "received": "Referrals received",
    "accepted": "Referrals accepted",
    "declined": "Referrals declined, by reason",
    "waiting": "People waiting for support, as it stands now",
    "support_started": "Support started",
    "in_support": "People in support at any time in the quarter",
    "ended": "Support ended",
    "outcome": "Outcomes",
    "distance": "Distance travelled, by area of life",
    "appointments": "Appointments",
    "posts": "Posts, full-time equivalent",
    "vacancies": "Vacancies, full-time equivalent",
    "waiting_of_strand": "People waiting, by strand",
    "spend": "Spend in pounds",
}
STRANDED = ("posts", "vacancies", "waiting_of_strand", "spend")
"""Measures whose category is a strand. The provider says them by itself: where nothing stands, nothing was said."""
FORM = {
    "posts": "how many posts there are",
    "vacancies": "how many posts are not filled",
    "waiting": "how many people waited",
    "spend": "what was spent, in pounds",
}
"""What the form asks of each strand, as its errors say it."""
MOST = {"posts": 10_000, "vacancies": 10_000, "waiting": 1_000_000}
"""From here on a figure is a slip of the hand. Ours."""
UNFILLED = "No more posts can be unfilled than there are"


def quarter_asked(visit: Visit) -> Quarter:
    found = quarter(str(visit.params["period"]))
    if found is None or found.begins > visit.now:
        raise HTTPException(404)
    return found


def strands(visit: Visit, books: Books) -> list[str]:
    return sorted({contract.funding for contract in contracts_of(visit, books)})


def strand_words(strand: str) -> str:
    return FUNDING.get(strand, words.words(strand))


def unsaid(visit: Visit, books: Books, lines: Sequence[file.Line]) -> set[str]:
    """The strands of which no posts and spend are said."""
    return set(strands(visit, books)) - {line.category for line in lines if line.measure == "posts"}


async def show_returns(visit: Visit, books: Books) -> Response:
    async with visit.begin() as tx:
        held = await monitoring.signed(tx)
        viewer = visit.signed_in
        await audit.record(tx, [audit.seen(viewer, "monitoring.list_seen", "provider", viewer.organisation_id)])
    by = {period.name: [row for row in held if row.period == period.name] for period in _last(visit)}
    return visit.render("provider_portal/returns.html", periods=_last(visit), by=by)


def _last(visit: Visit) -> list[Quarter]:
    return quarters_until(local_day(visit.now), 6)


async def show_return(visit: Visit, books: Books) -> Response:
    period = quarter_asked(visit)
    async with visit.begin() as tx:
        lines = await monitoring.drawn(tx, period)
        held = await monitoring.signed(tx, period.name)
        last = max(held, key=lambda row: row.number, default=None)
        viewer = visit.signed_in
        names = (period.name,)
        await audit.record(tx, [audit.seen(viewer, "monitoring.seen", "provider", viewer.organisation_id, names)])
    return visit.render(
        "provider_portal/return.html",
        period=period,
        over=period.ends <= visit.now,
        groups=grouped(books, lines),
        signed=[(row, await acts.signer(visit.sealer, row)) for row in held],
        unsaid=unsaid(visit, books, lines),
        changed_since=last if last is not None and _stands_otherwise(last, lines) else None,
    )


def _stands_otherwise(row: Signed, lines: Sequence[file.Line]) -> bool:
    """Whether figures stand otherwise now than in what was signed."""
    return acts.whole(row) and bool(file.differences(file.read(row.file), lines))


def grouped(books: Books, lines: Sequence[file.Line]) -> list[tuple[str, list[tuple[str, str]], str]]:
    """Each measure with its categories in words, and what is read where it has none."""
    ordered = file.in_order(lines)
    found = []
    for measure, text in MEASURES.items():
        rows = [(category(books, line), line.value) for line in ordered if line.measure == measure]
        found.append((text, rows, "not said yet" if measure in STRANDED else "none"))
    return found


def category(books: Books, line: file.Line) -> str:
    """A category in words: "Coped and built resilience ...: better"."""
    if line.category == "all":
        return "All"
    lists, (head, _, tail) = books.support, line.category.partition(":")
    reasons: Mapping[str, Mapping[str, str]] = {
        "outcome": lists.outcomes,
        "distance": lists.domains,
        **dict.fromkeys(STRANDED, FUNDING),
        "declined": {one.code: one.words for one in books.transitions.reasons["decline"].reasons},
    }
    first = reasons.get(line.measure, {}).get(head, words.words(head))
    second = lists.changes.get(tail, lists.whose.get(tail, words.words(tail)))
    return f"{first}: {second.lower()}" if tail else first


def _mark(held: Sequence[PostSpend]) -> str:
    """What was said of posts and spend when a page was made, for a hidden field."""
    return shown.mark(None, *((row.strand, *_figures(row)) for row in sorted(held, key=lambda row: row.strand)))


def _figures(row: PostSpend) -> tuple[Decimal, Decimal, int, Decimal]:
    return row.posts, row.vacancies, row.waiting, row.spend


def _changed(visit: Visit, held: Sequence[PostSpend]) -> str:
    """What stands of posts and spend since the page was opened, and who said so."""
    last = max(held, key=lambda row: row.said_at)
    who = "you" if last.said_by == visit.signed_in.user_id else "a colleague"
    said = "; ".join(
        f"{FUNDING.get(row.strand, words.words(row.strand))}: {row.posts} posts, {row.vacancies} not filled,"
        f" {row.waiting} waiting, £{row.spend:,}"
        for row in held
    )
    return (
        f"These were changed since you opened this page, by {who} on {when(last.said_at)}. They are now {said}."
        " Nothing was saved. Save yours only if they are right all the same"
    )


async def ask_posts(visit: Visit, books: Books, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    period = quarter_asked(visit)
    async with visit.begin() as tx:
        said = await monitoring.said(tx, period.name)
        held = {row.strand: row for row in said}
        viewer = visit.signed_in
        await audit.record(tx, [audit.seen(viewer, "monitoring.posts_asked", "provider", viewer.organisation_id)])
    known = {f"{name}-{strand}": [str(getattr(row, name))] for strand, row in held.items() for name in FORM}
    return visit.render(
        "provider_portal/posts.html",
        status=status if errors else 200,
        stood=_mark(said) if status == 409 else stale_steps.carried(visit, _mark(said)),
        period=period,
        strands=[(strand, strand_words(strand)) for strand in strands(visit, books)],
        values=visit.form or known,
        errors=errors,
    )


def number(text: str, *, whole: bool = False) -> Decimal | None:
    """A number of zero or more, at most two decimals, as people write it; None when it is none."""
    plain = re.sub(r"[,£\s]", "", text)
    if not re.fullmatch(r"[0-9]{1,10}(\.0{0,2})?" if whole else r"[0-9]{1,10}(\.[0-9]{0,2})?", plain):
        return None
    return Decimal(plain)


async def say_posts(visit: Visit, books: Books) -> Response:
    period, viewer = quarter_asked(visit), visit.signed_in
    said: dict[str, dict[str, Any]] = {}
    errors = []
    for strand in strands(visit, books):
        read = {name: number(one(visit, f"{name}-{strand}"), whole=name == "waiting") for name in FORM}
        errors += [
            FieldError(f"{name}-{strand}", f"Enter {FORM[name]}, 0 where there is none ({strand_words(strand)})")
            for name, value in read.items()
            if value is None or value >= MOST.get(name, value + 1)
        ]
        posts, vacancies = read["posts"], read["vacancies"]
        if posts is not None and vacancies is not None and vacancies > posts:
            errors.append(FieldError(f"vacancies-{strand}", f"{UNFILLED} ({strand_words(strand)})"))
        said[strand] = read
    if errors or viewer.organisation_id is None:
        return await ask_posts(visit, books, errors)
    rows = [
        PostSpend(viewer.organisation_id, period.name, strand, **{**read, "waiting": int(read["waiting"])},
                  said_at=visit.now, said_by=viewer.user_id)
        for strand, read in said.items()
    ]  # fmt: skip
    async with visit.begin() as tx:
        held = await monitoring.said(tx, period.name)
        same = {row.strand: _figures(row) for row in rows} == {row.strand: _figures(row) for row in held}
        if not same and held and stale_steps.differs(visit, _mark(held)):
            return await ask_posts(visit, books, [FieldError("", _changed(visit, held))], 409)
        if not same:
            await acts.say_posts(tx, viewer, rows)
    return visit.redirect(f"/portal/returns/{period.name}", flash="Posts and spend were saved")


async def download(visit: Visit, books: Books) -> Response:
    """The provider's own signed file, as it was signed."""
    async with visit.begin() as tx:
        row = await monitoring.one_signed(tx, visit.id("return_id"))
        if row is None:
            return visit.not_found()
        await audit.record(tx, [audit.seen(visit.signed_in, "monitoring.downloaded", "return", row.return_id)])
    return as_csv(row.file, row)


def as_csv(data: bytes, row: Signed, suffix: str = "") -> Response:
    name = f"monitoring_{row.period}_{row.number}_{row.return_id}{suffix}.csv"
    return Response(data, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def show_signed(visit: Visit, books: Books) -> Response:
    """For the commissioner: what every provider signed."""
    async with visit.begin() as tx:
        held = await monitoring.signed(tx)
        named = visit.may("case.reveal")
        seen = ("signed_name",) if named else ()
        await audit.record(tx, [audit.seen(visit.signed_in, "monitoring.all_seen", "list", None, seen)])
    providers = {c.provider.provider_id: c.provider for c in books.directory.contracts}
    rows = [(row, providers.get(row.provider_id), await _signer(visit, row, named)) for row in held]
    return visit.render("provider_portal/signed.html", rows=rows)


async def _signer(visit: Visit, row: Signed, named: bool) -> str:
    """Who signed: the role, and the name only for whoever may open names."""
    role = ROLES["provider.manager"].title
    return f"{await acts.signer(visit.sealer, row)}, {role.lower()}" if named else role


async def download_suppressed(visit: Visit, books: Books) -> Response:
    """A signed return for the commissioner's analyst, without small numbers of people."""
    async with visit.begin() as tx:
        row = await monitoring.one_signed(tx, visit.id("return_id"))
        if row is None:
            return visit.not_found()
        versions = await monitoring.signed_until(tx, row)
        await audit.record(tx, [audit.seen(visit.signed_in, "monitoring.downloaded", "return", row.return_id)])
    provider = next((c.provider for c in books.directory.contracts if c.provider.provider_id == row.provider_id), None)
    lines = file.last_suppressed([file.read(each) for each in versions])
    slug = provider.slug if provider else "unknown"
    return as_csv(file.write(str(row.return_id), slug, row.period, lines), row, "_suppressed")
