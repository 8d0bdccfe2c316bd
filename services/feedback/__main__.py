"""The wiring of feedback: `python -m services.feedback web | worker | migrate | reconcile | parked`."""

from pathlib import Path

from contracts.addresses import OPERATIONS, PATHS
from contracts.topics import FEEDBACK_EVENTS, JUSTICE_MILESTONES, REFERRAL_EVENTS
from kit.service import Every, Service, main
from kit.web import operations
from kit.web.operations import Operations
from kit.web.visit import Link
from services.feedback import consumer, feedback_ui, neutral_ui, reconcile
from services.feedback.actions import asking
from services.feedback.reference import load

HERE = Path(__file__).parent

SERVICE = Service(
    name="feedback",
    owns=FEEDBACK_EVENTS,
    listens=consumer.LISTENS,
    topics=(REFERRAL_EVENTS, JUSTICE_MILESTONES),
    migrations=HERE / "migrations",
    templates=HERE / "templates",
    every=(
        Every("decide", 1.0, asking.decide, full=asking.AT_ONCE),
        Every("ask_again", 2.0, asking.ask_again, full=asking.AT_ONCE),
        Every("lapse", 60.0, asking.lapse, full=asking.AT_ONCE),
    ),
    pages=lambda context: (
        *operations.pages(Operations("Feedback", "/feedback/operations", OPERATIONS)),
        *feedback_ui.pages(context),
        *neutral_ui.pages(context),
    ),
    navigation=tuple(Link(path.label, path.prefix, path.permission) for path in PATHS if path.label),
    portal=True,
    load=load,
    reconcile=reconcile.checks,
)

if __name__ == "__main__":
    main(SERVICE)
