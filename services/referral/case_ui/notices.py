"""The bell: notices to the viewer's role, and which of them the viewer has read."""

from uuid import UUID

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from services.referral.case_ui.room import Desk
from services.referral.store import notices
from services.referral.store.notices import OF_CLOCKS

OF_A_TASK = "task_"
KINDS = {
    "urgent_case": "Life safety, and nobody looks after it",
    "urgent_untaken": "Life safety, and nobody took it in time: whoever is on duty takes it, or finds who does, now",
    "risk_to_review": "Bail, release or an order was heard of: review the risk before any contact",
    "person_died": "It was recorded that this person died: make sure of it, promise them nothing more, and end the "
    "clocks of their own rights with that reason; bereaved relatives have rights of their own",
    "written_danger": "What somebody wrote of how it went may speak of danger: read it, and look at the risk, now",
    "danger_taken_back": "Words that may have spoken of danger were taken back before anybody read them: look at the"
    " risk all the same, now",
    "complaint_danger": "Words of a complaint may speak of danger, and name this case: read them, and look at the risk,"
    " now",
    f"{OF_A_TASK}complaint_danger": "Words of a complaint may speak of danger, and whose they are is not known: read"
    " them, and find out who it is, now",
    f"{OF_A_TASK}nobody_left": "Nobody can sign in for a provider any more, and people are with it: ring it, and decide"
    " who takes over",
    "agreement_afraid": "Somebody took back an agreement, or said no, out of fear: look at the risk now",
    "danger_found": "A danger to the person was found or told: review the risk before any contact",
    "death_told": "It was recorded that the person died: make sure that it is so",
    "glass_broken": "A restricted case was opened without the right: review it",
    "look_same_surname": "A worker opened the name of somebody with their own surname: ask why, if you do not know",
    "second_same_surname": "A second person agreed who has the person's own surname: ask whether they know each other,"
    " and look at what was agreed to",
    "look_many": "A worker opened very many names within a day, this one among them: look at what they looked at",
    "shared_unconfirmed": "It was shared without agreement, and a second person did not confirm it: it has left, so ask"
    " the provider to delete what it was given",
    "provider_ruled_out": "The person is with a provider that is ruled out for them: look at it today",
    "override_confirmed": "A second person confirmed an override: it may be shared, send it now",
    "override_refused": "A second person did not confirm an override: nothing may be shared on it",
    "hold_end_agreed": "A second person agreed that a hold ends: go on with the case",
    "hold_end_refused": "A second person did not agree that a hold ends: it stays",
    "override_waiting": "An override waits for the second person",
    "provider_asked": "The provider asked the hub a question about this person: answer it today",
    "provider_not_answered": "A provider's question is open too long: answer it, or find who can",
    "waits_in_danger": "Somebody at high risk was put on a waiting list: find who can begin now",
    "not_reached": "A provider has taken somebody at high risk, and has not reached them in time: ring it",
    "held_in_danger": "Somebody at high risk is on hold with a provider: find who helps them meanwhile",
    "silent_provider": "The provider has not opened what it was sent",
    "clock_warned": "A clock of the Victims' Code runs out, and nothing has stopped it",
    "limit_warned": "A limit beside the Victims' Code runs out",
    "pause_ends": "A paused clock is expected to count again",
}


async def show(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        shown = await notices.shown(tx, visit.signed_in.role)
        await audit.record(tx, [audit.seen(visit.signed_in, "notices_seen", "queue", None)])
    return visit.render(
        "case_ui/notices.html",
        shown=[notice for notice in shown if notice.kind not in OF_CLOCKS],
        clocks=[notice for notice in shown if notice.kind in OF_CLOCKS],
        kinds=KINDS,
        of_a_task=OF_A_TASK,
        unread=[notice.notice_id for notice in shown if not notice.read],
    )


async def mark_read(visit: Visit, desk: Desk) -> Response:
    """Marks what the page showed: a notice that came meanwhile stays unread."""
    ids = [found for found in (_uuid(text) for text in visit.form.get("notice", [])[:100]) if found]
    async with visit.begin() as tx:
        await notices.mark_read(tx, visit.signed_in.user_id, visit.signed_in.role, ids, visit.now)
        await audit.record(tx, [audit.seen(visit.signed_in, "notices_read", "queue", None)])
    return visit.redirect("/cases/notices", flash="Marked as read.")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
