"""A provider's manager downloads everything the provider was ever sent; long lists, and counts that stop."""

import asyncio
import csv
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.referral.actions import providing
from services.referral.provider_portal import history
from services.referral.provider_portal.lists import counted
from services.referral.store import portal, referrals
from services.referral.store.portal_due import limits_of
from tests.builders import NOON, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import Hub
from tests.referral.portal import LATER, AsPersona, Sent, a_referral_sent, portal_of


@pytest.fixture
async def browse(hub: Hub, databases: Databases) -> AsyncIterator[AsPersona]:
    async with portal_of(hub, databases) as as_persona:
        yield as_persona


async def declined(hub: Hub, sent: Sent, minutes: int) -> str:
    worker, at = a_viewer("idva.worker"), LATER + timedelta(minutes=minutes)
    async with hub.looks(worker) as tx:
        await providing.decline(tx, worker, sent.referral, "capacity", at)
    return str(await hub.value("select reference from case_file where case_id = $1", sent.case))


@pytest.mark.service
async def test_a_manager_downloads_everything_once_in_order_and_nothing_of_others(
    hub: Hub, browse: AsPersona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "BATCH", 2)  # so that a few referrals are several batches, sent at one instant
    mine = [await a_referral_sent(hub) for _ in range(3)]
    await a_referral_sent(hub, "lantern-house-idva")
    reference = await declined(hub, mine[0], 1)
    manager = await browse("provider.manager")
    file, other = await asyncio.gather(*(manager.download("/portal/history") for _ in range(2)))
    assert file.text == other.text, "downloads beside each other take turns"
    head, *rows = list(csv.reader(file.text.splitlines()))
    assert tuple(head) == history.COLUMNS and file.headers["content-disposition"].startswith("attachment")
    legs = await hub.rows("select reference from leg where leg_id = any($1) order by leg_id", [one.leg for one in mine])
    assert [row[0] for row in rows] == [leg["reference"] for leg in legs]
    [told] = [dict(zip(head, row, strict=True)) for row in rows if row[0] == reference]
    assert (told["service"], told["declined_because"], told["support_started"]) == ("IDVA", "capacity", "")
    assert told["state"] == "Declined by the provider" and told["sent"] == "2026-09-01 12:00"
    for personal in ("Wilhelmina", "Testperson", "07700", "marmalade"):
        assert personal not in file.text


@pytest.mark.service
async def test_a_download_is_for_managers_and_is_written_down_before_it_begins(hub: Hub, browse: AsPersona) -> None:
    await (await browse("idva.worker")).get("/portal/history", status=403)
    assert "(CSV)" not in (await (await browse("idva.worker")).get("/portal")).text
    manager = await browse("provider.manager")
    file = await manager.download((await manager.get("/portal")).link("Download everything"))
    assert file.text.splitlines() == [",".join(history.COLUMNS)]
    [row] = await hub.rows("select actor_role, subject_kind from kit.audit where action = 'portal.history_downloaded'")
    assert (row["actor_role"], row["subject_kind"]) == ("provider.manager", "provider")


@pytest.mark.service
async def test_what_was_over_last_stands_first_and_a_long_list_goes_on(hub: Hub) -> None:
    [one, two, three] = [await declined(hub, await a_referral_sent(hub), minutes) for minutes in (2, 3, 1)]
    async with hub.looks(a_viewer("idva.worker")) as tx:
        pages = [await portal.offered(tx, "withdrawn", limits_of((), NOON.date()), n, size=2) for n in (1, 2, 3)]
        assert await portal.counts(tx) == {"mine": 0, "open": 0, "unassigned": 0, "completed": 0, "withdrawn": 3}
        newest = await portal.offered(tx, "withdrawn", limits_of((), NOON.date()), newest=True)
    shown = [([row.reference for row in page.rows], page.further) for page in pages if page]
    assert shown == [([two, one], True), ([three], False), ([], False)]
    assert newest is not None and {row.reference for row in newest.rows} == {one, two, three}


@pytest.mark.service
async def test_the_first_time_that_a_leg_is_over_is_kept(hub: Hub) -> None:
    sent = await a_referral_sent(hub)
    await declined(hub, sent, 5)
    async with hub.as_worker() as tx:
        leg = await referrals.leg(tx, sent.leg)
    assert leg is not None and leg.ended_at == LATER + timedelta(minutes=5)
    assert leg.moved("declined", LATER + timedelta(days=1)).ended_at == leg.ended_at
    assert leg.moved("accepted", LATER).ended_at is None


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (1000, "1,000"), (1001, "1,000+")])
def test_a_count_says_where_it_stopped(number: int, words: str) -> None:
    assert counted(number) == words
