"""What is asked often finds a leg's referral by its key, however many referrals there are."""

import pytest

from services.referral.store import cases, contact, looking, portal, silence
from services.referral.store.portal_due import LIMITS
from tests.builders import NOON, a_viewer
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service
ONE = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("asked", "arguments"),
    [
        (silence._SILENT, (NOON, 10)),
        (f"select count(*) {silence.UNOPENED}", (NOON, NOON, [], [], [])),
        (
            f"with {LIMITS} {portal._SHOWN} from leg l {portal._HANGING} where l.referral_id = $1",
            (ONE, [], [], [], [], [], []),
        ),
    ],
    ids=["silent legs", "what is not opened", "one referral of a provider"],
)
async def test_the_referral_of_a_leg_is_found_by_its_key(hub: Hub, asked: str, arguments: tuple[object, ...]) -> None:
    async with hub.as_worker() as tx:
        await tx.execute("set local enable_seqscan = off")
        plan = [row[0] for row in await tx.fetch(f"explain {asked}", *arguments)]
    assert not [line for line in plan if "Seq Scan on referral" in line]
    assert [line for line in plan if "referral_pkey" in line]


@pytest.mark.parametrize(
    ("asked", "arguments", "index"),
    [
        (cases._OF_CRIME, ("20E1X5508K24",), "crime_by_number"),
        (f"select case_id from case_file where state <> 'closed' and {looking.CHANGED}", (), "case_file_pkey"),
    ],
    ids=["a crime's number", "what changed since I looked"],
)
async def test_an_officer_finds_cases_by_an_index_although_rows_are_kept_from_them(
    hub: Hub, asked: str, arguments: tuple[object, ...], index: str
) -> None:
    async with hub.looks(a_viewer()) as tx:
        await tx.execute("set local enable_seqscan = off")
        await tx.execute("set local enable_bitmapscan = off")
        plan = [row[0] for row in await tx.fetch(f"explain {asked}", *arguments)]
    assert [line for line in plan if index in line]


async def test_the_channels_of_people_on_a_page_are_found_by_their_key_whatever_is_guessed(hub: Hub) -> None:
    async with hub.looks(a_viewer("idva.worker")) as tx:
        await tx.execute("set local enable_seqscan = off")
        plan = [row[0] for row in await tx.fetch(f"explain {contact._OF_PEOPLE}", [ONE, ONE])]
    [at] = [number for number, line in enumerate(plan) if " on channel " in line]
    assert "channel_pkey" in plan[at] and "Index Cond: (person_id = " in plan[at + 1]
