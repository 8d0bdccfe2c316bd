"""Forms on which somebody's safety hangs, filled in as they should be but for one answer: a word at that field and
nothing done; from an older page a word that it moved; and as it should be, sent twice at once and again, done once."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from contracts.identity import contract_id
from contracts.working_time import local_day
from kit import clock
from services.referral.actions import providing
from tests.browser import Browser, cookie_of
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import ANOTHER, a_case, access_of, day_fields
from tests.referral.portal import LATER, Sent, a_need, a_referral_sent, an_end
from tests.referral.test_every_form import LOOKED, whole_app
from tests.referral.test_liaison import a_family
from tests.referral.test_life import a_rape
from tests.referral.test_named_later import becomes_restricted
from tests.referral.test_restricted_everywhere import spoken_to
from tests.walking import MUCH, Form, Reading, State

pytestmark = pytest.mark.service
OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")
MARKS = ("stood", "shown", "digest", "liaison_shown")
"""Hidden fields that say what the page showed."""
_LAST = re.compile(r"\S(?=\s|$)")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Filled:
    """A form of somebody (`who`), by its page and address, and a good answer. `wrong`: other answers, each with the
    field at which it is told; of a choice one that is not in the list is tried without being named here. `at`: where
    that is told, if not at the choice itself. `once`: what a good answer adds one row to."""

    who: str
    page: str
    action: str
    good: Answers
    wrong: tuple[tuple[Answers, str], ...] = ()
    at: Answers = field(default_factory=dict)
    once: str = ""


@dataclass
class Site:
    """The pages of the service with everybody signed in."""

    hub: Hub
    app: Starlette
    browsers: dict[str, Browser]
    state: State


@pytest.fixture
async def site(hub: Hub, databases: Databases) -> AsyncIterator[Site]:
    access = await access_of(databases)
    app = whole_app(hub, access)
    async with AsyncExitStack() as stack:
        browsers = {}
        for who in ("officer", "leader", "idva.worker"):
            browser = Browser(app, hub.context.settings, await cookie_of(access, who))
            browsers[who] = await stack.enter_async_context(browser)
        yield Site(hub, app, browsers, State(hub.worker, LOOKED))


async def opened(site: Site, filled: Filled) -> dict[str, list[str]]:
    """The form as its page gives it, with the good answer."""
    answer = await site.browsers[filled.who].answer("GET", filled.page)
    assert answer.status_code == 200, f"{filled.page}: {answer.status_code}"
    form = next((f for f in Reading(filled.page, answer.text).forms if _is(f, filled)), None)
    assert form is not None, f"no form {filled.action} with {sorted(filled.good)} on {filled.page}"
    return form.fields | {name: [value] for name, value in filled.good.items()}


def _is(form: Form, filled: Filled) -> bool:
    return form.action == filled.action and set(filled.good) <= {*form.fields, *form.choices, *form.presses}


def told_at(html: str) -> list[str]:
    """The places that the error summary leads to, and that are on the page."""
    listed = html.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
    return [place for place in re.findall(r'href="#([^"]+)"', listed) if f'id="{place}"' in html]


def wrongs(filled: Filled, form: Mapping[str, list[str]], choices: set[str]) -> list[tuple[Answers, str]]:
    """Every wrong answer with the field at which it is told."""
    listed = [({name: "no-such-thing"}, filled.at.get(name, name)) for name in filled.good if name in choices]
    return [*filled.wrong, *listed]


async def refuses(site: Site, filled: Filled) -> list[str]:
    """What went wrong when one answer at a time was wrong, the page old, or the id in the address another."""
    browser, problems = site.browsers[filled.who], list[str]()
    good, before = await opened(site, filled), await site.state.now()
    page = (await browser.answer("GET", filled.page)).text
    choices = next(f for f in Reading(filled.page, page).forms if _is(f, filled))
    names = {*choices.choices, *choices.presses}
    for change, place in wrongs(filled, good, names):
        answer = await browser.answer("POST", filled.action, good | {n: [v] for n, v in change.items()})
        said = {name: value[:20] for name, value in change.items()}
        if answer.status_code != 422:
            problems.append(f"{filled.action} {said}: {answer.status_code}")
        elif not any(one == place or one.startswith(f"{place}-") for one in told_at(answer.text)):
            problems.append(f"{filled.action} {said}: told at {told_at(answer.text)}, not at {place}")
    for mark in set(MARKS) & set(good):
        old = _LAST.sub(lambda found: "0" if found[0] != "0" else "1", good[mark][0])
        status = (await browser.answer("POST", filled.action, good | {mark: [old]})).status_code
        problems += [] if status == 409 else [f"{filled.action}, an older page by {mark}: {status}"]
    if _ID.search(filled.action):
        for other in {_ID.sub(lambda _: str(uuid4()), filled.action), _last_id_other(filled.action)}:
            status = (await browser.answer("POST", other, good)).status_code
            problems += [] if status == 404 else [f"{filled.action}, another's id {other}: {status}"]
    after = await site.state.now()
    changed = sorted(name for name in after if after[name] != before.get(name))
    return problems + ([f"{filled.action}: refused, and yet changed {changed}"] if changed else [])


def _last_id_other(action: str) -> str:
    """The address with its last id another."""
    last = list(_ID.finditer(action))[-1]
    return action[: last.start()] + str(uuid4()) + action[last.end() :]


async def done_once(site: Site, filled: Filled) -> list[str]:
    """What went wrong when it was sent as it should be, twice at one moment and once more."""
    browser, good = site.browsers[filled.who], await opened(site, filled)
    before = await _rows(site, filled)
    both = await asyncio.gather(*(browser.answer("POST", filled.action, good) for _ in range(2)))
    between, added = await site.state.now(), await _rows(site, filled) - before
    last = await browser.answer("POST", filled.action, good)
    after = await site.state.now()
    statuses = [answer.status_code for answer in (*both, last)]
    problems = [] if 303 in statuses[:2] and set(statuses) <= {303, 409} else [f"{filled.action}: {statuses}"]
    changed = sorted(name for name in after if after[name] != between.get(name))
    problems += [f"{filled.action}: sent again ({statuses}), changed {changed}"] if changed else []
    problems += [f"{filled.action}: {added} rows ({filled.once})"] if filled.once and added != 1 else []
    return problems


async def _rows(site: Site, filled: Filled) -> int:
    return int(await site.hub.value(f"select count(*) from {filled.once}")) if filled.once else 0


async def walked(site: Site, *forms: Filled) -> None:
    """Sends each of these forms badly and well, in their order."""
    problems = []
    for filled in forms:
        problems += [*await refuses(site, filled), *await done_once(site, filled)]
    assert not problems, "\n".join(problems)


async def supported(hub: Hub) -> Sent:
    """A person whom the provider has accepted and spoken to, and whose support has begun."""
    sent = await a_referral_sent(hub)
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
    await spoken_to(hub, sent)
    async with hub.looks(WORKER) as tx:
        await providing.start(tx, WORKER, sent.referral, LATER)
    return sent


def no_day(name: str) -> dict[str, str]:
    return {f"{name}-day": "31", f"{name}-month": "2", f"{name}-year": "2027"}


async def test_appointments_and_the_end_of_support_are_refused_at_the_field_and_done_once(site: Site) -> None:
    sent, today = await supported(site.hub), local_day(clock.now())
    page, soon = f"{sent.page}/appointments", today + timedelta(days=3)
    when = day_fields("day", soon)
    await walked(
        site,
        Filled(
            "idva.worker", page, page, when | {"time": "14:30", "way": "at_service"},
            ((no_day("day"), "day"), (day_fields("day", today - timedelta(days=1)), "day"),
             (day_fields("day", today + timedelta(days=900)), "day"), ({"time": "25:70"}, "time"),
             ({"time": MUCH}, "time"), ({"day-year": MUCH}, "day")),
            once="appointment",
        ),
    )  # fmt: skip
    held = await site.hub.value("select appointment_id from appointment")
    sooner, why = day_fields("day", today - timedelta(days=1)), BOOKS.support.missed[0]
    needs = {"agreed": "yes", "risk": "standard", "safety_act": "none_needed"}
    await walked(
        site,
        Filled(
            "idva.worker", f"{page}/{held}", f"{page}/{held}",
            day_fields("day", soon + timedelta(days=1))
            | {"state": "moved", "reason": f"{why.whose}/{why.code}", "time": "15:30", "way": "at_service"},
            (({"state": "attended"}, "state"), ({"state": "missed", "reason": "nobody/nothing"}, "reason"),
             (sooner, "day"), (no_day("day"), "day"), ({"time": "half"}, "time")),
            once="appointment",
        ),
        Filled(
            "idva.worker", f"{sent.page}/needs/start", f"{sent.page}/needs/start", a_need() | needs, once="assessment",
        ),
        Filled("idva.worker", sent.page, f"{sent.page}/lock", {"channel": "mobile"}),
        Filled(
            "idva.worker", f"{sent.page}/steps/complete", f"{sent.page}/steps/complete",
            an_end() | {"end_reason": "goals_met"}, once="end_report",
        ),
    )  # fmt: skip


async def test_what_is_safe_who_died_and_who_is_told_are_refused_at_the_field_and_done_once(site: Site) -> None:
    sent, today = await supported(site.hub), local_day(clock.now())
    case = f"/cases/{sent.case}"
    await walked(
        site,
        Filled(
            "officer", f"{case}/contact", f"{case}/contact/safety",
            {"which": "landline", "safety": "unsafe", "spoke": "yes", "days": "", "hours": ""},
            (({"safety": "safe", "days": MUCH}, "days"), ({"safety": "safe", "hours": "25:00-99:00"}, "hours")),
        ),
        Filled(
            "officer", f"{case}/contact", f"{case}/contact/attempts",
            {"channel": "mobile", "outcome": "no_answer", "sooner": "person_asked"}, once="contact_attempt",
        ),
        Filled(
            "officer", f"{case}/told", f"{case}/told",
            {"born-day": "", "born-month": "", "born-year": "", "age": "35", "sex": "female", "language": "en"},
            ((no_day("born"), "born"), (day_fields("born", today + timedelta(days=1)), "born"),
             ({"age": "900"}, "age"), ({"age": MUCH}, "age"), (day_fields("born", today) , "age")),
        ),
        Filled("officer", f"{case}/agreements", f"{case}/agreements/no-questions", {}, once="consent"),
        Filled("officer", f"{case}/contact", f"{case}/contact/lock", {"channel": "mobile"}),
        Filled("officer", f"{case}/death", f"{case}/death", {"said_by": "family"}),
        Filled("officer", case, f"{case}/alive", {}),
    )  # fmt: skip


async def test_agreements_overrides_and_withdrawals_are_refused_at_the_field_and_done_once(site: Site) -> None:
    case, today = await a_case(site.hub), local_day(clock.now())
    at, referral = f"/cases/{case}", await site.hub.value("select referral_id from referral where line = 'idva'")
    agreed = day_fields("expires", today + timedelta(days=90)) | {
        "purpose": "support", "contract": str(contract_id("harbour-lane-idva")), "scope": "who", "how": "mobile",
        "given_by": "self",
    }  # fmt: skip
    await walked(
        site,
        Filled(
            "officer", f"{at}/agreements/new", f"{at}/agreements/new", agreed,
            ((no_day("expires"), "expires"), (day_fields("expires", today), "expires"),
             (day_fields("expires", today + timedelta(days=4000)), "expires"), ({"expires-year": MUCH}, "expires"),
             ({"contract": str(uuid4())}, "contract")),
            once="consent",
        ),
        Filled("officer", f"{at}/override", f"{at}/override", {"line": "isva", "reason": "life_at_risk"},
               once="consent"),
    )  # fmt: skip
    own, override = [
        await site.hub.value("select consent_id from consent where gate = $1", gate)
        for gate in ("agreement", "override")
    ]
    await walked(
        site,
        Filled("leader", "/cases/overrides", f"/cases/overrides/{override}", {"says": "yes"},
               at={"says": f"says-{override}"}),
        Filled("officer", f"{at}/agreements/{own}/withdraw", f"{at}/agreements/{own}/withdraw",
               {"reason_code": "changed_mind"}),
        Filled("officer", f"{at}/referrals/{referral}/steps/withdraw", f"{at}/referrals/{referral}/steps/withdraw",
               {"reason_code": "moved_away"}),
    )  # fmt: skip


async def test_a_transfer_the_end_of_a_hold_and_who_is_one_person_are_refused_at_the_field_and_done_once(
    site: Site,
) -> None:
    sent = await a_referral_sent(site.hub, "riverbank-isva", a_rape(), **ANOTHER)
    case, twin = await a_case(site.hub), await a_case(site.hub)
    person = await site.hub.value("select person_id from case_file where case_id = $1", case)
    over = f"/cases/{sent.case}/referrals/{sent.referral}/transfer"
    hold, pair = f"/cases/{case}/holds/high_risk", f"/cases/{twin}/same-person/{person}"
    to = {"contract": str(contract_id("stillwater-isva")), "reason_code": "another_provider", "agreed": "yes"}
    await walked(
        site,
        Filled("officer", over, over, to, (({"contract": str(uuid4())}, "contract"),), once="transfer"),
        Filled("officer", hold, hold, {"reason": "acted_on", "text": "Spoke to her twice; safe with her sister."},
               (({"text": ""}, "text"), ({"text": MUCH}, "text"))),
        Filled("leader", hold, f"{hold}/second", {"says": "yes"}),
        Filled("officer", pair, pair, {"same": "yes"}),
        Filled("officer", pair, f"{pair}/undo", {}),
    )  # fmt: skip


async def test_a_call_whom_not_to_tell_what_the_officer_said_and_who_is_named_are_refused_at_the_field_and_done_once(
    site: Site,
) -> None:
    (family, _), sent = await a_family(site.hub), await becomes_restricted(site.hub)
    case, soon = await a_case(site.hub, **ANOTHER), local_day(clock.now()) + timedelta(days=5)
    beside, contact = f"/cases/{case}/safeguards", f"/cases/{family}/contact"
    call = {"call_back-code": "person", "call_back-time": "14:30", "call_back-text": "About the court date"}
    named = f"/cases/{sent.case}/legs/{sent.leg}/worker"
    await walked(
        site,
        Filled("officer", beside, f"{beside}/entries/must_not_know",
               {"must_not_know-code": "partner", "must_not_know-text": "Her cousin"},
               (({"must_not_know-text": MUCH}, "must_not_know-text"),), once="case_entry"),
        Filled("officer", beside, f"{beside}/entries/call_back", call | {"call_back-day": soon.isoformat()},
               (({"call_back-day": "2020-01-01"}, "call_back-due"), ({"call_back-day": "9999-12-31"}, "call_back-due"),
                ({"call_back-time": "25:70"}, "call_back-due"), ({"call_back-text": MUCH}, "call_back-text")),
               once="case_entry"),
        Filled("officer", contact, f"{contact}/liaison", {"said": "officer_agreed"}),
        Filled("leader", named, named, {"worker": str(WORKER.user_id)}),
    )  # fmt: skip
    ended = await site.hub.value("select entry_id from case_entry where kind = 'call_back'")
    end, how = f"{beside}/entries/{ended}/end", f"end-{ended}-how"
    await walked(site, Filled("officer", beside, end, {"how": "reached"}, at={"how": how}))
