"""What the person agreed to: taken, shown while it counts, and taken back after a look at what ends with it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from contracts.vocabulary import CHANNELS
from contracts.working_time import end_of_day, local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import date_words, when
from services.referral.actions import alarming, consenting, ruling_out
from services.referral.actions import books as stocked
from services.referral.case_ui import against, words
from services.referral.case_ui.going import titled
from services.referral.case_ui.room import Desk, error_of, frame, one, opened
from services.referral.domain.rules import months_before
from services.referral.domain.shown import JUST_NOW
from services.referral.domain.transitions import ReasonList
from services.referral.store import consent
from services.referral.store.cases import Case
from services.referral.store.consent import Consent

PURPOSES = {
    "support": "Support by a provider",
    "restorative_justice": "Restorative justice",
    "feedback": "Questions about how it went",
}
SCOPES = {
    "who": ("Who they are", ("given_names", "family_name", "date_of_birth", "age_band")),
    "reach": (
        "How to reach them safely",
        ("channels", "address", "area", "code_word", "language"),
    ),
    "happened": (
        "What happened",
        ("offence", "flags", "crime_reference", "reported_on", "committed_on", "relationship", "officer_in_case"),
    ),
    "risk": ("Risk", ("risk", "same_household")),
    "needs": ("What would help", ("needs", "access_needs", "family_liaison_officer")),
}
GIVEN_BY = {
    "self": "The person",
    "able": "The young person of 13 to 15, judged able to decide this themselves",
    "parent": "A parent",
    "representative": "A representative",
}
CHANGED = (
    "What ends with it has changed since you opened the page, and stands anew below. Nothing was ended. Read it again"
    " before you withdraw"
)
LATER = ("taken_at", "taken_by", "withdrawn_at", "reason")
"""What an agreement says beside the answers of its form."""
NEEDS_CONTRACT = frozenset({"support", "restorative_justice"})


async def show(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = await consent.of_case(tx, case.case_id)
        top = await frame(tx, visit, case, "Agreements")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("consent",))])
    warn = timedelta(days=desk.books.standards_on(local_day(visit.now)).agreement_warn_days)
    return visit.render("case_ui/agreements.html", **top, held=[_shown(visit, desk, one, warn) for one in held])


def _shown(visit: Visit, desk: Desk, held: Consent, warn: timedelta) -> dict[str, Any]:
    lists = desk.books.transitions.reasons
    able = held.reason == consenting.JUDGED_ABLE
    reasons = lists["override"] if held.gate == "override" and not held.withdrawn_at else _reasons(desk, held)
    return {
        "held": held,
        "for": _for(desk, held),
        "state": state_of(held, visit.now, warn),
        "scope": ", ".join(sorted(words.words(name).lower() for name in held.scope)),
        "given_by": GIVEN_BY["able"] if able else GIVEN_BY.get(held.given_by, words.words(held.given_by)),
        "reason": reasons.words_of(held.reason) if held.reason and not able else None,
        "counts": held.counts(visit.now),
    }


def _for(desk: Desk, held: Consent) -> str:
    if held.contract_id is not None:
        return titled(desk.books, held.contract_id)
    return words.words(held.line) if held.line else PURPOSES.get(held.purpose, words.words(held.purpose))


def state_of(held: Consent, now: datetime, warn: timedelta) -> tuple[str, str]:
    """A word for it and the colour of its tag."""
    if held.gate == consenting.REFUSAL:
        return "Said no", "red"
    if held.withdrawn_at is not None:
        return "Withdrawn", "grey"
    if held.expires_at is not None and held.expires_at <= now:
        return "Ended", "red"
    if held.gate == "override" and held.confirmed_at is None:
        return "Waits for a second person", "orange"
    if held.expires_at is not None and held.expires_at <= now + warn:
        return "Ends soon", "orange"
    return "Counts", "green"


async def no_questions(visit: Visit, desk: Desk) -> Response:
    """The person wants no questions about how it went."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        await consenting.refuse_questions(tx, visit.signed_in, case, visit.now)
    return visit.redirect(f"/cases/{case.case_id}/agreements", flash="Nobody asks the person how it went.")


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        listed = await _contracts(tx, visit, desk, case)
        top = await frame(tx, visit, case, "Agreements")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("consent",))])
    months = desk.books.standards_on(local_day(visit.now)).agreement_months
    return visit.render(
        "case_ui/agreement.html",
        status=422 if errors else 200,
        **top,
        purposes=PURPOSES,
        contracts=listed,
        scopes={code: text for code, (text, _) in SCOPES.items()},
        channels={kind: words.words(kind) for kind in CHANNELS},
        given_by=GIVEN_BY,
        months=months,
        consent_id=uuid4(),
        errors=errors,
        values=visit.form or _expiry(_last_day(visit, desk)),
    )


