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
    """Bail, a release, an order or an escape that was told of one crime, and a step whose word we do not know, once for
    each in each other case."""
    for event in told:
        if alerts.alerts_somebody(event.data):
            what = alerts.UNKNOWN if alerts.step_of(event.data) == alerts.UNKNOWN else TRIGGER
            found = await other_party.elsewhere(tx, event.data.crime_id, event.data.victim_ref)
            at = min(event.data.happened_at, event.time)
            for one in found:
                since = await known_since(tx, one, event.time, raising.NEWS)
                await raising.alert(tx, [one], what, event.data.milestone_id, at, since)
