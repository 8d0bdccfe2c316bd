"""Operations of the hub: beside what every service shows, its open tasks and how many restricted people there are."""

from collections.abc import Sequence

from contracts.addresses import COUNTS_ALL, OPERATIONS
from kit.database import Tx
from kit.web.app import Page, Visit
from kit.web.operations import Operations
from kit.web.operations import pages as operations_pages
from services.referral.store import cases, tasks


async def _more(visit: Visit, tx: Tx) -> Sequence[tuple[str, str]]:
    told = [("Tasks open", f"{await tasks.count_open(tx):,}")]
    if visit.may("restricted.read"):
        told.append(("Cases of restricted people, seen only by those with the right", f"{await cases.hidden(tx):,}"))
    return told


def pages() -> Sequence[Page]:
    links = (*OPERATIONS, ("Messages to people", "/operations/outbox"))
    return operations_pages(
        Operations("Referral hub", "/operations", links, _more, f"{COUNTS_ALL} The tasks are those that you may see.")
    )
