"""A complaint found in what a person wrote of how it went: taken in once, its days from when it was written."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.feedback import FeedbackComplaintFound
from contracts.identity import case_id
from kit import clock
from tests.code_compliance.builders import CRIME, crime
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import Office
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer

pytestmark = pytest.mark.service
CASE = case_id(CRIME, "V1")


async def test_a_complaint_in_an_answer_is_taken_in_once_with_its_days_from_when_it_was_written(
    hub: Hub, office: Office
) -> None:
    await hub.hear(crime())
    now, response = clock.now(), uuid4()
    written = now - timedelta(days=5)
    found = FeedbackComplaintFound(
        case_id=CASE, happened_at=now, actor_role="leader", response_id=response, written_at=written
    )
    await hub.hear(found, when=now)
    await hub.hear(found, when=now)
    rows = await hub.database.pool.fetch("select received_at, case_id, agency, source, words from complaint")
    assert [tuple(row) for row in rows] == [(written, CASE, "unknown", "self", None)]
    assert {c.started_at for name, c in (await hub.clocks("V1")).items() if name.startswith("R12")} == {written}
    assert [kind for kind, _ in await hub.announced()].count("complaint.received.v1") == 1
    compliance = await office.sign_in()
    await compliance.get("/rights/complaints")
    complaint = await hub.database.pool.fetchval("select complaint_id from complaint")
    page = await compliance.get(f"/rights/complaints/{complaint}")
    assert page.link("Read what they wrote") == f"/feedback/complaints/{response}"
    assert all(check.ok for check in await hub.checks())
