"""The downtime sheet: today's people at high risk and what falls due, in one file sealed under a passphrase."""

from typing import Any

from starlette.responses import Response

from contracts.working_time import calendar, due
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, whole
from kit.web.sealed_page import SHORTEST, seal_page
from services.referral.actions import beside as written_beside
from services.referral.actions import code_words, contacting, sealing
from services.referral.actions.beside import CODES
from services.referral.case_ui import words
from services.referral.case_ui.room import Desk, one
from services.referral.domain import safe_contact
from services.referral.domain.safe_contact import ChannelState, Profile
from services.referral.said import days, hours
from services.referral.store import beside, cases, contact, details, downtime, protected
from services.referral.store.downtime import Line

MOST = 500
"""How many cases one file holds; with more there are more files, so that nobody is left out."""


async def ask(visit: Visit, desk: Desk, errors: tuple[FieldError, ...] = ()) -> Response:
    until = due(visit.now, 1, "working_days", calendar())
    async with visit.begin() as tx:
        count = await downtime.count(tx, until)
        await audit.record(tx, [audit.seen(visit.signed_in, "downtime_seen", "queue", None)])
    parts = _parts(count)
    chosen = [{"value": str(n), "text": _part_words(n, count)} for n in range(1, parts + 1)]
    visit.form.clear()
    status = 422 if errors else 200
    return visit.render(
        "case_ui/downtime.html",
        status=status,
        count=count,
        most=MOST,
        parts=parts,
        chosen=chosen,
        errors=errors,
        shortest=SHORTEST,
    )


def _parts(count: int) -> int:
    return max(1, -(-count // MOST))


def _part_words(part: int, count: int) -> str:
    """ "File 1 of 3: cases 1 to 500 of 1,017"."""
    first, last = (part - 1) * MOST + 1, min(part * MOST, count)
    return f"File {part} of {_parts(count)}: cases {first:,} to {last:,} of {count:,}"


async def make(visit: Visit, desk: Desk) -> Response:
    passphrase, again = one(visit, "passphrase"), one(visit, "again")
    if len(passphrase) < SHORTEST:
        return await ask(visit, desk, (FieldError("passphrase", f"Enter at least {SHORTEST} characters"),))
    if passphrase != again:
        return await ask(visit, desk, (FieldError("again", "Enter the same passphrase again"),))
    until = due(visit.now, 1, "working_days", calendar())
    async with visit.begin() as tx:
        count, part = await downtime.count(tx, until), whole(one(visit, "part") or "1")
        if part is None or not 1 <= part <= _parts(count):
            return await ask(visit, desk, (FieldError("", f"Choose a file: there are {_parts(count)} now"),))
        held = await downtime.lines(tx, until, MOST, (part - 1) * MOST)
        rows = [await _row(tx, visit, line) for line in held]
        seen = [audit.seen(visit.signed_in, "downtime_sheet_made", "case", line.case_id, _FIELDS) for line in held]
        await audit.record(tx, seen or [audit.seen(visit.signed_in, "downtime_sheet_made", "queue", None)])
    page = visit.render("case_ui/downtime_sheet.html", rows=rows, part=_part_words(part, count) if count else "")
    name = f"sheet-{visit.now:%Y-%m-%d-%H%M}{f'-{part}-of-{_parts(count)}' if _parts(count) > 1 else ''}.html"
    return Response(
        seal_page(bytes(page.body).decode(), passphrase),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


_FIELDS = ("name", "channels", "code_word", "must_not_know")


async def _row(tx: Tx, visit: Visit, line: Line) -> dict[str, Any]:
    """One person: who, how they may be reached (a channel that is not safe has no number here), and what is due."""
    person = await sealing.open_person(visit.sealer, line.person_id, await details.person(tx, line.person_id))
    person = await code_words.with_all(tx, visit.sealer, line.person_id, person)
    values = await sealing.open_channels(visit.sealer, line.person_id, await contact.values(tx, line.person_id))
    case = await cases.get(tx, line.case_id)
    held = await contacting.profile_for_hub(tx, case, visit.now) if case else Profile()
    safe = {k: c for k, c in held.channels.items() if safe_contact.may_give(c) and k in values}
    hidden = protected.PLACES if await protected.of(tx, [line.person_id]) else ()
    safe = {} if held.shut else {kind: channel for kind, channel in safe.items() if kind not in hidden}
    never = [words.words(kind) for kind in held.channels if kind not in safe]
    shut_out = await _must_not_know(tx, visit, line)
    return {
        "line": line,
        "language": words.language(line.language),
        "must_not_know": shut_out,
        "name": f"{person.get('given_names') or ''} {person.get('family_name') or ''}".strip() or "Name not known",
        "code_word": person.get("code_word"),
        "safe": [(words.words(k), values[k], ", ".join(_with_care(c))) for k, c in safe.items()],
        "never": never,
        "risk": words.words(line.risk_grade) + (f", Dash {line.dash_score}" if line.dash_score is not None else ""),
        "holds": [words.words(hold) for hold in line.holds],
        "lines": [words.words(each) for each in line.lines],
    }


def _with_care(channel: ChannelState) -> list[str]:
    """What must be kept to on a channel that is safe: "Monday to Friday, 9am to 5pm", "leave no message"."""
    said = [", ".join(filter(None, (days(channel.days), hours(channel.hours))))]
    said += ["leave no message"] if channel.voicemail is False else []
    said += ["do not say who you are"] if channel.say_who is False else []
    return [one for one in said if one]


async def _must_not_know(tx: Tx, visit: Visit, line: Line) -> list[str]:
    """Who must not know: "partner: the neighbour's brother"."""
    held = [e for e in await beside.of_case(tx, line.case_id) if e.kind == "must_not_know" and not e.closed_at]
    texts = await written_beside.texts(visit.sealer, held)
    named = [(CODES["must_not_know"].get(e.code, e.code).lower(), texts.get(e.entry_id)) for e in held]
    return [f"{what}: {who}" if who else what for what, who in named]
