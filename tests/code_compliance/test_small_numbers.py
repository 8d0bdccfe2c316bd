"""Who may not open cases: numbers of few people are hidden, and no page of the Code shows a single case."""

from uuid import UUID

import pytest
from starlette.applications import Starlette

from contracts.identity import case_id, reference
from tests.code_compliance.builders import CRIME, crime, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_forecast import a_clock_ends_soon

pytestmark = pytest.mark.service
CASE = case_id(CRIME, "V1")
QUERIES = {
    "/rights/clocks": "?right=6&agency=police&state=running",
    "/rights/oversight/right": "?right=6",
    "/rights/oversight/list": "?right=6&agency=police&state=due",
}


async def test_no_page_of_the_code_shows_an_analyst_a_single_case(hub: Hub, app: Starlette, sign_in: SignIn) -> None:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    await a_clock_ends_soon(hub)
    found = await hub.database.pool.fetch("select case_id from case_profile")
    sought = {str(row["case_id"]) for row in found} | {reference(row["case_id"]) for row in found}
    analyst, shown = await sign_in("analyst"), 0
    for page in app.state.pages:
        if "GET" not in page.methods or page.origin != "staff" or not page.path.startswith("/rights"):
            continue
        address = page.path.format_map(Ids(case_id=CASE, split="sex")) + QUERIES.get(page.path, "")
        answer = await analyst.answer("GET", address)
        assert answer.status_code in (200, 403, 404), page.path
        assert not {one for one in sought if one in answer.text}, page.path
        shown += answer.status_code == 200
    assert shown >= 9


class Ids(dict[str, object]):
    """What stands in an address: the case's id, and one that is nobody's for whatever else it asks."""

    def __missing__(self, name: str) -> str:
        return str(UUID(int=1))


async def test_few_people_are_no_number_to_an_analyst_and_a_list_to_who_may_open_cases(
    hub: Hub, sign_in: SignIn
) -> None:
    await a_clock_ends_soon(hub)
    analyst, lead = await sign_in("analyst"), await sign_in("compliance")
    for path in ("/rights", "/rights/forecast"):
        page = await analyst.get(path)
        assert "Fewer than 5 clocks will run out by the end of tomorrow" in page.text
        assert "/rights/cases/" not in page.html and "?agency=" not in page.html
        assert "1 clock will run out by the end of tomorrow" in (await lead.get(path)).text
    for refused in ("clocks?right=6&agency=police&state=running", "forecast?agency=police&right=6&day=2025-01-01"):
        await analyst.get(f"/rights/{refused}", status=403)
