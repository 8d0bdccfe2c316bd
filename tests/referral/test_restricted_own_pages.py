"""Every role, restricted people and others: the steps that have pages of their own, and every address of somebody."""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id
from kit import clock
from services.referral.actions import referring
from services.referral.domain.transitions import Transition
from tests.builders import a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import Sent, a_referral_sent
from tests.referral.test_life import a_rape
from tests.referral.test_restricted_everywhere import FLAGS, ROWS, Flag, People, may, people, put

pytestmark = pytest.mark.service
__all__ = ["people"]
IDVA, STILLWATER = contract_id("harbour-lane-idva"), contract_id("stillwater-isva")
LEADER = a_viewer("leader")
YES = {"agreed": "yes", "unassessed": "urgent"}
SOONER = BOOKS.transitions.reasons["attempt_sooner"].reasons[0].code
Act = Callable[[Sent, str, Flag], Awaitable[int]]
"""Takes a step as somebody; the status of the answer."""


def row_of(verb: str, who: str) -> Transition:
    return next(row for row in BOOKS.transitions.rows if (row.verb, row.who) == (verb, who))


async def form_of(people: People, path: str) -> dict[str, str]:
    """The hidden fields of a page, as the leader has it, who may see everybody."""
    held = (await people.browsers["leader"].get(path)).hidden(path)
    return {name: str(value) for name, value in held.items()}


def acts(people: People) -> dict[tuple[str, str], Act]:
    """How each of these steps is taken, by verb and permission."""

    async def sends(sent: Sent, persona: str, flag: Flag) -> int:
        where = f"/cases/{sent.case}/referrals/{sent.referral}/contracts/{IDVA}"
        named = {} if flag == "open" else {"worker": str(a_viewer("idva.worker").user_id)}
        return await people.post(persona, where, await form_of(people, where) | YES | named)

    async def transfers(sent: Sent, persona: str, flag: Flag) -> int:
        where = f"/cases/{sent.case}/referrals/{sent.referral}/transfer"
        named = {} if flag == "open" else {"worker": str(a_viewer("isva.worker").user_id)}
        over = {"contract": str(STILLWATER), "reason_code": "another_provider", "agreed": "yes"}
        return await people.post(persona, where, await form_of(people, where) | over | named)

    async def tries(sent: Sent, persona: str, flag: Flag) -> int:
        tried = {"channel": "mobile", "outcome": "no_answer", "sooner": SOONER, "attempt_id": str(uuid4())}
        return await people.post(persona, f"/cases/{sent.case}/contact/attempts", tried)

    async def provider_tries(sent: Sent, persona: str, flag: Flag) -> int:
        tried = {"channel": "mobile", "outcome": "no_answer", "sooner": SOONER, "attempt_id": str(uuid4())}
        return await people.post(persona, f"{sent.page}/attempts", tried)

    async def views(sent: Sent, persona: str, flag: Flag) -> int:
        return (await people.browsers[persona].answer("GET", sent.page)).status_code

    return {
        ("send", "referral.write"): sends,
        ("transfer", "referral.write"): transfers,
        ("record_attempt", "referral.write"): tries,
        ("record_attempt", "portal.write"): provider_tries,
        ("view", "portal.read"): views,
    }


async def taken(hub: Hub) -> tuple[int, ...]:
    """How much of each of these steps was done."""
    counts = (
        "select count(*) from leg where state = 'leaving'",
        "select count(*) from transfer",
        "select count(*) from contact_attempt",
        "select count(*) from referral where viewed_at is not null",
    )
    return tuple([await hub.value(count) for count in counts])


async def back(hub: Hub) -> None:
    """As it stood before the step."""
    for leg in await hub.rows("select leg_id from leg where state = 'leaving'"):
        async with hub.looks(LEADER) as tx:
            await referring.undo(tx, LEADER, leg["leg_id"], clock.now())
    for table in ("transfer", "contact_attempt"):
        await hub.worker.pool.execute(f"delete from {table}")
    for table in ("referral", "leg"):
        await hub.worker.pool.execute(f"update {table} set viewed_at = null")


async def test_a_step_with_a_page_of_its_own_is_taken_by_exactly_those_who_may_on_whom_they_may_see(
    hub: Hub, people: People
) -> None:
    sent, moving = await a_referral_sent(hub), await a_referral_sent(hub, "riverbank-isva", a_rape())
    wrong = []
    for (verb, who), act in acts(people).items():
        row, of = row_of(verb, who), moving if verb == "transfer" else sent
        for flag in FLAGS:
            for persona in people.browsers:
                await back(hub)
                await put(hub, of, row, flag)
                if verb == "send":
                    await hub.worker.pool.execute("update leg set state = 'declined' where leg_id = $1", of.leg)
                if verb == "view":
                    await hub.worker.pool.execute("update referral set state = 'sent'")
                    await hub.worker.pool.execute("update leg set state = 'sent' where leg_id = $1", of.leg)
                before = await taken(hub)
                status, allowed = await act(of, persona, flag), may(persona, row, flag)
                did = await taken(hub) != before
                if not ((status in (200, 303) and did) if allowed else (status in (403, 404) and not did)):
                    wrong.append(f"{verb} ({who}) by {persona}, {flag}: {status}, {'done' if did else 'not done'}")
    assert wrong == [], "\n".join(wrong)


NAMES_SOMEBODY = re.compile(r"\{(case_id|referral_id)\}")


async def test_no_page_or_file_that_names_a_restricted_person_in_its_address_is_there_without_the_right(
    hub: Hub, people: People
) -> None:
    sent = await a_referral_sent(hub)
    await put(hub, sent, ROWS[0], "restricted")
    reference = await hub.value("select reference from case_file")
    known: dict[str, UUID | str] = {"case_id": sent.case, "referral_id": sent.referral, "leg_id": sent.leg}
    known |= {"contract_id": IDVA, "verb": "withdraw", "stage": "start", "door": "marac", "kind": "call_back"}
    known |= {"offer": "mental_health", "line": "idva", "run": "1"}
    wrong, asked = [], 0
    for page in people.app.state.pages:
        if page.public or not NAMES_SOMEBODY.search(page.path):
            continue
        path = re.sub(r"\{(\w+)\}", lambda found: str(known.get(found[1], uuid4())), page.path)
        for persona in ("officer", "compliance", "provider.manager"):
            for method in page.methods:
                fields = {"csrf_token": people.tokens[persona]} if method == "POST" else None
                answer = await people.browsers[persona].answer(method, path, fields)
                if answer.status_code == 303:  # to a page of its own: what counts is what stands there
                    answer = await people.browsers[persona].answer("GET", answer.headers["location"])
                asked += 1
                if answer.status_code not in (403, 404) or reference in answer.text:
                    wrong.append(f"{method} {page.path} by {persona}: {answer.status_code}")
    assert wrong == [] and asked > 150
