"""What a provider is given and shown: an address where a letter is safe alone, a number while it is safe alone."""

from typing import Any

import pytest

from contracts.working_time import LONDON
from kit import clock
from services.referral.actions import packing
from tests.builders import NOON, a_domestic_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import a_referral_sent, portal_of

pytestmark = pytest.mark.service
WORKER, NUMBER, ADDRESS = a_viewer("idva.worker"), "07700 900321", "1 Example Row"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(
    ("letter", "vulnerabilities", "given"),
    [("safe", [], True), ("safe", ["protected_address"], False), ("unsafe", [], False), ("unknown", [], False)],
)
async def test_an_address_is_given_where_a_letter_is_safe_and_a_protected_one_never(
    hub: Hub, letter: str, vulnerabilities: list[str], given: bool
) -> None:
    risk: dict[str, Any] = {"dash_score": 17, "grade": "high"}
    channels = ["mobile", "letter"] if letter == "safe" else ["mobile"]
    person = a_victim(
        relationship_to_suspect="partner", risk=risk, vulnerabilities=vulnerabilities, channels_safe=channels
    )
    said = [
        {"kind": "mobile", "value": NUMBER, "safety": "safe"},
        {"kind": "letter", "value": ADDRESS, "safety": letter},
    ]
    sent = await a_referral_sent(hub, crime=a_domestic_crime(person), channels=said)
    async with hub.looks(WORKER) as tx:
        pack = await packing.read(tx, hub.sealer, WORKER, sent.leg, NOON)
    assert pack is not None and pack["channels"][-1]["kind"] == "mobile"
    assert ("address" in pack) is given and (ADDRESS in str(pack)) is given


async def test_a_provider_is_shown_no_number_on_a_day_that_is_not_safe(hub: Hub, databases: Databases) -> None:
    sent = await a_referral_sent(hub)
    today = clock.now().astimezone(LONDON).weekday()
    async with portal_of(hub, databases) as browse:
        worker = await browse("idva.worker")
        await worker.get(sent.page)
        await worker.submit("Accept")
        for days, shown in ((WEEKDAYS[(today + 3) % 7], False), ("mon-sun", True)):
            await hub.worker.pool.execute("update channel set days = $1 where kind = 'mobile'", days)
            page = await worker.get(sent.page)
            assert (NUMBER in page.html) is shown
            assert ("It is shown while it is safe to use" in page.text) is not shown
