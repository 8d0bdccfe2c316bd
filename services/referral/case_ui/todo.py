"""Tasks: what a human must do, and closing one with what was done."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.words import when
from services.referral.actions import books as stocked
from services.referral.actions import noting, stopping, tasking
from services.referral.case_ui import going, meanwhile, named_later, words
from services.referral.case_ui.room import Desk, one
from services.referral.store import contract_tasks, tasks
from services.referral.store.tasks import Task

ERRORS = {
    ("answer", "missing"): "Choose what was done",
    ("text", "missing"): "Say why, or who does it",
    ("text", "too_long"): f"What you write must be {noting.LONGEST:,} characters or fewer",
}
LAST_PAGE = 400
ONE_MORE = (
    "Another complaint of this case came meanwhile, and it may speak of danger too: read it before you close this."
)


async def show(visit: Visit, desk: Desk) -> Response:
    number, narrowed = visit.query.get("page", "1"), _narrowed(visit)
    page = min(max(int(number), 1), LAST_PAGE) if number.isdecimal() and len(number) < 9 else 1
    async with visit.begin() as tx:
        await named_later.look_for_leavers(visit, tx)
        held = await tasks.queue(tx, narrowed, page=page)
        counted, kinds = await tasks.count(tx, narrowed), await tasks.kinds_open(tx)
        await audit.record(tx, [audit.seen(visit.signed_in, "queue_seen", "queue", None, ("tasks",))])
        named = [task for task in held if task.contract_id]
        books = await stocked.current(tx, desk.books) if named else desk.books
    rows = [
        {
            "task": task,
            "left": words.time_left(task.due_at, visit.now),
            "contract": going.titled(books, task.contract_id) if task.contract_id else None,
        }
        for task in held[:25]
    ]
    return visit.render(
        "case_ui/tasks.html",
        rows=rows,
        narrowed=narrowed,
        kinds=_choices(kinds, narrowed.kind),
        page=page,
        more=len(held) > 25,
        counted=min(counted, tasks.COUNTED),
        beyond=counted > tasks.COUNTED,
        task_words=name_of,
        words=words.words,
    )


def _narrowed(visit: Visit) -> tasks.Narrowed:
    whose, kind = visit.query.get("whose"), visit.query.get("kind", "")
    known = kind if kind in words.TASKS or kind in (tasks.ALERTS, tasks.ANY_DANGER) else None
    return tasks.Narrowed(mine=whose == "mine", nobody=whose == "nobody", kind=known)


def _choices(kinds: Sequence[str], chosen: str | None) -> list[dict[str, str]]:
    """What the list may be narrowed to: danger, and each kind of which a task is open."""
    known = {kind for kind in (*kinds, chosen) if kind in words.TASKS and not kind.startswith(tasks.NO_CASE)}
    named = sorted((name_of(kind), kind) for kind in known)
    return [
        {"value": "", "text": "Every kind"},
        {"value": tasks.ANY_DANGER, "text": "Somebody may be in danger"},
        {"value": tasks.ALERTS, "text": "Bail, a release or an order of a crime without a case"},
        *({"value": kind, "text": name} for name, kind in named),
    ]


def once(found: Sequence[Task]) -> list[Task]:
    """Tasks to be listed: one look at the risk ends each that asks for it, so the first of them stands for all."""
    first = next((task for task in found if task.kind == "review_risk"), None)
    return [task for task in found if task.kind != "review_risk" or task is first]


def name_of(kind: str) -> str:
    return words.TASKS.get(kind, words.words(kind))


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        task = await tasks.get(tx, visit.id("task_id"))
        if task is None:
            raise HTTPException(404)
        books = await stocked.current(tx, desk.books)
        stopped = task.referral_id if task.kind == stopping.STOPPED else None
        agreed = await stopping.agreement(tx, stopped, visit.now) if stopped else None
        people = await contract_tasks.people(tx, task.contract_id) if task.contract_id else []
        await audit.record(tx, [audit.seen(visit.signed_in, "task_seen", "task", task.task_id)])
    if task.done_at is not None:
        return _over(visit, task)
    return visit.render(
        "case_ui/task.html",
        status=422 if errors else 200,
        task=task,
        name=name_of(task.kind),
        words=words.words,
        left=words.time_left(task.due_at, visit.now),
        answers=tasking.answers_of(task),
        alert=task.kind.startswith(tasks.NO_CASE),
        contract=going.titled(books, task.contract_id) if task.contract_id else None,
        people=people,
        stopped=stopped,
        agreed=agreed,
        errors=errors,
        text=one(visit, "text"),
    )


def _over(visit: Visit, task: tasks.Held) -> Response:
    """Who closed a task, when and with which answer."""
    by = meanwhile.who(visit, task.done_by, task.done_at) if task.done_by else f"by itself on {when(task.done_at)}"
    how = tasking.answers_of(task).get(task.done_how or "", words.words(task.done_how or "done"))
    to = f"/cases/{task.case_id}" if task.case_id and visit.may("case.read") else "/cases/tasks"
    return visit.conflict(f"This task was closed {by}: “{how}”.", to)


async def close(visit: Visit, desk: Desk) -> Response:
    answer, text = one(visit, "answer"), one(visit, "text").replace("\r\n", "\n")
    try:
        async with visit.begin() as tx:
            task_id = visit.id("task_id")
            closed = tasking.close(tx, visit.signed_in, visit.sealer, task_id, answer, text, visit.now, _named(visit))
            case_id = await closed
    except Refused as refused:
        message = ERRORS.get((refused.field, refused.code))
        if message:
            return await ask(visit, desk, [FieldError(refused.field, message)])
        async with visit.begin() as tx:
            held = await tasks.get(tx, task_id)
        if held is None:
            return visit.not_found()
        return _over(visit, held) if held.done_at else visit.conflict(ONE_MORE, f"/cases/tasks/{task_id}")
    return visit.redirect(f"/cases/{case_id}" if case_id else "/cases/tasks", flash="The task is closed.")


def _named(visit: Visit) -> int:
    """How many complaints the page named that is sent."""
    said = one(visit, "complaints")
    return int(said) if said.isdecimal() and len(said) < 5 else 0
