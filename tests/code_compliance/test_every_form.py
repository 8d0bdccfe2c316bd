"""Every form of the Code, of staff and of the person, sent as it should not be: a refusal, and nothing half done."""

import hashlib
from collections.abc import Sequence

import pytest

from contracts.identity import case_id
from contracts.referral import ContactSent
from tests.browser import Browser
from tests.code_compliance.builders import CRIME
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import Office, taken_in
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer
from tests.code_compliance.test_forecast import a_clock_ends_soon
from tests.code_compliance.test_own_rights import TOKEN, hear
from tests.walking import Replayed, State, refusals

pytestmark = pytest.mark.service
CASE = case_id(CRIME, "V1")


async def test_every_form_refuses_what_it_cannot_use_leaves_nothing_half_done_and_is_done_once(
    hub: Hub, office: Office
) -> None:
    await a_clock_ends_soon(hub)
    staff, outside = await office.sign_in(), await office.outside()
    await taken_in(staff)
    await hear(
        hub, ContactSent, request_id=CRIME, channel="text", token_sha256=hashlib.sha256(TOKEN.encode()).hexdigest()
    )
    walkers: dict[str, tuple[Browser, Sequence[str]]] = {
        "compliance": (staff, ("/rights", f"/rights/cases/{CASE}", "/rights/coverage/lines", "/rights/imports")),
        "nobody": (outside, ("/tell-us", "/yours", f"/yours/{TOKEN}")),
    }
    others = {"/rights/operations": "compliance", "/rights": "compliance", "/": "nobody"}
    problems, reached = await refusals(office.app, walkers, State(hub.database), others, told := Replayed())
    assert problems == []
    assert len(reached) > 12, sorted(reached)
    assert not told.problems, "\n".join(told.problems)
    assert len(told.taken) > 6, f"taken: {sorted(told.taken)}, not: {sorted(reached - told.taken)}"
