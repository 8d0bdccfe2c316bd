"""Every role, every step of the table, restricted people and others: acts, lists, counts, search and what is announced.

A restricted person is seen by whoever has the right, and at a provider by the worker who is named for them; for
everybody else each page is as if there were nobody.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import pytest
from starlette.applications import Starlette

from contracts.reference import ROLES, personas
from contracts.referral import NobodyAvailable
from contracts.working_time import local_day
from kit import clock
from kit.web.guard import Signer
from services.referral.actions import consenting
from services.referral.actions.announcing import announce
from services.referral.domain.transitions import Transition
from services.referral.store import contact
from services.referral.store.contact import Attempt
from tests.browser import Browser, cookie_of
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import access_of
from tests.referral.portal import LATER, Sent, a_referral_sent, an_end, shown
from tests.referral.test_every_form import whole_app
from tests.referral.test_mailing import a_request
from tests.referral.test_restricted_tables import with_everything
from tests.walking import walk

pytestmark = pytest.mark.service
Flag = Literal["open", "restricted", "named"]
FLAGS: tuple[Flag, ...] = ("open", "restricted", "named")
ROWS = [row for row in BOOKS.transitions.rows if row.verb not in ("send", "record_attempt", "transfer", "view")]
"""Steps that are taken by the table's own form; the others have pages of their own (test_table_in_pages)."""
NAMED = "idva.worker"


@dataclass
class People:
    """Everybody signed in, with the token of their forms."""

    app: Starlette
    browsers: dict[str, Browser]
    tokens: dict[str, str]

    async def post(self, persona: str, path: str, fields: dict[str, str]) -> int:
        sent = fields | {"csrf_token": self.tokens[persona]}
        return (await self.browsers[persona].answer("POST", path, sent)).status_code


@pytest.fixture
async def people(hub: Hub, databases: Databases) -> AsyncIterator[People]:
    access = await access_of(databases)
    app, settings = whole_app(hub, access), hub.context.settings
    async with AsyncExitStack() as stack:
        found = People(app, {}, {})
        for persona in personas():
            cookie = await cookie_of(access, persona.name)
            found.browsers[persona.name] = await stack.enter_async_context(Browser(app, settings, cookie))
            found.tokens[persona.name] = Signer(settings).form_token(cookie, persona.organisation_id)
        yield found


async def put(hub: Hub, sent: Sent, row: Transition, flag: Flag) -> None:
    """The referral in a state from which the step may be taken, of a person who is restricted or not."""
    asked = clock.now() if "question_open" in row.guard else None
    state = "update referral set state = $2, asked_at = $3, attempts = 5 where referral_id = $1"
    await hub.worker.pool.execute(state, sent.referral, sorted(row.from_)[0], asked)
    for table in ("outcome", "end_report"):
        await hub.worker.pool.execute(f"delete from {table}")
    for table in ("case_file", "person", "leg"):
        await hub.worker.pool.execute(f"update {table} set restricted = $1", flag != "open")
    named: UUID | None = a_viewer(NAMED).user_id if flag == "named" else None
    await hub.worker.pool.execute("update leg set assigned_to = $1, state = 'accepted'", named)


def may(persona: str, row: Transition, flag: Flag) -> bool:
    """What the table and the rule of restricted people say."""
    found = next(one for one in personas() if one.name == persona)
    if row.who not in ROLES[found.role].permissions:
        return False
    if row.who == "referral.write":
        return flag == "open" or "restricted.read" in ROLES[found.role].permissions
    own = found.organisation_id == a_viewer(NAMED).organisation_id
    return own and (flag == "open" or (flag == "named" and persona == NAMED))


def answers(row: Transition) -> dict[str, str]:
    """A good answer to what the step asks."""
    day = local_day(clock.now()) + timedelta(days=1)  # whoever is at high risk waits no longer
    told = an_end() | {"reason_code": row.reasons.reasons[0].code if row.reasons else ""}
    told["end_reason"] = next(iter(BOOKS.support.end_reasons))
    for name in ("until", "check_in_on"):
        told |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    return told


async def test_everybody_takes_exactly_the_steps_of_the_table_on_whom_they_may_see(hub: Hub, people: People) -> None:
    sent = await a_referral_sent(hub)
    await spoken_to(hub, sent)
    doors = {"referral.write": f"/cases/{sent.case}/referrals/{sent.referral}", "portal.write": sent.page}
    wrong = []
    for row in ROWS:
        for flag in FLAGS:
            await put(hub, sent, row, flag)
            for persona in people.browsers:
                before = await stands(hub, sent)
                given = answers(row) | await shown(hub, sent.referral)
                status = await people.post(persona, f"{doors[row.who]}/steps/{row.verb}", given)
                after, allowed = await stands(hub, sent), may(persona, row, flag)
                if allowed:
                    right = status == 303 and after[0] == (row.to or before[0]) and _announced(row, before, after)
                    await put(hub, sent, row, flag)
                else:
                    right = status in (403, 404, 409) and after == before
                if not right:
                    wrong.append(f"{row.verb} ({row.who}) by {persona}, {flag}: {status}, {before} -> {after}")
    assert wrong == []


async def spoken_to(hub: Hub, sent: Sent) -> None:
    """The provider has reached the person: support starts only then."""
    worker = a_viewer(NAMED)
    ids = (uuid4(), sent.case, sent.referral, worker.organisation_id)
    spoke = Attempt(*ids, "mobile", "spoke", True, True, LATER, worker.user_id, worker.role)
    async with hub.as_worker() as tx:
        await contact.add_attempt(tx, spoke)


