"""The downtime sheet: today's people at high risk and what falls due, in one file sealed under a passphrase."""

from typing import Any

from starlette.responses import Response

from contracts.working_time import calendar, due
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.sealed_page import SHORTEST, seal_page
from services.referral.actions import sealing
from services.referral.case_ui import words
from services.referral.case_ui.room import Desk, one, profile
from services.referral.store import contact, details, downtime
from services.referral.store.downtime import Line

MOST = 500


async def ask(visit: Visit, desk: Desk, errors: tuple[FieldError, ...] = ()) -> Response:
    until = due(visit.now, 1, "working_days", calendar())
    async with visit.begin() as tx:
        count = len(await downtime.lines(tx, until, MOST))
        await audit.record(tx, [audit.seen(visit.signed_in, "downtime_seen", "queue", None)])
    visit.form.clear()
    status = 422 if errors else 200
    return visit.render(
        "case_ui/downtime.html", status=status, count=count, most=MOST, errors=errors, shortest=SHORTEST
    )


async def make(visit: Visit, desk: Desk) -> Response:
    passphrase, again = one(visit, "passphrase"), one(visit, "again")
    if len(passphrase) < SHORTEST:
        return await ask(visit, desk, (FieldError("passphrase", f"Enter at least {SHORTEST} characters"),))
    if passphrase != again:
        return await ask(visit, desk, (FieldError("again", "Enter the same passphrase again"),))
    until = due(visit.now, 1, "working_days", calendar())
    async with visit.begin() as tx:
        held = await downtime.lines(tx, until, MOST)
        rows = [await _row(tx, visit, line) for line in held]
        seen = [audit.seen(visit.signed_in, "downtime_sheet_made", "case", line.case_id, _FIELDS) for line in held]
        await audit.record(tx, seen or [audit.seen(visit.signed_in, "downtime_sheet_made", "queue", None)])
    page = visit.render("case_ui/downtime_sheet.html", rows=rows)
    name = f"sheet-{visit.now:%Y-%m-%d-%H%M}.html"
    return Response(
        seal_page(bytes(page.body).decode(), passphrase),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


_FIELDS = ("name", "channels", "code_word")


async def _row(tx: Tx, visit: Visit, line: Line) -> dict[str, Any]:
    """One person: who, how they may be reached (a channel that is not safe has no number here), and what is due."""
    person = await sealing.open_person(visit.sealer, line.person_id, await details.person(tx, line.person_id))
    values = await sealing.open_channels(visit.sealer, line.person_id, await contact.values(tx, line.person_id))
    held = await profile(tx, line.person_id)
    safe = {k: c for k, c in held.channels.items() if c.safety == "safe" and c.locked_at is None and k in values}
    never = [words.words(kind) for kind in held.channels if kind not in safe]
    return {
        "line": line,
        "name": f"{person.get('given_names') or ''} {person.get('family_name') or ''}".strip() or "Name not known",
        "code_word": person.get("code_word"),
        "safe": [(words.words(k), values[k], " ".join(filter(None, (c.days, c.hours)))) for k, c in safe.items()],
        "never": never,
        "risk": words.words(line.risk_grade) + (f", Dash {line.dash_score}" if line.dash_score is not None else ""),
        "holds": [words.words(hold) for hold in line.holds],
        "lines": [words.words(each) for each in line.lines],
    }
