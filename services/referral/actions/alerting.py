"""Bail, release and orders, and what a service found of danger or death, reach who has no page open: the provider by
mail, the roles of the hub by a notice."""

from datetime import datetime
from uuid import uuid5

from contracts.identity import NS
from kit import audit
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import telling_providers
from services.referral.actions.alarming import DEAD
from services.referral.actions.books import current
from services.referral.actions.raising import NEWS
from services.referral.said import FOUND
from services.referral.store import alerts, notices
from services.referral.store.alerts import OpenLeg, Untold
from services.referral.store.notices import Notice

AT_ONCE = 100
ROLES = ("officer", "leader")


async def tell(tx: Tx, moment: Moment, context: Context) -> int:
    """Tells of the alerts that nobody was told of, but for what is long past in data that were loaded; returns how many
    there were. The person is never written to."""
    now = moment.now
    found = await alerts.take_untold(tx, now, AT_ONCE)
    news = [one for one in found if not one.history or now - one.received_at < NEWS]
    if news:
        waiting = [one for one in news if one.to_review]
        await notices.tell(tx, [_notice(one, role) for one in waiting for role in ROLES])
        await _providers(tx, context, news, now)
    return len(found)


def _notice(one: Untold, role: str) -> Notice:
    """The one notice that there is of a case for a role; it is new again with each alert."""
    about = uuid5(NS, f"notice/risk_to_review/{role}/{one.case_id}")
    kind = "death_told" if one.trigger == DEAD else "danger_found" if one.trigger in FOUND else "risk_to_review"
    return Notice(about, role, kind, one.case_id, one.received_at)


async def _providers(tx: Tx, context: Context, news: list[Untold], now: datetime) -> None:
    legs = await alerts.open_legs(tx, sorted({one.case_id for one in news}))
    alerted = [(leg, one.milestone_id) for one in news for leg in legs if _concerns(leg, one)]
    if alerted:
        await telling_providers.alert(tx, context.sealer, alerted, await current(tx, context.facts), now)
        about = sorted({leg.case_id for leg, _ in alerted})
        await audit.record(tx, [audit.Entry(None, "system", None, "alert.mail_asked", "case", c) for c in about])


def _concerns(leg: OpenLeg, one: Untold) -> bool:
    return leg.case_id == one.case_id and leg.leg_id != one.heard_from and one.line in (None, leg.line)
