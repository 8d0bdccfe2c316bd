"""A restricted person in the pages of the Code: for whoever has not the right, as if there were nobody."""

import re
from uuid import UUID

import pytest
from starlette.applications import Starlette

from contracts.identity import case_id, reference
from contracts.referral import CaseOpened
from kit import clock
from kit.service import Moment
from services.code_compliance.actions import overseeing
from tests.code_compliance.builders import CRIME, crime, reached
from tests.code_compliance.conftest import SignIn
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_forecast import a_clock_ends_soon

pytestmark = pytest.mark.service
CASE, OTHER = case_id(CRIME, "V1"), UUID(int=7)
OPERATIONS = "/rights/operations"
"""What the process has received, to the last event, whoever it is about."""
_CHANGING = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|nonce=\"[^\"]*\"|data-left=\"\d+\"|Counted on[^<]*"
)


async def test_every_list_count_and_download_is_as_if_there_were_nobody(
    hub: Hub, app: Starlette, sign_in: SignIn
) -> None:
    browsers = {who: await sign_in(who) for who in ("officer", "compliance", "analyst", "leader")}

    async def seen(who: str) -> dict[str, str]:
        paths = [p.path for p in app.state.pages if "GET" in p.methods and p.origin == "staff"]
        paths = [path for path in paths if "{" not in path and path != OPERATIONS]
        answers = {path: await browsers[who].answer("GET", path) for path in paths}
        return {path: f"{one.status_code} {_CHANGING.sub('', one.text)}" for path, one in answers.items()}

    await hub.hear(crime(crime_id=str(OTHER)), reached("suspect_arrested", "2025-06-03 09:00", crime_id=OTHER))
    await count(hub)
    without = {who: await seen(who) for who in browsers}
    await a_clock_ends_soon(hub)
    about = {"case_id": CASE, "crime_id": CRIME, "reference": reference(CASE), "happened_at": clock.now()}
    await hub.hear(CaseOpened(**about, actor_role="leader", restricted=True))
    await count(hub)
    for who in ("officer", "compliance", "analyst"):
        now = await seen(who)
        assert {path for path in now if now[path] != without[who][path]} == set(), who
        await browsers[who].get(f"/rights/cases/{CASE}", status=403 if who == "analyst" else 404)
    assert reference(CASE) in (await seen("leader"))["/rights"]


async def count(hub: Hub) -> None:
    async with hub.database.begin() as tx:
        while await overseeing.count_months(tx, Moment(clock.now(), clock.now()), hub.context):
            pass
