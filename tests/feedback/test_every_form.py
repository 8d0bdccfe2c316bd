"""Every form of feedback, of staff and of the person asked, sent as it should not be: nothing half done."""

from collections.abc import Sequence

import pytest
from starlette.applications import Starlette

from kit.web.app import make_app
from services.feedback.__main__ import SERVICE
from tests.browser import Browser, cookie_of
from tests.conftest import Databases
from tests.feedback.conftest import Running
from tests.feedback.test_feedback_ui import somebody_answers
from tests.feedback.test_neutral_ui import TOKEN, begin
from tests.feedback.test_neutral_ui import invited as invited
from tests.walking import Replayed, State, refusals

pytestmark = pytest.mark.service


async def test_every_form_refuses_what_it_cannot_use_leaves_nothing_half_done_and_is_done_once(
    invited: Running, databases: Databases
) -> None:
    await somebody_answers(invited, "another", {"heard": "4"}, "words")
    name = await databases.copy_of("access")
    access = await databases.open(name, "access_web")
    app: Starlette = make_app(
        "feedback",
        invited.context.settings,
        SERVICE.pages(invited.context),
        databases={"hub": invited.hub, "portal": invited.portal},
        templates=SERVICE.templates or (),
        access=access,
        sealer=invited.context.sealer,
    )
    settings = invited.context.settings
    async with (
        Browser(app, settings, await cookie_of(access, "leader")) as staff,
        Browser(app, settings, neutral=True) as person,
    ):
        await begin(person)
        walkers: dict[str, tuple[Browser, Sequence[str]]] = {
            "leader": (staff, ("/feedback", "/feedback/words", "/feedback/operations")),
            "person": (person, ("/questions", "/before", f"/r/{TOKEN}", "/saved")),
        }
        problems, reached = await refusals(
            app, walkers, State(invited.worker), {"/feedback": "leader", "/": "person"}, told := Replayed()
        )
    assert problems == []
    assert reached >= {"/questions", "/r", "/stop", "/feedback/words/{response_id}"}
    assert not told.problems, "\n".join(told.problems)
    assert len(told.taken) > 0, f"taken: {sorted(told.taken)}, not: {sorted(reached - told.taken)}"
