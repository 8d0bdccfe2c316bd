"""Two versions of the Code side by side: an invented draft in force beside the Code of 2020."""

import copy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from starlette.applications import Starlette

from contracts.working_time import calendar
from kit.database import Database
from kit.inbox import Inbox
from kit.listening import listening
from kit.web.app import make_app
from services.code_compliance.__main__ import SERVICE
from services.code_compliance.domain.entitlements import decide
from services.code_compliance.domain.rulebook import Rulebook, read_rulebook
from services.code_compliance.domain.versions import compare
from services.code_compliance.reference import documents
from tests.browser import Browser, cookie_of
from tests.code_compliance.builders import RULES, a_case, at, crime, milestone, reached
from tests.code_compliance.hub import Hub
from tests.conftest import Databases

DRAFT = "vc-test-draft"
CHARGED, ARRESTED, RELEASED = "R6.charge", "R6.suspect_arrested", "R6.suspect_rui"


def a_draft() -> dict[str, Any]:
    """An invented draft, in force from 1 January 2026: three days for a charge, one duty fewer, one more."""
    document: dict[str, Any] = copy.deepcopy(documents()["victims_code_2020.yaml"])
    document["meta"] |= {"code_version_id": DRAFT, "in_force_from": "2026-01-01"}
    told = {
        "id": DRAFT,
        "name": "Victims' Code, draft for tests",
        "status": "draft, invented",
        "source": ["recalled: invented"],
    }
    document["versions"].append(told)
    duties = {entry["id"]: entry for entry in document["entitlements"]}
    duties[CHARGED]["clock"]["standard"] = 3
    document["entitlements"].remove(duties[RELEASED])
    new = copy.deepcopy(duties[ARRESTED]) | {"id": "R6.second_call", "title": "Called again after an arrest"}
    document["entitlements"].append(new)
    return document


def both() -> Rulebook:
    files = documents() | {"draft.yaml": a_draft()}
    for policy in files["evidence_policy.yaml"]["policies"]:
        assert policy["entitlement"] != RELEASED
    return read_rulebook(files, ("victims_code_2020.yaml", "draft.yaml"), calendar())


BOTH = both()


def test_each_duty_falls_under_the_version_in_force_when_it_arose() -> None:
    assert [code.version for code in BOTH.codes] == ["vc-2020", DRAFT]
    told = [
        milestone("suspect_arrested", "2025-12-31 23:59", "m1"),
        milestone("suspect_arrested", "2026-01-01 00:00", "m2"),
        milestone("suspect_charged", "2026-01-05 12:00", "m3"),
        milestone("suspect_released_under_investigation", "2026-01-05 12:00", "m4"),
    ]
    found = decide(a_case(), told, [], BOTH)
    versions = {key: clock.code_version for key, clock in found.items() if key[0].startswith("R6")}
    assert versions[(ARRESTED, "m1")] == "vc-2020"
    assert versions[(ARRESTED, "m2")] == DRAFT
    assert ("R6.second_call", "m1") not in found and ("R6.second_call", "m2") in found
    assert found[(CHARGED, "m3")].due_at == at("2026-01-08 23:59:59")  # three working days, not five
    assert (RELEASED, "m4") not in found


@pytest.mark.service
async def test_a_case_keeps_the_version_under_which_a_duty_arose_when_a_new_one_comes(hub: Hub) -> None:
    await hub.hear(crime(), reached("suspect_charged", "2025-12-30 12:00"))
    newer = Hub(hub.database, replace(hub.context, facts=BOTH), hub.inbox, hub.offsets)
    newer.inbox = Inbox(hub.database, "code_compliance", listening(SERVICE.listens), newer.context)
    await newer.hear(reached("suspect_charged", "2026-01-05 12:00", "m2"))
    found = {key: c for key, c in (await hub.clocks()).items() if c.entitlement == CHARGED}
    assert {key: (c.code_version, c.limit) for key, c in found.items()} == {
        f"{CHARGED}/m1": ("vc-2020", 5),
        f"{CHARGED}/m2": (DRAFT, 3),
    }


def test_the_comparison_names_what_was_added_removed_and_changed() -> None:
    old, new = BOTH.codes
    found = compare(old, new, BOTH.awaited)
    assert [e.id for e in found.added] == ["R6.second_call"]
    assert [e.id for e in found.removed] == [RELEASED]
    assert [(c.entitlement.id, c.differences) for c in found.changed] == [
        (CHARGED, (("Limit", "5 working days; 1 with enhanced rights", "3 working days; 1 with enhanced rights"),))
    ]
    same = compare(BOTH.codes[0], BOTH.codes[0], BOTH.awaited)
    assert (same.added, same.removed, same.changed) == ((), (), ())


def test_no_draft_is_loaded_in_the_shipped_rules() -> None:
    assert [code.status for code in RULES.codes] == [None]
    assert RULES.codes[0].effective_from == date(2021, 4, 1)


@pytest.fixture
async def with_both(databases: Databases, name: str, access: Database, hub: Hub) -> Starlette:
    return make_app(
        "code_compliance",
        databases.settings,
        SERVICE.pages(replace(hub.context, facts=BOTH)),
        databases={"hub": await databases.open(name, "code_compliance_hub")},
        templates=SERVICE.templates or (),
        access=access,
        navigation=SERVICE.navigation,
    )


@pytest.mark.service
async def test_the_catalogue_and_the_comparison_are_pages(
    databases: Databases, with_both: Starlette, app: Starlette, access: Database
) -> None:
    cookie = await cookie_of(access, "analyst")
    async with Browser(with_both, databases.settings, cookie) as browser:
        page = await browser.get("/rights/catalogue")
        assert "Draft draft, invented" in page.text and "R6.second_call" in page.text
        page = await browser.follow("Compare versions of the Code")
        assert "1 added, 1 removed, 1 changed" in page.text
        assert "Limit: 5 working days; 1 with enhanced rights → 3 working days; 1 with enhanced rights" in page.text
        page = await browser.get("/rights/catalogue?version=vc-2020")
        assert "97 duties and 17 related clocks" in page.text and "Unverified" in page.text
        await browser.get("/rights/catalogue?version=vc-1066", status=404)
    async with Browser(app, databases.settings, cookie) as browser:
        page = await browser.get("/rights/catalogue/compare")
        assert "Only Victims' Code 2020 is loaded" in page.text and "direct engagement framework" in page.text
