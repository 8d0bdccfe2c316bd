"""My work: what a worker has half done and until when, what changed in their cases, and what they owe today."""

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral import drafting
from services.referral.case_ui import home, todo, words
from services.referral.case_ui.assigning import meet
from services.referral.case_ui.room import Desk, dangers
from services.referral.store import looking, queues, tasks
from services.referral.store.queues import Filters

WORK = "/cases/work"


async def show(visit: Visit, desk: Desk) -> Response:
    viewer = visit.signed_in
    async with visit.begin() as tx:
        await meet(tx, viewer, visit)
        drafts = await drafting.listed(tx, visit.now, notes=True)
        page = await queues.queue(tx, "mine", Filters(), 1)
        rows = page.rows if page else []
        ids = [row.case_id for row in rows]
        changed, looked = await looking.changed(tx, ids), await looking.looked_at(tx, ids)
        mine = await tasks.queue(tx, tasks.Narrowed(mine=True), page=1)
        seen = ("my_work", *drafting.seen(drafts))
        await audit.record(tx, [audit.seen(viewer, "queue_seen", "queue", None, seen)])
    return visit.render(
        "case_ui/my_work.html",
        drafts=drafts,
        rows=[
            (row, words.time_left(row.act_by, visit.now), dangers(row), home.news(row, viewer.user_id, changed, looked))
            for row in rows
        ],
        more=page is not None and page.pages > 1,
        tasks=[(task, todo.name_of(task.kind), words.time_left(task.due_at, visit.now)) for task in mine[:25]],
    )


async def throw_away(visit: Visit, desk: Desk) -> Response:
    return await drafting.throw_away(visit, WORK)
