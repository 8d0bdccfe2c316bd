"""No limit of a provider runs on once it was recorded that the person died; it does again where that is taken back."""

from datetime import timedelta

import pytest

from kit import clock
from services.referral.actions import falling_due, making_sure
from services.referral.domain.performance import Tried, result
from services.referral.store import cases
from tests.builders import a_domestic_crime, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import a_referral_sent, portal_of, shown
from tests.referral.test_police_deaths import a_death

DIED = "Nothing is due: it was recorded that the person died"


@pytest.mark.service
async def test_a_limit_ends_with_the_persons_death_in_page_list_and_performance_and_goes_on_where_they_live(
    hub: Hub, databases: Databases
) -> None:
    crime, officer = a_domestic_crime(), a_viewer()
    sent = await a_referral_sent(hub, crime=crime)
    where, case = sent.page, sent.case
    await hub.rows("update leg set sent_at = now(), out_at = now() returning 1")
    async with portal_of(hub, databases) as browse:
        worker, manager = await browse("idva.worker"), await browse("provider.manager")
        await worker.get(where)
        await worker.post(f"{where}/steps/accept", await shown(hub, sent.referral))
        assert (await worker.get(where)).summary["Due"].startswith("First contact by")
        counted = (await manager.get("/portal/performance")).text
        await hub.hears([a_death(crime, crime["victims"][0]["victim_ref"])])
        assert (await worker.get(where)).summary["Due"] == DIED
        assert DIED in (await worker.get("/portal")).text
        await hub.every(falling_due.watch_silence, clock.now() + timedelta(days=30))
        assert await hub.value("select count(*) from silence_step") == 0, "nobody is asked to hurry"
        assert (await manager.get("/portal/performance")).text != counted
        async with hub.looks(officer) as tx:
            held = await cases.get(tx, case)
            assert held is not None
            await making_sure.take_back(tx, officer, held, clock.now() + timedelta(seconds=1))
        assert "The limit for it is" in (await worker.get(where)).summary["Due"], "every way is locked still"
        assert (await manager.get("/portal/performance")).text == counted


def a_leg(died_after: timedelta | None) -> Tried:
    contract, since = BOOKS.directory.contracts[0].contract_id, clock.now()
    died = since + died_after if died_after else None
    whose = (contract, contract, "TEST-1", contract, "accepted", False)
    return Tried(*whose, since, since, since, None, since, died_at=died)


@pytest.mark.parametrize(("died_after", "wanted"), [(None, "missed"), (timedelta(1), None), (timedelta(60), "missed")])
def test_a_contact_that_was_not_due_yet_when_the_person_died_is_not_counted_as_late(
    died_after: timedelta | None, wanted: str | None
) -> None:
    standards = BOOKS.directory.contracts[0].standards
    assert result(a_leg(died_after), "contact", standards, clock.now() + timedelta(90)) == wanted
