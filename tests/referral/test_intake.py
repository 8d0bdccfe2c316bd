"""Somebody who comes: known people are found first, answers are checked, an agency is held to the same."""

import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest

from kit import clock
from services.referral.actions import asked, came, opening, referring
from services.referral.case_ui.agencies import _as_form
from services.referral.desk_books import first_contact
from services.referral.domain.access import TO_COMMUNICATE
from services.referral.domain.deciding import decide
from services.referral.domain.facts import History
from services.referral.domain.routing import Routing
from tests.browser import Browser
from tests.builders import a_crime, a_detail, a_victim, a_viewer, recorded
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case, access_of, hub_app

PERSON: dict[str, Any] = {
    "given_names": "Wilhelmina",
    "family_name": "Testperson",
    "age": "34",
    "area": "E08000025",
    "what": "other",
    "reported": "no",
    "agrees": "yes",
}
TODAY = clock.now().date()
FORM = {name: [value] for name, value in PERSON.items()} | {"case_id": [str(uuid4())]}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"age": ["140"]}, "age"),
        ({"area": ["E99"]}, "area"),
        ({"area": ["E08000099"]}, "area"),
        ({"area": ["E99999999"]}, "area"),
        ({"phone": ["12"]}, "phone"),
        ({"landline": ["0121"]}, "landline"),
        ({"email": ["nobody"]}, "email"),
        ({"phone_days": ["often"]}, "phone_days"),
        ({"phone_hours": ["late"]}, "phone_hours"),
        ({"phone_days": ["mon-fri except thu"]}, "phone_days"),
        ({"phone_hours": ["09:00Z-17:00Z"]}, "phone_hours"),
        ({"agrees": ["no"]}, "agrees"),
        ({"source": ["agency"]}, "on_behalf"),
        ({"needs": ["gold"]}, "needs"),
        ({"date_of_birth-day": ["31"], "date_of_birth-month": ["2"], "date_of_birth-year": ["1990"]}, "date_of_birth"),
        ({"date_of_birth": ["2999-01-01"]}, "date_of_birth"),
        ({"given_names": ["x" * 101]}, "given_names"),
        ({"language": ["no language"]}, "language"),
        ({"date_of_birth": ["0"]}, "date_of_birth"),
        ({"date_of_birth": ["19900505"]}, "date_of_birth"),
        ({"date_of_birth": ["1990-05-05T00:00:00"]}, "date_of_birth"),
        ({"date_of_birth": ["1990-05-05"], "age": ["12"]}, "age"),
        ({"date_of_birth": [f"{TODAY.year - 12}-01-01"], "age": ["34"]}, "age"),
        ({"given_names": ["A\x00B"]}, "given_names"),
        ({"family_name": ["\u200b"]}, "family_name"),
        ({"family_name": ["\u202eabc"]}, "family_name"),
        ({"address": ["1\x07 Lane"]}, "address"),
        ({"email": ["a@example.org,b@example.org"]}, "email"),
        ({"danger": ["earthquake"]}, "danger"),
        ({"danger": ["child_at_risk", "nothing"]}, "danger"),
        ({"relationship": ["enemy"]}, "relationship"),
        ({"same_household": ["perhaps"]}, "same_household"),
        ({"risk_grade": ["huge"]}, "risk_grade"),
        ({"dash_score": ["28"]}, "dash_score"),
        ({"email": ["a@example.org\nBcc:victim@example.org"]}, "email"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(changed: dict[str, list[str]], field: str) -> None:
    given, errors = asked.read(FORM | changed, TODAY)
    assert given is None and [error.field for error in errors] == [field]


def test_what_was_said_becomes_facts_and_only_what_is_safe_is_safe() -> None:
    form = FORM | {
        "needs": ["employment", "mental_health"],
        "themselves": ["sex_work", "disabled"],
        "phone": ["07700 900321"],
        "phone_safe": ["safe"],
        "phone_hours": ["09:00-17:00"],
        "email": ["w@example.org"],
        "letter_safe": ["safe"],
        "interpreter": ["yes"],
        "access": ["step_free", "sight"],
        "language": ["pl"],
        "source": ["family"],
    }
    given, _ = asked.read(form, TODAY)
    assert given is not None
    told = came.told(given, clock.now(), "phone")
    facts = told.facts
    assert facts.channels_safe == ("mobile",) and facts.needs == ("employment", "mental_health", "interpreter")
    assert (facts.vulnerabilities, facts.disability, facts.language, facts.source) == (
        ("sex_work",), "yes", "pl", "family",
    )  # fmt: skip
    assert facts.access_needs == ("step_free", "sight_loss_or_large_print")
    assert get_args(get_args(asked.TakeIn.model_fields["access"].annotation)[0]) == tuple(
        answer for answer in first_contact().communication if answer in TO_COMMUNICATE
    ), "the page offers what the form takes"
    assert [(c.kind, c.safety, c.hours) for c in told.details.channels] == [
        ("mobile", "safe", "09:00-17:00"),
        ("email", "unknown", None),
    ]


@pytest.mark.parametrize(
    ("source", "what", "age", "stands"),
    [
        ("self", "domestic", "10", True),
        ("family", "domestic", "10", False),
        ("family", "other", "10", False),
        ("agency", "sexual", "10", False),
        ("agency", "road_collision", "10", True),
        ("agency", "domestic", "34", False),
        ("family", "honour_based_abuse", "34", False),
        ("family", "other", "34", True),
        ("agency", "sexual", "34", False),
        ("family", "sexual_exploitation", "34", False),
        ("family", "criminal_exploitation", "34", False),
        ("family", "stalking", "34", False),
        ("agency", "modern_slavery", "34", False),
        ("agency", "road_collision", "34", True),
        ("family", "hate", "34", True),
    ],
)
def test_another_persons_word_is_not_a_childs_nor_one_where_who_did_it_may_be_close_to_the_person_or_watch_them(
    source: str, what: str, age: str, stands: bool
) -> None:
    told = {"phone": "07700 900321", "phone_safe": "safe", "email": "w@example.org", "email_safe": "unsafe"}
    form = FORM | {name: [value] for name, value in told.items()}
    form |= {"source": [source], "on_behalf": ["health"], "what": [what], "age": [age]}
    given, _ = asked.read(form, TODAY)
    assert given is not None
    told_of = came.told(given, clock.now(), "phone")
    assert (told_of.facts.share, told_of.facts.share_counts) == (("agreed" if stands else "not_asked"), stands)
    assert told_of.facts.channels_safe == (("mobile",) if stands else ())
    safety = {channel.kind: channel.safety for channel in told_of.details.channels}
    assert safety == {"mobile": "safe" if stands else "unknown", "email": "unsafe"}


@pytest.mark.parametrize(
    "close", [{"relationship": ["partner"]}, {"same_household": ["yes"]}, {"danger": ["threat_to_kill"]}], ids=str
)
def test_another_persons_word_counts_for_nothing_once_who_did_it_is_close_or_threatens_to_kill(
    close: dict[str, list[str]],
) -> None:
    told = FORM | {"source": ["family"], "phone": ["07700 900321"], "phone_safe": ["safe"]}
    for form, safe in ((told, ("mobile",)), (told | close, ())):
        given, _ = asked.read(form, TODAY)
        assert given is not None and came.facts_of(given, clock.now(), "phone").channels_safe == safe


@pytest.mark.parametrize(
    ("ago", "recent"), [("week", True), ("not_said", True), ("month", False), ("year", False), ("years", False)]
)
def test_a_sexual_assault_is_offered_the_centre_however_long_ago_as_one_that_the_police_tell_of(
    ago: str, recent: bool
) -> None:
    stands = routed_as({"what": ["sexual"], "ago": [ago]})
    assert "sarc" in stands.doors and ("recent_assault" in stands.holds) is recent


@pytest.mark.parametrize(
    ("what", "held"),
    [
        ("domestic", True),
        ("sexual", True),
        ("criminal_exploitation", True),
        ("sexual_exploitation", True),
        ("other", False),
    ],
)
def test_who_does_not_say_their_age_may_be_a_child_wherever_that_matters(what: str, held: bool) -> None:
    assert ("age_unknown" in routed_as({"what": [what], "age": []}).holds) is held


def test_another_persons_word_counts_no_more_for_somebody_of_unknown_age_than_for_a_child() -> None:
    told = FORM | {"source": ["family"], "phone": ["07700 900321"], "phone_safe": ["safe"]}
    for age, stands in ((["34"], True), ([], False)):
        given, _ = asked.read(told | {"age": age}, TODAY)
        assert given is not None and came.facts_of(given, clock.now(), "phone").share_counts is stands


def test_a_language_that_nobody_knows_is_not_known_and_never_english() -> None:
    for said in ({"language": ["not_known"]}, {}):
        given, errors = asked.read(FORM | said, TODAY)
        assert given is not None, errors
        assert came.facts_of(given, clock.now(), "phone").language == "not_known"


@pytest.mark.service
async def test_somebody_who_says_neither_name_nor_age_nor_language_is_taken_in(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    page = await look(officer, unnamed="yes")
    assert page.heading == "Nobody was looked for"
    await officer.submit("Go on")
    silent = {"given_names": "", "family_name": "", "age": "", "language": "not_known", "what": "domestic"}
    silent["address"] = "1 Example Row"
    await officer.submit("Open the case", **(PERSON | silent))
    case = (await hub.rows("select case_id, age_band, language, holds from case_file"))[0]
    assert (case["age_band"], case["language"]) == ("not_known", "not_known") and "age_unknown" in case["holds"]
    page = await officer.get(f"/cases/{case['case_id']}")
    assert (page.summary["Age"], page.summary["Language"]) == ("Not known", "Not known")
    page = await officer.submit("Show name and details")
    assert page.summary["Name"] == "No name is written down"


def routed_as(said: dict[str, list[str]]) -> Routing:
    given, errors = asked.read(FORM | said, TODAY)
    assert given is not None, errors
    facts = came.facts_of(given, clock.now(), "phone")
    return decide(facts, History(person_id=uuid4()), BOOKS, clock.now()).routing


@pytest.mark.parametrize(
    ("said", "gives"),
    [
        ({"danger": ["child_at_risk"]}, {"child_at_risk", "childrens_social_care"}),
        ({"danger": ["suicide_risk"]}, {"suicide_risk", "adult_safeguarding"}),
        ({"danger": ["capacity_in_doubt"]}, {"capacity_in_doubt", "adult_safeguarding"}),
        ({"danger": ["protected_address"]}, {"protected_address"}),
        ({"danger": ["threat_to_kill"]}, {"threat_to_kill"}),
        ({"same_household": ["yes"]}, {"same_household"}),
        ({"relationship": ["ex_partner"]}, {"domestic_abuse", "risk_unknown"}),
        ({"relationship": ["ex_partner"], "dash_score": ["14"]}, {"idva", "high_risk", "marac"}),
        ({"risk_grade": ["imminent"]}, {"high_risk", "emergency"}),
    ],
)
def test_a_danger_told_by_whoever_comes_holds_the_case_and_opens_the_doors_as_if_the_police_had_told_it(
    said: dict[str, list[str]], gives: set[str]
) -> None:
    stands, nothing = routed_as(said), routed_as({"danger": ["nothing"], "relationship": ["stranger"]})
    assert gives <= {*stands.lines, *stands.holds, *stands.doors}
    assert gives.isdisjoint({*nothing.lines, *nothing.holds, *nothing.doors})
    assert "domestic_abuse" not in routed_as({"relationship": ["family"], "what": ["road_collision"]}).lines


@pytest.mark.parametrize(
    ("what", "age", "line", "hold"),
    [
        ("honour_based_abuse", "34", "honour_based_abuse", "honour_based_abuse"),
        ("modern_slavery", "34", "modern_slavery", "modern_slavery"),
        ("criminal_exploitation", "34", "exploitation", "exploitation"),
        ("criminal_exploitation", "16", "exploitation", "exploitation"),
        ("sexual_exploitation", "16", "exploitation", "recent_assault"),
        ("sexual_exploitation", "34", "isva", "recent_assault"),
    ],
)
def test_who_comes_by_themselves_is_held_by_the_rules_that_hold_for_the_police(
    what: str, age: str, line: str, hold: str
) -> None:
    stands = routed_as({"what": [what], "age": [age]})
    assert line in stands.lines and hold in stands.holds


async def look(browser: Browser, **fields: str) -> Any:
    await browser.get("/cases/new")
    return await browser.submit("Look", **({"source": "self"} | fields))


@pytest.mark.service
@pytest.mark.parametrize(
    ("names", "born", "known", "found"),
    [
        ("Wilhelmina", None, 34, True),
        ("Wilhelmina", None, 60, False),
        ("Wilhelmina Mary", "1992-02-29", 34, True),
        ("Wilhelmina", "1988-01-01", 34, False),
        ("Maud", "1992-02-29", 34, False),
    ],
)
async def test_by_a_day_of_birth_who_is_known_by_age_alone_or_with_a_further_name_is_found(
    hub: Hub, browse: AsPersona, names: str, born: str | None, known: int, found: bool
) -> None:
    await a_case(hub, a_crime(a_victim(age_at_report=known)), given_names=names, date_of_birth=born)
    birth = {"date_of_birth-day": "29", "date_of_birth-month": "2", "date_of_birth-year": "1992"}
    page = await look(await browse("officer"), given_names="Wilhelmina", family_name="Testperson", **birth)
    assert (page.heading == "Do we know this person?") == found


@pytest.mark.service
async def test_somebody_we_know_is_found_before_the_form_opens(hub: Hub, browse: AsPersona) -> None:
    case = await a_case(hub)
    reference = await hub.value("select reference from case_file where case_id = $1", case)
    officer = await browse("officer")
    for fields in (
        {"given_names": "Wilhelmina", "family_name": "Testperson"},
        {"phone": "+44 7700 900321"},
    ):
        page = await look(officer, **fields)
        assert page.heading == "Do we know this person?" and reference in page.text
        assert page.path == "/cases/new/look"
    page = await officer.submit("None of these: go on")
    assert page.heading == "Take somebody in"
    assert [e.get("value") for e in page.all("input") if e.get("name") == "phone"] == ["+44 7700 900321"]
    page = await look(officer, phone="07700 900555")
    assert "Nobody of this name or number is known" in page.heading
    await officer.get("/cases/new")
    page = await officer.submit("Look", 422)
    assert page.errors == ["Choose who asks for help"]
    page = await officer.submit("Look", 422, source="self")
    assert page.errors == ["Enter the person's names and date of birth, or a telephone number"]


@pytest.mark.service
async def test_a_number_that_many_share_hides_nobody_of_the_same_name_and_birth(hub: Hub, browse: AsPersona) -> None:
    hers = await a_case(hub, at=clock.now() - timedelta(days=200))
    others = [a_crime(a_victim(f"V-{n}")) for n in range(21)]
    for n, crime in enumerate(others):
        told = a_detail(given_names="Other", family_name=f"Testperson {n}", date_of_birth="1970-01-01")
        crime["victims"][0]["sealed"] = hub.sealed(told, crime["crime_id"], f"V-{n}")
    await hub.hears(recorded(*others, at=clock.now()))
    while await hub.every(opening.open_arrivals, clock.now()):
        pass
    reference = await hub.value("select reference from case_file where case_id = $1", hers)
    officer = await browse("officer")
    born = {f"date_of_birth-{part}": number for part, number in (("day", "29"), ("month", "2"), ("year", "1988"))}
    page = await look(officer, given_names="Wilhelmina", family_name="Testperson", phone="07700 900321", **born)
    rows = page.texts("ul", "govuk-list--bullet")[0]
    assert "More than 20 cases fit" in page.text and rows.index(reference) < rows.index("by the number alone")
    page = await look(officer, given_names="Wilhelmina", family_name="Testperson", **born)
    assert "1 case fits." in page.text and reference in page.text


@pytest.mark.service
async def test_a_witness_is_taken_in_with_what_they_say_and_told_once(hub: Hub, browse: AsPersona) -> None:
    officer = await browse("officer")
    await look(officer, source="witness", phone="07700 900555")
    await officer.submit("Go on")
    more = {"needs": ["court", "employment"], "ago": "years", "phone_safe": "safe"}
    page = await officer.submit("Open the case", **PERSON, **more)
    assert "The case is open." in page.text
    row = (await hub.rows("select * from intake"))[0]
    assert (row["source"], row["how_long_ago"], row["said_needs"]) == ("witness", "years", ["court", "employment"])
    lines = await hub.value("select lines from case_file")
    assert {"witness", "employment"} <= set(lines)


@pytest.mark.service
async def test_in_honour_based_abuse_that_somebody_tells_of_themselves_no_letter_is_ever_safe(
    hub: Hub, browse: AsPersona
) -> None:
    officer = await browse("officer")
    await look(officer, phone="07700 900555")
    await officer.submit("Go on")
    more = {"what": "honour_based_abuse", "phone_safe": "safe", "address": "1 Example Row", "letter_safe": "safe"}
    await officer.submit("Open the case", **(PERSON | more))
    rows = await hub.rows("select kind, safety, locked_why from channel order by kind")
    told = {row["kind"]: (row["safety"], row["locked_why"]) for row in rows}
    assert told["mobile"] == ("safe", None)
    assert told["letter"][1] == "one_chance"


@pytest.mark.service
async def test_children_of_a_violent_home_and_danger_now_are_tasks_of_a_call_and_what_was_not_asked_is_said_so(
    hub: Hub, browse: AsPersona
) -> None:
    officer = await browse("officer")
    await look(officer, phone="07700 900555")
    await officer.submit("Go on")
    said: dict[str, Any] = {"relationship": "partner", "danger": ["children_in_household", "protected_address"]}
    await officer.submit("Open the case", **(PERSON | said | {"risk_grade": "imminent", "address": "1 Example Row"}))
    kinds = await hub.value("select array_agg(kind order by kind) from task")
    assert {"add_children", "call_emergency"} <= set(kinds)
    assert await hub.value("select count(*) from protected_address") == 1
    case = await hub.value("select case_id from case_file")
    page = await officer.get(f"/cases/{case}")
    assert page.summary["Is anybody in danger"] == "Children live in the home, Where they live must not become known"
    assert (page.summary["Who did it"], page.summary["Do they live with who did it"]) == ("Partner", "Not asked")
    await look(officer, phone="07700 900556")
    await officer.submit("Go on")
    await officer.submit("Open the case", **(PERSON | {"given_names": "Else"}))
    other = await hub.value("select case_id from case_file where case_id <> $1", case)
    page = await officer.get(f"/cases/{other}")
    assert (page.summary["Is anybody in danger"], page.summary["Who did it"]) == ("Not asked", "Not asked")


class Caller:
    """An agency's system."""

    def __init__(self, app: Any, origin: str, credential: str) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=origin)
        self.credential = credential

    async def sends(self, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self.credential}", "Idempotency-Key": key or secrets.token_hex(8)}
        return await self._client.post("/cases/intake", json=body, headers=sent | headers)

    async def asks(self, key: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self.credential}", "Idempotency-Key": key}
        return await self._client.get("/cases/intake/status", headers=sent)


@pytest.mark.service
async def test_an_agencys_system_refers_once_for_each_key_and_is_held_to_the_same_checks(
    hub: Hub, databases: Databases, browse: AsPersona
) -> None:
    leader = await browse("leader")
    assert "No agency has a credential" in (await leader.get("/cases/agencies")).text
    assert (await leader.submit("Make a credential", 422)).errors == ["Enter the agency's name"]
    page = await leader.submit("Make a credential", name="Example Housing")
    credential = page.texts("code")[1]
    assert credential not in (await leader.get("/cases/agencies")).html
    settings = hub.context.settings
    caller = Caller(hub_app(hub, settings, await access_of(databases)), settings.public_url, credential)
    body = PERSON | {"needs": ["housing"], "phone": "07700 900321", "danger": ["suicide_risk"], "dash_score": 3}
    first = await caller.sends(body, "key-number-1")
    assert first.status_code == 201 and set(first.json()) == {"case_id", "reference", "status"}
    again = await caller.sends(body, "key-number-1")
    assert (again.status_code, again.json()) == (201, first.json())
    other = await caller.sends(body | {"age": "35"}, "key-number-1")
    assert other.status_code == 409 and other.headers["content-type"] == "application/problem+json"
    assert await hub.value("select count(*) from case_file") == 1
    assert await hub.value("select source from intake") == "agency"
    held, doors = (await hub.rows("select holds, doors from case_file"))[0].values()
    assert "suicide_risk" in held and doors == ["adult_safeguarding"]
    wrong = await caller.sends({"given_names": "W", "colour": "red"})
    assert (
        wrong.status_code == 422 and {"field": "colour", "message": "This field is not known"} in wrong.json()["errors"]
    )
    assert (await caller.sends(body | {"phone": "12"})).json()["errors"][0]["field"] == "phone"
    slip = await caller.sends(body | {"area": "E08000099"})
    assert (slip.status_code, [one["field"] for one in slip.json()["errors"]]) == (422, ["area"])
    silent = {name: body[name] for name in ("area", "what", "reported", "agrees")}
    assert (await caller.sends(silent)).status_code == 201
    assert (
        await hub.value("select count(*) from case_file where language = 'not_known' and age_band = 'not_known'") == 1
    )
    for name in ("given_names", "phone_days"):
        listed = await caller.sends(body | {name: ["A", "B"]})
        assert listed.json()["errors"] == [{"field": name, "message": "Send one value, not a list"}]
    for name, sent in (("given_names", 5), ("date_of_birth", 0), ("date_of_birth", "0"), ("phone_voicemail", True)):
        refused = await caller.sends({**body, name: sent})
        assert refused.status_code == 422 and [one["field"] for one in refused.json()["errors"]] == [name]
    assert (await caller.sends([1])).status_code == 422
    assert (await caller.sends(body, "short")).status_code == 400
    assert (await caller.sends(body, **{"Content-Type": "text/plain"})).status_code == 415
    assert (await caller.sends(body | {"address": "x" * 70_000})).status_code == 413
    await leader.get("/cases/agencies")
    page = await leader.follow("End the credential of Example Housing")
    assert "Example Housing is cut off at once" in page.text and "It cannot be put back" in page.text
    assert await hub.value("select count(*) from agency where ended_at is not null") == 0, "it is asked first"
    await leader.submit("End the credential")
    ended = await caller.sends(body, "key-number-1")
    assert ended.status_code == 401 and ended.headers["www-authenticate"] == "Bearer"
    await (await browse("officer")).get("/cases/agencies", 403)
    stored = await hub.rows("select answer::text as answer, encode(body_sha256, 'hex') as body from agency_call")
    assert "Testperson" not in str(stored)


@pytest.mark.service
async def test_an_agency_hears_by_its_own_key_that_nobody_could_be_reached_safely_and_nothing_else(
    hub: Hub, databases: Databases, browse: AsPersona
) -> None:
    leader, settings = await browse("leader"), hub.context.settings
    app, callers = hub_app(hub, settings, await access_of(databases)), []
    for name in ("Example Housing", "Example Health"):
        await leader.get("/cases/agencies")
        credential = (await leader.submit("Make a credential", name=name)).texts("code")[-1]
        callers.append(Caller(app, settings.public_url, credential))
    sent = (await callers[0].sends(PERSON, "key-number-1")).json()
    asked = await callers[0].asks("key-number-1")
    assert (asked.status_code, asked.json()) == (200, {"reference": sent["reference"], "status": "received"})
    assert (await callers[1].asks("key-number-1")).status_code == 404, "another's key is not there"
    assert (await callers[0].asks("key-number-2")).status_code == 404
    nobody = Caller(app, settings.public_url, "made-up")
    assert (await nobody.asks("key-number-1")).status_code == 401
    officer = a_viewer()
    for row in await hub.rows("select referral_id from referral"):
        async with hub.looks(officer) as tx:
            await referring.triage(tx, officer, row["referral_id"], clock.now())
            reason = {"reason_code": "no_safe_way"}
            await referring.step(tx, officer, row["referral_id"], "not_reached", clock.now(), **reason)
    told = {"reference": sent["reference"], "status": "not_reached", "reason": "no_safe_way"}
    assert (await callers[0].asks("key-number-1")).json() == told
    assert await hub.value("select count(*) from kit.audit where action = 'intake.status'") == 2


@pytest.mark.service
async def test_what_hides_signs_is_refused_where_somebody_is_looked_for_and_where_an_agency_is_made(
    hub: Hub, browse: AsPersona
) -> None:
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get("/cases/new")
    said = {"source": "self", "given_names": "Int\u202eaken", "family_name": "\u200b", "phone": "07700 900321, 322"}
    page = await officer.submit("Look", 422, **said)
    assert page.errors == [asked.CHECK_LETTERS, asked.CHECK_LETTERS, asked.CHECK_NUMBER]
    await leader.get("/cases/agencies")
    page = await leader.submit("Make a credential", 422, name="\u200bHousing\u202e")
    assert page.errors == [asked.CHECK_LETTERS]


def test_the_example_that_agencies_are_given_is_accepted_as_it_stands() -> None:
    text = (Path(__file__).parents[2] / "docs/how-to/connect_an_agency.md").read_text(encoding="utf-8")
    example = re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0]
    form, errors = _as_form(example.encode())
    assert errors == []
    given, wrong = asked.read({**form, "case_id": [str(uuid4())], "source": ["agency"]}, TODAY)
    assert wrong == [] and given is not None and given.danger == ["children_in_household", "threat_to_kill"]
