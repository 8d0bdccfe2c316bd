"""Every form of returns, sent as it should not be: a clear refusal, and nothing half done."""

from collections.abc import Sequence

import pytest

from kit.database import Database
from kit.listening import Context
from tests.browser import Browser
from tests.returns.test_return_ui import Front, SignIn, draw
from tests.returns.test_return_ui import front as front
from tests.returns.test_return_ui import heard as heard
from tests.returns.test_return_ui import sign_in as sign_in
from tests.walking import State, refusals

pytestmark = pytest.mark.service


async def test_every_form_refuses_what_it_cannot_use_leaves_nothing_half_done_and_is_done_once(
    front: Front, sign_in: SignIn, context: Context, database: Database, heard: None
) -> None:
    analyst, leader = await sign_in("analyst"), await sign_in("leader")
    await draw(analyst, context, database)
    walkers: dict[str, tuple[Browser, Sequence[str]]] = {
        "analyst": (analyst, ("/returns", "/returns/draw")),
        "leader": (leader, ("/returns",)),
    }
    problems, reached = await refusals(front.app, walkers, State(database), {"/": "leader"})
    assert problems == []
    assert reached == {"/returns/draw", "/returns/{return_id}/sign"}
