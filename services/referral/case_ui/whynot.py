"""Who could help, and why not the others: every contract with each rule passed or failed in words, now and as it was
when something was decided."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.vocabulary import SERVICE_LINES
from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from services.referral.actions import books as stocked
from services.referral.actions import excepting, nobody
from services.referral.case_ui import steps, words
from services.referral.case_ui.exception import lead
from services.referral.case_ui.room import Desk, frame, opened
from services.referral.case_ui.said_no import said_no
from services.referral.case_ui.same_person import names_of
from services.referral.domain.directory import Contract
from services.referral.domain.facts import facts_of
from services.referral.domain.matching import Checked, Explained, explain, works_in
from services.referral.domain.open_referral import delivered_by
from services.referral.store import beside, cases, same_person
from services.referral.store.cases import Case, Routing


@dataclass(frozen=True, slots=True)
class Panel:
    """The contracts in groups: those that fit, those one change away (`near`), the others of the line, and those of
    other lines. Each contract of the directory is in one of them."""

    fits: Sequence[Explained]
    near: Sequence[Explained]
    no: Sequence[Explained]
    elsewhere: Sequence[Explained]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of providers beside the rules. `before`: who helped this person on the line in an earlier case, the
    last first; `other`: who is helping the other party of this crime."""

    before: Mapping[UUID, str] = field(default_factory=dict)
    other: Collection[UUID] = ()

    def place(self, each: Explained) -> int:
        """Whoever helped this person already before the others."""
        provider = each.contract.provider.provider_id
        known = list(self.before)
        return known.index(provider) if provider in known else len(known)

    def other_first(self, each: Explained) -> bool:
        return not works_in(each.contract, self.other)


NOTHING = Beside()
OTHER_PARTY = Checked(
    "other_party",
    False,
    "Counter-allegation: this provider is helping somebody named as a suspect in a crime against this person, or who"
    " named them as one.",
)
KEPT_APART = "Choose another, or agree with the provider that the two never meet."


async def beside_of(tx: Tx, visit: Visit, case: Case, line: str) -> Beside:
    """Who helped this person on a line before, by provider, in words; and who helps the other party."""
    helped = [leg for leg in await same_person.helped(tx, case.person_id, case.case_id) if leg.line == line]
    names = await names_of(visit, helped)
    before: dict[UUID, str] = {}
    for leg in helped:
        who = names.get(leg.assigned_to) if leg.assigned_to else None
        before.setdefault(leg.provider_id, f"{who} there helped" if who else "They helped")
    return Beside(before, await beside.also_with(tx, case.case_id))


def panel(found: Sequence[Explained], line: str, known: Beside = NOTHING) -> Panel:
    """Every contract, in its group; within one, those first in whose way least stands, and of those that fit the one
    whose worker the person knows. Whoever helps the other party is one change away, and only a human makes it."""
    mine = [_with_other(each, known) for each in found if each.contract.line == line]
    return Panel(
        fits=sorted((each for each in mine if each.fits), key=known.place),
        near=sorted((each for each in mine if not each.fits and each.change), key=known.other_first),
        no=[each for each in mine if not each.fits and not each.change],
        elsewhere=[each for each in found if each.contract.line != line],
    )


def _with_other(each: Explained, known: Beside) -> Explained:
    """That a provider helps the other party stands in its way, as a rule that failed does."""
    if not works_in(each.contract, known.other):
        return each
    said = other_party(each.contract, known.other)
    return replace(each, checks=(*each.checks, said), fits=False, change=KEPT_APART if each.fits else None)


def other_party(contract: Contract, other: Collection[UUID]) -> Checked:
    """The rule that failed, with the subcontractor where it is one who helps the other party."""
    if contract.provider.provider_id in other:
        return OTHER_PARTY
    names = " and ".join(name for name, one in contract.partners if one in other)
    return replace(OTHER_PARTY, words=OTHER_PARTY.words.replace("this provider", f"{names}, a subcontractor of it,", 1))


