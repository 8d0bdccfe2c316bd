"""Who wants less to be shared, and help all the same, takes back the wider agreement and keeps the narrower one."""

from datetime import timedelta
from uuid import UUID

import pytest

from kit import clock
from services.referral.actions import packing
from tests.builders import NOON, a_viewer
from tests.referral.conftest import Hub
from tests.referral.hub_pages import AsPersona
from tests.referral.portal import Sent, a_referral_sent
from tests.referral.test_actions import agrees

pytestmark = pytest.mark.service
WIDE = ("given_names", "family_name", "channels", "offence", "risk")
LESS = ("given_names", "channels")


async def wide_then(hub: Hub, scope: tuple[str, ...]) -> tuple[Sent, UUID, UUID]:
    """A referral sent by a wide agreement, and another to the same provider that was taken since."""
    sent = await a_referral_sent(hub, scope=WIDE)
    wide = await hub.value("select consent_id from consent where case_id = $1", sent.case)
    return sent, wide, await agrees(hub, sent.case, at=NOON + timedelta(minutes=5), scope=scope)


async def counts(hub: Hub) -> set[UUID]:
    return {one["consent_id"] for one in await hub.rows("select consent_id from consent where withdrawn_at is null")}


async def pack_of(hub: Hub, sent: Sent) -> set[str]:
    worker = a_viewer("idva.worker")
    async with hub.looks(worker) as tx:
        return set(await packing.read(tx, hub.sealer, worker, sent.leg, clock.now()) or {})


async def test_who_wants_less_to_be_shared_keeps_the_help_within_what_they_agreed_to_since(
    hub: Hub, browse: AsPersona
) -> None:
    sent, wide, narrow = await wide_then(hub, LESS)
    assert "risk" in await pack_of(hub, sent)
    officer = await browse("officer")
    page = await officer.get(f"/cases/{sent.case}/agreements/{wide}/withdraw")
    assert "it is told nothing beyond given names, ways to reach the person." in page.text
    assert "The agreement to the same of" in page.text and ": withdrawn at once" in page.text
    page = await officer.submit("Withdraw it", reason_code="too_much_shared")
    assert "What they agreed to since shares less: it stays" in page.text
    assert await counts(hub) == {narrow}
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "sent"
    assert "given_names" in await pack_of(hub, sent) and not {"risk", "offence", "family_name"} & await pack_of(
        hub, sent
    )
    assert await hub.value("select count(*) from task where kind = 'share_less'") == 0


@pytest.mark.parametrize(
    ("scope", "reason", "asks"),
    [(LESS, "changed_mind", 0), (WIDE, "too_much_shared", 1), ((), "too_much_shared", 1)],
    ids=["another reason", "as wide", "no bound"],
)
async def test_everything_ends_for_another_reason_or_where_no_agreement_shares_less_and_then_somebody_asks(
    hub: Hub, browse: AsPersona, scope: tuple[str, ...], reason: str, asks: int
) -> None:
    sent, wide, _ = await wide_then(hub, scope)
    officer = await browse("officer")
    await officer.get(f"/cases/{sent.case}/agreements/{wide}/withdraw")
    await officer.submit("Withdraw it" if scope == LESS else "Withdraw it and end all of this", reason_code=reason)
    assert await counts(hub) == set()
    assert await hub.value("select state from referral where referral_id = $1", sent.referral) == "withdrawn"
    assert await hub.value("select count(*) from task where kind = 'share_less' and done_at is null") == asks