async def stands(hub: Hub, sent: Sent) -> tuple[str, int, str]:
    """The state, how much was announced about the case, and the last of it."""
    state = await hub.value("select state from referral where referral_id = $1", sent.referral)
    told = await hub.told(sent.case)
    return state, len(told), told[-1]


def _announced(row: Transition, before: tuple[str, int, str], after: tuple[str, int, str]) -> bool:
    """What the table announces, and restricted people like others: it is for who listens to hide them."""
    if row.event is None:
        return after[1] == before[1]
    return after[1] > before[1] and row.event.TYPE.removesuffix(".v1") == after[2]


async def in_every_count(hub: Hub) -> Sent:
    """A person of whom something stands in every list that counts: beside tasks, notices and appointments an override
    that waits for a second person, a message that waits, a need that nobody could meet, an incident that holds them."""
    sent, now, officer = await with_everything(hub), clock.now(), a_viewer()
    await hub.hears([a_request(sent.case)])
    missed = NobodyAvailable(
        case_id=sent.case, line="isva", local_authority="E08000025", needs=("emotional",), reasons=("list",),
        happened_at=now, actor_role="officer",
    )  # fmt: skip
    async with hub.looks(officer) as tx:
        await consenting.ask_override(tx, officer, uuid4(), sent.case, "isva", "life_at_risk", now)
        await announce(tx, [missed], officer.user_id)
    await hub.worker.pool.execute(
        "update case_file set major_incident_id = 'MI-9', holds = array_append(holds, 'major_incident')"
    )
    return sent


COUNTED = {
    "officer": {"/cases", "/cases/call-backs", "/cases/notices", "/cases/overrides", "/cases/tasks",
                "/operations/outbox"},
    "compliance": {"/cases", "/directory/gaps", "/directory/gaps/cases"},
    "admin": {"/directory/gaps", "/operations/incidents", "/operations/outbox"},
    "provider.manager": {"/portal", "/portal/history", "/portal/alerts"},
    NAMED: {"/portal", "/portal/alerts"},
}  # fmt: skip
"""Where a person of whom all that stands is counted, if they are not restricted."""
WITHOUT_THE_RIGHT = ("officer", "compliance", "analyst", "admin", "idva.worker", "provider.manager", "hate.worker")
OPERATIONS = "/operations"
"""What the process has received, to the last event, whoever it is about."""
_CHANGING = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|nonce=\"[^\"]*\"|data-left=\"\d+\"|\d+(?::\d\d)?[ap]m|\bmidday\b|\bmidnight\b"
)


async def lists(people: People, persona: str) -> dict[str, str]:
    """Every page that needs no id, as somebody sees it, without ids and times of day."""
    found = {}
    for page in people.app.state.pages:
        if "GET" in page.methods and "{" not in page.path and page.path != OPERATIONS:
            answer = await people.browsers[persona].answer("GET", page.path)
            found[page.path] = f"{answer.status_code} {_CHANGING.sub('', answer.text)}"
    return found


async def test_for_who_may_not_see_them_every_list_and_count_is_as_if_there_were_nobody(
    hub: Hub, people: People
) -> None:
    empty = {persona: await lists(people, persona) for persona in WITHOUT_THE_RIGHT}
    sent = await in_every_count(hub)
    [row] = ROWS[:1]
    await put(hub, sent, row, "restricted")
    await hub.worker.pool.execute("update referral set state = 'sent'")
    [held] = await hub.rows("select case_id, reference, person_id from case_file")
    sought = {str(held["case_id"]), held["reference"], str(held["person_id"]), str(sent.referral), str(sent.leg)}
    for persona in WITHOUT_THE_RIGHT:
        now = await lists(people, persona)
        assert {path for path in now if now[path] != empty[persona][path]} == set(), persona
        walked = await walk(people.app, people.browsers[persona], [*now, f"/cases/{sent.case}", sent.page])
        shown = {path for path, (_, text) in walked.texts.items() for one in sought if one in text and one not in path}
        assert shown == set(), persona
    await people.browsers["leader"].get(f"/cases/{sent.case}")
    await put(hub, sent, row, "open")
    await hub.worker.pool.execute("update referral set state = 'sent'")
    for persona, counted in COUNTED.items():
        now = await lists(people, persona)
        changed = {path for path in now if now[path] != empty[persona][path]}
        assert changed >= counted, f"were it anybody else, {persona} would see it"


@pytest.mark.parametrize("asked", ["reference", "name", "phone"])
async def test_no_search_finds_a_restricted_person_without_the_right(hub: Hub, people: People, asked: str) -> None:
    sent = await a_referral_sent(hub)
    reference = await hub.value("select reference from case_file")
    ways = {
        "reference": ("/cases/search", {"sought": reference}),
        "name": ("/cases/new/look", {"source": "self", "given_names": "Wilhelmina", "family_name": "Testperson"}),
        "phone": ("/cases/search", {"sought": "07700 900321"}),
    }
    path, fields = ways[asked]
    found = {}
    for flag in ("open", "restricted"):
        await put(hub, sent, ROWS[0], "restricted" if flag == "restricted" else "open")
        browser = people.browsers["officer"]
        page = await browser.answer("POST", path, fields | {"csrf_token": people.tokens["officer"]})
        if page.status_code == 303:
            page = await browser.answer("GET", page.headers["location"])
        found[flag] = str(sent.case) in page.text
    assert found == {"open": True, "restricted": False}
