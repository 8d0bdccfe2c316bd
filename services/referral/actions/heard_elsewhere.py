"""What is heard of a suspect counts wherever they may be a danger: in each case of whoever was harmed in that crime, or
in another one that names them. Nobody is told of whom or of which crime it was heard."""

from collections.abc import Sequence
from typing import Any

from kit.database import Tx
from kit.inbox import Received
from services.referral.actions import raising
from services.referral.store import alerts, other_party
from services.referral.store.cases import known_since

TRIGGER = "heard_in_another_matter"


async def tell(tx: Tx, told: Sequence[Received[Any]]) -> None:
    """Bail, a release, an order or an escape that was told of one crime, once for each in each other case."""
    for event in told:
        if event.data.trigger in alerts.ALERTING:
            found = await other_party.elsewhere(tx, event.data.crime_id, event.data.victim_ref)
            at = min(event.data.happened_at, event.time)
            for one in found:
                since = await known_since(tx, one, event.time, raising.NEWS)
                await raising.alert(tx, [one], TRIGGER, event.data.milestone_id, at, since)
