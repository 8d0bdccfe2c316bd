"""The referral service: `python -m services.referral web | worker | migrate`."""

from collections.abc import Sequence
from pathlib import Path

from contracts.addresses import PATHS
from contracts.reference import personas
from contracts.topics import CODE_EVENTS, FEEDBACK_EVENTS, JUSTICE_MILESTONES, POLICE_CRIMES, REFERRAL_EVENTS
from kit.listening import Context
from kit.service import Every, Service, main
from kit.web import signin
from kit.web.app import Link, Page
from services.referral import case_ui, commands, directory_ui, provider_portal, reconcile
from services.referral.actions import (
    alerting,
    asking_capacity,
    contract_ends,
    drafting,
    falling_due,
    indexing,
    lapsing,
    late_words,
    leaving,
    links_by_mail,
    locking,
    mailing,
    named_workers,
    noticing,
    noting,
    on_duty,
    opening,
    packing,
    provider_mail,
    referring,
    rehearsing,
    rerouting,
    restricting,
    settling,
    transferring,
    trying,
)
from services.referral.books import load
from services.referral.consumer import LISTENS, hear_what_came

HERE = Path(__file__).parent


def pages(context: Context) -> Sequence[Page]:
    """Sign-in, the hub's pages and the portal's."""
    shown = personas() if context.settings.development else ()
    return (
        *signin.pages(shown),
        *case_ui.pages(context),
        *provider_portal.pages(context),
        *directory_ui.pages(context),
    )


SERVICE = Service(
    name="referral",
    owns=REFERRAL_EVENTS,
    topics=(POLICE_CRIMES, JUSTICE_MILESTONES, CODE_EVENTS, FEEDBACK_EVENTS),
    listens=LISTENS,
    every=(
        Every("open_arrivals", 0.5, opening.open_arrivals, full=opening.BATCH, after_batch=True),
        Every("hear_what_came", 2.0, hear_what_came),
        Every("release_sent", 0.5, referring.release),
        Every("settle", 0.5, settling.settle),
        Every("index_numbers", 1.0, indexing.index_again, full=indexing.BATCH),
        Every("index_names", 1.0, indexing.names_again, full=indexing.BATCH),
        Every("carry_on_locks", 0.5, locking.carry_on, full=locking.AT_ONCE),
        Every("carry_on_late_words", 0.5, late_words.carry_on, full=late_words.AT_ONCE),
        Every("notice_proposals", 1.0, rerouting.notice_proposals, full=rerouting.AT_ONCE),
        Every("ask_for_named_workers", 5.0, named_workers.ask, full=named_workers.AT_ONCE),
        Every("watch_leavers", 30.0, leaving.watch),
        Every("restrict_whole_people", 30.0, restricting.spread, full=restricting.AT_ONCE),
        Every("notices", 60.0, noticing.notice),
        Every("tell_on_duty", 60.0, on_duty.tell, full=on_duty.AT_ONCE),
        Every("tell_alerts", 2.0, alerting.tell, full=alerting.AT_ONCE),
        Every("send_mail", 2.0, mailing.send_due),
        Every("end_older_sessions", 2.0, links_by_mail.end_older_sessions),
        Every("mail_links", 5.0, links_by_mail.mail_wanted, full=links_by_mail.AT_ONCE),
        Every("send_to_providers", 2.0, provider_mail.send_due, full=trying.AT_ONCE),
        Every("forget_drafts", 600.0, noting.forget_drafts),
        Every("forget_forms", 600.0, drafting.forget),
        Every("freeze_packs", 1.0, packing.freeze_automatic, full=packing.BATCH),
        Every("watch_silence", 30.0, falling_due.watch_silence, full=falling_due.BATCH),
        Every("transfer", 1.0, transferring.carry_out, full=transferring.BATCH),
        Every("ask_capacity", 60.0, asking_capacity.ask),
        Every("watch_contracts", 60.0, contract_ends.watch),
        Every("close_lapsed", 5.0, lapsing.close, full=lapsing.BATCH),
        Every("rehearse", 0.25, rehearsing.carry_on),
        Every("remind", 60.0, falling_due.remind, full=falling_due.BATCH),
    ),
    migrations=HERE / "migrations",
    templates=HERE / "templates",
    portal=True,
    load=load,
    reconcile=reconcile.checks,
    command=commands.run,
    pages=pages,
    navigation=[Link(p.label, p.prefix, p.permission) for p in PATHS if p.label],
)

if __name__ == "__main__":
    main(SERVICE)
