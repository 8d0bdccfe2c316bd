"""Taking somebody in who rings or comes by themselves: first who we know already, then what is asked, then the case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.identity import reference
from contracts.reference import AREAS
from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, parse
from services.referral.actions import asked, at_intake, came, filing, sealing, taking_in
from services.referral.actions import books as stocked
from services.referral.actions.asked import Source
from services.referral.case_ui import glass, words
from services.referral.case_ui.room import Desk, badges, error_of, one
from services.referral.desk_books import first_contact
from services.referral.domain import alike
from services.referral.domain.access import TO_COMMUNICATE
from services.referral.domain.languages import LANGUAGES
from services.referral.domain.plain_text import is_plain
from services.referral.domain.telephone import one_number
from services.referral.domain.told import years
from services.referral.store import ages, cases, details, intakes
from services.referral.store.cases import Case

NOTED = (
    "{} Its reference is {}. Where its page is not shown to you, the team leader goes on with it: tell them that"
    " somebody was taken in, if it cannot wait."
)
OPEN_ALREADY = "The case is open already. What you changed in the form since then was not saved: change it in the case."
NO_TASK = "The task that asks for this person is not known here: open this page again from the task"
WHAT = {
    "domestic": "Domestic abuse",
    "sexual": "A sexual offence",
    "hate": "A hate crime or incident",
    "honour_based_abuse": "So-called honour-based abuse, forced marriage or female genital mutilation",
    "stalking": "Stalking",
    "modern_slavery": "Modern slavery or trafficking",
    "sexual_exploitation": "Sexual exploitation",
    "criminal_exploitation": "Exploitation for crime, county lines included",
    "road_collision": "A road collision",
    "anti_social_behaviour": "Anti-social behaviour",
    "fraud": "Fraud, online included",
    "bereaved_killed": "Somebody close to them was killed",
    "bereaved_road": "Somebody close to them died on the road",
    "other": "Something else",
}
WHO = {
    "self": "The person themselves",
    "family": "A family member or friend, for them",
    "agency": "Another agency, for them",
    "witness": "A witness, for themselves",
    "business": "A business, by somebody who speaks for it",
}
AGENCIES = {
    "social_care": "Social care",
    "health": "Health",
    "housing": "Housing",
    "education": "School or college",
    "charity": "A charity",
    "other": "Another agency",
}
CARRIED = (
    "task",
    "what",
    "relationship",
    "source",
    "given_names",
    "family_name",
    "phone",
    "date_of_birth-day",
    "date_of_birth-month",
    "date_of_birth-year",
)


AGES_APART = 2
"""So many years an age that was told may be from the one by the day of birth (ours)."""
SHOWN = 20
"""So many cases that fit are shown."""


class Look(BaseModel):
    """By what somebody is looked for before anything is written down."""

    source: Annotated[Source, Say("Choose who asks for help")]
    given_names: str | None = Field(default=None, max_length=100)
    family_name: str | None = Field(default=None, max_length=100)
    date_of_birth: Annotated[date | None, Say("", wrong="The date of birth must be a real date")] = None
    phone: str | None = Field(default=None, max_length=30)
    unnamed: Annotated[Literal["yes"] | None, Say("")] = None


EQUALITY = (
    ("sex", "Sex", asked.SEXES),
    ("gender", "Gender", asked.GENDERS),
    ("ethnicity", "Ethnic group", asked.ETHNICITIES),
    ("orientation", "Sexual orientation", asked.ORIENTATIONS),
    ("religion", "Religion", asked.RELIGIONS),
)


ASKED_BY = {
    "add_children": {"what": "domestic", "relationship": "family"},
    filing.FAMILY: {"what": "bereaved_killed"},
}
"""What a task knows of whom it asks for, to begin with."""


async def begin(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    """`?task=ID`: a task asks for somebody of its crime, who is tied to it."""
    carried = {name: one(visit, name) for name in ("task", "what", "relationship") if one(visit, name)}
    try:
        task = UUID(visit.query["task"])
    except (KeyError, ValueError):
        task = None
    if task is not None:
        async with visit.begin() as tx:
            origin = await intakes.origin(tx, task)
        carried = {"task": str(task)} | ASKED_BY.get(origin.kind, {}) if origin != intakes.NOWHERE else {}
    status = 422 if errors else 200
    return visit.render("case_ui/look.html", status=status, who=WHO, carried=carried, errors=list(errors))


async def look(visit: Visit, desk: Desk) -> Response:
    """Who we know of this name and birth, or this number; nothing of it stands in an address."""
    given, errors = parse(Look, visit.form)
    looked = given is not None and bool((given.given_names and given.family_name) or given.phone)
    if given is not None and not looked and not given.unnamed:
        errors = [FieldError("given_names", "Enter the person's names and date of birth, or a telephone number")]
    errors = errors or (_unread(given) if given is not None else [])
    if given is None or errors:
        return await begin(visit, desk, errors)
    async with visit.begin() as tx:
        found = await _known(tx, visit, given)
        seen = [audit.seen(visit.signed_in, "found_seen", "case", case.case_id) for case in found.cases]
        count = f"{'more than ' if found.more else ''}{len(found.cases)} found"
        search = audit.seen(visit.signed_in, "search", "search", uuid4(), (count,))
        await audit.record(tx, [search, *seen])
    return visit.render(
        "case_ui/looked_for.html",
        rows=[(case, badges(case), case.case_id in found.by_number) for case in found.cases],
        more=found.more,
        looked=looked,
        carried={name: one(visit, name) for name in CARRIED if one(visit, name)},
        words=words.words,
        area=words.area,
    )


def _unread(given: Look) -> list[FieldError]:
    """Names that hold signs nobody sees, and what is no one number: by them nobody is found who is here."""
    names = (("given_names", given.given_names), ("family_name", given.family_name))
    errors = [FieldError(name, asked.CHECK_LETTERS) for name, text in names if text and not is_plain(text)]
    unread = given.phone and one_number(given.phone) is None
    return errors + ([FieldError("phone", asked.CHECK_NUMBER)] if unread else [])


@dataclass(frozen=True, slots=True)
class Fits:
    """Cases that fit, those of the same name before those of the number alone (`by_number`); `more`: there are more
    than are shown."""

    cases: list[Case]
    by_number: frozenset[UUID]
    more: bool


async def _known(tx: Tx, visit: Visit, given: Look) -> Fits:
    """Cases of people with this name and date of birth, this name where no birth is known, or this number: whoever has
    both comes first, then the name, then nearly the name, then the number, which many may share. Each the newest
    first."""
    name = f"{given.given_names or ''} {given.family_name or ''}".strip()
    by_name, by_number = [], []
    if given.given_names and given.family_name:
        both = f"{name} {given.date_of_birth}"
        kind, text = ("name_and_birth", both) if given.date_of_birth else ("name", name)
        by_name = [(kind, visit.sealer.blind(kind, text))]
    if given.phone:
        by_number = [("phone", visit.sealer.blind("phone", sealing.phone(given.phone)))]
    wanted = [by_name + by_number] if by_name and by_number else []
    wanted += [one for one in (by_name, by_number) if one]
    order: dict[UUID, bool] = {}
    for entries in wanted:
        people = await details.find(tx, entries)
        people += await _nearly(tx, visit, given) if entries == by_name else []
        for case_id in await details.cases_of(tx, people) if people else []:
            order.setdefault(case_id, entries == by_number and bool(by_name))
    shown = [case for case in [await cases.get(tx, one) for one in list(order)[:SHOWN]] if case is not None]
    return Fits(shown, frozenset(one for one, alone in order.items() if alone), len(order) > SHOWN)


async def _nearly(tx: Tx, visit: Visit, given: Look) -> list[UUID]:
    """Of this birth, who has the same first given name; and who has the whole name, no birth that is known, and no age
    that is another than by this birth."""
    born, family = given.date_of_birth, given.family_name
    if born is None or not given.given_names:
        return []
    nearly = f"{alike.first(given.given_names)} {family} {born}"
    found = await details.find(tx, [("first_name_and_birth", visit.sealer.blind("first_name_and_birth", nearly))])
    named = await details.find(tx, [("name", visit.sealer.blind("name", f"{given.given_names} {family}"))])
    unborn = await details.without_birth(tx, named)
    told = await ages.of_people(tx, unborn) if unborn else []
    other = {
        who
        for who, _, known in told
        if known.age is not None and abs(known.age - years(born, known.reported_on)) > AGES_APART
    }
    return [*found, *(one for one in unborn if one not in other)]


async def form(visit: Visit, desk: Desk) -> Response:
    """The form, opened after the look, with what was typed there."""
    return await ask(visit, desk)


async def resume(visit: Visit, desk: Desk) -> Response:
    """The form as it was left; without a draft whoever comes is looked for first."""
    return await ask(visit, desk) if visit.form else visit.redirect("/cases/new")


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    return visit.render(
        "case_ui/new.html",
        status=422 if errors else 200,
        what=WHAT,
        who=WHO,
        agencies=AGENCIES,
        needs=asked.NEEDS,
        themselves=asked.OF_THEMSELVES,
        access={code: text for code, text in first_contact().communication.items() if code in TO_COMMUNICATE},
        ago=asked.AGO,
        danger=asked.DANGER,
        relationships=_items(asked.RELATIONSHIPS),
        same_household=_items(asked.SAME_HOUSEHOLD),
        risks=[{"value": "", "text": "Nobody has assessed it"}, *_items(asked.RISKS)],
        works_for=asked.WORKS_FOR,
        languages=_items(LANGUAGES | {asked.LANGUAGE_UNKNOWN: "Not known"}),
        safety={"safe": "Yes, we are told so", "unsafe": "No", "unknown": "Not sure"},
        case_id=one(visit, "case_id") or uuid4(),
        task=one(visit, "task"),
        areas=_items({"": "Choose an area"} | {a.code: a.name for a in AREAS} | {asked.ELSEWHERE: "Outside our areas"}),
        strands=asked.STRANDS,
        liaison=_items(asked.LIAISON),
        equality=[(name, label, _items(choices)) for name, label, choices in EQUALITY],
        errors=list(errors),
    )


def _items(choices: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": code, "text": text} for code, text in choices.items()]


async def take_in(visit: Visit, desk: Desk) -> Response:
    given, errors = asked.read(visit.form, local_day(visit.now))
    if given is None:
        return await ask(visit, desk, [replace(each, field="") if each.field == "task" else each for each in errors])
    try:
        async with glass.lent(visit).begin() as tx:  # whoever takes somebody restricted in may not see the case
            if await cases.known(tx, [given.case_id]):
                return _opened(visit, given.case_id, OPEN_ALREADY)
            books = await stocked.current(tx, desk.books)
            origin = await intakes.origin(tx, given.task)
            if given.task is not None and origin == intakes.NOWHERE:
                return await ask(visit, desk, [FieldError("", NO_TASK)])
            told = came.with_origin(came.told(given, visit.now, "phone"), origin)
            case_id = await taking_in.self_referral(tx, visit.signed_in, told, uuid4(), books, visit.sealer, visit.now)
            if (case := await cases.get(tx, case_id)) is not None:
                await at_intake.of_the_home(tx, visit.signed_in, visit.sealer, case, origin, visit.now)
            await intakes.add(tx, came.intake_of(given, visit.now, by=visit.signed_in.user_id, origin=origin))
            return _opened(visit, case_id, "The case is open. Nothing was sent: choose who helps.")
    except Refused as refused:
        return await ask(visit, desk, [error_of(refused, refused.field)])


def _opened(visit: Visit, case_id: UUID, said: str) -> Response:
    """To the case, with the same answer whether or not whoever took it in may see it: it would tell whom we know."""
    told = said if visit.signed_in.may_see_restricted else NOTED.format(said, reference(case_id))
    return visit.redirect(f"/cases/{case_id}/referrals", flash=told)
