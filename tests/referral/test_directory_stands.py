"""How lists stand, who could help and why not the others, and where nobody could: the directory at work."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bench.matching import CONTRACTS, cases, contracts, differences
from contracts.identity import case_id, contract_id
from contracts.working_time import local_day
from kit import clock
from kit.web import signin
from kit.web.app import make_app
from kit.web.guard import Signer
from services.referral import directory_ui
from services.referral.__main__ import HERE
from services.referral.actions import books as stocked
from services.referral.actions import capacity, providing, settling
from services.referral.case_ui.whynot import panel
from services.referral.directory_ui.gaps import takeaway
from services.referral.directory_ui.picture import shaded, shapes
from services.referral.directory_ui.room import STATES
from services.referral.domain.directory import ListSaid
from services.referral.domain.matching import explain, match
from services.referral.store import cases as case_store
from tests.browser import Browser, cookie_of
from tests.builders import a_crime, a_domestic_crime, a_victim, a_viewer, recorded, snapshot, updated
from tests.conftest import Databases
from tests.gate import address_of, cookies, free_socket, open_gate, served
from tests.referral.conftest import BOOKS, Hub
from tests.referral.crimes import a_case as facts_of_a_case
from tests.referral.hub_pages import AsPersona, a_case, access_of, hub_app, referral_of, triaged
from tests.referral.test_actions import LATER, a_sent_referral

DAY = date(2026, 9, 3)
GENERAL, HATE = contract_id("open-door-birmingham-solihull"), contract_id("common-ground-hate-crime")
PERSON = replace(facts_of_a_case(), reported=True)


def test_what_was_said_too_long_ago_is_not_known_and_comes_last() -> None:
    said = {GENERAL: ListSaid("closed", 0, said_on=DAY)}
    directory = BOOKS.directory.with_states(said)
    for later, stands in ((0, "closed"), (14, "closed"), (15, "unknown")):
        day = DAY + timedelta(days=later)
        held = directory.by_id[GENERAL]
        assert held.state_on(day) == stands
        assert (match(PERSON, "general", directory, day) == held) is (stands == "unknown")
        [told] = [one for one in explain(PERSON, "general", directory, day) if one.contract == held]
        words = {check.rule: check.words for check in told.checks}
        assert ("ask first" in words["list"]) is (stands == "unknown")


def test_a_list_whose_day_is_named_counts_until_that_day() -> None:
    held = BOOKS.directory.with_states({GENERAL: ListSaid("limited", 3, DAY + timedelta(days=60), DAY)}).by_id[GENERAL]
    assert held.state_on(DAY + timedelta(days=60)) == "limited" and held.state_on(DAY + timedelta(days=61)) == "unknown"
    assert held.places_on(DAY) == 3 and held.places_on(DAY + timedelta(days=61)) is None


def test_every_contract_is_in_one_group_of_the_panel() -> None:
    found = explain(replace(PERSON, language="pl"), "idva", BOOKS.directory, DAY)
    groups = panel(found, "idva")
    listed = [one.contract.slug for group in (groups.fits, groups.near, groups.no, groups.elsewhere) for one in group]
    assert sorted(listed) == sorted(contract.slug for contract in BOOKS.directory.contracts)
    assert groups.fits and all(one.change for one in groups.near) and not any(one.change for one in groups.no)


def test_the_short_way_finds_what_the_full_explanation_finds_among_200_contracts() -> None:
    import random

    rng = random.Random(11)
    directory = contracts(BOOKS.directory, CONTRACTS, rng)
    compared, wrong = differences(cases(60, rng), BOOKS.on(DAY).rules, directory)
    assert (len(directory.contracts), wrong) == (200, 0) and compared > 50


def test_the_map_names_every_area_with_its_number_and_says_what_it_shows() -> None:
    shown = {one.shape.name: one for one in shaded({"E08000026": 9, "E08000025": 1}, {"E08000025": "few"})}
    assert len(shown) == 7 and (shown["Coventry"].number, shown["Dudley"].number) == (9, 0)
    assert len({shown[name].fill for name in ("Coventry", "Birmingham", "Dudley")}) == 3
    assert takeaway(10, {"E08000026": 9, "E08000025": 1}) == "For 10 cases nobody could help, most in Coventry (9)."
    said = "For 10 cases nobody could help, more in "
    assert takeaway(10, {"E08000026": 4, "E08000025": 3, "none": 3}) == f"{said}Coventry than anywhere else (4)."
    assert (
        takeaway(10, {"E08000026": 5, "E08000025": 5}) == f"{said}Birmingham and Coventry than anywhere else (5 each)."
    )
    assert takeaway(0, {}) == "Somebody could help everybody in this time."


def link(hub: Hub, week: str = "") -> str:
    return capacity.path_of(Signer(hub.context.settings), GENERAL, week or capacity.week_of(local_day(clock.now())))


@pytest.mark.service
async def test_a_provider_answers_once_a_week_by_a_link_and_looking_changes_nothing(
    hub: Hub, browse: AsPersona
) -> None:
    stranger = await browse(None)
    for _ in range(2):
        page = await stranger.get(link(hub))
        assert page.heading == "Can you take new people this week?"
    assert await hub.value("select count(*) from contract_state") == 0
    assert (await stranger.submit("Send the answer", 422)).errors == ["Choose how your list stands"]
    page = await stranger.submit("Send the answer", state="closed")
    assert (
        "Thank you" in page.text
        and "This week's answer is in" in page.text
        and not page.all("input", "govuk-radios__input")
    )
    token = {"csrf_token": Signer(hub.context.settings).form_token(None)}
    page = await stranger.post(link(hub), {"state": "open", **token}, 409)
    assert "“No, we cannot take anybody new now”, given" in page.text and "was not taken" in page.text
    assert "Thank you" in (await stranger.post(link(hub), {"state": "closed", **token})).text, "the same press again"
    [row] = await hub.rows("select state, changed_by from contract_state")
    assert row == {"state": "closed", "changed_by": None}
    [told] = await hub.rows("select type, data from kit.outbox")
    assert told["type"] == "capacity.changed.v1"
    audited = await hub.rows("select actor_role, organisation_id from kit.audit where action = 'capacity.answered'")
    assert audited == [
        {"actor_role": "provider_link", "organisation_id": BOOKS.directory.by_id[GENERAL].provider.provider_id}
    ]
    async with hub.as_worker() as tx:
        stands = await stocked.current(tx, hub.context.facts)
    assert stands.directory.by_id[GENERAL].state_on(local_day(clock.now())) == "closed"


@pytest.mark.service
@pytest.mark.parametrize("state", [state for state in STATES if state != "unknown"])
async def test_the_weekly_question_is_answered_with_every_state_that_the_directory_knows(
    hub: Hub, browse: AsPersona, state: str
) -> None:
    stranger, today = await browse(None), local_day(clock.now())
    await stranger.get(link(hub))
    last = {"until-day": str(today.day), "until-month": str(today.month), "until-year": str(today.year)}
    if state == "paused":
        page = await stranger.submit("Send the answer", 422, state=state)
        assert page.errors == ["Enter the last day on which you are paused"]
    await stranger.submit("Send the answer", state=state, **(last if state == "paused" else {}))
    async with hub.as_worker() as tx:
        stands = (await stocked.current(tx, hub.context.facts)).directory.by_id[GENERAL]
    assert stands.state_on(today) == state
    if state == "paused":
        assert stands.state_on(today + timedelta(days=1)) == "unknown"


@pytest.mark.service
async def test_a_link_of_another_week_or_another_contract_is_not_there(hub: Hub, browse: AsPersona) -> None:
    stranger, good = await browse(None), link(hub)
    wrong = [
        link(hub, "2026-W01"),
        good[:-1] + ("g" if good[-1] != "g" else "h"),
        good.replace(str(GENERAL), str(HATE)),
    ]
    for path in wrong:
        await stranger.get(path, 404)
        await stranger.get(good)
        await stranger.post(path, {"state": "open"}, 404)
    assert await hub.value("select count(*) from contract_state") == 0


@pytest.mark.service
async def test_the_token_of_a_form_never_makes_a_link_whatever_session_a_stranger_claims(
    hub: Hub, databases: Databases
) -> None:
    settings, week = hub.context.settings, capacity.week_of(local_day(clock.now()))
    pages = [*signin.pages(), *directory_ui.pages(hub.context)]
    access = await access_of(databases)
    app = make_app("referral", settings, pages, databases={"hub": hub.hub}, templates=HERE / "templates", access=access)
    async with Browser(app, settings, f"capacity|{GENERAL}|{week}") as stranger:
        page = await stranger.get("/sign-in")
        token = next(i.get("value") or "" for i in page.all("input") if i.get("name") == "csrf_token")
        proof = token.translate(str.maketrans("0123456789abcdef", "ghjkmnpqrtvwxyzc"))
        await stranger.get(f"/directory/capacity/{GENERAL}/{week}/{proof}", 404)


@pytest.mark.service
async def test_the_hub_sees_who_has_answered_and_the_link_for_the_others(hub: Hub, browse: AsPersona) -> None:
    leader, stranger = await browse("leader"), await browse(None)
    page = await leader.get("/directory/capacity")
    assert "0 of 33 contracts have answered" in page.text and link(hub) in page.text
    await stranger.get(link(hub))
    await stranger.submit("Send the answer", state="limited")
    page = await leader.get("/directory/capacity")
    assert "1 of 33 contracts has answered" in page.text and link(hub) not in page.text
    await (await browse("officer")).get("/directory/capacity", 403)


@pytest.mark.service
async def test_the_panel_shows_every_rule_and_is_the_same_for_a_decision_of_before(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub, a_domestic_crime())
    referral, browser = await triaged(hub, case), await browse("leader")
    path = f"/cases/{case}/referrals/{referral}/contracts"
    page = await browser.get(path)
    assert page.texts("h2")[:3] == ["Can take this person", "One change away", "Cannot take this person"]
    assert "Ask the person whether they choose" in page.text and "contracts for other kinds of help" in page.text
    assert "Harbour Lane, with Lantern House as subcontractor. Lot 1: Birmingham, Solihull and Coventry." in page.text
    before = await browser.get(f"/cases/{case}/decisions/1/idva")
    closed = "insert into contract_state (contract_id, provider_id, state, changed_at) values ($1, $1, 'closed', now())"
    await hub.worker.pool.execute(closed, contract_id("harbour-lane-idva"))
    assert "Its list is closed" in (await browser.get(path)).text
    again = await browser.get(f"/cases/{case}/decisions/1/idva")
    assert again.text == before.text and "Its list is closed" not in again.text
    assert page.link("When it was decided") == f"/cases/{case}/decisions/1/idva"
    for wrong in (
        f"/cases/{case}/decisions/9/idva",
        f"/cases/{case}/decisions/1/magic",
        f"/cases/{case}/decisions/x/idva",
    ):
        await browser.get(wrong, 404)


async def nobody(hub: Hub) -> Any:
    """A case of Coventry that nobody can take: every general list there is closed."""
    closed = "insert into contract_state (contract_id, provider_id, state, changed_at) values ($1, $1, 'closed', now())"
    await hub.worker.pool.execute(closed, contract_id("open-door-coventry"))
    crime = a_crime(a_victim(home_local_authority="E08000026", channels_safe=[]))
    return await a_case(hub, crime)


def test_the_name_of_each_area_stands_between_its_borders_on_the_map() -> None:
    for shape in shapes()[0]:
        outline = [tuple(map(float, point.split())) for point in shape.path.strip("MZ").split("L")]
        edges, line, half = (
            list(zip(outline, outline[1:] + outline[:1], strict=True)),
            shape.y - 8,
            len(shape.name) * 0.28,
        )
        for end in (shape.x - half * shape.size, shape.x + half * shape.size):
            over = [
                (x1 + (line - y1) / (y2 - y1) * (x2 - x1)) < end
                for (x1, y1), (x2, y2) in edges
                if (y1 - line) * (y2 - line) < 0
            ]
            assert sum(over) % 2 == 1, shape.name


@pytest.mark.service
async def test_nobody_available_is_counted_by_area_and_need_and_opens_its_cases(hub: Hub, browse: AsPersona) -> None:
    browser = await browse("admin")
    page = await browser.get("/directory/gaps")
    assert "Somebody could help everybody in this time." in page.text
    case = await nobody(hub)
    assert "nobody-available" in await hub.told(case)
    page = await browser.get("/directory/gaps?days=365")
    assert "For 1 case nobody could help, most in Coventry (1)." in page.text
    assert page.html.count("<path") == 7 and "The list was closed or full: 1 case" in page.text
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    for words in ("1 in Coventry", "1 in Coventry: General support", "1 in Coventry: Not stated", "1 in all areas"):
        found = await browser.get((await browser.get("/directory/gaps?days=365")).link(words))
        assert reference in found.text and f"/cases/{case}" not in found.html
    leader = await browse("leader")
    assert f"/cases/{case}" in (await leader.get("/directory/gaps/cases")).html
    assert "No case" in (await leader.get("/directory/gaps/cases?area=E08000025")).text
    await leader.get("/directory/gaps/cases?area=nowhere", 404)
    await (await browse("officer")).get("/directory/gaps", 403)
    reader = await browse("commission")
    page = await reader.get("/directory/gaps?days=365")
    assert "For fewer than 5 cases nobody could help." in page.text and "Nothing was recorded" not in page.text
    assert "1 case" not in page.text and "/gaps/cases" not in page.html
    assert ["Coventry", "fewer than 5"] in page.rows and ["Dudley", "0"] in page.rows
    assert "Coventry: fewer than 5." in page.html and "General support" not in page.text, "too few to be told apart"
    await reader.get("/directory/gaps/cases", 403)


@pytest.mark.service
async def test_nobody_left_after_a_decline_or_once_every_list_closed_is_recorded_once_with_why(
    hub: Hub, browse: AsPersona
) -> None:
    recorded_why = "select data ->> 'line' as line, data -> 'reasons' as why from case_event where type like 'nobody%'"
    _, declined = await a_sent_referral(hub)
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        await providing.decline(tx, worker, declined, "capacity", LATER)
    await hub.every(settling.settle, LATER)
    [told] = await hub.rows(recorded_why)
    assert told["line"] == "idva" and {"offer", "area", "declined"} <= set(told["why"])
    await hub.worker.pool.execute("update referral set settled = false")
    await hub.every(settling.settle, LATER)
    assert await hub.value("select count(*) from case_event where type like 'nobody%'") == 1
    case = await a_case(hub, a_crime(a_victim(home_local_authority="E08000026", channels_safe=[])))
    panel = f"/cases/{case}/referrals/{await referral_of(hub, case, 'general')}/contracts"
    officer = await browse("officer")
    await officer.get(panel)
    assert len(await hub.rows(recorded_why)) == 1, "somebody could help"
    closed = "insert into contract_state (contract_id, provider_id, state, changed_at) values ($1, $1, 'closed', now())"
    await hub.worker.pool.execute(closed, contract_id("open-door-coventry"))
    for _ in range(2):
        assert "Nobody can take this person" in (await officer.get(panel)).text
    [_, told] = await hub.rows(f"{recorded_why} order by id")
    assert told["line"] == "general" and "list" in told["why"]
    page = await (await browse("admin")).get("/directory/gaps?days=365")
    assert "Every provider that could have been asked declined: 1 case" in page.text


@pytest.mark.service
@pytest.mark.browser
async def test_pages_of_those_who_keep_the_directory_pass_the_gate(hub: Hub, databases: Databases) -> None:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    access = await access_of(databases)
    signed_in = cookies(settings, await cookie_of(access, "leader"))
    case = await a_case(hub, a_domestic_crime())
    referral = await referral_of(hub, case)

    def press(button: str) -> Any:
        async def way(tab: Any) -> None:
            await tab.get_by_role("button", name=button, exact=True).click()

        return way

    looks: list[tuple[str, str]] = [
        ("/directory/contracts", ""),
        (f"/directory/contracts/{GENERAL}", ""),
        ("/directory/automatic", ""),
        (f"/directory/contracts/{GENERAL}", "End it"),
        (f"/directory/contracts/{GENERAL}/change", "See what would change"),
        ("/directory/import", "See what it would do"),
        ("/directory/capacity", ""),
        (link(hub), "Send the answer"),
        ("/directory/gaps", ""),
        ("/directory/gaps/cases", ""),
        (f"/cases/{case}/referrals/{referral}/contracts", ""),
        (f"/cases/{case}/decisions/1/idva", ""),
    ]
    async with served(hub_app(hub, settings, access), sock), open_gate() as gate:
        for number, (path, button) in enumerate(looks):
            if path == "/directory/gaps":
                await nobody(hub)
            narrow = ((320, False),) if number % 2 else ((1280, True), (320, True))
            act = press(button) if button else None
            found = await gate.problems(settings.public_url + path, signed_in=signed_in, act=act, looks=narrow)
            assert found == [], f"{path} {button}"


@pytest.mark.service
async def test_what_changes_nothing_of_a_decision_changes_nothing_of_its_panel_either(
    hub: Hub, browse: AsPersona
) -> None:
    crime = a_crime(a_victim("V-1"))
    await hub.hears(recorded(crime))
    case, browser = case_id(crime["crime_id"], "V-1"), await browse("officer")
    before = await browser.get(f"/cases/{case}/decisions/1/general")
    for revision, sex in ((2, "male"), (3, "not_known")):
        again = updated(crime, revision, victims=[a_victim("V-1", sex=sex, language="pl", age_at_report=99)])
        await hub.hears([snapshot(again)])
    async with hub.as_worker() as tx:
        [decision] = await case_store.routings(tx, case)
    assert decision.facts["case"]["language"] == "pl", "the newest facts are those of the last decision"
    after = await browser.get(f"/cases/{case}/decisions/1/general")
    assert after.texts("li") == before.texts("li") and after.text == before.text
