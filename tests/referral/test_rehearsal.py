"""A leader puts in a draft of routing rules, and sees which cases of a quarter it would decide otherwise."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from kit import clock
from services.referral.actions import rehearsing
from services.referral.books import rules_text
from services.referral.case_ui.rehearsing import RUNNING, last_quarter
from services.referral.domain.draft_text import LONGEST, Unusable, read_draft
from tests.builders import a_crime, a_domestic_crime, a_victim, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.test_case_gate import Site, passes, site
from tests.referral.test_steering import a_draft

__all__ = ["site"]
TODAY = date(2026, 11, 26)
OPT_IN = BOOKS.on(TODAY).policy.opt_in
HEAD = "version: '2027-01'\neffective_from: 2027-01-01\nsource: a test\nrules:\n"
RULE = "  - {id: line.x, version: 1, recommend: general, why: For everybody., when: {equals: {person_kind: person}}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file, or paste the draft"),
        ("- a\n- b\n", "This is no file of rules: it begins with version, effective_from, definitions and rules"),
        ("rules: [\n", "Line 2, column 1: this is not YAML"),
        ("x: &a 1\ny: *a\n", "Line 2: write it out: * cannot be used"),
        (f"{HEAD}{RULE}version: again\n", "Line 6: “version” is there twice"),
        ("rules: " + "[" * 60 + "]" * 60, "Line 1: too many steps of one thing within another"),
        ("version: a\nrules: []\n", "effective_from: takes a day, like 2027-01-01"),
        (f"{HEAD}  - just words\n", "rules: the 1. is no rule with an id"),
        (HEAD, "rules: takes a list of rules"),
        (f"{HEAD.strip()} []\n", "rules: the draft has none"),
        (f"{HEAD}{RULE.replace('general', 'nowhere')}", "Line 5, rule line.x: recommend: 'nowhere' is not one of"),
        (f"{HEAD}{RULE.replace('why: For everybody., ', '')}", "Line 5, rule line.x: why: is missing"),
        (f"{HEAD}{RULE.replace('{equals: {person_kind: person}}', '{under: {age: 999999999}}')}", "at most 40,000"),
        (f"{HEAD}{RULE.replace('{equals: {person_kind: person}}', '{equals: {crime_type: {a: b}}}')}", "takes words"),
        (f"{HEAD}{RULE.replace('{equals: {person_kind: person}}', '{equals: {crime_type: [a]}}')}", "use in"),
        (f"{HEAD}{RULE.replace('{equals: {person_kind: person}}', '{meets: [a]}')}", "is not defined above"),
        (f"definitions: [a]\n{HEAD}{RULE}", "definitions: takes names with a condition each"),
        (f"{HEAD}{RULE}{RULE}", "rule line.x: id: is used twice"),
        (f"{HEAD.replace('2027-01', '', 1)}{RULE}", "version: give the draft a version of its own"),
        (f"#{'x' * LONGEST}", "The draft must be 200,000 characters or fewer"),
        (f"{HEAD}{RULE}x: !!python/object/apply:os.system [ls]\n", "this is not YAML"),
    ],
)
def test_what_is_wrong_with_a_draft_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Unusable) as wrong:
        read_draft(text, OPT_IN)
    assert said in wrong.value.words


def test_the_rules_in_force_are_a_draft_that_can_be_used() -> None:
    book = BOOKS.on(TODAY).rules
    assert read_draft(rules_text(book.version), OPT_IN).version == book.version
    assert read_draft(HEAD + RULE, OPT_IN).version == "2027-01"


def test_the_last_quarter_is_the_one_that_is_over() -> None:
    assert last_quarter(date(2026, 11, 26)) == (date(2026, 7, 1), date(2026, 9, 30))
    assert last_quarter(date(2026, 1, 1)) == (date(2025, 10, 1), date(2025, 12, 31))


SEPTEMBER = {
    "since-day": "1",
    "since-month": "7",
    "since-year": "2026",
    "until-day": "30",
    "until-month": "9",
    "until-year": "2026",
}


async def asks(hub: Hub, browse: AsPersona, tmp_path: Path) -> UUID:
    """The leader puts in a draft without general support; it waits for the worker."""
    leader = await browse("leader")
    await leader.get("/operations/rehearsal")
    text = a_draft(tmp_path, without="line.general").read_text()
    page = await leader.submit("Rehearse it", draft=text, **SEPTEMBER)
    assert "It begins in a moment." in page.text
    return UUID(page.path.rsplit("/", 1)[1])


async def runs(hub: Hub) -> None:
    while await hub.every(rehearsing.carry_on, clock.now()):
        pass


@pytest.mark.service
async def test_a_draft_is_put_in_replayed_step_by_step_and_told_by_kind_and_case_without_changing_any(
    hub: Hub, browse: AsPersona, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "AT_ONCE", 2)
    hidden = a_crime(a_victim(works_for="provider"))
    await hub.hears(recorded(a_crime(), a_crime(), a_domestic_crime(), hidden))
    before = await hub.rows("select case_id, lines, holds, runs from case_file order by 1")
    made = await asks(hub, browse, tmp_path)
    at = f"/operations/rehearsal/{made}"
    leader, admin = await browse("leader"), await browse("admin")
    assert await hub.every(rehearsing.carry_on, clock.now()) == 2
    assert "2 of 4 cases so far (50%)" in (await leader.get(at)).text
    await leader.get("/operations/rehearsal?start=in_force")
    page = await leader.submit("Rehearse it", 422, **SEPTEMBER)
    assert page.errors == [RUNNING]
    await runs(hub)
    page = await leader.get(at)
    assert "3 cases of 4 would be decided otherwise." in page.text and ["Line lost: General", "3"] in page.rows
    links = [each for each in page.texts("li") if "Line lost: General" in each]
    assert len(links) == 3
    page = await leader.get(f"{at}?what=line~general~lost")
    assert "Which cases: Line lost: General" in page.text
    assert "All that would change" not in (await leader.get(f"{at}?what=line~nothing~lost&page=x")).text
    page = await admin.get(at)
    assert "2 cases of 3 would be decided otherwise." in page.text and ["Line lost: General", "2"] in page.rows
    assert len([each for each in page.texts("li") if "Line lost: General" in each]) == 2
    assert "2 of 3 cases" in (await admin.get("/operations/rehearsal")).text
    assert await hub.rows("select case_id, lines, holds, runs from case_file order by 1") == before
    for path in ("/operations/rehearsal", at):
        await (await browse("officer")).get(path, 403)
    done = await hub.rows("select action from kit.audit where action like 'rules.rehears%' order by at, action")
    assert [row["action"] for row in done] == ["rules.rehearsal_asked", "rules.rehearsed"]


@pytest.mark.service
async def test_what_is_wrong_is_told_at_its_field_and_a_rehearsal_may_be_stopped(
    hub: Hub, browse: AsPersona, tmp_path: Path
) -> None:
    leader = await browse("leader")
    await leader.get("/operations/rehearsal")
    wrong = {"since-day": "31", "since-month": "9", "until-year": "2024", "draft": "rules: ["}
    page = await leader.submit("Rehearse it", 422, **wrong)
    assert page.errors[0] == "The first day must be a real date" and "this is not YAML" in page.errors[1]
    page = await leader.submit("Rehearse it", 422, **(SEPTEMBER | {"until-year": "2024", "draft": HEAD + RULE}))
    assert page.errors == ["The last day must not be before the first"]
    made = await asks(hub, browse, tmp_path)
    at = f"/operations/rehearsal/{made}"
    await leader.get(at)
    assert "Stopped." in (await leader.submit("Stop it")).text
    await runs(hub)
    assert await hub.value("select state from rehearsal where rehearsal_id = $1", made) == "stopped"
    assert (await leader.get(f"{at}/draft")).response.text.endswith("version: 2027-01\n")
    await leader.get(f"/operations/rehearsal/{UUID(int=1)}", 404)


@pytest.mark.service
@pytest.mark.browser
async def test_the_pages_of_a_rehearsal_pass_the_gate(site: Site, hub: Hub, browse: AsPersona, tmp_path: Path) -> None:
    await hub.hears(recorded(a_crime(), a_domestic_crime()))
    await passes(site, "/operations/rehearsal", "Rehearse it")
    made = await asks(hub, browse, tmp_path)
    await passes(site, f"/operations/rehearsal/{made}")
    await runs(hub)
    await passes(site, f"/operations/rehearsal/{made}")
    await passes(site, "/operations/rehearsal")
