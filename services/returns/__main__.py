"""The wiring of returns; `python -m services.returns web | worker | migrate | reconcile | parked | return`."""

from pathlib import Path

from contracts.addresses import OPERATIONS, PATHS
from contracts.topics import RETURNS_EVENTS, TOPICS
from kit.service import Every, Service, main
from kit.web import operations
from kit.web.app import Link
from kit.web.operations import Operations
from services.returns import actions, command, public_ui, reconcile, return_ui
from services.returns.consumer import LISTENS

HERE = Path(__file__).parent

SERVICE = Service(
    name="returns",
    owns=RETURNS_EVENTS,
    listens=LISTENS,
    topics=[topic.name for topic in TOPICS],
    migrations=HERE / "migrations",
    templates=HERE / "templates",
    every=(
        Every("draw", 1.0, actions.draw_what_was_asked, full=1),
        Every("rehearse", 300.0, actions.rehearse),
    ),
    pages=lambda _: (
        *operations.pages(Operations("Returns", "/returns/operations", OPERATIONS)),
        *return_ui.PAGES,
        *public_ui.PAGES,
    ),
    navigation=[Link(path.label, path.prefix, path.permission) for path in PATHS if path.label],
    reconcile=reconcile.checks,
    command=command.run,
)

if __name__ == "__main__":
    main(SERVICE)
