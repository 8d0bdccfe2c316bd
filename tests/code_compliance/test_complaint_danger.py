"""Words with a sign of danger on the public page of complaints are marked, stand first, and are told at once."""

import pytest

from contracts.identity import reference, references_in
from tests.code_compliance.builders import crime
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import CASE, Office
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"it is {reference(CASE)}.", [reference(CASE)]),
        (f"({reference(CASE).replace('-', ' ').lower()}) {reference(CASE)}", [reference(CASE)]),
        ("I asked again, and nobody ever answered 07700 900123", []),
        (f"X{reference(CASE)}", []),
    ],
)
def test_a_short_reference_is_found_in_what_somebody_wrote(text: str, found: list[str]) -> None:
    assert references_in(text) == found


@pytest.mark.service
async def test_danger_told_on_the_public_page_is_marked_stands_first_is_told_and_proposes_the_case(
    hub: Hub, office: Office
) -> None:
    await hub.hear(crime())
    for words in ("They never rang me", f"He will kill me tonight. My reference is {reference(CASE)}"):
        outside = await office.outside()
        await outside.get("/tell-us")
        await outside.submit("Send", agency="police", words=words)
    received = [data for kind, data in await hub.announced() if kind == "complaint.received.v1"]
    assert [(data["concern"], data.get("named")) for data in received] == [(False, None), (True, reference(CASE))]
    staff = await office.sign_in()
    page = await staff.get("/rights/complaints")
    assert ["May speak of danger" in " ".join(row) for row in page.rows[1:]] == [True, False]
    page = await staff.follow(page.rows[1][0])
    assert "May speak of danger: read it now" in page.text and "not known yet" in page.text
    await staff.follow("Make sure that it is theirs, and name it")
    page = await staff.submit("Save")
    assert reference(CASE) in page.text and "stands the reference of a case" not in page.text
