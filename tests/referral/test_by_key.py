"""What is asked often finds a leg's referral by its key, however many referrals there are."""

import pytest

from services.referral.store import portal, silence
from tests.builders import NOON
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service
ONE = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("asked", "arguments"),
    [
        (silence._SILENT, (NOON, 10)),
        (f"{portal._OFFERED} where l.referral_id = $1", (ONE, [], [], [], [], [])),
    ],
    ids=["silent legs", "one referral of a provider"],
)
async def test_the_referral_of_a_leg_is_found_by_its_key(hub: Hub, asked: str, arguments: tuple[object, ...]) -> None:
    async with hub.as_worker() as tx:
        await tx.execute("set local enable_seqscan = off")
        plan = [row[0] for row in await tx.fetch(f"explain {asked}", *arguments)]
    assert not [line for line in plan if "Seq Scan on referral" in line]
    assert [line for line in plan if "referral_pkey" in line]
