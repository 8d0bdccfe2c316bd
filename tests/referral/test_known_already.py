"""Somebody told of under another reference: asked before anything leaves, and shut with the record that is known."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import case_id
from services.referral.actions import opening, rerouting
from tests.builders import NOON, a_crime, a_detail, a_victim, recorded
from tests.conftest import Databases
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service
SOON = NOON + timedelta(minutes=5)


def told(hub: Hub, ref: str, **crime: Any) -> tuple[dict[str, Any], UUID]:
    """A theft of which details are sealed: the crime, and the id of its case."""
    found = a_crime(a_victim(ref), **crime)
    found["victims"][0]["sealed"] = hub.sealed(a_detail(), found["crime_id"], ref)
    return found, case_id(found["crime_id"], ref)


async def stands(hub: Hub, case: UUID) -> tuple[str, bool]:
    """The decision on a case, and whether it is held since it may be of somebody known."""
    row = (await hub.rows("select decision, holds from case_file where case_id = $1", case))[0]
    return row["decision"], "possible_duplicate" in row["holds"]


async def test_whoever_may_be_known_under_another_reference_is_not_sent_by_themselves(hub: Hub) -> None:
    known, one = told(hub, "V-a")
    await hub.hears(recorded(known))
    assert await stands(hub, one) == ("sent", False)
    again, two = told(hub, "V-b")
    await hub.hears(recorded(again, at=SOON))  # the details of the first are not even opened yet
    assert await stands(hub, two) == ("waiting", True)
    assert await hub.value("select count(*) from leg where case_id = $1", two) == 0
    await hub.every(opening.open_arrivals, SOON)
    await hub.every(rerouting.notice_proposals, SOON)
    assert await stands(hub, two) == ("waiting", True)
    assert await hub.value("select count(*) from same_person") == 1


async def test_two_records_of_one_batch_are_held_against_each_other(hub: Hub) -> None:
    (first, one), (second, two) = told(hub, "V-a"), told(hub, "V-b")
    await hub.hears([*recorded(first), *recorded(second)])
    assert await stands(hub, one) == await stands(hub, two) == ("waiting", True)
