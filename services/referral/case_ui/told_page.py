"""The age, sex and language of a person as they told us, where the police did not know or had it wrong."""

from collections.abc import Sequence
from datetime import date

from starlette.responses import Response

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError, whole
from services.referral import said
from services.referral.actions import books as stocked
from services.referral.actions import telling
from services.referral.actions.telling import Told
from services.referral.case_ui import hold_ends, meanwhile, words
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.domain.languages import LANGUAGES
from services.referral.domain.told import OLDEST, SEXES, years

SEX = {"": "They do not say, or were not asked", **{code: words.words(code) for code in SEXES}}
LANGUAGE = {"": "They do not say, or were not asked", **LANGUAGES}
STANDS = "“{}” does not go with this age, and holds until two people end it: see below what holds this case."
NOTHING = "Enter the day of birth or the age, or choose the sex or the language"


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), status: int = 422) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        facts = await telling.known(tx, case)
        top = await frame(tx, visit, case, "Overview")
        await audit.record(
            tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("age", "sex", "language"))]
        )
    return visit.render(
        "case_ui/told.html",
        status=status if errors else 200,
        **top,
        age=said.age(case.age_band),
        sex=words.words(facts.sex if facts else None),
        language=words.language(facts.language if facts else None),
        sexes=SEX,
        languages=[{"value": code, "text": text} for code, text in LANGUAGE.items()],
        shown=(one(visit, "shown") if errors and status == 422 else "") or telling.mark(facts),
        errors=errors,
        values=visit.form,
    )


async def take(visit: Visit, desk: Desk) -> Response:
    given, errors = _read(visit)
    if given is None:
        return await ask(visit, desk, errors)
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            books = await stocked.current(tx, desk.books)
            about = (visit.sealer, case, given, one(visit, "shown"), books, visit.now)
            done = await telling.tell(tx, visit.signed_in, *about)
            stands = hold_ends.outgrown((await opened(tx, visit)).holds, await telling.known(tx, case))
    except Refused:
        return await ask(visit, desk, [FieldError("", await _changed(visit))], 409)
    now = "Written down. What could help was decided again: see below." if done else "That was written down already."
    return visit.redirect(f"/cases/{case.case_id}", flash=" ".join((now, *map(STANDS.format, stands))))


async def _changed(visit: Visit) -> str:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        done = await meanwhile.last(tx, case.case_id, "person.told")
    if case.state == "closed":
        return "The case was closed since you opened this page, so nothing was saved"
    return (
        f"What is known was changed since you opened this page, {meanwhile.by(visit, done)}. Nothing was saved. Send"
        " this again only if it is right all the same"
    )


def _read(visit: Visit) -> tuple[Told | None, list[FieldError]]:
    parts = [one(visit, f"born-{part}").strip() for part in ("year", "month", "day")]
    age, sex, language = one(visit, "age").strip(), one(visit, "sex"), one(visit, "language")
    today = local_day(visit.now)
    born, errors = None, []
    if any(parts):
        try:
            born = date(*(int(part) for part in parts))
            if not 0 <= years(born, today) <= OLDEST:
                raise ValueError
        except (ValueError, OverflowError):
            errors.append(FieldError("born", "Enter a real day of birth, like 27 3 2009"))
    number = whole(age)
    if age and (number is None or number > OLDEST):
        errors.append(FieldError("age", "Enter the age in years, like 15"))
    elif born and number is not None and abs(years(born, today) - number) > 0:
        errors.append(FieldError("age", f"By this day of birth they are {years(born, today)}: enter one of the two"))
    if sex not in SEX:
        errors.append(FieldError("sex", "Choose from the list"))
    if language not in LANGUAGE:
        errors.append(FieldError("language", "Choose from the list"))
    if not errors and born is None and not (age or sex or language):
        errors.append(FieldError("born", NOTHING))
    return (None, errors) if errors else (Told(born, number, sex or None, language or None), [])
