"""Links that providers without accounts have by themselves: the first of each referral that is sent to them, by
somebody or by policy, and another one for whoever holds an old one. Each leaves for the registered address alone."""

from uuid import uuid5

from contracts.refused import Refused
from kit import audit
from kit.database import Tx
from kit.listening import Context
from kit.service import Moment
from services.referral.actions import leg_links, telling_providers
from services.referral.actions.books import current
from services.referral.store import links, referrals

AT_ONCE = 100


async def mail_wanted(tx: Tx, moment: Moment, context: Context) -> int:
    """Makes and mails the links that are wanted; returns how many. One that may not be made is not asked for again."""
    books = await current(tx, context.facts)
    without = [one.contract_id for one in books.directory.contracts if not one.provider.has_system]
    made = 0
    for wanted in await links.wanted(tx, without, moment.now, AT_ONCE):
        leg = await referrals.leg(tx, wanted.leg_id)
        if leg is None:
            continue
        link_id = uuid5(wanted.after or leg.leg_id, "another link" if wanted.after else "first link")
        try:
            async with tx.transaction():
                token = await leg_links.mint(tx, None, link_id, leg.leg_id, books, moment.now)
                await telling_providers.send_link(tx, None, context.sealer, link_id, leg, token, moment.now)
        except Refused:
            continue
        made += 1
    return made


async def end_older_sessions(tx: Tx, moment: Moment, context: Context) -> int:
    """Once a newer link is opened, what was open by an older one ends: whoever opened that may have been the wrong one.
    Nothing ends because another link was only asked for. Returns how many."""
    ended = await links.end_older(tx, moment.now - leg_links.SESSION, moment.now)
    await audit.record(tx, [leg_links.written(None, "link.ended_by_newer", case_id) for case_id in ended])
    return len(ended)