HAS_IT = Checked("has_it", False, "It has the referral already.")


def _has_it(each: Explained, contract_id: UUID | None) -> Explained:
    """Whoever has the referral and is silent is not offered it again."""
    if each.contract.contract_id != contract_id:
        return each
    return replace(each, checks=(*each.checks, HAS_IT), fits=False, change=None)


PLANNED = "Wait until the closure is over, or have it ended under the planned closures of the contract."


def _planned(each: Explained, closed: Collection[date], day: date) -> Explained:
    """A list that is shut by a planned closure, which the hub entered itself, is said to be that."""
    contract = each.contract
    if day not in closed or contract.list_state != "paused":
        return each
    until = f" until {contract.until.day} {contract.until:%B %Y}" if contract.until else ""
    said = f"It is in a planned closure{until}, which the hub entered."
    shut = {check.rule for check in each.checks if not check.passed}
    checks = tuple(replace(c, words=said) if c.rule == "list" and not c.passed else c for c in each.checks)
    return replace(each, checks=checks, change=PLANNED if each.change and shut == {"list"} else each.change)


async def choose(visit: Visit, desk: Desk) -> Response:
    """Who could help now: the contracts that fit, then why not the others and what would open each door."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        referral = await steps.held(tx, visit)
        routings = await cases.routings(tx, case.case_id)
        books = await stocked.current(tx, desk.books)
        known = await beside_of(tx, visit, case, referral.line)
        granted = await excepting.granted(tx, case.case_id)
        no = await said_no(tx, case, visit.now)
        facts = facts_of(routings[0].facts["case"]) if routings else None
        day = local_day(visit.now)
        marked = no.mark(explain(facts, referral.line, books.directory, day, granted)) if facts else ()
        found = [_planned(each, books.closed.get(each.contract.contract_id, ()), day) for each in marked]
        if facts is not None:
            await nobody.looked(tx, referral, facts, found, visit.now)
        top = await frame(tx, visit, case, "Referrals")
        await audit.record(tx, [audit.seen(visit.signed_in, "contracts_seen", "case", case.case_id)])
    if referral.state == "sent":
        found = [_has_it(each, referral.contract_id) for each in found]
    return visit.render(
        "case_ui/contracts.html",
        **top,
        referral=referral,
        said_no=no.told(referral.line),
        panel=panel(found, referral.line, known),
        maybe=no.maybe,
        lead=lead(f"/cases/{case.case_id}", referral.referral_id, no),
        beside=known,
        state=lambda contract: words.words(contract.state_on(day)).lower(),
        delivered_by=delivered_by,
        decisions=[one for one in routings if referral.line in one.lines and one.directory_version],
    )


async def then(visit: Visit, desk: Desk) -> Response:
    """The same panel for a decision that was taken: its facts, its day, and the directory as it stood."""
    line, run = str(visit.params["line"]), str(visit.params["run"])
    if line not in SERVICE_LINES:
        raise HTTPException(404)
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        decision = _of(await cases.routings(tx, case.case_id), run)
        facts, version = decision.as_taken()
        directory = await stocked.as_it_stood(tx, version)
        top = await frame(tx, visit, case, "Referrals")
        await audit.record(tx, [audit.seen(visit.signed_in, "decision_explained", "case", case.case_id)])
    day = local_day(decision.decided_at)
    found = explain(facts_of(facts["case"]), line, directory, day) if directory else None
    return visit.render(
        "case_ui/decision.html",
        **top,
        line=line,
        decision=decision,
        panel=panel(found, line) if found is not None else None,
        beside=NOTHING,
        state=lambda contract: words.words(contract.state_on(day)).lower(),
        delivered_by=delivered_by,
    )


def _of(routings: Sequence[Routing], run: str) -> Routing:
    found = next((one for one in routings if str(one.run) == run), None)
    if found is None:
        raise HTTPException(404)
    return found