async def _contracts(tx: Tx, visit: Visit, desk: Desk, case: Case) -> list[dict[str, str]]:
    """Contracts in force, those of the lines of the case first; of each that does not take the person, that and why."""
    today, rules = local_day(visit.now), await against.of_case(tx, case.case_id, local_day(visit.now))
    listed = [c for c in desk.books.directory.contracts if c.starts <= today <= c.ends]
    listed.sort(key=lambda c: (c.line not in case.lines, c.line, c.title))
    shown = [
        {"value": str(c.contract_id), "text": f"{words.words(c.line)}: {c.title}, {c.provider.name}{rules(c)}"}
        for c in listed
    ]
    return [{"value": "", "text": "Choose a provider"}, *shown]


def _last_day(visit: Visit, desk: Desk) -> date:
    """The last day on which an agreement taken now may still count."""
    today = local_day(visit.now)
    return months_before(today, -desk.books.standards_on(today).agreement_months)


def _expiry(day: date) -> dict[str, list[str]]:
    parts = (("day", day.day), ("month", day.month), ("year", day.year))
    return {f"expires-{part}": [str(number)] for part, number in parts}


async def take(visit: Visit, desk: Desk) -> Response:
    agreement, errors = await _read(visit, desk)
    if agreement is None:
        return await ask(visit, desk, errors)
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            before = await consent.load(tx, agreement.consent_id)
            if before is None:
                await consenting.record(tx, visit.signed_in, agreement, visit.now)
                if agreement.provider_id is not None:
                    books = await stocked.current(tx, desk.books)
                    about = (case, agreement.provider_id, books)
                    await ruling_out.wanted_again(tx, visit.signed_in, *about, visit.now)
            taken = await against.recorded(tx, desk.books, agreement, local_day(visit.now))
    except Refused as refused:
        return await ask(visit, desk, [error_of(refused, refused.field)])
    if before is not None and replace(agreement, **{name: getattr(before, name) for name in LATER}) != before:
        return await ask(visit, desk, [FieldError("", _saved(visit, desk, before))])
    flash = "The agreement was recorded."
    return visit.redirect(f"/cases/{visit.params['case_id']}/agreements", flash=flash + taken)


def _saved(visit: Visit, desk: Desk, before: Consent) -> str:
    """What was recorded when the form was sent with other answers before: it is not narrowed by a second agreement."""
    if before.case_id != visit.id("case_id"):
        return "This form was sent before. Open the page again, then record the agreement"
    scope = ", ".join(sorted(words.words(name).lower() for name in before.scope)) or "nothing"
    until = f" until {date_words(before.expires_at)}" if before.expires_at else ""
    return (
        f"This form was sent before, and what it said then was recorded: {_for(desk, before)}, sharing {scope}{until}."
        " Nothing of it was changed. If it is wrong, withdraw it under “Agreements”, then record this one"
    )


async def _read(visit: Visit, desk: Desk) -> tuple[Consent | None, list[FieldError]]:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
    purpose, how, given_by = one(visit, "purpose"), one(visit, "how"), one(visit, "given_by")
    contract = desk.books.directory.by_id.get(id_of(one(visit, "contract")) or uuid4())
    scopes = [code for code in visit.form.get("scope", []) if code in SCOPES]
    expires, errors = _expires(visit, desk)
    wrong = {
        "purpose": (purpose not in PURPOSES, "Choose what the person agrees to"),
        "contract": (purpose in NEEDS_CONTRACT and contract is None, "Choose the provider that the person agrees to"),
        "line": (
            purpose == "restorative_justice" and contract is not None and contract.line != purpose,
            "Choose a provider of restorative justice",
        ),
        "scope": (purpose in NEEDS_CONTRACT and not scopes, "Choose what may be shared"),
        "how": (how not in CHANNELS, "Choose how the person told us"),
        "given_by": (given_by not in GIVEN_BY, "Choose who agreed"),
    }
    at = {"line": "contract"}
    errors = [FieldError(at.get(name, name), text) for name, (is_wrong, text) in wrong.items() if is_wrong] + errors
    consent_id = id_of(one(visit, "consent_id"))
    if errors or consent_id is None:
        return None, errors or [FieldError("purpose", "Choose again what the person agrees to")]
    to = contract if purpose in NEEDS_CONTRACT else None
    fields = {name for code in scopes for name in SCOPES[code][1]} if to else set()
    return (
        Consent(
            consent_id=consent_id,
            person_id=case.person_id,
            case_id=case.case_id,
            purpose=purpose,
            given_by="self" if given_by == "able" else given_by,
            reason=consenting.JUDGED_ABLE if given_by == "able" else None,
            taken_at=visit.now,
            line=to.line if to else None,
            provider_id=to.provider.provider_id if to else None,
            contract_id=to.contract_id if to else None,
            scope=tuple(sorted(fields)),
            how=how,
            taken_by=visit.signed_in.user_id,
            expires_at=expires,
        ),
        [],
    )


