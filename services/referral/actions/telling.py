"""What the person told of their age, sex and language, where the police did not know or had it wrong: the case is
decided again, and it adds."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.refused import Refused
from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import birthdays, sealing
from services.referral.actions.rerouting import rerun
from services.referral.domain import told
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts, facts_of
from services.referral.store import cases, details, persons, tasks
from services.referral.store.cases import Case


@dataclass(frozen=True, slots=True)
class Told:
    """What was said: a day of birth, else an age in whole years now; a sex; and a language, by its tag."""

    born: date | None = None
    age: int | None = None
    sex: str | None = None
    language: str | None = None


async def known(tx: Tx, case: Case) -> CaseFacts | None:
    """The facts of a case as they stand."""
    routings = await cases.routings(tx, case.case_id)
    return facts_of(routings[0].facts["case"]) if routings else None


def mark(facts: CaseFacts | None) -> str:
    """What a page was opened on, so that an older one overwrites nothing newer."""
    return f"{facts.age} {facts.sex} {facts.language}" if facts else ""


async def tell(
    tx: Tx, viewer: Viewer, sealer: Sealer, case: Case, said: Told, shown: str, books: Books, now: datetime
) -> bool:
    """Writes it down and decides the case again; False when it stands so already. A day of birth is sealed with the
    person's details. Refused where something else was written down since `shown`, and where the case is closed."""
    held = await cases.load(tx, case.case_id)
    facts = await known(tx, case)
    if held is None or facts is None:
        raise Refused("age", "not_found")
    today = local_day(now)
    age = told.years(said.born, facts.reported_on) if said.born else None
    if age is None and said.age is not None:
        age = told.age_then(said.age, today, facts.reported_on)
    if age is not None and age < 0:
        age = 0
    after = told.with_told(facts, age, said.sex, said.language)
    if after == facts:
        return False
    if shown != mark(facts) or held.state == "closed":
        raise Refused("age", "changed_meanwhile")
    await rerun(tx, case.case_id, books, now, change=lambda _: after, by=viewer.user_id)
    if age is not None:
        for kind in (birthdays.TO_CHECK, birthdays.AGES_DIFFER):
            await tasks.over_of_case(tx, case.case_id, kind, viewer.user_id, now)
    if said.born:
        await _seal(tx, sealer, case, said.born, now)
    written = (("age", age), ("sex", said.sex), ("language", said.language))
    fields = tuple(name for name, value in written if value is not None)
    await audit.record(tx, [audit.seen(viewer, "person.told", "case", case.case_id, fields)])
    return True


async def _seal(tx: Tx, sealer: Sealer, case: Case, born: date, now: datetime) -> None:
    """Keeps the day of birth, and finds the person by it from now on; whether they are somebody known is asked also
    where whoever writes it down may not see that one."""
    person = case.person_id
    names = await sealing.open_person(sealer, person, await details.person(tx, person))
    held = {name: names.get(name) for name in ("given_names", "family_name", "address")}
    given = sealing.Details.model_validate({**held, "date_of_birth": born.isoformat()})
    key = (await sealer.data_keys([person], make=True))[person]
    only = {"date_of_birth": sealing.close_person(key, person, given)["date_of_birth"]}
    await details.keep_people(tx, [(person, only)], now)
    await details.index(tx, [(kind, digest, person) for kind, digest in sealing.digests(sealer, given)])
    async with persons.seen_whole(tx):
        await details.propose_same(tx, [person], now)
