"""The referral service: `python -m services.referral web | worker | migrate`."""

from pathlib import Path

from contracts.topics import CODE_EVENTS, FEEDBACK_EVENTS, JUSTICE_MILESTONES, POLICE_CRIMES, REFERRAL_EVENTS
from kit.service import Every, Service, main
from services.referral import reconcile
from services.referral.actions import opening, packing, referring, settling
from services.referral.books import load
from services.referral.consumer import LISTENS

HERE = Path(__file__).parent

SERVICE = Service(
    name="referral",
    owns=REFERRAL_EVENTS,
    topics=(POLICE_CRIMES, JUSTICE_MILESTONES, CODE_EVENTS, FEEDBACK_EVENTS),
    listens=LISTENS,
    every=(
        Every("open_arrivals", 0.5, opening.open_arrivals, full=opening.BATCH),
        Every("release_sent", 0.5, referring.release),
        Every("settle", 0.5, settling.settle),
        Every("freeze_packs", 1.0, packing.freeze_automatic, full=packing.BATCH),
    ),
    migrations=HERE / "migrations",
    templates=HERE / "templates",
    portal=True,
    load=load,
    reconcile=reconcile.checks,
)

if __name__ == "__main__":
    main(SERVICE)