def _expires(visit: Visit, desk: Desk) -> tuple[datetime | None, list[FieldError]]:
    parts = [one(visit, f"expires-{part}").strip() for part in ("year", "month", "day")]
    last = _last_day(visit, desk)
    try:
        day = date(*(int(part) for part in parts))
    except (ValueError, OverflowError):
        return None, [FieldError("expires", "Enter a real day on which the agreement ends, like 27 3 2027")]
    if not local_day(visit.now) < day <= last:
        return None, [FieldError("expires", f"The agreement must end after today, on {date_words(last)} at the latest")]
    return end_of_day(day), []


def id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _held(tx: Tx, visit: Visit) -> Consent:
    """The agreement of the address, of the case of the address."""
    found = await consent.load(tx, visit.id("consent_id"))
    if found is None or found.case_id != visit.id("case_id"):
        raise HTTPException(404)
    return found


def _reasons(desk: Desk, held: Consent) -> ReasonList:
    """Why an agreement, or an override of its absence, may end."""
    return desk.books.transitions.reasons["override_ended" if held.gate == "override" else "agreement_withdrawn"]


async def preview(visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    """Everything that a withdrawal will end, before it is confirmed."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = await _held(tx, visit)
        by = await consent.withdrawn_by(tx, held)
        ends = await consenting.what_ends(tx, held, visit.now)
        top = await frame(tx, visit, case, "Agreements")
        await audit.record(
            tx, [audit.seen(visit.signed_in, "withdrawal_previewed", "case", case.case_id, ("consent",))]
        )
    if held.withdrawn_at is not None:
        return _over(visit, held, by)
    states, reasons = desk.books.transitions.states, _reasons(desk, held)
    return visit.render(
        "case_ui/withdrawal.html",
        status=status if errors else 200,
        **top,
        held=held,
        to=_for(desk, held),
        ends=ends,
        less=", ".join(sorted({words.words(name).lower() for each in ends.narrower for name in each.scope})),
        names={c.contract_id: titled(desk.books, c.contract_id) for c in desk.books.directory.contracts},
        states=states,
        asked=reasons.words,
        reasons={reason.code: reason.words for reason in reasons.on(local_day(visit.now))},
        errors=errors,
    )


def _provider(desk: Desk, held: Consent) -> UUID | None:
    """Whose help an agreement is to."""
    contract = desk.books.directory.by_id.get(held.contract_id) if held.contract_id else None
    return contract.provider.provider_id if contract else held.provider_id


def _over(visit: Visit, held: Consent, by: UUID | None) -> Response:
    """An agreement that was withdrawn already: the same form pressed twice by the same person is answered as the first,
    and any other is told when it ended, and by whom."""
    back = f"/cases/{held.case_id}/agreements"
    pressed = visit.request.method == "POST" and held.reason == one(visit, "reason_code")
    if (
        pressed
        and by == visit.signed_in.user_id
        and held.withdrawn_at is not None
        and visit.now - held.withdrawn_at <= JUST_NOW
    ):
        return visit.redirect(back, flash="The agreement is withdrawn.")
    who = "" if by is None else ", by you" if by == visit.signed_in.user_id else ", by a colleague"
    return visit.conflict(f"It was withdrawn already, on {when(held.withdrawn_at)}{who}.", back)


async def withdraw(visit: Visit, desk: Desk) -> Response:
    reason = one(visit, "reason_code")
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = await _held(tx, visit)
        by = await consent.withdrawn_by(tx, held)
    if held.withdrawn_at is not None:
        return _over(visit, held, by)
    if reason not in {each.code for each in _reasons(desk, held).on(local_day(visit.now))}:
        return await preview(visit, desk, [FieldError("reason_code", "Choose why it ends")])
    try:
        async with visit.begin() as tx:
            digest = one(visit, "digest")
            since = (await consenting.what_ends(tx, held, visit.now)).narrower
            count = await consenting.withdraw(tx, visit.signed_in, held.consent_id, reason, visit.now, shown=digest)
            if reason == ruling_out.NOT_THIS and (provider := _provider(desk, held)) is not None:
                books = await stocked.current(tx, desk.books)
                await ruling_out.rule_out(tx, visit.signed_in, case, provider, books, visit.now)
    except Refused as refused:
        if refused.code == "list_has_changed":
            return await preview(visit, desk, [FieldError("", CHANGED)], 409)
        if refused.code == "not_found":
            return await preview(visit, desk)
        raise
    flash = "The agreement is withdrawn" + (f", and {count} of its referrals with it." if count else ".")
    if since and reason == consenting.LESS:
        flash += " What they agreed to since shares less: it stays, and what is with the provider keeps within it."
    if afraid := reason == alarming.OF_FEAR:
        flash += " They are afraid: the risk is to be looked at now, see “To do today” on the case."
    return visit.redirect(f"/cases/{visit.params['case_id']}/agreements", flash=flash, done=not afraid)
